"""Between the trainer and the Train view's widgets: what is shown, what is started, what is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from mgc_desktop.errors import MgcError
from mgc_desktop.notice import Notice
from mgc_desktop.training_runs.config import TrainingRequest
from mgc_desktop.training_runs.run import RunState, TrainingRun
from mgc_desktop.ui.views.train.page import TrainPage
from mgc_desktop.ui.views.train.words import accuracy_sentence
from mgc_desktop.workers.training_check import CheckedMusic
from mgc_desktop.workers.training_process import TrainingProcess


class TrainController(QObject):
    """Shows the runs, and carries out what the buttons ask for."""

    noticed = Signal(object)  # Notice

    def __init__(
        self, page: TrainPage, trainer: TrainingProcess, model_names: Callable[[], Sequence[str]], window: QWidget
    ) -> None:
        """`model_names`: those that a new model cannot have."""
        super().__init__(window)
        self._page = page
        self._trainer = trainer
        self._model_names = model_names
        self._window = window
        self._runs: tuple[TrainingRun, ...] = ()
        self._wanted: str | None = None  # the run to be chosen as soon as it is there
        trainer.changed.connect(self._on_runs)
        trainer.ended.connect(self._on_ended)
        trainer.failed.connect(self._tell)
        page.new_requested.connect(self.show_form)
        page.form.left.connect(self._leave_form)
        page.form.ordered.connect(self.start)
        page.form.check_requested.connect(self._check)
        trainer.checked.connect(self._on_checked)
        page.chosen.connect(self._show)
        panel = page.run
        panel.cancel_requested.connect(trainer.cancel)
        panel.resume_requested.connect(self._resume)
        panel.export_requested.connect(self._export)
        panel.delete_requested.connect(self._ask_to_delete)
        panel.again_requested.connect(self._again)

    @property
    def runs(self) -> tuple[TrainingRun, ...]:
        """As they were last read."""
        return self._runs

    def show_form(self) -> None:
        """Order a new training."""
        taken = {run.name for run in self._runs} | set(self._model_names())
        self._page.form.clear(taken)
        self._page.show_form()

    def start(self, order: TrainingRequest) -> None:
        """Begin, or go on with, a training, and show it."""
        self._wanted = order.name
        if self._try(lambda: self._trainer.start(order)):
            self._page.show_runs()

    def _try(self, act: Callable[[], None]) -> bool:
        try:
            act()
        except MgcError as error:
            self._tell(error)
            return False
        return True

    def _tell(self, error: Exception) -> None:
        if self._page.ordering and isinstance(error, MgcError):
            self._page.form.say(str(error))
        else:
            self.noticed.emit(Notice.of(error))

    def _on_runs(self, runs: tuple[TrainingRun, ...]) -> None:
        self._runs = runs
        self._page.show_list(runs, self._wanted)
        if self._wanted in {run.name for run in runs}:
            self._wanted = None
        self._show(self._page.chosen_name)

    def _show(self, name: str | None) -> None:
        for run in self._runs:
            if run.name == name:
                at_work = self._trainer.running == name
                exporting = at_work and self._trainer.exporting
                self._page.run.show_run(run, exporting=exporting, free=self._trainer.running is None)

    def _leave_form(self) -> None:
        if self._runs:
            self._page.show_runs()
        else:
            self._page.show_invitation()

    def _resume(self) -> None:
        run = self._page.run.run
        if run is not None and run.order is not None and run.resumable:
            self.start(run.order)

    def _again(self) -> None:
        run = self._page.run.run
        if run is not None and run.order is not None:
            self.show_form()
            self._page.form.fill(run.order)

    def _check(self, order: TrainingRequest) -> None:
        self._page.form.check.setEnabled(False)
        self._page.form.tell("Looking at the music…")
        self._trainer.check(order)

    def _on_checked(self, checked: CheckedMusic) -> None:
        form = self._page.form
        form.check.setEnabled(True)
        form.tell(checked.text if checked.usable else "")
        form.say("" if checked.usable else checked.text)

    def _export(self) -> None:
        run = self._page.run.run
        if run is not None:
            self._try(lambda: self._trainer.export(run.name))

    def _ask_to_delete(self) -> None:
        run = self._page.run.run
        if run is None:
            return
        asked = QMessageBox(
            QMessageBox.Icon.Question, "Delete this run?",
            f"Delete the run {run.name}, with its checkpoints and curves? A model that was made of it stays.",
            QMessageBox.StandardButton.Cancel, self._window,
        )  # fmt: skip
        delete = asked.addButton("Delete", QMessageBox.ButtonRole.DestructiveRole)
        asked.exec()
        if asked.clickedButton() is delete:
            self._trainer.delete(run.name)

    def _on_ended(self, run: TrainingRun) -> None:
        if run.exported and run.state is RunState.FINISHED and not run.error:
            where = f"It is among the models now; mgc analyze --model {run.name} uses it, too."
            sentence = accuracy_sentence(run.figures) + where
            self.noticed.emit(Notice(f"{run.name} is trained", sentence, problem=False))
        elif run.error:
            self.noticed.emit(Notice("The training cannot go on", f"{run.name}: {run.error}", subject=run.name))
