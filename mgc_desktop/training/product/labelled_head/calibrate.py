"""Temperature and threshold of a head, from recordings that it did not learn from; and how honest they come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.inference.calibration import Calibration, softmax
from mgc_desktop.training.product.labelled_head.hear import Heard

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

RIGHT: Final = 0.92  # of what is answered
_TEMPERATURES: Final = np.geomspace(0.25, 4, 81)
_LEAST: Final = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Unseen:
    """Recordings as heads see them that met none of their artists: mean logits `(n, genres)`, `labels` `(n,)` with -1
    for a genre outside, the `fold` `(n,)` of each, the score of the novelty `(n,)`, NaN without one."""

    heard: tuple[Heard, ...]
    labels: IntArray
    logits: FloatArray
    fold: IntArray
    novelty: FloatArray

    def take(self, chosen: NDArray[np.bool_]) -> Unseen:
        """Some of them."""
        heard = tuple(one for one, wanted in zip(self.heard, chosen, strict=True) if wanted)
        return Unseen(heard, self.labels[chosen], self.logits[chosen], self.fold[chosen], self.novelty[chosen])

    @property
    def artists(self) -> tuple[str, ...]:
        """Of each recording."""
        return tuple(one.recording.artist for one in self.heard)


def calibrate(unseen: Unseen) -> Calibration:
    """From recordings of known genres: the temperature under which the truth is most probable; the least threshold
    above which `RIGHT` of them are right. Every recording counts the same."""
    losses = []
    for temperature in _TEMPERATURES:
        probabilities = softmax(unseen.logits.astype(np.float32), temperature)
        truth = probabilities[np.arange(len(unseen.labels)), unseen.labels]
        losses.append(-float(np.log(np.maximum(truth, 1e-12)).mean()))
    temperature = round(float(_TEMPERATURES[int(np.argmin(losses))]), 3)
    probabilities = softmax(unseen.logits.astype(np.float32), temperature)
    right = probabilities.argmax(axis=1) == unseen.labels
    return Calibration("mean_logits", temperature, temperature, _threshold(probabilities.max(axis=1), right))


def _threshold(confidence: NDArray[np.floating], right: NDArray[np.bool_]) -> float:
    order = np.argsort(-confidence, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(shares >= RIGHT)
    least = float(confidence[order[good[-1]]]) if len(good) else 0.99
    return round(min(max(least, _LEAST), 0.99), 2)


def nested(unseen: Unseen) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Probabilities `(n, genres)` and whether each is answered `(n,)`, by calibration on other folds."""
    probabilities = np.zeros(unseen.logits.shape)
    answered = np.zeros(len(unseen.labels), bool)
    for fold in np.unique(unseen.fold):
        own = unseen.fold == fold
        calibration = calibrate(unseen.take(~own & (unseen.labels >= 0)))
        probabilities[own] = softmax(unseen.logits[own].astype(np.float32), calibration.song_temperature)
        answered[own] = probabilities[own].max(axis=1) >= calibration.unsure_below
    return probabilities, answered


def per_patch(calibration: Calibration, logits: Sequence[FloatArray], labels: IntArray) -> Calibration:
    """The same with the temperature of single patches, `(patches, genres)` of each recording."""
    losses = []
    for temperature in _TEMPERATURES:
        total = 0.0
        for rows, label in zip(logits, labels, strict=True):
            total -= float(np.log(np.maximum(softmax(rows.astype(np.float32), temperature)[:, label], 1e-12)).mean())
        losses.append(total)
    return replace(calibration, segment_temperature=round(float(_TEMPERATURES[int(np.argmin(losses))]), 3))
