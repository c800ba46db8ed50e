"""The panel at the right side of QGIS."""
from __future__ import annotations

import html
from typing import Any, Callable, Dict, List, Optional

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsProcessingAlgorithm,
    QgsProcessingParameterProviderConnection,
    QgsProcessingProvider,
    QgsSettings,
)
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import QDateTime, QLocale, Qt
from qgis.PyQt.QtGui import QResizeEvent
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QTextBrowser,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from . import status
from .background import Run
from .catalogue import Catalogue
from .connections import ConnectionBox
from .places import Finder, refresh, unsaved
from .texts import tr

SYNCHRONIZE = "synchronize_database"
ALL_IN_ONE = ("package_all", "deploy_all")
# For each profile: names of connections are a profile's, and a project goes
# to others, whose connections have other names.
CENTRAL = "lizsync/central"
CLONE = "lizsync/clone"

Start = Callable[[str, Dict[str, Any]], Run]


class Panel(QgsDockWidget):
    """Shows the status of a clone, and offers the algorithms.

    It asks for the status when a person opens it, chooses connections or
    presses a button, and not before.
    """

    def __init__(
        self,
        iface: Any,
        provider: QgsProcessingProvider,
        catalogue: Catalogue,
        run: Start,
    ) -> None:
        """catalogue has the provider's algorithms in the order for a person;
        run makes a run of one of them."""
        super().__init__("LizSync", iface.mainWindow())
        self.setObjectName("LizSyncPanel")
        self.setWindowIcon(provider.icon())
        self._iface = iface
        self._provider = provider
        self._order = [one["id"] for one in catalogue.algorithms]
        self._rules = catalogue.rules
        self._run = run
        self._fetching: Optional[Run] = None
        self._synchronizing: Optional[Run] = None
        self._hint = ""
        self._finder = Finder(iface.mapCanvas(), self)
        settings = QgsSettings()
        self.central = ConnectionBox(settings.value(CENTRAL, ""))
        self.clone = ConnectionBox(settings.value(CLONE, ""))
        self._make_status()
        self._make_run()
        self._make_rows()
        self.pages = QTabWidget()
        self.pages.setMinimumWidth(300)
        self.pages.addTab(self._main_page(), tr("Main"))
        self.pages.addTab(self._advanced_page(), tr("Advanced"))
        self.setWidget(self.pages)
        self._show_state()
        for box in (self.central, self.clone):
            box.connectionChanged.connect(self._choose)
        # What a person does, unlike what QGIS restores when it starts.
        self.toggleViewAction().triggered.connect(self._toggled)

    def close_down(self) -> None:
        """Cancels what goes on, and listens to nothing more."""
        self.central.close_down()
        self.clone.close_down()
        self._finder.stop()
        self._drop_status()
        if self._synchronizing is not None:
            self._synchronizing.disconnect()
            self._synchronizing.cancel()
            self._synchronizing = None

    # What it is made of.

    def _make_status(self) -> None:
        self.names = text_label()
        bold = self.names.font()
        bold.setBold(True)
        self.names.setFont(bold)
        self.note = text_label()
        self.when = text_label()
        self.to_send, self.to_receive = text_label(), text_label()
        self.conflicts, self.pending = text_label(), text_label()
        self.refresh = QToolButton()
        self.refresh.setIcon(QgsApplication.getThemeIcon("mActionRefresh.svg"))
        self.refresh.setToolTip(tr("Ask for the status again"))
        self.refresh.setAutoRaise(True)
        self.refresh.clicked.connect(self.fetch)

    def _make_run(self) -> None:
        self.synchronize = QPushButton(tr("Synchronise"))
        self.synchronize.setIcon(self._provider.icon())
        self.synchronize.setMinimumHeight(36)
        bold = self.synchronize.font()
        bold.setBold(True)
        self.synchronize.setFont(bold)
        self.synchronize.clicked.connect(self._synchronize)
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.clicked.connect(self._cancel)
        self.progress = QProgressBar()
        self.told = text_label()
        self.told.hide()

    def _make_rows(self) -> None:
        self.conflict_rows = rows_table(status.conflict_columns())
        self.pending_rows = rows_table(status.pending_columns())
        self.rows = QTabWidget()
        self.rows.addTab(self.conflict_rows, "")
        self.rows.addTab(self.pending_rows, "")
        self.place = text_label()
        self.place.hide()
        self._finder.told.connect(self._tell_place)
        for table in (self.conflict_rows, self.pending_rows):
            table.itemSelectionChanged.connect(self._show_row)
            table.itemDoubleClicked.connect(self._show_place)

    def _main_page(self) -> QWidget:
        chosen = QFormLayout()
        chosen.addRow(tr("Central"), self.central)
        chosen.addRow(tr("Clone"), self.clone)
        head = QHBoxLayout()
        head.addWidget(self.names, 1)
        head.addWidget(self.refresh, 0, Qt.AlignmentFlag.AlignTop)
        numbers = QGridLayout()
        numbers.setColumnStretch(1, 1)
        numbers.setColumnStretch(3, 1)
        labels = (
            (0, 0, tr("Last synchronised"), self.when),
            (1, 0, tr("Rows to send"), self.to_send),
            (1, 2, tr("to receive"), self.to_receive),
            (2, 0, tr("Conflicts so far"), self.conflicts),
            (2, 2, tr("pending"), self.pending),
        )
        for row, column, text, value in labels:
            numbers.addWidget(QLabel(text), row, column)
            span = 3 if value is self.when else 1
            numbers.addWidget(value, row, column + 1, 1, span)
        box = QGroupBox(tr("Status"))
        inside = QVBoxLayout(box)
        inside.addLayout(head)
        inside.addLayout(numbers)
        inside.addWidget(self.note)
        doing = QHBoxLayout()
        doing.addWidget(self.progress, 1)
        doing.addWidget(self.cancel)
        help_button = QPushButton(tr("Help"))
        help_button.setIcon(
            QgsApplication.getThemeIcon("mActionHelpContents.svg")
        )
        help_button.clicked.connect(self._help)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.addLayout(chosen)
        layout.addWidget(box)
        layout.addWidget(self.synchronize)
        layout.addLayout(doing)
        layout.addWidget(self.told)
        for name in ALL_IN_ONE:
            algorithm = self._provider.algorithm(name)
            if algorithm is not None:
                layout.addWidget(self._button(algorithm))
        layout.addWidget(self.rows, 1)
        layout.addWidget(self.place)
        layout.addWidget(help_button)
        return page

    def _advanced_page(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        groups: Dict[str, QLayout] = {}
        for algorithm in map(self._provider.algorithm, self._order):
            if algorithm.name() in (SYNCHRONIZE, *ALL_IN_ONE):
                continue
            if algorithm.groupId() not in groups:
                box = QGroupBox(algorithm.group())
                groups[algorithm.groupId()] = QVBoxLayout(box)
                layout.addWidget(box)
            groups[algorithm.groupId()].addWidget(self._button(algorithm))
        layout.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(page)
        return scroll

    def _button(self, algorithm: QgsProcessingAlgorithm) -> QPushButton:
        button = NarrowButton(algorithm.displayName())
        button.setObjectName(algorithm.id())
        button.setToolTip(
            f"<b>{html.escape(algorithm.displayName())}</b>"
            + algorithm.shortHelpString()
        )
        identifier = algorithm.id()
        button.clicked.connect(lambda: self.open_dialog(identifier))
        return button

    # Connections.

    def _chosen(self) -> Optional[Dict[str, str]]:
        central = self.central.currentConnection()
        clone = self.clone.currentConnection()
        if not central or not clone:
            return None
        return {
            "CONNECTION_NAME_CENTRAL": central,
            "CONNECTION_NAME_CLONE": clone,
        }

    def _choose(self) -> None:
        settings = QgsSettings()
        settings.setValue(CENTRAL, self.central.currentConnection())
        settings.setValue(CLONE, self.clone.currentConnection())
        self._finder.stop()
        self._show_state()
        self.fetch()

    def _toggled(self, shown: bool) -> None:
        if shown and self._synchronizing is None:
            self.fetch()

    # The status.

    def fetch(self) -> None:
        """Asks for the status of what is chosen, in the background."""
        self._drop_status()
        chosen = self._chosen()
        if chosen is None:
            return
        run = self._run(status.ALGORITHM, chosen)
        self._fetching = run
        run.finished.connect(self._fetched)
        run.failed.connect(self._not_fetched)
        run.cancelled.connect(self._not_fetched)
        self.names.setText(tr("Asking both databases…"))
        self.note.hide()
        run.start()

    def _drop_status(self) -> None:
        run, self._fetching = self._fetching, None
        if run is not None:
            run.disconnect()
            run.cancel()

    def _fetched(self, told: Dict[str, Any]) -> None:
        self._fetching = None
        now = QLocale().toString(
            QDateTime.currentDateTime().time(), QLocale.FormatType.ShortFormat
        )
        lines = [tr("As it was at {time}.").format(time=now)]
        self.note.setText("\n".join(lines + told["FUNCTIONS"]))
        self.note.show()
        self._show_status(told)

    def _not_fetched(self, reason: str) -> None:
        self._fetching = None
        self._show_state()
        self.names.setText(tr("The status is not known."))
        self.note.setText(reason)
        self.note.show()

    def _show_state(self) -> None:
        """No status: says what to do."""
        ready = self._chosen() is not None
        self.refresh.setEnabled(ready)
        self._show_status({})
        self.names.setText(
            tr("Press the arrows to ask for the status.")
            if ready
            else tr("Choose the connections to central and to the clone.")
        )
        self.note.hide()
        self._show_doing(self._synchronizing is not None)

    def _show_status(self, told: Dict[str, Any]) -> None:
        if told:
            self.names.setText(
                f"{told['CENTRAL_NAME']}  ⇄  {told['CLONE_NAME']}"
            )
        last = told.get("LAST_SYNCHRONIZED")
        self.when.setText("–" if last is None else status.time(last))
        for label, name in (
            (self.to_send, "NUMBER_WAITING_ON_CLONE"),
            (self.to_receive, "NUMBER_WAITING_ON_CENTRAL"),
            (self.conflicts, "NUMBER_CONFLICTS"),
            (self.pending, "NUMBER_PENDING"),
        ):
            label.setText(number(told[name]) if told else "–")
        conflicts = [
            status.conflict(one, self._rules)
            for one in told.get("CONFLICTS", [])
        ]
        pending = [status.pending(p) for p in told.get("PENDING", [])]
        fill(self.conflict_rows, conflicts)
        fill(self.pending_rows, pending)
        self.rows.setTabText(0, f"{tr('Conflicts')} ({len(conflicts)})")
        self.rows.setTabText(1, f"{tr('Pending')} ({len(pending)})")
        self._finder.stop()
        self._hint = ""
        self._tell_place("")

    # The map.

    def _show_row(self) -> None:
        table = self.sender()
        selected = table.selectedItems()
        if selected:
            self._show_place(selected[0])

    def _show_place(self, item: QTableWidgetItem) -> None:
        first = item.tableWidget().item(item.row(), 0)
        relation, uid, self._hint = first.data(Qt.ItemDataRole.UserRole)
        self._tell_place("")
        self._finder.show(relation, uid, self._names())

    def _tell_place(self, text: str) -> None:
        """Says it below the row, which a finger cannot hover over."""
        shown = "\n".join(one for one in (self._hint, text) if one)
        self.place.setText(shown)
        self.place.setVisible(bool(shown))

    def _names(self) -> List[str]:
        return [
            self.clone.currentConnection(),
            self.central.currentConnection(),
        ]

    # Synchronise.

    def _synchronize(self) -> None:
        chosen = self._chosen()
        if chosen is None or self._synchronizing is not None:
            return
        self._drop_status()
        run = self._run(SYNCHRONIZE, chosen)
        names = self._names()
        run.progress.connect(self._show_progress)
        run.message.connect(self.told.setText)
        run.warning.connect(self.told.setText)
        run.finished.connect(lambda told: self._synchronized(told, names))
        run.failed.connect(lambda why: self._failed(why, names))
        run.cancelled.connect(lambda why: self._cancelled(why, names))
        self._synchronizing = run
        self._show_doing(True)
        self.progress.setRange(0, 0)  # until it is told how far it is
        self.told.clear()
        left_out = unsaved(names)
        if left_out:
            self._tell(
                tr("Edits that are not saved are not synchronised"),
                ", ".join(left_out),
                Qgis.MessageLevel.Warning,
            )
        run.start()

    def _cancel(self) -> None:
        if self._synchronizing is not None:
            self.cancel.setEnabled(False)
            self.told.setText(tr("Cancelling…"))
            self._synchronizing.cancel()

    def _show_doing(self, doing: bool) -> None:
        self.progress.setVisible(doing)
        self.cancel.setVisible(doing)
        self.told.setVisible(doing)
        self.cancel.setEnabled(doing)
        self.synchronize.setEnabled(
            not doing and self._chosen() is not None
        )

    def _show_progress(self, percent: float) -> None:
        self.progress.setRange(0, 100)
        self.progress.setValue(round(percent))

    def _synchronized(self, told: Dict[str, Any], names: List[str]) -> None:
        text = tr(
            "rows sent {sent}, received {received}; conflicts {conflicts}, "
            "pending {pending}."
        ).format(
            sent=number(told["NUMBER_REPLAYED_TO_CENTRAL"]),
            received=number(told["NUMBER_REPLAYED_TO_CLONE"]),
            conflicts=number(told["NUMBER_CONFLICTS"]),
            pending=number(told["NUMBER_PENDING"]),
        )
        level = Qgis.MessageLevel.Success
        if told["NUMBER_CONFLICTS"] or told["NUMBER_PENDING"]:
            level = Qgis.MessageLevel.Warning
        self._tell(tr("Synchronised"), text, level)
        self._end(names)

    def _failed(self, reason: str, names: List[str]) -> None:
        self._tell(
            tr("Not synchronised"), reason, Qgis.MessageLevel.Critical
        )
        self._end(names)

    def _cancelled(self, reason: str, names: List[str]) -> None:
        self._tell(tr("Cancelled"), reason, Qgis.MessageLevel.Warning)
        self._end(names)

    def _tell(self, title: str, text: str, level: Qgis.MessageLevel) -> None:
        # The bar reads HTML.
        content = html.escape(text).replace("\n", "<br>")
        self._iface.messageBar().pushMessage(title, content, level)

    def _end(self, names: List[str]) -> None:
        """Also after a failure: central may have done its part."""
        self._synchronizing = None
        self._show_doing(False)
        refresh(names)
        self.fetch()

    # Other algorithms.

    def open_dialog(self, identifier: str) -> Optional[QWidget]:
        """Shows the dialog of an algorithm, with what is chosen here."""
        import processing

        chosen = self._chosen_for(identifier)
        dialog = processing.createAlgorithmDialog(identifier, chosen)
        if dialog is None:
            return None  # Processing has said why
        names = self._names()
        dialog.algorithmFinished.connect(lambda *_: self._after(names))
        dialog.show()
        return dialog

    def _chosen_for(self, identifier: str) -> Dict[str, str]:
        registry = QgsApplication.processingRegistry()
        chosen = {}
        for one in registry.algorithmById(identifier).parameterDefinitions():
            if isinstance(one, QgsProcessingParameterProviderConnection):
                is_clone = one.name().endswith("_CLONE")
                box = self.clone if is_clone else self.central
                if box.currentConnection():
                    chosen[one.name()] = box.currentConnection()
        return chosen

    def _after(self, names: List[str]) -> None:
        refresh(names)
        if self.isVisible() and self._synchronizing is None:
            self.fetch()

    def _help(self) -> None:
        dialog = QDialog(self)
        dialog.setWindowTitle(tr("Help of LizSync"))
        dialog.resize(640, 560)
        text = QTextBrowser()
        text.setHtml(self.help_text())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(dialog.reject)
        layout = QVBoxLayout(dialog)
        layout.addWidget(text)
        layout.addWidget(buttons)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()

    def help_text(self) -> str:
        """How to use it, in HTML; the network is not needed."""
        paragraphs = (
            tr(
                "Central is the database that everybody shares; a clone is a "
                "copy of it that is edited apart: on a laptop, in another "
                "office."
            ),
            tr(
                "Once: install LizSync on central, prepare it, package the "
                "tables, and deploy the package to each clone. The buttons "
                "are under Advanced."
            ),
            tr(
                "Every day: choose both connections and press Synchronise, "
                "as often as you like. Save the edits of your layers before: "
                "only what is saved is in the database."
            ),
            tr(
                "A conflict is a value that was edited on both sides: the "
                "later edit was kept, and the other one is listed, struck "
                "out. A pending row could not be applied, for the reason "
                "that is shown; correct it on either side and synchronise "
                "again. Click a line to see the row on the map."
            ),
        )
        parts = [f"<p>{html.escape(text)}</p>" for text in paragraphs]
        for algorithm in map(self._provider.algorithm, self._order):
            title = html.escape(algorithm.displayName())
            parts.append(f"<h2>{title}</h2>{algorithm.shortHelpString()}")
        return "".join(parts)


class NarrowButton(QPushButton):
    """A button that may be narrower than its text, which it then cuts."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._text = text
        self.setAccessibleName(text)
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Ignored, policy.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        metrics = self.fontMetrics()
        room = self.width() - 4 * metrics.averageCharWidth()
        self.setText(
            metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, room)
        )


def text_label() -> QLabel:
    """Shows what comes from a database: as it is, and to be copied."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
    )
    label.setSizePolicy(
        QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
    )
    return label


