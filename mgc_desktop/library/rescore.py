"""Verdicts of a user head on the songs of the library, computed from stored embeddings without a new analysis."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.calibration import pooled_probabilities
from mgc_desktop.inference.decision import Decision, Outcome, decide
from mgc_desktop.inference.head import Head
from mgc_desktop.inference.network_head import AnyHead
from mgc_desktop.inference.prediction import TrackPrediction
from mgc_desktop.inference.user_heads import BaseModel, UserHead
from mgc_desktop.inference.vocabulary import Vocabulary
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.library.stored_analysis import REMEMBER

_BATCH: Final = 1000  # songs to a transaction: the window can write between two
_SILENT: Final = Decision(Outcome.UNSURE, None, 0.0)
_OTHER_HEADS: Final = """
SELECT checksum, tags, embedding, heard, duration, warnings FROM analysis AS known
WHERE model = ?1 AND substr(version, 1, length(?2)) = ?2 AND version != ?3 AND checksum > ?4
    AND length(embedding) = ?5 AND NOT EXISTS (
        SELECT 1 FROM analysis WHERE checksum = known.checksum AND model = known.model AND version = ?3)
GROUP BY checksum ORDER BY checksum LIMIT ?6
"""
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

    @property
    def vocabulary(self) -> Vocabulary:
        """Of which the genres are the names."""
        return self.base_model.bundled.vocabulary.extended(self.head.adapter.own)

    def verdict(self, probabilities: FloatArray, embedding: FloatArray | None = None) -> Decision:
        """The decision on one song; without an `embedding` it is not told whether the song is none of the genres.

        By energy that cannot be told at all: only probabilities are stored, which do not have the logits' size."""
        bundled = self.base_model.bundled
        return decide(
            self.vocabulary, probabilities, bundled.calibration.unsure_below, novelty=bundled.novelty,
            embedding=embedding, own=self.head.adapter.own,
        )  # fmt: skip

    def rescored(self, prediction: TrackPrediction) -> TrackPrediction:
        """A prediction of the bundled head as one of this head; silence has no genre under either."""
        more: dict[str, Any] = {
            "model_version": self.version, "genres": self.genres, "vocabulary": self.vocabulary, "others": (),
        }  # fmt: skip
        if prediction.embedding is None:
            return replace(prediction, probabilities=self._padded(prediction.probabilities), **more)
        (found,) = self.probabilities(prediction.probabilities[np.newaxis], prediction.embedding[np.newaxis])
        decision = self.verdict(found, prediction.embedding)
        return replace(
            prediction, probabilities=found, genre=decision.genre, confidence=decision.confidence,
            outcome=decision.outcome, novelty=decision.novelty, **more,
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
    store.keep_vocabulary(rescorer.vocabulary)
    for rows in _not_rescored(store, rescorer):
        cancel.check()
        verdicts = _verdicts(rescorer, rows)
        with store.transaction():
            store.db.executemany(REMEMBER, verdicts)
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
        decision = _SILENT if silent[i] else rescorer.verdict(found[i], embedding[i])
        probabilities = rescorer._padded(bundled[i]) if silent[i] else found[i]
        yield (
            checksum, rescorer.base_model.name, rescorer.version, decision.genre, decision.confidence, genres,
            probabilities.astype("<f4").tobytes(), tags, stored, heard, duration, warnings, rescorer.vocabulary.id,
            decision.outcome.value, decision.novelty,
        )  # fmt: skip


def derive_bundled(
    store: LibraryStore, model: str, version: str, head: AnyHead, *, cancel: CancelToken | None = None
) -> int:
    """Keep what a bundled head says of all audio that the model's network analysed under its other heads; gives the
    number of new verdicts.

    That needs only what is stored where the head works on the embedding alone: the mean of the logits is that of the
    mean embedding. Other heads need a new analysis, and nothing happens. `version`: of the network alone.
    """
    if not isinstance(head, Head) or head.inputs != ("embedding",) or head.calibration.pooling != "mean_logits":
        return 0
    cancel = cancel or CancelToken()
    store.keep_vocabulary(head.vocabulary)
    last, done, own = "", 0, f"{version}+{head.version}"
    while rows := store.select(_OTHER_HEADS, (model, f"{version}+", own, last, len(head.mean) * 4, _BATCH)):
        cancel.check()
        last = rows[-1][0]
        embedding = np.stack([np.frombuffer(row[2], "<f4") for row in rows])
        logits = head.logits(tags=None, embedding=embedding)
        names = json.dumps(head.genres)
        verdicts = []
        for row, z, x in zip(rows, logits, embedding, strict=True):
            checksum, tags, stored, analysed_seconds, duration, warnings = row
            probabilities = pooled_probabilities(z, head.calibration)
            decision = decide(
                head.vocabulary, probabilities, head.calibration.unsure_below, novelty=head.novelty, logits=z,
                embedding=x,
            )  # fmt: skip
            verdicts.append((
                checksum, model, own, decision.genre, decision.confidence, names,
                probabilities.astype("<f4").tobytes(), tags, stored, analysed_seconds, duration, warnings,
                head.vocabulary.id, decision.outcome.value, decision.novelty,
            ))  # fmt: skip
        with store.transaction():
            store.db.executemany(REMEMBER, verdicts)
        done += len(rows)
    return done
