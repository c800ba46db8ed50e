"""Parameters: made of the catalogue, and read for the program."""
import json
import os
import tempfile
import unittest

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterDefinition,
    QgsSettings,
)

from .support import PLUGIN, QgisTestCase
from lizsync.algorithm import LizSyncAlgorithm
from lizsync.parameters import Input, read_all

KINDS = {
    "connection",
    "layers",
    "geopackage",
    "enum",
    "file",
    "folder",
    "output file",
    "secret",
    "boolean",
    "integer",
    "number",
    "string",
}
TRANSFER = {
    "id": "transfer",
    "group": "03 Files",
    "title": "Transfer",
    "description": "Transfers.",
    "inputs": {
        "properties": {
            "FTP_PROTOCOL": {
                "type": "string",
                "title": "Protocol",
                "description": "How.",
                "enum": ["SFTP", "FTP"],
                "default": "SFTP",
                "x-qgis": {"type": "enum", "byIndex": True},
            },
            "MODE": {
                "type": "string",
                "title": "Mode",
                "description": "Which.",
                "enum": ["slow", "fast"],
                "default": "slow",
                "x-qgis": {"type": "enum"},
            },
            "FTP_PORT": {
                "type": "integer",
                "title": "Port",
                "description": "Where.",
                "minimum": 1,
                "maximum": 65535,
                "default": 2021,
            },
            "FTP_LOGIN": {"type": "string", "title": "Login", "description": "Who.", "default": "geopoppy"},
            "FTP_PASSWORD": {
                "type": "string",
                "title": "Password",
                "description": "The password.",
                "x-qgis": {"type": "secret"},
            },
            "FOLDER": {"type": "string", "title": "Folder", "description": "What.", "x-qgis": {"type": "folder"}},
            "QUIET": {"type": "boolean", "title": "Quiet", "description": "Whisper.", "default": True},
            "LOUD": {"type": "boolean", "title": "Loud", "description": "Shout.", "default": False},
            "RATE": {"type": "number", "title": "Rate", "description": "How fast."},
        },
        "required": ["FOLDER"],
    },
    "outputs": {"properties": {"OUTPUT_STATUS": {"type": "integer", "title": "Status", "description": "1."}}},
}


