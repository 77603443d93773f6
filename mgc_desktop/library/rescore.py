"""Judging the library under a taught head from what is stored of its songs, without listening."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.prediction import TrackPrediction
from mgc_desktop.inference.user_heads import BaseModel, UserHead
from mgc_desktop.library.store import LibraryStore

_BATCH: Final = 1000  # songs to a transaction: the window may write in between
_COLUMNS: Final = "checksum, probabilities, tags, embedding, heard, duration, warnings"


@dataclass(frozen=True, slots=True, eq=False)
class Rescorer:
    """Says what a taught head says of songs that were heard under the bundled one."""

    base_model: BaseModel
    head: UserHead

    def __post_init__(self) -> None:
        self.base_model.head_of(self.head)  # HeadError if the two do not fit

    @property
    def version(self) -> str:
        """The version that the verdicts carry."""
        return self.base_model.version_with(self.head)

    @property
    def genres(self) -> tuple[str, ...]:
        """The bundled ones and the user's own."""
        return (*self.base_model.bundled.genres, *self.head.adapter.own)

    def probabilities(self, bundled: FloatArray, embedding: FloatArray) -> FloatArray:
        """`(n, bundled)` probabilities and `(n, E)` embeddings -> `(n, genres)`."""
        temperature = self.base_model.bundled.calibration.song_temperature
        return self.head.adapter.probabilities(bundled, embedding, temperature)

    def verdict(self, probabilities: FloatArray) -> tuple[str | None, float]:
        """Genre (None when unsure) and confidence."""
        best = int(probabilities.argmax())
        confidence = float(probabilities[best])
        return (
            self.genres[best] if confidence >= self.base_model.bundled.calibration.unsure_below else None
        ), confidence

    def rescored(self, prediction: TrackPrediction) -> TrackPrediction:
        """A song that was heard under the bundled head, under this one; in silence nothing was heard by either."""
        if prediction.embedding is None:
            padded = self._padded(prediction.probabilities)
            return replace(prediction, model_version=self.version, genres=self.genres, probabilities=padded)
        (found,) = self.probabilities(prediction.probabilities[np.newaxis], prediction.embedding[np.newaxis])
        genre, confidence = self.verdict(found)
        return replace(
            prediction, model_version=self.version, genres=self.genres, probabilities=found, genre=genre,
            confidence=confidence,
        )  # fmt: skip

    def _padded(self, bundled: FloatArray) -> FloatArray:
        return np.pad(bundled, (0, len(self.genres) - len(bundled)))


def derive(
    store: LibraryStore,
    rescorer: Rescorer,
    *,
    cancel: CancelToken | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Keep what the head says of all audio that its model heard; gives the number of new verdicts.

    They stand beside what was heard, under the head's own version; `LibraryStore.take_up` lets them count. What other
    taught heads said before is removed: it is made again as quickly.
    """
    cancel = cancel or CancelToken()
    done = 0
    for rows in _not_rescored(store, rescorer):
        cancel.check()
        verdicts = _verdicts(rescorer, rows)
        with store.transaction():
            store.db.executemany(f"INSERT OR REPLACE INTO analysis VALUES ({', '.join('?' * 12)})", verdicts)
        done += len(rows)
        if progress:
            progress(done)
    forget_others(store, rescorer.base_model, rescorer.version)
    return done


def forget_others(store: LibraryStore, base_model: BaseModel, version: str = "") -> None:
    """Remove the verdicts of all taught heads of a model but the one of `version`."""
    store.db.execute(
        "DELETE FROM analysis WHERE model = ? AND instr(version, '+head:') AND version != ?", (base_model.name, version)
    )


def _not_rescored(store: LibraryStore, rescorer: Rescorer) -> Iterator[list[tuple[Any, ...]]]:
    """What the model heard under its bundled head and this one has not judged, some at a time."""
    last = ""
    while True:
        rows = store.db.execute(
            f"SELECT {_COLUMNS} FROM analysis AS heard WHERE model = ? AND version = ? AND checksum > ? AND NOT EXISTS "
            "(SELECT 1 FROM analysis WHERE checksum = heard.checksum AND model = heard.model AND version = ?) "
            "ORDER BY checksum LIMIT ?",
            (rescorer.base_model.name, rescorer.base_model.base, last, rescorer.version, _BATCH),
        ).fetchall()
        if not rows:
            return
        last = rows[-1][0]
        yield rows


def _verdicts(rescorer: Rescorer, rows: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    bundled = np.stack([np.frombuffer(row[1], "<f4") for row in rows])
    silent = [row[3] is None for row in rows]
    nothing = np.zeros(len(rescorer.head.adapter.mean), np.float32)
    embedding = np.stack([nothing if row[3] is None else np.frombuffer(row[3], "<f4") for row in rows])
    found = rescorer.probabilities(bundled, embedding)
    genres = json.dumps(rescorer.genres)
    for i, (checksum, _, tags, stored, heard, duration, warnings) in enumerate(rows):
        genre, confidence = (None, 0.0) if silent[i] else rescorer.verdict(found[i])
        probabilities = rescorer._padded(bundled[i]) if silent[i] else found[i]
        yield (
            checksum, rescorer.base_model.name, rescorer.version, genre, confidence, genres,
            probabilities.astype("<f4").tobytes(), tags, stored, heard, duration, warnings,
        )  # fmt: skip
