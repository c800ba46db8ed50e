"""The GeoPackage of a mobile project: all of every layer, or the one before."""
import contextlib
import json
import resource
import shutil
import sqlite3
import tempfile
from pathlib import Path
from unittest import mock

from qgis.core import (
    QgsFeature,
    QgsField,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsVectorLayerJoinInfo,
)
from qgis.PyQt.QtCore import QVariant

from .support import FOLDER, QgisTestCase
from lizsync import geopackage, layers

POINTS = "Point?crs=EPSG:2154&field=name:string"
KINDS = """
create extension postgis;
create table sites (
    id int primary key, tags text[], codes int[], more jsonb, at timestamptz, day date, size numeric(12, 3), big bigint,
    code uuid, raw bytea, yes boolean, geom geometry(CurvePolygonZ, 2154)
);
insert into sites values (
    -1, array['a,b', 'c"d'], array[1, 2], '{"a": [1, "é"]}', '2024-05-06 07:08:09+00', '2024-02-29', 123456789.125, 9007199254740993,
    '01234567-89ab-cdef-0123-456789abcdef', '\\x00ff', true,
    'srid=2154;CURVEPOLYGON Z (CIRCULARSTRING Z (0 0 1, 1 1 1, 2 0 1, 1 -1 1, 0 0 1))'
), (7, null, null, null, null, null, null, null, null, null, null, null);
"""


