"""Every step of the scale can be told from the ground, and its number can be read."""

from __future__ import annotations

import numpy as np
import pytest

from mgc_desktop.ui.theme import DARK, LIGHT, Palette, contrast
from mgc_desktop.ui.views.confusion.scale import fill, ink

BOTH = pytest.mark.parametrize("palette", [DARK, LIGHT], ids=lambda palette: palette.name)


@BOTH
@pytest.mark.parametrize("value", np.linspace(0, 1, 41))
def test_numbers_are_read_on_every_step(palette: Palette, value: float) -> None:
    ground = fill(value, palette)
    assert contrast(ink(ground), ground) >= 4.5


@BOTH
def test_more_lies_further_from_the_ground(palette: Palette) -> None:
    distances = [contrast(fill(value, palette), palette.raised) for value in (0, 0.001, 0.01, 0.1, 0.3, 0.6, 1)]
    assert distances[0] == pytest.approx(1.0)
    assert distances == sorted(distances)
    assert distances[1] > 1.1, "one song among thousands can be seen"


@BOTH
def test_the_most_has_the_accent(palette: Palette) -> None:
    assert fill(1.0, palette) == palette.accent
