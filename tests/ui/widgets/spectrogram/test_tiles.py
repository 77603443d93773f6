"""Coloured tiles: painted once, copied ever after."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from mgc_desktop.features.config import REPORT
from mgc_desktop.features.picture import SpectrogramPicture
from mgc_desktop.ui.widgets.spectrogram.colours import shades
from mgc_desktop.ui.widgets.spectrogram.tiles import TILE, TileCache

FRAME = REPORT.frame_seconds
GROUND = QColor("#123456")


@pytest.fixture
def picture() -> SpectrogramPicture:
    """A thousand frames of near silence in which row 100 is loud."""
    picture = SpectrogramPicture(2000 * FRAME)
    db = np.full((REPORT.n_mels, 1000), -50, np.float32)
    db[100] = 20
    picture.add(0, db)
    return picture


@pytest.fixture
def cache(picture: SpectrogramPicture) -> TileCache:
    """Its tiles, one pixel to a frame, three to a row."""
    cache = TileCache()
    cache.set_colours("magma", GROUND)
    cache.set_picture(picture)
    cache.set_scale(1 / FRAME, 3 * (REPORT.n_mels + 1), 900)
    return cache


def test_a_tile_is_painted_once(cache: TileCache) -> None:
    assert cache.tile(2).cacheKey() == cache.tile(2).cacheKey()


def test_it_has_the_size_of_the_screen(cache: TileCache) -> None:
    assert (cache.tile(0).width(), cache.tile(0).height()) == (TILE, 387)


def test_a_row_is_brightest_where_the_axis_has_its_frequency(cache: TileCache) -> None:
    image = cache.tile(1)
    column = [image.pixel(64, y) for y in range(image.height())]
    red = np.array([QColor(colour).red() for colour in column])
    centre = 3 * (REPORT.n_mels + 1 - 101)  # row 100 is centred 101 filters above the bottom
    assert np.flatnonzero(red == red.max()).tolist() == [centre - 1, centre]
    assert column[0] == column[-1] == shades("magma")[round(255 * (80 - 70) / 80)]


def test_where_nothing_is_known_there_is_ground(cache: TileCache) -> None:
    assert cache.tile(10).pixel(5, 5) == GROUND.rgb()


def test_what_has_changed_is_painted_again_and_nothing_else(cache: TileCache, picture: SpectrogramPicture) -> None:
    before = {i: cache.tile(i).cacheKey() for i in (0, 3, 10)}
    cache.refresh(*picture.add(1300, np.full((REPORT.n_mels, 20), -50, np.float32)))
    after = {i: cache.tile(i).cacheKey() for i in (0, 3, 10)}
    assert (after[0], after[3]) == (before[0], before[3])
    assert after[10] != before[10]
    assert cache.tile(10).pixel(1310 - 10 * TILE, 5) != GROUND.rgb()


def test_a_louder_passage_paints_all_again(cache: TileCache, picture: SpectrogramPicture) -> None:
    before = cache.tile(0).pixel(5, 5)
    cache.refresh(*picture.add(1300, np.full((REPORT.n_mels, 20), 30, np.float32)))
    assert cache.tile(0).pixel(5, 5) != before


@pytest.mark.parametrize("scale", [(2 / FRAME, 387), (1 / FRAME, 400)])
def test_another_scale_paints_all_again(cache: TileCache, scale: tuple[float, int]) -> None:
    before = cache.tile(0).cacheKey()
    cache.set_scale(*scale, 900)
    assert cache.tile(0).cacheKey() != before
    assert cache.tile(0).height() == scale[1]


def test_the_same_scale_paints_nothing_again(cache: TileCache) -> None:
    before = cache.tile(0).cacheKey()
    cache.set_scale(1 / FRAME, 387, 900)
    assert cache.tile(0).cacheKey() == before


def test_old_tiles_are_forgotten(cache: TileCache) -> None:
    first = cache.tile(0).cacheKey()
    for index in range(1, 200):
        cache.tile(index)
        cache.set_scale(1 / FRAME, 387, 900)
    assert cache.tile(0).cacheKey() != first
    assert cache.held <= 20
