"""Predictions of other models for the songs of a library, stored beside the verdicts in use.

A prediction is stored under the checksum of the audio and the model's version, so that no song is analysed twice by one
model. The verdict and state of a song do not change.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.genres import REPORT_GENRES
from mgc_desktop.library.analysis_cache import AnalysisCache, analysed
from mgc_desktop.library.batch import PER_WORKER, Steps, run_batch
from mgc_desktop.library.calls import AnalyseSong, ModelNotLoadedError
from mgc_desktop.library.progress import JobProgress, JobReport, Meter
from mgc_desktop.library.song import Song, State
from mgc_desktop.library.store import Analysis, LibraryStore


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """A model that is to analyse songs: name and version, and the call for the workers."""

    model: str
    version: str
    call: AnalyseSong


SongProbabilities = tuple[int, tuple[str, ...], FloatArray]  # song id, genres, their probabilities `(genres,)`


def predictions_by_model(store: LibraryStore, model: str, version: str) -> Iterator[SongProbabilities]:
    """The predictions of one model for the songs of the library, whichever model's verdicts are in use."""
    rows = store.select(
        "SELECT song.id, analysis.genres, probabilities FROM song JOIN analysis "
        "ON analysis.checksum = song.checksum WHERE analysis.model = ? AND version = ?",
        (model, version),
    )
    for song, genres, probabilities in rows:
        yield song, REPORT_GENRES if genres is None else tuple(json.loads(genres)), np.frombuffer(probabilities, "<f4")


def not_analysed_by(store: LibraryStore, model: str, version: str) -> list[int]:
    """The songs that a model has not analysed and that can be decoded, by folder."""
    rows = store.select(
        "SELECT id FROM song WHERE state != ? AND NOT EXISTS (SELECT 1 FROM analysis WHERE "
        "analysis.checksum = song.checksum AND model = ? AND version = ?) ORDER BY folder, title_key, id",
        (State.FAILED, model, version),
    )
    return [song for (song,) in rows]


def analyse_with_models(
    store: LibraryStore,
    requests: Sequence[ModelRequest],
    pool: Executor,
    *,
    workers: int,
    cancel: CancelToken | None = None,
    progress: Callable[[JobProgress], None] | None = None,
) -> JobReport:
    """Analyse the songs that each model has not analysed yet; `workers` at a time.

    A song that fails is only counted, and the run goes on. Results before a cancellation are kept. Raises BatchError
    and ModelNotLoadedError if the run cannot go on.
    """
    cancel = cancel or CancelToken()
    missing = {request: dict.fromkeys(not_analysed_by(store, request.model, request.version)) for request in requests}
    songs = dict.fromkeys(song for each in missing.values() for song in each)
    # All models on one song before the next one, so that the first songs can be compared early.
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
