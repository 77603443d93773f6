"""What was trained becomes a model of the program, or says why it cannot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")
from mgc_desktop.inference.registry import load
from mgc_desktop.pipeline import analyze
from mgc_desktop.training.datasets import Dataset, open_dataset
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.loop import TrainConfig
from mgc_desktop.training.teach import Order, Taught, teach
from mgc_desktop.training.trained import export_kept, keep

pytestmark = pytest.mark.train
ORDER = Order("cnn", "sixteenth", frames=64, config=TrainConfig(9, 64, 16, 1e-2))


@pytest.fixture(scope="module")
def run(small_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Dataset, Taught, Path]:
    folder = tmp_path_factory.mktemp("run")
    dataset = open_dataset(small_tree)
    taught = teach(dataset, ORDER, folder / "out", folder / "cache", say=lambda _: None)
    keep(taught, ORDER, dataset, folder / "out")
    return dataset, taught, folder / "out"


def test_the_program_names_genres_with_it(run: tuple[Dataset, Taught, Path], tmp_path: Path) -> None:
    dataset, _, output = run
    export_kept(output, tmp_path)
    model = load("cnn-sixteenth", tmp_path)
    right = 0
    for clip in dataset:
        ranked = analyze(clip.path, model).ranked
        right += ranked[0][0] == clip.genre
    assert right >= 25, "of 30; most of them it learned from"


def test_a_network_with_other_genres_is_no_model_of_the_program(
    run: tuple[Dataset, Taught, Path], tmp_path: Path
) -> None:
    dataset, taught, _ = run
    keep(taught, ORDER, replace(dataset, genres=("blues", "disco")), tmp_path)
    with pytest.raises(TrainingError, match="other genres"):
        export_kept(tmp_path, tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_a_run_that_is_not_finished_is_no_model(run: tuple[Dataset, Taught, Path], tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="mgc train"):
        export_kept(tmp_path, tmp_path / "models")
    _, _, output = run
    (tmp_path / "trained.json").write_text((output / "trained.json").read_text())
    (tmp_path / "network.pt").write_bytes(b"cut short")
    with pytest.raises(TrainingError, match="damaged"):
        export_kept(tmp_path, tmp_path / "models")
