"""Planning, writing and taking back, away from the window; one thread, since there is one writer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.library.known_paths import known_paths
from mgc_desktop.library.review import ReviewRow, review, save_choices
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.library.tagging import undo, write
from mgc_desktop.library.ticks import MIN_CONFIDENCE
from mgc_desktop.tags.journal import Journal, JournalRun
from mgc_desktop.tags.moved import Located, locate
from mgc_desktop.tags.policy import Policy
from mgc_desktop.tags.write import WriteOptions
from mgc_desktop.tags.writer import RunReport, undoable
from mgc_desktop.workers.background_job import BackgroundJob, Report
from mgc_desktop.workers.tasks import TaskRunner

_PROGRESS_MS: Final = 100
_CLOSE_TIMEOUT: Final = 60.0  # seconds: a long song on a slow disk is written to its end rather than broken off

Around = Callable[[Path], AbstractContextManager[object]]


class LibraryWriter(QObject):
    """Made and closed on the GUI thread; `around` lets go of a file that is being played while it is written.

    Who asks gets a token, and cancels it when the answer is no longer wanted.
    """

    progressed = Signal(int, int, object)  # done, in all, the Path now
    ended = Signal(object)  # RunReport
    failed = Signal(object)  # Exception

    def __init__(self, database: Path, journal: Journal, file_guard: Around, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.database = database
        self._journal = journal
        self._file_guard = file_guard
        self._runner = TaskRunner(threads=1, close_timeout=_CLOSE_TIMEOUT, parent=self)
        self._job = BackgroundJob(self, interval_ms=_PROGRESS_MS, runner=self._runner)
        self._plan: CancelToken | None = None
        self._job.progressed.connect(self._on_progress)
        self._job.done.connect(self.ended)
        self._job.failed.connect(self.failed)
        self._job.cancelled.connect(self._on_cancelled)

    @property
    def writing(self) -> bool:
        """Whether files are being written."""
        return self._job.running

    def plan(
        self,
        policy: Policy,
        songs: Sequence[int] | None,
        done: Callable[[list[ReviewRow]], None],
        *,
        min_confidence: float = MIN_CONFIDENCE,
    ) -> CancelToken:
        """What the rules would do; only the latest question is answered."""
        if self._plan is not None:
            self._plan.cancel()

        def work(_: CancelToken) -> list[ReviewRow]:
            with LibraryStore(self.database, check=False) as store:
                return review(store, policy, songs, min_confidence=min_confidence)

        self._plan = self._runner.run(work, done=done, failed=self.failed.emit)
        return self._plan

    def save_choices(self, rows: Sequence[ReviewRow], done: Callable[[object], None]) -> None:
        """Remember what the user decided, before the next plan is made."""

        def work(_: CancelToken) -> None:
            with LibraryStore(self.database, check=False) as store:
                save_choices(store, rows)

        self._runner.run(work, done=done, failed=self.failed.emit)

    def runs(self, done: Callable[[list[JournalRun]], None]) -> CancelToken:
        """What was written so far, the newest first; runs that a crash cut off are looked after before."""
        return self._runner.run(lambda _: self._journal.recovered_runs(), done=done, failed=self.failed.emit)

    def files(
        self, run: JournalRun, done: Callable[[list[Located]], None], look_in: Sequence[Path] = ()
    ) -> CancelToken:
        """The files of a run that can be taken back, and where they are now; `look_in`: folders to search as well."""

        def work(token: CancelToken) -> list[Located]:
            known = known_paths(self.database)
            return locate(undoable(run, self._journal), look_in=look_in, known=known, cancel=token)

        return self._runner.run(work, done=done, failed=self.failed.emit)

    def latest(self, path: Path, done: Callable[[JournalRun | None], None]) -> CancelToken:
        """The newest run in which a file was written, be it under another name, and is not taken back."""

        def work(_: CancelToken) -> JournalRun | None:
            runs = (run for run in self._journal.recovered_runs() if run.can_be_undone)
            return next((run for run in runs if undoable(run, self._journal, [path])), None)

        return self._runner.run(work, done=done, failed=self.failed.emit)

    def write(self, rows: Sequence[ReviewRow], *, note: str, options: WriteOptions) -> None:
        """Write what is accepted."""
        self._start(partial(write, rows=rows, note=note, options=options))

    def undo(self, run: JournalRun, located: Sequence[Located], *, options: WriteOptions) -> None:
        """Take back files of a run, where they are now."""
        self._start(partial(undo, run=run, located=located, options=options))

    def cancel(self) -> None:
        """Stop after the file that is being written; the report of what was written follows."""
        self._job.cancel()

    def close(self) -> bool:
        """Stop after the file that is being written, and wait for it."""
        return self._job.close()

    def _start(self, change: Callable[..., RunReport]) -> None:
        def work(cancel: CancelToken, report: Report) -> RunReport:
            with LibraryStore(self.database, check=False) as store:
                return change(
                    store,
                    journal=self._journal,
                    cancel=cancel,
                    progress=lambda *now: report(now),
                    file_guard=self._file_guard,
                )

        self._job.start(work)

    def _on_progress(self, now: tuple[int, int, Path]) -> None:
        self.progressed.emit(*now)

    def _on_cancelled(self) -> None:
        self.ended.emit(RunReport("", stopped="Cancelled."))  # before there was anything to report
