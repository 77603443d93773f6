"""Listening to many songs: hands them to a pool, stores what comes back, and says truly how far it is.

What is still to do stands in the database (`State.WAITING`), not in memory: after a pause, a restart or a crash the
next run goes on where the last one stopped.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.errors import MgcError
from mgc_desktop.inference.prediction import TrackPrediction
from mgc_desktop.library.executor import WorkerCrashedError, WorkerHungError
from mgc_desktop.library.query import Filter, Query, Sort
from mgc_desktop.library.rescore import Rescorer
from mgc_desktop.library.song import Song, State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.library.verdict import state_of

_AHEAD: Final = 2  # songs handed out for each worker: one it listens to, one so that it never waits
_WINDOW: Final = 60.0  # seconds over which the speed is measured
_WAITING: Final = Query(Filter.WAITING, sort=Sort.FOLDER)  # in the order of the disk
_POLL: Final = 0.2  # seconds between two looks at pause and cancel


@dataclass(frozen=True, slots=True)
class AnalysisResult:
    """What a worker found: the checksum of the audio, and the prediction; None where this audio is known already."""

    checksum: str
    prediction: TrackPrediction | None


# What a worker runs: the path, and the checksums of audio that was heard before under another name.
Listen = Callable[[Path, frozenset[str]], AnalysisResult]


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a run is. `per_minute`: songs; `remaining`: seconds, None while unknown; `now`: the latest song."""

    done: int
    total: int
    failed: int
    per_minute: float
    remaining: float | None
    now: Song | None
    paused: bool = False


@dataclass(frozen=True, slots=True)
class JobReport:
    """How a run ended. `cancelled`: it was stopped, the rest waits."""

    done: int
    failed: int
    total: int
    cancelled: bool


class Pause:
    """A switch that holds a run between two songs; may be turned from any thread."""

    def __init__(self) -> None:
        self._running = threading.Event()
        self._running.set()

    def pause(self) -> None:
        """Hand out no more songs; those being listened to are finished."""
        self._running.clear()

    def resume(self) -> None:
        """Go on."""
        self._running.set()

    @property
    def paused(self) -> bool:
        """Whether the run is held."""
        return not self._running.is_set()


def enqueue(store: LibraryStore, songs: Iterable[int]) -> None:
    """Mark songs as waiting to be listened to."""
    store.set_state(songs, State.WAITING)


def run(
    store: LibraryStore,
    listen: Listen,
    model: tuple[str, str],
    pool: Executor,
    *,
    workers: int,
    cancel: CancelToken | None = None,
    pause: Pause | None = None,
    progress: Callable[[JobProgress], None] | None = None,
    rescorer: Rescorer | None = None,
) -> JobReport:
    """Listen to every waiting song; `model` is name and version, `workers` how many songs at a time the pool takes.

    Songs that are enqueued meanwhile are listened to as well. A song that fails, crashes its worker or hangs is marked
    so, with the reason, and the run goes on. Returns when nothing waits any more or when cancelled; then the songs not
    listened to go on waiting. `judge`: of a taught head in use. The workers listen under the bundled one all the same,
    whose version is in `model`, and the songs get the judge's verdict.
    """
    cancel, pause = cancel or CancelToken(), pause or Pause()
    _recover(store)
    waiting = deque(store.ids(_WAITING))
    known = frozenset(store.unreferenced(*model))
    meter = Meter(len(waiting))
    pending: dict[Future[AnalysisResult], Song] = {}
    while (waiting or pending) and not cancel.cancelled:
        while waiting and len(pending) < _AHEAD * workers and not pause.paused:
            found = store.songs([waiting.popleft()])
            if not found:  # removed meanwhile
                meter.total -= 1
                continue
            pending[pool.submit(listen, found[0].path, known)] = found[0]
            meter.now = found[0]
            store.set_state([found[0].id], State.LISTENING)
        if not pending:
            cancel.wait(_POLL)
        for future in wait(pending, _POLL, FIRST_COMPLETED).done:
            meter.count(failed=not _keep(store, pending.pop(future), future, model, rescorer))
        if not waiting:
            waiting.extend(store.ids(_WAITING))
            meter.total = meter.done + len(pending) + len(waiting)
        if progress:
            progress(meter.progress(paused=pause.paused))
    for future in pending:
        future.cancel()
    store.set_state([song.id for song in pending.values()], State.WAITING)
    return JobReport(meter.done, meter.failed, meter.total, cancel.cancelled)


def _recover(store: LibraryStore) -> None:
    """Songs that a run was listening to when the program died wait again."""
    store.set_state(store.ids(Query(Filter.LISTENING)), State.WAITING)


def _keep(
    store: LibraryStore, song: Song, future: Future[AnalysisResult], model: tuple[str, str], rescorer: Rescorer | None
) -> bool:
    """Store one result; False if the song failed."""
    try:
        heard = future.result()
    except WorkerCrashedError:
        store.set_state([song.id], State.FAILED, error="The decoder crashed on this file. It may be damaged.")
    except WorkerHungError as error:
        text = f"Nothing came of it within {error.seconds:.0f} seconds. The file may be damaged or very slow to read."
        store.set_state([song.id], State.FAILED, error=text)
    except MgcError as error:
        store.set_state([song.id], State.FAILED, error=error.message)
    except Exception as error:  # whatever else one file brings about must not end the run
        store.set_state([song.id], State.FAILED, error=f"{type(error).__name__}: {error}")
    else:
        if heard.prediction is not None:
            store.remember(heard.checksum, heard.prediction)
            if rescorer is not None:
                store.remember(heard.checksum, rescorer.rescored(heard.prediction))
        known = store.analysis(heard.checksum, model[0], rescorer.version if rescorer is not None else model[1])
        if known is None:
            store.set_state([song.id], State.FAILED, error="The result was lost. Please listen to this song again.")
            return False
        store.assign(song.id, known, state_of(song.genres, known.genre))
        return True
    return False


class Meter:
    """Counts songs, and measures the speed over the last minute."""

    def __init__(self, total: int) -> None:
        """`total`: how many there are to be; may be changed meanwhile."""
        self.total = total
        self.done = 0
        self.failed = 0
        self.now: Song | None = None
        self._ends = deque([time.monotonic()])

    def count(self, *, failed: bool) -> None:
        """One more song is done."""
        self.done += 1
        self.failed += failed
        self._ends.append(time.monotonic())
        while len(self._ends) > 2 and self._ends[-1] - self._ends[0] > _WINDOW:
            self._ends.popleft()

    def progress(self, *, paused: bool = False) -> JobProgress:
        """How far the run is."""
        elapsed = self._ends[-1] - self._ends[0]
        speed = (len(self._ends) - 1) / elapsed if elapsed > 0 else 0.0
        remaining = (self.total - self.done) / speed if speed > 0 and not paused else None
        return JobProgress(self.done, self.total, self.failed, 60 * speed, remaining, self.now, paused)
