"""The panel: status, runs, the rows on the map."""
import gc
import os
import socket
import time
from unittest import mock

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsPointXY,
    QgsProcessingContext,
    QgsProject,
    QgsProviderRegistry,
    QgsRectangle,
    QgsSettings,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas, QgsMessageBar
from qgis.PyQt.QtCore import QCoreApplication, Qt, QTimer, QTranslator
from qgis.PyQt.QtTest import QSignalSpy
from qgis.PyQt.QtWidgets import QMainWindow, QPushButton

from .support import FOLDER, PLUGIN, QgisTestCase, children, connect, wait_for
from lizsync import layers, status
from lizsync.catalogue import Catalogue
from lizsync.panel import CENTRAL, CLONE, Panel

PARK = """
create schema "Parc d'été";
create table "Parc d'été"."Arbre" (
    id serial primary key, uid uuid not null unique default gen_random_uuid(), name text, badge integer unique, geom geometry(Point, 2154)
);
insert into "Parc d'été"."Arbre" (name, badge, geom)
select 'tree ' || n, n, st_setsrid(st_makepoint(760000 + 1000 * n, 6268000), 2154) from generate_series(1, 5) as n;
"""
TREES = '"Parc d\'été"."Arbre"'
RULES = Catalogue(PLUGIN / "catalogue.json").rules


class Window:
    """What the panel uses of QGIS's window; all of it real."""

    def __init__(self):
        self.window = QMainWindow()
        self.canvas = QgsMapCanvas(self.window)
        self.canvas.resize(400, 300)
        self.canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
        self.bar = QgsMessageBar(self.window)
        self.actions, self.docks = [], []

    def mainWindow(self):
        return self.window

    def mapCanvas(self):
        return self.canvas

    def messageBar(self):
        return self.bar

    def addDockWidget(self, area, dock):
        self.window.addDockWidget(area, dock)
        self.docks.append((area, dock))

    def removeDockWidget(self, dock):
        self.window.removeDockWidget(dock)
        self.docks = [one for one in self.docks if one[1] is not dock]

    def addToolBarIcon(self, action):
        self.actions.append(action)

    def removeToolBarIcon(self, action):
        self.actions.remove(action)

    def addPluginToDatabaseMenu(self, name, action):
        self.actions.append(action)

    def removePluginDatabaseMenu(self, name, action):
        self.actions.remove(action)


