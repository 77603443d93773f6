"""The rulers stand where the picture has what they say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from mgc_desktop.ui import theme
from mgc_desktop.ui.widgets.spectrogram import SpectrogramView
from mgc_desktop.ui.widgets.spectrogram.colours import shades
from mgc_desktop.ui.widgets.spectrogram.scales import HZ_TICKS, MelScale

from .conftest import pixels, steady


def ticks(line: np.ndarray, colour: str) -> list[int]:
    """Where a line of pixels has exactly a colour."""
    wanted = QColor(colour)
    return np.flatnonzero((line == [wanted.red(), wanted.green(), wanted.blue()]).all(axis=1)).tolist()


@pytest.mark.parametrize("size", [(900, 500), (1800, 1200)])
def test_the_hertz_axis_follows_the_filters(view: SpectrogramView, size: tuple[int, int]) -> None:
    view.resize(*size)
    box = view.picture_box
    found = ticks(pixels(view.grab().toImage())[:, round(box.left()) - 2], theme.DARK.faint)
    scale = MelScale()
    expected = sorted(box.top() + box.height() * (1 - scale.height(hz) / scale.top) for hz in HZ_TICKS)
    assert found == pytest.approx(expected, abs=1)


def test_where_room_is_short_the_less_important_labels_go(view: SpectrogramView) -> None:
    view.resize(400, 150)
    box = view.picture_box
    found = ticks(pixels(view.grab().toImage())[:, round(box.left()) - 2], theme.DARK.faint)
    assert 3 <= len(found) < len(HZ_TICKS)
    assert min(np.diff(found)) >= 12


def test_the_time_axis_follows_the_zoom(view: SpectrogramView, show: Callable[..., None]) -> None:
    show(200.0, steady(100))
    view.set_mode("overview")
    box = view.picture_box
    row = round(box.bottom()) + 2
    found = ticks(pixels(view.grab().toImage())[row], theme.DARK.faint)
    step = round(np.diff(found)[0] / box.width() * 200)
    assert step in (15, 20, 30)
    assert found == pytest.approx([box.left() + t / 200 * box.width() for t in range(0, 201, step)], abs=1)
    view.zoom(4)
    closer = ticks(pixels(view.grab().toImage())[row], theme.DARK.faint)
    assert np.diff(closer)[0] != np.diff(found)[0]


def test_without_a_song_there_is_no_time(view: SpectrogramView) -> None:
    row = round(view.picture_box.bottom()) + 2
    assert ticks(pixels(view.grab().toImage())[row], theme.DARK.faint) == []


def test_the_colour_bar_shows_the_colour_map(view: SpectrogramView) -> None:
    view.set_colour_map("viridis")
    image = view.grab().toImage()
    box = view.picture_box
    x = round(box.right()) + 17
    assert image.pixel(x, round(box.top())) == shades("viridis")[-1]
    assert image.pixel(x, round(box.bottom()) - 1) == shades("viridis")[0]


@pytest.mark.parametrize("palette", [theme.DARK, theme.LIGHT], ids=lambda p: p.name)
def test_labels_can_be_read(palette: theme.Palette) -> None:
    assert theme.contrast(palette.muted, palette.panel) >= 4.5
    assert theme.contrast(palette.muted, palette.raised) >= 4.5


def test_the_time_axis_has_its_height_only_with_a_song(
    view: SpectrogramView, show: Callable[..., None], qtbot: QtBot
) -> None:
    # Without a height it would still be drawn, but a real screen would never repaint it.
    axis = view._plot._time
    for _ in range(2):
        show(60.0, steady(200))
        qtbot.waitUntil(lambda: axis.height() > 0)
        view.clear()
        qtbot.waitUntil(lambda: axis.height() == 0)
