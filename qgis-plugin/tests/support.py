"""What the tests share: the plugin from its ZIP, a QGIS, a PostgreSQL.

make test-qgis builds the program and the ZIP, and runs the tests with a throw-away server, whose superuser's URL is in
LIZSYNC_TEST_CLUSTER.
"""
from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import zipfile
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional
from urllib.parse import urlsplit, urlunsplit

import psycopg2

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "bin" / "lizsync"
SERVER = os.environ["LIZSYNC_TEST_CLUSTER"]
WAIT = 60.0  # seconds; far more than anything here takes

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["LIZSYNC_BIN"] = str(PROGRAM)


def built_zip() -> Path:
    (found,) = [path for path in (ROOT / "dist").glob("lizsync-plugin-*.zip") if path.stem.count("-") == 2]
    return found


def unzip(folder: Path) -> Path:
    """Installs the plugin as "install from ZIP" does."""
    with zipfile.ZipFile(built_zip()) as archive:
        archive.extractall(folder)
    return folder / "lizsync"


FOLDER = Path(tempfile.mkdtemp(prefix="lizsync-qgis-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
PLUGIN = unzip(FOLDER)
sys.path.insert(0, str(FOLDER))
os.environ["QGIS_AUTH_DB_DIR_PATH"] = str(FOLDER)

from qgis.core import QgsApplication, QgsAuthMethodConfig, QgsProviderRegistry  # noqa: E402
from qgis.testing import start_app  # noqa: E402

APP = start_app()
sys.path.append(os.path.join(QgsApplication.pkgDataPath(), "python", "plugins"))

import processing  # noqa: E402
from processing.core.Processing import Processing  # noqa: E402

Processing.initialize()


def wait_for(condition: Callable[[], Any], what: str) -> Any:
    """Waits until a condition holds, while events of Qt arrive."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        QgsApplication.processEvents()
        time.sleep(0.01)  # lets others work; nothing depends on how long
    raise AssertionError(f"waited in vain for {what}")


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def children(pid: int) -> List[int]:
    """The processes that a process has started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found.append(int(folder.name))
        except OSError:
            continue
    return found


class Database:
    """A database of its own for a test."""

    def __init__(self, name: str) -> None:
        self.name = name
        with connect(SERVER) as admin:
            admin.execute(f'create database "{name}"')
        self.url = urlunsplit(urlsplit(SERVER)._replace(path="/" + name))

    def execute(self, sql: str) -> List[Any]:
        with connect(self.url) as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def drop(self) -> None:
        with connect(SERVER) as admin:
            admin.execute(f'drop database if exists "{self.name}" with (force)')

    @property
    def parts(self) -> Dict[str, str]:
        url = urlsplit(self.url)
        return {
            "host": url.hostname or "",
            "port": str(url.port),
            "user": url.username or "",
            "password": url.password or "",
        }

    def source(self, rest: str) -> str:
        """The source of a layer."""
        p = self.parts
        server = f"host={p['host']} port={p['port']}"
        password = p["password"].replace("\\", "\\\\").replace("'", "\\'")
        return f"dbname='{self.name}' {server} user='{p['user']}' password='{password}' {rest}"


class connect:
    """A cursor that commits each statement."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg2.connect(url)
        self._connection.autocommit = True

    def __enter__(self) -> Any:
        return self._connection.cursor()

    def __exit__(self, *_: Any) -> None:
        self._connection.close()


CITY = """
create schema city;
create table city.species (id serial primary key, name text not null unique);
create table city.tree (id serial primary key, height int, species_name text);
insert into city.species (name) values ('oak'), ('lime');
insert into city.tree (height, species_name) select n, 'oak' from generate_series(1, 20) n;
"""


class QgisTestCase(unittest.TestCase):
    """A test with the plugin loaded."""

    plugin: Any = None

    def setUp(self) -> None:
        import lizsync

        self.plugin = lizsync.classFactory(None)
        self.plugin.initProcessing()
        self.addCleanup(self.unload)

    def unload(self) -> None:
        if self.plugin is not None:
            self.plugin.unload()
            self.plugin = None

    def database(self, sql: str = "") -> Database:
        database = Database(f"q{os.getpid()}_{self.id().rsplit('.', 1)[1].lower()}_{len(self._cleanups)}"[:60])
        self.addCleanup(database.drop)
        if sql:
            database.execute(sql)
        return database

    def connection(self, name: str, uri: str) -> str:
        """Saves a connection of QGIS, with all that its URI says."""
        metadata = QgsProviderRegistry.instance().providerMetadata("postgres")
        made = metadata.createConnection(uri, {"saveUsername": True, "savePassword": True})
        metadata.saveConnection(made, name)
        self.addCleanup(metadata.deleteConnection, name)
        return name

    def connection_to(self, database: Database, name: Optional[str] = None) -> str:
        return self.connection(name or database.name, database.source(""))

    def run_algorithm(self, algorithm: str, feedback: Any = None, **parameters: Any) -> Dict[str, Any]:
        return processing.run(f"lizsync:{algorithm}", parameters, feedback=feedback)

    def prepared(self) -> Database:
        """A central database with its tables ready."""
        central = self.database(CITY)
        self.run_algorithm("create_database_structure", CONNECTION_NAME=central.url)
        self.run_algorithm(
            "initialize_central_database",
            CONNECTION_NAME_CENTRAL=central.url,
            ADD_UID_COLUMNS=True,
            ADD_AUDIT_TRIGGERS=True,
        )
        return central

    def authentication(self, user: str, password: str) -> str:
        config = QgsAuthMethodConfig("Basic")
        config.setName("test")
        config.setConfigMap({"username": user, "password": password})
        manager = QgsApplication.authManager()
        if not manager.masterPasswordIsSet():
            self.assertTrue(manager.setMasterPassword("master", True))
        stored = manager.storeAuthenticationConfig(config)
        self.assertTrue(stored[0] if isinstance(stored, tuple) else stored)
        return config.id()


def kill(pid: int, how: int = signal.SIGKILL) -> None:
    os.kill(pid, how)


class Profile:
    """A QGIS of its own, with the plugin installed, for other processes."""

    def __init__(self, folder: Path) -> None:
        self.home = folder
        self.plugins = folder / ".local/share/QGIS/QGIS3/profiles/default/python/plugins"
        self.plugins.mkdir(parents=True)
        self.plugin = unzip(self.plugins)
        folder.chmod(0o700)
        self.environment = {
            **os.environ,
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "XDG_DATA_HOME": str(folder / ".local/share"),
            "XDG_CONFIG_HOME": str(folder / ".config"),
            "TMPDIR": str(folder),
            "PYTHONWARNINGS": "ignore",
        }
        self.environment.pop("QGIS_CUSTOM_CONFIG_PATH", None)

    def start(self, *arguments: str, **more: str) -> subprocess.Popen:
        return subprocess.Popen(
            ["qgis_process.bin", *arguments],
            env={**self.environment, **more},
            cwd=self.home,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def process(self, *arguments: str, **more: str) -> subprocess.CompletedProcess:
        process = self.start(*arguments, **more)
        try:
            output, errors = process.communicate(timeout=4 * WAIT)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)
