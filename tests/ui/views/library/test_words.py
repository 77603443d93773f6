"""The view says what is true, and in which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgc_desktop.library.progress import JobProgress
from mgc_desktop.library.scanner import ScanProgress
from mgc_desktop.library.song import State
from mgc_desktop.ui.views.library.words import Counts, head_line, idle_line, job_line, remaining, scan_line


def test_the_head_counts_what_wants_attention_and_leaves_out_what_does_not() -> None:
    states = {State.NEW: 12_000, State.DIFFERS: 318, State.FAILED: 7}
    line = head_line(Counts(states, no_genre=1204, folders=3))
    assert line == "12,325 songs in 3 folders  ·  1,204 without a genre  ·  318 differ  ·  7 failed"
    assert head_line(Counts({State.NEW: 1}, folders=1)) == "1 song in 1 folder"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(20, "less than a minute left"), (1200, "20 min left"), (3 * 3600 + 300, "3 h 5 min left")],
)
def test_the_time_that_is_left(seconds: float, words: str) -> None:
    assert remaining(seconds) == words


def test_a_run_tells_song_count_speed_and_time() -> None:
    line = job_line(JobProgress(8212, 12480, 0, 214.4, 1200.0, None))
    assert line == "Getting ready to listen  ·  8,212 of 12,480  ·  214 songs a minute  ·  20 min left"


def test_a_held_run_makes_no_promises() -> None:
    assert job_line(JobProgress(5, 9, 2, 100.0, 60.0, None, paused=True)) == "Paused  ·  5 of 9  ·  2 failed"


def test_a_scan_tells_where_it_is() -> None:
    assert scan_line(ScanProgress(3200, 0, Path("/m/Jazz"))) == "Looking through Jazz  ·  3,200 songs found"


def test_what_waits_is_said_before_what_is_new() -> None:
    assert idle_line(Counts({State.WAITING: 2, State.NEW: 5})) == "2 songs wait to be listened to"
    assert idle_line(Counts({State.NEW: 1})) == "1 song was not listened to yet"
    assert idle_line(Counts({State.AGREES: 1})) == "Every song was listened to"