class ParametersTest(QgisTestCase):
    def algorithm(self, name):
        return QgsApplication.processingRegistry().createAlgorithmById("lizsync:" + name)

    def made_of(self, description):
        return LizSyncAlgorithm(description, "", self.plugin.daemon, lambda: None).create()

    def values(self, **parameters):
        algorithm = self.made_of(TRANSFER)
        context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
        parameters.setdefault("FOLDER", "/tmp")
        ok, text = algorithm.checkParameterValues(parameters, context)
        if not ok:
            return text
        inputs = TRANSFER["inputs"]
        made = [Input(name, schema, name in inputs["required"]) for name, schema in inputs["properties"].items()]
        return read_all(made, algorithm, parameters, context, feedback)

    def test_every_algorithm_of_the_catalogue_is_in_the_toolbox(self):
        catalogue = json.loads((PLUGIN / "catalogue.json").read_text())["algorithms"]
        found = {a.name(): a for a in QgsApplication.processingRegistry().providerById("lizsync").algorithms()}
        self.assertEqual(set(found), {one["id"] for one in catalogue})
        for one in catalogue:
            algorithm = found[one["id"]]
            self.assertEqual(algorithm.displayName(), one["title"])
            self.assertEqual(algorithm.group(), one["group"])
            self.assertFalse(algorithm.icon().isNull())
            for error in one["errors"]:
                self.assertIn(error["remedy"].split(".")[0][:20], algorithm.shortHelpString())
            outputs = {output.name(): output.type() for output in algorithm.outputDefinitions()}
            self.assertEqual(set(outputs), set(one["outputs"]["properties"]))
            self.assertEqual(outputs["OUTPUT_STATUS"], "outputNumber")
            for name, schema in one["inputs"]["properties"].items():
                if schema.get("x-qgis", {}).get("type") == "project":
                    self.assertTrue(algorithm.flags() & QgsProcessingAlgorithm.Flag.FlagRequiresProject)
                    self.assertIsNone(algorithm.parameterDefinition(name), "it is the project of the run")
                    continue
                definition = algorithm.parameterDefinition(name)
                self.assertIn(
                    Input(name, schema, True).kind, KINDS, f"{one['id']} {name}: the plugin does not know this kind"
                )
                self.assertEqual(definition.description(), schema["title"])
                self.assertEqual(definition.help(), schema["description"])
                flags = QgsProcessingParameterDefinition.Flag
                may_be_empty = name not in one["inputs"]["required"] and "default" not in schema
                self.assertEqual(bool(definition.flags() & flags.FlagOptional), may_be_empty, name)
                advanced = schema.get("x-qgis", {}).get("advanced", False)
                self.assertEqual(bool(definition.flags() & flags.FlagAdvanced), advanced, name)
                self.assertEqual(definition.help(), schema["description"])
                if "default" in schema:
                    default = schema["default"]
                    if schema.get("x-qgis", {}).get("byIndex"):
                        default = schema["enum"].index(default)
                    self.assertEqual(definition.defaultValue(), default, name)

    def test_types_and_defaults_are_those_of_old_models(self):
        package = self.algorithm("package_central_database")
        self.assertEqual(
            {
                p.name(): (p.type(), p.defaultValue())
                for p in package.parameterDefinitions()
                if p.name() != "LOCK_TIMEOUT"
            },
            {
                "CONNECTION_NAME_CENTRAL": ("providerconnection", None),
                "POSTGRESQL_BINARY_PATH": ("file", None),
                "PG_LAYERS": ("multilayer", None),
                "ADD_UID_COLUMNS": ("boolean", True),
                "ADD_AUDIT_TRIGGERS": ("boolean", True),
                "ADDITIONAL_SQL_FILE": ("file", None),
                "ZIP_FILE": ("fileDestination", os.path.join(tempfile.gettempdir(), "central_database_package.zip")),
            },
        )
        deploy = self.algorithm("deploy_database_server_package")
        self.assertEqual(deploy.parameterDefinition("ZIP_FILE").type(), "file")
        self.assertEqual(
            deploy.parameterDefinition("ZIP_FILE").defaultValue(),
            package.parameterDefinition("ZIP_FILE").defaultValue(),
        )

    def test_enum_is_given_by_index_and_by_value(self):
        for given, wanted in ((0, "SFTP"), (1, "FTP"), ("1", "FTP"), ("FTP", "FTP"), (None, "SFTP")):
            self.assertEqual(self.values(FTP_PROTOCOL=given)["FTP_PROTOCOL"], wanted, given)
        self.assertEqual(self.values()["FTP_PROTOCOL"], "SFTP")
        self.assertEqual(self.values(FTP_PROTOCOL=2), "FTP_PROTOCOL must be SFTP or FTP, not 2.")
        self.assertEqual(self.values(FTP_PROTOCOL="SCP"), "FTP_PROTOCOL must be SFTP or FTP, not SCP.")
        self.assertEqual(self.values(MODE="fast")["MODE"], "fast")
        self.assertEqual(self.values(MODE=1), "MODE must be slow or fast, not 1.")

    def test_values_of_the_command_line_become_typed(self):
        values = self.values(FTP_PORT="22", RATE="2.5", FOLDER="relative/folder")
        self.assertEqual((values["FTP_PORT"], values["RATE"]), (22, 2.5))
        self.assertEqual(values["FOLDER"], os.path.abspath("relative/folder"))
        self.assertNotIn("RATE", self.values())
        self.assertEqual(self.values()["FTP_LOGIN"], "geopoppy")
        self.assertEqual(self.values(FTP_LOGIN="")["FTP_LOGIN"], "", "emptied: the default is not wanted")
        self.assertEqual(self.values()["FTP_PORT"], 2021)
        self.assertIn("(FTP_PORT) is not valid", self.values(FTP_PORT=70000))
        for text, wanted in (
            ("yes", True),
            ("NO", False),
            ("0", False),
            ("1", True),
            (0, False),
            (True, True),
            ("", False),
        ):
            self.assertIs(self.values(LOUD=text)["LOUD"], wanted, text)
        self.assertIs(self.values(QUIET="")["QUIET"], True)
        self.assertEqual(self.values(FTP_PORT="")["FTP_PORT"], 2021)
        self.assertEqual(self.values(LOUD="perhaps"), "Loud (LOUD) is not valid: perhaps")

    def test_missing_and_wrong_values_are_named(self):
        self.assertEqual(self.values(FOLDER=""), "Folder (FOLDER) is missing.")
        self.assertEqual(self.values(FTP_PORT="many"), "Port (FTP_PORT) is not valid: many")
        algorithm = self.algorithm("create_database_structure")
        self.assertEqual(
            algorithm.checkParameterValues({}, QgsProcessingContext()),
            (False, "Central database (CONNECTION_NAME) is missing."),
        )

    def test_secret_comes_from_an_authentication_configuration(self):
        authcfg = self.authentication("anna", "s'ecret\\")
        values = self.values(FTP_PASSWORD_AUTHCFG=authcfg)
        self.assertEqual((values["FTP_LOGIN"], values["FTP_PASSWORD"]), ("anna", "s'ecret\\"))
        old = self.values(FTP_PASSWORD="plain")
        self.assertEqual((old["FTP_LOGIN"], old["FTP_PASSWORD"]), ("geopoppy", "plain"))
        algorithm = self.made_of(TRANSFER)
        self.assertTrue(
            algorithm.parameterDefinition("FTP_PASSWORD").flags() & QgsProcessingParameterDefinition.Flag.FlagHidden
        )

    def test_dialog_offers_the_last_connection_again_and_nothing_secret(self):
        algorithm = self.algorithm("deploy_database_server_package")
        self.addCleanup(QgsSettings().remove, "lizsync/last")
        given = {
            "CONNECTION_NAME_CENTRAL": "my central",
            "CONNECTION_NAME_CLONE": "host=h password=secret",
            "CLONE_NAME": "tablet",
            "RECREATE_CLONE_SERVER_ID": True,
            "ZIP_FILE": "/tmp/a.zip",
        }
        algorithm._remember(given, QgsProcessingContext())
        again = self.algorithm("deploy_database_server_package")
        shown = {p.name(): p.defaultValueForGui() for p in again.parameterDefinitions()}
        self.assertEqual(shown["CONNECTION_NAME_CENTRAL"], "my central")
        self.assertEqual(shown["ZIP_FILE"], "/tmp/a.zip")
        self.assertIsNone(shown["CONNECTION_NAME_CLONE"])
        self.assertIsNone(shown["CLONE_NAME"])
        stored = {key: QgsSettings().value(key) for key in QgsSettings().allKeys()}
        self.assertNotIn("secret", str(stored))
        self.assertFalse(shown["RECREATE_CLONE_SERVER_ID"])
        # Scripts, models and qgis_process are not told of it.
        self.assertIsNone(again.parameterDefinition("CONNECTION_NAME_CENTRAL").defaultValue())


if __name__ == "__main__":
    unittest.main()
