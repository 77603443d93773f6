"""A slider that goes where it is clicked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from mgc_desktop.ui.theme import DARK
from mgc_desktop.ui.widgets.slider import Slider

LEFT = Qt.MouseButton.LeftButton
Make = Callable[..., tuple[Slider, list[int]]]


@pytest.fixture
def make(place: Callable[..., Any]) -> Make:
    """A slider of 0 to 1000 on 1024 pixels (so that a pixel is one), and what it said."""

    def build(*, live: bool) -> tuple[Slider, list[int]]:
        slider = Slider("Position", DARK, live=live, spoken=str)
        slider.setRange(0, 1000)
        said: list[int] = []
        slider.chosen.connect(said.append)
        place(slider, 1024, 26)
        return slider, said

    return build


def test_a_click_goes_exactly_there(make: Make, qtbot: QtBot) -> None:
    slider, said = make(live=False)
    qtbot.mouseClick(slider, LEFT, pos=QPoint(712, 13))
    assert slider.value() == 700
    assert said == [700]


@pytest.mark.parametrize("x, value", [(-50, 0), (0, 0), (12, 0), (1012, 1000), (1500, 1000)])
def test_beyond_the_ends_is_the_end(make: Make, x: int, value: int) -> None:
    slider, _ = make(live=False)
    assert slider.value_at(x) == value


def test_pixels_and_values_are_each_others_inverse(make: Make) -> None:
    slider, _ = make(live=False)
    assert [slider.value_at(slider.x_of(value)) for value in (0, 1, 499, 1000)] == [0, 1, 499, 1000]


@pytest.mark.parametrize("live, expected", [(True, [100, 300, 500, 500]), (False, [500])])
def test_a_drag_says_all_of_it_or_only_where_it_ends(make: Make, qtbot: QtBot, live: bool, expected: list[int]) -> None:
    slider, said = make(live=live)
    qtbot.mousePress(slider, LEFT, pos=QPoint(112, 13))
    for x in (312, 512):
        qtbot.mouseMove(slider, QPoint(x, 13))
    assert slider.value() == 500
    qtbot.mouseRelease(slider, LEFT, pos=QPoint(512, 13))
    assert said == expected


@pytest.mark.parametrize("value", [0, 1000])
def test_the_handle_and_its_ring_are_whole_at_both_ends(make: Make, seen: Any, qtbot: QtBot, value: int) -> None:
    slider, _ = make(live=False)
    slider.window().activateWindow()
    slider.setFocus()
    qtbot.waitUntil(slider.hasFocus)
    slider.setValue(value)
    image = seen(slider)
    sides = [{image.pixel(x, y) for y in range(image.height())} for x in (0, image.width() - 1)]
    assert [len(side) for side in sides] == [1, 1]  # nothing but the ground


def test_setting_a_value_says_nothing(make: Make) -> None:
    slider, said = make(live=True)
    slider.setValue(300)
    assert said == []


@pytest.mark.parametrize("key, value", [(Qt.Key.Key_Right, 510), (Qt.Key.Key_Left, 490), (Qt.Key.Key_End, 1000)])
def test_keys(make: Make, qtbot: QtBot, key: Qt.Key, value: int) -> None:
    slider, said = make(live=False)
    slider.setSingleStep(10)
    slider.setValue(500)
    qtbot.keyClick(slider, key)
    assert slider.value() == value
    assert said == [value]


def test_with_the_focus_its_keys_go_before_the_windows_shortcuts(place: Callable[..., Any], qtbot: QtBot) -> None:
    window = QWidget()
    slider = Slider("Position", DARK, live=False, spoken=str)
    QVBoxLayout(window).addWidget(slider)
    taken: list[str] = []
    QShortcut(QKeySequence("Right"), window, lambda: taken.append("Right"))
    QShortcut(QKeySequence("Space"), window, lambda: taken.append("Space"))
    place(window)
    window.activateWindow()
    slider.setFocus()
    qtbot.waitUntil(slider.hasFocus)
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    qtbot.keyClick(slider, Qt.Key.Key_Space)
    assert slider.value() == 1
    assert taken == ["Space"]
