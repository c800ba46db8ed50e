"""The GeoPackage of a mobile project, with the layers that show no database.

QGIS's own native:package is no help here: it numbers rows anew whose field is
called fid, so that what refers to them is lost, and it writes one of two
layers over the other when their names differ by capitals only.
"""
from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
import sqlite3
import tempfile
import unicodedata
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Tuple

from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsFeatureRequest,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsJsonUtils,
    QgsPostgresStringUtils,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
)
from qgis.PyQt.QtCore import QVariant

from .texts import tr

FILE = "layers.gpkg"
# Names that SQLite, GeoPackage or its indexes have for themselves.
RESERVED = re.compile(r"(?:sqlite|gpkg|rtree)_", re.IGNORECASE)

# How values are written whose type a GeoPackage has not: {a,b} is what
# widgets of QGIS read from a text.
AS_TEXT = {
    QVariant.List: QgsPostgresStringUtils.buildArray,
    QVariant.StringList: QgsPostgresStringUtils.buildArray,
    QVariant.Map: QgsJsonUtils.encodeValue,
}

Tables = Dict[str, Tuple[str, str]]


class Cancelled(Exception):
    """A person wants no more of it."""


class Layer(NamedTuple):
    """What a layer is when the run begins; it may be altered after that."""

    id: str
    name: str
    table: str
    source: QgsVectorLayerFeatureSource
    fields: QgsFields
    geometry: Any
    crs: QgsCoordinateReferenceSystem
    options: List[str]
    expected: int

    def features(self) -> Iterator[QgsFeature]:
        """What is shown of it. Fields that QGIS adds, by joins or
        expressions, follow those of the provider, and are not read."""
        request = QgsFeatureRequest()
        request.setSubsetOfAttributes(list(range(len(self.fields))))
        return self.source.getFeatures(request)

    def count(self) -> Iterator[QgsFeature]:
        """The same without values; a layer's own count may be an estimate."""
        request = QgsFeatureRequest()
        request.setNoAttributes()
        return self.source.getFeatures(request)


class Export:
    """Layers of a project, on their way to the GeoPackage beside it."""

    def __init__(
        self, layers: List[QgsVectorLayer], project: str, overwrite: bool
    ) -> None:
        """Called in the thread of the layers; run may be called in another.

        Without overwrite, what the file has already stays.
        """
        folder = Path(os.path.splitext(project)[0] + "_mobile")
        self._file = folder / FILE
        self._before = {} if overwrite else tables(self._file)
        self._new: List[Layer] = []
        self._kept: List[Tuple[str, str]] = []
        self.given: List[str] = []  # what the program is told
        taken: Dict[str, str] = {}
        for layer in layers:
            if layer.id() in taken.values():
                continue  # chosen twice
            table = free_table(layer, taken, self._before)
            taken[table.casefold()] = layer.id()
            if table.casefold() in self._before:
                self._kept.append((layer.name(), table))
            else:
                self._new.append(prepare(layer, table))
            self.given.append(f"{layer.id()}={table}")

    def run(
        self,
        feedback: QgsProcessingFeedback,
        percent: float,
        pause: Callable[[], None],
    ) -> None:
        """Writes the file, in one step at the end. Its progress goes up to
        percent; pause is called now and then."""
        for name, table in self._kept:
            feedback.pushInfo(
                tr(
                    'The layer "{name}" is in {file} already: its table '
                    "{table} is kept."
                ).format(name=name, file=FILE, table=table)
            )
        if not self._new:
            return
        # Each feature is read twice: to write it, and to count it.
        total = max(1, sum(2 * layer.expected for layer in self._new))
        read = itertools.count()

        def heeded(features: Iterator[QgsFeature]) -> Iterator[QgsFeature]:
            for feature in features:
                number = next(read)
                if number % 256 == 0:
                    pause()
                    feedback.setProgress(min(1, number / total) * percent)
                if feedback.isCanceled():
                    raise Cancelled()
                yield feature

        try:
            self._file.parent.mkdir(exist_ok=True)
            free(self._file)  # what is in use is refused before the work
            with tempfile.TemporaryDirectory(
                prefix=".lizsync-", dir=self._file.parent
            ) as folder:
                part = Path(folder) / FILE
                if self._before:
                    shutil.copyfile(self._file, part)
                for layer in self._new:
                    feedback.pushInfo(
                        tr('The layer "{name}" goes into {file}.').format(
                            name=layer.name, file=FILE
                        )
                    )
                    write(layer, part, heeded(layer.features()))
                    check(layer, part, heeded(layer.count()))
                free(self._file)
                os.replace(part, self._file)
            feedback.setProgress(percent)
        except Cancelled:
            raise QgsProcessingException(
                tr("Cancelled: {file} is as it was before.").format(
                    file=self._file
                )
            ) from None
        except (OSError, sqlite3.Error) as error:
            raise QgsProcessingException(
                tr(
                    "{file} cannot be written: {reason}. Close it where it "
                    "is open, and check the rights and the room of its "
                    "folder."
                ).format(file=self._file, reason=error)
            ) from error
        finally:
            self._new = []


