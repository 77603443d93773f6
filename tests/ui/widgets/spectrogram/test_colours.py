"""From levels to colours."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from mgc_desktop.features.picture import UNKNOWN
from mgc_desktop.ui.widgets.spectrogram.colours import COLOUR_MAPS, level_colours, shades

GROUND = QColor("#123456")


def lightness(colour: int) -> float:
    """CIE L* of 0xFFRRGGBB."""
    parts = np.array([colour >> 16 & 255, colour >> 8 & 255, colour & 255]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    y = float(linear @ [0.2126, 0.7152, 0.0722])
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


@pytest.mark.parametrize("name", COLOUR_MAPS)
def test_each_map_rises_evenly_in_lightness(name: str) -> None:
    light = np.array([lightness(c) for c in shades(name)])
    steps = np.diff(light[::16])
    assert (steps > 0).all()
    assert steps.std() < 0.35 * steps.mean()


@pytest.mark.parametrize("name", COLOUR_MAPS)
def test_the_loudest_is_brightest_and_eighty_decibels_below_is_darkest(name: str) -> None:
    loudest = 220
    colours = level_colours(name, loudest, GROUND)
    assert colours[loudest] == shades(name)[-1]
    assert colours[loudest - 160] == shades(name)[0]
    assert colours[loudest - 80] == shades(name)[round(255 / 2)]


def test_the_unknown_is_ground_and_silence_is_dark_even_when_nothing_is_louder() -> None:
    colours = level_colours("magma", 1, GROUND)
    assert colours[UNKNOWN] == GROUND.rgb()
    assert colours[UNKNOWN + 1] == shades("magma")[0]


def test_every_level_has_a_colour() -> None:
    assert len(level_colours("grey", 40, GROUND)) == 256
