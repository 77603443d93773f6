"""The one border between the window and slow work: functions go to a pool, results come back on the GUI thread."""

from __future__ import annotations

import itertools
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QObject, QRunnable, Qt, QThread, QThreadPool, Signal, SignalInstance, Slot

from mgc_desktop.cancellation import Cancelled, CancelToken

_log = logging.getLogger(__name__)

Work = Callable[[CancelToken], Any]
OnDone = Callable[[Any], None]
OnFailed = Callable[[Exception], None]
OnFinished = Callable[[], None]

_CLOSE_TIMEOUT: Final = 10.0  # seconds that the tasks of a runner get to end
_SHORT_TIMEOUT: Final = 1.0  # the same, once a task of another runner did not end

# Pools with a task that does not end. Qt would wait for it without a limit where such a pool is deleted.
_hung_pools: Final[list[QThreadPool]] = []


@dataclass(frozen=True, slots=True)
class _Outcome:
    number: int
    result: Any = None
    error: Exception | None = None
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class _Task:
    token: CancelToken
    done: OnDone | None
    failed: OnFailed | None
    finished: OnFinished | None


class _Runnable(QRunnable):
    """Holds a function and a bound signal, no QObject: it is deleted on the pool's thread."""

    def __init__(self, number: int, work: Work, token: CancelToken, returned: SignalInstance) -> None:
        super().__init__()
        self._number = number
        self._work = work
        self._token = token
        self._returned = returned

    def run(self) -> None:
        """Called by the pool."""
        outcome = self._outcome()
        try:
            self._returned.emit(outcome)
        except RuntimeError:  # the program is gone
            _log.debug("a task outlived its runner")

    def _outcome(self) -> _Outcome:
        try:
            self._token.check()
            return _Outcome(self._number, result=self._work(self._token))
        except Cancelled:
            return _Outcome(self._number, cancelled=True)
        except Exception as error:
            if not self._token.cancelled:
                _log.info("task failed", exc_info=True)
            return _Outcome(self._number, error=error)


class TaskRunner(QObject):
    """A pool for one purpose, made and closed on the GUI thread.

    `done` or `failed` is called for each task that was not cancelled, `finished` after either and also for
    cancelled ones, all on the GUI thread. After `close` nothing is called any more.
    """

    _returned = Signal(object)

    def __init__(
        self,
        *,
        threads: int = 1,
        quiet: bool = False,
        close_timeout: float | None = None,
        parent: QObject | None = None,
    ) -> None:
        """`quiet`: the threads give way to the others, where the system can. `close_timeout`: seconds that `close`
        waits for a task that must not be broken off, whatever else hangs; None for the usual time."""
        super().__init__(parent)
        self._close_timeout = close_timeout
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(threads)
        if quiet:
            self._pool.setThreadPriority(QThread.Priority.LowPriority)
        self._numbers = itertools.count()
        self._tasks: dict[int, _Task] = {}
        self._stopping = False
        self._returned.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> int:
        """How many tasks wait or run."""
        return len(self._tasks)

    def run(
        self,
        work: Work,
        *,
        done: OnDone | None = None,
        failed: OnFailed | None = None,
        finished: OnFinished | None = None,
        priority: int = 0,
        token: CancelToken | None = None,
    ) -> CancelToken:
        """Start `work(token)` as soon as a thread is free; cancel it through the token that is returned."""
        token = token if token is not None else CancelToken()
        if self._stopping:
            token.cancel()
            return token
        number = next(self._numbers)
        self._tasks[number] = _Task(token, done, failed, finished)
        self._pool.start(_Runnable(number, work, token, self._returned), priority)
        return token

    def cancel_all(self) -> None:
        """Cancel what waits and what runs."""
        for task in self._tasks.values():
            task.token.cancel()

    def close(self) -> bool:
        """Cancel everything and wait for the threads; False if one does not end in time, see `end_if_hung`."""
        self._stopping = True
        self.cancel_all()
        self._pool.clear()
        timeout = self._close_timeout or (_SHORT_TIMEOUT if _hung_pools else _CLOSE_TIMEOUT)
        ended = self._pool.waitForDone(round(1000 * timeout))
        if not ended and self._pool not in _hung_pools:
            _log.error("a task does not end")
            _hung_pools.append(self._pool)
        self._tasks.clear()
        return ended

    @Slot(object)
    def _deliver(self, outcome: _Outcome) -> None:
        task = self._tasks.pop(outcome.number, None)
        if task is None or self._stopping:
            return
        if not (outcome.cancelled or task.token.cancelled):
            if outcome.error is None:
                if task.done is not None:
                    task.done(outcome.result)
            elif task.failed is not None:
                task.failed(outcome.error)
            else:
                _log.error("task failed", exc_info=outcome.error)
        if task.finished is not None:
            task.finished()


def end_if_hung(status: int) -> None:
    """At the very end of the program: if a task did not end when its runner was closed, end the process without it.

    A decoder that hangs in a damaged file, or a read from a dead network drive, cannot be broken off. The process would
    live on for its sake, without a window.
    """
    if not _hung_pools:
        return
    import multiprocessing  # not needed by a start

    _log.error("the program ends without a task that hangs")
    for process in multiprocessing.active_children():
        process.kill()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(status)
