"""What QGIS does for scripts/screenshots, which runs it with this file and says in the environment what it needs."""
import json
import os
import time
import traceback
from pathlib import Path
from urllib.parse import urlsplit

from processing.gui.ProcessingToolbox import ProcessingToolbox
from qgis import utils
from qgis.core import (
    QgsApplication,
    QgsDataSourceUri,
    QgsFillSymbol,
    QgsLineSymbol,
    QgsMarkerSymbol,
    QgsProject,
    QgsProviderRegistry,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QEvent, QModelIndex, QTimer
from qgis.PyQt.QtWidgets import QDockWidget, QTreeView

IMAGES = Path(os.environ["LIZSYNC_IMAGES"])
PEOPLE = json.loads(os.environ["LIZSYNC_PEOPLE"])
CITY, TABLET = "Pont-l'Étang", "Tablet"  # connections
LIMIT = 60  # seconds for each step

# A second day: two people give one tag to two trees, and measure the same one; in the evening there is more to do.
BEFORE = {
    "anna": "update nature.tree set height_m = 7.5 where tag = 6210; update nature.tree set tag = 30001 where tag = 5555",
    "karim": "update nature.tree set height_m = 8 where tag = 6210; update nature.tree set tag = 30001 where tag = 8001",
}
AFTER = {
    "anna": "update nature.tree set health = 'good' where tag between 501 and 512",
    "karim": "update water.hydrant set flow_m3h = 60 where code like 'PI-003_'",
}
LAYERS = (
    ("city", "district", QgsFillSymbol, {"color": "#f5f1e6", "outline_color": "#b9ad93"}),
    ("city", "street", QgsLineSymbol, {"color": "#cfc7b5", "width": "0.6"}),
    ("water", "pipe", QgsLineSymbol, {"color": "#7ba7d6", "width": "0.3"}),
    ("nature", "tree", QgsMarkerSymbol, {"color": "#4f9d4f", "size": "1.6", "outline_style": "no"}),
    ("water", "hydrant", QgsMarkerSymbol, {"name": "square", "color": "#d0342c", "size": "2", "outline_style": "no"}),
)


def uri(person, database=None):
    """How QGIS connects as a person of the demo."""
    url = urlsplit(PEOPLE[person])
    made = QgsDataSourceUri()
    made.setConnection(url.hostname, str(url.port), database or url.path[1:], url.username, url.password)
    return made


def edit(edits):
    metadata = QgsProviderRegistry.instance().providerMetadata("postgres")
    for person, sql in edits.items():
        metadata.createConnection(uri(person).uri(False), {}).executeSql(sql)


def wait_for(condition, what):
    end = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain for {what}")
        QgsApplication.processEvents()
        time.sleep(0.01)


def picture(widget, name):
    """Saves what a widget looks like once it is drawn."""
    for _ in range(20):
        QgsApplication.processEvents()
        QgsApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    if not widget.grab().save(str(IMAGES / name)):
        raise AssertionError(f"{name} cannot be written")


def connect():
    metadata = QgsProviderRegistry.instance().providerMetadata("postgres")
    for name, source in ((CITY, uri("anna", "pont_l_etang")), (TABLET, uri("anna"))):
        connection = metadata.createConnection(source.uri(False), {"saveUsername": True, "savePassword": True})
        metadata.saveConnection(connection, name)


def draw(canvas, database):
    QgsProject.instance().clear()
    for schema, table, kind, properties in LAYERS:
        source = uri("anna", database)
        source.setDataSource(schema, table, "geom", "", "id")
        layer = QgsVectorLayer(source.uri(False), table, "postgres")
        layer.setRenderer(QgsSingleSymbolRenderer(kind.createSimple(properties)))
        QgsProject.instance().addMapLayer(layer)
    canvas.zoomToFullExtent()


def await_map(canvas):
    canvas.refresh()
    done = []
    canvas.mapCanvasRefreshed.connect(lambda: done.append(1))
    wait_for(lambda: done and not canvas.isDrawing(), "the map")


def await_panel(panel):
    wait_for(lambda: panel._fetching is None and panel._synchronizing is None, "the panel")


def panel_pictures(window, canvas):
    panel = utils.plugins["lizsync"].panel
    started = utils.plugins["lizsync"].daemon.pid is not None or panel.isVisible()
    panel.toggleViewAction().trigger()
    window.resizeDocks([panel], [430], 1)
    panel.central.setConnection(CITY)
    panel.clone.setConnection(TABLET)
    await_panel(panel)
    edit(BEFORE)
    panel.synchronize.click()
    await_panel(panel)
    edit(AFTER)
    panel.refresh.click()
    await_panel(panel)
    panel.conflict_rows.selectRow(0)
    wait_for(lambda: panel._finder._task is None, "the row")
    await_map(canvas)
    picture(window, "qgis-panel.png")
    message = utils.iface.messageBar().currentItem()
    told = {
        "started early": started,
        "pid": utils.plugins["lizsync"].daemon.pid,
        "names": panel.names.text(),
        "numbers": [one.text() for one in (panel.to_send, panel.to_receive, panel.pending)],
        "rows": [panel.conflict_rows.rowCount(), panel.pending_rows.rowCount()],
        "scale": round(canvas.scale()),
        "message": [message.title(), message.text()],
    }
    panel.pages.setCurrentIndex(1)
    picture(panel, "qgis-panel-advanced.png")
    panel.hide()
    return told


def dialog_picture():
    panel = utils.plugins["lizsync"].panel
    dialog = panel.open_dialog("lizsync:package_central_database")
    dialog.setParameters({"PG_LAYERS": list(QgsProject.instance().mapLayers())})
    dialog.resize(900, 560)
    picture(dialog, "qgis-dialog.png")
    given = dialog.createProcessingParameters()
    dialog.close()
    return {"dialog": [given["CONNECTION_NAME_CENTRAL"], len(given["PG_LAYERS"])]}


def toolbox_picture(window):
    (toolbox,) = window.findChildren(ProcessingToolbox)
    toolbox.show()
    toolbox.raise_()
    (tree,) = [one for one in toolbox.findChildren(QTreeView) if one.isVisible()]
    model = tree.model()
    top = [model.index(row, 0, QModelIndex()) for row in range(model.rowCount())]
    (ours,) = [index for index in top if model.data(index) == "LizSync"]
    tree.expandRecursively(ours)
    tree.scrollTo(ours, QTreeView.ScrollHint.PositionAtTop)
    picture(toolbox, "qgis-toolbox.png")
    return {"toolbox": sum(model.rowCount(model.index(row, 0, ours)) for row in range(model.rowCount(ours)))}


def main():
    window, canvas = utils.iface.mainWindow(), utils.iface.mapCanvas()
    told = {}
    try:
        window.setGeometry(0, 0, 1280, 800)
        for name in ("Browser", "Browser2", "ProcessingToolbox"):
            for dock in window.findChildren(QDockWidget, name):
                dock.hide()
        connect()
        draw(canvas, "tablet_anna")
        told.update(panel_pictures(window, canvas))
        draw(canvas, "pont_l_etang")
        told.update(dialog_picture())
        told.update(toolbox_picture(window))
    except Exception:
        told["error"] = traceback.format_exc()
    Path(os.environ["TOLD"]).write_text(json.dumps(told, indent=2, ensure_ascii=False))
    QgsProject.instance().setDirty(False)
    utils.iface.actionExit().trigger()


# Once QGIS is ready, and in its event loop.
QTimer.singleShot(1000, main)
