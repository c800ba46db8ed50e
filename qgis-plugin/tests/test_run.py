"""Runs: results, failures, cancelling, and the life of the program."""
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from unittest import mock

from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProject,
    QgsSettings,
    QgsVectorLayer,
)

from .support import CITY, FOLDER, PROGRAM, QgisTestCase, children, connect, is_running, kill, unzip, wait_for
from lizsync.daemon import Daemon, DaemonError, Program

BLOCKED = "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


class Told(QgsProcessingFeedback):
    """Keeps what it was told."""

    def __init__(self):
        super().__init__(False)
        self.messages, self.warnings, self.percent = [], [], []

    def pushInfo(self, info):
        self.messages.append(info)

    def pushWarning(self, warning):
        self.warnings.append(warning)

    def setProgress(self, progress):
        self.percent.append(progress)


class RunTest(QgisTestCase):
    def locked(self):
        """A central database in which preparing waits for a lock."""
        central = self.database(CITY)
        self.run_algorithm("create_database_structure", CONNECTION_NAME=central.url)
        holder = connect(central.url)
        cursor = holder.__enter__()
        self.addCleanup(holder.__exit__)
        cursor.execute("begin; lock table city.tree")
        arguments = {"CONNECTION_NAME_CENTRAL": central.url, "ADD_UID_COLUMNS": True, "LOCK_TIMEOUT": 3600}
        return central, cursor, arguments

    def background(self, algorithm, parameters):
        """Starts a run in the background; returns it and what it tells."""
        run = self.plugin.run(algorithm, parameters)
        told = []
        for name in ("progress", "message", "warning", "finished", "failed", "cancelled"):
            getattr(run, name).connect(lambda value, name=name: told.append((name, value)))
        run.start()
        return run, told

    def last(self, told):
        return wait_for(
            lambda: next((one for one in told if one[0] in ("finished", "failed", "cancelled")), None),
            "the end of the run",
        )

    def test_whole_workflow(self):
        central, clone = self.database(CITY), self.database()
        a, b = self.connection_to(central), self.connection_to(clone)
        file = str(FOLDER / "city.zip")
        told = Told()
        result = self.run_algorithm("create_database_structure", told, CONNECTION_NAME=a, OVERRIDE=False)
        self.assertEqual(result["OUTPUT_STATUS"], 1)
        self.assertRegex(result["DATABASE_VERSION"], r"^\d+$")
        self.assertIn(result["OUTPUT_STRING"], told.messages)
        self.assertEqual(told.percent[-1], 100)
        result = self.run_algorithm(
            "initialize_central_database",
            told,
            CONNECTION_NAME_CENTRAL=a,
            ADD_SERVER_ID=True,
            ADD_UID_COLUMNS=False,
            ADD_AUDIT_TRIGGERS=False,
            SCHEMAS="city",
        )
        self.assertEqual((result["NUMBER_TABLES"], result["NUMBER_READY"]), (2, 0))
        result = self.run_algorithm(
            "package_central_database",
            CONNECTION_NAME_CENTRAL=a,
            POSTGRESQL_BINARY_PATH="",
            PG_LAYERS=["city.species", "city.tree"],
            ADD_UID_COLUMNS=True,
            ADD_AUDIT_TRIGGERS=True,
            ADDITIONAL_SQL_FILE="",
            ZIP_FILE=file,
        )
        self.assertEqual((result["ZIP_FILE"], result["NUMBER_ROWS"]), (file, 22))
        result = self.run_algorithm(
            "deploy_database_server_package",
            CONNECTION_NAME_CENTRAL=a,
            CONNECTION_NAME_CLONE=b,
            POSTGRESQL_BINARY_PATH="",
            ZIP_FILE=file,
            RECREATE_CLONE_SERVER_ID=False,
        )
        self.assertEqual(result["NUMBER_ROWS"], 22)
        clone.execute("update city.tree set height = 100 where id = 1")
        central.execute("update city.tree set species_name = 'lime' where id = 2")
        result = self.run_algorithm("synchronize_database", CONNECTION_NAME_CENTRAL=a, CONNECTION_NAME_CLONE=b)
        self.assertEqual(
            (
                result["NUMBER_REPLAYED_TO_CENTRAL"],
                result["NUMBER_REPLAYED_TO_CLONE"],
                result["NUMBER_CONFLICTS"],
                result["NUMBER_PENDING"],
            ),
            (1, 1, 0, 0),
        )
        self.assertEqual(central.execute("select height from city.tree where id = 1"), [(100,)])

    def test_model_with_the_original_parameters_runs_unchanged(self):
        central = self.prepared()
        name = self.connection_to(central)
        layer = QgsVectorLayer(central.source('key=\'id\' table="city"."tree"'), "trees", "postgres")
        QgsProject.instance().addMapLayer(layer)
        self.addCleanup(QgsProject.instance().clear)
        static = QgsProcessingModelChildParameterSource.fromStaticValue
        child = QgsProcessingModelChildAlgorithm("lizsync:package_central_database")
        child.setChildId("package")
        for key, value in {
            "CONNECTION_NAME_CENTRAL": name,
            "POSTGRESQL_BINARY_PATH": "",
            "PG_LAYERS": [layer.id()],
            "ADD_UID_COLUMNS": True,
            "ADD_AUDIT_TRIGGERS": True,
            "ADDITIONAL_SQL_FILE": None,
            "ZIP_FILE": str(FOLDER / "model.zip"),
        }.items():
            child.addParameterSources(key, [static(value)])
        model = QgsProcessingModelAlgorithm("m", "m", "m")
        model.addChildAlgorithm(child)
        file = str(FOLDER / "old.model3")
        self.assertTrue(model.toFile(file))
        old = QgsProcessingModelAlgorithm()
        self.assertTrue(old.fromFile(file))
        old.initAlgorithm()
        context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
        context.setProject(QgsProject.instance())
        results, ok = old.run({}, context, feedback)
        self.assertTrue(ok, feedback.textLog())
        self.assertEqual(results["CHILD_RESULTS"]["package"]["NUMBER_ROWS"], 20)

    def test_failure_has_text_detail_and_hint(self):
        central = self.database(CITY)
        self.run_algorithm("create_database_structure", CONNECTION_NAME=central.url)
        with self.assertRaises(QgsProcessingException) as raised:
            self.run_algorithm("create_database_structure", CONNECTION_NAME=central.url)
        self.assertIn("is installed in the database", str(raised.exception))
        self.assertIn("run upgrade_database_structure", str(raised.exception))
        with self.assertRaises(QgsProcessingException) as raised:
            self.run_algorithm("initialize_central_database", CONNECTION_NAME_CENTRAL=central.url, LOCK_TIMEOUT=5000)
        self.assertIn("LOCK_TIMEOUT", str(raised.exception))

    def test_program_is_started_once_and_ends_with_the_plugin(self):
        central = self.database()
        self.assertIsNone(self.plugin.daemon.pid)
        self.run_algorithm("create_database_structure", CONNECTION_NAME=central.url)
        pid = self.plugin.daemon.pid
        self.run_algorithm("upgrade_database_structure", CONNECTION_NAME=central.url)
        self.assertEqual(self.plugin.daemon.pid, pid)
        self.assertIn(pid, children(os.getpid()))
        self.assertEqual(os.getsid(pid), pid, "Ctrl-C in QGIS's terminal would end it")
        daemon = self.plugin.daemon
        self.unload()
        self.assertFalse(is_running(pid))
        self.assertNotIn(pid, children(os.getpid()))
        self.assertIsNone(QgsApplication.processingRegistry().providerById("lizsync"))
        # A run that was waiting does not bring it back.
        with self.assertRaises(DaemonError):
            daemon.client(Program(str(PROGRAM), FOLDER, FOLDER, ""))
        self.assertIsNone(daemon.pid)

    def test_cancelling_stops_the_statement_and_the_next_run_works(self):
        central, holder, arguments = self.locked()
        run, told = self.background("initialize_central_database", arguments)
        wait_for(lambda: central.execute(BLOCKED), "the lock")
        pid = self.plugin.daemon.pid
        run.cancel()
        kind, text = self.last(told)
        self.assertEqual(kind, "cancelled", told)
        self.assertIn("cancelled", text)
        self.assertEqual(central.execute(BLOCKED), [])
        holder.execute("rollback")
        run, told = self.background("initialize_central_database", arguments)
        kind, result = self.last(told)
        self.assertEqual(kind, "finished", told)
        self.assertEqual(central.execute("select count(uid) from city.tree"), [(20,)])
        self.assertEqual(self.plugin.daemon.pid, pid)
        self.assertIn(("progress", 100.0), told)
        self.assertTrue(any(name == "message" for name, _ in told))

    def test_background_run_tells_why_it_was_refused_or_failed(self):
        for parameters, words in (
            ({}, "CONNECTION_NAME) is missing"),
            ({"CONNECTION_NAME": "nobody"}, 'no connection "nobody"'),
            ({"CONNECTION_NAME": "host=127.0.0.1 port=1 dbname=d user=u"}, "no server listens on 127.0.0.1:1"),
        ):
            _, told = self.background("create_database_structure", parameters)
            kind, text = self.last(told)
            self.assertEqual(kind, "failed")
            self.assertIn(words, text)

    def test_crash_in_the_middle_is_told_and_the_next_run_works(self):
        central, holder, arguments = self.locked()
        _, told = self.background("initialize_central_database", arguments)
        wait_for(lambda: central.execute(BLOCKED), "the lock")
        first = self.plugin.daemon.pid
        kill(first)
        kind, text = self.last(told)
        self.assertEqual(kind, "failed")
        self.assertIn("has ended in the middle of the run", text)
        self.assertIn("-9", text)
        holder.execute("rollback")
        self.assertEqual(
            self.run_algorithm("upgrade_database_structure", CONNECTION_NAME=central.url)["OUTPUT_STATUS"], 1
        )
        self.assertNotEqual(self.plugin.daemon.pid, first)

    def test_unloading_in_the_middle_of_a_run_ends_it(self):
        central, _, arguments = self.locked()
        _, told = self.background("initialize_central_database", arguments)
        wait_for(lambda: central.execute(BLOCKED), "the lock")
        pid = self.plugin.daemon.pid
        threading.Thread(target=self.plugin.daemon.stop).start()
        self.assertIn(self.last(told)[0], ("failed", "cancelled"))
        wait_for(lambda: not is_running(pid), "the end of the program")
        self.assertEqual(central.execute(BLOCKED), [])

    def test_program_ends_when_qgis_is_killed(self):
        central, _, arguments = self.locked()
        script = (
            "from tests.support import *; import lizsync; p = lizsync.classFactory(None); p.initProcessing(); "
            f"processing.run('lizsync:initialize_central_database', {arguments!r})"
        )
        qgis = subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=Path(__file__).parents[1],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(qgis.wait)
        self.addCleanup(qgis.kill)
        wait_for(lambda: central.execute(BLOCKED), "the lock")
        (program,) = [pid for pid in children(qgis.pid) if "serve" in Path(f"/proc/{pid}/cmdline").read_text()]
        qgis.send_signal(signal.SIGKILL)
        wait_for(lambda: not is_running(program), "the end of the program")
        wait_for(lambda: not central.execute(BLOCKED), "the end of the statement")


