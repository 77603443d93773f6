"""Planning, writing and taking back, away from the window; one thread, since there is one writer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.library.review import ReviewRow, review
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.library.tagging import undo, write
from mgc_desktop.tags.journal import Journal, JournalEntry, JournalRun
from mgc_desktop.tags.policy import Policy
from mgc_desktop.tags.write import WriteOptions
from mgc_desktop.tags.writer import RunReport, undoable
from mgc_desktop.workers.tasks import TaskRunner

_POLL_MS: Final = 100

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
        self._runner = TaskRunner(threads=1, parent=self)
        self._token: CancelToken | None = None
        self._plan: CancelToken | None = None
        self._now: tuple[int, int, Path] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def writing(self) -> bool:
        """Whether files are being written."""
        return self._token is not None

    def plan(self, policy: Policy, songs: Sequence[int] | None, done: Callable[[list[ReviewRow]], None]) -> CancelToken:
        """What the rules would do; only the latest question is answered."""
        if self._plan is not None:
            self._plan.cancel()

        def work(_: CancelToken) -> list[ReviewRow]:
            with LibraryStore(self.database, check=False) as store:
                return review(store, policy, songs)

        self._plan = self._runner.run(work, done=done, failed=self.failed.emit)
        return self._plan

    def runs(self, done: Callable[[list[JournalRun]], None]) -> CancelToken:
        """What was written so far, the newest first."""
        return self._runner.run(lambda _: self._journal.runs(), done=done, failed=self.failed.emit)

    def files(self, run: JournalRun, done: Callable[[list[JournalEntry]], None]) -> CancelToken:
        """The files of a run that can be taken back."""
        return self._runner.run(lambda _: undoable(run, self._journal), done=done, failed=self.failed.emit)

    def latest(self, path: Path, done: Callable[[JournalRun | None], None]) -> CancelToken:
        """The newest run in which a file was written and is not taken back."""

        def work(_: CancelToken) -> JournalRun | None:
            runs = (run for run in self._journal.runs() if run.undoes is None and run.written > run.undone)
            return next((run for run in runs if undoable(run, self._journal, [path])), None)

        return self._runner.run(work, done=done, failed=self.failed.emit)

    def write(self, rows: Sequence[ReviewRow], *, note: str, options: WriteOptions) -> None:
        """Write what is accepted."""
        self._start(
            lambda store, cancel: write(
                store, rows, self._journal, note=note, options=options, cancel=cancel, progress=self._note,
                file_guard=self._file_guard,
            )
        )  # fmt: skip

    def undo(self, run: JournalRun, only: Collection[Path] | None, *, options: WriteOptions) -> None:
        """Take back a run, or some files of it."""
        self._start(
            lambda store, cancel: undo(
                store, run, self._journal, only=only, options=options, cancel=cancel, progress=self._note,
                file_guard=self._file_guard,
            )
        )  # fmt: skip

    def cancel(self) -> None:
        """Stop after the file that is being written."""
        if self._token is not None:
            self._token.cancel()

    def close(self) -> bool:
        """Stop after the file that is being written, and wait for it."""
        self._timer.stop()
        return self._runner.close()

    def _start(self, work: Callable[[LibraryStore, CancelToken], RunReport]) -> None:
        if self.writing:
            return
        # Its own token, not the runner's: a cancelled run has a report as well, which must be heard.
        token = self._token = CancelToken()

        def run(closing: CancelToken) -> Any:
            with LibraryStore(self.database, check=False) as store:
                return work(store, _Either(token, closing))

        self._runner.run(run, done=self.ended.emit, failed=self.failed.emit, finished=self._finished)
        self._timer.start()

    def _note(self, done: int, total: int, path: Path) -> None:
        self._now = (done, total, path)

    def _poll(self) -> None:
        if self._now is not None:
            self.progressed.emit(*self._now)

    def _finished(self) -> None:
        self._timer.stop()
        self._token, self._now = None, None


class _Either(CancelToken):
    """Cancelled when one of two is."""

    def __init__(self, one: CancelToken, other: CancelToken) -> None:
        super().__init__()
        self._tokens = (one, other)

    @property
    def cancelled(self) -> bool:
        """Whether either was cancelled."""
        return any(token.cancelled for token in self._tokens)

    def check(self) -> None:
        """Raise `Cancelled` if either was cancelled."""
        for token in self._tokens:
            token.check()
