"""Sessions of live input in the background: they begin, tell, end, fail, and are closed in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from mgc_desktop.capture.source import Source
from mgc_desktop.capture.stream import CaptureStream
from mgc_desktop.errors import CaptureError, ModelError
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.registry import load
from mgc_desktop.paths import models_dir
from mgc_desktop.workers.live_service import LiveService, LiveUpdate

SR = 16000
MADE = Source("made/source", "Made source", "input")
OTHER = Source("made/other", "Other source", "computer")


class Made(CaptureStream):
    """Noise that comes a tenth of a second with each look; it goes away when the test says so."""

    def __init__(self, source: Source) -> None:
        super().__init__(source, SR, 2)
        self.closed = False
        self.gone = False
        self._noise = np.random.default_rng(0)

    def read(self, timeout: float) -> FloatArray | None:
        if self.gone:
            raise CaptureError(f"“{self.source.name}” is gone.")
        return (0.1 * self._noise.standard_normal((2, SR // 10))).astype(np.float32)

    def close(self) -> None:
        self.closed = True


@pytest.fixture(scope="module")
def musicnn() -> Classifier:
    return load("musicnn", models_dir())


class Room:
    """A service whose sources are made, and all that it tells."""

    def __init__(self, model: Classifier) -> None:
        self.streams: list[Made] = []
        self.service = LiveService(lambda: model, open_=self._open)
        self.updates: list[LiveUpdate] = []
        self.service.progressed.connect(self.updates.append)

    def _open(self, source: Source) -> Made:
        self.streams.append(Made(source))
        return self.streams[-1]


@pytest.fixture
def room(musicnn: Classifier, qtbot: QtBot) -> Iterator[Room]:
    room = Room(musicnn)
    yield room
    assert room.service.close()
    assert all(stream.closed for stream in room.streams)


def test_a_session_is_told_and_ends(room: Room, qtbot: QtBot) -> None:
    room.service.start(lambda: MADE)
    assert room.service.running
    qtbot.waitUntil(
        lambda: any(u.state is not None and u.state.recent is not None for u in room.updates), timeout=30_000
    )
    with qtbot.waitSignal(room.service.ended, timeout=30_000):
        room.service.stop()
    assert not room.service.running
    assert room.updates[0].session.source is MADE
    assert room.updates[0].session.model == "musicnn"
    frames = [block.start_frame for update in room.updates for block in update.blocks]
    assert frames == sorted(frames) and frames[0] == 0
    assert any(update.peak > 0.2 for update in room.updates)


def test_another_source_takes_the_place(room: Room, qtbot: QtBot) -> None:
    room.service.start(lambda: MADE)
    qtbot.waitUntil(lambda: bool(room.updates), timeout=30_000)
    room.service.start(lambda: OTHER)
    qtbot.waitUntil(lambda: room.updates[-1].session.source is OTHER, timeout=30_000)
    sources = [update.session.source for update in room.updates]
    assert sources == sorted(sources, key=lambda source: source is OTHER)
    assert room.streams[0].closed


def test_a_source_that_goes_away_fails_after_all_was_told(room: Room, qtbot: QtBot) -> None:
    told: list[Any] = []
    room.service.failed.connect(told.append)
    room.service.start(lambda: MADE)
    qtbot.waitUntil(lambda: bool(room.updates), timeout=30_000)
    with qtbot.waitSignal(room.service.ended, timeout=30_000):
        room.streams[0].gone = True
    assert isinstance(told[0], CaptureError)
    assert not room.service.running


def test_no_source_and_no_model_are_told(room: Room, qtbot: QtBot) -> None:
    def nothing() -> Source:
        raise CaptureError("No microphone was found.")

    with qtbot.waitSignals([room.service.failed, room.service.ended], timeout=30_000):
        room.service.start(nothing)

    def broken() -> Classifier:
        raise ModelError("It is damaged.")

    service = LiveService(broken)
    with qtbot.waitSignals([service.failed, service.ended], timeout=30_000):
        service.start(lambda: MADE)
    assert service.close()
    assert room.updates == []


def test_it_is_closed_in_the_middle(room: Room, qtbot: QtBot) -> None:
    room.service.start(lambda: MADE)
    qtbot.waitUntil(lambda: bool(room.updates), timeout=30_000)
    assert room.service.close()
    count = len(room.updates)
    qtbot.wait(150)
    assert len(room.updates) == count
