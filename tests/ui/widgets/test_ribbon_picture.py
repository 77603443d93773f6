"""Bands of probability, and names in them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.prediction import Timeline
from mgc_desktop.ui.widgets import ribbon_picture

JAZZ, WORLD = GENRES.index("Jazz"), GENRES.index("World")
Make = Callable[..., Timeline]


def test_columns_follow_the_timeline(timeline: Make) -> None:
    song = timeline(*[{"Jazz": 1.0}] * 4, *[{"World": 1.0}] * 4, step=1.0)
    values, known = ribbon_picture.columns(song, 8.0, 80)
    assert known == 80
    assert values[5, JAZZ] == values[75, WORLD] == pytest.approx(1.0)
    assert 0.3 < values[40, JAZZ] < 0.7
    assert np.allclose(values.sum(axis=1), 1.0)


def test_what_is_not_heard_is_not_known(timeline: Make) -> None:
    _, known = ribbon_picture.columns(timeline(*[{"Jazz": 1.0}] * 4, step=1.0), 16.0, 80)
    assert known == 20


def test_more_segments_than_columns_are_averaged(timeline: Make) -> None:
    rows = [{"Jazz": 1.0}, {"World": 1.0}] * 2000
    values, known = ribbon_picture.columns(timeline(*rows, step=9.0), 36000.0, 100)
    assert known == 100
    assert np.allclose(values[:, JAZZ], 0.5, atol=0.05)


@pytest.mark.parametrize("rows, duration, width", [(0, 10.0, 50), (3, 0.0, 50), (3, 10.0, 0)])
def test_nothing_to_draw(timeline: Make, rows: int, duration: float, width: int) -> None:
    values, known = ribbon_picture.columns(timeline(*[{"Jazz": 1.0}] * rows), duration, width)
    assert values.shape == (width, len(GENRES))
    assert known == 0


def test_bands_lie_on_each_other_in_the_given_order() -> None:
    bands = ribbon_picture.edges(np.array([[0.2, 0.8], [0.5, 0.5]]), (1, 0))
    assert bands == pytest.approx(np.array([[0.0, 0.8, 1.0], [0.0, 0.5, 1.0]]))


def test_edges_between_pixels_are_blended() -> None:
    red, green = (200, 0, 0), (0, 100, 0)
    bands = np.array([[0.0, 0.375, 1.0]])  # the lower band is 1.5 of 4 pixels high
    drawn = ribbon_picture.picture(bands, np.array([red, green], np.uint8), 4)
    assert drawn[:, 0].tolist() == [[0, 100, 0], [0, 100, 0], [100, 50, 0], [200, 0, 0]]


def test_names_are_placed_where_the_band_is_high_enough() -> None:
    lower = np.full(400, 0.1)
    lower[200:300] = 0.8
    bands = np.stack([np.zeros(400), lower, np.ones(400)], axis=1)
    places = ribbon_picture.places(bands, [60.0, 60.0], 64)
    low = [place for place in places if place.band == 0]
    assert len(low) == 1
    assert 230 <= low[0].x <= 270
    assert low[0].y == pytest.approx(0.4)
    assert all(not 170 < place.x < 330 for place in places if place.band == 1)


def test_no_name_where_none_fits() -> None:
    bands = np.stack([np.zeros(50), np.ones(50)], axis=1)
    assert ribbon_picture.places(bands, [80.0], 64) == []
    assert ribbon_picture.places(bands, [20.0], 10) == []


def test_what_was_not_analysed_is_known() -> None:
    """GIVEN two segments with a long silence between them THEN the columns of the silence are not covered."""
    times = np.array([[0.0, 3.0], [3.0, 6.0], [60.0, 63.0]], np.float32)
    timeline = Timeline(("A", "B"), times, np.full((3, 2), 0.5, np.float32))
    mask = ribbon_picture.covered(timeline, 100.0, 100)
    assert mask[:8].all() and not mask[10:56].any() and mask[58:65].all() and not mask[67:].any()
    nothing = Timeline(("A",), np.zeros((0, 2), np.float32), np.zeros((0, 1), np.float32))
    assert not ribbon_picture.covered(nothing, 10.0, 5).any()
