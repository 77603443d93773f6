"""Shared by the commands that analyse many songs: options, worker processes, and the cache of results."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from mgc_desktop.cli.interrupt import cancelled_by_interrupt
from mgc_desktop.errors import MgcError
from mgc_desktop.library.batch import ANALYSIS_TIMEOUT, PER_WORKER, SongOutcome, Steps, failure_message, run_batch
from mgc_desktop.library.calls import AnalyseSong, ModelNotLoadedError
from mgc_desktop.library.executor import IsolatedPool

if TYPE_CHECKING:
    from mgc_desktop.inference.prediction import TrackPrediction
    from mgc_desktop.inference.user_heads import UserHead
    from mgc_desktop.library.store import LibraryStore

R = TypeVar("R")

_BUSY_SECONDS: Final = 1.0  # a cache is not worth the usual wait for another program that is writing
_AHEAD: Final = 32  # songs that a worker may be ahead of one that takes long, as results come in order


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The result of a song: a prediction, or a sentence about the error."""

    path: Path
    prediction: TrackPrediction | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Workers:
    """The workers: the `pool`, how many songs it takes at a time, and the time limit if the pool has none."""

    pool: Executor
    number: int
    timeout: float | None = None

    @property
    def limit(self) -> int:
        """The number of calls that are submitted to the pool at a time."""
        return PER_WORKER * self.number


def add_batch_options(parser: argparse.ArgumentParser) -> None:
    """`--jobs N`, `--timeout SECONDS` and `--no-cache`."""
    parser.add_argument(
        "--jobs", type=positive_number, default=1, metavar="N", help="songs to analyse at the same time"
    )
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=ANALYSIS_TIMEOUT,
        metavar="SECONDS",
        help=f"stop the analysis of a song after so many seconds (default: {ANALYSIS_TIMEOUT:.0f}; 0: never)",
    )
    parser.add_argument("--no-cache", action="store_true", help="ignore stored results, and store none")


def positive_number(text: str) -> int:
    """The argparse type of an option that counts."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of at least 1")
    return int(text)


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds")
    return seconds or None


def analyse_all(
    paths: Iterable[Path], model: str, head: UserHead | None, options: argparse.Namespace, genres: str | None = None
) -> Iterator[BatchResult]:
    """The results in the order of the paths; `options`: of `add_batch_options`; `genres`: of
    `chosen_genres`.

    Songs are always analysed in other processes: a decoder that crashes or hangs fails only its song. Raises ModelError
    if the model cannot be used, HeadError if the head does not fit it.
    """
    call = AnalyseSong(model, head, full_length=True, vocabulary=genres)
    with worker_pool(call, options) as workers:
        from mgc_desktop.library.analysis_cache import FullLengthCache, analysed

        name, version = identify(model, head, genres)
        with cache_store(use=not options.no_cache) as (store, on_failure):
            cache = FullLengthCache(store, name, version, on_failure=on_failure)

            def steps(path: Path) -> Steps[TrackPrediction]:
                return analysed(workers.pool, path, call, cache)

            for outcome in in_order(paths, steps, workers, ahead=_AHEAD):
                error = None if outcome.error is None else failure_message(outcome.error)
                yield BatchResult(outcome.item, outcome.result, error)


def in_order(
    paths: Iterable[Path], steps: Callable[[Path], Steps[R]], workers: Workers, *, ahead: int
) -> Iterator[SongOutcome[Path, R]]:
    """The outcomes in the order of the paths; `ahead`: songs that a worker may be ahead of one that takes long.

    Ctrl-C ends the run between two outcomes: raised elsewhere, KeyboardInterrupt could leave locks of futures held, for
    which the pool would wait forever.
    """
    with cancelled_by_interrupt(second_raises=True) as cancel:
        yield from run_batch(
            partial(next, iter(paths), None), steps, limit=workers.limit, ahead=ahead * workers.number,
            timeout=workers.timeout, fatal=(ModelNotLoadedError,), cancel=cancel,
        )  # fmt: skip
        if cancel.cancelled:
            raise KeyboardInterrupt


def identify(model: str, head: UserHead | None, genres: str | None = None) -> tuple[str, str]:
    """Name and version of a model, with a user head if there is one, without loading the network.

    Raises ModelError if it cannot be used, HeadError if the head does not fit it.
    """
    from mgc_desktop.inference import registry

    name, version = registry.identify(registry.find(model), genres)
    if head is not None:
        version = registry.base_model_of(head, model).version_with(head)
    return name, version


@contextmanager
def worker_pool(call: AnalyseSong, options: argparse.Namespace, scheduler: str | None = None) -> Iterator[Workers]:
    """Processes of this computer or, if `scheduler` is given, of the Dask cluster there (raises ClusterError)."""
    if scheduler is not None:
        from mgc_desktop.library.cluster import cluster_pool

        with cluster_pool(scheduler) as (cluster, number):
            # A cluster has no time limit; this one includes the time that a call waits for those before it.
            yield Workers(cluster, number, options.timeout and PER_WORKER * options.timeout)
        return
    pool = IsolatedPool(options.jobs, timeout=options.timeout)
    try:
        pool.submit(call.load)  # in parallel to this process's own start; an error here is reported with the first song
        yield Workers(pool, options.jobs)
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def cache_store(*, use: bool) -> Iterator[tuple[LibraryStore | None, Callable[[Exception], None]]]:
    """The library's database and the function to call if it fails; None if it is not used or cannot be opened.

    The command then works without it, and reports that once.
    """
    if not use:
        yield None, _warn_not_stored
        return
    from mgc_desktop.library.store import LibraryStore
    from mgc_desktop.paths import data_dir

    try:
        store = LibraryStore(data_dir() / "library.db", check=False, may_set_aside=False)
        store.wait_for_writers(_BUSY_SECONDS)
    except (MgcError, OSError, sqlite3.Error) as error:
        _warn_not_stored(error)
        yield None, _warn_not_stored
        return
    with store:
        yield store, _warn_not_stored


def _warn_not_stored(error: Exception) -> None:
    why = error.message if isinstance(error, MgcError) else getattr(error, "strerror", None) or str(error)
    print(
        "mgc: results are not stored, and your own genres of songs are not used: "
        f"the library's database cannot be used ({why})",
        file=sys.stderr,
    )
