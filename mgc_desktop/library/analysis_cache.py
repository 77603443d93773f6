"""The one place where results of analyses are kept, by the checksum of the sound and the model's version.

The library, the comparison of models, `mgc tag` and `mgc analyze` all look here before they analyse a song, and keep
here what they find. A song is known under any name and with any tags. Nothing that is kept here adds songs to the
library: a result counts there only when the library itself meets a file with this sound.
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

Lost = Callable[[Exception], None]

_COLUMNS: Final = (
    "genre, confidence, genres, probabilities, tags, embedding, heard, duration, warnings, times, timeline, "
    "vocabulary, outcome, novelty"
)


class Cache(Protocol[R_co]):
    """What `analysed` needs of a cache."""

    def find(self, checksum: str, path: Path) -> R_co | None:
        """The result for this sound, None if it was not analysed yet; `path`: the file at hand."""

    def keep(self, checksum: str, prediction: TrackPrediction) -> R_co:
        """Keep a new result, and return it in the form of this cache."""


def analysed(pool: Executor, path: Path, call: AnalyseSong, cache: Cache[R]) -> Steps[R]:
    """The steps of one song for `run_batch`: what the cache has of its sound, else a new analysis, which is kept."""
    sound: SoundIdentity = yield pool.submit(identify_sound, path)
    known = cache.find(sound.checksum, path)
    if known is not None:
        return known
    result: AnalysisResult = yield pool.submit(call, path, sound)
    return cache.keep(result.checksum, result.prediction)


class AnalysisCache:
    """Verdicts on songs, from as little of each as will do (`AnalyseSong` without `whole`).

    `rescorer`: of a taught head in use. Songs are analysed under the bundled head all the same, whose `version` is
    kept, and its verdict is derived from that without another analysis.

    Without a `store` nothing is kept. With `lost`, a store that fails is used no more and `lost` is told once; without,
    the error is raised.
    """

    def __init__(
        self,
        store: LibraryStore | None,
        model: str,
        version: str,
        *,
        rescorer: Rescorer | None = None,
        lost: Lost | None = None,
    ) -> None:
        self._access = _Access(store, lost)
        self._model = model
        self._version = version
        self._rescorer = rescorer

    def find(self, checksum: str, path: Path) -> Analysis | None:
        """The verdict on this sound, None if the model has not analysed it."""
        return self._access(lambda store: self._find(store, checksum, path), None)

    def keep(self, checksum: str, prediction: TrackPrediction) -> Analysis:
        """Keep a result under the bundled head; the verdict, which is the rescorer's where there is one."""
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


class WholeSongCache:
    """Analyses of songs from end to end, with their timeline (`AnalyseSong` with `whole`).

    `version`: with the taught head where there is one. `store` and `lost` as in `AnalysisCache`.
    """

    def __init__(self, store: LibraryStore | None, model: str, version: str, *, lost: Lost | None = None) -> None:
        self._access = _Access(store, lost)
        self._model = model
        self._version = version

    def find(self, checksum: str, path: Path) -> TrackPrediction | None:
        """The analysis of this sound, as of the file at `path`."""
        return self._access(lambda store: self._find(store, checksum, path), None)

    def keep(self, checksum: str, prediction: TrackPrediction) -> TrackPrediction:
        """Keep an analysis. The verdict counts for the library as well, unless that has one of its own."""

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
    """Calls work with the store, as long as there is one that works."""

    def __init__(self, store: LibraryStore | None, lost: Lost | None) -> None:
        self._store = store
        self._lost = lost

    def __call__(self, work: Callable[[LibraryStore], R], otherwise: R) -> R:
        if self._store is None:
            return otherwise
        try:
            return work(self._store)
        except (sqlite3.Error, OSError, MgcError) as error:
            if self._lost is None:
                raise
            self._store = None
            self._lost(error)
            return otherwise


def _values(prediction: TrackPrediction) -> tuple[Any, ...]:
    """The columns `_COLUMNS` of an analysis; numbers as float32, exactly as they are."""
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
    """A prediction in the form in which the store gives it back."""
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
    """What is kept of a song as a prediction without a timeline."""
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
