"""The player on a machine without sound: all but the sound is there, in real time."""

from __future__ import annotations

import sys
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mgc_desktop.errors import DecodeError, PlaybackError
from mgc_desktop.playback.events import EventKind
from mgc_desktop.playback.player import Player

pytestmark = pytest.mark.usefixtures("no_sound_card")

ToldSong = Callable[..., Path]
Until = Callable[..., None]


def open_files() -> set[str]:
    folder = Path("/proc/self/fd")
    return {str(link.readlink()) for link in folder.iterdir() if link.is_symlink()}


def test_a_new_player_is_empty(player: Player) -> None:
    assert (player.state, player.position, player.duration, player.path) == ("empty", 0.0, None, None)

    player.play()
    player.seek(3.0)
    player.pause()

    assert player.state == "empty"


def test_a_song_stands_ready_runs_and_ends(player: Player, listener: Any, told_song: ToldSong, until: Until) -> None:
    song = told_song(1.5)
    player.load(song)
    assert player.state == "paused", "at once"
    listener.wait(EventKind.LOADED)
    assert (player.path, player.position, player.duration) == (song, 0.0, 1.5)

    player.play()
    assert player.state == "playing"
    until(lambda: player.position > 0.7)

    listener.wait(EventKind.ENDED)
    assert (player.state, player.position) == ("ended", 1.5)


def test_it_is_told_once_that_there_is_no_sound_and_why(player: Player, listener: Any, told_song: ToldSong) -> None:
    player.load(told_song(1.0))
    player.play()
    event = listener.wait(EventKind.SILENT)
    assert isinstance(event.error, PlaybackError)
    assert any(reason in event.error.message for reason in ("No sound output was found", "PortAudio"))
    assert player.silent

    player.pause()
    player.play()
    listener.wait(EventKind.ENDED)
    assert listener.kinds().count(EventKind.SILENT) == 1


def test_the_chosen_device_is_remembered_even_if_it_is_not_there(player: Player) -> None:
    player.set_device("ALSA/USB DAC")

    assert player.device == "ALSA/USB DAC"


def test_time_passes_as_it_does_outside(player: Player, told_song: ToldSong, until: Until) -> None:
    player.load(told_song(9.0))
    started = time.perf_counter()
    player.play()

    def ran_on() -> bool:
        position = player.position
        assert position <= time.perf_counter() - started
        return position > 2.0

    until(ran_on)


def test_a_pause_stands_still_and_goes_on_from_there(player: Player, told_song: ToldSong, until: Until) -> None:
    player.load(told_song(9.0))
    player.play()
    until(lambda: player.position > 0.3)

    player.pause()
    assert player.state == "paused"
    time.sleep(0.3)
    standing = player.position
    time.sleep(0.3)
    assert player.position == standing

    player.play()
    until(lambda: player.position > standing)


def test_a_jump_is_told_at_once_and_the_last_of_many_counts(player: Player, told_song: ToldSong, until: Until) -> None:
    player.load(told_song(9.0))
    player.play()
    for place in (1.0, 8.0, 2.0, 7.0, 5.0):
        player.seek(place)
        assert player.position == place

    until(lambda: 5.0 < player.position < 6.0)


def test_jumps_end_at_the_ends(player: Player, listener: Any, told_song: ToldSong) -> None:
    player.load(told_song(2.0))
    listener.wait(EventKind.LOADED)

    player.seek(-5.0)
    assert player.position == 0.0
    player.seek(99.0)
    assert player.position == 2.0

    player.play()
    listener.wait(EventKind.ENDED)


def test_between_jumps_the_position_never_goes_back(player: Player, told_song: ToldSong) -> None:
    player.load(told_song(9.0))
    player.play()
    seen = []
    for place in (3.0, 1.0, 6.0):
        player.seek(place)
        here = [player.position for _ in range(300) if not time.sleep(0.001)]
        assert here == sorted(here)
        assert here[0] == place
        seen += here
    assert max(seen) > 6.0


def test_an_ended_song_plays_again_from_its_beginning(player: Player, listener: Any, told_song: ToldSong) -> None:
    player.load(told_song(0.5))
    player.play()
    listener.wait(EventKind.ENDED)

    player.play()
    assert player.state == "playing"
    assert player.position < 0.5
    listener.wait(EventKind.ENDED, count=2)


def test_stop_goes_back_to_the_beginning(player: Player, told_song: ToldSong, until: Until) -> None:
    player.load(told_song(9.0))
    player.play()
    until(lambda: player.position > 0.2)

    player.stop()

    assert (player.state, player.position) == ("paused", 0.0)


def test_a_song_that_is_loaded_takes_the_place_of_the_other(player: Player, listener: Any, told_song: ToldSong) -> None:
    first, second = told_song(9.0, "first.wav"), told_song(0.5, "second.wav")
    player.load(first)
    player.play()
    player.load(second)
    assert (player.path, player.position, player.state) == (second, 0.0, "paused")

    player.play()

    assert listener.wait(EventKind.ENDED).path == second


def test_the_next_song_follows_by_itself(player: Player, listener: Any, told_song: ToldSong) -> None:
    first, second = told_song(0.6, "first.wav"), told_song(1.0, "second.wav")
    player.load(first)
    player.preload(second)
    player.play()

    assert listener.wait(EventKind.ADVANCED).path == second
    assert (player.path, player.state) == (second, "playing")
    assert player.position < 1.0
    assert listener.wait(EventKind.ENDED).path == second
    assert listener.kinds().count(EventKind.ENDED) == 1


