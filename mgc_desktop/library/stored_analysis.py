"""What is stored of an analysis, as a row of the database and as an object."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.decision import Outcome
from mgc_desktop.inference.genres import REPORT_GENRES

ANALYSIS: Final = ", ".join(
    f"analysis.{name}"
    for name in (
        "checksum model version genre confidence genres probabilities tags embedding heard duration vocabulary outcome "
        "novelty"
    ).split()
)
REMEMBER: Final = (
    "INSERT OR REPLACE INTO analysis (checksum, model, version, genre, confidence, genres, probabilities, tags, "
    f"embedding, heard, duration, warnings, vocabulary, outcome, novelty) VALUES ({', '.join('?' * 15)})"
)


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What a model found in some audio. Arrays as in `TrackPrediction`; `model` is `name@version`. `vocabulary`: the id
    of that of which the `genres` are the names, "" where only these are known (`LibraryStore.vocabulary`)."""

    checksum: str
    model: str
    genre: str | None
    confidence: float
    genres: tuple[str, ...]
    probabilities: FloatArray
    tags: tuple[tuple[str, float], ...]
    embedding: FloatArray | None
    analysed_seconds: float
    duration: float
    vocabulary: str = ""
    outcome: Outcome = Outcome.GENRE
    novelty: float | None = None

    @property
    def is_none(self) -> bool:
        """Whether the sound is like none of the genres."""
        return self.outcome is Outcome.NONE

    @property
    def most_probable(self) -> str:
        """The name of the most probable genre, sure or not."""
        return self.genres[int(np.argmax(self.probabilities))]


def analysis_of(row: tuple[Any, ...]) -> Analysis | None:
    """A row of `ANALYSIS`; None for a damaged one, which `damage.py` finds."""
    checksum, model, version, genre, confidence, genres, probabilities, tags, embedding, analysed_seconds, *more = row
    duration, vocabulary, outcome, novelty = more
    try:
        names = REPORT_GENRES if genres is None else tuple(json.loads(genres))
        found = np.frombuffer(probabilities, "<f4")
        told = tuple((name, p) for name, p in json.loads(tags))
        vector = None if embedding is None else np.frombuffer(embedding, "<f4")
    except (ValueError, TypeError):
        return None
    if len(found) != len(names):
        return None
    return Analysis(
        checksum, f"{model}@{version}", genre, confidence, names, found, told, vector, analysed_seconds, duration,
        vocabulary or "", outcome_of(genre, outcome), novelty,
    )  # fmt: skip


def outcome_of(genre: str | None, stored: str | None) -> Outcome:
    """The outcome of a stored analysis; older ones have none."""
    if genre is not None:
        return Outcome.GENRE
    return Outcome.NONE if stored == Outcome.NONE else Outcome.UNSURE


def said_by_user(by_model: Analysis | None, checksum: str, duration: float, genres: tuple[str, ...]) -> Analysis:
    """What the user said of a sound in the form of an analysis, with what a model found besides its genre."""
    if by_model is None:
        by_model = Analysis(checksum, "", None, 0.0, (), np.zeros(0, np.float32), (), None, 0.0, duration)
    certain = np.ones(len(genres), np.float32)
    return replace(by_model, genre=genres[0], confidence=1.0, genres=genres, probabilities=certain,
                   vocabulary="", outcome=Outcome.GENRE)  # fmt: skip
