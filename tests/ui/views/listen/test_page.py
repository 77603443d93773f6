"""What fits into windows of different sizes."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mgc_desktop.ui.queue_model import QueueModel
from mgc_desktop.ui.theme import DARK
from mgc_desktop.ui.views.listen.next_panel import NextSong
from mgc_desktop.ui.views.listen.page import ListenPage
from mgc_desktop.ui.wording import Verdict


@pytest.fixture
def page(place: Any) -> ListenPage:
    """A page with something to say everywhere."""
    page = ListenPage(DARK, QueueModel())
    place(page, 1300, 750)
    page.show_welcome(False)
    page.side.verdict.show_verdict(Verdict("Jazz", "Jazz", "70 % sure"))
    page.side.chips.set_words([("piano", 0.5), ("slow", 0.4)])
    page.side.next.show_songs([NextSong(1, "a"), NextSong(2, "b")])
    page.side.refit()
    return page


def side(page: ListenPage) -> dict[str, bool]:
    column = page.side
    return {name: getattr(column, name).isVisible() for name in ("verdict", "now", "tag_panel", "next")}


def overlaps(page: ListenPage) -> list[tuple[QWidget, QWidget]]:
    """Panels of the side column that cover each other or leave the page."""
    shown = [p for p in (page.side.verdict, page.side.now, page.side.tag_panel, page.side.next) if p.isVisible()]
    return [
        (one, other)
        for i, one in enumerate(shown)
        for other in shown[i + 1 :]
        if one.geometry().intersects(other.geometry())
    ] + [(panel, page.side) for panel in shown if not page.side.rect().contains(panel.geometry())]


def test_all_panels_in_a_usual_window(page: ListenPage) -> None:
    assert side(page) == {"verdict": True, "now": True, "tag_panel": True, "next": True}
    assert overlaps(page) == []


@pytest.mark.parametrize("width, height", [(968, 570), (800, 500), (1304, 750), (2504, 1370)])
def test_nothing_overlaps_in_any_window(page: ListenPage, qtbot: QtBot, width: int, height: int) -> None:
    page.resize(width, height)
    qtbot.wait(1)
    assert overlaps(page) == []
    assert side(page)["verdict"]
    assert side(page)["now"]


def test_in_a_low_window_the_last_panels_give_way(page: ListenPage, qtbot: QtBot) -> None:
    page.resize(968, 520)
    qtbot.wait(1)
    assert not side(page)["next"]
    page.resize(1300, 750)
    qtbot.wait(1)
    assert side(page)["next"]


def test_panels_without_anything_to_say_are_not_shown(page: ListenPage) -> None:
    page.side.chips.set_words([])
    page.side.next.show_songs([])
    page.side.refit()
    assert side(page) == {"verdict": True, "now": True, "tag_panel": False, "next": False}


def test_in_a_wide_window_the_queue_stands_beside(page: ListenPage, qtbot: QtBot) -> None:
    page.set_queue_open(True)
    qtbot.waitUntil(page.queue.isVisible)
    assert page.queue.parentWidget() is page
    assert side(page)["now"]


def test_in_a_narrow_window_it_takes_the_room_under_the_verdict(page: ListenPage, qtbot: QtBot) -> None:
    page.set_queue_open(True)
    page.resize(968, 570)
    qtbot.waitUntil(page.queue.isVisible)
    assert page.queue.parentWidget() is page.side
    assert side(page) == {"verdict": True, "now": False, "tag_panel": False, "next": False}
    page.set_queue_open(False)
    assert side(page)["now"]
    assert page.queue.isHidden()
    page.set_queue_open(True)
    page.resize(1300, 750)
    qtbot.waitUntil(page.queue.isVisible)
    assert page.queue.parentWidget() is page


def test_the_queue_beside_the_welcome(page: ListenPage, qtbot: QtBot) -> None:
    page.resize(968, 570)
    page.set_queue_open(True)
    page.show_welcome(True)
    qtbot.waitUntil(page.queue.isVisible)
    assert page.welcome.isVisible()
