"""Connections: found by name, with everything that QGIS knows of them."""
import os
import tempfile
from pathlib import Path
from unittest import mock

import psycopg2
from qgis.core import QgsApplication, QgsProcessingException

from .support import SERVER, QgisTestCase, connect
from lizsync.connection import conninfo, target


class ConnectionTest(QgisTestCase):
    def who(self, info):
        """Connects as libpq does; the program is tested to read the same."""
        with connect(info) as cursor:
            cursor.execute("select current_user || '@' || current_database()")
            return cursor.fetchone()[0]

    def test_unknown_name_is_refused_with_those_there_are(self):
        self.connection("the central", "dbname='a'")
        with self.assertRaises(QgsProcessingException) as raised:
            conninfo("the centrul")
        self.assertIn('There is no connection "the centrul"', str(raised.exception))
        self.assertIn("the central", str(raised.exception))

    def test_text_of_the_command_line_is_taken_as_it_is(self):
        for text in ("service=central", "host=h dbname=d", "postgresql://u:p@h/d", "postgres://h/d?service=x"):
            self.assertEqual(conninfo(text), text)

    def test_passwords_with_quotes_and_backslashes_connect(self):
        database = self.database()
        role = f"r{os.getpid()}"
        password = "it's a \\back\\slash \"and\" 'more' = é"
        with connect(SERVER) as cursor:
            cursor.execute(f"create role {role} login password %s", (password,))
        self.addCleanup(self.drop_role, role)
        p = database.parts
        written = password.replace("\\", "\\\\").replace("'", "\\'")
        name = self.connection(
            "quoted", f"dbname='{database.name}' host={p['host']} port={p['port']} user='{role}' password='{written}'"
        )
        self.assertEqual(self.who(conninfo(name)), f"{role}@{database.name}")
        with self.assertRaises(QgsProcessingException) as raised:
            self.run_algorithm("create_database_structure", CONNECTION_NAME=name)
        # It has connected: what it complains of is the right to create.
        self.assertIn(f"the role {role} may not create the schemas", str(raised.exception))
        self.assertNotIn(password, str(raised.exception))

    def drop_role(self, role):
        with connect(SERVER) as cursor:
            cursor.execute(f"drop role {role}")

    def test_sslmode_is_passed_on(self):
        database = self.database()
        name = self.connection("ssl", database.source("sslmode=require"))
        self.assertIn("sslmode=require", conninfo(name))
        with self.assertRaises(QgsProcessingException) as raised:
            self.run_algorithm("create_database_structure", CONNECTION_NAME=name)
        self.assertRegex(str(raised.exception), "(?i)ssl|tls")

    def test_service_connects(self):
        database = self.database()
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "services"
            p = database.parts
            file.write_text(
                f"# the office\n[office]\nhost={p['host']}\nport={p['port']}\n"
                f"user={p['user']}\npassword={p['password']}\ndbname={database.name}\n"
            )
            with mock.patch.dict(os.environ, {"PGSERVICEFILE": str(file)}):
                name = self.connection("by service", "service='office'")
                self.assertEqual(self.who(conninfo(name)), f"postgres@{database.name}")
                self.assertEqual(target(conninfo(name)), target(database.source("")))
                result = self.run_algorithm("create_database_structure", CONNECTION_NAME=name)
                self.assertEqual(result["OUTPUT_STATUS"], 1)

    def test_authentication_configuration_is_expanded(self):
        database = self.database()
        p = database.parts
        authcfg = self.authentication(p["user"], p["password"])
        name = self.connection(
            "by authcfg", f"dbname='{database.name}' host={p['host']} port={p['port']} authcfg={authcfg}"
        )
        self.assertEqual(self.who(conninfo(name)), f"postgres@{database.name}")

    def test_authentication_configuration_needs_the_master_password(self):
        database = self.database()
        p = database.parts
        authcfg = self.authentication("anna", "secret")
        name = self.connection(
            "locked", f"dbname='{database.name}' host={p['host']} port={p['port']} authcfg={authcfg}"
        )
        manager = QgsApplication.authManager()
        manager.clearMasterPassword()
        self.addCleanup(manager.setMasterPassword, "master", True)
        # Somebody who closes the question of QGIS.
        with mock.patch("qgis.core.QgsAuthManager.setMasterPassword", return_value=False):
            with self.assertRaises(QgsProcessingException) as raised:
                conninfo(name)
        self.assertIn("master password", str(raised.exception))
        self.assertIn("QGIS_AUTH_PASSWORD_FILE", str(raised.exception))

    def test_authentication_configuration_that_is_gone_is_named(self):
        name = self.connection("gone", "dbname='d' host=h authcfg=abc1234")
        with self.assertRaises(QgsProcessingException) as raised:
            conninfo(name)
        self.assertIn('"abc1234" of "gone" is not in QGIS', str(raised.exception))

    def test_targets_are_compared_by_where_they_lead(self):
        same = [
            "host=localhost dbname=d",
            "host=127.0.0.1 port=5432 dbname=d",
            "dbname=d",
            "host=/run/postgresql dbname=d",
            "postgresql:///d",
            "postgres://LOCALHOST:5432/d",
            "user=d",
        ]
        with mock.patch.dict(os.environ):
            for variable in ("PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE"):
                os.environ.pop(variable, None)
            self.assertEqual({target(one) for one in same}, {("", "5432", "d")})
            others = ["host=h dbname=d", "dbname=d port=5433", "dbname=e", "postgres://h/d?port=5433"]
            self.assertEqual(len({target(one) for one in others + same}), 5)

    def test_wrong_password_says_so_without_showing_it(self):
        database = self.database()
        p = database.parts
        name = self.connection(
            "wrong", f"dbname='{database.name}' host={p['host']} port={p['port']} user='postgres' password='hush-hush'"
        )
        with self.assertRaises(psycopg2.OperationalError):
            self.who(conninfo(name))
        with self.assertRaises(QgsProcessingException) as raised:
            self.run_algorithm("create_database_structure", CONNECTION_NAME=name)
        self.assertIn("refused the password of postgres", str(raised.exception))
        self.assertNotIn("hush-hush", str(raised.exception))
