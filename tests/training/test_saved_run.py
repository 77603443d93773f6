"""What was trained becomes a model of the program, or says why it cannot."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
from mgc_desktop.inference.registry import load
from mgc_desktop.pipeline import analyze
from mgc_desktop.training.commands.train import train
from mgc_desktop.training.config import TrainingConfig
from mgc_desktop.training.datasets import Dataset, open_dataset
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.result import TrainingResult
from mgc_desktop.training.saved_run import export_run
from mgc_desktop.training.scoring import calibrate

pytestmark = pytest.mark.train
CONFIG = TrainingConfig(
    resolution="sixteenth", frames=64, epochs=9, examples=64, batch=16, learning_rate=1e-2, patience=20
)


@pytest.fixture(scope="module")
def run(small_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Dataset, TrainingResult, Path]:
    folder = tmp_path_factory.mktemp("run")
    dataset = open_dataset(small_tree)
    result = train(dataset, CONFIG, folder / "out", folder / "cache", baselines=(), say=lambda _: None)
    return dataset, result, folder / "out"


def test_the_program_names_genres_with_it(run: tuple[Dataset, TrainingResult, Path], tmp_path: Path) -> None:
    dataset, _, output = run
    export_run(output, tmp_path)
    model = load("cnn-sixteenth", tmp_path)
    right = 0
    for clip in dataset:
        ranked = analyze(clip.path, model).ranked
        right += ranked[0][0] == clip.genre
    assert right >= 25, "of 30; most of them it learned from"


def test_a_network_with_genres_of_its_own_is_a_model_too(
    run: tuple[Dataset, TrainingResult, Path], tmp_path: Path
) -> None:
    names = {"Classical": "blues", "Hard Rock": "my own noise", "Electronica": "disco"}
    clips = tuple(replace(c, genre=names[c.genre or ""]) for c in run[0])
    dataset = replace(run[0], clips=clips, genres=tuple(sorted(names.values())))
    result = train(dataset, CONFIG, tmp_path / "out", tmp_path / "cache", baselines=(), say=lambda _: None)
    export_run(result.folder, tmp_path / "models", "mine")
    model = load("mine", tmp_path / "models")
    assert model.genres == ("blues", "disco", "my own noise")
    assert analyze(clips[0].path, model).ranked[0][0] in model.genres


def test_a_run_that_is_not_finished_is_no_model(run: tuple[Dataset, TrainingResult, Path], tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="mgc train"):
        export_run(tmp_path, tmp_path / "models")
    _, _, output = run
    (tmp_path / "trained.json").write_text((output / "trained.json").read_text())
    (tmp_path / "network.pt").write_bytes(b"cut short")
    with pytest.raises(TrainingError, match="damaged"):
        export_run(tmp_path, tmp_path / "models")


def test_a_network_of_linear_spectrograms_is_not_fed_with_mel(
    run: tuple[Dataset, TrainingResult, Path], tmp_path: Path
) -> None:
    dataset = run[0]
    config = replace(CONFIG, linear=True, epochs=1)
    result = train(dataset, config, tmp_path / "run", tmp_path / "cache", baselines=(), say=lambda _: None)
    with pytest.raises(TrainingError, match="linear"):
        export_run(result.folder, tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_where_no_confidence_is_high_enough_the_model_still_answers_and_says_why() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 40)
    logits = [rng.standard_normal((2, 4)).astype(np.float32) for _ in labels]
    for number in np.argsort([-row.mean(axis=0).max() for row in logits])[:10]:
        labels[number] = (logits[number].mean(axis=0).argmax() + 1) % 4  # the most confident verdicts are wrong
    fitted = calibrate(logits, labels)
    assert fitted.calibration.unsure_below == 0
    assert "75%" in fitted.note and "always names a genre" in fitted.note
    sure = [10 * np.eye(4, dtype=np.float32)[[label]] for label in labels]
    assert calibrate(sure, labels).note == ""
    assert "40" not in calibrate(sure[:10], labels[:10]).note and "20" in calibrate(sure[:10], labels[:10]).note


def test_a_run_of_the_older_form_can_still_be_exported(
    run: tuple[Dataset, TrainingResult, Path], tmp_path: Path
) -> None:
    _, _, output = run
    values = json.loads((output / "trained.json").read_text())
    config = values.pop("config")
    del values["format"]
    values["order"] = {
        "kind": "cnn", "resolution": "sixteenth", "architecture": "report", "plain": False, "linear": False,
        "frames": 64, "folds": 4, "wheel": None,
        "config": {"epochs": 9, "examples_per_epoch": 64, "batch_size": 16, "learning_rate": 0.01, "weight_decay": 1e-4,
                   "patience": 8, "seed": 0},
    }  # fmt: skip
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "trained.json").write_text(json.dumps(values))
    shutil.copy(output / "network.pt", tmp_path / "run")
    assert config["frames"] == 64
    assert load("older", export_run(tmp_path / "run", tmp_path / "models", "older").parent).genres
