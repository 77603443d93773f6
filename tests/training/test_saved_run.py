"""What was trained becomes a model of the program, or says why it cannot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")
from mgc_desktop.inference.registry import load
from mgc_desktop.pipeline import analyze
from mgc_desktop.training.commands.train import train
from mgc_desktop.training.config import TrainingConfig
from mgc_desktop.training.datasets import Dataset, open_dataset
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.result import TrainingResult
from mgc_desktop.training.saved_run import export_run, save_run

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


def test_a_network_with_other_genres_is_no_model_of_the_program(
    run: tuple[Dataset, TrainingResult, Path], tmp_path: Path
) -> None:
    dataset, result, _ = run
    few = tuple(replace(c, genre="blues") for c in dataset)
    save_run(
        replace(result, dataset=replace(dataset, clips=few, genres=("blues", "disco")), folder=tmp_path, scores=None)
    )
    with pytest.raises(TrainingError, match="genres"):
        export_run(tmp_path, tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_a_run_that_is_not_finished_is_no_model(run: tuple[Dataset, TrainingResult, Path], tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="mgc train"):
        export_run(tmp_path, tmp_path / "models")
    _, _, output = run
    (tmp_path / "trained.json").write_text((output / "trained.json").read_text())
    (tmp_path / "network.pt").write_bytes(b"cut short")
    with pytest.raises(TrainingError, match="damaged"):
        export_run(tmp_path, tmp_path / "models")
