"""A box to choose a connection of QGIS in."""
from __future__ import annotations

from qgis.core import QgsApplication, QgsProviderRegistry
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox


class ConnectionBox(QComboBox):
    """Lists the connections to PostgreSQL.

    That of QGIS shows another connection when the chosen one is deleted,
    and may not tell: here nothing is chosen then.
    """

    connectionChanged = pyqtSignal()  # noqa: N815 – as QGIS's

    def __init__(self, chosen: str) -> None:
        super().__init__()
        registry = QgsProviderRegistry.instance()
        self._metadata = registry.providerMetadata("postgres")
        self._list(chosen)
        # A long name is not to make the panel wide.
        policy = self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.setSizeAdjustPolicy(policy)
        self.setMinimumContentsLength(12)
        self.currentIndexChanged.connect(self._tell)
        self._metadata.connectionCreated.connect(self._list_again)
        self._metadata.connectionDeleted.connect(self._list_again)

    def currentConnection(self) -> str:  # noqa: N802
        """The name of what is chosen; empty when nothing is."""
        return self.currentText()

    def setConnection(self, name: str) -> None:  # noqa: N802
        """Chooses a connection; nothing when there is none of the name."""
        self.setCurrentIndex(max(self.findText(name), 0))

    def close_down(self) -> None:
        """Listens to nothing more."""
        self.blockSignals(True)
        self._metadata.connectionCreated.disconnect(self._list_again)
        self._metadata.connectionDeleted.disconnect(self._list_again)

    def _list(self, chosen: str) -> None:
        icon = QgsApplication.getThemeIcon("mIconPostgis.svg")
        blocked = self.blockSignals(True)
        self.clear()
        self.addItem("")
        for name in sorted(self._metadata.connections(False), key=str.lower):
            self.addItem(icon, name)
        self.setConnection(chosen)
        self.blockSignals(blocked)

    def _list_again(self) -> None:
        before = self.currentConnection()
        self._list(before)
        if self.currentConnection() != before:
            self.connectionChanged.emit()

    def _tell(self) -> None:
        self.connectionChanged.emit()
