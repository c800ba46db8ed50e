"""The plugin: what is there while it is loaded."""
from __future__ import annotations

import configparser
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Optional

from qgis.core import QgsApplication, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication, Qt

from .background import Run
from .catalogue import Catalogue
from .client import Client
from .daemon import Daemon, Program
from .provider import PROGRAM, LizSyncProvider
from .texts import translator

if TYPE_CHECKING:
    from .panel import Panel


class LizSyncPlugin:
    """Brings LizSync into QGIS, and takes all of it out again."""

    def __init__(self, iface: Any) -> None:
        """iface is QGIS's window; None under qgis_process."""
        self._iface = iface
        self._folder = Path(__file__).parent
        self._translator = translator(self._folder)
        if self._translator is not None:
            QCoreApplication.installTranslator(self._translator)
        self._catalogue = Catalogue(self._folder / "catalogue.json")
        self.daemon = Daemon(self._catalogue.digest)
        self.provider: Optional[LizSyncProvider] = None
        self.panel: Optional["Panel"] = None

    def initProcessing(self) -> None:  # noqa: N802
        """Shows the algorithms; all that qgis_process asks for."""
        self.provider = LizSyncProvider(
            self._catalogue, self._folder, self.daemon, self._connect
        )
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self) -> None:  # noqa: N802
        """Gives the window its panel, closed unless it was left open."""
        from .panel import Panel  # qgis_process has no windows

        self.initProcessing()
        self.panel = Panel(
            self._iface, self.provider, self._catalogue, self.run
        )
        self._iface.addDockWidget(
            Qt.DockWidgetArea.RightDockWidgetArea, self.panel
        )
        self.panel.hide()
        action = self.panel.toggleViewAction()
        action.setIcon(self.provider.icon())
        self._iface.addToolBarIcon(action)
        self._iface.addPluginToDatabaseMenu("LizSync", action)

    def unload(self) -> None:
        """Undoes all of it; the program is ended as well."""
        if self.panel is not None:
            action = self.panel.toggleViewAction()
            self._iface.removePluginDatabaseMenu("LizSync", action)
            self._iface.removeToolBarIcon(action)
            self._iface.removeDockWidget(self.panel)
            self.panel.close_down()
            self.panel.deleteLater()
            self.panel = None
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
        self.daemon.stop()
        if self._translator is not None:
            QCoreApplication.removeTranslator(self._translator)
            self._translator = None

    def run(self, algorithm: str, parameters: Dict[str, Any]) -> Run:
        """A run in the background, of the algorithm with an id of ours.

        Connect to its signals, keep it, and start it.
        """
        found = QgsApplication.processingRegistry().algorithmById(
            f"lizsync:{algorithm}"
        )
        return Run(found, parameters)

    def _connect(self) -> Client:
        settings = QgsSettings()
        chosen = settings.value(f"Processing/Configuration/{PROGRAM}", "")
        own = Path(QgsApplication.qgisSettingsDirPath()) / "lizsync"
        program = Program(chosen or "", self._folder, own, self._version())
        return self.daemon.client(program)

    def _version(self) -> str:
        metadata = configparser.ConfigParser(interpolation=None)
        metadata.read(self._folder / "metadata.txt", encoding="utf-8")
        return metadata["general"]["version"]
