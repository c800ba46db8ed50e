"""Layers: only tables of the chosen database, by their own names."""
import json
import zipfile
from pathlib import Path

from qgis.core import QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback, QgsProject, QgsVectorLayer

from .support import FOLDER, QgisTestCase
from lizsync import layers
from lizsync.connection import target

ODD = 'Ar"bres d\'été. v2, "x"'


class LayersTest(QgisTestCase):
    def layer(self, database, rest, name="trees"):
        layer = QgsVectorLayer(database.source(rest), name, "postgres")
        QgsProject.instance().addMapLayer(layer)
        self.addCleanup(QgsProject.instance().clear)
        return layer

    def tables(self, database, *given):
        context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
        context.setProject(QgsProject.instance())
        found = layers.find(list(given), context)
        return layers.tables(found, target(database.url), context, feedback), feedback.textLog()

    def refusal(self, database, *given):
        with self.assertRaises(QgsProcessingException) as raised:
            self.tables(database, *given)
        return str(raised.exception)

    def test_layers_are_given_as_objects_ids_names_sources_and_tables(self):
        database = self.database("create schema city; create table city.tree (id int primary key)")
        layer = self.layer(database, 'key=\'id\' table="city"."tree"')
        self.assertTrue(layer.isValid())
        for given in (layer, layer.id(), layer.name(), "postgres://" + layer.source(), "city.tree", '"city"."tree"'):
            names, _ = self.tables(database, given)
            self.assertEqual([name.replace('"', "") for name in names], ["city.tree"], given)
        described = layers.describe(layer)
        self.assertEqual(
            (described.id, described.name, described.key, described.filter), (layer.id(), "trees", "id", "")
        )

    def test_table_of_two_layers_is_taken_once(self):
        database = self.database("create schema city; create table city.tree (id int primary key)")
        one, two = (self.layer(database, 'key=\'id\' table="city"."tree"', name) for name in "ab")
        self.assertEqual(self.tables(database, one, two, "city.tree")[0], ["city.tree"])

    def test_odd_names_arrive_whole(self):
        quoted = '"' + ODD.replace('"', '""') + '"'
        central = self.prepared()
        central.execute(
            f"create schema {quoted}; create table {quoted}.{quoted} (id serial primary key, t text); "
            f"insert into {quoted}.{quoted} (t) values ('x')"
        )
        written = '"' + ODD.replace('"', '\\"') + '"'
        layer = self.layer(central, f"key='id' table={written}.{written}")
        self.assertTrue(layer.isValid())
        file = FOLDER / "odd.zip"
        self.run_algorithm(
            "package_central_database", CONNECTION_NAME_CENTRAL=central.url, PG_LAYERS=[layer], ZIP_FILE=str(file)
        )
        with zipfile.ZipFile(file) as package:
            (table,) = json.loads(package.read("manifest.json"))["tables"]
        self.assertEqual((table["schema"], table["name"]), (ODD, ODD))
        self.assertEqual(Path(file).suffix, ".zip")

    def test_layer_of_another_database_is_refused_by_name(self):
        central, other = self.database(), self.database(
            "create schema city; create table city.tree (id int primary key)"
        )
        layer = self.layer(other, 'key=\'id\' table="city"."tree"', "the other's trees")
        refusal = self.refusal(central, layer)
        self.assertIn("the other's trees", refusal)
        self.assertIn(other.name, refusal)
        self.assertIn(central.name, refusal)
        self.assertNotIn(central.parts["password"], refusal)

    def test_layers_that_are_no_tables_are_refused_by_name(self):
        database = self.database("create schema city; create table city.tree (id int primary key)")
        memory = QgsVectorLayer("Point", "scratch", "memory")
        QgsProject.instance().addMapLayer(memory)
        self.addCleanup(QgsProject.instance().clear)
        self.assertIn('"scratch" is not of PostgreSQL', self.refusal(database, memory))
        query = self.layer(database, "key='id' table=\"(select * from city.tree)\"", "query")
        self.assertIn('"query" is a query and no table', self.refusal(database, query))
        self.assertIn('There is no layer "nothing"', self.refusal(database, "nothing"))

    def test_layer_with_a_filter_is_packaged_whole_with_a_warning(self):
        central = self.prepared()
        layer = self.layer(central, 'key=\'id\' table="city"."tree" sql=height > 18', "high trees")
        self.assertEqual(layer.featureCount(), 2)
        feedback = QgsProcessingFeedback()
        result = self.run_algorithm(
            "package_central_database",
            feedback,
            CONNECTION_NAME_CENTRAL=central.url,
            PG_LAYERS=[layer],
            ZIP_FILE=str(FOLDER / "filter.zip"),
        )
        self.assertEqual(result["NUMBER_ROWS"], 20)
        self.assertIn('The layer "high trees" has a filter, which is not applied', feedback.textLog())
