"""The clock says what is heard: from promises of the audio thread, through pauses, gaps and jumps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mgc_desktop.playback.clock import ClockOffset, PlaybackClock, Span

SONG = "a song"


def promise(
    clock: PlaybackClock,
    when: float,
    position: float,
    length: float = 0.1,
    *,
    generation: int = 1,
    song: object = SONG,
    now: float | None = None,
) -> None:
    """The audio thread hands over a piece, usually 0.15 s before it is heard."""
    clock.push(Span(when, position, length, song, generation), now=when - 0.15 if now is None else now)


def test_before_anything_was_loaded_nothing_is_heard() -> None:
    assert PlaybackClock().audible(5.0) == (None, 0.0)


def test_the_position_is_that_of_the_sound_that_is_due_not_of_the_sound_that_was_handed_over_last() -> None:
    clock = PlaybackClock()
    clock.hold(SONG, 0.0, generation=1)
    promise(clock, 10.0, 0.0)
    promise(clock, 10.1, 0.1)
    assert clock.audible(10.05) == (SONG, pytest.approx(0.05))

    promise(clock, 10.2, 0.2)
    promise(clock, 10.3, 0.3)
    assert clock.audible(10.21) == (SONG, pytest.approx(0.21))


def test_until_the_first_sound_is_heard_the_song_stands_at_its_beginning() -> None:
    clock = PlaybackClock()
    clock.hold(SONG, 0.0, generation=1)
    promise(clock, 10.0, 0.0)

    assert clock.audible(9.9) == (SONG, 0.0)


def test_in_a_pause_the_song_stands_still_where_its_last_sound_was_and_goes_on_from_there() -> None:
    clock = PlaybackClock()
    promise(clock, 10.0, 0.0)
    assert clock.audible(15.0) == (SONG, pytest.approx(0.1))

    promise(clock, 20.0, 0.1)
    assert clock.audible(19.99) == (SONG, pytest.approx(0.1))
    assert clock.audible(20.05) == (SONG, pytest.approx(0.15))


def test_silence_that_had_to_be_put_in_does_not_move_the_song() -> None:
    clock = PlaybackClock()
    promise(clock, 10.0, 0.0)
    promise(clock, 10.6, 0.1)  # half a second was missing

    assert clock.audible(10.55) == (SONG, pytest.approx(0.1))
    assert clock.audible(10.65) == (SONG, pytest.approx(0.15))


def test_after_a_jump_its_target_is_told_until_the_sound_from_there_is_heard() -> None:
    clock = PlaybackClock()
    promise(clock, 10.0, 0.0)
    promise(clock, 10.1, 0.1)
    clock.hold(SONG, 60.0, generation=2)

    assert clock.audible(10.12) == (SONG, 60.0)
    promise(clock, 10.2, 60.0, generation=2)
    assert clock.audible(10.18) == (SONG, 60.0)
    assert clock.audible(10.25) == (SONG, pytest.approx(60.05))


def test_sound_of_an_old_turn_that_comes_late_is_not_taken_for_the_new_one() -> None:
    clock = PlaybackClock()
    clock.hold(SONG, 60.0, generation=2)
    promise(clock, 10.0, 3.0, generation=1)

    assert clock.audible(10.05) == (SONG, 60.0)


def test_a_song_that_follows_without_a_gap_is_heard_from_its_own_beginning() -> None:
    clock = PlaybackClock()
    promise(clock, 10.0, 100.0)
    promise(clock, 10.1, 0.0, song="the next")

    assert clock.audible(10.09) == (SONG, pytest.approx(100.09))
    assert clock.audible(10.15) == ("the next", pytest.approx(0.05))


def test_it_is_silent_when_all_that_was_promised_is_over() -> None:
    clock = PlaybackClock()
    assert clock.silent(0.0)
    promise(clock, 10.0, 0.0)
    assert not clock.silent(10.05)
    assert clock.silent(10.2)


def test_what_is_over_is_forgotten() -> None:
    clock = PlaybackClock()
    for i in range(10_000):
        promise(clock, 10.0 + i * 0.01, i * 0.01, 0.01)

    assert len(clock._spans) < 50


@given(st.lists(st.floats(-0.02, 0.02), min_size=5, max_size=60))
def test_a_trembling_clock_is_smoothed_and_never_runs_back(trembling: list[float]) -> None:
    clock, heard = PlaybackClock(), []
    for i, error in enumerate(trembling):
        handed_over = 10.0 + (i - 7) * 0.02
        promise(clock, 10.0 + i * 0.02 + error, i * 0.02, 0.02, now=handed_over)
        for now in handed_over + np.linspace(0.0, 0.019, 5):
            heard.append((now, clock.audible(now)[1]))

    positions = np.array([position for _, position in heard])
    assert (np.diff(positions) >= 0).all()
    due = [(now - 10.0, position) for now, position in heard if now - 10.0 > 0.04]
    assert all(abs(position - expected) <= 0.0401 for expected, position in due)


def test_a_clock_that_wanders_away_is_followed() -> None:
    clock = PlaybackClock()
    for i in range(1000):  # a sound card that is one in a thousand too slow
        promise(clock, 10.0 + i * 0.02 * 1.001, i * 0.02, 0.02)

    assert clock.audible(10.0 + 999 * 0.02 * 1.001 + 0.01)[1] == pytest.approx(999 * 0.02 + 0.01, abs=0.001)


def test_the_offset_between_two_clocks_is_the_reading_that_waited_least() -> None:
    offset = ClockOffset()
    waits = [0.030, 0.012, 0.0002, 0.055]

    estimates = [offset.update(1000.0 + i, 7.0 + i + wait) for i, wait in enumerate(waits)]

    assert estimates == pytest.approx([-992.97, -992.988, -992.9998, -992.9998])


def test_a_clock_that_was_set_is_found_out_at_once() -> None:
    offset = ClockOffset()
    offset.update(1000.0, 7.0)

    assert offset.update(4600.0, 8.0) == pytest.approx(-4592.0)
    assert offset.update(1002.0, 9.0) == pytest.approx(-993.0)


def test_two_clocks_that_drift_apart_are_followed() -> None:
    offset = ClockOffset()
    estimates = [offset.update(i * 0.04 * 0.9999, i * 0.04) for i in range(1000)]

    assert estimates[-1] == pytest.approx(999 * 0.04 * 0.0001, abs=0.001)
