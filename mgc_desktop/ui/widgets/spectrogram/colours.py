"""Colour maps: from levels to colours."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from mgc_desktop.features.picture import RANGE_DB, STEP_DB, UNKNOWN

# Each rises evenly in lightness: equal steps of loudness look equal, to the colour-blind too.
COLOUR_MAPS: Final = ("magma", "inferno", "viridis", "cividis", "grey")
DEFAULT_COLOUR_MAP: Final = "magma"

_SHADES: Final = 256


@cache
def shades(name: str) -> tuple[int, ...]:
    """256 colours from the quietest to the loudest, each `0xFFRRGGBB`."""
    colours = pg.ColorMap(None, ["black", "white"]) if name == "grey" else pg.colormap.get(name)
    table = colours.getLookupTable(nPts=_SHADES, alpha=False).astype(int)
    return tuple(0xFF000000 | red << 16 | green << 8 | blue for red, green, blue in table.tolist())


def level_colours(name: str, loudest: int, ground: QColor) -> list[int]:
    """The colour of each level of a picture whose loudest level is `loudest`; `ground` where nothing is known."""
    below = (np.arange(256) - loudest) * STEP_DB
    below[UNKNOWN + 1] = -RANGE_DB  # the floor is silence, however quiet the song
    index = np.clip(np.rint((below / RANGE_DB + 1) * (_SHADES - 1)), 0, _SHADES - 1).astype(int)
    palette = shades(name)
    colours = [palette[i] for i in index]
    colours[UNKNOWN] = ground.rgb()
    return colours
