"""Bars that glide and keep calm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from mgc_desktop.inference.genres import GENRES
from mgc_desktop.ui.theme import DARK, GENRE_COLOURS
from mgc_desktop.ui.widgets.genre_bars import GenreBars


def shares(**named: float) -> list[float]:
    """Probabilities; underscores stand for spaces."""
    return [named.get(genre.replace(" ", "_").replace("-", "_"), 0.0) for genre in GENRES]


@pytest.fixture
def bars(place: Callable[..., Any]) -> GenreBars:
    bars = GenreBars(GENRES, DARK)
    place(bars, 300, 250)
    return bars


def test_longest_first(bars: GenreBars) -> None:
    bars.set_values(shares(Jazz=0.6, Ambient=0.3, World=0.1), settle=True)
    assert bars.order[:3] == ("Jazz", "Ambient", "World")


def test_small_changes_do_not_move_the_rows(bars: GenreBars) -> None:
    bars.set_values(shares(Jazz=0.40, Ambient=0.38), settle=True)
    bars.set_values(shares(Jazz=0.38, Ambient=0.41))
    assert bars.order[:2] == ("Jazz", "Ambient")
    bars.set_values(shares(Jazz=0.30, Ambient=0.55))
    assert bars.order[:2] == ("Ambient", "Jazz")


def test_they_glide_and_then_rest(bars: GenreBars, qtbot: QtBot, seen: Any, colour_at: Any) -> None:
    bars.set_values(shares(Jazz=1.0), settle=True)
    assert bars.is_gliding
    assert colour_at(seen(bars), 240, 12) != GENRE_COLOURS["Jazz"].lower()
    qtbot.waitUntil(lambda: not bars.is_gliding)
    assert colour_at(seen(bars), 240, 12) == GENRE_COLOURS["Jazz"].lower()


def test_nothing_moves_while_hidden(bars: GenreBars) -> None:
    bars.hide()
    bars.set_values(shares(Jazz=1.0))
    assert not bars.is_gliding


def test_before_anything_is_known_there_are_only_tracks(
    bars: GenreBars, qtbot: QtBot, seen: Any, colour_at: Any
) -> None:
    bars.set_values(None)
    picture = seen(bars)
    colours = {colour_at(picture, 110, row * 25 + 12.5) for row in range(10)}
    assert colours == {DARK.line.lower()}
    assert bars.accessibleDescription() == ""


def test_the_first_three_are_said(bars: GenreBars) -> None:
    bars.set_values(shares(Jazz=0.6, Ambient=0.3, World=0.1), settle=True)
    assert bars.accessibleDescription() == "Jazz 60 %, Ambient 30 %, World 10 %"


def test_all_rows_fit_into_a_low_window(bars: GenreBars, seen: Any, colour_at: Any, qtbot: QtBot) -> None:
    bars.set_values([0.1] * 10, settle=True)
    bars.resize(bars.minimumSizeHint())
    qtbot.waitUntil(lambda: not bars.is_gliding)
    picture = seen(bars)
    drawn = {colour_at(picture, 95, row * 17 + 8.5) for row in range(10)}
    assert drawn == {colour.lower() for colour in GENRE_COLOURS.values()}