def tables(file: Path) -> Tables:
    """The tables of a GeoPackage by their names in small letters: the name
    as it is, and the layer of which it was made, when that is known."""
    if not file.exists():
        return {}
    try:
        with contextlib.closing(sqlite3.connect(file)) as database:
            rows = database.execute(
                "select table_name, description from gpkg_contents"
            ).fetchall()
    except sqlite3.Error as error:
        raise QgsProcessingException(
            tr(
                "{file} cannot be read: {reason}. Let it be replaced "
                "(OVERWRITE_GPKG), or take it away."
            ).format(file=file, reason=error)
        ) from error
    return {name.casefold(): (name, owner or "") for name, owner in rows}


def free_table(
    layer: QgsVectorLayer, taken: Dict[str, str], before: Tables
) -> str:
    """A readable name for the table of a layer, or that of the table which
    the layer has already."""
    text = unicodedata.normalize("NFC", layer.name())
    stem = re.sub(r"\W+", "_", text).strip("_")
    if not stem or RESERVED.match(stem):
        stem = f"layer_{stem}".rstrip("_")
    for number in itertools.count(1):
        table = stem if number == 1 else f"{stem}_{number}"
        if table.casefold() in taken:
            continue
        there = before.get(table.casefold())
        if there is None:
            return table
        # A table that was made elsewhere is known by its name alone.
        if there[1] in (layer.id(), ""):
            return there[0]
    raise AssertionError("the numbers have an end")


def free_name(stem: str, fields: QgsFields) -> str:
    """A name for a column that no field has."""
    names = {field.name().casefold() for field in fields}
    names_in_turn = itertools.chain(
        [stem], (f"{stem}_{number}" for number in itertools.count(1))
    )
    return next(name for name in names_in_turn if name not in names)


def prepare(layer: QgsVectorLayer, table: str) -> Layer:
    """Reads what is needed of a layer, in its thread."""
    provider = layer.dataProvider()
    fields = QgsFields(provider.fields())
    key = free_name("fid", fields)
    keys = provider.pkAttributeIndexes()
    integers = (QVariant.Int, QVariant.LongLong)
    if len(keys) == 1 and fields[keys[0]].type() in integers:
        # OGR takes the key -1 for none, and gives another.
        least = provider.minimumValue(keys[0])
        if not isinstance(least, int) or least >= 0:
            key = fields[keys[0]].name()
    return Layer(
        layer.id(),
        layer.name(),
        table,
        QgsVectorLayerFeatureSource(layer),
        fields,
        layer.wkbType(),
        layer.crs(),
        [
            f"FID={key}",
            f"GEOMETRY_NAME={free_name('geom', fields)}",
            # By it the layer's table is found again.
            f"DESCRIPTION={layer.id()}",
        ],
        max(0, layer.featureCount()),
    )


def write(layer: Layer, file: Path, features: Iterator[QgsFeature]) -> None:
    """Writes a layer into a table of its own."""
    columns, as_text = QgsFields(), {}
    for number, field in enumerate(layer.fields):
        if field.type() in AS_TEXT:
            as_text[number] = AS_TEXT[field.type()]
            field = QgsField(field.name(), QVariant.String)
        columns.append(field)
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    options.layerName = layer.table
    options.layerOptions = layer.options
    action = QgsVectorFileWriter.ActionOnExistingFile
    options.actionOnExistingFile = (
        action.CreateOrOverwriteLayer
        if file.exists()
        else action.CreateOrOverwriteFile
    )
    writer = QgsVectorFileWriter.create(
        str(file),
        columns,
        layer.geometry,
        layer.crs,
        QgsCoordinateTransformContext(),
        options,
    )
    if writer.hasError() != QgsVectorFileWriter.WriterError.NoError:
        raise not_whole(layer, writer.errorMessage())
    try:
        for feature in features:
            for number, written in as_text.items():
                value = feature.attribute(number)
                if value != NULL:
                    feature.setAttribute(number, written(value))
            if not writer.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
                raise not_whole(layer, writer.errorMessage())
    finally:
        del writer  # which writes the rest, and closes the file


def check(layer: Layer, file: Path, features: Iterator[QgsFeature]) -> None:
    """Refuses a table that has not all of the layer."""
    name = '"' + layer.table.replace('"', '""') + '"'
    with contextlib.closing(sqlite3.connect(file)) as database:
        query = f"select count(*) from {name}"  # nosec: it is quoted
        written = database.execute(query).fetchone()[0]
    # A source that is no longer there may look as if it were empty.
    there = sum(1 for _ in features) or layer.expected
    if written != there:
        raise not_whole(
            layer,
            tr(
                "{written} of {there} features are in it; see whether its "
                "source is still there, or was altered meanwhile, and try "
                "again"
            ).format(written=written, there=there),
        )


def not_whole(layer: Layer, reason: str) -> QgsProcessingException:
    return QgsProcessingException(
        tr(
            'The layer "{name}" could not be written into {file}: {reason}.'
        ).format(name=layer.name, file=FILE, reason=reason)
    )


def free(file: Path) -> None:
    """Brings all of a database into its file: SQLite would take a -wal that
    stays for that of what replaces it. An error when others have it open."""
    if file.exists():
        with contextlib.closing(sqlite3.connect(file, timeout=1)) as database:
            try:
                database.execute("begin exclusive")
                database.execute("rollback")
                database.execute("pragma journal_mode = delete")
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                pass  # it is something else, and goes
    for suffix in ("-wal", "-shm", "-journal"):
        with contextlib.suppress(FileNotFoundError):
            os.remove(f"{file}{suffix}")
