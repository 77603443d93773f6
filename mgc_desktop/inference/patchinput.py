"""The input of a network: the spectrogram's configuration, the size of a patch, and its preprocessing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np

from mgc_desktop.features.config import MelConfig
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.jsonfile import check_keys

Reference = Literal["full_scale", "maximum"]

_KEYS: Final = ("mel", "frames", "hop", "reduction", "reference", "top_db", "layout", "mean", "std")
_LATER: Final[dict[str, Any]] = {"layout": ("bands", "frames"), "mean": 0.0, "std": 1.0}  # left out where they are so
_MOST_FRAMES: Final = 1 << 14
_REDUCTIONS: Final = {1: "full", 2: "quarter", 4: "sixteenth"}


@dataclass(frozen=True, slots=True)
class PatchInput:
    """Patches of `frames` frames every `hop` frames of a `mel` spectrogram.

    `reference` "maximum" shifts each patch so that its loudest point is 0 dB, as the report did with its clips;
    `top_db` then cuts what lies deeper below the patch's loudest point. `reduction` averages squares of 1, 2 or 4
    points to one: full, quarter and sixteenth resolution. What the network gets is `(patch - mean) / std` with its axes
    in the order of `layout`, in which "channel" is an axis of length 1; the axis of the patches is the first.
    """

    mel: MelConfig
    frames: int
    hop: int
    reduction: int = 1
    reference: Reference = "full_scale"
    top_db: float | None = None
    layout: tuple[str, ...] = ("bands", "frames")
    mean: float = 0.0
    std: float = 1.0

    def __post_init__(self) -> None:
        if self.reduction not in _REDUCTIONS:
            raise ValueError(f"reduction {self.reduction} is not one of {list(_REDUCTIONS)}")
        if not 0 < self.hop <= self.frames:
            raise ValueError("a patch's hop must lie between 1 and its frames")
        if not self.frames <= _MOST_FRAMES:
            raise ValueError(f"a patch has at most {_MOST_FRAMES} frames")
        if sorted(axis for axis in self.layout if axis != "channel") != ["bands", "frames"] or len(self.layout) > 4:
            raise ValueError("the layout names the axes bands and frames once each, and channel for axes of length 1")
        if not (np.isfinite(self.mean) and np.isfinite(self.std) and self.std > 0):
            raise ValueError("mean and std must be finite, and std above 0")
        if self.mel.n_mels % self.reduction:
            raise ValueError(f"{self.mel.n_mels} bands cannot be averaged by {self.reduction}")
        if self.reference not in get_args(Reference):
            raise ValueError(f"reference {self.reference!r} is not known")
        if self.top_db is not None and not self.top_db > 0:
            raise ValueError("top_db must be above 0")

    @property
    def resolution(self) -> str:
        """The resolution in the report's words: full, quarter or sixteenth."""
        return _REDUCTIONS[self.reduction]

    @property
    def shape(self) -> tuple[int, int]:
        """(bands, frames) of one patch as the network gets it."""
        return self.mel.n_mels // self.reduction, self.frames // self.reduction

    @property
    def seconds(self) -> float:
        """Length of a patch in seconds."""
        return self.frames * self.mel.frame_seconds

    def prepare(self, patches: FloatArray) -> FloatArray:
        """`(n, n_mels, frames)` of the spectrogram -> `(n, *shape)` for the network, float32 and contiguous."""
        if patches.ndim != 3 or patches.shape[1:] != (self.mel.n_mels, self.frames):
            raise ValueError(f"patches have shape {patches.shape}, not (n, {self.mel.n_mels}, {self.frames})")
        if len(patches) and (self.reference == "maximum" or self.top_db is not None):
            loudest = patches.max(axis=(1, 2), keepdims=True)
            if self.top_db is not None:
                patches = np.maximum(patches, loudest - np.float32(self.top_db))
            if self.reference == "maximum":
                patches = patches - loudest
        return np.ascontiguousarray(area_average(patches, self.reduction), np.float32)

    @property
    def network_shape(self) -> tuple[int, ...]:
        """The axes of the network's input behind that of the patches."""
        bands, frames = self.shape
        return tuple({"bands": bands, "frames": frames}.get(axis, 1) for axis in self.layout)

    def arrange(self, prepared: FloatArray) -> FloatArray:
        """`(n, *shape)` as `prepare` gave them -> `(n, *network_shape)`."""
        if (self.mean, self.std) != (0.0, 1.0):
            prepared = (prepared - np.float32(self.mean)) / np.float32(self.std)
        if self.layout.index("frames") < self.layout.index("bands"):
            prepared = prepared.transpose(0, 2, 1)
        return np.ascontiguousarray(prepared.reshape(len(prepared), *self.network_shape), np.float32)

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        later = {key: getattr(self, key) for key, usual in _LATER.items() if getattr(self, key) != usual}
        return {
            "mel": self.mel.to_dict(),
            "frames": self.frames,
            "hop": self.hop,
            "reduction": self.reduction,
            "reference": self.reference,
            "top_db": self.top_db,
            **{key: list(value) if isinstance(value, tuple) else value for key, value in later.items()},
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> PatchInput:
        """The inverse of `to_dict`; raises ValueError, TypeError or KeyError if the values are invalid."""
        check_keys(values, _KEYS)
        rest = {key: values[key] for key in _KEYS if key != "mel" and (key in values or key not in _LATER)}
        if "layout" in rest:
            rest["layout"] = tuple(rest["layout"])
        return cls(mel=MelConfig.from_dict(values["mel"]), **rest)


def area_average(images: FloatArray, factor: int) -> FloatArray:
    """`(..., height, width)` -> `(..., height // factor, width // factor)`: means of squares; the rest is cut off."""
    if factor == 1:
        return images
    *rest, height, width = images.shape
    height, width = height // factor, width // factor
    squares = images[..., : height * factor, : width * factor].reshape(*rest, height, factor, width, factor)
    averaged: FloatArray = squares.mean(axis=(-3, -1), dtype=np.float32)
    return averaged
