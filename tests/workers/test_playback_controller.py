"""What is played next: with a real player, which runs silently where there is no sound device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mgc_desktop.notice import Notice
from mgc_desktop.playback.player import Player
from mgc_desktop.playback.queue import PlayQueue, QueueItem, Repeat
from mgc_desktop.workers.playback_controller import PlaybackController
from mgc_desktop.workers.player_events import PlayerEvents

Files = Callable[..., list[QueueItem]]


@pytest.fixture
def playback(qapp: QApplication) -> Iterator[PlaybackController]:
    """A controller with a player of its own, without a window, as if somebody watched."""
    events = PlayerEvents()
    controller = PlaybackController(Player(events.post), PlayQueue())
    events.received.connect(controller.on_event)
    controller.set_watched(True)
    yield controller
    controller.close()


@pytest.fixture
def songs(write_audio: Any, sounds: Any) -> Files:
    """`songs(0.3, 30)`: a song for each length in seconds."""

    def make(*seconds: float) -> list[QueueItem]:
        return [
            QueueItem(write_audio(f"song {i}.wav", sounds.tone(length, 8000, 300 + 100 * i), sr=8000))
            for i, length in enumerate(seconds)
        ]

    return make


@pytest.fixture
def broken(tmp_path: Path) -> QueueItem:
    path = tmp_path / "broken.mp3"
    path.write_bytes(b"this is no music" * 50)
    return QueueItem(path)


def current(playback: PlaybackController) -> str | None:
    """The name of the current song."""
    return playback.queue.current.path.name if playback.queue.current else None


def test_songs_that_are_opened_play_at_once(playback: PlaybackController, songs: Files, qtbot: QtBot) -> None:
    playback.play_now(songs(30, 30))
    assert playback.playing
    qtbot.waitUntil(lambda: playback.position > 0.1)
    assert current(playback) == "song 0.wav"


def test_they_go_behind_the_current_song_and_nothing_is_lost(playback: PlaybackController, songs: Files) -> None:
    first, second, third = songs(30, 30, 30)
    playback.play_now([first, third])
    playback.play_now([second])
    assert [item.path for item in playback.queue.items] == [first.path, second.path, third.path]
    assert playback.queue.index == 1


def test_at_the_end_the_next_one_plays_and_after_the_last_it_is_quiet(
    playback: PlaybackController, songs: Files, qtbot: QtBot
) -> None:
    playback.play_now(songs(0.3, 0.4))
    qtbot.waitUntil(lambda: current(playback) == "song 1.wav")
    assert playback.playing
    qtbot.waitUntil(lambda: not playback.playing)
    assert current(playback) == "song 1.wav"


def test_after_the_end_play_starts_the_song_again(playback: PlaybackController, songs: Files, qtbot: QtBot) -> None:
    playback.play_now(songs(0.3))
    qtbot.waitUntil(lambda: not playback.playing)
    playback.toggle()
    assert playback.playing
    assert playback.position < 0.3


@pytest.mark.parametrize("repeat, count", [(Repeat.ONE, 1), (Repeat.ALL, 1)])
def test_a_repeated_song_starts_again_and_is_not_analysed_again(
    playback: PlaybackController, songs: Files, qtbot: QtBot, repeat: Repeat, count: int
) -> None:
    changes: list[object] = []
    playback.song_changed.connect(changes.append)
    playback.queue.repeat = repeat
    with qtbot.waitSignal(playback.jumped, check_params_cb=lambda seconds: seconds == 0.0):
        playback.play_now(songs(0.4))
    assert playback.playing
    assert len(changes) == count


def test_pause_and_play(playback: PlaybackController, songs: Files, qtbot: QtBot) -> None:
    playback.play_now(songs(30))
    qtbot.waitUntil(lambda: playback.position > 0.05)
    playback.toggle()
    assert not playback.playing
    qtbot.waitUntil(lambda: playback.player.state == "paused")
    playback.toggle()
    assert playback.playing


def test_next_and_previous(playback: PlaybackController, songs: Files) -> None:
    playback.play_now(songs(30, 30))
    playback.next()
    assert current(playback) == "song 1.wav"
    playback.next()
    assert current(playback) == "song 1.wav"
    playback.previous()
    assert current(playback) == "song 0.wav"


def test_previous_late_in_a_song_is_its_beginning(playback: PlaybackController, songs: Files, qtbot: QtBot) -> None:
    playback.play_now(songs(30, 30))
    playback.play_at(1)
    with qtbot.waitSignal(playback.duration_known):
        pass
    playback.seek(20.0)
    playback.previous()
    assert current(playback) == "song 1.wav"
    assert playback.position < 1.0


def test_seeking_stays_inside_the_song(playback: PlaybackController, songs: Files, qtbot: QtBot) -> None:
    with qtbot.waitSignal(playback.duration_known):
        playback.play_now(songs(30))
    playback.toggle()
    playback.nudge(-50.0)
    assert playback.position == 0.0
    playback.seek(12.0)
    playback.nudge(5.0)
    assert playback.position == pytest.approx(17.0, abs=0.05)
    playback.nudge(500.0)
    assert playback.position == pytest.approx(30.0, abs=0.05)


def test_a_broken_file_is_named_and_skipped(
    playback: PlaybackController, songs: Files, broken: QueueItem, qtbot: QtBot
) -> None:
    said: list[Notice] = []
    playback.noticed.connect(said.append)
    playback.play_now([broken, *songs(30)])
    qtbot.waitUntil(lambda: current(playback) == "song 0.wav")
    assert playback.playing
    assert "broken.mp3" in said[0].message


def test_nothing_but_broken_files_does_not_go_round_for_ever(
    playback: PlaybackController, broken: QueueItem, qtbot: QtBot
) -> None:
    changes: list[object] = []
    playback.song_changed.connect(changes.append)
    playback.queue.repeat = Repeat.ALL
    playback.play_now([broken] * 3)
    qtbot.waitUntil(lambda: not playback.playing)
    assert len(changes) == 3


def test_removing_the_current_song_goes_on_with_the_next(playback: PlaybackController, songs: Files) -> None:
    playback.play_now(songs(30, 30))
    playback.remove([0])
    assert current(playback) == "song 1.wav"
    assert playback.playing


def test_removing_the_last_song_leaves_quiet(playback: PlaybackController, songs: Files) -> None:
    changes: list[object] = []
    playback.play_now(songs(30))
    playback.song_changed.connect(changes.append)
    playback.remove([0])
    assert not playback.playing
    assert changes == [None]
    playback.toggle()
    assert not playback.playing


def test_clearing_leaves_the_song_that_plays(playback: PlaybackController, songs: Files) -> None:
    playback.play_now(songs(30, 30, 30))
    playback.next()
    playback.clear()
    assert [item.path.name for item in playback.queue.items] == ["song 1.wav"]
    assert playback.playing


def test_mute_keeps_the_volume(playback: PlaybackController) -> None:
    playback.set_volume(0.6)
    playback.set_muted(True)
    assert (playback.player.volume, playback.volume, playback.muted) == (0.0, 0.6, True)
    playback.set_muted(False)
    assert playback.player.volume == 0.6
    playback.set_muted(True)
    playback.set_volume(0.7)
    assert (playback.player.volume, playback.muted) == (0.7, False)


@pytest.mark.parametrize("asked, got", [(1.3, 1.0), (-0.2, 0.0)])
def test_the_volume_has_ends(playback: PlaybackController, asked: float, got: float) -> None:
    playback.set_volume(asked)
    assert playback.volume == got


def test_positions_are_told_only_while_it_plays_and_is_watched(
    playback: PlaybackController, songs: Files, qtbot: QtBot
) -> None:
    playback.play_now(songs(30))
    with qtbot.waitSignal(playback.moved):
        pass
    playback.set_watched(False)
    with qtbot.assertNotEmitted(playback.moved, wait=150):
        pass
    with qtbot.waitSignal(playback.moved):
        playback.set_watched(True)
    playback.toggle()
    with qtbot.assertNotEmitted(playback.moved, wait=150):
        pass


def test_the_way_through_repeat(playback: PlaybackController) -> None:
    seen = []
    for _ in range(3):
        playback.cycle_repeat()
        seen.append(playback.queue.repeat)
    assert seen == [Repeat.ALL, Repeat.ONE, Repeat.OFF]
