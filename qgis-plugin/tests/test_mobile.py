"""Mobile projects: made in QGIS, and opened in QGIS again."""
import os
import re
import shutil
import tempfile
import zipfile
from pathlib import Path
from unittest import mock
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProject,
    QgsProviderRegistry,
    QgsVectorLayer,
)

from .project import TREES, make
from .support import FOLDER, SERVER, Database, Profile, QgisTestCase, connect, wait_for
from .test_run import Told
from lizsync.parameters import project_file

SECRET = "c'entral&<pass>\"1 é\\"
PG, GPKG = ("trees", "species", "paths"), ("scratch", "zones", "other")


class Central(Database):
    """A database whose role has a password that a search can find."""

    def __init__(self, name):
        super().__init__(name)
        self.execute(f"create role {name} superuser login password '{SECRET.replace(chr(39), chr(39) * 2)}'")

    def drop(self):
        super().drop()
        with connect(SERVER) as admin:
            admin.execute(f"drop role {self.name}")

    @property
    def parts(self):
        return {**super().parts, "user": self.name, "password": SECRET}


def content(path):
    """The XML of a project."""
    if path.suffix == ".qgs":
        return path.read_text()
    with zipfile.ZipFile(path) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".qgs")]
        return archive.read(name).decode()


def values(xml):
    """What is between quotes and between tags, and what is around it."""
    return re.split(r'("[^"]*"|>[^<]*<)', xml)