def number(value: Any) -> str:
    """A number as people here write it."""
    return QLocale().toString(int(value))


def rows_table(columns: List[str]) -> QTableWidget:
    """A table to choose one row in."""
    table = QTableWidget(0, len(columns))
    table.setHorizontalHeaderLabels(columns)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(
        QAbstractItemView.SelectionBehavior.SelectRows
    )
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setWordWrap(False)
    rows = table.verticalHeader()
    rows.hide()
    rows.setDefaultSectionSize(rows.minimumSectionSize())
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    header.setStretchLastSection(True)
    return table


def fill(table: QTableWidget, lines: List[status.Line]) -> None:
    """Shows other rows."""
    table.setRowCount(0)
    table.setRowCount(len(lines))
    for row, line in enumerate(lines):
        hint = html.escape(line.hint).replace("\n", "<br>")
        for column, cell in enumerate(line.cells):
            item = QTableWidgetItem(cell.text[: status.MOST])
            item.setToolTip(f"<qt>{hint}</qt>")
            item.setData(
                Qt.ItemDataRole.UserRole,
                [line.relation, line.uid, line.hint],
            )
            font = item.font()
            font.setStrikeOut(cell.lost)
            item.setFont(font)
            table.setItem(row, column, item)
    table.resizeColumnsToContents()
    for column in range(table.columnCount()):
        table.setColumnWidth(column, min(table.columnWidth(column), 160))
