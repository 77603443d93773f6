"""`Novelty`: tells a song that is like nothing a head learned from, such as speech, noise, or a genre outside.

A head's file may hold one; its threshold is fitted on songs of genres that the head did not learn. The score rises with
how strange a song is. Both methods need only what the library stores of a song, or what is averaged over it:

* "distance": the song's mean embedding x; the least Euclidean distance of `projection @ (x - mean)` from one of
  `centres`. With a whitening projection and class means this is the Mahalanobis distance; with other rows, that from
  prototypes.
* "energy": the song's mean logits z; -T * log(sum(exp(z / T))) with T = `temperature`, as of Liu et al. 2020.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

import numpy as np

from mgc_desktop.foundation.arrays import FloatArray

Method = Literal["distance", "energy"]

ARRAYS: Final = ("mean", "projection", "centres")
_KEYS: Final = frozenset({"method", "threshold", "temperature", *ARRAYS})


def _none() -> FloatArray:
    return np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Novelty:
    """A song whose score is above `threshold` is none of the head's genres.

    For "distance": `mean` `(E,)`, `projection` `(K, E)`, `centres` `(C, K)`. ValueError where they disagree.
    """

    method: Method
    threshold: float
    temperature: float = 1.0
    mean: FloatArray = field(default_factory=_none)
    projection: FloatArray = field(default_factory=_none)
    centres: FloatArray = field(default_factory=_none)

    def __post_init__(self) -> None:
        if self.method not in get_args(Method):
            raise ValueError(f"novelty method {self.method!r} is not known")
        if not np.isfinite(self.threshold) or not (np.isfinite(self.temperature) and self.temperature > 0):
            raise ValueError("the novelty's threshold and temperature must be finite, the temperature above 0")
        if self.method == "energy":
            return
        if self.projection.ndim != 2 or self.centres.ndim != 2 or not len(self.centres):
            raise ValueError("the novelty's projection and centres must be tables")
        if self.mean.shape != self.projection.shape[1:] or self.centres.shape[1] != len(self.projection):
            raise ValueError("the novelty's mean, projection and centres do not fit each other")
        if not all(np.isfinite(part).all() for part in (self.mean, self.projection, self.centres)):
            raise ValueError("some numbers of the novelty are not finite")

    def score(self, *, logits: FloatArray | None = None, embedding: FloatArray | None = None) -> float | None:
        """How strange one song is, by its mean logits `(genres,)` and mean embedding `(E,)`; None where the one that
        the method needs is not there."""
        if self.method == "energy":
            if logits is None or not len(logits):
                return None
            scaled = logits.astype(np.float64) / self.temperature
            top = scaled.max()
            return float(-self.temperature * (top + np.log(np.exp(scaled - top).sum())))
        if embedding is None or embedding.shape != self.mean.shape:
            return None
        place = self.projection @ (embedding - self.mean)
        return float(np.sqrt(((self.centres - place) ** 2).sum(axis=1).min()))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Novelty:
        """From what `to_dict` gave; ValueError, TypeError or KeyError if it is not that."""
        if unknown := sorted(set(values) - _KEYS):
            raise ValueError(f"unknown keys {', '.join(unknown)}, perhaps of a newer version of the program")
        arrays = {key: np.array(values[key], np.float32) for key in ARRAYS if key in values}
        return cls(values["method"], float(values["threshold"]), float(values.get("temperature", 1.0)), **arrays)

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        arrays = {key: getattr(self, key).tolist() for key in ARRAYS} if self.method == "distance" else {}
        return {"method": self.method, "threshold": self.threshold, "temperature": self.temperature, **arrays}