class ProgramTest(QgisTestCase):
    def found(self, setting="", folder=FOLDER / "nothing", environment="", path="/nothing"):
        own = FOLDER / "own"
        with mock.patch.dict(os.environ, {"LIZSYNC_BIN": environment, "PATH": path}):
            return Program(setting, folder, own, "1.2.3").find()

    def script(self, name, text):
        file = FOLDER / name
        file.write_text("#!/bin/sh\n" + text)
        file.chmod(0o755)
        return file

    def test_places_are_tried_in_order(self):
        path = str(PROGRAM.parent)
        inside = unzip(FOLDER / "with program")
        (inside / "bin").mkdir()
        (inside / "bin" / "lizsync").write_bytes(PROGRAM.read_bytes())  # not executable, as QGIS unzips
        chosen, named = self.script("chosen", ""), self.script("named", "")
        self.assertEqual(self.found(str(chosen), inside, str(named), path), chosen)
        self.assertEqual(self.found("", inside, str(named), path), named)
        copy = self.found("", inside, "", path)
        self.assertTrue(str(copy).startswith(str(FOLDER / "own" / "bin" / "1.2.3-")))
        self.assertIn(
            "create_database_structure",
            subprocess.run([copy, "list"], capture_output=True, text=True, check=True).stdout,
        )
        self.assertEqual(self.found(path=path), PROGRAM)

    def test_copy_is_made_again_when_it_is_damaged_and_the_old_one_goes(self):
        inside = FOLDER / "other"
        (inside / "bin").mkdir(parents=True)
        (inside / "bin" / "lizsync").write_text("#!/bin/sh\nexit 0\n")
        old = FOLDER / "own" / "bin" / "0.0.1-abc"
        old.mkdir(parents=True)
        copy = self.found(folder=inside)
        self.assertFalse(old.exists())
        copy.write_text("damaged")
        self.assertEqual(self.found(folder=inside), copy)
        self.assertEqual(copy.read_text(), "#!/bin/sh\nexit 0\n")

    def test_missing_program_says_how_to_get_it(self):
        with self.assertRaises(DaemonError) as raised:
            self.found()
        for words in ("was not found", "https://", "PATH", "Settings"):
            self.assertIn(words, str(raised.exception))
        for arguments, words in ((("/not/there",), "the setting"), (("", FOLDER, "/not/there"), "$LIZSYNC_BIN")):
            with self.assertRaises(DaemonError) as raised:
                self.found(*arguments)
            self.assertIn(words, str(raised.exception))
            self.assertIn("/not/there", str(raised.exception))

    def test_setting_of_qgis_is_asked(self):
        key = "Processing/Configuration/LIZSYNC_PROGRAM"
        QgsSettings().setValue(key, "/not/there")
        self.addCleanup(QgsSettings().remove, key)
        with self.assertRaises(QgsProcessingException) as raised:
            self.run_algorithm("create_database_structure", CONNECTION_NAME="dbname=d")
        self.assertIn("/not/there", str(raised.exception))

    def test_other_version_is_refused_and_ended(self):
        daemon = Daemon("0" * 64)
        with self.assertRaises(DaemonError) as raised:
            daemon.client(Program(str(PROGRAM), FOLDER, FOLDER, ""))
        self.assertIn("not of the version of this plugin", str(raised.exception))
        self.assertIsNone(daemon.pid)

    def test_program_that_is_another_is_refused(self):
        for name, text in (
            ("silent", "exit 3"),
            ("talking", "echo hello; echo 'it is broken' >&2; exec cat >/dev/null"),
            ("closed", "echo '{}'"),
        ):
            daemon = Daemon("0" * 64)
            with self.assertRaises(DaemonError) as raised:
                daemon.client(Program(str(self.script(name, text)), FOLDER, FOLDER, ""))
            self.assertIn("does not start as lizsync does", str(raised.exception))
            self.assertIsNone(daemon.pid)
            if name == "talking":
                self.assertIn("it is broken", str(raised.exception))
