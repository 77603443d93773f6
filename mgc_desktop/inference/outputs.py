"""`NetworkOutput`: which output of a network from outside is meant, and how its numbers become logits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np

from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.jsonfile import check_keys

Transform = Literal["none", "log", "logit"]

_LEAST: Final = 1e-6  # probabilities nearer to 0 or 1 are taken to be so near


@dataclass(frozen=True, slots=True)
class NetworkOutput:
    """An output by its `name` in the network.

    `transform`: "none" for logits and embeddings; "log" turns probabilities into logits of a softmax, which then gives
    each name its share; "logit" turns them into logits of a sigmoid, which gives them back.
    """

    name: str
    transform: Transform = "none"

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or self.transform not in get_args(Transform):
            raise ValueError(f"the output {self.name!r} with the transform {self.transform!r} is not understood")

    def apply(self, values: FloatArray) -> FloatArray:
        """What the network gave for `n` patches -> `(n, numbers)`; axes of length 1 behind the first are dropped."""
        flat = values.reshape(len(values), -1).astype(np.float32, copy=False)
        if self.transform == "none":
            return flat
        probabilities = np.clip(flat, np.float32(_LEAST), np.float32(1 - _LEAST))
        logs: FloatArray = np.log(probabilities)
        return logs if self.transform == "log" else logs - np.log1p(-probabilities)

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"name": self.name, "transform": self.transform}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> NetworkOutput:
        """From what `to_dict` gave; ValueError, TypeError or KeyError if it is not that."""
        check_keys(values, ("name", "transform"))
        return cls(values["name"], values["transform"])
