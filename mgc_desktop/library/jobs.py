"""Analyses the waiting songs of a library: stores the results, and reports the progress.

The queue is in the database (`State.WAITING`), not in memory: after a pause, a restart or a crash the next run goes on
where the last one stopped.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from contextlib import closing
from typing import TYPE_CHECKING, Final

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.library.analysis_cache import AnalysisCache, analysed
from mgc_desktop.library.batch import PER_WORKER, SongOutcome, Steps, failure_message, run_batch
from mgc_desktop.library.calls import AnalyseSong, ModelNotLoadedError
from mgc_desktop.library.progress import JobProgress, JobReport, Meter, Pause
from mgc_desktop.library.query import Filter, Query, Sort
from mgc_desktop.library.song import Song, State
from mgc_desktop.library.store import Analysis, LibraryStore

if TYPE_CHECKING:
    from mgc_desktop.library.rescore import Rescorer

_WAITING: Final = Query(Filter.WAITING, sort=Sort.FOLDER)  # by folder, so that the disk reads in order


def enqueue(store: LibraryStore, songs: Iterable[int]) -> None:
    """Set songs to the state of waiting for analysis."""
    store.set_state(songs, State.WAITING)


def run(
    store: LibraryStore,
    call: AnalyseSong,
    model: tuple[str, str],
    pool: Executor,
    *,
    workers: int,
    cancel: CancelToken | None = None,
    pause: Pause | None = None,
    progress: Callable[[JobProgress], None] | None = None,
    rescorer: Rescorer | None = None,
    timeout: float | None = None,
) -> JobReport:
    """Analyse every waiting song; `model` is name and version, `workers` how many songs at a time the pool takes.

    Songs that are enqueued meanwhile are analysed as well. A song that fails, crashes its worker or hangs gets the
    state FAILED with the reason, and the run goes on. Returns when no song is waiting or when cancelled. Then, and if
    the run cannot go on (BatchError, ModelNotLoadedError), songs that were not analysed stay in the queue.
    `rescorer`: of the user head in use, which gives the verdicts; the workers analyse under the bundled head, whose
    version is in `model`. `timeout`: as for `run_batch`.
    """
    cancel, pause = cancel or CancelToken(), pause or Pause()
    store.set_state(store.ids(Query(Filter.ANALYSING)), State.WAITING)  # left by a program that crashed
    waiting = _Waiting(store)
    cache = AnalysisCache(store, *model, rescorer=rescorer)

    def steps(song: Song) -> Steps[Analysis]:
        waiting.begin(song)
        return analysed(pool, song.path, call, cache)

    def poll() -> None:
        if progress:
            progress(waiting.meter.progress(paused=pause.paused))

    outcomes = run_batch(
        waiting.next, steps, limit=PER_WORKER * workers, timeout=timeout, fatal=(ModelNotLoadedError,), cancel=cancel,
        pause=pause, poll=poll,
    )  # fmt: skip
    try:
        with closing(outcomes):
            for outcome in outcomes:
                waiting.end(outcome.item, failed=not _store_outcome(store, outcome))
    finally:
        store.set_state(waiting.begun, State.WAITING)
    return waiting.meter.report(cancelled=cancel.cancelled)


class _Waiting:
    """The waiting songs in their order, those that were begun, and the progress."""

    def __init__(self, store: LibraryStore) -> None:
        self._store = store
        self._ids = deque(store.ids(_WAITING))
        self.begun: set[int] = set()
        self.meter = Meter(len(self._ids))

    def next(self) -> Song | None:
        """The next song, None if none is waiting now."""
        while True:
            if not self._ids:
                self._ids.extend(self._store.ids(_WAITING))
                self.meter.total = self.meter.done + len(self.begun) + len(self._ids)
            if not self._ids:
                return None
            found = self._store.songs([self._ids.popleft()])
            if found:
                return found[0]
            self.meter.total -= 1  # it was removed meanwhile

    def begin(self, song: Song) -> None:
        self.begun.add(song.id)
        self.meter.now = song
        self._store.set_state([song.id], State.ANALYSING)

    def end(self, song: Song, *, failed: bool) -> None:
        self.begun.discard(song.id)
        self.meter.count(failed=failed)


def _store_outcome(store: LibraryStore, outcome: SongOutcome[Song, Analysis]) -> bool:
    """Store the verdict of a song, or the reason why it has none; returns False in the second case."""
    song = outcome.item
    if outcome.error is not None:
        store.set_state([song.id], State.FAILED, error=failure_message(outcome.error))
    elif outcome.result is not None:
        store.assign(song.id, outcome.result, store.state_of(song.genres, outcome.result))
        return True
    return False
