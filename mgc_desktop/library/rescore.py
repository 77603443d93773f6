"""Verdicts of a user head on the songs of the library, computed from stored embeddings without a new analysis."""

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

_BATCH: Final = 1000  # songs to a transaction: the window can write between two
_COLUMNS: Final = "checksum, probabilities, tags, embedding, heard, duration, warnings"


@dataclass(frozen=True, slots=True, eq=False)
class Rescorer:
    """Computes the verdicts of a user head for songs that were analysed under the bundled head."""

    base_model: BaseModel
    head: UserHead

    def __post_init__(self) -> None:
        self.base_model.head_of(self.head)  # raises HeadError if head and model do not fit

    @property
    def version(self) -> str:
        """The version under which the verdicts are stored."""
        return self.base_model.version_with(self.head)

    @property
    def genres(self) -> tuple[str, ...]:
        """The genres of the bundled head and those of the user head."""
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
        """A prediction of the bundled head as one of this head; silence has no genre under either."""
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
    """Store the verdicts of the head on all audio that its model has analysed; returns the number of new verdicts.

    They are stored beside the predictions, under the head's own version; `LibraryStore.use_version` puts them into use.
    Verdicts of other user heads are removed, since they can be computed again as quickly. Raises `Cancelled`.
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
    """Remove the verdicts of all user heads of a model except those of `version`."""
    store.db.execute(
        "DELETE FROM analysis WHERE model = ? AND instr(version, '+head:') AND version != ?", (base_model.name, version)
    )


def _not_rescored(store: LibraryStore, rescorer: Rescorer) -> Iterator[list[tuple[Any, ...]]]:
    """Batches of rows that the model analysed under its bundled head and that this head has not rescored."""
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
