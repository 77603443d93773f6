"""The picture as a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from mgc_desktop.errors import MgcError
from mgc_desktop.ui import theme
from mgc_desktop.ui.widgets.spectrogram import SpectrogramView

from .conftest import FRAME, clicks, pixels, steady


@pytest.mark.parametrize("palette", [theme.DARK, theme.LIGHT], ids=lambda p: p.name)
@pytest.mark.parametrize("size", [(1200, 600), (2400, 1200), (640, 360)])
def test_it_has_the_size_asked_for_and_the_colours_of_the_theme(
    view: SpectrogramView, show: Callable[..., None], tmp_path: Path, palette: theme.Palette, size: tuple[int, int]
) -> None:
    view.set_palette(palette)
    show(30.0, clicks(1290, 100, 700))
    view.render_png(tmp_path / "song.png", *size, title="Song")
    image = QImage(str(tmp_path / "song.png"))
    assert (image.width(), image.height()) == size
    assert image.pixel(2, 2) == QColor(palette.panel).rgb()


def test_it_shows_the_whole_song_whatever_is_in_sight(
    view: SpectrogramView, show: Callable[..., None], tmp_path: Path
) -> None:
    frames = (200, 1000)
    show(1290 * FRAME, clicks(1290, *frames))
    view.zoom(3)
    view.render_png(tmp_path / "song.png", 1400, 600)
    light = pixels(QImage(str(tmp_path / "song.png"))).astype(int).sum(axis=2)[100:500, 70:1300].mean(axis=0)
    peaks = np.flatnonzero(light > 0.8 * light.max())
    left, right = peaks[peaks < 600].mean(), peaks[peaks > 600].mean()
    assert right - left == pytest.approx((frames[1] - frames[0]) / 1290 * (1400 - 132), abs=2)


def test_the_cursor_and_the_crosshair_are_not_on_it(
    view: SpectrogramView, show: Callable[..., None], tmp_path: Path
) -> None:
    show(30.0, steady(1290))
    view.set_position(15.0)
    view.render_png(tmp_path / "song.png", 900, 500)
    picture = pixels(QImage(str(tmp_path / "song.png")))[60:400, 80:800]
    assert (picture == picture[0, 0]).all()


def test_saving_leaves_the_view_as_it_was(view: SpectrogramView, show: Callable[..., None], tmp_path: Path) -> None:
    show(30.0, clicks(1290, 700))
    view.set_position(12.0)
    before = pixels(view.grab().toImage())
    view.render_png(tmp_path / "song.png", 800, 400)
    assert np.array_equal(pixels(view.grab().toImage()), before)


def test_where_it_cannot_be_saved_the_user_is_told_and_nothing_is_left(
    view: SpectrogramView, show: Callable[..., None], tmp_path: Path
) -> None:
    show(30.0, steady(100))
    target = tmp_path / "nowhere" / "song.png"
    with pytest.raises(MgcError, match="folder") as caught:
        view.render_png(target, 800, 400)
    assert caught.value.path == target
    assert list(tmp_path.iterdir()) == []
