"""The real window and the real process: a tree of sounds is trained on, stopped, resumed, and the model is listed."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

pytest.importorskip("torch")
from mgc_desktop.inference.registry import list_models
from mgc_desktop.training_runs.run import RunState, list_runs

pytestmark = [pytest.mark.train, pytest.mark.slow]
TIMEOUT = 180_000
LEFT = Qt.MouseButton.LeftButton
SR = 22050


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """Tones and noise of four artists each."""
    t = np.arange(3 * SR) / SR
    for g, genre in enumerate(("Classical", "Hard Rock")):
        for artist in range(4):
            rng = np.random.default_rng((g, artist))
            y = np.sin(2 * np.pi * rng.uniform(200, 400) * t) if g == 0 else rng.uniform(-1, 1, len(t))
            path = tmp_path / "music" / genre / f"Artist {g}{artist}" / "song.wav"
            path.parent.mkdir(parents=True)
            with wave.open(str(path), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(SR)
                file.writeframes((0.5 * y * 32767).astype("<i2").tobytes())
    return tmp_path / "music"


def test_a_network_is_trained_from_the_window_stopped_resumed_and_listed(
    program: Any, music: Path, home: Path, qtbot: QtBot
) -> None:
    window = program.window
    view = window.views.view("train")
    page, panel, form = view.page, view.panel, view.page.form
    with qtbot.waitSignal(view.trainer.changed, timeout=TIMEOUT):
        window.commands["train_view"].trigger()
    qtbot.mouseClick(page.empty.button, LEFT)

    # Order it
    form.source.line.setText(str(music))
    qtbot.mouseClick(form.resolution.button("sixteenth"), LEFT)
    for field, value in ((form.epochs, 150), (form.patience, 150), (form.examples, 64), (form.batch, 16)):
        field.setValue(value)
    form.frames.setValue(64)
    form.rate.setValue(0.01)
    form.name.setText("mine")
    qtbot.mouseClick(form.start, LEFT)

    # Watch it, and stop it
    qtbot.waitUntil(lambda: len(panel.plots.curves) >= 2, timeout=TIMEOUT)
    assert panel.words.text().startswith("Epoch ")
    with qtbot.waitSignal(view.trainer.ended, timeout=TIMEOUT):
        qtbot.mouseClick(panel.cancel, LEFT)
    before = panel.plots.curves.get("train_loss")
    assert panel.run.state is RunState.STOPPED, panel.run.log
    assert panel.resume.isVisible()

    # Go on to the end; the model is put among the others
    with qtbot.waitSignal(view.trainer.ended, timeout=TIMEOUT):
        qtbot.mouseClick(panel.resume, LEFT)
    assert panel.run.state is RunState.FINISHED, panel.run.log
    assert panel.plots.curves.get("train_loss")[: len(before)] == before
    assert len(panel.plots.curves) == 150
    assert panel.figures.isVisible() and "clips of" in panel.figures.line.text()
    assert "among the models" in panel.words.text()
    assert window.notices.notice.title == "mine is trained"
    entry = next(entry for entry in list_models() if entry.name == "mine")
    assert entry.usable and entry.metadata is not None
    assert entry.metadata.figures["clips"] == panel.run.figures["clips"]


def test_the_window_closes_in_the_middle_of_a_training(program: Any, music: Path, home: Path, qtbot: QtBot) -> None:
    view = program.window.views.view("train")
    view.controller.show_form()
    form = view.page.form
    form.source.line.setText(str(music))
    form.choose(resolution="sixteenth")
    for field, value in ((form.epochs, 500), (form.patience, 500), (form.examples, 64), (form.frames, 64)):
        field.setValue(value)
    form.start.click()
    qtbot.waitUntil(lambda: len(view.panel.plots.curves) >= 1, timeout=TIMEOUT)
    name = view.trainer.running
    program.window.close()
    program.close()
    runs = list_runs(home / "data" / "runs", home / "data" / "models")
    assert [(run.name, run.state) for run in runs] == [(name, RunState.STOPPED)], runs[0].log[-12:]
