"""Runs the calls for many items on any `concurrent.futures.Executor`, and yields what became of each item.

This one loop serves the analysis of the library, the comparison of models, `mgc analyze`, `mgc tag` and a cluster. What
is to be done with an item is a generator that yields futures and gets their results, so that the steps of one item
read in order while many items are under way:

    def checked(path):
        checksum = yield pool.submit(audio_checksum, path)
        return checksum == expected

Generators run on the thread of the loop alone, and may use what belongs to that thread, such as a database.
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

ANALYSIS_TIMEOUT: Final = 900.0  # seconds for one song; ten hours of music take half of that
PER_WORKER: Final = 2  # calls handed to the pool for each worker: one that runs, and one so that it never waits
_POLL: Final = 0.2  # seconds between two looks at pause, cancel and time limits


class BatchError(MgcError):
    """A run that cannot go on, whatever the next item is."""

    title = "The songs cannot be analysed"


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T, R]):
    """What became of an item: what its steps returned, or the exception that they raised."""

    item: T
    result: R | None = None
    error: Exception | None = None


@dataclass(slots=True, eq=False)
class _Running(Generic[T, R]):
    item: T
    steps: Steps[R]
    outcome: Outcome[T, R] | None = None
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
) -> Generator[Outcome[T, R], None, None]:
    """Yield the outcome of every item that `source` gives, until it gives None and nothing is under way.

    `source` may give items again after it gave None, as long as others are under way.
    `limit`: calls that are handed to the executor at a time.
    `ahead`: None to yield outcomes as they come. A number to yield them in the order of the items: as many items may
    then be begun beyond the first that is not done.
    `timeout`: seconds after which a call counts as hung, for executors that do not watch their calls themselves.
    `fatal`: exceptions of a call that end the run, since they concern all items.
    `cancel`: ends the run without the outcomes that are missing; `pause`: begins no more items.
    `poll`: called after each outcome and several times a second.

    Raises BatchError if no worker can be started or the executor was closed, and what is `fatal`. However the run
    ends, the calls that are not done are cancelled and their generators closed.
    """
    batch = _Batch(source, steps, limit, ahead, timeout, fatal)
    cancel = cancel or CancelToken()
    try:
        while not cancel.cancelled:
            while batch.has_room and not cancel.cancelled and not (batch.peek() is None or (pause and pause.paused)):
                batch.begin()
                yield from batch.finished()
            if poll:
                poll()
            if batch.is_done:
                return
            if not batch.pending:  # it is held
                cancel.wait(_POLL)
            batch.wait()
            yield from batch.finished()
    finally:
        batch.close()


class _Batch(Generic[T, R]):
    """The items of a run that are under way."""

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
        self._begun: deque[_Running[T, R]] = deque()  # in order; those whose outcome was not yielded yet
        self.pending: dict[Future[Any], _Running[T, R]] = {}

    @property
    def has_room(self) -> bool:
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
        """Take in what is done; return after a moment if nothing is."""
        if self.pending:
            wait(self.pending, _POLL, FIRST_COMPLETED)
        for future in [future for future in self.pending if future.done()]:  # `wait` overlooks some that were cancelled
            self._take(self.pending.pop(future), future)
        if self._timeout is not None:
            late = time.monotonic() - self._timeout
            for future in [future for future, running in self.pending.items() if running.since < late]:
                future.cancel()
                running = self.pending.pop(future)
                self._throw(running, WorkerHungError(self._timeout))

    def finished(self) -> Iterator[Outcome[T, R]]:
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

    def _take(self, running: _Running[T, R], future: Future[Any]) -> None:
        try:
            result = future.result()
        except CancelledError as error:
            raise BatchError("Whoever analyses the songs has ended. Start it again.") from error
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
            running.outcome = Outcome(running.item, result=stop.value)
        except Exception as error:
            running.outcome = Outcome(running.item, error=error)
        else:
            running.since = time.monotonic()
            self.pending[future] = running


def failure_message(error: Exception) -> str:
    """What a user is told of a song whose analysis raised this."""
    if isinstance(error, WorkerCrashedError):
        return "The decoder crashed on this file. It may be damaged."
    if isinstance(error, WorkerHungError):
        return f"Nothing came of it within {error.seconds:.0f} seconds. The file may be damaged or very slow to read."
    if isinstance(error, MgcError):
        return error.message
    if isinstance(error, OSError):
        return sentence_of(error)
    return f"{type(error).__name__}: {error}"  # whatever else one strange file brings about
