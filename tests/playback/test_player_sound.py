"""What really comes out of the loudspeaker: the player, PortAudio, PulseAudio, and a recording of the sink."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sound_card import RATE, Recording, SoundCard, stretches

from mgc_desktop.playback import engine
from mgc_desktop.playback.events import EventKind
from mgc_desktop.playback.mixer import FADE
from mgc_desktop.playback.output import LATENCY
from mgc_desktop.playback.player import Player

# In real time, on machines that others share: what fails three times running is no accident.
pytestmark = [pytest.mark.sound, pytest.mark.flaky(reruns=2)]

ToldSong = Callable[..., Path]
Until = Callable[..., None]

_ATTEMPTS = 4


def undisturbed(sound_card: SoundCard, seconds: float, listen: Callable[[], Recording]) -> Recording:
    """A recording made while this machine gave a sound program what it needs, as a control played beside it shows.

    Where it never does the test can say nothing. `seconds`: how long `listen` takes at most.
    """
    for _ in range(_ATTEMPTS):
        with sound_card.disturbance(seconds) as disturbance:
            recording = listen()
        if not disturbance.faults or len(stretches(recording.places)) <= 1:
            return recording
    pytest.skip("this machine is too busy: PulseAudio's own player stutters as well")


def assert_whole(recording: Recording, samples: int) -> None:
    """All of a told song was heard, once and in order.

    PulseAudio cuts some milliseconds off the first sound of a new stream, whoever plays it.
    """
    heard = [(place, place + count) for _, place, count in stretches(recording.places)]
    assert [end for _, end in heard] == [samples], f"gaps: {heard}"
    assert heard[0][0] < RATE // 100


def play_to_the_end(player: Player, listener: Any, sound_card: SoundCard, song: Path) -> Recording:
    before = listener.kinds().count(EventKind.ENDED)
    with sound_card.recording() as recorder:
        player.load(song)
        player.play()
        listener.wait(EventKind.ENDED, before + 1)
        recorder.wait_for(RATE // 2)
    return recorder.result


def test_every_sample_comes_out_once_and_in_order(
    sound_card: SoundCard, player: Player, listener: Any, told_song: ToldSong
) -> None:
    song = told_song(4.0)

    recording = undisturbed(sound_card, 20.0, lambda: play_to_the_end(player, listener, sound_card, song))

    assert_whole(recording, 4 * RATE)
    assert not player.silent
    assert listener.kinds()[-1] is EventKind.ENDED


def test_two_songs_follow_each_other_on_the_very_sample(
    sound_card: SoundCard, player: Player, listener: Any, told_song: ToldSong
) -> None:
    first, second = told_song(2.0, "first.wav"), told_song(2.0, "second.wav", first=2 * RATE)

    def listen() -> Recording:
        advances, ends = (listener.kinds().count(kind) for kind in (EventKind.ADVANCED, EventKind.ENDED))
        with sound_card.recording() as recorder:
            player.load(first)
            player.preload(second)
            player.play()
            listener.wait(EventKind.ADVANCED, advances + 1)
            listener.wait(EventKind.ENDED, ends + 1)
            recorder.wait_for(RATE // 2)
        return recorder.result

    recording = undisturbed(sound_card, 20.0, listen)

    assert_whole(recording, 4 * RATE)


@pytest.mark.parametrize(("name", "sr"), [("song.mp3", 44100), ("song.flac", 48000), ("song.ogg", 32000)])
def test_music_of_any_format_and_rate_is_recognized_in_the_recording(
    sound_card: SoundCard,
    player: Player,
    listener: Any,
    write_audio: Callable[..., Path],
    sounds: Any,
    name: str,
    sr: int,
) -> None:
    song = write_audio(name, sounds.chirp(3.0, sr, channels=2), sr)
    original = sounds.chirp(3.0, RATE)[0]

    recording = undisturbed(sound_card, 20.0, lambda: play_to_the_end(player, listener, sound_card, song))

    heard = recording.y[:, 0]
    size = 1 << (len(heard) + len(original)).bit_length()
    similarity = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(original, size)))
    start = int(similarity.argmax())
    part = heard[start : start + len(original)]
    assert np.corrcoef(part, original[: len(part)])[0, 1] > 0.98


def test_the_position_is_that_of_the_sound_that_leaves_the_sink(
    sound_card: SoundCard, player: Player, listener: Any, told_song: ToldSong
) -> None:
    song = told_song(20.0)
    readings: list[tuple[float, float]] = []

    def read(count: int) -> None:
        for _ in range(count):
            before = time.perf_counter()
            position = player.position
            if time.perf_counter() - before < 0.001:  # else it is not known when it was read
                readings.append((before, position))
            time.sleep(0.01)

    with sound_card.recording() as recorder:
        player.load(song)
        player.play()
        read(150)
        player.pause()
        read(50)
        player.play()
        read(100)
        player.seek(12.0)
        read(100)
        player.volume = 0.999999
        recorder.wait_for(RATE // 4)
    recording = recorder.result

    places = recording.places
    errors = []
    for when, position in readings:
        index = recording.index(when)
        if 0 <= index < len(places) and places[index] >= 0:
            errors.append(position - places[index] / RATE)
    assert len(errors) > 100
    assert abs(np.median(errors)) < 0.015
    assert np.mean(np.abs(errors) < 0.025) > 0.9, np.percentile(errors, [0, 5, 50, 95, 100])


def test_a_jump_lands_on_the_very_sample(
    sound_card: SoundCard, player: Player, told_song: ToldSong, until: Until
) -> None:
    with sound_card.recording() as recorder:
        player.load(told_song(20.0))
        player.play()
        until(lambda: player.position > 0.5)
        player.seek(12.5)
        until(lambda: player.position > 13.0)
    places = recorder.result.places

    later = places[places >= 10 * RATE]
    assert 12.5 * RATE <= later.min() <= 12.5 * RATE + FADE
    assert places[(places >= 0) & (places < 10 * RATE)].max() < 2 * RATE, "and nothing in between is heard"


def test_a_pause_is_silent_and_the_song_goes_on_without_loss(
    sound_card: SoundCard, player: Player, told_song: ToldSong, until: Until
) -> None:
    with sound_card.recording() as recorder:
        player.load(told_song(20.0))
        player.play()
        until(lambda: player.position > 0.5)
        player.pause()
        recorder.wait_for(RATE)
        player.play()
        position = player.position
        until(lambda: player.position > position + 0.5)
    recording = recorder.result

    loud = np.flatnonzero(np.abs(recording.y).max(axis=1) > 1e-4)
    silences = np.diff(loud)
    pause = int(silences.argmax())
    assert silences[pause] > RATE // 2
    places = recording.places
    before, after = places[: loud[pause]], places[loud[pause] + 1 :]
    last, first = before[before >= 0][-1], after[after >= 0][0]
    assert 0 < first - last <= 2 * FADE + 1, "the samples in between were faded out and in"


def test_the_volume_scales_what_is_heard(
    sound_card: SoundCard, player: Player, write_audio: Callable[..., Path], sounds: Any, until: Until
) -> None:
    tone = write_audio("tone.wav", sounds.tone(20.0, channels=2))
    loudness = []
    for volume in (1.0, 0.5, 0.0):
        player.volume = volume
        with sound_card.recording() as recorder:
            player.load(tone)
            player.play()
            until(lambda: player.position > 0.5)
            recorder.wait_for(RATE // 2)  # what was on its way at the volume before has come out
            begin = len(recorder.heard())
            recorder.wait_for(RATE // 2)
        heard = np.abs(recorder.heard()[begin:])
        loudness.append(float(np.percentile(heard[heard > 0], 99)) if heard.any() else 0.0)

    assert loudness == pytest.approx([0.5, 0.5 * 0.5**3, 0.0], rel=0.02)


@contextmanager
def full_load() -> Iterator[None]:
    """Two processes and two threads of this process that have no end of work."""
    stopping = threading.Event()

    def toil() -> None:
        while not stopping.is_set():
            sum(range(1000))

    threads = [threading.Thread(target=toil) for _ in range(2)]
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
        for process in processes:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_there_is_no_gap_while_all_cores_and_this_process_are_busy(
    sound_card: SoundCard, player: Player, listener: Any, told_song: ToldSong
) -> None:
    song = told_song(10.0)

    def listen() -> Recording:
        with full_load():
            return play_to_the_end(player, listener, sound_card, song)

    recording = undisturbed(sound_card, 40.0, listen)

    assert_whole(recording, 10 * RATE)


def test_a_sound_card_that_vanishes_is_told_and_the_song_runs_on_silently(
    frail_sound_card: SoundCard, player: Player, listener: Any, told_song: ToldSong, until: Until
) -> None:
    player.load(told_song(6.0))
    player.play()
    until(lambda: player.position > 0.5)
    assert not player.silent

    frail_sound_card.kill()
    event = listener.wait(EventKind.SILENT)

    assert "was disconnected" in event.error.message
    assert (player.silent, player.state) == (True, "playing")
    position = player.position
    until(lambda: player.position > position + 1.0)
    listener.wait(EventKind.ENDED)
    assert player.position == 6.0


def test_a_sound_card_that_is_back_is_used_when_play_is_pressed(
    frail_sound_card: SoundCard, player: Player, listener: Any, told_song: ToldSong, until: Until
) -> None:
    player.load(told_song(60.0))
    player.play()
    until(lambda: player.position > 0.3)
    frail_sound_card.kill()
    listener.wait(EventKind.SILENT)

    frail_sound_card.start()
    with frail_sound_card.recording() as recorder:
        player.pause()
        player.play()
        listener.wait(EventKind.DEVICE)
        recorder.wait_for(RATE)

    assert not player.silent
    assert (recorder.result.places >= 0).any()


def test_on_a_machine_that_stutters_the_buffer_becomes_deeper(
    frail_sound_card: SoundCard, player: Player, told_song: ToldSong, until: Until
) -> None:
    player.load(told_song(60.0))
    player.play()

    def stutter() -> bool:
        position = player.position
        until(lambda: player.position > position + 0.3)
        frail_sound_card.hang()
        time.sleep(0.5)
        frail_sound_card.go_on()
        return player._engine._latency > LATENCY

    until(stutter)
    with frail_sound_card.recording() as recorder:
        recorder.wait_for(RATE)
    assert (recorder.result.places >= 0).any()
    assert not player.silent


def test_in_a_long_pause_the_sound_card_is_handed_back(
    sound_card: SoundCard, player: Player, told_song: ToldSong, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_IDLE", 0.2)
    player.load(told_song(60.0))
    assert sound_card.streams() == 0, "a song that only stands ready needs none"
    player.play()
    until(lambda: player.position > 0.3)
    assert sound_card.streams() == 1

    player.pause()
    until(lambda: sound_card.streams() == 0)
    position = player.position
    with sound_card.recording() as recorder:
        player.play()
        until(lambda: player.position > position + 0.5)
    places = recorder.result.places

    assert position * RATE <= places[places >= 0][0] <= position * RATE + RATE // 50


def test_another_device_can_be_chosen_while_a_song_plays(
    sound_card: SoundCard, player: Player, listener: Any, told_song: ToldSong, until: Until
) -> None:
    player.load(told_song(60.0))
    player.play()
    until(lambda: player.position > 0.3)

    player.set_device("ALSA/USB DAC")
    event = listener.wait(EventKind.SILENT)
    assert "“USB DAC” is not connected" in event.error.message
    position = player.position
    until(lambda: player.position > position + 0.3)

    player.set_device(None)
    listener.wait(EventKind.DEVICE)
    assert not player.silent
    assert [device.name for device in player.devices()] == ["System default"]


HANGING = """
import sys, time
from mgc_desktop.playback import output, timeout
from mgc_desktop.playback.player import Player
output._LONGEST_SILENCE, timeout.TIMEOUT = 0.7, 1.0
events = []
player = Player(lambda event: events.append(event.kind.value))
player.load(sys.argv[1])
player.play()
while player.position < 0.5:
    time.sleep(0.01)
print("playing", flush=True)
sys.stdin.readline()
while "silent" not in events:
    time.sleep(0.01)
position = player.position
while player.position < position + 0.5:
    time.sleep(0.01)
player.close()
print("closed", flush=True)
"""


def test_a_sound_service_that_hangs_takes_nothing_with_it(frail_sound_card: SoundCard, told_song: ToldSong) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", HANGING, str(told_song(60.0))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdin is not None
    assert program.stdout is not None
    assert program.stdout.readline() == "playing\n"
    frail_sound_card.hang()

    output, _ = program.communicate("go on\n", timeout=60)

    assert output == "closed\n"
    assert program.returncode == 0
