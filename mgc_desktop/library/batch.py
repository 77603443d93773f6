"""Runs calls for many items on any `concurrent.futures.Executor`, and yields the outcome of each item.

The analysis of the library, the comparison of models, `mgc analyze`, `mgc tag` and the cluster use it. The work on one
item is a generator that yields futures and is sent their results, so that the steps of one item read in order while
many items are in progress:

    def checked(path):
        checksum = yield pool.submit(audio_checksum, path)
        return checksum == expected

Generators run only on the thread that calls `run_batch`, and may use objects of that thread, such as a database.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.errors import MgcError, sentence_of
from mgc_desktop.library.executor import WorkerCrashedError, WorkerHungError, WorkerStartError
from mgc_desktop.library.progress import Pause

T = TypeVar("T")
R = TypeVar("R")

Steps = Generator[Future[Any], Any, R]

ANALYSIS_TIMEOUT: Final = 900.0  # seconds for one song; ten hours of music take about half of it
PER_WORKER: Final = 2  # calls submitted to the pool for each worker: one that runs and one that waits
_POLL: Final = 0.2  # seconds between two checks of pause, cancel and time limits


class BatchError(MgcError):
    """An error that ends the run, whatever the next item is."""

    title = "The songs cannot be analysed"


@dataclass(frozen=True, slots=True)
class SongOutcome(Generic[T, R]):
    """The outcome of an item: what its steps returned, or the exception that they raised."""

    item: T
    result: R | None = None
    error: Exception | None = None


@dataclass(slots=True, eq=False)
class _Running(Generic[T, R]):
    item: T
    steps: Steps[R]
    outcome: SongOutcome[T, R] | None = None
    since: float = 0.0


def run_batch(
    source: Callable[[], T | None],
    steps: Callable[[T], Steps[R]],
    *,
    limit: int,
    ahead: int | None = None,
    timeout: float | None = None,
    fatal: tuple[type[Exception], ...] = (),
    cancel: CancelToken | None = None,
    pause: Pause | None = None,
    poll: Callable[[], None] | None = None,
) -> Generator[SongOutcome[T, R], None, None]:
    """Yield the outcome of every item that `source` returns, until it returns None and no item is in progress.

    `source`: the next item, None if there is none now; it is called again as long as items are in progress.
    `limit`: largest number of calls that are submitted to the executor at a time.
    `ahead`: None to yield outcomes as they come. A number to yield them in the order of the items; at most so many
    items are begun and not yet yielded.
    `timeout`: seconds after which a call counts as hung, for executors without a time limit of their own.
    `fatal`: exceptions of a call that end the run, since they concern all items.
    `cancel`: ends the run; the missing outcomes are not yielded. `pause`: no items are begun while it is paused.
    `poll`: called after each outcome and several times a second.

    Raises BatchError if no worker can be started or the executor was closed, and the exceptions in `fatal`. However
    the run ends, calls that are not done are cancelled and their generators are closed.
    """
    batch = _Batch(source, steps, limit, ahead, timeout, fatal)
    cancel = cancel or CancelToken()
    try:
        while not cancel.cancelled:
            while (
                batch.has_capacity and not cancel.cancelled and not (batch.peek() is None or (pause and pause.paused))
            ):
                batch.begin()
                yield from batch.finished()
            if poll:
                poll()
            if batch.is_done:
                return
            if not batch.pending:  # paused
                cancel.wait(_POLL)
            batch.wait()
            yield from batch.finished()
    finally:
        batch.close()


class _Batch(Generic[T, R]):
    """The items of a run that are in progress."""

    def __init__(
        self,
        source: Callable[[], T | None],
        steps: Callable[[T], Steps[R]],
        limit: int,
        ahead: int | None,
        timeout: float | None,
        fatal: tuple[type[Exception], ...],
    ) -> None:
        self._source = source
        self._steps = steps
        self._limit = limit
        self._ahead = ahead
        self._timeout = timeout
        self._fatal = fatal
        self._next: T | None = None
        self._begun: deque[_Running[T, R]] = deque()  # in order; their outcomes have not been yielded yet
        self.pending: dict[Future[Any], _Running[T, R]] = {}

    @property
    def has_capacity(self) -> bool:
        return len(self.pending) < self._limit and (self._ahead is None or len(self._begun) < self._ahead)

    @property
    def is_done(self) -> bool:
        return self._next is None and not self._begun

    def peek(self) -> T | None:
        """The item that is begun next, None if there is none now."""
        if self._next is None:
            self._next = self._source()
        return self._next

    def begin(self) -> None:
        item, self._next = self._next, None
        assert item is not None
        running = _Running(item, self._steps(item))
        self._begun.append(running)
        self._advance(running, lambda: running.steps.send(None))

    def wait(self) -> None:
        """Wait a moment for calls to end, and process those that have ended or run out of time."""
        if self.pending:
            wait(self.pending, _POLL, FIRST_COMPLETED)
        for future in [future for future in self.pending if future.done()]:  # `wait` misses some cancelled ones
            self._collect(self.pending.pop(future), future)
        if self._timeout is not None:
            late = time.monotonic() - self._timeout
            for future in [future for future, running in self.pending.items() if running.since < late]:
                future.cancel()
                running = self.pending.pop(future)
                self._throw(running, WorkerHungError(self._timeout))

    def finished(self) -> Iterator[SongOutcome[T, R]]:
        """The outcomes that may be yielded now."""
        if self._ahead is None:
            ready = [running for running in self._begun if running.outcome is not None]
            if ready:
                self._begun = deque(running for running in self._begun if running.outcome is None)
        else:
            ready = []
            while self._begun and self._begun[0].outcome is not None:
                ready.append(self._begun.popleft())
        for running in ready:
            if running.outcome is not None:
                yield running.outcome

    def close(self) -> None:
        for future in self.pending:
            future.cancel()
        for running in self._begun:
            running.steps.close()

    def _collect(self, running: _Running[T, R], future: Future[Any]) -> None:
        try:
            result = future.result()
        except CancelledError as error:
            raise BatchError("The pool of worker processes was closed. Start the analysis again.") from error
        except Exception as error:
            self._throw(running, error)
        else:
            self._advance(running, lambda: running.steps.send(result))

    def _throw(self, running: _Running[T, R], error: Exception) -> None:
        if isinstance(error, self._fatal):
            raise error
        if isinstance(error, WorkerStartError):
            raise BatchError(
                f"No process can be started to analyse songs ({error}). Close other programs and try again."
            ) from error
        self._advance(running, lambda: running.steps.throw(error))

    def _advance(self, running: _Running[T, R], step: Callable[[], Future[Any]]) -> None:
        try:
            future = step()
        except StopIteration as stop:
            running.outcome = SongOutcome(running.item, result=stop.value)
        except Exception as error:
            running.outcome = SongOutcome(running.item, error=error)
        else:
            running.since = time.monotonic()
            self.pending[future] = running


def failure_message(error: Exception) -> str:
    """The sentence for the user about a song whose analysis raised `error`."""
    if isinstance(error, WorkerCrashedError):
        return "The decoder crashed on this file. It may be damaged."
    if isinstance(error, WorkerHungError):
        return f"It was not analysed within {error.seconds:.0f} seconds. The file may be damaged or very slow to read."
    if isinstance(error, MgcError):
        return error.message
    if isinstance(error, OSError):
        return sentence_of(error)
    return f"{type(error).__name__}: {error}"  # an unexpected error of one file must not end the run
