"""A QGIS with its window, on a virtual screen."""
import importlib.machinery
import importlib.util
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from qgis.PyQt.QtGui import QImage

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "screenshots"

# Opens the panel the first time, and tells what there is the second time.
RESTART = """
import json, os, time
from qgis import utils
from qgis.core import QgsApplication, QgsProviderRegistry, QgsSettings
from qgis.PyQt.QtCore import QTimer

def look():
    plugin = utils.plugins["lizsync"]
    told = {"visible": plugin.panel.isVisible(), "pid": plugin.daemon.pid, "chosen": plugin.panel.clone.currentConnection(),
        "area": int(utils.iface.mainWindow().dockWidgetArea(plugin.panel))}
    if not told["visible"]:
        metadata = QgsProviderRegistry.instance().providerMetadata("postgres")
        for name in ("a", "b"):
            metadata.saveConnection(metadata.createConnection("dbname='d' host=127.0.0.1 port=1", {}), name)
        plugin.panel.toggleViewAction().trigger()
        plugin.panel.central.setConnection("a")
        plugin.panel.clone.setConnection("b")
        while plugin.panel._fetching is not None:
            QgsApplication.processEvents()
            time.sleep(0.01)
        told["note"] = plugin.panel.note.text()
    with open(os.environ["TOLD"], "w") as file:
        json.dump(told, file)
    utils.iface.actionExit().trigger()

QTimer.singleShot(1000, look)
"""


def load_script():
    loader = importlib.machinery.SourceFileLoader("screenshots", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("screenshots", loader))
    loader.exec_module(module)
    return module


class DesktopTest(unittest.TestCase):
    def test_panel_dialog_and_toolbox(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([SCRIPT, folder], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            told = json.loads(done.stdout)
            self.assertFalse(told["started early"])
            self.assertEqual(told["names"], "central  ⇄  tablet")
            self.assertEqual(told["numbers"], ["10", "10", "2"])
            self.assertEqual(told["rows"], [3, 2])
            self.assertEqual(told["scale"], 1000)
            self.assertEqual(told["message"], ["Synchronised", "rows sent 0, received 1; conflicts 1, pending 2."])
            self.assertEqual(told["dialog"], ["Pont-l'Étang", 5])
            catalogue = json.loads((ROOT / "qgis-plugin" / "lizsync" / "catalogue.json").read_text())
            self.assertEqual(told["toolbox"], len(catalogue["algorithms"]))
            self.assertFalse(Path(f"/proc/{told['pid']}").exists(), "the program runs on without QGIS")
            panel = QImage(f"{folder}/qgis-panel.png")
            self.assertEqual((panel.width(), panel.height()), (1280, 800))
            for name in ("qgis-panel", "qgis-panel-advanced", "qgis-dialog", "qgis-toolbox"):
                image = QImage(f"{folder}/{name}.png")
                colours = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
                self.assertGreater(len(colours), 10, name)

    def test_a_panel_that_was_left_open_starts_nothing(self):
        script = load_script()
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            script.install(home)
            code = home / "restart.py"
            code.write_text(RESTART)
            first, second = script.run_qgis(home, code), script.run_qgis(home, code)
        self.assertEqual((first["visible"], first["pid"], first["chosen"]), (False, None, ""))
        self.assertIn("no server listens on 127.0.0.1:1", first["note"])
        self.assertEqual((second["visible"], second["pid"], second["chosen"]), (True, None, "b"))
        self.assertEqual(second["area"], 2, "at the right")
