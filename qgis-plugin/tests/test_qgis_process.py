"""qgis_process from end to end, as somebody types it."""
import json
import os
import re
import signal
import subprocess
import tempfile
from pathlib import Path

from osgeo import gdal

from .support import CITY, FOLDER, PROGRAM, ROOT, Profile, QgisTestCase, children, connect, is_running, wait_for

BLOCKED = "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


class QgisProcessTest(QgisTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory(dir=FOLDER)
        cls.addClassCleanup(folder.cleanup)
        cls.profile = Profile(Path(folder.name))
        enabled = cls.profile.process("plugins", "enable", "lizsync")
        assert enabled.returncode == 0 and re.search(r"(?i)enabled", enabled.stdout), enabled

    def services(self, **databases):
        """A pg_service.conf, as somebody has who works without a window."""
        file = self.profile.home / ".pg_service.conf"
        file.write_text(
            "".join(
                f"[{name}]\n" + "".join(f"{key}={value}\n" for key, value in {**d.parts, "dbname": d.name}.items())
                for name, d in databases.items()
            )
        )
        file.chmod(0o600)

    def saved(self, name, database, **more):
        """A connection in the settings of the profile, as QGIS's dialog writes it."""
        settings = self.profile.home / ".local/share/QGIS/QGIS3/profiles/default/QGIS/QGIS3.ini"
        before = settings.read_text()
        self.addCleanup(settings.write_text, before)
        p = database.parts
        values = {
            "host": p["host"],
            "port": p["port"],
            "database": database.name,
            "username": p["user"],
            "password": p["password"],
            "saveUsername": "true",
            "savePassword": "true",
            "sslmode": "SslPrefer",
            **more,
        }
        key = "connections\\" + name.replace(" ", "%20")
        settings.write_text(
            before + "\n[PostgreSQL]\n" + "".join(f"{key}\\{one}={value}\n" for one, value in values.items())
        )

    def qgis(self, algorithm, *arguments, code=0, **environment):
        done = self.profile.process("run", f"lizsync:{algorithm}", "--", *arguments, **environment)
        self.assertEqual(done.returncode, code, done)
        return done.stdout + done.stderr

    def test_list_and_help(self):
        listed = self.profile.process("list").stdout
        catalogue = json.loads((self.profile.plugin / "catalogue.json").read_text())
        for one in catalogue["algorithms"]:
            self.assertIn(f"lizsync:{one['id']}\t{one['title']}", listed)
        told = self.profile.process("help", "lizsync:synchronize_database")
        self.assertEqual(told.returncode, 0)
        for words in (
            "Edits are compared field by field",
            "CONNECTION_NAME_CENTRAL: Connection to central",
            "- the structures differ: Make the same",
            "NUMBER_PENDING: <outputNumber>",
        ):
            self.assertIn(words, told.stdout)
        self.assertNotIn("<p>", told.stdout)

    def test_whole_workflow(self):
        central, clone = self.database(CITY), self.database()
        self.services(central=central, tablet=clone)
        a, b = "CONNECTION_NAME_CENTRAL=service=central", "CONNECTION_NAME_CLONE=service=tablet"
        text = self.qgis("create_database_structure", "CONNECTION_NAME=service=central")
        self.assertIn("upgrade 1: create tables", text)
        self.assertRegex(text, r"DATABASE_VERSION:\s+\d+")
        self.qgis("initialize_central_database", a, "ADD_UID_COLUMNS=true", "ADD_AUDIT_TRIGGERS=yes")
        file = self.profile.home / "city.zip"
        text = self.qgis(
            "package_central_database", a, "PG_LAYERS=city.tree", "PG_LAYERS=city.species", f"ZIP_FILE={file}"
        )
        self.assertRegex(text, r"NUMBER_ROWS:\s+22")
        text = self.qgis("deploy_database_server_package", a, b, f"ZIP_FILE={file}")
        self.assertIn("is a superuser", text)  # a warning
        clone.execute("update city.tree set height = 77 where id = 1")
        text = self.qgis("synchronize_database", a, b)
        self.assertRegex(text, r"NUMBER_REPLAYED_TO_CENTRAL:\s+1")
        self.assertEqual(central.execute("select height from city.tree where id = 1"), [(77,)])
        self.assertNotIn(central.parts["password"], text)

        done = self.profile.process("--json", "run", "lizsync:synchronize_database", "--", a, b)
        self.assertEqual(done.returncode, 0, done)
        results = json.loads("{" + done.stdout.split("{", 1)[1])["results"]
        self.assertEqual((results["OUTPUT_STATUS"], results["NUMBER_PENDING"]), (1, 0))

    def test_three_commands_from_public(self):
        central, clone = self.database("create extension postgis"), self.database()
        clone.drop()
        self.services(survey=central, laptop=clone)
        for layer, geometry, properties in (
            ("site", {"type": "Point", "coordinates": [3.87, 43.61]}, {"name": "Écusson"}),
            ("visit", None, {"site_id": 1, "note": "first"}),
        ):
            feature = {"type": "Feature", "geometry": geometry, "properties": properties}
            source = gdal.OpenEx(json.dumps({"type": "FeatureCollection", "features": [feature]}))
            loaded = gdal.VectorTranslate("PG:" + central.source(""), source, layerName=layer)
            self.assertIsNotNone(loaded, gdal.GetLastErrorMsg())
            del loaded
        a, b = "CONNECTION_NAME_CENTRAL=service=survey", "CONNECTION_NAME_CLONE=service=laptop"
        file = f"ZIP_FILE={self.profile.home}/survey.zip"

        text = self.qgis("package_central_database", a, "PG_LAYERS=public.site", "PG_LAYERS=public.visit", file)
        self.assertIn("nothing of LizSync is in the database yet", text)
        text = self.qgis("deploy_database_server_package", a, b, file)
        self.assertIn("and was created", text)
        clone.execute("update public.site set name = 'Lez'")
        text = self.qgis("synchronize_database", a, b)
        self.assertRegex(text, r"NUMBER_REPLAYED_TO_CENTRAL:\s+1")
        self.assertEqual(central.execute("select name from public.site"), [("Lez",)])
        self.assertEqual(clone.execute("select site_id, note from public.visit"), [(1, "first")])

        source = "postgres://" + central.source('key=\'srid\' table="public"."spatial_ref_sys"')
        text = self.qgis("package_central_database", a, f"PG_LAYERS={source}", file, code=1)
        self.assertIn("public.spatial_ref_sys belongs to the extension postgis", text)

    def test_layer_of_a_project_and_connection_by_name(self):
        central = self.prepared()
        self.saved("the city", central)
        source = "postgres://" + central.source('key=\'id\' table="city"."tree"')
        text = self.qgis(
            "package_central_database",
            "CONNECTION_NAME_CENTRAL=the city",
            f"PG_LAYERS={source}",
            f"ZIP_FILE={self.profile.home}/a.zip",
        )
        self.assertRegex(text, r"NUMBER_ROWS:\s+20")

    def test_commands_of_the_page_on_qgis_work(self):
        page = (ROOT / "docs" / "qgis.md").read_text()
        central, tablet = self.prepared(), self.database()
        file = str(FOLDER / "page.zip")
        self.run_algorithm(
            "package_central_database", CONNECTION_NAME_CENTRAL=central.url, PG_LAYERS=["city.tree"], ZIP_FILE=file
        )
        self.run_algorithm(
            "deploy_database_server_package",
            CONNECTION_NAME_CENTRAL=central.url,
            CONNECTION_NAME_CLONE=tablet.url,
            ZIP_FILE=file,
        )
        # The page begins with a plugin that was just installed.
        self.profile = Profile(FOLDER / "page")
        self.profile.process("plugins", "disable", "lizsync")
        for name, database in (("central", central), ("tablet", tablet)):
            self.saved(name, database)
            self.connection_to(database, name)
        # Debian's qgis_process is broken, as the page says.
        (self.profile.home / "bin").mkdir()
        (self.profile.home / "bin" / "qgis_process").symlink_to("/usr/bin/qgis_process.bin")
        environment = {**self.profile.environment, "PATH": f"{self.profile.home}/bin:{os.environ['PATH']}"}
        (commands,) = re.findall(r"(?ms)^```bash\n(.*?)^```$", page)
        done = subprocess.run(["bash", "-ec", commands], env=environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"NUMBER_PENDING:\s+0")
        (script,) = re.findall(r"(?ms)^```python\n(.*?)^```$", page)
        values = {}
        exec(script, values)
        self.assertEqual(values["result"]["OUTPUT_STATUS"], 1)

    def test_failures_have_an_exit_code_and_the_reason(self):
        central = self.database()
        for arguments, words in (
            (["CONNECTION_NAME=nobody"], 'There is no connection "nobody"'),
            ([], "mandatory parameters were not specified\n\n\tCONNECTION_NAME"),
            ([f"CONNECTION_NAME={central.url}", "OVERRIDE=perhaps"], "(OVERRIDE) is not valid: perhaps"),
            (["CONNECTION_NAME=service=nowhere"], "nowhere"),
        ):
            text = self.qgis("create_database_structure", *arguments, code=1)
            self.assertIn(words, text)
        text = self.qgis("upgrade_database_structure", f"CONNECTION_NAME={central.url}", code=1)
        self.assertIn("run create_database_structure", text)
        done = self.profile.process(
            "--json", "run", "lizsync:upgrade_database_structure", "--", f"CONNECTION_NAME={central.url}"
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn("run create_database_structure", done.stdout + done.stderr)
        text = self.qgis(
            "create_database_structure", f"CONNECTION_NAME={central.url}", code=1, LIZSYNC_BIN="", PATH="/usr/bin:/bin"
        )
        self.assertIn("The program lizsync, which does the work, was not found", text)

    def test_program_inside_the_plugin_is_run(self):
        inside = self.profile.plugin / "bin"
        inside.mkdir()
        self.addCleanup(inside.rmdir)
        program = inside / "lizsync"
        program.write_bytes(PROGRAM.read_bytes())
        self.addCleanup(program.unlink)
        central = self.database()
        self.qgis("create_database_structure", f"CONNECTION_NAME={central.url}", LIZSYNC_BIN="", PATH="/usr/bin:/bin")

    def test_master_password_comes_from_a_file_and_is_not_waited_for(self):
        central = self.database()
        authcfg = self.authentication(central.parts["user"], central.parts["password"])
        self.saved("guarded", central, authcfg=authcfg, username="", password="")
        text = self.qgis("create_database_structure", "CONNECTION_NAME=guarded", code=1)
        self.assertIn("QGIS_AUTH_PASSWORD_FILE", text)
        file = self.profile.home / "master"
        file.write_text("master\n")
        text = self.qgis("create_database_structure", "CONNECTION_NAME=guarded", QGIS_AUTH_PASSWORD_FILE=str(file))
        self.assertRegex(text, r"OUTPUT_STATUS:\s+1")

    def test_interrupt_cancels_the_statement(self):
        central = self.database(CITY)
        self.run_algorithm("create_database_structure", CONNECTION_NAME=central.url)
        with connect(central.url) as holder:
            holder.execute("begin; lock table city.tree")
            process = self.profile.start(
                "run",
                "lizsync:initialize_central_database",
                "--",
                f"CONNECTION_NAME_CENTRAL={central.url}",
                "ADD_UID_COLUMNS=true",
                "LOCK_TIMEOUT=3600",
            )
            self.addCleanup(process.kill)
            wait_for(lambda: central.execute(BLOCKED), "the lock")
            (program,) = [pid for pid in children(process.pid) if "serve" in Path(f"/proc/{pid}/cmdline").read_text()]
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does
            output, errors = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 1, output + errors)
            self.assertIn("cancelled", output + errors)
            self.assertEqual(central.execute(BLOCKED), [])
        wait_for(lambda: not is_running(program), "the end of the program")
