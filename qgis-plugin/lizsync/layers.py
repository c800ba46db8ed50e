"""Layers of QGIS: from what a person chooses to tables of PostgreSQL."""
from __future__ import annotations

import re
from typing import Any, Dict, List, NamedTuple

from qgis.core import (
    QgsDataSourceUri,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsVectorLayer,
)

from .connection import Target, target
from .texts import tr

PART = r'(?:"(?:[^"]|"")+"|[^".,;\s=/\\:|]+)'
TABLE = re.compile(rf"{PART}\.{PART}")


class Layer(NamedTuple):
    """What is known of a layer of PostgreSQL."""

    id: str
    name: str
    provider: str
    source: str
    schema: str
    table: str
    key: str
    filter: str


def find(
    value: Any, context: QgsProcessingContext, one_each: bool = False
) -> List[Any]:
    """The layers that a value names; schema.table stays a text.

    A value that is neither a layer nor a table is an error; with one_each,
    also one that several layers of the project fit.
    """
    values = value if isinstance(value, (list, tuple)) else [value]
    found: List[Any] = []
    for one in values:
        layer = one
        if not isinstance(one, QgsMapLayer):
            text = str(one or "").strip()
            if one_each:
                refuse_ambiguous(text, context)
            is_table = TABLE.fullmatch(text) is not None
            layer = QgsProcessingUtils.mapLayerFromString(
                text, context, not is_table
            )
            if layer is None and is_table:
                layer = text
        if layer is None:
            raise QgsProcessingException(
                tr(
                    'There is no layer "{name}": give a layer of the project '
                    "or schema.table."
                ).format(name=one)
            )
        found.append(layer)
    return found


def refuse_ambiguous(text: str, context: QgsProcessingContext) -> None:
    """QGIS would take any of the layers with a name, or with a source, which
    its dialogs give for values that are not chosen in them."""
    project = context.project()
    if project is None or project.mapLayer(text) is not None:
        return
    fitting = [
        layer
        for layer in project.mapLayers().values()
        if text in (layer.name(), layer.source())
    ]
    if len(fitting) > 1:
        raise QgsProcessingException(
            tr(
                "Several layers of the project are meant: {layers}. Choose "
                "among them again, or give an id."
            ).format(
                layers=", ".join(
                    f"{layer.name()} ({layer.id()})" for layer in fitting
                )
            )
        )


def exportable(
    value: Any, context: QgsProcessingContext
) -> List[QgsVectorLayer]:
    """The layers of the project that a value names, when all that they show
    can be exported."""
    found = find(value, context, True)
    for layer in found:
        name = layer if isinstance(layer, str) else layer.name()
        problem = ""
        if isinstance(layer, str) or not in_project(layer, context):
            problem = tr(
                'The layer "{name}" is not in the project: add it, and save '
                "the project."
            )
        elif not isinstance(layer, QgsVectorLayer) or not layer.isValid():
            problem = tr(
                'The layer "{name}" cannot be read as a vector layer: take '
                "it out of the list, or repair its source."
            )
        elif layer.isModified():
            problem = tr(
                'The layer "{name}" has edits that are not saved: save them '
                "first."
            )
        if problem:
            raise QgsProcessingException(problem.format(name=name))
    return found


def in_project(layer: QgsMapLayer, context: QgsProcessingContext) -> bool:
    project = context.project()
    return project is not None and project.mapLayer(layer.id()) is not None


def describe(layer: QgsMapLayer) -> Layer:
    """What is known of a layer; refused when it is no table."""
    uri = QgsDataSourceUri(layer.source())
    if layer.providerType() != "postgres":
        raise QgsProcessingException(
            tr(
                'The layer "{name}" is not of PostgreSQL: take it out of the '
                "list."
            ).format(name=layer.name())
        )
    if not uri.schema() or uri.table().startswith("("):
        raise QgsProcessingException(
            tr(
                'The layer "{name}" is a query and no table: take it out of '
                "the list, or choose the table or view itself."
            ).format(name=layer.name())
        )
    return Layer(
        layer.id(),
        layer.name(),
        layer.providerType(),
        layer.source(),
        uri.schema(),
        uri.table(),
        uri.keyColumn(),
        uri.sql(),
    )


def quoted(name: str) -> str:
    """A part of schema.table, in quotes when it would be read otherwise."""
    if re.fullmatch(PART, name) and not name.startswith('"'):
        return name
    return '"' + name.replace('"', '""') + '"'


def tables(
    layers: List[Any],
    database: Target,
    context: QgsProcessingContext,
    feedback: QgsProcessingFeedback,
    ids: bool = False,
) -> List[str]:
    """The tables of layers, each once as schema.table; with ids, a layer of
    the project by its id.

    Every layer has to be of the given database.
    """
    names: Dict[str, None] = {}
    for layer in layers:
        if isinstance(layer, str):
            names[layer] = None
            continue
        described = describe(layer)
        own = target(described.source)
        if own != database:
            raise QgsProcessingException(
                tr(
                    'The layer "{name}" is of the database {own}, and the '
                    "connection leads to {database}: choose layers of that "
                    "database, or another connection."
                ).format(name=layer.name(), own=own, database=database)
            )
        if ids and in_project(layer, context):
            names[described.id] = None
            continue
        if described.filter:
            feedback.pushWarning(
                tr(
                    'The layer "{name}" has a filter, which is not applied: '
                    "all rows of the table are taken."
                ).format(name=layer.name())
            )
        names[f"{quoted(described.schema)}.{quoted(described.table)}"] = None
    return list(names)
