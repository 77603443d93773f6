"""A folder holds one run: other options, other music or another split are refused there, and told apart by default."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
from mgc_desktop.training.commands.train import train
from mgc_desktop.training.config import TrainingConfig
from mgc_desktop.training.datasets import Dataset, open_dataset
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.result import TrainingResult

pytestmark = pytest.mark.train
QUICK = TrainingConfig(resolution="sixteenth", frames=64, epochs=1, examples=16, batch=16)
Run = Callable[..., TrainingResult]


@pytest.fixture
def run(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    def trained(
        dataset: Dataset, config: TrainingConfig = QUICK, output: Path | None = tmp_path / "run"
    ) -> TrainingResult:
        return train(dataset, config, output, tmp_path / "cache", baselines=(), say=lambda _: None)

    return trained


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"dropout": 0.0}, "dropout was 0.3 and is 0.0"),
        ({"linear": True}, "linear was False and is True"),
        ({"leaky": True}, "leaky was False and is True"),
        ({"frames": 96}, "frames was 64 and is 96"),
        ({"network": "lstm"}, "network was cnn and is lstm"),
        ({"split_seed": 1}, "split seed was 0 and is 1"),
        ({"balance": False}, "balance was True and is False"),
    ],
)
def test_another_run_in_the_same_folder_is_refused_with_what_differs(
    small_tree: Path, run: Run, change: dict[str, object], told: str
) -> None:
    dataset = open_dataset(small_tree)
    run(dataset)
    with pytest.raises(TrainingError, match=told):
        run(dataset, replace(QUICK, **change))  # type: ignore[arg-type]


def test_the_same_run_again_gives_the_same_and_learns_nothing(small_tree: Path, run: Run) -> None:
    first, again = run(open_dataset(small_tree)), run(open_dataset(small_tree))
    assert first.figures == again.figures
    assert first.folder == again.folder


def test_other_sound_under_the_same_names_is_other_music(small_tree: Path, run: Run, tmp_path: Path) -> None:
    tree = Path(shutil.copytree(small_tree, tmp_path / "tree"))
    run(open_dataset(tree))
    song, other = list((tree / "Classical").rglob("*.wav"))[:2]
    song.write_bytes(other.read_bytes()[:-2000])
    with pytest.raises(TrainingError, match="music is not the same"):
        run(open_dataset(tree))


def test_a_genre_that_was_corrected_is_other_music(small_tree: Path, run: Run) -> None:
    dataset = open_dataset(small_tree)
    run(dataset)
    first, *rest = dataset.clips
    with pytest.raises(TrainingError, match="music is not the same"):
        run(replace(dataset, clips=(replace(first, genre="Hard Rock"), *rest)))


def test_folders_that_nobody_named_carry_the_runs_identity(
    small_tree: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    dataset = open_dataset(small_tree)
    configs = (QUICK, QUICK.plain(), replace(QUICK, leaky=True), replace(QUICK, linear=True), replace(QUICK, frames=96))
    folders = {run(dataset, config, None).folder for config in configs}
    assert len(folders) == len(configs)
    assert all(folder.parent == Path("trained") and folder.is_dir() for folder in folders)


def test_a_run_of_an_older_version_is_not_taken_over(small_tree: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "last.pt").write_bytes(b"whatever")
    with pytest.raises(TrainingError, match="older version"):
        run(open_dataset(small_tree))


def test_a_refused_run_leaves_no_folder_behind(small_tree: Path, run: Run, tmp_path: Path) -> None:
    shutil.copytree(small_tree / "Classical", tmp_path / "music" / "Classical")
    with pytest.raises(TrainingError):
        run(open_dataset(tmp_path / "music"))
    assert not (tmp_path / "run").exists()


def test_going_on_from_a_run_keeps_its_split_and_begins_with_its_weights(
    small_tree: Path, run: Run, tmp_path: Path
) -> None:
    dataset = open_dataset(small_tree)
    before = run(dataset)
    config = replace(QUICK, split_seed=5, learning_rate=1e-9)
    more = train(
        dataset, config, tmp_path / "more", tmp_path / "cache", start_from=before.folder, baselines=(),
        say=lambda _: None,
    )  # fmt: skip
    assert more.split == before.split
    pairs = zip(before.network.parameters(), more.network.parameters(), strict=True)
    assert all(np.allclose(a.detach(), b.detach(), atol=1e-5) for a, b in pairs)
    with pytest.raises(TrainingError, match="another network"):
        train(dataset, replace(QUICK, network="lstm"), tmp_path / "x", tmp_path / "cache", start_from=before.folder)
