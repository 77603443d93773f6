"""Genres and corrections of a user, as an addition to a model's bundled head.

    logits = mixture @ bundled logits + weights @ ((embedding - mean) / scale) + bias

The bundled genres keep their own logits: the first rows of the mixture are the unit matrix. A new genre starts as a
mixture of the bundled genres that were predicted for its songs. Each row of the mixture sums to 1, so a constant added
to all bundled logits is added to all logits, and no probability changes. Therefore the logarithm of a song's bundled
probabilities can replace its logits, and stored songs are rescored without a new analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.errors import ModelError
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.calibration import softmax
from mgc_desktop.inference.head import Head
from mgc_desktop.inference.network_head import AnyHead

_TINY: Final = np.float32(1e-37)  # smallest probability: about the smallest normal float32
_KEYS: Final = frozenset({"own", "mixture", "mean", "scale", "weights", "bias"})


@dataclass(frozen=True, slots=True, eq=False)
class HeadAdapter:
    """An adapter for `G` genres, the user's `own` ones last, and embeddings of `E` numbers.

    `mixture` `(own, bundled)`: the shares of the bundled genres in each own genre, rows sum to 1. `mean`, `scale`
    `(E,)`; `weights` `(G, E)`; `bias` `(G,)`. Raises ValueError if they disagree.
    """

    own: tuple[str, ...]
    mixture: FloatArray
    mean: FloatArray
    scale: FloatArray
    weights: FloatArray
    bias: FloatArray

    def __post_init__(self) -> None:
        bundled = self.mixture.shape[1] if self.mixture.ndim == 2 else 0
        genres = bundled + len(self.own)
        if not bundled or len(self.mixture) != len(self.own) or self.bias.shape != (genres,):
            raise ValueError("mixture and bias do not fit the genres")
        if self.weights.shape != (genres, len(self.mean)) or self.scale.shape != self.mean.shape:
            raise ValueError("weights, mean and scale do not fit each other")
        if not all(np.isfinite(part).all() for part in (self.mean, self.scale, self.weights, self.bias)):
            raise ValueError("some numbers are not finite")
        if not (self.scale > 0).all():
            raise ValueError("every scale must be above 0")
        if (self.mixture < 0).any() or np.abs(self.mixture.sum(axis=1) - 1).max(initial=0) > 1e-4:
            raise ValueError("the rows of the mixture must be shares")

    def head(self, bundled: Head, version: str) -> Head:
        """The bundled head with this adapter as one head; raises ModelError if it does not fit the bundled head."""
        check_adaptable(bundled)
        mixing = self._mixing
        embedded = "embedding" in bundled.inputs
        if mixing.shape[1] != len(bundled.genres) or set(self.own) & set(bundled.genres):
            raise ModelError("It was made for a model with other genres. Train it again with this one.")
        if embedded and len(self.mean) > len(bundled.mean):
            raise ModelError("It was made for a model with another embedding. Train it again with this one.")
        weights, bias = mixing @ bundled.weights, mixing @ bundled.bias + self.bias
        if embedded:  # the embedding is the bundled head's last input: both layers act on the same numbers
            mean, scale = bundled.mean, bundled.scale
            width = len(self.mean)
            weights[:, -width:] += self.weights * (scale[-width:] / self.scale)
            bias = bias + self.weights @ ((mean[-width:] - self.mean) / self.scale)
        else:
            weights = np.concatenate([weights, self.weights], axis=1)
            mean, scale = np.concatenate([bundled.mean, self.mean]), np.concatenate([bundled.scale, self.scale])
        return Head(
            version=version,
            genres=(*bundled.genres, *self.own),
            inputs=bundled.inputs if embedded else ("tags", "embedding"),
            mean=mean,
            scale=scale,
            weights=weights.astype(np.float32),
            bias=bias.astype(np.float32),
            calibration=bundled.calibration,
            tag_range=bundled.tag_range,
            fitted_on="Taught by a user, on top of the bundled head.",
            vocabulary=bundled.vocabulary.extended(self.own),
            novelty=bundled.novelty,
            own=self.own,
        )

    def probabilities(self, bundled: FloatArray, embedding: FloatArray, temperature: float = 1.0) -> FloatArray:
        """Songs' bundled probabilities `(n, bundled)` and mean embeddings `(n, E)` -> `(n, G)`.

        Equals an analysis of the same parts of the songs with `head`. `temperature`: the calibration's for songs.
        """
        logits = temperature * np.log(np.maximum(bundled, _TINY)) @ self._mixing.T + self._shift(embedding)
        return softmax(logits.astype(np.float32), temperature)

    def bundled(self, probabilities: FloatArray, embedding: FloatArray, temperature: float = 1.0) -> FloatArray:
        """The inverse: `(n, G)` probabilities of this head -> `(n, bundled)` of the bundled head."""
        logits = temperature * np.log(np.maximum(probabilities, _TINY)) - self._shift(embedding)
        return softmax(logits[:, : self.mixture.shape[1]].astype(np.float32), temperature)

    @property
    def _mixing(self) -> FloatArray:
        """`(G, bundled)`: the unit matrix stacked on the mixture."""
        return np.concatenate([np.eye(self.mixture.shape[1]), self.mixture]).astype(np.float32)

    def _shift(self, embedding: FloatArray) -> FloatArray:
        standard = (embedding - self.mean) / self.scale
        return (standard @ self.weights.T + self.bias).astype(np.float32)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> HeadAdapter:
        """The inverse of `to_dict`; raises ValueError, TypeError or KeyError if the values are invalid."""
        if unknown := sorted(set(values) - _KEYS):
            raise ValueError(f"unknown keys {', '.join(unknown)}, perhaps from a newer version of the program")
        own = tuple(str(name) for name in values["own"])
        if len(set(own)) != len(own):
            raise ValueError("two genres have the same name")
        arrays = {key: np.array(values[key], np.float32) for key in _KEYS - {"own", "mixture"}}
        mixture = np.array(values["mixture"], np.float32)
        bundled = len(arrays["bias"]) - len(own)
        return cls(own, mixture.reshape(len(own), max(0, bundled)), **arrays)

    def to_dict(self) -> dict[str, Any]:
        """The adapter as plain JSON values, numbers to six significant digits."""
        return {
            "own": list(self.own),
            **{key: _rounded(getattr(self, key)) for key in ("mixture", "mean", "scale", "weights", "bias")},
        }


def check_adaptable(head: AnyHead | None) -> Head:
    """The head; ModelError unless its model can be taught: it must name one genre of many, and pool logits, and the
    embedding must be the last of its inputs where it is one."""
    if (
        not isinstance(head, Head)
        or head.vocabulary.kind != "genre"
        or head.calibration.pooling != "mean_logits"
        or ("embedding" in head.inputs and head.inputs[-1] != "embedding")
    ):
        raise ModelError("This model cannot have genres of your own. Choose the default model.")
    return head


def _rounded(numbers: NDArray[np.float32]) -> list[Any]:
    rows: Sequence[Any] = numbers.tolist()
    return [[_short(n) for n in row] if isinstance(row, list) else _short(row) for row in rows]


def _short(number: float) -> float:
    return float(f"{number:.6g}")
