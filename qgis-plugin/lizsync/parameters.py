"""Parameters of QGIS: made of the program's schemas, read for its call."""
from __future__ import annotations

import os
from typing import Any, Dict, List, Optional

from qgis.core import (
    QgsApplication,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterAuthConfig,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterProviderConnection,
    QgsProcessingParameterString,
)
from qgis.PyQt.QtCore import QDir

from . import connection, layers
from .texts import tr

AUTHCFG = "_AUTHCFG"
# What may be written for yes and no; QGIS takes any other text for yes.
BOOLEANS = {
    "true": True,
    "yes": True,
    "1": True,
    "false": False,
    "no": False,
    "0": False,
}


class Input:
    """An input of an algorithm."""

    def __init__(
        self, name: str, schema: Dict[str, Any], required: bool
    ) -> None:
        self.name = name
        self.schema = schema
        self.required = required
        hint = schema.get("x-qgis", {})
        self.kind: str = hint.get("type") or schema["type"]
        self.hint: Dict[str, Any] = hint

    @property
    def by_id(self) -> bool:
        """Tells whether layers of the project are given by their ids."""
        return bool(self.hint.get("ids"))

    @property
    def remembered(self) -> bool:
        """Tells whether the dialog offers the last value again.

        Not what deletes something, what is another for each call, or what
        is secret.
        """
        kinds = ("connection", "file", "folder", "output file", "string")
        return self.kind in kinds and not self.hint.get("advanced")

    def definitions(self) -> List[QgsProcessingParameterDefinition]:
        """The parameters of QGIS for it."""
        if self.kind == "project":
            return []  # it is that of the run
        made = self._definition()
        all_of_them = [made]
        flags = made.flags()
        flag = QgsProcessingParameterDefinition.Flag
        if self.kind == "secret":
            # Texts are echoed in logs and kept in the history, so that only
            # old models give one.
            flags |= flag.FlagHidden
            all_of_them.append(
                QgsProcessingParameterAuthConfig(
                    self.name + AUTHCFG, tr(self.schema["title"]), None, True
                )
            )
        elif self.hint.get("advanced"):
            flags |= flag.FlagAdvanced
        made.setFlags(flags)
        for one in all_of_them:
            one.setHelp(tr(self.schema["description"]))
        return all_of_them

    def _definition(self) -> QgsProcessingParameterDefinition:
        name, title = self.name, tr(self.schema["title"])
        default = self.schema.get("default")
        # With a default it is always there; "optional" would say less.
        optional = not self.required and default is None
        extension = self.hint.get("extension", "")
        if self.hint.get("temporary"):
            default = QDir.temp().filePath(self.hint["temporary"])
        if self.kind == "connection":
            return QgsProcessingParameterProviderConnection(
                name, title, "postgres", default, optional
            )
        if self.kind in ("layers", "geopackage"):
            # Tables without a geometry are layers as well.
            return QgsProcessingParameterMultipleLayers(
                name,
                title,
                QgsProcessing.SourceType.TypeVector,
                default,
                optional,
            )
        if self.kind == "enum":
            choices = self.schema["enum"]
            by_index = self.hint.get("byIndex", False)
            if by_index and default is not None:
                default = choices.index(default)
            return QgsProcessingParameterEnum(
                name, title, choices, False, default, optional, not by_index
            )
        if self.kind in ("file", "folder"):
            behavior = QgsProcessingParameterFile.Behavior
            is_file = self.kind == "file"
            return QgsProcessingParameterFile(
                name,
                title,
                behavior.File if is_file else behavior.Folder,
                extension,
                default,
                optional,
            )
        if self.kind == "output file":
            return QgsProcessingParameterFileDestination(
                name, title, f"*.{extension or '*'}", default, optional
            )
        if self.kind == "boolean":
            return QgsProcessingParameterBoolean(
                name, title, default, optional
            )
        if self.kind in ("integer", "number"):
            types = QgsProcessingParameterNumber.Type
            number = QgsProcessingParameterNumber(
                name,
                title,
                types.Integer if self.kind == "integer" else types.Double,
                default,
                optional,
            )
            if "minimum" in self.schema:
                number.setMinimum(self.schema["minimum"])
            if "maximum" in self.schema:
                number.setMaximum(self.schema["maximum"])
            return number
        multiline = self.hint.get("multiline", False)
        return QgsProcessingParameterString(
            name, title, default, multiline, optional
        )

    def problem(
        self,
        definition: Optional[QgsProcessingParameterDefinition],
        value: Any,
        context: QgsProcessingContext,
    ) -> Optional[str]:
        """What is wrong with a value; None when nothing is."""
        absent = value is None or value == "" or value == []
        try:
            if self.kind == "project":
                project_file(value, context)
                return None
            if self.kind == "geopackage" and not absent:
                layers.exportable(value, context)
                return None
            if self.kind == "layers" and not absent:
                # QGIS knows no tables that are not loaded.
                layers.find(value, context, self.by_id)
                return None
        except QgsProcessingException as error:
            return str(error)
        if absent and "default" in self.schema:
            return None
        if self.kind == "enum" and not absent:
            return self._choice(value)[1]
        if definition.checkValueIsAcceptable(value, context) and (
            absent or self._is_typed(value)
        ):
            return None
        title = tr(self.schema["title"])
        if absent:
            return tr("{title} ({name}) is missing.").format(
                title=title, name=self.name
            )
        return tr("{title} ({name}) is not valid: {value}").format(
            title=title,
            name=self.name,
            value="…" if self.kind in ("secret", "connection") else value,
        )

    def _is_typed(self, value: Any) -> bool:
        """Tells whether a text is of the type; QGIS would take the default
        for a number that is none."""
        if not isinstance(value, str):
            return True
        if self.kind == "boolean":
            return value.lower() in BOOLEANS
        if self.kind in ("integer", "number"):
            try:
                float(value) if self.kind == "number" else int(value)
            except ValueError:
                return False
        return True

    def _choice(self, value: Any) -> "tuple[Any, Optional[str]]":
        """The value of an enum; old models give its number."""
        choices = self.schema["enum"]
        if value in choices:
            return value, None
        try:
            index = int(value) if self.hint.get("byIndex") else -1
        except (TypeError, ValueError):
            index = -1
        if 0 <= index < len(choices):
            return choices[index], None
        return None, tr("{name} must be {choices}, not {value}.").format(
            name=self.name,
            choices=tr(" or ").join(map(str, choices)),
            value=value,
        )

    def read(
        self,
        algorithm: QgsProcessingAlgorithm,
        parameters: Dict[str, Any],
        context: QgsProcessingContext,
    ) -> Any:
        """The value for the program; None when it has none.

        Layers are not read here: they belong to a connection.
        """
        name = self.name
        arguments = (parameters, name, context)
        if self.kind == "project":
            return project_file(parameters.get(name), context)
        if self.kind == "boolean":
            given = parameters.get(name)
            if given is None or given == "":
                return self.schema.get("default")
            if isinstance(given, str):
                return BOOLEANS[given.lower()]
            return algorithm.parameterAsBool(*arguments)
        if self.kind in ("integer", "number"):
            definition = algorithm.parameterDefinition(name)
            given = parameters.get(name)
            if given is None and definition.defaultValue() is None:
                return None
            if self.kind == "integer":
                return algorithm.parameterAsInt(*arguments)
            return algorithm.parameterAsDouble(*arguments)
        if self.kind == "enum":
            value = parameters.get(name)
            if value is None or value == "":
                return self.schema.get("default")
            return self._choice(value)[0]
        if self.kind == "output file":
            value = algorithm.parameterAsFileOutput(*arguments)
            return os.path.abspath(value) if value else None
        if self.kind in ("file", "folder"):
            value = algorithm.parameterAsFile(*arguments)
            return os.path.abspath(value) if value else None
        value = algorithm.parameterAsString(*arguments)
        if self.kind == "connection" and value:
            return connection.conninfo(value)
        if value == "" and name in parameters and self.schema.get("default"):
            return ""  # emptied: the default is not wanted
        return value or None


