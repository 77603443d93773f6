"""Colours of the pictures: of sound, and of what speaks for and against a genre. Free of widgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.foundation.arrays import FloatArray

LEAST: Final = 0.02  # probability; the scale never reaches less far, so that noise looks like nothing


@dataclass(frozen=True, slots=True)
class Diverging:
    """Two colours, #RRGGBB, of what speaks for and what against; the nearer to nothing the more the ground shows."""

    for_: str
    against: str

    def rgba(self, share: FloatArray) -> NDArray[np.uint8]:
        """`(...)` from -1 to 1 as `(..., 4)` red, green, blue and opacity."""
        colours = np.array([_rgb(self.against), _rgb(self.for_)], np.uint8)
        picked = colours[(share > 0).astype(int)]
        opacity = np.rint(255 * _MOST_OPAQUE * np.abs(np.clip(share, -1, 1)) ** _BEND).astype(np.uint8)
        return np.concatenate([picked, opacity[..., np.newaxis]], axis=-1)


_MOST_OPAQUE: Final = 0.85
_BEND: Final = 0.7  # below 1 lifts what is weak

# Orange against blue: told apart by every kind of colour blindness.
ON_DARK: Final = Diverging("#FF9D2E", "#4AA8FF")
ON_LIGHT: Final = Diverging("#E06A00", "#1B6FD0")


def reach(lost: FloatArray) -> float:
    """Where the scale ends: the greatest change of probability, rounded up to whole points, never below `LEAST`."""
    return max(LEAST, float(np.ceil(100 * np.abs(lost).max(initial=0.0)) / 100))


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
