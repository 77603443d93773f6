"""Runs `mgc train`, then `mgc export-model`, as a process of their own, and looks now and then at what they write.

The process holds everything heavy; this program only reads the run's small files. The other end of the process's
standard input is here: closing it asks the process to end, and it closes by itself should this program crash.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QIODevice, QObject, QProcess, QTimer, Signal

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.training_runs.config import ConfigError, TrainingRequest
from mgc_desktop.training_runs.run import LOG, NOTE, STOPPED, TrainingRun, delete_run, list_runs
from mgc_desktop.workers.tasks import TaskRunner
from mgc_desktop.workers.training_check import CheckedMusic, check_music

_log = logging.getLogger(__name__)

POLL_MS: Final = 500
_END_MS: Final = 8000  # to finish a batch and go; a checkpoint is written whole or not at all, so a kill loses little


class TrainingProcess(QObject):
    """One training at a time. Made and closed on the GUI thread; all signals come there, none after `close`."""

    changed = Signal(object)  # tuple of TrainingRun, the newest first
    ended = Signal(object)  # TrainingRun: the process has gone, for whatever reason
    failed = Signal(object)  # Exception
    checked = Signal(object)  # CheckedMusic

    def __init__(self, runs: Path, models: Path, cache: Path, parent: QObject | None = None) -> None:
        """`runs`: a folder for each run. `models`: where finished ones go. `cache`: for spectrograms."""
        super().__init__(parent)
        self._runs = runs
        self._models = models
        self._cache = cache
        self._name: str | None = None
        self._exporting = False
        self._closing = False
        self._stopping = False
        self._process: QProcess | None = None
        self._reader = TaskRunner(threads=1, parent=self)
        self._checker = TaskRunner(threads=1, parent=self)
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll_again)

    @property
    def running(self) -> str | None:
        """The name of the run that is at work."""
        return self._name

    @property
    def exporting(self) -> bool:
        """Whether it is being made a model of the program."""
        return self._exporting

    def start(self, order: TrainingRequest) -> None:
        """Begin a run, or go on with it where it stopped; OrderError if one is at work or it cannot be kept."""
        self._must_be_free()
        folder = self._runs / order.name
        order.save(folder)
        workers = max(1, (os.cpu_count() or 2) // 2)
        self._run(order.name, "train", order.arguments(folder, self._cache, workers))

    def check(self, order: TrainingRequest) -> None:
        """Look at the music that an order names; `checked` says what is in it, or why nothing can be learned."""
        self._checker.run(partial(check_music, order, self._cache), done=self.checked.emit, failed=self._on_unchecked)

    def _on_unchecked(self, error: Exception) -> None:
        self.checked.emit(CheckedMusic(str(error), False))

    def export(self, name: str) -> None:
        """Make a finished run a model of the program; OrderError if something is at work."""
        self._must_be_free()
        self._export(name)

    def cancel(self) -> None:
        """Ask the process to end; what it has learned until its last checkpoint stays."""
        process = self._process
        if process is not None:
            self._stopping = True
            process.closeWriteChannel()
            QTimer.singleShot(_END_MS, process, process.kill)

    def delete(self, name: str) -> None:
        """Forget a run that is not at work."""
        if name != self._name:
            self._reader.run(lambda _: delete_run(self._runs / name), finished=self.look, failed=self.failed.emit)

    def look(self) -> None:
        """Read all runs; `changed` brings them."""
        self._reader.run(self._read, done=self.changed.emit, failed=self.failed.emit)

    def close(self) -> None:
        """End what runs, so that it can be resumed, and wait for it."""
        self._closing = True
        self._timer.stop()
        self._checker.close()
        process = self._process
        if process is not None:
            self._stopping = True
            process.closeWriteChannel()
            if not process.waitForFinished(_END_MS):
                process.kill()
                process.waitForFinished(_END_MS)
        self._reader.close()

    def _note(self, name: str, words: str) -> None:
        with (self._runs / name / LOG).open("a", encoding="utf-8") as file:
            file.write(f"{NOTE}{words}, {time.strftime('%Y-%m-%d %H:%M')}\n")

    def _must_be_free(self) -> None:
        if self._name is not None:
            raise ConfigError(f"{self._name} is still being trained. Wait for it, or cancel it.")

    def _export(self, name: str) -> None:
        self._exporting = True
        self._run(name, "export-model", [str(self._runs / name), "--name", name, "--models", str(self._models)])

    def _run(self, name: str, command: str, arguments: Sequence[str]) -> None:
        log = self._runs / name / LOG
        self._note(name, f"mgc {command}")
        process = QProcess(self)
        process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        process.setStandardOutputFile(str(log), QIODevice.OpenModeFlag.Append)
        process.finished.connect(partial(self._on_finished, command))
        process.errorOccurred.connect(self._on_error)
        self._name, self._process, self._stopping = name, process, False
        _log.info("%s of %s starts", command, name)
        process.start(sys.executable, ["-u", "-m", "mgc_desktop.cli", command, *arguments])
        self._timer.start()
        self.look()

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:  # then `finished` never comes
            self._end()
            self.failed.emit(
                ConfigError("The training's process could not be started. Look at the log for the reason.")
            )

    def _on_finished(self, command: str, code: int, status: QProcess.ExitStatus) -> None:
        _log.info("%s of %s ended with %s (%s)", command, self._name, code, status)
        name, stopped = self._name, self._stopping
        self._end()
        if name and stopped:  # wherever in its work that met it: its last words are no failure
            self._note(name, STOPPED)
        if command == "train" and code == 0 and status == QProcess.ExitStatus.NormalExit and name and not self._closing:
            self._export(name)
        elif not self._closing:
            self._reader.run(self._read, done=partial(self._tell_end, name), failed=self.failed.emit)

    def _end(self) -> None:
        self._timer.stop()
        if self._process is not None:
            self._process.deleteLater()
        self._process, self._name, self._exporting = None, None, False

    def _tell_end(self, name: str | None, runs: tuple[TrainingRun, ...]) -> None:
        self.changed.emit(runs)
        for run in runs:
            if run.name == name:
                self.ended.emit(run)

    def _poll_again(self) -> None:
        if not self._reader.busy:
            self.look()

    def _read(self, _: CancelToken) -> tuple[TrainingRun, ...]:
        return tuple(list_runs(self._runs, self._models, self._name))
