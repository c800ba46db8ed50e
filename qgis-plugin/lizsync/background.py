"""Runs of algorithms while QGIS goes on."""
from __future__ import annotations

from typing import Any, Dict, List, Optional

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgorithm,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
)
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal


class Run(QObject):
    """One run of an algorithm, in QGIS's task manager.

    Connect to the signals, then start. One of finished, failed and
    cancelled comes last, always after start has returned.
    """

    progress = pyqtSignal(float)  # percent
    message = pyqtSignal(str)
    warning = pyqtSignal(str)
    finished = pyqtSignal(dict)  # the results, by name
    failed = pyqtSignal(str)  # why, and what to do
    cancelled = pyqtSignal(str)  # what was done until then

    def __init__(
        self,
        algorithm: QgsProcessingAlgorithm,
        parameters: Dict[str, Any],
        parent: Optional[QObject] = None,
    ) -> None:
        """The parameters are those of processing.run()."""
        super().__init__(parent)
        self._algorithm = algorithm
        self._parameters = parameters
        self._context = QgsProcessingContext()
        self._context.setProject(QgsProject.instance())
        self._feedback = _Feedback(self)
        self._context.setFeedback(self._feedback)
        self._task: Optional[QgsProcessingAlgRunnerTask] = None

    def start(self) -> None:
        """Reads the parameters, here, and starts the rest."""
        ok, text = self._algorithm.checkParameterValues(
            self._parameters, self._context
        )
        if not ok:
            QTimer.singleShot(0, lambda: self.failed.emit(text))
            return
        task = QgsProcessingAlgRunnerTask(
            self._algorithm, self._parameters, self._context, self._feedback
        )
        if task.isCanceled():
            # What it was given could not be read; the reason was reported.
            QTimer.singleShot(0, lambda: self.failed.emit(self._errors()))
            return
        task.executed.connect(self._end)
        self._task = task
        # The task works with what is the run's, and Python does not see
        # that: it would collect a run that nobody else keeps.
        task.setProperty("run", lambda: self)
        QgsApplication.taskManager().addTask(task)

    def cancel(self) -> None:
        """Cancels it; what comes of it is told by a signal."""
        if self._task is not None:
            self._task.cancel()

    def _end(self, successful: bool, results: Dict[str, Any]) -> None:
        self._task = None
        if successful:
            self.finished.emit(results)
        elif self._feedback.isCanceled():
            self.cancelled.emit(self._errors())
        else:
            self.failed.emit(self._errors())

    def _errors(self) -> str:
        return "\n".join(self._feedback.errors)


class _Feedback(QgsProcessingFeedback):
    """Passes on what an algorithm tells, from its thread to QGIS's."""

    def __init__(self, run: Run) -> None:
        super().__init__(False)
        self._run = run
        self.errors: List[str] = []
        self.progressChanged.connect(run.progress)

    def pushInfo(self, info: str) -> None:  # noqa: N802
        self._run.message.emit(info)

    def pushWarning(self, warning: str) -> None:  # noqa: N802
        self._run.warning.emit(warning)

    def reportError(  # noqa: N802
        self, error: str, fatalError: bool = False  # noqa: N803
    ) -> None:
        self.errors.append(error)
