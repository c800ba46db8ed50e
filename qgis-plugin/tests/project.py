"""A project with all that refers to layers, for tests of what is made of it."""
from pathlib import Path
from typing import Any, Dict

from qgis.core import (
    QgsEditorWidgetSetup,
    QgsExpressionContextUtils,
    QgsFeature,
    QgsGeometry,
    QgsLayoutItemAttributeTable,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsMapThemeCollection,
    QgsPrintLayout,
    QgsProject,
    QgsRasterLayer,
    QgsRelation,
    QgsVectorLayer,
    QgsVectorLayerJoinInfo,
)
from qgis.PyQt.QtCore import QRectF, QUrl

TREES = """
create extension postgis;
create schema city;
create table city.species (id serial primary key, name text not null unique);
create table city.tree (id serial primary key, height int, species_name text references city.species (name), geom geometry(PointZ, 4326));
create table city."Chemins d'été" (id serial primary key, "Nom" text, geom geometry(LineString, 2154));
insert into city.species (name) values ('oak'), ('lime');
insert into city.tree (height, species_name, geom)
select n, 'oak', st_setsrid(st_makepoint(3 + n * 0.001, 43, n), 4326) from generate_series(1, 20) n;
insert into city."Chemins d'été" ("Nom") values ('été');
"""
GRID = "ncols 2\nnrows 2\nxllcorner 3\nyllcorner 43\ncellsize 1\n1 2\n3 4\n"


def make(project: QgsProject, database: Any, path: Path) -> Dict[str, Any]:
    """Saves a project with layers of a database and others; returns them."""
    folder, layers = path.parent, {}

    def add(key: str, layer: Any) -> Any:
        assert layer.isValid() or key == "wms", (key, layer.error().message())
        layers[key] = project.addMapLayer(layer)
        return layer

    def table(key: str, name: str, rest: str) -> Any:
        return add(key, QgsVectorLayer(database.source("sslmode=disable " + rest), name, "postgres"))

    trees = table("trees", "Trees", "key='id' srid=4326 type=PointZ table=\"city\".\"tree\" (geom)")
    high = table("high", "High trees & <tall>", "key='id' srid=4326 type=PointZ table=\"city\".\"tree\" (geom) sql=\"height\" > 18 AND \"species_name\" = 'oak'")
    species = table("species", "Species", "key='id' table=\"city\".\"species\"")
    table("paths", "Chemins d'été", "key='id' srid=2154 type=LineString table=\"city\".\"Chemins d'été\" (geom)")
    table("query", "Query", "key='id' table=\"(select id, name from city.species)\"")
    scratch = add("scratch", QgsVectorLayer("Point?crs=EPSG:4326&field=name:string", "Scratch", "memory"))
    feature = QgsFeature(scratch.fields(), 1)
    feature.setAttribute("name", "note")
    feature.setGeometry(QgsGeometry.fromWkt("Point(3 43)"))
    scratch.dataProvider().addFeatures([feature])
    file = folder / "zones.geojson"
    file.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"n": 1, "species": "oak"}, '
        '"geometry": {"type": "Point", "coordinates": [3, 43]}}]}'
    )
    zones = add("zones", QgsVectorLayer(str(file), "Zones", "ogr"))
    other = add("other", QgsVectorLayer(str(file), "zones", "ogr"))
    other.setSubsetString("n > 1")
    grid = folder / "grid.asc"
    grid.write_text(GRID)
    add("raster", QgsRasterLayer(str(grid), "Grid"))
    wms = add("wms", QgsRasterLayer("contextualWMSLegend=0&crs=EPSG:4326&dpiMode=7&format=image/png&layers=foo&styles&url=http://127.0.0.1:9/wms", "Imagery", "wms"))
    add("virtual", QgsVectorLayer(f"?layer_ref={trees.id()}&query=select * from Trees", "Virtual", "virtual"))
    embedded = bytes(QUrl.toPercentEncoding(database.source("key='id' table=\"city\".\"species\""))).decode()
    add("embedded", QgsVectorLayer(f"?layer=postgres:{embedded}:sp:&query=select * from sp", "Embedded", "virtual"))

    for layer, field in ((trees, "species_name"), (zones, "species")):
        join = QgsVectorLayerJoinInfo()
        join.setJoinLayer(species)
        join.setJoinFieldName("name")
        join.setTargetFieldName(field)
        layer.addJoin(join)
        values = {
            "Layer": species.id(),
            "LayerName": species.name(),
            "LayerSource": species.source(),
            "LayerProviderName": "postgres",
            "Key": "name",
            "Value": "name",
        }
        layer.setEditorWidgetSetup(layer.fields().indexFromName(field), QgsEditorWidgetSetup("ValueRelation", values))
    relation = QgsRelation()
    relation.setId("tree_species")
    relation.setName("tree species")
    relation.setReferencedLayer(species.id())
    relation.setReferencingLayer(trees.id())
    relation.addFieldPair("species_name", "name")
    project.relationManager().addRelation(relation)
    reference = {
        "Relation": "tree_species",
        "ReferencedLayerId": species.id(),
        "ReferencedLayerName": "Species",
        "ReferencedLayerDataSource": species.source(),
        "ReferencedLayerProviderKey": "postgres",
    }
    high.setEditorWidgetSetup(high.fields().indexFromName("species_name"), QgsEditorWidgetSetup("RelationReference", reference))
    trees.styleManager().addStyleFromLayer("second")
    layout = QgsPrintLayout(project)
    layout.initializeDefaults()
    layout.setName("Map & more")
    project.layoutManager().addLayout(layout)
    item = QgsLayoutItemMap(layout)
    item.attemptSetSceneRect(QRectF(5, 5, 100, 100))
    item.setLayers([trees, species, zones, wms])
    item.setKeepLayerSet(True)
    layout.addLayoutItem(item)
    legend = QgsLayoutItemLegend(layout)
    legend.setAutoUpdateModel(False)
    layout.addLayoutItem(legend)
    rows = QgsLayoutItemAttributeTable.create(layout)
    rows.setVectorLayer(trees)
    layout.addMultiFrame(rows)
    layout.atlas().setEnabled(True)
    layout.atlas().setCoverageLayer(trees)
    theme = QgsMapThemeCollection.MapThemeRecord()
    theme.addLayerRecord(QgsMapThemeCollection.MapThemeLayerRecord(trees))
    project.mapThemeCollection().insert("theme", theme)
    project.layerTreeRoot().addGroup("Groupe é")
    project.setTitle("Arbres & chemins")
    QgsExpressionContextUtils.setProjectVariable(project, "note", 'line1\nline2 <b> "q"')
    labels = project.auxiliaryStorage().createAuxiliaryLayer(trees.fields().field("id"), trees)
    trees.setAuxiliaryLayer(labels)
    assert project.write(str(path)), project.error()
    return layers