class PanelTest(QgisTestCase):
    def setUp(self):
        import lizsync

        self.window = Window()
        self.plugin = lizsync.classFactory(self.window)
        self.plugin.initGui()
        self.addCleanup(QgsProject.instance().clear)
        self.addCleanup(QgsSettings().remove, "lizsync")
        self.addCleanup(self.unload)

    @property
    def panel(self):
        return self.plugin.panel

    def pair(self):
        """Central and a clone of it, with a connection to each."""
        central, clone = self.database(f"create extension postgis; {PARK}"), self.database("create extension postgis")
        self.run_algorithm("create_database_structure", CONNECTION_NAME=central.url)
        self.run_algorithm("initialize_central_database", CONNECTION_NAME_CENTRAL=central.url, ADD_UID_COLUMNS=True, ADD_AUDIT_TRIGGERS=True)
        file = str(FOLDER / f"{central.name}.zip")
        self.run_algorithm("package_central_database", CONNECTION_NAME_CENTRAL=central.url, PG_LAYERS=[TREES], ZIP_FILE=file)
        self.run_algorithm("deploy_database_server_package", CONNECTION_NAME_CENTRAL=central.url, CONNECTION_NAME_CLONE=clone.url, ZIP_FILE=file, CLONE_NAME="Tablette <b>d'Anna</b>")
        self.connection_to(central)
        self.connection_to(clone)
        return central, clone

    def choose(self, central, clone):
        self.panel.central.setConnection(central.name)
        self.panel.clone.setConnection(clone.name)

    def await_status(self):
        """Waits until the panel asks for nothing more."""
        wait_for(lambda: self.panel._fetching is None and self.panel._synchronizing is None, "the status")

    def layer(self, database, condition=""):
        source = database.source(f"key='id' type=Point srid=2154 table={TREES} (geom){condition}")
        layer = QgsVectorLayer(source, database.name, "postgres")
        self.assertTrue(layer.isValid())
        QgsProject.instance().addMapLayer(layer)
        return layer

    def dialog(self, identifier):
        with mock.patch("processing.tools.general.iface", self.window):
            dialog = self.panel.open_dialog(identifier)
        self.addCleanup(dialog.close)
        return dialog

    def message(self):
        item = self.window.bar.currentItem()
        return None if item is None else (item.level(), item.title(), item.text())

    def conflict_and_pending(self, central, clone):
        """One field is edited on both sides; a badge is given twice."""
        clone.execute(f"update {TREES} set name = 'by the clone' where id = 1; update {TREES} set badge = 70 where id = 2")
        central.execute(f"update {TREES} set name = 'by central' where id = 1; update {TREES} set badge = 70 where id = 3")

    def test_nothing_is_asked_before_it_is_opened(self):
        central, clone = self.database(), self.database()
        QgsSettings().setValue(CENTRAL, self.connection_to(central))
        QgsSettings().setValue(CLONE, self.connection_to(clone))
        self.unload()
        import lizsync

        self.plugin = lizsync.classFactory(self.window)
        self.plugin.initGui()
        self.assertFalse(self.panel.isVisible())
        self.assertEqual(self.panel.central.currentConnection(), central.name)
        self.assertEqual(self.panel.clone.currentConnection(), clone.name)
        self.panel.show()  # as QGIS does with a panel that was left open
        QgsApplication.processEvents()
        self.assertIsNone(self.panel._fetching)
        self.assertEqual(children(os.getpid()), [])
        self.panel.hide()
        self.panel.toggleViewAction().trigger()
        self.assertIsNotNone(self.panel._fetching)
        self.await_status()
        self.assertEqual(len(children(os.getpid())), 1)

    def test_status_is_shown(self):
        central, clone = self.pair()
        self.assertEqual(self.panel.to_send.text(), "–")
        self.choose(central, clone)
        self.await_status()
        self.assertEqual(self.panel.names.text(), f"central  ⇄  Tablette <b>d'Anna</b>")
        self.assertEqual(self.panel.names.textFormat(), Qt.TextFormat.PlainText)
        self.assertEqual(self.panel.when.text(), "never")
        self.conflict_and_pending(central, clone)
        central.execute(f"update {TREES} set name = 'new' where id = 5")
        self.panel.refresh.click()
        self.await_status()
        numbers = [one.text() for one in (self.panel.to_send, self.panel.to_receive, self.panel.conflicts, self.panel.pending)]
        self.assertEqual(numbers, ["2", "3", "0", "0"])
        self.assertRegex(self.panel.note.text(), r"^As it was at .*\.$")

        clone.execute("alter function lizsync.server_id() strict")
        self.panel.refresh.click()
        self.await_status()
        self.assertRegex(self.panel.note.text(), r"^As it was at .*\.\nclone: .* lizsync\.server_id\(\) was altered; run upgrade_database_structure on it$")

    def test_synchronise_tells_counts_and_conflicts(self):
        central, clone = self.pair()
        self.conflict_and_pending(central, clone)
        layers = [self.layer(clone), self.layer(central)]
        spies = [QSignalSpy(layer.repaintRequested) for layer in layers] + [QSignalSpy(layer.dataChanged) for layer in layers]
        other = self.layer(self.database(f"create extension postgis; {PARK}"))
        untouched = QSignalSpy(other.repaintRequested)
        self.choose(central, clone)
        self.await_status()
        self.panel.synchronize.click()
        self.assertFalse(self.panel.synchronize.isEnabled())
        self.assertFalse(self.panel.progress.isHidden())
        self.assertFalse(self.panel.cancel.isHidden())
        self.await_status()
        self.assertTrue(self.panel.synchronize.isEnabled())
        self.assertTrue(self.panel.progress.isHidden())
        self.assertEqual((self.panel.progress.maximum(), self.panel.progress.value()), (100, 100))
        self.assertEqual(self.message(), (Qgis.MessageLevel.Warning, "Synchronised", "rows sent 0, received 1; conflicts 1, pending 2."))
        self.assertTrue(all(len(spy) for spy in spies))
        self.assertEqual(len(untouched), 0)
        self.assertNotEqual(self.panel.when.text(), "never")
        self.assertEqual([self.panel.rows.tabText(n) for n in (0, 1)], ["Conflicts (1)", "Pending (2)"])
        table = self.panel.conflict_rows
        self.assertEqual([table.item(0, n).text() for n in range(4)], ["Parc d'été.Arbre", "name", "by central", "by the clone"])
        self.assertEqual([table.item(0, n).font().strikeOut() for n in range(4)], [False, False, False, True])
        self.assertIn("Arbre_badge_key", self.panel.pending_rows.item(0, 1).text())

    def test_success_without_conflicts(self):
        central, clone = self.pair()
        clone.execute(f"update {TREES} set name = 'x' where id < 4")
        self.choose(central, clone)
        self.panel.synchronize.click()
        self.await_status()
        self.assertEqual(self.message(), (Qgis.MessageLevel.Success, "Synchronised", "rows sent 3, received 0; conflicts 0, pending 0."))

    def test_unsaved_edits_are_named(self):
        central, clone = self.pair()
        layer = self.layer(clone)
        layer.setName("trees <b> 1")  # the bar reads HTML
        layer.startEditing()
        layer.changeAttributeValue(next(layer.getFeatures()).id(), layer.fields().indexOf("name"), "not saved")
        self.choose(central, clone)
        self.panel.synchronize.click()
        self.assertEqual(self.message(), (Qgis.MessageLevel.Warning, "Edits that are not saved are not synchronised", "trees &lt;b&gt; 1"))
        self.await_status()
        self.assertTrue(layer.isModified())
        layer.rollBack()

    def test_cancel_and_the_next_run_works(self):
        central, clone = self.pair()
        clone.execute(f"update {TREES} set name = 'x' where id = 1")
        self.choose(central, clone)
        self.await_status()
        holder = connect(central.url)
        cursor = holder.__enter__()
        self.addCleanup(holder.__exit__)
        cursor.execute(f"begin; lock table {TREES}")
        self.panel.synchronize.click()
        waiting = "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        wait_for(lambda: central.execute(waiting), "the lock")
        self.panel.cancel.click()
        self.await_status()
        self.assertEqual(self.message()[:2], (Qgis.MessageLevel.Warning, "Cancelled"))
        self.assertEqual(central.execute(waiting), [])
        self.assertEqual(self.panel.to_send.text(), "1")
        cursor.execute("rollback")
        self.panel.synchronize.click()
        self.await_status()
        self.assertEqual(self.message()[1], "Synchronised")
        self.assertEqual(central.execute(f"select name from {TREES} where id = 1"), [("x",)])

    def test_what_went_wrong_is_told(self):
        central, clone = self.pair()
        self.choose(central, central)
        self.await_status()
        self.assertEqual(self.panel.names.text(), "The status is not known.")
        self.assertIn("this database is not a clone", self.panel.note.text())
        self.panel.synchronize.click()
        self.await_status()
        level, title, text = self.message()
        self.assertEqual((level, title), (Qgis.MessageLevel.Critical, "Not synchronised"))
        self.assertIn("is not a clone", text)

        self.choose(central, clone)
        clone.drop()
        self.panel.fetch()
        self.await_status()
        self.assertEqual(self.panel.to_send.text(), "–")
        self.assertIn(clone.name, self.panel.note.text())

    def test_status_of_an_earlier_choice_is_dropped(self):
        central, clone = self.pair()
        self.choose(central, clone)
        asked = self.panel._fetching
        self.assertIsNotNone(asked)
        self.panel.clone.setConnection("")
        self.assertIsNone(self.panel._fetching)
        self.assertFalse(self.panel.synchronize.isEnabled())
        wait_for(lambda: asked._task is None, "the end of the run")
        self.assertEqual(self.panel.names.text(), "Choose the connections to central and to the clone.")
        self.assertEqual(self.panel.to_send.text(), "–")

    def test_a_silent_server_blocks_nothing(self):
        silent = socket.create_server(("127.0.0.1", 0))  # takes connections and never answers
        self.addCleanup(silent.close)
        for name in ("a", "b"):
            self.connection(name, f"dbname='d' user='u' host=127.0.0.1 port={silent.getsockname()[1]}")
        begin = time.monotonic()
        self.panel.central.setConnection("a")
        self.panel.clone.setConnection("b")
        self.assertLess(time.monotonic() - begin, 1)
        asked = self.panel._fetching
        ticks = []
        timer = QTimer()
        timer.timeout.connect(lambda: ticks.append(time.monotonic()))
        timer.start(10)
        session, _ = silent.accept()
        self.addCleanup(session.close)
        wait_for(lambda: len(ticks) > 50, "the window to go on")
        self.assertLess(max(b - a for a, b in zip(ticks, ticks[1:])), 0.5)
        self.assertIs(self.panel._fetching, asked)
        self.panel.clone.setConnection("")
        wait_for(lambda: asked._task is None, "the end of the run")

    def test_a_chosen_row_is_shown_on_the_map(self):
        central, clone = self.pair()
        self.conflict_and_pending(central, clone)
        self.choose(central, clone)
        self.panel.synchronize.click()
        self.await_status()
        table = self.panel.conflict_rows
        self.window.canvas.setExtent(QgsRectangle(0, 0, 1000, 1000))

        def choose(words):
            table.clearSelection()
            table.selectRow(0)
            wait_for(lambda: self.panel._finder._task is None, "the row")
            self.assertIn(words, self.panel.place.text())

        choose('No layer of the project shows the table Parc d\'été.Arbre')
        hidden = self.layer(clone, " sql=id > 1")
        choose("is on no layer of the project")
        self.layer(central)
        choose("")
        self.assertIn("uid ", self.panel.place.text().splitlines()[-1])
        self.assert_centre(761000)
        self.assertAlmostEqual(self.window.canvas.scale(), 1000, delta=1)
        # The clone's layers come first.
        QgsProject.instance().removeMapLayer(hidden)
        self.layer(clone)
        clone.execute(f"update {TREES} set geom = st_translate(geom, 500, 0) where id = 1")
        choose("")
        self.assert_centre(761500)
        uid = self.panel.pending_rows.item(0, 0).data(Qt.ItemDataRole.UserRole)[1]
        self.panel.pending_rows.selectRow(0)
        wait_for(lambda: self.panel._finder._task is None, "the row")
        self.assert_centre(760000 + 1000 * central.execute(f"select id from {TREES} where uid = '{uid}'")[0][0])
        clone.execute(f"update {TREES} set geom = null where id = 1")
        choose("has no geometry")

    def assert_centre(self, x):
        from qgis.core import QgsCoordinateTransform

        transform = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:2154"), QgsCoordinateReferenceSystem("EPSG:3857"), QgsProject.instance())
        expected = transform.transform(QgsPointXY(x, 6268000))
        self.assertLess(self.window.canvas.center().distance(expected), 1, self.window.canvas.center())

    def test_other_algorithms_have_a_dialog(self):
        central, clone = self.database(), self.database()
        self.connection_to(central)
        self.connection_to(clone)
        with mock.patch.object(Panel, "fetch"):
            self.choose(central, clone)
        names = {f"lizsync:{one['id']}" for one in self.plugin._catalogue.algorithms}
        buttons = {one.objectName(): one for one in self.panel.findChildren(QPushButton) if one.objectName()}
        self.assertEqual(set(buttons), names - {"lizsync:synchronize_database"})
        dialog = self.dialog("lizsync:deploy_database_server_package")
        given = dialog.createProcessingParameters()
        self.assertEqual((given["CONNECTION_NAME_CENTRAL"], given["CONNECTION_NAME_CLONE"]), (central.name, clone.name))
        for title in ("Status of a clone", "Two-way database synchronization"):
            self.assertIn(title, self.panel.help_text())

    def test_status_is_asked_after_a_dialog(self):
        central, clone = self.pair()
        with mock.patch.object(Panel, "fetch"):
            self.choose(central, clone)
        self.window.window.show()
        self.panel.show()
        layer = self.layer(clone)
        drawn = QSignalSpy(layer.repaintRequested)
        clone.execute(f"update {TREES} set name = 'x' where id = 1")
        dialog = self.dialog("lizsync:synchronize_database")
        dialog.runAlgorithm()
        wait_for(lambda: self.panel.names.text().startswith("central"), "the status")
        self.assertEqual(self.panel.to_send.text(), "0")
        self.assertTrue(len(drawn))
        self.assertEqual(central.execute(f"select name from {TREES} where id = 1"), [("x",)])

    def test_all_in_one_is_on_the_main_page(self):
        central, clone = self.database(), self.database()
        self.connection_to(central)
        self.connection_to(clone)
        with mock.patch.object(Panel, "fetch"):
            self.choose(central, clone)
        main, advanced = self.panel.pages.widget(0), self.panel.pages.widget(1)
        for name in ("package_all", "deploy_all"):
            (button,) = main.findChildren(QPushButton, f"lizsync:{name}")
            self.assertFalse(advanced.findChildren(QPushButton, f"lizsync:{name}"))
            self.assertTrue(button.isEnabled())
            shown = self.dialog(f"lizsync:{name}").mainWidget().wrappers
            self.assertEqual(shown["CONNECTION_NAME_CENTRAL"].parameterValue(), central.name)
            self.assertNotIn("QGIS_PROJECT_FILE", shown)
        self.assertEqual(shown["CONNECTION_NAME_CLONE"].parameterValue(), clone.name)

    def test_long_titles_are_cut_in_a_narrow_panel(self):
        scroll = self.panel.pages.widget(1)
        scroll.setParent(None)  # a window of its own has any width
        (button,) = scroll.findChildren(QPushButton, "lizsync:synchronize_media_subfolder_to_ftp")
        title = "Synchronize the clone media subfolder to the central FTP server"
        for width, shown in ((1200, title), (400, None)):
            scroll.resize(width, 600)
            scroll.show()
            QgsApplication.processEvents()
            self.assertLessEqual(button.width(), width)
            self.assertEqual(scroll.horizontalScrollBar().maximum(), 0)
            if shown is None:
                self.assertTrue(button.text().endswith("…"), button.text())
            else:
                self.assertEqual(button.text(), shown)
        self.assertTrue(button.toolTip().startswith(f"<b>{title}</b>"))

    def test_dialog_offers_layers_of_every_provider(self):
        layer = QgsVectorLayer("Point", "scratch", "memory")
        QgsProject.instance().addMapLayer(layer)
        dialog = self.dialog("lizsync:build_mobile_project")
        widget = dialog.mainWidget().wrappers["GPKG_LAYERS"]
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        widget.setParameterValue([layer.id()], context)
        self.assertEqual(layers.exportable(widget.parameterValue(), context), [layer])

    def test_deleted_connection_is_no_longer_chosen(self):
        for name in ("a", "b", "c"):
            self.connection(name, "dbname='d' host=127.0.0.1 port=1")
        with mock.patch.object(Panel, "fetch"):
            self.panel.central.setConnection("a")
            metadata = QgsProviderRegistry.instance().providerMetadata("postgres")
            for name in ("b", "c", "d"):  # between others, the last, and one that is made meanwhile
                self.connection("d", "dbname='d' host=127.0.0.1 port=1")
                self.panel.clone.setConnection(name)
                self.assertTrue(self.panel.synchronize.isEnabled())
                metadata.deleteConnection(name)
                self.assertEqual([self.panel.central.currentConnection(), self.panel.clone.currentConnection()], ["a", ""])
                self.assertFalse(self.panel.synchronize.isEnabled())
                self.assertEqual(QgsSettings().value(CLONE), "")

    def test_a_run_that_nobody_keeps_goes_on(self):
        central, clone = self.pair()
        ended = []
        run = self.plugin.run("show_synchronization_status", {"CONNECTION_NAME_CENTRAL": central.name, "CONNECTION_NAME_CLONE": clone.name})
        run.finished.connect(ended.append)
        run.start()
        del run
        gc.collect()
        wait_for(lambda: ended, "the end of the run")

    def test_the_panel_is_taken_out_again(self):
        central, clone = self.pair()
        self.assertEqual([area for area, _ in self.window.docks], [Qt.DockWidgetArea.RightDockWidgetArea])
        self.choose(central, clone)  # a status is under way
        self.unload()
        self.assertEqual((self.window.docks, self.window.actions), ([], []))
        self.assertEqual(children(os.getpid()), [])
        wait_for(lambda: QgsApplication.taskManager().countActiveTasks() == 0, "the end of the run")


