"""A fast analysis and a window that looks now and then."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.cancellation import Cancelled, CancelToken
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.prediction import Timeline, TrackPrediction
from mgc_desktop.pipeline import MelBlock
from mgc_desktop.workers import progress_buffer
from mgc_desktop.workers.progress_buffer import ProgressBuffer


def block(start: int) -> MelBlock:
    return MelBlock(start, np.zeros((128, 4), np.float32))


def partial(analysed_seconds: float) -> TrackPrediction:
    nothing = Timeline(GENRES, np.zeros((0, 2), np.float32), np.zeros((0, 10), np.float32))
    values = np.full(10, 0.1, np.float32)
    return TrackPrediction(
        Path("a.mp3"), 100.0, "m", "1", GENRES, values, None, 0.1, nothing, analysed_seconds=analysed_seconds
    )


def test_all_blocks_in_their_order_but_only_the_newest_prediction() -> None:
    box = ProgressBuffer(CancelToken())
    for start in range(5):
        box.picture(block(start))
        box.prediction(partial(float(start)))
    update = box.take()
    assert update is not None
    assert [b.start_frame for b in update.blocks] == [0, 1, 2, 3, 4]
    assert update.prediction is not None
    assert update.prediction.analysed_seconds == 4.0


def test_nothing_new_is_none() -> None:
    box = ProgressBuffer(CancelToken())
    assert box.take() is None
    box.picture(block(0))
    assert box.take() is not None
    assert box.take() is None


def test_a_full_box_makes_the_analysis_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_buffer, "_FULL", 12)  # columns, of which a block has four
    box = ProgressBuffer(CancelToken())
    thread = threading.Thread(target=lambda: [box.picture(block(start)) for start in range(10)], daemon=True)
    thread.start()
    seen: list[int] = []
    while len(seen) < 10:
        update = box.take()
        if update is not None:
            assert len(update.blocks) <= 3
            seen += [b.start_frame for b in update.blocks]
    thread.join(5)
    assert seen == list(range(10))


def test_a_cancelled_analysis_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_buffer, "_FULL", 1)
    token = CancelToken()
    box = ProgressBuffer(token)
    box.picture(block(0))
    token.cancel()
    with pytest.raises(Cancelled):
        box.picture(block(1))


def test_few_large_blocks_fill_the_box_too() -> None:
    """The window draws all that it takes at once: what it takes is bounded in columns."""
    token = CancelToken()
    box = ProgressBuffer(token)
    box.picture(MelBlock(0, np.zeros((128, 5000), np.float32)))
    token.cancel()
    with pytest.raises(Cancelled):
        box.picture(block(5000))
