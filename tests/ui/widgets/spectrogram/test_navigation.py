"""Which stretch of the song is in sight."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mgc_desktop.ui.widgets.spectrogram.navigation import FOLLOW_AT, FOLLOW_SPAN, SHORTEST, TimeWindow


def song(duration: float = 200.0, mode: str = "follow") -> TimeWindow:
    """A window on a song."""
    time = TimeWindow()
    time.restart(duration)
    time.mode = mode  # type: ignore[assignment]
    return time


class TestFollow:
    def test_the_cursor_keeps_its_place_in_the_middle_of_the_song(self) -> None:
        time = song()
        for now in (30.0, 77.7, 180.0):
            time.move_to(now)
            start, span = time.window()
            assert span == FOLLOW_SPAN
            assert (now - start) / span == pytest.approx(FOLLOW_AT)

    def test_at_both_ends_the_cursor_moves_instead(self) -> None:
        time = song()
        time.move_to(2.0)
        assert time.window() == (0.0, FOLLOW_SPAN)
        time.move_to(199.0)
        assert time.window() == (200.0 - FOLLOW_SPAN, FOLLOW_SPAN)

    def test_a_song_shorter_than_the_window_is_shown_whole(self) -> None:
        time = song(4.0)
        time.move_to(3.0)
        assert time.window() == (0.0, 4.0)

    def test_zooming_keeps_the_cursor_in_its_place(self) -> None:
        time = song()
        time.move_to(100.0)
        time.zoom(2.0, around=93.0)
        start, span = time.window()
        assert span == pytest.approx(FOLLOW_SPAN / 2)
        assert (100.0 - start) / span == pytest.approx(FOLLOW_AT)

    def test_looking_elsewhere_ends_it(self) -> None:
        time = song()
        time.move_to(100.0)
        start, span = time.window()
        time.pan(20.0)
        assert time.mode == "overview"
        assert time.window() == pytest.approx((start + 20, span))


class TestOverview:
    def test_it_shows_the_whole_song(self) -> None:
        time = song(mode="overview")
        time.move_to(150.0)
        assert time.window() == (0.0, 200.0)

    def test_zooming_keeps_the_pointer_on_its_moment(self) -> None:
        time = song(mode="overview")
        time.zoom(4.0, around=60.0)
        start, span = time.window()
        assert span == pytest.approx(50.0)
        assert (60.0 - start) / span == pytest.approx(60.0 / 200.0)

    def test_zooming_all_the_way_out_shows_the_whole_song_again(self) -> None:
        time = song(mode="overview")
        time.zoom(4.0, around=60.0)
        time.zoom(0.1, around=70.0)
        assert time.window() == (0.0, 200.0)

    def test_a_page_turns_when_the_cursor_leaves_it(self) -> None:
        time = song(mode="overview")
        time.zoom(10.0, around=0.0)
        time.move_to(19.99)
        assert time.window() == (0.0, 20.0)
        time.move_to(20.03)
        start, span = time.window()
        assert span == 20.0
        assert start <= 20.03 < start + 0.1 * span

    def test_nothing_turns_while_one_looks_at_another_page(self) -> None:
        time = song(mode="overview")
        time.zoom(10.0, around=0.0)
        time.pan(100.0)
        before = time.window()
        time.move_to(5.0)
        assert time.window() == before

    def test_panning_ends_at_the_ends_and_does_nothing_to_the_whole(self) -> None:
        time = song(mode="overview")
        time.pan(50.0)
        assert time.window() == (0.0, 200.0)
        time.zoom(10.0, around=0.0)
        time.pan(1e6)
        assert time.window() == (180.0, 20.0)
        time.pan(-1e6)
        assert time.window() == (0.0, 20.0)


class TestHolding:
    def test_nothing_moves_until_it_is_let_go(self) -> None:
        time = song()
        time.move_to(100.0)
        before = time.window()
        time.hold()
        time.move_to(20.0)
        assert time.window() == before
        time.release()
        assert time.window()[0] == pytest.approx(20.0 - FOLLOW_AT * FOLLOW_SPAN)


@given(
    duration=st.floats(0.01, 40_000),
    mode=st.sampled_from(["follow", "overview"]),
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("zoom"), st.floats(0.01, 100), st.floats(-10, 40_000)),
            st.tuples(st.just("pan"), st.floats(-40_000, 40_000)),
            st.tuples(st.just("move_to"), st.floats(-10, 50_000)),
        ),
        max_size=12,
    ),
)
def test_whatever_one_does_only_the_song_is_in_sight(duration: float, mode: str, steps: list[tuple]) -> None:  # type: ignore[type-arg]
    time = song(duration, mode)
    for name, *arguments in steps:
        getattr(time, name)(*arguments)
        start, span = time.window()
        assert start >= 0
        assert start + span <= duration * (1 + 1e-9)
        assert span >= min(SHORTEST, duration) * (1 - 1e-9)
        assert 0 <= time.position <= duration


def test_the_coarse_picture_of_a_very_long_song_is_not_blown_up() -> None:
    time = song(36_000.0)
    time.column_seconds = 0.4
    time.zoom(1e6, around=0.0)
    assert time.window()[1] == pytest.approx(6.4)


def test_another_song_begins_at_its_beginning_in_the_same_mode() -> None:
    time = song(mode="overview")
    time.zoom(10.0, around=100.0)
    time.move_to(100.0)
    time.restart(50.0)
    assert time.mode == "overview"
    assert time.position == 0
    assert time.window() == (0.0, 50.0)
