"""An algorithm of the program as one of QGIS."""
from __future__ import annotations

import html
import queue
import threading
from typing import Any, Callable, Dict, List, Optional, Tuple

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputBoolean,
    QgsProcessingOutputFile,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsSettings,
)
from qgis.PyQt.QtCore import QCoreApplication, QThread
from qgis.PyQt.QtGui import QIcon

from . import connection, layers
from .client import Client, Lost, Refused, explain
from .daemon import Daemon, DaemonError
from .geopackage import Export
from .parameters import Input, read_all
from .texts import tr

Connect = Callable[[], Client]
# What a dialog shows at first; models, scripts and qgis_process are not
# told of it.
REMEMBERED = "lizsync/last/{algorithm}/{parameter}"
# The part of the work that an export is, in percent.
EXPORT = 30.0


class LizSyncAlgorithm(QgsProcessingAlgorithm):
    """Hands a call over to the program and shows what comes back."""

    def __init__(
        self,
        description: Dict[str, Any],
        icon: str,
        daemon: Daemon,
        connect: Connect,
    ) -> None:
        """description is the catalogue's; connect speaks with daemon."""
        super().__init__()
        self._made_of = (description, icon, daemon, connect)
        self._description = description
        self._icon = icon
        self._daemon = daemon
        self._connect = connect
        schema = description["inputs"]
        self._inputs = [
            Input(name, one, name in schema["required"])
            for name, one in schema["properties"].items()
        ]
        self._values: Dict[str, Any] = {}
        self._export: Optional[Export] = None

    # What it is.

    def createInstance(self) -> "LizSyncAlgorithm":  # noqa: N802
        return LizSyncAlgorithm(*self._made_of)

    def name(self) -> str:
        return self._description["id"]

    def displayName(self) -> str:  # noqa: N802
        return tr(self._description["title"])

    def group(self) -> str:
        return tr(self._description["group"])

    def groupId(self) -> str:  # noqa: N802
        return self._description["group"].lower().replace(" ", "_")

    def flags(self) -> QgsProcessingAlgorithm.Flags:
        flags = super().flags()
        if any(one.kind == "project" for one in self._inputs):
            flags |= QgsProcessingAlgorithm.Flag.FlagRequiresProject
        return flags

    def icon(self) -> QIcon:
        return QIcon(self._icon)

    def svgIconPath(self) -> str:  # noqa: N802
        return self._icon

    def shortHelpString(self) -> str:  # noqa: N802
        """What it does, and the errors that a person can do something
        about; plain where a terminal shows it."""
        text = tr(self._description["description"])
        heading = tr("When it refuses or fails")
        errors = [
            (tr(error["when"]), tr(error["remedy"]))
            for error in self._description.get("errors", [])
        ]
        if QgsApplication.platform() == "qgis_process":
            lines = [f"- {when}: {remedy}" for when, remedy in errors]
            return "\n".join([text, "", heading + ":", *lines])
        paragraphs = html.escape(text).split("\n\n")
        items = [
            f"<li><b>{html.escape(when)}</b>: {html.escape(remedy)}</li>"
            for when, remedy in errors
        ]
        return (
            "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
            + f"<h3>{html.escape(heading)}</h3><ul>{''.join(items)}</ul>"
        )

    def initAlgorithm(  # noqa: N802
        self, configuration: Optional[Dict[str, Any]] = None
    ) -> None:
        settings = QgsSettings()
        for one in self._inputs:
            for definition in one.definitions():
                last = settings.value(self._key(one))
                if last and one.remembered:
                    definition.setGuiDefaultValueOverride(last)
                self.addParameter(definition)
        makers = {
            "integer": QgsProcessingOutputNumber,
            "number": QgsProcessingOutputNumber,
            "boolean": QgsProcessingOutputBoolean,
        }
        for name, schema in self._outputs().items():
            if self.outputDefinition(name) is not None:
                continue  # made by the parameter of a file
            maker = makers.get(schema["type"], QgsProcessingOutputString)
            if name.endswith("_FILE"):
                maker = QgsProcessingOutputFile
            self.addOutput(maker(name, tr(schema["title"])))

    def _outputs(self) -> Dict[str, Any]:
        return self._description["outputs"]["properties"]

    # A call.

    def checkParameterValues(  # noqa: N802
        self, parameters: Dict[str, Any], context: QgsProcessingContext
    ) -> Tuple[bool, str]:
        for one in self._inputs:
            definition = self.parameterDefinition(one.name)
            value = parameters.get(one.name)
            problem = one.problem(definition, value, context)
            if problem:
                return False, problem
        return True, ""

    def prepareAlgorithm(  # noqa: N802
        self,
        parameters: Dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Reads QGIS's objects, in the thread that they belong to."""
        self._values = read_all(
            self._inputs, self, parameters, context, feedback
        )
        for one in self._inputs:
            if one.kind == "geopackage" and parameters.get(one.name):
                self._export = Export(
                    layers.exportable(parameters[one.name], context),
                    self._values["QGIS_PROJECT_FILE"],
                    self._values["OVERWRITE_GPKG"],
                )
                self._values[one.name] = self._export.given
        if QgsApplication.platform() == "desktop":
            self._remember(parameters, context)
        return True

    def _remember(
        self, parameters: Dict[str, Any], context: QgsProcessingContext
    ) -> None:
        settings = QgsSettings()
        for one in self._inputs:
            if not one.remembered or one.name not in parameters:
                continue
            value = self.parameterAsString(parameters, one.name, context)
            if one.kind == "connection" and connection.is_text(value):
                continue  # it may hold a password
            settings.setValue(self._key(one), value)

    def _key(self, one: Input) -> str:
        return REMEMBERED.format(algorithm=self.name(), parameter=one.name)

    def processAlgorithm(  # noqa: N802
        self,
        parameters: Dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> Dict[str, Any]:
        try:
            client = self._connect()
            begin = 0.0
            if self._export is not None:
                begin = EXPORT
                self._export.run(feedback, begin, pause)
            job = client.start(self.name(), self._values)
            last = self._follow(client, job, feedback, begin)
        except Lost as error:
            reason = self._daemon.last_words() or str(error)
            raise QgsProcessingException(
                tr(
                    "The program lizsync has ended in the middle of the run; "
                    "the next run starts it again. {reason}"
                ).format(reason=reason)
            ) from error
        except (DaemonError, Refused) as error:
            raise QgsProcessingException(str(error)) from error
        finally:
            self._values = {}  # they hold passwords
        if last["status"] == "successful":
            feedback.setProgress(100)
            feedback.pushInfo(last["text"])
            return last["result"]
        raise QgsProcessingException(explain(last["problem"]))

    def _follow(
        self,
        client: Client,
        job: str,
        feedback: QgsProcessingFeedback,
        begin: float,
    ) -> Dict[str, Any]:
        """Shows what the job tells; returns its last event. Its progress
        begins at some percent."""
        told: "queue.Queue[Any]" = queue.Queue()
        threading.Thread(
            target=listen, args=(client, job, told), daemon=True
        ).start()
        dismissed = False
        while True:
            try:
                event = told.get(timeout=0.1)
            except queue.Empty:
                event = {}
            pause()
            if feedback.isCanceled() and not dismissed:
                dismissed = True
                threading.Thread(
                    target=dismiss, args=(client, job, told), daemon=True
                ).start()
            if isinstance(event, Exception):
                raise event
            if event.get("status"):
                return event
            kind = event.get("type")
            if kind == "message":
                feedback.pushInfo(event["text"])
            elif kind == "warning":
                feedback.pushWarning(event["text"])
            elif kind == "progress":
                part = event["progress"] / 100
                feedback.setProgress(begin + part * (100 - begin))


def pause() -> None:
    """Lets Ctrl-C arrive: it is an event of Qt, and qgis_process runs
    everything in one thread."""
    main = QCoreApplication.instance().thread()
    if (
        QThread.currentThread() == main
        and QgsApplication.platform() == "qgis_process"
    ):
        QCoreApplication.processEvents()


def listen(client: Client, job: str, told: "queue.Queue[Any]") -> None:
    """Puts what a job tells into a queue; an exception is the last."""
    seq = 0
    tries: List[Exception] = []
    while len(tries) < 3:
        try:
            for event in client.events(job, seq):
                told.put(event)
                if event.get("status"):
                    return
                seq, tries = event["seq"], []
            tries.append(Lost("the events end before the job"))
        except (Lost, Refused) as error:
            tries.append(error)
    told.put(tries[-1])


def dismiss(client: Client, job: str, told: "queue.Queue[Any]") -> None:
    """Cancels a job. What comes of it is in the job's events."""
    try:
        client.dismiss(job)
    except (Lost, Refused) as error:
        told.put(error)
