"""The real `mgc train` as a process of its own: started, watched, stopped, resumed, made a model; told when wrong."""

from __future__ import annotations

import os
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

pytest.importorskip("torch")
from mgc_desktop.inference.registry import load
from mgc_desktop.training_runs.config import ConfigError, TrainingRequest
from mgc_desktop.training_runs.run import RunState, TrainingRun, list_runs
from mgc_desktop.workers.training_process import TrainingProcess

pytestmark = [pytest.mark.train, pytest.mark.slow]
TIMEOUT = 120_000
SR = 22050


def small_tree(folder: Path, genres: tuple[str, ...] = ("Classical", "Hard Rock"), artists: int = 4) -> Path:
    """Tones and noise, which a network can tell apart in seconds."""
    t = np.arange(3 * SR) / SR
    for g, genre in enumerate(genres):
        for artist in range(artists):
            rng = np.random.default_rng((g, artist))
            y = np.sin(2 * np.pi * rng.uniform(200, 400) * t) if g == 0 else rng.uniform(-1, 1, len(t))
            path = folder / genre / f"Artist {g}{artist}" / "song.wav"
            path.parent.mkdir(parents=True)
            with wave.open(str(path), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(SR)
                file.writeframes((0.5 * y * 32767).astype("<i2").tobytes())
    return folder


@pytest.fixture
def trainer(qapp: QApplication, tmp_path: Path) -> Iterator[TrainingProcess]:
    trainer = TrainingProcess(tmp_path / "runs", tmp_path / "models", tmp_path / "cache")
    yield trainer
    trainer.close()


def order(source: Path, **changes: object) -> TrainingRequest:
    quick = {"epochs": 3, "examples": 32, "batch": 16, "frames": 64, "learning_rate": 0.01, "created": 1.0}
    return TrainingRequest("mine", str(source), resolution="sixteenth", **{**quick, **changes})  # type: ignore[arg-type]


def ended(qtbot: QtBot, trainer: TrainingProcess) -> TrainingRun:
    with qtbot.waitSignal(trainer.ended, timeout=TIMEOUT) as told:
        pass
    run: TrainingRun = told.args[0]
    return run


def test_trains_and_makes_a_model_of_it(trainer: TrainingProcess, tmp_path: Path, qtbot: QtBot) -> None:
    seen: list[TrainingRun] = []
    trainer.changed.connect(lambda runs: seen.extend(runs))
    trainer.start(order(small_tree(tmp_path / "music", ("Classical", "Hard Rock"))))
    with pytest.raises(ConfigError, match="still being trained"):
        trainer.start(order(tmp_path / "music"))
    run = ended(qtbot, trainer)
    assert run.state is RunState.FINISHED, run.log
    assert len(run.curves) == 3 and run.figures["clips"] > 0
    assert any(s.state is RunState.RUNNING and s.progress.step for s in seen)
    assert trainer.running is None
    assert run.exported
    assert load("mine", tmp_path / "models").genres[2] == "Classical"


def test_is_stopped_goes_on_where_it_was_and_is_ended_by_closing(
    trainer: TrainingProcess, tmp_path: Path, qtbot: QtBot
) -> None:
    wanted = order(small_tree(tmp_path / "music"), epochs=400, patience=400)
    seen: list[TrainingRun] = []
    trainer.changed.connect(lambda runs: seen.append(runs[0]) if runs else None)
    trainer.start(wanted)
    qtbot.waitUntil(lambda: bool(seen) and len(seen[-1].curves) >= 2, timeout=TIMEOUT)
    with qtbot.waitSignal(trainer.ended, timeout=TIMEOUT) as told:
        trainer.cancel()
    stopped = told.args[0]
    assert stopped.state is RunState.STOPPED and stopped.resumable and stopped.error == ""
    assert stopped.log[-1].startswith("--- stopped")
    before = stopped.curves.get("train_loss")

    trainer.start(wanted)
    qtbot.waitUntil(lambda: len(seen[-1].curves) >= len(before) + 2, timeout=TIMEOUT)
    assert seen[-1].curves.get("train_loss")[: len(before)] == before, "no epoch is learned twice"

    assert trainer._process is not None
    number = trainer._process.processId()
    trainer.close()
    assert trainer.running is None
    if os.name == "posix":
        with pytest.raises(ProcessLookupError):
            os.kill(number, 0)
    assert [run.state for run in list_runs(tmp_path / "runs", tmp_path / "models")] == [RunState.STOPPED]


def test_music_that_cannot_teach_is_told_in_a_sentence(trainer: TrainingProcess, tmp_path: Path, qtbot: QtBot) -> None:
    trainer.start(order(small_tree(tmp_path / "music", ("Classical",))))
    run = ended(qtbot, trainer)
    assert run.state is RunState.FAILED and run.resumable
    assert "at least two" in run.error and "Traceback" not in "\n".join(run.log)