def project_file(value: Any, context: QgsProcessingContext) -> str:
    """The file of the project of the run; refused when it is not what the
    project is. A value can only name that file."""
    project = context.project()
    path = project.absoluteFilePath() if project is not None else ""
    if not path.lower().endswith((".qgs", ".qgz")):
        raise QgsProcessingException(
            tr("The project is not in a file: save it first, as .qgz or .qgs.")
        )
    if value and os.path.realpath(value) != os.path.realpath(path):
        raise QgsProcessingException(
            tr(
                "{value} is not the project of the run, which is {path}: "
                "open it first, or give it to qgis_process as "
                "--project_path."
            ).format(value=value, path=path)
        )
    if not os.path.isfile(path):
        raise QgsProcessingException(
            tr("{path} no longer exists: save the project again.").format(
                path=path
            )
        )
    # What qgis_process has read it cannot have altered.
    if project.isDirty() and QgsApplication.platform() != "qgis_process":
        raise QgsProcessingException(
            tr(
                "The project has changes that are not saved: save it first, "
                "because the file is what is taken."
            )
        )
    return path


def read_all(
    inputs: List[Input],
    algorithm: QgsProcessingAlgorithm,
    parameters: Dict[str, Any],
    context: QgsProcessingContext,
    feedback: QgsProcessingFeedback,
) -> Dict[str, Any]:
    """What the program is called with, but for the layers that are exported
    before."""
    values: Dict[str, Any] = {}
    central = None
    for one in inputs:
        if one.kind in ("layers", "geopackage"):
            continue
        value = one.read(algorithm, parameters, context)
        if value is not None:
            values[one.name] = value
        if one.kind == "connection" and value and central is None:
            central = connection.target(value)
    for one in inputs:
        if one.kind == "layers" and parameters.get(one.name):
            found = layers.find(parameters[one.name], context, one.by_id)
            # An algorithm with layers has the connection that they are of.
            values[one.name] = layers.tables(
                found, central, context, feedback, one.by_id
            )
        if one.kind == "secret":
            authcfg = algorithm.parameterAsString(
                parameters, one.name + AUTHCFG, context
            )
            if authcfg:
                config = connection.credentials(authcfg, one.name)
                values[one.name] = config.config("password")
                login = one.name.replace("_PASSWORD", "_LOGIN")
                if login in {other.name for other in inputs}:
                    values[login] = config.config("username")
    return values
