"""What loading the plugin costs QGIS."""
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from qgis.core import QgsApplication, QgsSettings
from qgis.PyQt.QtCore import QLocale

from .support import FOLDER, QgisTestCase, Profile, children

# A start of a QGIS without a window, with and without the plugin; from the first module to the last algorithm.
MEASURE = """
import sys, time
sys.path[:0] = [{folder!r}]
from qgis.core import QgsApplication
from qgis.testing import start_app
start_app()
sys.path.append(QgsApplication.pkgDataPath() + "/python/plugins")
import processing
from processing.core.Processing import Processing
Processing.initialize()
started = ("subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "os.startfile")
sys.addaudithook(lambda event, _: event in started and print("STARTED", event))
begin = time.perf_counter()
import lizsync
plugin = lizsync.classFactory(None)
plugin.initProcessing()
print("SECONDS", time.perf_counter() - begin)
"""


class StartTest(QgisTestCase):
    def test_loading_takes_under_100_ms_and_starts_no_process(self):
        seconds = []
        for _ in range(3):
            done = subprocess.run(
                [sys.executable, "-c", MEASURE.format(folder=str(FOLDER))],
                capture_output=True,
                text=True,
                check=True,
                env=os.environ,
            )
            self.assertNotIn("STARTED", done.stdout)
            (line,) = [line for line in done.stdout.splitlines() if line.startswith("SECONDS")]
            seconds.append(float(line.split()[1]))
        print(f"loading the plugin: {statistics.median(seconds) * 1000:.0f} ms")
        self.assertLess(min(seconds), 0.1)

    def test_listing_starts_no_program(self):
        with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
            profile = Profile(Path(folder))
            broken = Path(folder) / "never"
            broken.write_text(f"#!/bin/sh\ntouch {folder}/started\n")
            broken.chmod(0o755)
            profile.process("plugins", "enable", "lizsync", LIZSYNC_BIN=str(broken))
            for command in (["list"], ["help", "lizsync:synchronize_database"]):
                self.assertIn("lizsync", profile.process(*command, LIZSYNC_BIN=str(broken)).stdout)
            self.assertFalse((Path(folder) / "started").exists())

    def test_unloading_leaves_nothing_behind(self):
        from processing.core.ProcessingConfig import ProcessingConfig

        self.assertIn("LIZSYNC_PROGRAM", ProcessingConfig.settings)
        self.unload()
        self.assertNotIn("LIZSYNC_PROGRAM", ProcessingConfig.settings)
        self.assertIsNone(QgsApplication.processingRegistry().providerById("lizsync"))
        self.assertEqual(children(os.getpid()), [])

    def test_texts_are_french_in_a_french_qgis(self):
        import lizsync

        self.unload()
        before = QgsApplication.locale()
        self.addCleanup(QgsApplication.setLocale, QLocale(before))
        QgsSettings().setValue("locale/overrideFlag", True)
        QgsSettings().setValue("locale/userLocale", "fr")
        self.addCleanup(QgsSettings().remove, "locale")
        QgsApplication.setLocale(QLocale("fr_FR"))
        self.plugin = lizsync.classFactory(None)
        self.plugin.initProcessing()
        algorithm = QgsApplication.processingRegistry().algorithmById("lizsync:synchronize_database")
        self.assertEqual(algorithm.displayName(), "Synchronisation bidirectionnelle des bases de données")
        self.assertEqual(algorithm.group(), "02 Synchronisation PostgreSQL")
        self.assertIn("champ par champ", algorithm.shortHelpString())
        self.assertIn("Connexion", algorithm.parameterDefinition("CONNECTION_NAME_CENTRAL").description())
        self.assertIn("manque", algorithm.checkParameterValues({}, self.context())[1])

    def context(self):
        from qgis.core import QgsProcessingContext

        return QgsProcessingContext()
