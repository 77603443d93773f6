"""Where there is no sound device, songs run in real time all the same."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from mgc_desktop.playback.clock import PlaybackClock
from mgc_desktop.playback.mixer import Mixer, Stream
from mgc_desktop.playback.output import SilentOutput

RATE = 8000


@pytest.fixture
def stream() -> Stream:
    stream = Stream("song", 0.0, RATE, generation=1)
    stream.ring.write(np.ones((2 * RATE, 2), np.float32))
    stream.complete = True
    return stream


@pytest.fixture
def mixer(stream: Stream) -> Mixer:
    mixer = Mixer(PlaybackClock())
    mixer.cut_to(stream)
    mixer.playing = True
    return mixer


@pytest.fixture
def output(mixer: Mixer) -> Iterator[SilentOutput]:
    output = SilentOutput(mixer, RATE)
    yield output
    output.close()


def test_a_song_is_never_ahead_of_real_time_and_gets_to_its_end(
    mixer: Mixer, stream: Stream, until: Callable[..., None]
) -> None:
    started = time.perf_counter()
    output = SilentOutput(mixer, RATE)
    seen = []

    def over() -> bool:
        position = mixer._clock.audible(time.perf_counter())[1]  # the clock is read after the song
        seen.append((time.perf_counter() - started, position))
        return position >= 2.0

    until(over)
    output.close()
    assert all(position <= elapsed for elapsed, position in seen)
    assert len({position for _, position in seen}) > 20, "it runs, and does not jump"


def test_it_can_be_closed_twice_and_plays_no_more(
    output: SilentOutput, stream: Stream, until: Callable[..., None]
) -> None:
    until(lambda: stream.ring.read > 0)
    assert output.alive()

    output.close()
    output.close()

    assert not output.alive()
    read = stream.ring.read
    time.sleep(0.1)
    assert stream.ring.read == read
