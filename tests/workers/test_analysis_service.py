"""Songs are heard in the background with the real model; the latest one counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from mgc_desktop.errors import DecodeError, ModelError
from mgc_desktop.features.config import REPORT
from mgc_desktop.inference import registry
from mgc_desktop.pipeline import analyze
from mgc_desktop.workers.analysis_service import POLL_MS, AnalysisService
from mgc_desktop.workers.progress_buffer import Update

WAIT = 60_000


@pytest.fixture
def analysis_service(qapp: object) -> Iterator[AnalysisService]:
    analysis_service = AnalysisService()
    yield analysis_service
    assert analysis_service.close()


@pytest.fixture
def song(write_audio: Any, sounds: Any) -> Callable[..., Path]:
    """`song("name.wav", seconds)`: noise at 16 kHz."""
    return lambda name, seconds: write_audio(name, sounds.noise(seconds, 16000), sr=16000)


def test_what_comes_is_what_the_pipeline_says(
    analysis_service: AnalysisService, song: Callable[..., Path], qtbot: QtBot
) -> None:
    path = song("a.wav", 9.0)
    updates: list[Update] = []
    analysis_service.progressed.connect(updates.append)
    with qtbot.waitSignal(analysis_service.finished, timeout=WAIT) as heard:
        analysis_service.start(path)
    assert heard.args is not None
    expected = analyze(path, registry.load())
    assert np.array_equal(heard.args[0].probabilities, expected.probabilities)
    assert analysis_service.verdict_on(path) is heard.args[0]
    blocks = [block for update in updates for block in update.blocks]
    frames = sum(block.db.shape[1] for block in blocks)
    assert frames == 1 + round(9.0 * REPORT.sr) // REPORT.hop_length
    starts = [block.start_frame for block in blocks]
    assert starts == sorted(starts)


def test_all_of_it_comes_on_the_gui_thread_and_not_too_often(
    analysis_service: AnalysisService, song: Callable[..., Path], qtbot: QtBot
) -> None:
    threads, times = set(), []

    def see(_: object) -> None:
        threads.add(threading.current_thread())
        times.append(time.perf_counter())

    analysis_service.progressed.connect(see)
    analysis_service.finished.connect(see)
    start = time.perf_counter()
    with qtbot.waitSignal(analysis_service.finished, timeout=WAIT):
        analysis_service.start(song("a.wav", 60.0))
    assert threads == {threading.main_thread()}
    # The last look comes with the result; the others at the timer's pace.
    assert len(times) - 2 <= 1 + (times[-1] - start) * 1000 / POLL_MS


def test_the_latest_song_counts(analysis_service: AnalysisService, song: Callable[..., Path], qtbot: QtBot) -> None:
    finished: list[Path] = []
    analysis_service.finished.connect(lambda prediction: finished.append(prediction.path))
    first, second = song("long.wav", 300.0), song("short.wav", 6.0)
    analysis_service.start(first)
    qtbot.wait(100)
    with qtbot.waitSignal(analysis_service.finished, timeout=WAIT):
        analysis_service.start(second)
    assert finished == [second]
    assert analysis_service.verdict_on(first) is None
    assert analysis_service.running is None


def test_a_song_that_cannot_be_decoded(analysis_service: AnalysisService, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"no music")
    with qtbot.waitSignal(analysis_service.failed, timeout=WAIT) as failed:
        analysis_service.start(path)
    assert failed.args is not None
    assert failed.args[0] == path
    assert isinstance(failed.args[1], DecodeError)
    assert analysis_service.running is None


def test_stopped_before_it_starts_and_while_it_runs(
    analysis_service: AnalysisService, song: Callable[..., Path], qtbot: QtBot
) -> None:
    path = song("a.wav", 300.0)
    analysis_service.start(path)
    analysis_service.stop()
    with qtbot.waitSignal(analysis_service.progressed, timeout=WAIT):
        analysis_service.start(path)
    analysis_service.stop()
    with (
        qtbot.assertNotEmitted(analysis_service.finished, wait=300),
        qtbot.assertNotEmitted(analysis_service.failed),
        qtbot.assertNotEmitted(analysis_service.progressed),
    ):
        pass


def test_closing_while_it_runs(qapp: object, song: Callable[..., Path], qtbot: QtBot) -> None:
    analysis_service = AnalysisService()
    with qtbot.waitSignal(analysis_service.progressed, timeout=WAIT):
        analysis_service.start(song("a.wav", 600.0))
    assert analysis_service.close()
    with qtbot.assertNotEmitted(analysis_service.finished, wait=100):
        pass


def test_a_song_is_heard_ahead_when_the_present_one_is_done(
    analysis_service: AnalysisService, song: Callable[..., Path], qtbot: QtBot
) -> None:
    order: list[str] = []
    analysis_service.finished.connect(lambda prediction: order.append(prediction.path.name))
    analysis_service.prefetched.connect(lambda prediction: order.append(prediction.path.name))
    analysis_service.start(song("now.wav", 10.0))
    with qtbot.waitSignal(analysis_service.prefetched, timeout=WAIT):
        analysis_service.look_ahead(song("next.wav", 5.0))
    assert order == ["now.wav", "next.wav"]


def test_what_is_known_is_not_heard_ahead_again(
    analysis_service: AnalysisService, song: Callable[..., Path], qtbot: QtBot
) -> None:
    path = song("a.wav", 5.0)
    with qtbot.waitSignal(analysis_service.finished, timeout=WAIT):
        analysis_service.start(path)
    with qtbot.assertNotEmitted(analysis_service.prefetched, wait=300):
        analysis_service.look_ahead(path)


def test_a_missing_model_is_said(qapp: object, tmp_path: Path, song: Callable[..., Path], qtbot: QtBot) -> None:
    analysis_service = AnalysisService(lambda: registry.load("nobody", tmp_path))
    with qtbot.waitSignal(analysis_service.failed, timeout=WAIT) as failed:
        analysis_service.warm_up()
    assert failed.args is not None
    assert isinstance(failed.args[1], ModelError)
    with qtbot.waitSignal(analysis_service.failed, timeout=WAIT):
        analysis_service.start(song("a.wav", 2.0))
    assert analysis_service.close()


def test_the_model_is_loaded_once(song: Callable[..., Path], qtbot: QtBot) -> None:
    loads: list[int] = []

    def load() -> Any:
        loads.append(1)
        return registry.load()

    analysis_service = AnalysisService(load)
    analysis_service.warm_up()
    with qtbot.waitSignal(analysis_service.finished, timeout=WAIT):
        analysis_service.start(song("a.wav", 4.0))
    assert loads == [1]
    assert analysis_service.close()


def test_another_model_forgets_what_the_first_one_said(
    analysis_service: AnalysisService, song: Callable[..., Path], qtbot: QtBot
) -> None:
    path = song("a.wav", 6.0)
    with qtbot.waitSignal(analysis_service.finished, timeout=WAIT):
        analysis_service.start(path)
    with qtbot.waitSignal(analysis_service.model_changed):
        analysis_service.use(lambda: registry.load("cnn-sixteenth"))
    assert analysis_service.verdict_on(path) is None
    with qtbot.waitSignal(analysis_service.finished, timeout=WAIT) as heard:
        analysis_service.start(path)
    assert heard.args is not None
    assert heard.args[0].model == "cnn-sixteenth"