class GeopackageTest(QgisTestCase):
    def setUp(self):
        super().setUp()
        self.folder = Path(tempfile.mkdtemp(dir=FOLDER))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.project = QgsProject.instance()
        self.addCleanup(self.project.clear)
        self.file = self.folder / "city_mobile" / "layers.gpkg"

    def add(self, layer):
        self.assertTrue(layer.isValid(), layer.error().message())
        self.project.addMapLayer(layer)
        return layer

    def memory(self, uri, *rows, name="Zones"):
        """A scratch layer; rows are a geometry as text, or None, and the values."""
        layer = self.add(QgsVectorLayer(uri, name, "memory"))
        for geometry, *values in rows:
            feature = QgsFeature(layer.fields())
            feature.setAttributes(values)
            if geometry:
                feature.setGeometry(QgsGeometry.fromWkt(geometry))
            self.assertTrue(layer.dataProvider().addFeatures([feature])[0])
        return layer

    def stored(self, layer, driver, name):
        """The same layer in a file."""
        path = self.folder / name
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName = driver
        QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), self.project.transformContext(), options)
        return self.add(QgsVectorLayer(str(path), path.stem, "ogr"))

    def export(self, *given, overwrite=True, feedback=None, pause=lambda: None):
        """Exports layers; returns the tables of each."""
        context = QgsProcessingContext()
        context.setProject(self.project)
        found = layers.exportable(list(given), context)
        export = geopackage.Export(found, str(self.folder / "city.qgz"), overwrite)
        export.run(feedback or QgsProcessingFeedback(), 30, pause)
        return dict(one.rsplit("=", 1) for one in export.given)

    def refusal(self, *given, **more):
        with self.assertRaises(QgsProcessingException) as raised:
            self.export(*given, **more)
        return str(raised.exception)

    def table(self, name):
        layer = QgsVectorLayer(f"{self.file}|layername={name}", name, "ogr")
        self.assertTrue(layer.isValid(), name)
        return layer

    def rows(self, layer):
        names = [field.name() for field in layer.fields()]
        return [
            (feature.geometry().asWkt() if feature.hasGeometry() else None, dict(zip(names, feature.attributes())))
            for feature in layer.getFeatures()
        ]

    def columns(self, name):
        return [field.name() for field in self.table(name).fields()]

    def leftovers(self):
        return sorted(path.name for path in self.file.parent.iterdir())

    def assert_whole(self, layer, table):
        """All that a layer shows is in its table."""
        copy = self.table(table)
        self.assertEqual(copy.wkbType(), layer.wkbType())
        self.assertEqual(copy.crs(), layer.crs())
        wanted, found = self.rows(layer), self.rows(copy)
        self.assertEqual(len(found), len(wanted))
        for (shape, values), (copied, also) in zip(wanted, found):
            self.assertEqual(copied, shape)
            self.assertEqual({name: also[name] for name in values}, values)

    def test_layers_of_every_provider_arrive_whole(self):
        first = self.memory(POINTS + "&field=n:integer", ("Point(1 2)", "é'\"", 7), ("Point(3 4)", "", None), name="memory")
        made = [
            first,
            self.stored(first, "GPKG", "package.gpkg"),
            self.stored(first, "GeoJSON", "json.geojson"),
            self.stored(first, "ESRI Shapefile", "shape.shp"),
            self.memory("None?field=text:string", (None, "x"), name="no geometry"),
            self.memory("MultiLineStringZM?crs=EPSG:4326", ("MultiLineStringZM((0 0 1 2, 1 1 3 4))",), name="zm"),
            self.memory("CompoundCurve?crs=EPSG:2154", ("CompoundCurve(CircularString(0 0, 1 1, 2 0), (2 0, 3 0))",), name="curves"),
            self.memory("Polygon?crs=EPSG:2154", name="empty"),
        ]
        (self.folder / "text.csv").write_text("x;y;fid\n1;2;a\n3;4;\n")
        uri = (self.folder / "text.csv").as_uri() + "?delimiter=;&xField=x&yField=y&crs=EPSG:4326"
        made.append(self.add(QgsVectorLayer(uri, "csv", "delimitedtext")))
        made.append(self.add(QgsVectorLayer(f"?layer_ref={first.id()}&query=select *, n * 2 as twice from memory", "virtual", "virtual")))
        tables = self.export(*made)
        for layer in made:
            with self.subTest(layer.name()):
                self.assert_whole(layer, tables[layer.id()])

    def test_values_of_postgresql_arrive(self):
        database = self.database(KINDS)
        layer = self.add(QgsVectorLayer(database.source("key='id' type=CurvePolygonZ srid=2154 table=\"public\".\"sites\" (geom)"), "Sites", "postgres"))
        self.export(layer)
        copy = self.table("Sites")
        self.assertEqual((copy.wkbType(), copy.crs()), (layer.wkbType(), layer.crs()))
        found = {values["id"]: (shape, values) for shape, values in self.rows(copy)}
        self.assertEqual(set(found), {-1, 7})
        shape, values = found[-1]
        self.assertEqual(shape, "CurvePolygonZ (CircularStringZ (0 0 1, 1 1 1, 2 0 1, 1 -1 1, 0 0 1))")
        self.assertEqual(values["tags"], '{"a,b","c\\"d"}')
        self.assertEqual(values["codes"], "{1,2}")
        self.assertEqual(json.loads(values["more"]), {"a": [1, "é"]})
        self.assertEqual(values["big"], 9007199254740993)
        self.assertEqual(values["size"], 123456789.125)
        self.assertEqual(values["day"].toString("yyyy-MM-dd"), "2024-02-29")
        shown = next(feature for feature in layer.getFeatures() if feature["id"] == -1)["at"]
        self.assertEqual(values["at"].toString("yyyy-MM-dd hh:mm:ss"), shown.toString("yyyy-MM-dd hh:mm:ss"))
        self.assertEqual(values["code"].strip("{}"), "01234567-89ab-cdef-0123-456789abcdef")
        self.assertEqual(bytes(values["raw"]), b"\x00\xff")
        self.assertTrue(values["yes"])
        self.assertTrue(all(not value for name, value in found[7][1].items() if name not in ("id", "fid")))

    def test_keys_and_fields_named_fid_keep_their_values(self):
        plain = self.memory(POINTS, *((f"Point({n} 0)", f"n{n}") for n in range(5)), name="keys")
        keys = self.stored(plain, "GPKG", "keys.gpkg")
        keys.dataProvider().deleteFeatures([1, 3])
        twice = self.memory(POINTS + "&field=fid:integer", ("Point(1 2)", "a", 7), ("Point(1 2)", "b", 7), name="twice")
        real = self.memory("Point?field=FID:double&field=geom:string", ("Point(1 2)", 1.5, "g"), name="real")
        database = self.database("create table species (id int primary key, name text); insert into species values (-1, 'unknown'), (3, 'oak'); create table park (fid bigint primary key); insert into park values (5), (8589934592)")
        species = self.add(QgsVectorLayer(database.source("key='id' table=\"public\".\"species\""), "species", "postgres"))
        park = self.add(QgsVectorLayer(database.source("key='fid' table=\"public\".\"park\""), "park", "postgres"))
        self.export(keys, twice, real, species, park)
        self.assertEqual([values["fid"] for _, values in self.rows(self.table("keys"))], [2, 4, 5])
        self.assertEqual(self.columns("keys"), ["fid", "name"])
        self.assertEqual([values["fid"] for _, values in self.rows(self.table("twice"))], [7, 7])
        self.assertEqual(self.rows(self.table("real"))[0][1], {"fid_1": 1, "FID": 1.5, "geom": "g"})
        self.assertEqual(sorted(values["id"] for _, values in self.rows(self.table("species"))), [-1, 3])
        self.assertEqual([values for _, values in self.rows(self.table("park"))], [{"fid": 5}, {"fid": 8589934592}])

    def test_joined_and_virtual_fields_stay_what_they_are(self):
        trees = self.memory(POINTS + "&field=species:integer", ("Point(1 2)", "a", 1), name="trees")
        species = self.memory("None?field=id:integer&field=latin:string", (None, 1, "Quercus"), name="species")
        join = QgsVectorLayerJoinInfo()
        join.setJoinLayer(species)
        join.setJoinFieldName("id")
        join.setTargetFieldName("species")
        trees.addJoin(join)
        trees.addExpressionField("upper(name)", QgsField("loud", QVariant.String))
        self.assertEqual(next(trees.getFeatures())["species_latin"], "Quercus")
        self.export(trees)
        self.assertEqual(self.columns("trees"), ["fid", "name", "species"])
        bare = self.memory("Point", ("Point(1 2)",), name="bare")
        bare.addExpressionField("1", QgsField("one", QVariant.Int))
        self.export(bare)
        self.assertEqual(self.columns("bare"), ["fid"])

    def test_filtered_layer_is_exported_as_it_is_shown(self):
        layer = self.stored(self.memory(POINTS, ("Point(1 2)", "a"), ("Point(1 2)", "b")), "GPKG", "some.gpkg")
        layer.setSubsetString("name = 'b'")
        self.export(layer)
        self.assertEqual([values["name"] for _, values in self.rows(self.table("some"))], ["b"])

    def test_what_cannot_be_exported_is_refused_by_name(self):
        layer = self.memory(POINTS, ("Point(1 2)", "a"), name="Zones d'été")
        layer.startEditing()
        self.export(layer)
        layer.changeAttributeValue(1, 0, "b")
        self.assertEqual(self.refusal(layer), 'The layer "Zones d\'été" has edits that are not saved: save them first.')
        layer.rollBack()
        broken = QgsVectorLayer("/nowhere.gpkg", "Broken", "ogr")
        self.project.addMapLayer(broken)
        self.assertIn('The layer "Broken" cannot be read', self.refusal(broken))
        elsewhere = QgsVectorLayer(POINTS, "Elsewhere", "memory")
        self.assertIn('The layer "Elsewhere" is not in the project', self.refusal(elsewhere))
        self.assertIn('The layer "city.tree" is not in the project', self.refusal("city.tree"))
        other = self.memory(POINTS, name="Zones d'été")
        refusal = self.refusal("Zones d'été")
        self.assertIn("Several layers of the project are meant: Zones d'été (", refusal)
        self.assertIn(other.id(), refusal)
        self.assertEqual(list(self.export(other.id())), [other.id()])
        twins = self.memory("Point?field=Nom:string&field=nom:string", ("Point(1 2)", "a", "b"), name="twins")
        self.assertRegex(self.refusal(twins), '"twins" could not be written into layers.gpkg: .*duplicate column name')

    def test_layer_whose_source_is_gone_is_refused(self):
        database = self.database("create table species (id int primary key); insert into species values (1), (2)")
        layer = self.add(QgsVectorLayer(database.source("key='id' table=\"public\".\"species\""), "Species", "postgres"))
        self.export(layer)
        database.execute("alter table species rename to gone")
        self.assertIn('"Species" could not be written into layers.gpkg: 0 of 2', self.refusal(layer))
        database.drop()
        self.assertIn('"Species" could not be written into layers.gpkg: 0 of 2', self.refusal(layer))
        stored = self.stored(self.memory(POINTS, ("Point(1 2)", "a")), "GeoJSON", "gone.geojson")
        (self.folder / "gone.geojson").unlink()
        self.assertIn('"gone" could not be written into layers.gpkg: 0 of 1', self.refusal(stored))
        self.assertEqual(self.table("Species").featureCount(), 2)

    def test_tables_have_readable_names_that_differ(self):
        names = ["Zones", "zones", 'a/b "c" d\'é=|;', "gpkg_contents", "  ", "Zones_2", "сад"]
        made = [self.memory(POINTS, ("Point(1 2)", str(number)), name=name) for number, name in enumerate(names)]
        tables = self.export(*made, made[0])
        self.assertEqual(
            [tables[layer.id()] for layer in made],
            ["Zones", "zones_2", "a_b_c_d_é", "layer_gpkg_contents", "layer", "Zones_2_2", "сад"],
        )
        for number, layer in enumerate(made):
            (row,) = self.rows(self.table(tables[layer.id()]))
            self.assertEqual(row[1]["name"], str(number))

    def test_cancelled_or_failed_export_leaves_the_one_before(self):
        self.export(self.memory(POINTS, ("Point(1 2)", "before"), name="old"))
        many = self.memory(POINTS + "&field=long:string(9999)", *((f"Point({n} 0)", "a", "x" * 5000) for n in range(2000)), name="many")
        feedback = QgsProcessingFeedback()
        feedback.progressChanged.connect(lambda told: told > 10 and feedback.cancel())
        before = self.file.read_bytes()
        self.assertIn("Cancelled", self.refusal(many, feedback=feedback))
        self.assertLess(feedback.progress(), 30)
        self.assertEqual((self.leftovers(), self.file.read_bytes()), (["layers.gpkg"], before))

        feedback = QgsProcessingFeedback()
        self.assertIn("Cancelled", self.refusal(many, feedback=feedback, pause=feedback.cancel), "Ctrl-C arrives in a pause")
        self.assertEqual((self.leftovers(), self.file.read_bytes()), (["layers.gpkg"], before))

        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 20, limits[1]))
        try:
            refusal = self.refusal(many)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        self.assertIn("many", refusal)
        self.assertEqual((self.leftovers(), self.file.read_bytes()), (["layers.gpkg"], before))

        def lossy(layer, file, features):
            write(layer, file, features)
            with contextlib.closing(sqlite3.connect(file)) as database:
                database.execute(f"delete from {layer.table} where fid = 1")
                database.commit()

        write = geopackage.write
        table = self.memory("None?field=text:string", (None, "x"), (None, "y"), name="texts")
        with mock.patch.object(geopackage, "write", lossy):
            self.assertIn('"texts" could not be written into layers.gpkg: 1 of 2 features are in it', self.refusal(table))
        self.assertEqual((self.leftovers(), self.file.read_bytes()), (["layers.gpkg"], before))

        shutil.rmtree(self.file.parent)
        self.file.parent.write_text("no folder")
        self.assertIn(f"{self.file} cannot be written", self.refusal(table))

    def test_nothing_of_the_one_before_is_mixed_with_the_new(self):
        old = self.memory("None?field=text:string", (None, "x"), name="old")
        self.export(old)
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            database.execute("pragma journal_mode = wal")
            database.execute("update old set text = 'in the -wal'")
            database.commit()
            self.assertEqual(self.leftovers(), ["layers.gpkg", "layers.gpkg-shm", "layers.gpkg-wal"])
            new = self.memory("None?field=text:string", (None, "new"), name="new")
            self.assertIn("Close it where it is open", self.refusal(new))
            self.assertEqual(database.execute("select text from old").fetchall(), [("in the -wal",)])
            # What a crash leaves behind.
            wal = Path(f"{self.file}-wal").read_bytes()
            main = self.file.read_bytes()
        self.file.write_bytes(main)
        Path(f"{self.file}-wal").write_bytes(wal)
        self.export(new, overwrite=False)
        self.assertEqual(self.rows(self.table("old"))[0][1]["text"], "in the -wal")
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            database.execute("update old set text = 'not yet'")
            self.assertEqual(self.leftovers(), ["layers.gpkg", "layers.gpkg-journal"])
            self.assertIn("Close it where it is open", self.refusal(new))
            database.commit()
        self.assertEqual(self.rows(self.table("old"))[0][1]["text"], "not yet")
        self.file.unlink()
        Path(f"{self.file}-wal").write_bytes(wal)
        self.export(new)
        self.assertEqual(self.leftovers(), ["layers.gpkg"])
        self.assertEqual(self.rows(self.table("new"))[0][1]["text"], "new")
        self.file.write_text("something else")
        self.export(new)
        self.assertEqual(self.table("new").featureCount(), 1)

    def test_tables_that_are_there_are_kept_when_asked(self):
        one = self.memory(POINTS, ("Point(1 2)", "one"))
        two = self.memory(POINTS, ("Point(1 2)", "two"))
        self.assertEqual(self.export(two), {two.id(): "Zones"})
        two.dataProvider().changeAttributeValues({1: {0: "later"}})
        feedback = QgsProcessingFeedback()
        tables = self.export(one, two, overwrite=False, feedback=feedback)
        self.assertEqual(tables, {one.id(): "Zones_2", two.id(): "Zones"}, "a table is not taken for another layer's")
        self.assertIn('The layer "Zones" is in layers.gpkg already: its table Zones is kept.', feedback.textLog())
        self.assertEqual([self.rows(self.table(name))[0][1]["name"] for name in ("Zones", "Zones_2")], ["two", "one"])
        before = self.file.stat()
        self.assertEqual(self.export(one, two, overwrite=False), tables)
        self.assertEqual((self.file.stat().st_ino, self.file.stat().st_mtime_ns), (before.st_ino, before.st_mtime_ns))
        # A table made by other programs belongs to the layer of its name.
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            database.execute("update gpkg_contents set description = '' where table_name = 'Zones'")
            database.commit()
        self.assertEqual(self.export(one, overwrite=False), {one.id(): "Zones"})
        self.file.write_text("something else")
        self.assertIn("cannot be read", self.refusal(one, overwrite=False))
        self.assertEqual(self.file.read_text(), "something else")
