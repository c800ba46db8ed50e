"""Connections to PostgreSQL: from their name in QGIS to what connects."""
from __future__ import annotations

import configparser
import os
from pathlib import Path
from typing import Dict, List, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from qgis.core import (
    QgsApplication,
    QgsAuthMethodConfig,
    QgsDataSourceUri,
    QgsProcessingException,
    QgsProviderRegistry,
)

from .texts import tr

SCHEMES = ("postgresql://", "postgres://")


class Target(NamedTuple):
    """The database that a connection leads to."""

    host: str
    port: str
    database: str

    def __str__(self) -> str:
        return f"{self.database} ({self.host or 'localhost'}:{self.port})"


def is_text(value: str) -> bool:
    """Tells whether a value says itself how to connect: as libpq has it."""
    return "=" in value or value.startswith(SCHEMES)


def conninfo(value: str) -> str:
    """How to connect, for the name of a connection or what says it itself.

    It holds the password, so that it goes to the program alone.
    """
    metadata = QgsProviderRegistry.instance().providerMetadata("postgres")
    found = metadata.findConnection(value, False)
    if found is None:
        if is_text(value):
            return value
        names = ", ".join(sorted(metadata.connections(False)))
        raise QgsProcessingException(
            tr(
                'There is no connection "{name}" to PostgreSQL in QGIS. '
                "There are: {names}."
            ).format(name=value, names=names or "–")
        )
    uri = QgsDataSourceUri(found.uri())
    if uri.authConfigId():
        credentials(uri.authConfigId(), value)
    return uri.connectionInfo(True)


def credentials(identifier: str, of_what: str) -> QgsAuthMethodConfig:
    """Reads an authentication configuration, or says why it cannot be."""
    manager = QgsApplication.authManager()
    if identifier not in manager.configIds():
        raise QgsProcessingException(
            tr(
                'The authentication configuration "{id}" of "{name}" is not '
                "in QGIS. Choose another one."
            ).format(id=identifier, name=of_what)
        )
    ok, config = False, QgsAuthMethodConfig()
    if manager.masterPasswordIsSet() or manager.setMasterPassword(True):
        ok, config = manager.loadAuthenticationConfig(
            identifier, config, True
        )
    if not ok or not config.isValid(True):
        raise QgsProcessingException(
            tr(
                'The authentication configuration "{id}" of "{name}" cannot '
                "be read without the master password of QGIS. Enter it when "
                "QGIS asks for it; for qgis_process, put it into a file and "
                "name that in the variable QGIS_AUTH_PASSWORD_FILE."
            ).format(id=identifier, name=of_what)
        )
    return config


def target(info: str) -> Target:
    """The database that a conninfo string or a URI leads to."""
    if info.startswith(SCHEMES):
        parts = urlsplit(info)
        given = dict(parse_qsl(parts.query))
        given.setdefault("host", unquote(parts.hostname or ""))
        given.setdefault("port", str(parts.port or ""))
        given.setdefault("dbname", unquote(parts.path[1:]))
        given.setdefault("user", unquote(parts.username or ""))
    else:
        uri = QgsDataSourceUri(info)
        given = {
            "service": uri.service(),
            "host": uri.host(),
            "port": uri.port(),
            "dbname": uri.database(),
            "user": uri.username(),
        }
    from_service: Dict[str, str] = {}
    name = given.get("service") or os.environ.get("PGSERVICE")
    if name:
        from_service = service(name)

    def value(key: str, variable: str) -> str:
        return (
            given.get(key)
            or from_service.get(key)
            or os.environ.get(variable, "")
        )

    host = value("host", "PGHOST")
    if host in ("localhost", "127.0.0.1", "::1") or host.startswith("/"):
        host = ""  # this machine, over whatever leads there
    user = value("user", "PGUSER")
    return Target(
        host.lower(),
        value("port", "PGPORT") or "5432",
        value("dbname", "PGDATABASE") or user,
    )


def service(name: str) -> Dict[str, str]:
    """What pg_service.conf says of a service: the person's, the system's."""
    for file in service_files():
        parser = configparser.RawConfigParser(
            delimiters=("=",), comment_prefixes=("#",), strict=False
        )
        try:
            parser.read_string(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, configparser.Error):
            continue
        if parser.has_section(name):
            return dict(parser.items(name))
    return {}


def service_files() -> List[Path]:
    """Where libpq looks for services, as Debian and others build it."""
    own = os.environ.get("PGSERVICEFILE")
    files = [Path(own) if own else Path.home() / ".pg_service.conf"]
    folders = [os.environ.get("PGSYSCONFDIR"), "/etc/postgresql-common"]
    folders += ["/etc/postgresql", "/etc/sysconfig/pgsql", "/etc"]
    return files + [Path(f) / "pg_service.conf" for f in folders if f]
