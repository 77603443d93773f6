"""What a network says of whole clips, pooled as the program pools a song, and how far it can be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.calibration import Calibration, song_probabilities
from mgc_desktop.training.datasets.clip import Clip
from mgc_desktop.training.examples import Pictures
from mgc_desktop.training.metrics import Scores, accuracy, macro_accuracy, macro_f1

_BATCH = 16
_FEWEST = 20  # clips to fit a threshold by
_TEMPERATURES = np.geomspace(0.25, 8, 41)
_WANTED_PRECISION = 0.75  # below the confidence where this holds, "unsure" is the better answer


def logits_of(network: nn.Module, examples: Pictures) -> list[FloatArray]:
    """The logits of the patches of each clip, `(patches, genres)`; a batch holds patches of one clip or several."""
    device = next(network.parameters()).device
    network.eval()
    answers: list[FloatArray] = []
    waiting: list[FloatArray] = []

    def ask() -> None:
        windows = torch.from_numpy(np.concatenate(waiting))
        parts = [network(windows[i : i + _BATCH].to(device)).cpu() for i in range(0, len(windows), _BATCH)]
        logits = torch.cat(parts).numpy()
        ends = np.cumsum([len(own) for own in waiting])
        answers.extend(np.split(logits, ends[:-1]))
        waiting.clear()

    with torch.inference_mode():
        for index in range(len(examples)):
            waiting.append(examples.windows(index))
            if sum(len(own) for own in waiting) >= _BATCH or index == len(examples) - 1:
                ask()
    return answers


def score(
    logits: Sequence[FloatArray], clips: Sequence[Clip], genres: Sequence[str], calibration: Calibration | None = None
) -> Scores:
    """The pooled probabilities of clips whose genres are known."""
    probabilities = np.stack([song_probabilities(rows, calibration or Calibration()) for rows in logits])
    labels = np.array([genres.index(clip.genre or "") for clip in clips], np.int64)
    return Scores(probabilities, labels, tuple(clip.artist for clip in clips), tuple(genres))


def validation(scores: Scores) -> dict[str, float]:
    """What the training loop watches. The loss gives each genre the same weight, as the sampling does."""
    true = scores.probabilities[np.arange(len(scores)), scores.labels]
    each = -np.log(np.maximum(true, 1e-7))
    by_genre = [each[scores.labels == i].mean() for i in np.unique(scores.labels)]
    return {
        "loss": float(np.mean(by_genre)),
        "accuracy": accuracy(scores),
        "macro_accuracy": macro_accuracy(scores),
        "macro_f1": macro_f1(scores),
    }


@dataclass(frozen=True)
class FittedNetwork:
    """A calibration, and what whoever uses it should know: "" if there is nothing."""

    calibration: Calibration
    note: str = ""


def calibrate(logits: Sequence[FloatArray], labels: NDArray[np.int64]) -> FittedNetwork:
    """Temperature and "unsure" threshold from clips that the network did not learn from.

    The temperature is the one under which the true genres are most probable. The threshold is the lowest confidence
    above which three of four verdicts are right. Where there is no such confidence, or fewer than twenty clips to find
    it by, there is no threshold and the model always names a genre; the note says so.
    """
    means = np.stack([rows.mean(axis=0) for rows in logits])

    def cost(temperature: float) -> float:
        scaled = means / temperature
        top = scaled.max(axis=1)
        total = np.log(np.exp(scaled - top[:, np.newaxis]).sum(axis=1)) + top
        return float((total - scaled[np.arange(len(labels)), labels]).mean())

    best = float(min(_TEMPERATURES, key=cost))
    plain = Calibration(song_temperature=best, segment_temperature=best)
    if len(labels) < _FEWEST:
        return FittedNetwork(
            plain,
            f'No threshold for "unsure": the validation part has {len(labels)} clips, and {_FEWEST} are needed to fit '
            "one. The model always names a genre.",
        )
    probabilities = np.stack([song_probabilities(rows, plain) for rows in logits])
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    order = np.argsort(-confidence, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.nonzero(precision >= _WANTED_PRECISION)[0]
    if not len(good):
        return FittedNetwork(
            plain,
            f'No threshold for "unsure": on the validation part no confidence is so high that {_WANTED_PRECISION:.0%} '
            f"of the verdicts above it are right ({right.mean():.0%} of all are). The model always names a genre; "
            "do not trust it.",
        )
    threshold = float(confidence[order[good[-1]]])
    return FittedNetwork(replace(plain, unsure_below=round(threshold, 3)))
