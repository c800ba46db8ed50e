"""LizSync in QGIS."""


def classFactory(iface):  # noqa: N802 – QGIS's name
    """Makes the plugin; iface is None under qgis_process."""
    from .plugin import LizSyncPlugin

    return LizSyncPlugin(iface)
