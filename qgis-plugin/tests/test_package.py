"""The ZIP files: what the public plugin repository asks for, and the same bytes each time."""
import ast
import configparser
import hashlib
import re
import subprocess
import unittest
import zipfile
import xml.etree.ElementTree as ElementTree

from .support import PLUGIN, ROOT, built_zip

SOURCE = ROOT / "qgis-plugin" / "lizsync"


class PackageTest(unittest.TestCase):
    def test_pure_zip_has_all_of_the_plugin_and_no_binaries(self):
        with zipfile.ZipFile(built_zip()) as archive:
            names = set(archive.namelist())
            self.assertEqual({name.split("/")[0] for name in names}, {"lizsync"})
            suffixes = {name.rsplit(".", 1)[-1] for name in names}
            self.assertEqual(suffixes, {"py", "txt", "svg", "json", "qm", "lizsync/LICENSE"})
            for name in (
                "LICENSE",
                "metadata.txt",
                "icon.svg",
                "catalogue.json",
                "i18n/lizsync_fr.qm",
                *(p.name for p in SOURCE.glob("*.py")),
            ):
                self.assertIn(f"lizsync/{name}", names)
            self.assertEqual(archive.read("lizsync/LICENSE"), (ROOT / "LICENSE").read_bytes())
            self.assertLess(sum(info.file_size for info in archive.infolist()), 1 << 20)

    def test_metadata_is_complete_and_has_the_only_version(self):
        metadata = configparser.ConfigParser(interpolation=None)
        metadata.read(SOURCE / "metadata.txt")
        general = metadata["general"]
        for key in (
            "name",
            "qgisMinimumVersion",
            "description",
            "about",
            "version",
            "author",
            "email",
            "repository",
            "tracker",
            "homepage",
            "icon",
            "license",
            "tags",
        ):
            self.assertTrue(general[key].strip(), key)
        self.assertEqual(
            (general["hasProcessingProvider"], general["qgisMinimumVersion"], general["qgisMaximumVersion"]),
            ("yes", "3.22", "4.99"),
        )
        self.assertRegex(general["version"], r"^\d+\.\d+\.\d+$")
        self.assertIn(f"-{general['version']}.zip", built_zip().name)
        for file in SOURCE.rglob("*.py"):
            self.assertNotIn(general["version"], file.read_text(), file)

    def test_same_sources_make_the_same_bytes(self):
        def digests():
            subprocess.run(
                [ROOT / "scripts" / "plugin", "pure", "linux-amd64"],
                check=True,
                stdout=subprocess.DEVNULL,
            )
            return {
                file.name: hashlib.sha256(file.read_bytes()).hexdigest()
                for file in sorted((ROOT / "dist").glob("lizsync-plugin-*.zip"))
            }

        first = digests()
        self.assertEqual(digests(), first)
        with zipfile.ZipFile(built_zip().with_name(built_zip().stem + "-linux-amd64.zip")) as archive:
            archive.extractall(PLUGIN.parent / "linux")
        program = PLUGIN.parent / "linux" / "lizsync" / "bin" / "lizsync"
        self.assertFalse(program.stat().st_mode & 0o111, "Python and QGIS unzip without the bit")
        program.chmod(0o755)
        listed = subprocess.run([program, "list"], check=True, capture_output=True, text=True).stdout
        self.assertIn("synchronize_database", listed)

    def test_checks_of_the_repository_pass(self):
        for command in (["flake8", SOURCE], ["bandit", "--quiet", "--recursive", SOURCE]):
            done = subprocess.run(command, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_enums_are_scoped_and_qt_comes_from_qgis(self):
        for file in SOURCE.rglob("*.py"):
            self.assertNotRegex(file.read_text(), r"PyQt[56]|PySide|import sip", file)
            unscoped = r"\bQt\.[A-Z]\w*\b(?!\.)|\bQgs\w+\.(?:Type[A-Z]\w+|Flag[A-Z]\w+|Integer|Double|File|Folder)\b"
            self.assertEqual(re.findall(unscoped, file.read_text()), [], file)


def literals(tree):
    """The texts in calls of tr()."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr":
            if isinstance(node.args[0], ast.Constant):
                yield node.args[0].value


class TranslationTest(unittest.TestCase):
    def needed(self):
        import json

        found = set()
        for file in SOURCE.rglob("*.py"):
            found |= set(literals(ast.parse(file.read_text())))
        catalogue = json.loads((SOURCE / "catalogue.json").read_text())
        for rule in catalogue["conflict_rules"]:
            found |= {rule["name"], rule["description"]}
        for one in catalogue["algorithms"]:
            found |= {one["group"], one["title"], one["description"]}
            for schema in (one["inputs"], one["outputs"]):
                for value in schema["properties"].values():
                    found |= {value["title"], value["description"]} if schema is one["inputs"] else {value["title"]}
            for error in one["errors"]:
                found |= {error["when"], error["remedy"]}
        return found

    def test_french_is_complete(self):
        messages = {}
        for message in ElementTree.parse(SOURCE / "i18n" / "lizsync_fr.ts").iter("message"):
            translation = message.find("translation")
            self.assertNotIn("type", translation.attrib, message.findtext("source"))
            messages[message.findtext("source")] = translation.text or ""
        needed = self.needed()
        self.assertEqual(
            sorted(needed - set(messages)), [], "these texts have no French: add them to i18n/lizsync_fr.ts"
        )
        self.assertEqual(
            sorted(set(messages) - needed), [], "these texts are no more: take them out of i18n/lizsync_fr.ts"
        )
        for source, translation in messages.items():
            self.assertTrue(translation.strip(), source)
            self.assertEqual(sorted(re.findall(r"{\w+}", source)), sorted(re.findall(r"{\w+}", translation)), source)
            # Names of parameters, algorithms and tables are not translated.
            names = r"\b(?:[A-Z]+_[A-Z_]+|[a-z]+_[a-z_]+|lizsync\.\w+)\b"
            self.assertEqual(set(re.findall(names, source)), set(re.findall(names, translation)), source)
            self.assertEqual(source.count("\n\n"), translation.count("\n\n"), source)


if __name__ == "__main__":
    unittest.main()
