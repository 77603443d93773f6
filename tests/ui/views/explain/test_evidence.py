"""What speaks for a genre is orange, what speaks against it blue, and nothing looks like nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mgc_desktop.ui.theme import DARK, LIGHT, Palette
from mgc_desktop.ui.views.explain.evidence import Evidence, EvidenceLegend, EvidencePicture
from mgc_desktop.ui.views.explain.picture import PatchPicture, Shown
from mgc_desktop.ui.views.explain.shades import LEAST, ON_DARK, reach

BLOCKS = np.array([[0.4, 0.0], [0.0, -0.4]], np.float32)  # the lowest band first
EVIDENCE = Evidence("Jazz", 0.5, BLOCKS, BLOCKS[:, 0], BLOCKS[0], (0.0, 1000.0, 8000.0))
GROUND = Shown(np.zeros((8, 8), np.float32), 0.0, 1.0, 10.0, 12.0, lambda hz: hz / 8000)

Place = Callable[..., QWidget]


def evidence_picture(place: Place, palette: Palette = DARK) -> EvidencePicture:
    picture = EvidencePicture("Evidence", palette)
    place(picture, 400, 300)
    picture.show_picture(GROUND)
    picture.show_evidence(EVIDENCE)
    return picture


def at(image: QImage, picture: PatchPicture, across: float, up: float) -> QColor:
    area = picture.area()
    point = QPointF(area.left() + across * area.width(), area.bottom() - up * area.height())
    return image.pixelColor(point.toPoint())


def test_full_colour_is_full_strength_and_nothing_is_the_ground() -> None:
    against, none, for_ = ON_DARK.rgba(np.array([-1.0, 0.0, 1.0], np.float32)).tolist()
    assert none[3] == 0
    assert for_[3] == against[3] > 200
    assert for_[0] > for_[2]
    assert against[2] > against[0]


@pytest.mark.parametrize(("lost", "limit"), [([0.0], LEAST), ([0.001], LEAST), ([0.31, -0.412], 0.42)])
def test_the_scale_ends_at_a_whole_number_of_points_and_never_magnifies_noise(lost: list[float], limit: float) -> None:
    assert reach(np.array(lost, np.float32)) == pytest.approx(limit)


@pytest.mark.parametrize("palette", [DARK, LIGHT])
def test_each_block_has_its_colour_at_its_place(
    place: Place, seen: Callable[[QWidget], QImage], palette: Palette
) -> None:
    picture = evidence_picture(place, palette)
    image = seen(picture)
    foot, top, nothing = (at(image, picture, *where) for where in ((0.25, 0.25), (0.75, 0.75), (0.25, 0.75)))
    assert foot.red() > foot.blue() + 60, "what speaks for it: orange"
    assert top.blue() > top.red() + 60, "what speaks against it: blue"
    assert (nothing.red(), nothing.green(), nothing.blue()) == (0, 0, 0), "nothing: the picture itself"


def test_a_block_says_what_becomes_of_the_genre_without_it(place: Place) -> None:
    picture = evidence_picture(place)
    assert (
        picture.block_words(0, 0)
        == "0:10.0–0:11.0, 0–1,000 Hz: without it and its neighbours Jazz goes from 50 % to 10 %"
    )
    assert picture.block_words(1, 1).endswith("Jazz goes from 50 % to 90 %")
    area = picture.area()
    assert picture.reading(QPointF(area.left() + 2, area.bottom() - 2)) == picture.block_words(0, 0)
    assert picture.reading(QPointF(area.right() - 2, area.top() + 2)) == picture.block_words(1, 1)
    assert picture.reading(QPointF(1, 1)) == ""


def test_the_legend_names_genre_and_numbers(place: Place) -> None:
    legend = EvidenceLegend(DARK)
    place(legend, 300, 18)
    assert legend.accessibleName() == ""
    legend.show_scale("Jazz", 0.42)
    assert "speaks for Jazz" in legend.accessibleName()
    assert "42 points" in legend.accessibleName()


def test_a_click_on_a_picture_is_a_moment_of_the_song(place: Place, qtbot: QtBot) -> None:
    picture = PatchPicture("Picture", DARK)
    place(picture, 400, 300)
    picture.show_picture(GROUND)
    with qtbot.waitSignal(picture.seek_requested) as clicked:
        qtbot.mouseClick(picture, Qt.MouseButton.LeftButton, pos=picture.area().center().toPoint())
    assert clicked.args[0] == pytest.approx(11.0, abs=0.02)


def test_the_lowest_band_is_at_the_foot(place: Place, seen: Callable[[QWidget], QImage]) -> None:
    picture = PatchPicture("Picture", DARK)
    place(picture, 200, 100)
    values = np.zeros((4, 4), np.float32)
    values[0] = 1.0
    picture.show_picture(Shown(values, 0.0, 1.0, 0.0, 1.0))
    image = seen(picture)
    assert at(image, picture, 0.5, 0.1).lightness() > at(image, picture, 0.5, 0.9).lightness() + 100
