"""Rows of the databases on the map: their layers and features."""
from __future__ import annotations

from typing import Any, List, Optional, Tuple

from qgis.core import (
    QgsApplication,
    QgsCoordinateTransform,
    QgsCsException,
    QgsDataSourceUri,
    QgsExpression,
    QgsFeature,
    QgsFeatureRequest,
    QgsProject,
    QgsProviderRegistry,
    QgsTask,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
)
from qgis.gui import QgsHighlight, QgsMapCanvas
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtGui import QColor

from .connection import target
from .status import parts
from .texts import tr

# A point is shown at this scale, unless the map is nearer.
NEAR = 1000.0
MARK = "#e00000"

Found = Optional[Tuple[str, QgsFeature]]


def layers_of(connections: List[str]) -> List[QgsVectorLayer]:
    """The project's layers of the databases that connections lead to.

    In the order of the connections.
    """
    metadata = QgsProviderRegistry.instance().providerMetadata("postgres")
    known = metadata.connections(False)
    ranks = {}
    for name in reversed(connections):
        if name in known:
            ranks[target(known[name].uri())] = connections.index(name)
    found = []
    for layer in QgsProject.instance().mapLayers().values():
        if layer.providerType() == "postgres":
            rank = ranks.get(target(layer.source()))
            if rank is not None:
                found.append((rank, layer))
    return [layer for _, layer in sorted(found, key=lambda one: one[0])]


def refresh(connections: List[str]) -> None:
    """Has the layers of databases read and drawn anew."""
    for layer in layers_of(connections):
        layer.reload()
        layer.triggerRepaint()


def unsaved(connections: List[str]) -> List[str]:
    """The names of layers of databases with edits that are not saved."""
    return [
        layer.name()
        for layer in layers_of(connections)
        if layer.isModified()
    ]


class Finder(QObject):
    """Shows rows on the map; reads them while QGIS goes on."""

    told = pyqtSignal(str)  # what came of it, empty when the row is shown

    def __init__(self, canvas: QgsMapCanvas, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._task: Optional[QgsTask] = None
        self._mark: Optional[QgsHighlight] = None

    def show(self, relation: str, uid: str, connections: List[str]) -> None:
        """Zooms to a row, on a layer of the first connection that has it."""
        self.stop()
        schema, table = parts(relation)
        layers = [
            layer
            for layer in layers_of(connections)
            if QgsDataSourceUri(layer.source()).schema() == schema
            and QgsDataSourceUri(layer.source()).table() == table
        ]
        if not layers:
            self.told.emit(
                tr(
                    "No layer of the project shows the table {table}: add it "
                    "to see the row on the map."
                ).format(table=f"{schema}.{table}")
            )
            return
        sources = [
            (layer.id(), QgsVectorLayerFeatureSource(layer))
            for layer in layers
        ]

        def find(task: QgsTask) -> Found:
            expression = QgsExpression.createFieldEqualityExpression(
                "uid", uid
            )
            for identifier, source in sources:
                request = QgsFeatureRequest().setFilterExpression(expression)
                request.setLimit(1)
                for feature in source.getFeatures(request):
                    return identifier, feature
            return None

        def end(error: Any, found: Found = None) -> None:
            if self._task is task:
                self._task = None
                self.told.emit(str(error) if error else self._zoom(found))

        task = QgsTask.fromFunction(
            tr("Finding a row"), find, on_finished=end
        )
        self._task = task
        QgsApplication.taskManager().addTask(task)

    def stop(self) -> None:
        """Forgets what is being found, and takes the mark off the map."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        mark, self._mark = self._mark, None
        if mark is not None:
            self._canvas.scene().removeItem(mark)

    def _zoom(self, found: Found) -> str:
        layer = QgsProject.instance().mapLayer(found[0]) if found else None
        if found is None or layer is None:
            return tr(
                "The row is on no layer of the project: it is deleted, or a "
                "filter of the layer hides it."
            )
        feature = found[1]
        if feature.geometry().isEmpty():
            return tr('The row on the layer "{name}" has no geometry.').format(
                name=layer.name()
            )
        transform = QgsCoordinateTransform(
            layer.crs(),
            self._canvas.mapSettings().destinationCrs(),
            QgsProject.instance(),
        )
        try:
            box = transform.transformBoundingBox(
                feature.geometry().boundingBox()
            )
        except QgsCsException as error:
            return error.what()
        if box.width() or box.height():
            box.scale(1.5)
            self._canvas.setExtent(box)
        else:
            self._canvas.setCenter(box.center())
            self._canvas.zoomScale(min(self._canvas.scale(), NEAR))
        self._canvas.refresh()
        self._mark = QgsHighlight(self._canvas, feature, layer)
        self._mark.setColor(QColor(MARK))
        self._mark.setFillColor(QColor(MARK))
        self._mark.setBuffer(1.0)  # millimetres
        self._mark.setMinWidth(1.0)
        self._mark.show()
        return ""
