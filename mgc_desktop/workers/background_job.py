"""One long piece of work at a time: it can be cancelled, tells how far it is, and has exactly one outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from mgc_desktop.cancellation import Cancelled, CancelToken
from mgc_desktop.workers.tasks import TaskRunner

PROGRESS_MS: Final = 200  # milliseconds between two times that progress is told

Report = Callable[[Any], None]
JobWork = Callable[[CancelToken, Report], Any]


@dataclass(frozen=True, slots=True)
class _Outcome:
    result: Any = None
    cancelled: bool = False


class BackgroundJob(QObject):
    """Runs `work(cancel, report)` on another thread, one at a time.

    The work returns a result (`done`), raises `Cancelled` (`cancelled`) or raises another exception (`failed`). Exactly
    one of these is told, then `ended`; when the outcome is told `running` is False, and the next work may be started.
    What work returns is never dropped: work that was asked to stop may have a report that must be told.

    Work that was cancelled before it began is called all the same, with a token that says so.
    `report(progress)` may be called as often as the work likes; `progressed` tells the latest several times a second,
    and the last one before the outcome. Made, used and closed on the GUI thread; all signals come there, none after
    `close`.
    """

    progressed = Signal(object)
    done = Signal(object)
    failed = Signal(object)  # Exception
    cancelled = Signal()
    ended = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        quiet: bool = False,
        interval_ms: int = PROGRESS_MS,
        runner: TaskRunner | None = None,
    ) -> None:
        """`quiet`: as for `TaskRunner`. `interval_ms`: between two times that progress is told. `runner`: whose thread
        does the work, after what that was given before; without it the job has a thread of its own."""
        super().__init__(parent)
        self._runner = runner or TaskRunner(threads=1, quiet=quiet, parent=self)
        self._token: CancelToken | None = None
        self._progress: Any = None
        self._closed = False
        self._timer = QTimer(self)
        self._timer.setInterval(interval_ms)
        self._timer.timeout.connect(self._tell_progress)

    @property
    def running(self) -> bool:
        """Whether work was started whose outcome was not told yet."""
        return self._token is not None

    def start(self, work: JobWork) -> bool:
        """Begin; False, and nothing happens, while other work runs or after `close`."""
        if self.running or self._closed:
            return False
        token = self._token = CancelToken()
        self._progress = None

        def task(_: CancelToken) -> _Outcome:
            try:
                return _Outcome(work(token, self._note))
            except Cancelled:
                return _Outcome(cancelled=True)

        self._runner.run(task, done=self._on_outcome, failed=self._on_failed)
        self._timer.start()
        return True

    def cancel(self) -> None:
        """Ask the work to stop; the outcome follows when it has."""
        if self._token is not None:
            self._token.cancel()

    def close(self) -> bool:
        """Ask the work to stop and wait for it, and close the runner; no outcome is told. False if it does not end in
        time."""
        self._closed = True
        self.cancel()
        self._timer.stop()
        ended = self._runner.close()
        self._token = None
        return ended

    def _note(self, progress: Any) -> None:
        # On the thread of the work.
        self._progress = progress

    def _tell_progress(self) -> None:
        progress, self._progress = self._progress, None
        if progress is not None:
            self.progressed.emit(progress)

    def _on_outcome(self, outcome: _Outcome) -> None:
        self._stop()
        if outcome.cancelled:
            self.cancelled.emit()
        else:
            self.done.emit(outcome.result)
        self.ended.emit()

    def _on_failed(self, error: Exception) -> None:
        self._stop()
        self.failed.emit(error)
        self.ended.emit()

    def _stop(self) -> None:
        self._timer.stop()
        self._tell_progress()
        self._token = None
