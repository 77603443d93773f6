"""The ribbon: colours, cursor, seeking, words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from mgc_desktop.inference.prediction import Timeline
from mgc_desktop.ui.theme import DARK, GENRE_COLOURS, LIGHT
from mgc_desktop.ui.widgets.ribbon import HEIGHT, Ribbon

Make = Callable[..., Timeline]


@pytest.fixture
def ribbon(place: Callable[..., Any], timeline: Make) -> Ribbon:
    """Half a song of 200 s heard: first Jazz, then World."""
    ribbon = Ribbon(DARK)
    place(ribbon, 400, HEIGHT)
    ribbon.set_song(200.0)
    ribbon.set_timeline(timeline(*[{"Jazz": 1.0}] * 5, *[{"World": 1.0}] * 5, step=10.0), 200.0)
    ribbon.set_position(199.0)
    return ribbon


def test_genres_in_their_colours_and_the_rest_calm(ribbon: Ribbon, seen: Any, colour_at: Any) -> None:
    picture = seen(ribbon)
    assert colour_at(picture, 20, 8) == GENRE_COLOURS["Jazz"].lower()
    assert colour_at(picture, 190, 8) == GENRE_COLOURS["World"].lower()
    assert colour_at(picture, 300, 30) == DARK.raised.lower()


def test_the_cursor_is_a_white_line(ribbon: Ribbon, seen: Any, colour_at: Any) -> None:
    ribbon.set_position(50.0)
    assert colour_at(seen(ribbon), 100, 30) == "#ffffff"


def test_what_is_still_to_come_lies_under_a_veil(ribbon: Ribbon, seen: Any, colour_at: Any) -> None:
    ribbon.set_position(10.0)
    picture = seen(ribbon)
    assert colour_at(picture, 10, 8) == GENRE_COLOURS["Jazz"].lower()
    assert colour_at(picture, 60, 8) != GENRE_COLOURS["Jazz"].lower()


def test_click_and_drag_seek(ribbon: Ribbon, qtbot: QtBot) -> None:
    asked: list[float] = []
    ribbon.seek_requested.connect(asked.append)
    qtbot.mousePress(ribbon, Qt.MouseButton.LeftButton, pos=QPoint(100, 20))
    assert asked == [pytest.approx(50.0)]
    qtbot.mouseRelease(ribbon, Qt.MouseButton.LeftButton, pos=QPoint(100, 20))


def test_nothing_to_seek_without_a_song(place: Any, qtbot: QtBot) -> None:
    ribbon = Ribbon(DARK)
    place(ribbon, 400, HEIGHT)
    asked: list[float] = []
    ribbon.seek_requested.connect(asked.append)
    qtbot.mouseClick(ribbon, Qt.MouseButton.LeftButton, pos=QPoint(100, 20))
    assert asked == []


def test_the_tooltip_names_time_and_genre(ribbon: Ribbon) -> None:
    assert ribbon.reading(20) == "0:10   Jazz 100 %,  Alt Rock 0 %"
    assert ribbon.reading(300) == "2:30   not heard yet"


def test_it_can_be_heard_instead_of_seen(ribbon: Ribbon) -> None:
    assert ribbon.accessibleDescription() == "Jazz from 0:00 to 0:50, World from 0:50 to 1:40"


def test_a_new_song_starts_empty(ribbon: Ribbon, seen: Any, colour_at: Any) -> None:
    ribbon.set_song(100.0)
    assert colour_at(seen(ribbon), 20, 8) == DARK.raised.lower()
    assert ribbon.accessibleDescription() == ""


def test_the_ground_follows_the_palette(ribbon: Ribbon, seen: Any, colour_at: Any) -> None:
    ribbon.set_palette(LIGHT)
    assert colour_at(seen(ribbon), 300, 30) == LIGHT.raised.lower()