class MobileTest(QgisTestCase):
    def setUp(self):
        super().setUp()
        self.project = QgsProject.instance()
        self.addCleanup(self.project.clear)

    def city(self, extension="qgz"):
        """A central database, and a project that is saved and shows it."""
        self.project.clear()
        self.folder = Path(tempfile.mkdtemp(dir=FOLDER))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        central = Central(f"mobile{os.getpid()}_{len(self._cleanups)}")
        self.addCleanup(central.drop)
        central.execute(TREES)
        self.path = self.folder / f"city.{extension}"
        return central, make(self.project, central, self.path)

    def parameters(self, central, made, **more):
        p = central.parts
        return {
            "CONNECTION_NAME_CENTRAL": f"host={p['host']} port={p['port']} dbname={central.name} user={p['user']}",
            "PG_LAYERS": [made[key] for key in PG],
            "GPKG_LAYERS": [made[key] for key in GPKG],
            **more,
        }

    def clone_of(self, central, sql=TREES):
        """A database with the tables of central, and how the field reaches it."""
        clone = self.database(sql)
        p = clone.parts
        passwords = self.folder / "pgpass"
        passwords.write_text(f"*:*:{clone.name}:{p['user']}:{p['password']}\n")
        passwords.chmod(0o600)
        patch = mock.patch.dict(os.environ, PGPASSFILE=str(passwords))
        patch.start()
        self.addCleanup(patch.stop)
        return clone, {"CLONE_HOST": p["host"], "CLONE_PORT": int(p["port"]), "CLONE_DATABASE": clone.name, "CLONE_USER": p["user"]}

    def assert_only_sources_differ(self, before, after, central, clone):
        before, after = values(content(before)), values(content(after))
        self.assertEqual(len(before), len(after))
        differing = [(old, new) for old, new in zip(before, after) if old != new]
        self.assertGreater(len(differing), 15)
        for old, new in differing:
            moved = central.name in old and clone in new and central.name not in new
            # QGIS itself leaves the rest of a password, after a space, in what refers to a layer.
            hidden = new == re.sub(r"password='(\\.|[^'\\])*' |(?<=' )[^ =]*' ", "", old)
            exported = "city_mobile/layers.gpkg|layername=" in new
            provider = (old.strip('"<>'), new.strip('"<>')) == ("memory", "ogr")
            self.assertTrue(moved or hidden or exported or provider, (old, new))

    def assert_no_password(self, folder):
        forms = {SECRET, escape(SECRET), escape(SECRET, {'"': "&quot;"}), quote(SECRET, safe=""), quote_plus(SECRET)}
        forms.add(SECRET.split(" ")[1].replace("\\", "\\\\") + "' ")  # what QGIS leaves
        forms |= {form.replace("\\", "\\\\").replace("'", "\\'") for form in set(forms)}
        for form in set(forms):
            forms |= {escape(form), escape(form, {'"': "&quot;"}), quote(form, safe=""), quote_plus(form)}
        for path in folder.rglob("*"):
            if not path.is_file() or path == self.path:
                continue
            parts = [path.read_bytes()]
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    parts += [archive.read(name) for name in archive.namelist()]
            for part in parts:
                for form in forms:
                    self.assertFalse(form.encode() in part, f"{form} is in {path}")

    def assert_works_in_the_field(self, mobile, made, clone):
        """The layers are valid where the clone is, and show it."""
        ids = {key: made[key].id() for key in made}
        counts = {"trees": 20, "species": 2, "paths": 1, "scratch": 1, "zones": 1, "other": 0}
        names = {key: {field.name() for field in made[key].dataProvider().fields()} for key in PG + GPKG}
        # Virtual layers look for others in the current project alone.
        opened = self.project
        self.assertTrue(opened.read(str(mobile)), opened.error())
        self.assertEqual(set(opened.mapLayers()), set(ids.values()))
        for key in PG:
            layer = opened.mapLayer(ids[key])
            self.assertTrue(layer.isValid(), (key, layer.error().message()))
            self.assertEqual(QgsProviderRegistry.instance().decodeUri("postgres", layer.source())["dbname"], clone.name)
            self.assertEqual(layer.featureCount(), counts[key], key)
            self.assertEqual({field.name() for field in layer.dataProvider().fields()} - {"uid"}, names[key])
        for key in GPKG:
            layer = opened.mapLayer(ids[key])
            self.assertTrue(layer.isValid(), (key, layer.error().message()))
            self.assertIn(str(self.folder / "city_mobile" / "layers.gpkg"), layer.source())
            self.assertEqual(layer.featureCount(), counts[key], key)
            self.assertEqual({field.name() for field in layer.dataProvider().fields()} - {"fid"}, names[key])
        trees, zones = opened.mapLayer(ids["trees"]), opened.mapLayer(ids["zones"])
        self.assertEqual(next(trees.getFeatures())["Species_id"], 1, "the join")
        self.assertEqual(next(zones.getFeatures())["Species_id"], 1, "the join from the GeoPackage to the clone")
        self.assertTrue(opened.relationManager().relation("tree_species").isValid())
        widget = zones.editorWidgetSetup(zones.fields().indexFromName("species")).config()
        self.assertIn(clone.name, widget["LayerSource"])
        self.assertTrue(QgsVectorLayer(widget["LayerSource"], "", widget["LayerProviderName"]).isValid())
        layout = opened.layoutManager().layoutByName("Map & more")
        self.assertEqual(layout.atlas().coverageLayer(), trees)
        self.assertTrue(opened.mapLayer(ids["virtual"]).isValid())
        self.assertEqual(opened.mapLayer(ids["virtual"]).featureCount(), 20)
        self.assertIn(clone.name, opened.mapLayer(ids["embedded"]).source())
        self.assertEqual(trees.styleManager().styles(), ["default", "second"])
        self.assertIsNotNone(trees.auxiliaryLayer())

    def test_project_works_in_the_field(self):
        for extension in ("qgs", "qgz"):
            with self.subTest(extension):
                central, made = self.city(extension)
                clone, where = self.clone_of(central)
                before = self.path.read_bytes()
                told = Told()
                result = self.run_algorithm("build_mobile_project", told, **self.parameters(central, made, **where))
                mobile = Path(result["MOBILE_PROJECT_FILE"])
                self.assertEqual(mobile, self.path.with_name(f"city_mobile.{extension}"))
                self.assertEqual((result["NUMBER_PG_LAYERS"], result["NUMBER_GPKG_LAYERS"]), (3, 3))
                self.assertEqual(told.percent, sorted(told.percent))
                self.assertIn(30, told.percent)
                self.assertEqual(told.warnings, [])
                self.assertEqual(self.path.read_bytes(), before)
                self.assertFalse(self.project.isDirty())
                self.assert_only_sources_differ(self.path, mobile, central, clone.name)
                self.assert_no_password(self.folder)
                self.assert_works_in_the_field(mobile, made, clone)

    def test_only_the_chosen_of_two_layers_of_a_table_moves(self):
        central, made = self.city()
        result = self.run_algorithm("build_mobile_project", **self.parameters(central, made, PG_LAYERS=[made["high"], "city.species"], GPKG_LAYERS=[]))
        opened = QgsProject()
        opened.read(result["MOBILE_PROJECT_FILE"])
        shown = {key: QgsProviderRegistry.instance().decodeUri("postgres", opened.mapLayer(made[key].id()).source()) for key in ("trees", "high", "species", "paths")}
        self.assertEqual({key: uri["dbname"] for key, uri in shown.items()}, {"trees": central.name, "high": "gis", "species": "gis", "paths": central.name})
        self.assertIn("18", opened.mapLayer(made["high"].id()).source())

    def test_project_has_to_be_what_is_on_disk(self):
        central, made = self.city()
        parameters = self.parameters(central, made)

        def refusal(**more):
            feedback = QgsProcessingFeedback()
            with self.assertRaises(QgsProcessingException) as raised:
                self.run_algorithm("build_mobile_project", feedback, **{**parameters, **more})
            return feedback.textLog() + str(raised.exception)

        self.project.setTitle("another")
        self.assertIn("The project has changes that are not saved", refusal())
        self.project.setDirty(False)
        self.assertIn("elsewhere.qgz is not the project of the run", refusal(QGIS_PROJECT_FILE=str(self.folder / "elsewhere.qgz")))
        made["zones"].startEditing()
        made["zones"].changeAttributeValue(0, 0, 5)
        self.project.setDirty(False)
        self.assertIn('The layer "Zones" has edits that are not saved', refusal())
        made["zones"].rollBack()
        self.project.setDirty(False)
        self.assertIn('"Query" is a query and no table', refusal(PG_LAYERS=[made["query"]]))
        self.assertIn('"Zones" is not of PostgreSQL', refusal(PG_LAYERS=[made["zones"]]))
        again = made["trees"].clone()
        self.project.addMapLayer(again)
        self.project.setDirty(False)
        several = refusal(PG_LAYERS=[again.source()])
        self.assertIn("Several layers of the project are meant", several)
        self.assertIn(again.id(), several)
        self.project.removeMapLayer(again)
        self.project.setDirty(False)
        self.assertIn("GPKG_LAYERS", refusal(GPKG_LAYERS=[made["trees"]]), "it is in both lists")
        self.assertFalse(self.path.with_name("city_mobile.qgz").exists())
        self.run_algorithm("build_mobile_project", QGIS_PROJECT_FILE=str(self.path), **parameters)
        kept = f"geopackage:{self.folder}/store.gpkg?projectName=city"
        self.assertTrue(self.project.write(kept))
        self.assertIn("The project is not in a file: save it first", refusal())
        self.project.clear()
        self.assertIn("The project is not in a file: save it first", refusal(PG_LAYERS=["city.tree"], GPKG_LAYERS=[]))
        self.assertTrue(self.project.write(str(self.path)))
        self.path.unlink()
        self.assertIn("city.qgz no longer exists", refusal(PG_LAYERS=["city.tree"], GPKG_LAYERS=[]))
        with self.assertRaises(QgsProcessingException):
            project_file(None, QgsProcessingContext())

    def test_model_builds_the_mobile_project_of_the_current_one(self):
        central, made = self.city()
        child = QgsProcessingModelChildAlgorithm("lizsync:build_mobile_project")
        child.setChildId("build")
        parameters = self.parameters(central, made, PG_LAYERS=[made["trees"].id()], GPKG_LAYERS=[made["zones"].id()])
        for key, value in parameters.items():
            child.addParameterSources(key, [QgsProcessingModelChildParameterSource.fromStaticValue(value)])
        model = QgsProcessingModelAlgorithm("m", "m", "m")
        model.addChildAlgorithm(child)
        context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
        context.setProject(self.project)
        _, ok = model.run({}, context, feedback)
        self.assertTrue(ok, feedback.textLog())
        self.assertTrue(self.path.with_name("city_mobile.qgz").exists())
        self.assertTrue((self.folder / "city_mobile" / "layers.gpkg").exists())

    def test_run_in_the_background_exports_and_can_be_cancelled(self):
        central, made = self.city()
        parameters = self.parameters(central, made)
        run = self.plugin.run("build_mobile_project", parameters)
        told = []
        for name in ("finished", "failed", "cancelled"):
            getattr(run, name).connect(lambda value, name=name: told.append((name, value)))
        run.start()
        wait_for(lambda: told, "the end of the run")
        self.assertEqual(told[0][0], "finished", told)
        before = (self.folder / "city_mobile" / "layers.gpkg").read_bytes()
        run, told = self.plugin.run("build_mobile_project", parameters), []
        for name in ("finished", "failed", "cancelled"):
            getattr(run, name).connect(lambda value, name=name: told.append((name, value)))
        run.start()
        run.cancel()
        wait_for(lambda: told, "the end of the run")
        self.assertEqual(told[0][0], "cancelled", told)
        self.assertEqual((self.folder / "city_mobile" / "layers.gpkg").read_bytes(), before)

    def test_all_in_one_step_makes_what_a_clone_needs(self):
        central, made = self.city()
        clone, where = self.clone_of(central, "create extension postgis")
        names = {"CONNECTION_NAME_CENTRAL": self.connection_to(central), "CONNECTION_NAME_CLONE": self.connection_to(clone)}
        self.run_algorithm("create_database_structure", CONNECTION_NAME=central.name)
        self.run_algorithm("initialize_central_database", CONNECTION_NAME_CENTRAL=central.name)
        told = Told()
        result = self.run_algorithm("package_all", told, **self.parameters(central, made, **names, **where))
        self.assertEqual((result["NUMBER_ROWS"], result["NUMBER_PG_LAYERS"], result["NUMBER_GPKG_LAYERS"]), (23, 3, 3))
        self.assertEqual(told.percent, sorted(told.percent))
        self.assertEqual(
            {path.name for path in (self.folder / "city_mobile").iterdir()}, {"layers.gpkg", "central_database_package.zip"}
        )
        self.run_algorithm("deploy_database_server_package", **names, ZIP_FILE=result["ZIP_FILE"])
        self.assert_no_password(self.folder)
        trees = made["trees"].id()
        self.assert_works_in_the_field(Path(result["MOBILE_PROJECT_FILE"]), made, clone)
        layer = self.project.mapLayer(trees)
        layer.startEditing()
        layer.changeAttributeValue(1, layer.fields().indexFromName("height"), 99)
        self.assertTrue(layer.commitChanges(), layer.commitErrors())
        result = self.run_algorithm("synchronize_database", **names)
        self.assertEqual(result["NUMBER_REPLAYED_TO_CENTRAL"], 1)
        self.assertEqual(central.execute("select height from city.tree where id = 1"), [(99,)])

    def test_qgis_process_builds_it(self):
        central, made = self.city()
        clone, where = self.clone_of(central)
        ids = {key: layer.id() for key, layer in made.items()}
        profile = Profile(self.folder / "profile")
        profile.process("plugins", "enable", "lizsync")
        arguments = [f"{key}={value}" for key, value in where.items()]
        arguments += [f"PG_LAYERS={ids[key]}" for key in PG] + [f"GPKG_LAYERS={ids[key]}" for key in ("zones", "other")]
        arguments.append("GPKG_LAYERS=Scratch")
        arguments.append("CONNECTION_NAME_CENTRAL=" + self.parameters(central, made)["CONNECTION_NAME_CENTRAL"])
        command = ["run", "lizsync:build_mobile_project", f"--project_path={self.path}", "--", *arguments]
        done = profile.process(*command)
        self.assertEqual(done.returncode, 0, done)
        mobile = self.path.with_name("city_mobile.qgz")
        self.assertRegex(done.stdout, rf"MOBILE_PROJECT_FILE:\s+{re.escape(str(mobile))}")
        self.assert_only_sources_differ(self.path, mobile, central, clone.name)
        self.assert_no_password(mobile.with_suffix(""))
        done = profile.process("run", "lizsync:build_mobile_project", "--", *arguments)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("requires a QGIS project", done.stdout + done.stderr)
