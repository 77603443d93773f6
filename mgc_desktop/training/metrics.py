"""Figures of merit, in numpy, with intervals from resampling artists (clips of one artist are not independent)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from mgc_desktop.foundation.arrays import IntArray, RealArray

_BINS: Final = 10


@dataclass(frozen=True)
class Scores:
    """What a model said of clips, and what is true.

    `probabilities` `(n, genres)`, `labels` `(n,)` indices into `genres`, `artists` `(n,)`.
    """

    probabilities: RealArray
    labels: IntArray
    artists: tuple[str, ...]
    genres: tuple[str, ...]

    def __post_init__(self) -> None:
        if not len(self.probabilities) == len(self.labels) == len(self.artists):
            raise ValueError("one row, one label and one artist for each clip")
        if not np.isfinite(self.probabilities).all():
            raise ValueError("probabilities that are no numbers")

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def predicted(self) -> IntArray:
        """The most probable genre of each clip."""
        best: IntArray = self.probabilities.argmax(axis=1)
        return best

    def take(self, places: IntArray) -> Scores:
        """Some of the clips, in the order given (repeats allowed)."""
        chosen = tuple(self.artists[i] for i in places)
        return Scores(self.probabilities[places], self.labels[places], chosen, self.genres)


def confusion(scores: Scores) -> IntArray:
    """`(genres, genres)` counts: rows are true, columns are predicted."""
    size = len(scores.genres)
    flat = scores.labels * size + scores.predicted
    return np.bincount(flat, minlength=size * size).reshape(size, size)


def accuracy(scores: Scores) -> float:
    """The share of clips whose most probable genre is the true one."""
    return float((scores.predicted == scores.labels).mean())


def macro_accuracy(scores: Scores) -> float:
    """The mean over the genres present of the share found (recall): every genre counts the same."""
    counts = confusion(scores)
    present = counts.sum(axis=1) > 0
    return float((counts.diagonal()[present] / counts.sum(axis=1)[present]).mean())


def macro_f1(scores: Scores) -> float:
    """The mean F1 of the genres present."""
    rows = per_genre(scores)
    return float(np.mean([row["f1"] for row in rows.values() if row["clips"]]))


def top_k(scores: Scores, k: int = 3) -> float:
    """The share of clips whose true genre is among the `k` most probable."""
    best = np.argsort(-scores.probabilities, axis=1, kind="stable")[:, :k]
    return float((best == scores.labels[:, np.newaxis]).any(axis=1).mean())


def per_genre(scores: Scores) -> dict[str, dict[str, float]]:
    """Precision, recall, F1, clips and artists of each genre. A genre never predicted has precision 0."""
    counts = confusion(scores)
    rows: dict[str, dict[str, float]] = {}
    for i, genre in enumerate(scores.genres):
        right, said, true = counts[i, i], counts[:, i].sum(), counts[i].sum()
        precision = right / said if said else 0.0
        recall = right / true if true else 0.0
        total = precision + recall
        rows[genre] = {
            "precision": float(precision),
            "recall": float(recall),
            "f1": float(2 * precision * recall / total) if total else 0.0,
            "clips": float(true),
            "artists": float(len({a for a, y in zip(scores.artists, scores.labels, strict=True) if y == i})),
        }
    return rows


def roc_auc(scores: Scores) -> float:
    """The chance that a clip of a genre scores above one of another (ties half): mean of the genres present."""
    areas = []
    for i in range(len(scores.genres)):
        own = scores.labels == i
        if own.any() and not own.all():
            ranks = _ranks(scores.probabilities[:, i])
            n = int(own.sum())
            areas.append((ranks[own].sum() - n * (n + 1) / 2) / (n * (len(own) - n)))
    return float(np.mean(areas)) if areas else float("nan")


def _ranks(values: RealArray) -> RealArray:
    """Ranks from 1, ties sharing their mean."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: RealArray = (last - (counts - 1) / 2)[inverse]
    return ranks


def calibration(scores: Scores) -> tuple[RealArray, float]:
    """Bins `(10, 3)` of confidence (mean confidence, share right, clips) and the expected calibration error."""
    confidence = scores.probabilities.max(axis=1)
    right = scores.predicted == scores.labels
    place = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    rows = np.zeros((_BINS, 3))
    for i in range(_BINS):
        own = place == i
        if own.any():
            rows[i] = confidence[own].mean(), right[own].mean(), own.sum()
    error = (np.abs(rows[:, 0] - rows[:, 1]) * rows[:, 2]).sum() / len(scores)
    return rows, float(error)


def coverage(scores: Scores) -> RealArray:
    """`(n, 3)`, confidence falling: the threshold, the share of clips answered, the share of those right."""
    confidence = scores.probabilities.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    right = (scores.predicted == scores.labels)[order]
    answered = np.arange(1, len(order) + 1)
    return np.stack([confidence[order], answered / len(order), np.cumsum(right) / answered], axis=1)


FIGURES: Final[dict[str, Callable[[Scores], float]]] = {
    "accuracy": accuracy,
    "macro_accuracy": macro_accuracy,
    "macro_f1": macro_f1,
    "top_3": top_k,
    "roc_auc": roc_auc,
    "calibration_error": lambda scores: calibration(scores)[1],
}


def interval(
    scores: Scores, figure: Callable[[Scores], float], *, rounds: int = 500, seed: int = 0
) -> tuple[float, float]:
    """The middle 95 % of the figure when artists are drawn again and again, with replacement, within each genre.

    An artist belongs to the genre of most of its clips. Every resample therefore holds every genre: if artists were
    drawn from all at once, a genre of few artists would be missing in many resamples, and a mean over genres would lean
    towards the genres that are found well. A genre with a single artist adds nothing to the width, so the true
    uncertainty is greater.
    """
    rng = np.random.default_rng(seed)
    places: dict[str, list[int]] = {}
    for i, artist in enumerate(scores.artists):
        places.setdefault(artist, []).append(i)
    strata: dict[int, list[IntArray]] = {}
    for own in places.values():
        main = int(np.bincount(scores.labels[own]).argmax())
        strata.setdefault(main, []).append(np.array(own))
    values = []
    for _ in range(rounds):
        drawn = [groups[i] for groups in strata.values() for i in rng.integers(0, len(groups), len(groups))]
        values.append(figure(scores.take(np.concatenate(drawn))))
    if np.isnan(values).all():
        return float("nan"), float("nan")
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)


def measure(scores: Scores, *, rounds: int = 500) -> dict[str, Any]:
    """All figures of a model on a test part, as plain JSON values; each figure as [value, low, high]."""
    bins, _ = calibration(scores)
    curve = coverage(scores)
    return {
        "clips": len(scores),
        "artists": len(set(scores.artists)),
        "genres": list(scores.genres),
        **{
            name: [round(v, 4) for v in (figure(scores), *interval(scores, figure, rounds=rounds))]
            for name, figure in FIGURES.items()
        },
        "per_genre": per_genre(scores),
        "confusion": confusion(scores).tolist(),
        "calibration": bins.round(4).tolist(),
        "coverage": curve[np.unique(np.linspace(0, len(curve) - 1, 21).astype(int))].round(4).tolist(),
    }