def test_a_jump_back_at_the_last_moment_begins_the_next_song_anew(
    player: Player, listener: Any, told_song: ToldSong, until: Until
) -> None:
    first, second = told_song(0.6, "first.wav"), told_song(0.8, "second.wav")
    player.load(first)
    player.preload(second)
    player.play()
    until(lambda: player.position > 0.57)
    player.seek(0.0 if player.path == first else 0.1)

    assert listener.wait(EventKind.ENDED).path == second
    assert player.position == 0.8


def test_a_preloaded_song_can_be_taken_back(player: Player, listener: Any, told_song: ToldSong) -> None:
    player.load(told_song(0.8, "first.wav"))
    player.preload(told_song(1.0, "second.wav"))
    player.preload(None)
    player.play()

    assert listener.wait(EventKind.ENDED).path.name == "first.wav"
    assert EventKind.ADVANCED not in listener.kinds()


def test_a_preloaded_song_that_cannot_be_played_does_not_follow(
    player: Player, listener: Any, told_song: ToldSong, tmp_path: Path
) -> None:
    player.load(told_song(0.5))
    player.preload(tmp_path / "nothing.mp3")
    player.play()

    assert listener.wait(EventKind.ENDED).path.name == "song.wav"


@pytest.mark.parametrize("bad", ["missing", "text", "folder", "empty"])
def test_what_cannot_be_played_is_named_and_leaves_the_player_usable(
    player: Player, listener: Any, told_song: ToldSong, tmp_path: Path, bad: str
) -> None:
    path = tmp_path / "bad.mp3"
    if bad == "folder":
        path.mkdir()
    elif bad != "missing":
        path.write_text("no music" if bad == "text" else "")
    player.load(path)
    player.play()

    event = listener.wait(EventKind.ERROR)
    assert isinstance(event.error, DecodeError)
    assert (event.path, event.error.path) == (path, path)
    assert player.state == "empty"

    player.load(told_song(0.3))
    player.play()
    listener.wait(EventKind.ENDED)


def test_a_file_that_is_deleted_while_it_plays_ends_the_song_when_it_is_needed_again(
    player: Player, listener: Any, told_song: ToldSong, until: Until
) -> None:
    song = told_song(9.0)
    player.load(song)
    player.play()
    until(lambda: player.position > 0.2)

    with player.released():
        song.unlink()
    player.seek(7.0)

    event = listener.wait(EventKind.ERROR)
    assert isinstance(event.error, DecodeError)
    listener.wait(EventKind.ENDED)
    assert player.state == "ended"


def test_a_file_that_is_cut_off_ends_early(player: Player, listener: Any, told_song: ToldSong) -> None:
    song = told_song(4.0)
    with song.open("r+b") as file:
        file.truncate(song.stat().st_size // 4)
    player.load(song)
    player.play()

    listener.wait(EventKind.ENDED)
    assert player.position == pytest.approx(1.0, abs=0.05)
    assert player.duration == pytest.approx(player.position)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_a_released_file_is_closed_and_the_song_runs_on(
    player: Player, listener: Any, told_song: ToldSong, until: Until
) -> None:
    first, second = told_song(9.0, "first.wav"), told_song(9.0, "second.wav")
    player.load(first)
    player.preload(second)
    player.play()
    until(lambda: {str(first), str(second)} <= open_files())

    with player.released():
        assert not {str(first), str(second)} & open_files()
        released_at = player.position
        until(lambda: player.position > released_at + 0.2)
    until(lambda: player.position > released_at + 3.0)


def test_a_song_of_ten_hours_opens_and_jumps_in_little_memory(
    player: Player, listener: Any, tmp_path: Path, until: Until
) -> None:
    psutil = pytest.importorskip("psutil")
    path = tmp_path / "long.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.setnframes(36000 * 16000)
        file.writeframes(b"\0\0\0\0")
    header = path.read_bytes()[:44]
    size = 36000 * 16000 * 4
    with path.open("wb") as file:
        file.write(header[:4] + (size + 36).to_bytes(4, "little") + header[8:40] + size.to_bytes(4, "little"))
        file.truncate(44 + size)  # a sparse file
    before = psutil.Process().memory_info().rss

    player.load(path)
    player.play()
    until(lambda: player.position > 2.5)
    for place in (18_000.0, 3.0, 35_998.5):
        player.seek(place)
        until(lambda place=place: place < player.position)
    listener.wait(EventKind.ENDED)

    assert player.duration == 36_000.0
    assert psutil.Process().memory_info().rss - before < 60e6


def test_a_listener_that_fails_does_not_stop_the_music(
    no_sound_card: None, listener: Any, told_song: ToldSong, caplog: pytest.LogCaptureFixture
) -> None:
    def clumsy(event: object) -> None:
        listener(event)
        raise RuntimeError("a mistake in the window")

    player = Player(clumsy)
    player.load(told_song(0.3))
    player.play()
    listener.wait(EventKind.ENDED)
    player.close()

    assert "a mistake in the window" in caplog.text


def test_the_player_can_be_closed_at_any_moment_and_more_than_once(told_song: ToldSong, until: Until) -> None:
    for moment in ("new", "loading", "playing", "paused"):
        player = Player()
        if moment != "new":
            player.load(told_song(9.0))
        if moment in ("playing", "paused"):
            player.play()
            until(lambda player=player: player.position > 0.1)
        if moment == "paused":
            player.pause()
        player.close()
        player.close()


def test_it_can_be_closed_from_its_own_event(no_sound_card: None, listener: Any, told_song: ToldSong) -> None:
    def tired(event: Any) -> None:
        if event.kind is EventKind.ENDED:
            player.close()
        listener(event)

    player = Player(tired)
    player.load(told_song(0.3))
    player.play()

    listener.wait(EventKind.ENDED)
