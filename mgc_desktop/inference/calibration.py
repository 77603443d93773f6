"""Calibrated probabilities from logits: temperatures, pooling over a song, and the threshold of "unsure"."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import numpy as np

from mgc_desktop.foundation.arrays import FloatArray

Pooling = Literal["mean_logits", "mean_probabilities"]
Activation = Literal["softmax", "sigmoid"]

_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a model's logits become probabilities; fitted on recordings that were not used for training.

    `pooling`: what is averaged over a song's segments. `segment_temperature`, `song_temperature`: logits are divided by
    them before the activation. `unsure_below`: a song whose highest probability is lower gets no verdict.
    `activation`: "softmax" for one genre of many, "sigmoid" where several labels may be true at once.
    """

    pooling: Pooling = "mean_logits"
    segment_temperature: float = 1.0
    song_temperature: float = 1.0
    unsure_below: float = 0.0
    activation: Activation = "softmax"

    def __post_init__(self) -> None:
        if self.pooling not in get_args(Pooling):
            raise ValueError(f"pooling {self.pooling!r} is not known")
        if self.activation not in get_args(Activation):
            raise ValueError(f"activation {self.activation!r} is not known")
        if not (self.segment_temperature > 0 and self.song_temperature > 0):
            raise ValueError("temperatures must be above 0")
        if not 0 <= self.unsure_below <= 1:
            raise ValueError("unsure_below must lie between 0 and 1")

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values; the activation only where it is not the softmax."""
        values = asdict(self)
        if self.activation == "softmax":
            del values["activation"]
        return values


def softmax(logits: FloatArray, temperature: float = 1.0) -> FloatArray:
    """Softmax along the last axis."""
    scaled = logits / np.float32(temperature)
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    result: FloatArray = powers / powers.sum(axis=-1, keepdims=True)
    return result


def segment_probabilities(logits: FloatArray, calibration: Calibration) -> FloatArray:
    """`(n, genres)` logits of segments -> their probabilities."""
    return _activated(logits, calibration, calibration.segment_temperature)


def aggregation_input(logits: FloatArray, calibration: Calibration) -> FloatArray:
    """`(n, genres)` logits of segments -> the values that are averaged over the segments of a song, same shape."""
    if calibration.pooling == "mean_logits":
        return logits
    return segment_probabilities(logits, calibration)


def pooled_probabilities(mean: FloatArray, calibration: Calibration) -> FloatArray:
    """`(genres,)`: a song's probabilities from the mean of `aggregation_input` over its segments."""
    if calibration.pooling == "mean_probabilities":
        mean = np.maximum(mean, np.float32(_TINY))
        if calibration.activation == "sigmoid":
            mean = np.minimum(mean, np.float32(1 - 1e-7))
            mean = np.log(mean) - np.log1p(-mean)
        else:
            mean = np.log(mean)
    return _activated(mean, calibration, calibration.song_temperature)


def sigmoid(x: FloatArray) -> FloatArray:
    """Logits -> probabilities, without overflow."""
    result: FloatArray = 0.5 * (1 + np.tanh(0.5 * x))
    return result


def _activated(logits: FloatArray, calibration: Calibration, temperature: float) -> FloatArray:
    if calibration.activation == "sigmoid":
        return sigmoid(logits / np.float32(temperature))
    return softmax(logits, temperature)


def song_probabilities(logits: FloatArray, calibration: Calibration) -> FloatArray:
    """`(n, genres)` logits of all segments of a song -> the song's probabilities `(genres,)`."""
    return pooled_probabilities(aggregation_input(logits, calibration).mean(axis=0), calibration)
