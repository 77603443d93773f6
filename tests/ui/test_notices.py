"""Notices lie over the window, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mgc_desktop.errors import DecodeError, PlaybackError
from mgc_desktop.notice import Notice
from mgc_desktop.ui import notices
from mgc_desktop.ui.notices import NoticeBar
from mgc_desktop.ui.theme import DARK, GAP

BROKEN = Notice("This file cannot be played", "/music/a.mp3: It is empty. Get it again.", subject="/music/a.mp3")
SILENT = Notice("No sound", "There is no output.", action="Try again")


@pytest.fixture
def page(place: Callable[..., Any]) -> QWidget:
    return place(QWidget(), 900, 500)


@pytest.fixture
def bar(page: QWidget) -> NoticeBar:
    return NoticeBar(DARK, page)


def test_nothing_is_shown_until_there_is_something_to_say(bar: NoticeBar) -> None:
    assert bar.isHidden()


def test_it_lies_at_the_head_in_the_middle(bar: NoticeBar, page: QWidget) -> None:
    bar.post(BROKEN)
    assert bar.isVisible()
    assert page.rect().contains(bar.geometry())
    assert bar.geometry().top() == GAP
    assert abs(bar.geometry().center().x() - page.rect().center().x()) <= 1
    page.resize(500, 400)
    assert page.rect().contains(bar.geometry())


def test_what_is_no_problem_goes_by_itself(page: QWidget, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.setattr(notices, "PASSING_MS", 10)
    bar = NoticeBar(DARK, page)
    bar.post(Notice("About this file", "Some of it is damaged.", problem=False))
    qtbot.waitUntil(bar.isHidden)
    bar.post(BROKEN)
    qtbot.wait(50)
    assert bar.isVisible()


def test_the_others_wait(bar: NoticeBar) -> None:
    bar.post(BROKEN)
    bar.post(SILENT)
    assert (bar.notice, bar.waiting) == (BROKEN, 1)
    bar.dismiss()
    assert (bar.notice, bar.waiting) == (SILENT, 0)
    bar.dismiss()
    assert bar.isHidden()


def test_the_same_thing_about_the_same_file_is_said_once(bar: NoticeBar) -> None:
    bar.post(BROKEN)
    bar.post(Notice(BROKEN.title, "In other words.", subject=BROKEN.subject))
    assert bar.waiting == 0
    bar.post(Notice(BROKEN.title, "Another file.", subject="/music/b.mp3"))
    assert bar.waiting == 1


def test_a_thousand_broken_files_are_not_a_thousand_notices(bar: NoticeBar) -> None:
    for number in range(1000):
        bar.post(Notice("This file cannot be played", "It is empty.", subject=f"/music/{number}.mp3"))
    assert bar.waiting <= 50


def test_the_button_acts_and_sends_it_away(bar: NoticeBar, qtbot: QtBot) -> None:
    bar.post(SILENT)
    with qtbot.waitSignal(bar.action_requested) as asked:
        qtbot.mouseClick(bar.action_button, Qt.MouseButton.LeftButton)
    assert asked.args == [SILENT]
    assert bar.isHidden()


def test_the_cross_and_escape_send_it_away(bar: NoticeBar, qtbot: QtBot) -> None:
    bar.post(BROKEN)
    qtbot.mouseClick(bar.close_button, Qt.MouseButton.LeftButton)
    assert bar.isHidden()
    bar.post(BROKEN)
    qtbot.keyClick(bar, Qt.Key.Key_Escape)
    assert bar.isHidden()


def test_errors_made_for_users_become_notices() -> None:
    error = DecodeError("It is empty.", path=Path("/music/a.mp3"))
    assert Notice.of(error) == Notice("This file cannot be played", "a.mp3: It is empty.", subject="/music/a.mp3")
    assert Notice.of(PlaybackError("There is no output.")) == Notice("No sound", "There is no output.")


def test_other_errors_send_to_the_log() -> None:
    notice = Notice.of(ValueError("x"))
    assert notice.title == "Something went wrong"
    assert notice.action == "Show log"


def test_a_question_stays_is_replaced_by_a_newer_one_and_can_be_withdrawn(bar: NoticeBar, qtbot: QtBot) -> None:
    kept: list[int] = []

    def question(number: int) -> Notice:
        return Notice(
            f"{number} songs would change", "7 from Classical to Jazz.", subject="learning", action="Keep",
            problem=False, on_action=lambda: kept.append(number), dismissal="Not now",
        )  # fmt: skip

    bar.post(question(12))
    assert bar.dismiss_button.isVisible()
    assert not bar._passing.isActive()
    bar.post(Notice("Saved", "In the folder.", problem=False))
    bar.post(question(13))
    titles = []
    while bar.notice is not None:
        titles.append(bar.notice.title)
        bar.dismiss_button.click()
    assert titles == ["Saved", "13 songs would change"]
    assert kept == []
    bar.post(question(14))
    bar.withdraw("learning")
    assert bar.notice is None
