"""LizSync in the Processing toolbox."""
from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .algorithm import Connect, LizSyncAlgorithm
from .catalogue import Catalogue
from .daemon import Daemon
from .texts import tr

PROGRAM = "LIZSYNC_PROGRAM"


class LizSyncProvider(QgsProcessingProvider):
    """Shows the algorithms of a catalogue."""

    def __init__(
        self,
        catalogue: Catalogue,
        folder: Path,
        daemon: Daemon,
        connect: Connect,
    ) -> None:
        """folder is the plugin's."""
        super().__init__()
        self._catalogue = catalogue
        self._icon = str(folder / "icon.svg")
        self._daemon = daemon
        self._connect = connect

    def id(self) -> str:
        return "lizsync"

    def name(self) -> str:
        return "LizSync"

    def longName(self) -> str:  # noqa: N802
        return tr("LizSync: databases that are edited apart")

    def icon(self) -> QIcon:
        return QIcon(self._icon)

    def svgIconPath(self) -> str:  # noqa: N802
        return self._icon

    def loadAlgorithms(self) -> None:  # noqa: N802
        for description in self._catalogue.algorithms:
            self.addAlgorithm(
                LizSyncAlgorithm(
                    description, self._icon, self._daemon, self._connect
                )
            )

    def load(self) -> bool:
        """Puts the setting of the program beside those of others."""
        from processing.core.ProcessingConfig import ProcessingConfig, Setting

        ProcessingConfig.settingIcons[self.name()] = self.icon()
        ProcessingConfig.addSetting(
            Setting(
                self.name(),
                PROGRAM,
                tr("Program lizsync (found by itself when empty)"),
                "",
                valuetype=Setting.FILE,
            )
        )
        ProcessingConfig.readSettings()
        self.refreshAlgorithms()
        return True

    def unload(self) -> None:
        from processing.core.ProcessingConfig import ProcessingConfig

        ProcessingConfig.removeSetting(PROGRAM)
        ProcessingConfig.settingIcons.pop(self.name(), None)
