"""A sound service that does not answer must not take the program with it."""

from __future__ import annotations

import threading

import pytest

from mgc_desktop.errors import PlaybackError
from mgc_desktop.playback import timeout
from mgc_desktop.playback.timeout import within_timeout


def test_what_is_done_in_time_is_returned_or_raised() -> None:
    assert within_timeout(lambda: 42) == 42
    assert within_timeout(lambda: None) is None
    with pytest.raises(ZeroDivisionError):
        within_timeout(lambda: 1 // 0)


def test_what_hangs_is_left_behind_and_the_user_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeout, "TIMEOUT", 0.05)
    answer = threading.Event()

    with pytest.raises(PlaybackError, match="does not answer"):
        within_timeout(answer.wait)

    answer.set()
