"""The cache of analyses, by the checksum of the audio and the version of the model.

The library, the comparison of models, `mgc tag` and `mgc analyze` look here before they analyse a song, and store their
results here. The checksum does not depend on a file's name and tags. Storing a result does not add a song to the
library: the library uses it when it finds a file with this audio.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import numpy as np

from mgc_desktop.errors import MgcError
from mgc_desktop.inference.genres import REPORT_GENRES
from mgc_desktop.inference.prediction import Timeline, TrackPrediction
from mgc_desktop.library.batch import Steps
from mgc_desktop.library.calls import AnalyseSong, AnalysisResult, SoundIdentity, identify_sound
from mgc_desktop.library.store import Analysis, LibraryStore
from mgc_desktop.library.stored_analysis import outcome_of

if TYPE_CHECKING:
    from mgc_desktop.library.rescore import Rescorer

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

OnFailure = Callable[[Exception], None]

_COLUMNS: Final = (
    "genre, confidence, genres, probabilities, tags, embedding, heard, duration, warnings, times, timeline, "
    "vocabulary, outcome, novelty"
)


class Cache(Protocol[R_co]):
    """What `analysed` needs of a cache."""

    def find(self, checksum: str, path: Path) -> R_co | None:
        """The result for this audio, None if it has not been analysed; `path`: the file that was asked for."""

    def keep(self, checksum: str, prediction: TrackPrediction) -> R_co:
        """Store a new result, and return it in the form of this cache."""


def analysed(pool: Executor, path: Path, call: AnalyseSong, cache: Cache[R]) -> Steps[R]:
    """The steps of one song for `run_batch`: the result in the cache, else a new analysis, which is stored."""
    sound: SoundIdentity = yield pool.submit(identify_sound, path)
    known = cache.find(sound.checksum, path)
    if known is not None:
        return known
    result: AnalysisResult = yield pool.submit(call, path, sound)
    return cache.keep(result.checksum, result.prediction)


class AnalysisCache:
    """Verdicts on songs, from excerpts where those suffice (`AnalyseSong` without `full_length`).

    `rescorer`: of the user head in use. Songs are still analysed under the bundled head and stored under its `version`;
    the verdict of the user head is computed from that without another analysis.

    Without a `store` nothing is stored. If the store fails and there is an `on_failure`, it is called once with the
    error and the store is no longer used; without `on_failure` the error is raised.
    """

    def __init__(
        self,
        store: LibraryStore | None,
        model: str,
        version: str,
        *,
        rescorer: Rescorer | None = None,
        on_failure: OnFailure | None = None,
    ) -> None:
        self._access = _Access(store, on_failure)
        self._model = model
        self._version = version
        self._rescorer = rescorer

    def find(self, checksum: str, path: Path) -> Analysis | None:
        """The verdict on this audio, None if the model has not analysed it."""
        return self._access(lambda store: self._find(store, checksum, path), None)

    def keep(self, checksum: str, prediction: TrackPrediction) -> Analysis:
        """Store a result of the bundled head. Returns the verdict: the rescorer's if there is one."""
        self._access(lambda store: store.remember(checksum, prediction), None)
        if self._rescorer is not None:
            prediction = self._rescorer.rescored(prediction)
            rescored = prediction
            self._access(lambda store: store.remember(checksum, rescored), None)
        return _analysis_of(checksum, prediction)

    def _find(self, store: LibraryStore, checksum: str, path: Path) -> Analysis | None:
        bundled = store.analysis(checksum, self._model, self._version)
        if bundled is None or self._rescorer is None:
            return bundled
        known = store.analysis(checksum, self._model, self._rescorer.version)
        if known is None:
            rescored = self._rescorer.rescored(_prediction_of(bundled, self._model, self._version, path))
            store.remember(checksum, rescored)
            known = _analysis_of(checksum, rescored)
        return known