class StatusTest(QgisTestCase):
    def test_names_of_tables_are_read(self):
        self.assertEqual(status.parts('"a"."b"'), ("a", "b"))
        self.assertEqual(status.parts('"a ""b"" . c"."d.e"'), ('a "b" . c', "d.e"))

    def test_long_values_are_cut_in_hints(self):
        told = {"time": "2026-11-25T10:00:00Z", "table": '"a"."b"', "uid": "1", "rejected": "clone", "rule": "last edit wins", "field": "note", "clone_value": "x" * 10**6}
        self.assertLess(len(status.conflict(told, RULES).hint), 2000)

    def test_whole_rows_are_told_from_fields(self):
        told = {"time": "2026-11-25T10:00:00Z", "table": '"a"."b"', "uid": "1", "rejected": "clone", "rule": "delete wins"}
        self.assertIn(told["rule"], RULES)
        line = status.conflict(told, RULES)
        self.assertEqual(line.cells[1].text, "the whole row")
        self.assertEqual(line.cells[2:4], [("deleted", False), ("edited", True)])

    def test_rules_are_shown_in_the_language_of_a_person_and_unknown_ones_as_they_are(self):
        told = {"time": "2026-11-25T10:00:00Z", "table": '"a"."b"', "uid": "1", "rejected": "clone", "field": "note"}
        french = QTranslator()
        self.assertTrue(french.load("lizsync_fr", str(PLUGIN / "i18n")))
        QCoreApplication.installTranslator(french)
        self.addCleanup(QCoreApplication.removeTranslator, french)
        for rule, meaning in RULES.items():
            line = status.conflict({**told, "rule": rule}, RULES)
            self.assertEqual(line.cells[4].text, french.translate("LizSync", rule))
            self.assertIn(french.translate("LizSync", meaning), line.hint.split("\n"))
        self.assertEqual(status.conflict({**told, "rule": "equal times: central wins"}, RULES).cells[4].text, "à la même date, la base centrale l'emporte")
        line = status.conflict({**told, "rule": "a rule of tomorrow"}, RULES)
        self.assertEqual(line.cells[4].text, "a rule of tomorrow")
        self.assertIn("a rule of tomorrow", line.hint)
