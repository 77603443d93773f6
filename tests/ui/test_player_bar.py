"""The bar shows and asks; it decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from mgc_desktop.ui.player_bar import HEIGHT, PlayerBar
from mgc_desktop.ui.theme import DARK

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def bar(place: Callable[..., Any]) -> PlayerBar:
    bar = PlayerBar(DARK)
    place(bar, 1200, HEIGHT)
    bar.set_song(147.0)
    return bar


@pytest.mark.parametrize(
    "button, signal",
    [
        ("play", "play_toggled"),
        ("previous", "previous_requested"),
        ("next", "next_requested"),
        ("repeat", "repeat_requested"),
        ("mute", "mute_toggled"),
        ("queue", "queue_toggled"),
    ],
)
def test_buttons_ask(bar: PlayerBar, qtbot: QtBot, button: str, signal: str) -> None:
    with qtbot.waitSignal(getattr(bar, signal)):
        qtbot.mouseClick(getattr(bar, button), LEFT)


def test_times(bar: PlayerBar) -> None:
    bar.set_position(63.2)
    assert (bar.time.text(), bar.total.text()) == ("1:03", "2:27")
    assert bar.seek.value() == 63_200
    assert bar.seek.accessibleDescription() == "1:03 of 2:27"


def test_seeking(bar: PlayerBar, qtbot: QtBot) -> None:
    middle = QPoint(bar.seek.width() // 2, 13)
    with qtbot.waitSignal(bar.seek_requested) as asked:
        qtbot.mouseClick(bar.seek, LEFT, pos=middle)
    assert asked.args is not None
    assert asked.args[0] == pytest.approx(73.5, abs=0.3)


def test_the_playing_song_does_not_tear_the_slider_from_the_hand(bar: PlayerBar, qtbot: QtBot) -> None:
    qtbot.mousePress(bar.seek, LEFT, pos=QPoint(bar.seek.width() // 2, 13))
    held = bar.seek.value()
    bar.set_position(5.0)
    assert bar.seek.value() == held
    assert bar.time.text() == "1:13"
    qtbot.mouseRelease(bar.seek, LEFT, pos=QPoint(bar.seek.width() // 2, 13))


def test_ten_hours(bar: PlayerBar) -> None:
    bar.set_song(36_000.0)
    bar.set_position(35_999.0)
    assert (bar.time.text(), bar.total.text()) == ("9:59:59", "10:00:00")
    assert bar.seek.value() == 35_999_000


def test_without_a_song_there_is_nothing_to_press(bar: PlayerBar) -> None:
    bar.set_song(None)
    assert not any(w.isEnabled() for w in (bar.play, bar.previous, bar.next, bar.seek))
    assert (bar.time.text(), bar.total.text()) == ("", "")
    assert bar.volume.isEnabled()


def test_play_says_what_it_would_do(bar: PlayerBar) -> None:
    assert bar.play.accessibleName() == "Play"
    bar.set_playing(True)
    assert bar.play.accessibleName() == "Pause"
    assert bar.play.toolTip() == "Pause  (Space)"


@pytest.mark.parametrize(
    "mode, checked, words",
    [("off", False, "Repeat: off"), ("all", True, "Repeat: all songs"), ("one", True, "Repeat: this song")],
)
def test_repeat(bar: PlayerBar, mode: str, checked: bool, words: str) -> None:
    bar.set_repeat(mode)
    assert (bar.repeat.isChecked(), bar.repeat.accessibleName()) == (checked, words)


def test_volume(bar: PlayerBar, qtbot: QtBot) -> None:
    bar.set_volume(0.7, muted=False)
    assert bar.volume.value() == 70
    with qtbot.waitSignal(bar.volume_requested) as asked:
        qtbot.keyClick(bar.volume, Qt.Key.Key_PageUp)
    assert asked.args == [pytest.approx(0.8)]


def test_muted(bar: PlayerBar) -> None:
    bar.set_volume(0.7, muted=True)
    assert bar.volume.value() == 70
    assert bar.mute.accessibleName() == "Unmute"


def test_outputs_to_choose_from(bar: PlayerBar, qtbot: QtBot) -> None:
    bar.devices.show_devices([("alsa/a", "Speakers"), ("alsa/b", "Headphones")], "alsa/b")
    actions = bar.devices.actions()
    assert [(a.text(), a.isChecked()) for a in actions] == [
        ("As the system", False),
        ("Speakers", False),
        ("Headphones", True),
    ]
    with qtbot.waitSignal(bar.devices.device_requested) as asked:
        actions[1].trigger()
    assert asked.args == ["alsa/a"]


def test_no_output_at_all(bar: PlayerBar) -> None:
    bar.devices.show_devices([], "")
    assert [a.text() for a in bar.devices.actions()] == ["As the system", "No sound output found"]


@pytest.mark.parametrize("duration", [2_147_484.0, 56_097_532.0, 1e12])
def test_a_length_beyond_the_integers_of_qt_is_shown_all_the_same(bar: PlayerBar, duration: float) -> None:
    bar.set_song(duration)
    bar.set_position(duration)
    assert bar.seek.value() == bar.seek.maximum() > 0
    assert bar.total.text()
