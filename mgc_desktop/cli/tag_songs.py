"""What `mgc tag` finds out about songs: their tags, and, where the rules need it, what they are."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mgc_desktop.cli.interrupt import not_analysed_by_children
from mgc_desktop.errors import MgcError, TagError
from mgc_desktop.library.analyse import AnalyseSong
from mgc_desktop.library.executor import IsolatedPool, WorkerCrashedError, WorkerHungError
from mgc_desktop.library.jobs import AnalysisResult
from mgc_desktop.tags.policy import Mode, Policy, SongPrediction
from mgc_desktop.tags.read import read_tags
from mgc_desktop.tags.write import FileState

_AHEAD: Final = 8  # songs handed out for each process, as results come in order
_HANGS: Final = 600.0  # seconds; no decoder is that slow unless it hangs


@dataclass(frozen=True, slots=True)
class Failure:
    """A song that cannot be tagged, and why."""

    path: Path
    reason: str


_Future = Future[AnalysisResult]


def find_out(
    paths: Iterable[Path], policy: Policy, listen: AnalyseSong, jobs: int, scheduler: str | None = None
) -> Iterator[SongPrediction | Failure]:
    """What each song is, in order. A song that keeps its genre by the rules is not listened to.

    `jobs` processes listen here, or, if given, those of the Dask cluster at `scheduler` (ClusterError).
    """
    waiting: deque[tuple[SongPrediction | Failure, _Future | None]] = deque()
    with _pool(jobs, scheduler) as (pool, at_a_time):
        for path in paths:
            song = _read(path)
            needed = isinstance(song, SongPrediction) and _needs_listening(song, policy)
            waiting.append((song, pool.submit(listen, path) if needed else None))
            while len(waiting) > _AHEAD * at_a_time or (waiting and _is_ready(waiting[0][1])):
                yield _heard(*waiting.popleft())
        while waiting:
            yield _heard(*waiting.popleft())


@contextmanager
def _pool(jobs: int, scheduler: str | None) -> Iterator[tuple[Executor, int]]:
    """Who listens, and how many songs at a time."""
    if scheduler is not None:
        from mgc_desktop.library.cluster import cluster_pool

        with cluster_pool(scheduler) as cluster:
            yield cluster
        return
    with not_analysed_by_children():
        pool = IsolatedPool(jobs, timeout=_HANGS)
    try:
        yield pool, jobs
    finally:
        pool.shutdown(cancel_futures=True)


def _read(path: Path) -> SongPrediction | Failure:
    """A song by its tags, not yet heard."""
    try:
        state = FileState.of(path)
        tags = read_tags(path, cover=False)
    except TagError as error:
        return Failure(path, error.message)
    except OSError as error:
        return Failure(path, f"cannot be read ({error.strerror or error})")
    return SongPrediction(
        path,
        None,
        {},
        tags.genres,
        tags.separate,
        artist=tags.artist,
        album=tags.album,
        album_artist=tags.album_artist,
        state=state,
    )


def _needs_listening(song: SongPrediction, policy: Policy) -> bool:
    return policy.album or policy.mode is not Mode.FILL or not song.existing


def _is_ready(future: _Future | None) -> bool:
    return future is None or future.done()


def _heard(song: SongPrediction | Failure, future: _Future | None) -> SongPrediction | Failure:
    if future is None or isinstance(song, Failure):
        return song
    try:
        prediction = future.result().prediction
    except MgcError as error:
        return Failure(song.path, error.message)
    except WorkerCrashedError:
        return Failure(song.path, "The decoder crashed on this file. It is probably damaged.")
    except WorkerHungError:
        return Failure(song.path, "The decoder came to no end with this file. It is probably damaged.")
    except Exception as error:  # one strange file must not end the run
        return Failure(song.path, f"{type(error).__name__}: {error}")
    if prediction is None:
        return song
    probabilities = dict(zip(prediction.genres, map(float, prediction.probabilities), strict=True))
    return replace(song, genre=prediction.genre, probabilities=probabilities)
