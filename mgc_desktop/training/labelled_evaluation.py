"""How good a model is on recordings whose genre is stated, by artist: what `mgc evaluate --model M --genres V` prints.

What a user gets is measured: the decision of `pipeline.analyze`, with "unsure" and "none of these".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from mgc_desktop.errors import MgcError
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.decision import Outcome
from mgc_desktop.inference.prediction import TrackPrediction
from mgc_desktop.pipeline import analyze
from mgc_desktop.training.datasets.labelled import Labelled
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.metrics import Scores, accuracy, calibration, interval, macro_accuracy, per_genre

Say = Callable[[str], None]
CONFIDENT: Final = 0.7


@dataclass(frozen=True, slots=True)
class Answer:
    """A recording and what the model said of it."""

    recording: Labelled
    prediction: TrackPrediction


def ask(classifier: Classifier, recordings: Sequence[Labelled], say: Say = print) -> list[Answer]:
    """Analyse each recording in whole. What cannot be analysed is said and left out."""
    answers = []
    for number, recording in enumerate(recordings, start=1):
        try:
            answers.append(Answer(recording, analyze(recording.path, classifier)))
        except MgcError as error:
            say(f"left out: {error}")
        if number % 100 == 0:
            say(f"analysed {number} of {len(recordings)}")
    return answers


def evaluate_labelled(answers: Sequence[Answer], fewest: int = 5) -> dict[str, Any]:
    """The figures, as plain JSON values. The macro accuracy is over genres with `fewest` recordings or more.

    TrainingError if no recording has one of the model's genres.
    """
    known = [one for one in answers if one.recording.genre is not None]
    if not known:
        raise TrainingError("None of these recordings has a genre that the model names.")
    genres = known[0].prediction.genres
    labels = np.array([genres.index(one.recording.genre or "") for one in known], np.int64)
    artists = tuple(one.recording.artist for one in known)
    scores = Scores(np.stack([one.prediction.probabilities for one in known]), labels, artists, genres)
    counts = np.bincount(labels, minlength=len(genres))
    common = scores.take(np.flatnonzero(counts[labels] >= fewest))
    answered = np.array([one.prediction.outcome is Outcome.GENRE for one in known])
    right = scores.predicted == labels
    bins, error = calibration(scores)
    figures: dict[str, Any] = {
        "recordings": len(scores),
        "artists": len(set(artists)),
        "accuracy": _with_interval(scores, accuracy),
        "macro_accuracy": _with_interval(common, macro_accuracy) if len(common) else None,
        "macro_genres": [name for name, count in zip(genres, counts, strict=True) if count >= fewest],
        "calibration_error": round(error, 4),
        "calibration": bins.round(4).tolist(),
        "answered": round(float(answered.mean()), 4),
        "right_of_answered": round(float(right[answered].mean()), 4) if answered.any() else None,
        "outcomes": dict(Counter(one.prediction.outcome.value for one in known)),
        "per_genre": {name: row for name, row in per_genre(scores).items() if row["clips"]},
        "confusion": _confusion(known),
    }
    outside = [one for one in answers if one.recording.genre is None and one.recording.stated]
    if outside:
        figures["outside"] = _outside(outside)
    return figures


def _with_interval(scores: Scores, figure: Callable[[Scores], float]) -> list[float]:
    return [round(value, 4) for value in (figure(scores), *interval(scores, figure))]


def _confusion(known: Sequence[Answer]) -> dict[str, dict[str, int]]:
    """For each stated genre how often each was the most probable."""
    table: dict[str, Counter[str]] = {}
    for one in known:
        table.setdefault(one.recording.genre or "", Counter())[one.prediction.ranked[0][0]] += 1
    return {genre: dict(counts.most_common()) for genre, counts in sorted(table.items())}


def _outside(outside: Sequence[Answer]) -> dict[str, Any]:
    named = [one.prediction.outcome is Outcome.GENRE for one in outside]
    sure = [n and one.prediction.confidence >= CONFIDENT for n, one in zip(named, outside, strict=True)]
    none = [one.prediction.outcome is Outcome.NONE for one in outside]
    return {
        "recordings": len(outside),
        "genres": sorted({one.recording.stated for one in outside}),
        "named": round(float(np.mean(named)), 4),
        "named_with_0.7_or_more": round(float(np.mean(sure)), 4),
        "none_of_these": round(float(np.mean(none)), 4),
    }


def lines(figures: dict[str, Any]) -> list[str]:
    """The figures for a terminal."""

    def with_interval(key: str) -> str:
        value = figures[key]
        return "none" if value is None else f"{value[0]:.3f}  ({value[1]:.3f} to {value[2]:.3f}, by artist)"

    answered, right = figures["answered"], figures["right_of_answered"]
    found = [
        f"{figures['recordings']} recordings of {figures['artists']} artists",
        f"  accuracy           {with_interval('accuracy')}",
        f"  macro accuracy     {with_interval('macro_accuracy')}, {len(figures['macro_genres'])} genres",
        f"  calibration error  {figures['calibration_error']:.3f}",
        f"  answered           {answered:.3f}" + ("" if right is None else f", of these right {right:.3f}"),
    ]
    for genre, row in figures["per_genre"].items():
        said = ", ".join(f"{name} {count}" for name, count in figures["confusion"][genre].items())
        counts = f"{row['clips']:.0f} recordings, {row['artists']:.0f} artists"
        found.append(f"  {genre:<18} found {row['recall']:.2f}, precision {row['precision']:.2f}; {counts}: {said}")
    if outside := figures.get("outside"):
        found.append(
            f"  genres outside: {outside['recordings']} recordings ({', '.join(outside['genres'])}); named "
            f"{outside['named']:.3f}, with 0.7 or more {outside['named_with_0.7_or_more']:.3f}, told as none of these "
            f"{outside['none_of_these']:.3f}"
        )
    return found
