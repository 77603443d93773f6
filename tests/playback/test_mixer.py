"""The mixer: songs one after the other, without clicks, without loss."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mgc_desktop.playback.clock import PlaybackClock
from mgc_desktop.playback.mixer import FADE, Mixer, Stream

RATE = 1000


def stream(
    values: np.ndarray, *, song: object = "song", start: float = 0.0, generation: int = 1, complete: bool = True
) -> Stream:
    """All the sound of a song; the same on both sides."""
    made = Stream(song, start, RATE, generation)
    made.ring.write(np.repeat(values.astype(np.float32)[:, np.newaxis], 2, axis=1))
    made.complete = complete
    return made


def ramp(count: int, first: int = 1) -> np.ndarray:
    """Samples that differ from each other and from silence."""
    return np.arange(first, first + count)


class Listening:
    """A mixer and what has come out of it."""

    def __init__(self) -> None:
        self.clock = PlaybackClock()
        self.mixer = Mixer(self.clock)
        self.now = 0.0

    def render(self, frames: int, rate: int = RATE) -> np.ndarray:
        out = np.full((frames, 2), np.nan, np.float32)
        self.mixer.render(out, rate=rate, when=self.now, now=self.now)
        self.now += frames / rate
        assert np.array_equal(out[:, 0], out[:, 1])
        return out[:, 0]


@pytest.fixture
def listening() -> Listening:
    return Listening()


def test_with_no_song_it_is_silent(listening: Listening) -> None:
    listening.mixer.playing = True

    assert not listening.render(500).any()


def test_a_song_is_heard_from_its_first_sample_as_it_is(listening: Listening) -> None:
    listening.mixer.cut_to(stream(ramp(1200)))
    listening.mixer.playing = True

    heard = np.concatenate([listening.render(n) for n in (100, 700, 300)])

    assert np.array_equal(heard, ramp(1100))


def test_a_song_that_stands_still_is_silent_and_stays_where_it_is(listening: Listening) -> None:
    song = stream(ramp(1200))
    listening.mixer.cut_to(song)

    assert not listening.render(500).any()
    assert song.position == 0.0


def test_a_pause_fades_out_and_in_and_loses_no_sample(listening: Listening) -> None:
    listening.mixer.cut_to(stream(np.ones(1900)))
    listening.mixer.playing = True
    listening.render(400)

    listening.mixer.playing = False
    out = listening.render(600)
    assert np.abs(np.diff(out)).max() <= 1.01 / FADE, "no step"
    assert not out[FADE:].any()

    listening.mixer.playing = True
    back = np.concatenate([listening.render(600), listening.render(900)])
    assert np.abs(np.diff(back[:1000])).max() <= 1.01 / FADE
    assert np.count_nonzero(back) == 1900 - 400 - FADE, "all that was not yet heard comes"


def test_the_clock_stands_still_in_a_pause(listening: Listening) -> None:
    listening.mixer.cut_to(stream(np.ones(1900)))
    listening.mixer.playing = True
    listening.render(400)
    listening.mixer.playing = False
    listening.render(1000)

    assert listening.clock.audible(listening.now)[1] == pytest.approx((400 + FADE) / RATE)


def test_the_volume_is_a_factor_reached_by_a_ramp(listening: Listening) -> None:
    listening.mixer.cut_to(stream(np.ones(1900)))
    listening.mixer.playing = True
    listening.render(300)
    listening.mixer.gain = 0.25

    out = listening.render(600)

    assert np.abs(np.diff(out)).max() <= 0.76 / FADE
    assert np.allclose(out[FADE:], 0.25)


def test_a_muted_song_runs_on(listening: Listening) -> None:
    song = stream(ramp(1900))
    listening.mixer.cut_to(song)
    listening.mixer.gain = 0.0
    listening.mixer.playing = True

    assert not listening.render(1000).any()
    assert song.position == 1.0


def test_a_cut_is_a_crossfade_to_the_very_place(listening: Listening) -> None:
    listening.mixer.cut_to(stream(np.ones(1900)))
    listening.mixer.playing = True
    listening.render(300)

    listening.mixer.cut_to(stream(np.ones(1900), start=60.0, generation=2))
    out = listening.render(600)

    assert np.allclose(out, 1.0, atol=0.01), "what fades out and what fades in make up for each other"
    assert listening.clock.audible(listening.now)[1] == pytest.approx(60.6)


def test_a_cut_in_a_pause_is_silent_and_loses_nothing_of_the_new_take(listening: Listening) -> None:
    listening.mixer.cut_to(stream(ramp(1900)))
    listening.mixer.playing = True
    listening.render(300)
    listening.mixer.playing = False
    listening.render(300)
    new = stream(ramp(1900), start=60.0, generation=2)
    listening.mixer.cut_to(new)

    assert not listening.render(300).any()
    assert new.position == 60.0


def test_of_several_cuts_the_last_counts(listening: Listening) -> None:
    listening.mixer.cut_to(stream(ramp(500)))
    listening.mixer.cut_to(None)
    listening.mixer.cut_to(stream(ramp(500, first=1000)))
    listening.mixer.playing = True

    assert np.array_equal(listening.render(400), ramp(400, first=1000))


def test_the_next_song_follows_on_the_very_next_sample(listening: Listening) -> None:
    first, second = stream(ramp(700)), stream(ramp(900, first=5000), song="the next")
    listening.mixer.cut_to(first)
    listening.mixer.follow_with(second)
    listening.mixer.playing = True

    heard = np.concatenate([listening.render(600), listening.render(300)])
    assert np.array_equal(heard, np.concatenate([ramp(700), ramp(200, first=5000)]))
    assert listening.clock.audible(0.69) == ("song", pytest.approx(0.69))

    assert np.array_equal(listening.render(300), ramp(300, first=5200))
    assert listening.clock.audible(listening.now) == ("the next", pytest.approx(0.5))


def test_after_a_cut_the_old_follower_does_not_follow(listening: Listening) -> None:
    listening.mixer.cut_to(stream(ramp(100)))
    listening.mixer.follow_with(stream(ramp(900, first=5000)))
    listening.mixer.cut_to(stream(ramp(100, first=300)))
    listening.mixer.playing = True

    heard = listening.render(500)

    assert np.array_equal(heard[:100], ramp(100, first=300))
    assert not heard[100:].any()


def test_where_decoding_is_late_silence_stands_in_and_is_counted_and_no_sample_is_lost(listening: Listening) -> None:
    song = stream(ramp(600), complete=False)
    listening.mixer.cut_to(song)
    listening.mixer.playing = True

    heard = listening.render(800)
    assert np.array_equal(heard[:600], ramp(600))
    assert not heard[600:].any()
    assert listening.mixer.starved == 200

    song.ring.write(np.repeat(ramp(400, first=601).astype(np.float32)[:, np.newaxis], 2, axis=1))
    assert np.array_equal(listening.render(400), ramp(400, first=601))
    assert listening.clock.audible(0.75)[1] == pytest.approx(0.6), "the silence was no part of the song"


def test_the_end_of_a_song_is_not_starving(listening: Listening) -> None:
    listening.mixer.cut_to(stream(ramp(600)))
    listening.mixer.playing = True
    listening.render(1500)

    assert listening.mixer.starved == 0


def test_a_take_of_another_rate_is_not_played_at_the_wrong_pitch(listening: Listening) -> None:
    song = stream(ramp(600))
    listening.mixer.cut_to(song)
    listening.mixer.playing = True

    assert not listening.render(400, rate=2 * RATE).any()
    assert song.position == 0.0


@given(st.lists(st.tuples(st.integers(1, 700), st.sampled_from(["", "pause", "play", "loud", "soft"])), max_size=20))
def test_whatever_is_asked_for_no_sample_is_lost_and_nothing_clicks(steps: list[tuple[int, str]]) -> None:
    listening, song = Listening(), stream(np.ones(2000), complete=False)
    listening.mixer.cut_to(song)
    outs = []
    for frames, command in steps:
        if command in ("pause", "play"):
            listening.mixer.playing = command == "play"
        elif command:
            listening.mixer.gain = {"loud": 1.0, "soft": 0.3}[command]
        before, available = song.ring.read, song.ring.readable
        out = listening.render(frames)
        outs.append(out)
        assert np.count_nonzero(out) <= song.ring.read - before
        if available < frames:
            return  # the rest is another story: starving
        ramp_length = min(FADE, min(len(o) for o in outs))
        joined = np.concatenate(outs)
        first = np.flatnonzero(joined)[:1]
        steps_heard = np.abs(np.diff(joined[first[0] :])) if len(first) else np.zeros(1)
        assert steps_heard.max(initial=0.0) <= 1.01 / ramp_length
