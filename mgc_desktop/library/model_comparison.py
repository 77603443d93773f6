"""Other models' opinions on the songs of a library, kept beside the verdicts that count.

What a model heard is stored under the checksum of the audio and the model's version, so that nothing is listened to
twice; a song's own verdict and state are left alone.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.inference.genres import REPORT_GENRES
from mgc_desktop.inference.prediction import FloatArray
from mgc_desktop.library.analysis_cache import AnalysisCache, analysed
from mgc_desktop.library.batch import PER_WORKER, Steps, run_batch
from mgc_desktop.library.calls import AnalyseSong, ModelNotLoadedError
from mgc_desktop.library.progress import JobProgress, JobReport, Meter
from mgc_desktop.library.song import Song, State
from mgc_desktop.library.store import Analysis, LibraryStore


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """A model that is to analyse songs: name and version, and what a worker runs."""

    model: str
    version: str
    call: AnalyseSong


Opinion = tuple[int, tuple[str, ...], FloatArray]  # song, genres, their probabilities


def predictions_by_model(store: LibraryStore, model: str, version: str) -> Iterator[Opinion]:
    """What a model heard in the songs of the library, whichever model's verdicts count."""
    rows = store.select(
        "SELECT song.id, analysis.genres, probabilities FROM song JOIN analysis "
        "ON analysis.checksum = song.checksum WHERE analysis.model = ? AND version = ?",
        (model, version),
    )
    for song, genres, probabilities in rows:
        yield song, REPORT_GENRES if genres is None else tuple(json.loads(genres)), np.frombuffer(probabilities, "<f4")


def not_analysed_by(store: LibraryStore, model: str, version: str) -> list[int]:
    """The songs that a model has not listened to and that can be decoded, in the order of the disk."""
    rows = store.select(
        "SELECT id FROM song WHERE state != ? AND NOT EXISTS (SELECT 1 FROM analysis WHERE "
        "analysis.checksum = song.checksum AND model = ? AND version = ?) ORDER BY folder, title_key, id",
        (State.FAILED, model, version),
    )
    return [song for (song,) in rows]


def gather(
    store: LibraryStore,
    requests: Sequence[ModelRequest],
    pool: Executor,
    *,
    workers: int,
    cancel: CancelToken | None = None,
    progress: Callable[[JobProgress], None] | None = None,
) -> JobReport:
    """Let each model analyse the songs that it has not analysed yet; `workers` at a time. A song that fails is only
    counted: the run goes on. What was found before it was cancelled is kept. BatchError, ModelNotLoadedError when it
    cannot go on."""
    cancel = cancel or CancelToken()
    missing = {request: dict.fromkeys(not_analysed_by(store, request.model, request.version)) for request in requests}
    songs = dict.fromkeys(song for each in missing.values() for song in each)
    # All models on one song before the next one: what is there can be compared from the first songs on.
    waiting = deque((request, song) for song in songs for request in requests if song in missing[request])
    caches = {request: AnalysisCache(store, request.model, request.version) for request in requests}
    meter = Meter(len(waiting))

    def source() -> tuple[ModelRequest, Song] | None:
        while waiting:
            request, number = waiting.popleft()
            found = store.songs([number])
            if found:
                return request, found[0]
            meter.total -= 1  # it was removed meanwhile
        return None

    def steps(item: tuple[ModelRequest, Song]) -> Steps[Analysis]:
        request, meter.now = item
        return analysed(pool, meter.now.path, request.call, caches[request])

    def poll() -> None:
        if progress:
            progress(meter.progress())

    outcomes = run_batch(
        source, steps, limit=PER_WORKER * workers, fatal=(ModelNotLoadedError,), cancel=cancel, poll=poll
    )
    for outcome in outcomes:
        if outcome.result is not None:
            store.identify(outcome.item[1].id, outcome.result.checksum)
        meter.count(failed=outcome.result is None)
    return meter.report(cancelled=cancel.cancelled)
