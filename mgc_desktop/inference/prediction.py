"""The result of an analysis: plain frozen data that can be passed between threads and processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.decision import Outcome
from mgc_desktop.inference.vocabularies import vocabulary_of
from mgc_desktop.inference.vocabulary import Vocabulary

_BY_NAMES: Final = Vocabulary("by-names", ("-",))  # stands for: the one that has these names


@dataclass(frozen=True, slots=True)
class Segment:
    """One patch's part of the song. Seconds; `probabilities` by genre name."""

    start: float
    end: float
    genre: str
    probabilities: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """The genre probabilities over the time of a song.

    `genres`: the names, in the order of the columns. `times`: `(n, 2)` seconds, start and end of each segment.
    `probabilities`: `(n, len(genres))`, each row summing to 1.
    """

    genres: tuple[str, ...]
    times: FloatArray
    probabilities: FloatArray

    @classmethod
    def empty(cls, genres: tuple[str, ...]) -> Timeline:
        """One without segments."""
        return cls(genres, np.zeros((0, 2), np.float32), np.zeros((0, len(genres)), np.float32))

    def __len__(self) -> int:
        return len(self.times)

    def __iter__(self) -> Iterator[Segment]:
        for (start, end), row in zip(self.times, self.probabilities, strict=True):
            named = {name: float(p) for name, p in zip(self.genres, row, strict=True)}
            yield Segment(float(start), float(end), max(named, key=named.__getitem__), named)

    def at(self, seconds: float) -> FloatArray:
        """The probabilities at a time, interpolated between the centres of segments; uniform if it is empty."""
        if not len(self):
            return np.full(len(self.genres), 1 / max(1, len(self.genres)), np.float32)
        centres = self.times.mean(axis=1)
        right = int(np.clip(np.searchsorted(centres, seconds), 1, len(self) - 1)) if len(self) > 1 else 0
        left = max(0, right - 1)
        span = centres[right] - centres[left]
        weight = float(np.clip((seconds - centres[left]) / span, 0, 1)) if span > 0 else 0.0
        row: FloatArray = (1 - weight) * self.probabilities[left] + weight * self.probabilities[right]
        return row


@dataclass(frozen=True, slots=True, eq=False)
class TrackPrediction:
    """The verdict on a song, or during the analysis on the part that was analysed so far.

    `probabilities`: calibrated, `(len(genres),)`, in the order of `genres`, which are the names of `vocabulary`.
    `genre`: the verdict, None unless the `outcome` is a genre. `confidence`: calibrated probability of the most
    probable genre. `novelty`: how unlike all that the head learned from the song is, None for heads that do not tell.
    `tags`: descriptive tags of the backbone with their probabilities, descending; empty for models without.
    `embedding`: `(n,)` mean features of the song, None for models without.
    `analysed_seconds`: seconds of the song that the model has analysed. `duration`: seconds of the entire song.
    `warnings`: sentences for the user (damaged passages skipped, ...).
    `others`: the same song under the model's other bundled heads, from the same pass of the network.
    """

    path: Path
    duration: float
    model: str
    model_version: str
    genres: tuple[str, ...]
    probabilities: FloatArray
    genre: str | None
    confidence: float
    timeline: Timeline
    tags: tuple[tuple[str, float], ...] = ()
    embedding: FloatArray | None = None
    analysed_seconds: float = 0.0
    warnings: tuple[str, ...] = field(default=())
    vocabulary: Vocabulary = field(default=_BY_NAMES)
    outcome: Outcome = Outcome.GENRE
    novelty: float | None = None
    others: tuple[TrackPrediction, ...] = ()

    def __post_init__(self) -> None:
        if self.vocabulary.names != self.genres:
            object.__setattr__(self, "vocabulary", vocabulary_of(self.genres))
        if (self.genre is None) == (self.outcome is Outcome.GENRE):
            object.__setattr__(self, "outcome", Outcome.UNSURE if self.genre is None else Outcome.GENRE)

    def under(self, vocabulary: str) -> TrackPrediction | None:
        """The prediction under the vocabulary of that id: this one or one of the `others`, None if there is none."""
        every = (self, *self.others)
        found = next((each for each in every if each.vocabulary.id == vocabulary), None)
        if found is None:
            return None
        return replace(found, others=tuple(replace(each, others=()) for each in every if each is not found))

    @property
    def ranked(self) -> tuple[tuple[str, float], ...]:
        """The genres with their probabilities, descending."""
        order = np.argsort(-self.probabilities, kind="stable")
        return tuple((self.genres[i], float(self.probabilities[i])) for i in order)

    def to_json(self) -> dict[str, Any]:
        """The object that `mgc analyze --json` prints; the keys are documented in the README."""
        return {
            "path": str(self.path),
            "duration": round(self.duration, 3),
            "model": self.model,
            "vocabulary": self.vocabulary.id,
            "outcome": self.outcome.value,
            "genre": self.genre,
            "confidence": round(self.confidence, 6),
            "genres": [{"name": n, "probability": round(p, 6)} for n, p in self.ranked],
            "tags": [{"name": n, "probability": round(p, 6)} for n, p in self.tags],
            "segments": [
                {
                    "start": round(s.start, 3),
                    "end": round(s.end, 3),
                    "genre": s.genre,
                    "probabilities": {n: round(p, 6) for n, p in s.probabilities.items()},
                }
                for s in self.timeline
            ],
            "error": None,
        }