class FullLengthCache:
    """Analyses of entire songs, with their timeline (`AnalyseSong` with `full_length`).

    `version`: of the model, with that of the user head if there is one. `store` and `on_failure` as in `AnalysisCache`.
    """

    def __init__(
        self, store: LibraryStore | None, model: str, version: str, *, on_failure: OnFailure | None = None
    ) -> None:
        self._access = _Access(store, on_failure)
        self._model = model
        self._version = version

    def find(self, checksum: str, path: Path) -> TrackPrediction | None:
        """The stored analysis of this audio, with `path` as its file."""
        return self._access(lambda store: self._find(store, checksum, path), None)

    def keep(self, checksum: str, prediction: TrackPrediction) -> TrackPrediction:
        """Store an analysis. The library uses its verdict too, unless it has one for this audio."""

        def work(store: LibraryStore) -> None:
            with store.transaction():
                for each in (*prediction.others, prediction):
                    store.keep_vocabulary(each.vocabulary)
                    store.db.execute(
                        "INSERT OR REPLACE INTO whole_analysis (checksum, model, version, " + _COLUMNS + ") "
                        f"VALUES ({', '.join('?' * 17)})",
                        (checksum, self._model, each.model_version, *_values(each)),
                    )
                if store.analysis(checksum, self._model, self._version) is None:
                    store.remember(checksum, prediction)

        self._access(work, None)
        return prediction

    def _find(self, store: LibraryStore, checksum: str, path: Path) -> TrackPrediction | None:
        row = store.db.execute(
            f"SELECT {_COLUMNS} FROM whole_analysis WHERE checksum = ? AND model = ? AND version = ?",
            (checksum, self._model, self._version),
        ).fetchone()
        return None if row is None else self._prediction(store, row, path)

    def _prediction(self, store: LibraryStore, row: tuple[Any, ...], path: Path) -> TrackPrediction:
        (
            genre,
            confidence,
            names,
            probabilities,
            tags,
            embedding,
            analysed_seconds,
            duration,
            warnings,
            times,
            timeline,
            vocabulary,
            outcome,
            novelty,
        ) = row
        genres = REPORT_GENRES if names is None else tuple(json.loads(names))
        return TrackPrediction(
            path=path,
            duration=duration,
            model=self._model,
            model_version=self._version,
            genres=genres,
            probabilities=_floats(probabilities),
            genre=genre,
            confidence=confidence,
            timeline=Timeline(genres, _floats(times).reshape(-1, 2), _floats(timeline).reshape(-1, len(genres))),
            tags=tuple((name, probability) for name, probability in json.loads(tags)),
            embedding=None if embedding is None else _floats(embedding),
            analysed_seconds=analysed_seconds,
            warnings=tuple(json.loads(warnings)),
            vocabulary=store.vocabulary(vocabulary or "", genres),
            outcome=outcome_of(genre, outcome),
            novelty=novelty,
        )


class _Access:
    """Runs functions on the store until one fails."""

    def __init__(self, store: LibraryStore | None, on_failure: OnFailure | None) -> None:
        self._store = store
        self._on_failure = on_failure

    def __call__(self, work: Callable[[LibraryStore], R], otherwise: R) -> R:
        if self._store is None:
            return otherwise
        try:
            return work(self._store)
        except (sqlite3.Error, OSError, MgcError) as error:
            if self._on_failure is None:
                raise
            self._store = None
            self._on_failure(error)
            return otherwise


def _values(prediction: TrackPrediction) -> tuple[Any, ...]:
    """The values of `_COLUMNS` for an analysis; arrays as float32 bytes."""
    embedding = prediction.embedding
    return (
        prediction.genre,
        prediction.confidence,
        None if prediction.genres == REPORT_GENRES else json.dumps(prediction.genres),
        _bytes(prediction.probabilities),
        json.dumps(prediction.tags),
        None if embedding is None else _bytes(embedding),
        prediction.analysed_seconds,
        prediction.duration,
        json.dumps(prediction.warnings),
        _bytes(prediction.timeline.times),
        _bytes(prediction.timeline.probabilities),
        prediction.vocabulary.id,
        prediction.outcome.value,
        prediction.novelty,
    )


def _bytes(values: Any) -> bytes:
    data: bytes = np.asarray(values).astype("<f4").tobytes()
    return data


def _floats(data: bytes) -> Any:
    return np.frombuffer(data, "<f4").astype(np.float32)


def _analysis_of(checksum: str, prediction: TrackPrediction) -> Analysis:
    """A prediction in the form that `LibraryStore.analysis` returns."""
    return Analysis(
        checksum,
        f"{prediction.model}@{prediction.model_version}",
        prediction.genre,
        prediction.confidence,
        prediction.genres,
        prediction.probabilities,
        prediction.tags,
        prediction.embedding,
        prediction.analysed_seconds,
        prediction.duration,
        prediction.vocabulary.id,
        prediction.outcome,
        prediction.novelty,
    )


def _prediction_of(analysis: Analysis, model: str, version: str, path: Path) -> TrackPrediction:
    """A stored analysis as a prediction without a timeline."""
    return TrackPrediction(
        path=path,
        duration=analysis.duration,
        model=model,
        model_version=version,
        genres=analysis.genres,
        probabilities=analysis.probabilities,
        genre=analysis.genre,
        confidence=analysis.confidence,
        timeline=Timeline(
            analysis.genres, np.zeros((0, 2), np.float32), np.zeros((0, len(analysis.genres)), np.float32)
        ),
        tags=analysis.tags,
        embedding=analysis.embedding,
        analysed_seconds=analysis.analysed_seconds,
        outcome=analysis.outcome,
        novelty=analysis.novelty,
    )
