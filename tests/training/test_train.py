"""From a folder of music to a network that knows its genres: every model at every resolution, in seconds."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
from mgc_desktop.training.commands.train import train  # noqa: E402
from mgc_desktop.training.config import TrainingConfig  # noqa: E402
from mgc_desktop.training.datasets import Dataset, open_dataset  # noqa: E402
from mgc_desktop.training.errors import TrainingError  # noqa: E402
from mgc_desktop.training.result import TrainingResult  # noqa: E402
from mgc_desktop.training.splits import Split  # noqa: E402

pytestmark = pytest.mark.train
QUICK = TrainingConfig(
    resolution="sixteenth", frames=64, stack_folds=2, epochs=9, examples=64, batch=16, learning_rate=1e-2, patience=20
)
WELL_ABOVE_CHANCE = 0.8  # chance is a third


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def dataset(small_tree: Path) -> Dataset:
    return open_dataset(small_tree)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def run(dataset: Dataset, config: TrainingConfig, output: Path, cache: Path, **rest: object) -> TrainingResult:
    return train(dataset, config, output, cache, **{"baselines": (), "say": lambda _: None, **rest})  # type: ignore[arg-type]


@pytest.mark.parametrize("resolution", ["full", "quarter", "sixteenth"])
@pytest.mark.parametrize("kind", ["cnn", "lstm"])
def test_every_model_learns_at_every_resolution(
    dataset: Dataset, kind: str, resolution: str, tmp_path: Path, cache: Path
) -> None:
    result = run(dataset, replace(QUICK, network=kind, resolution=resolution), tmp_path, cache)
    assert result.figures["accuracy"][0] > WELL_ABOVE_CHANCE
    assert "grouped by artist" in result.figures["split"]
    split = Split.load(tmp_path / "split.json")
    artists = {c.clip_id: c.artist for c in dataset}
    assert not {artists[i] for i in split.train} & {artists[i] for i in split.test}


def test_the_stack_learns_from_both(dataset: Dataset, tmp_path: Path, cache: Path) -> None:
    assert run(dataset, replace(QUICK, network="stacked"), tmp_path, cache).figures["accuracy"][0] > WELL_ABOVE_CHANCE


def test_linear_spectrograms_can_be_learned_from_too(dataset: Dataset, tmp_path: Path, cache: Path) -> None:
    result = run(dataset, replace(QUICK, linear=True), tmp_path, cache)
    assert result.figures["accuracy"][0] > WELL_ABOVE_CHANCE


def test_shuffled_labels_cannot_be_learned(dataset: Dataset, tmp_path: Path, cache: Path) -> None:
    accuracies = []
    for seed in range(3):
        names = sorted({c.artist for c in dataset})
        genres = [next(c.genre for c in dataset if c.artist == name) for name in names]
        random.Random(seed).shuffle(genres)
        of = dict(zip(names, genres, strict=True))
        shuffled = replace(dataset, clips=tuple(replace(c, genre=of[c.artist]) for c in dataset))
        accuracies.append(run(shuffled, QUICK, tmp_path / str(seed), cache).figures["accuracy"][0])
    assert sum(accuracies) / 3 < 0.67, accuracies


def test_guessed_labels_teach_but_never_measure(dataset: Dataset, tmp_path: Path, cache: Path) -> None:
    guessed = replace(dataset, clips=tuple(replace(c, evidence="guess") for c in dataset))
    quick = replace(QUICK, epochs=1)
    assert run(guessed, quick, tmp_path, cache).figures == {}


def test_one_genre_only_is_a_clear_error(small_tree: Path, tmp_path: Path, cache: Path) -> None:
    shutil.copytree(small_tree / "Classical", tmp_path / "Classical")
    with pytest.raises(TrainingError, match="at least two"):
        run(open_dataset(tmp_path), QUICK, tmp_path / "out", cache)


def test_damaged_clips_are_skipped_and_told(small_tree: Path, tmp_path: Path, cache: Path) -> None:
    tree = Path(shutil.copytree(small_tree, tmp_path / "tree"))
    (tree / "Classical" / "Artist 00" / "bad.wav").write_bytes(b"RIFF and nothing else")
    said: list[str] = []
    quick = replace(QUICK, epochs=1)
    run(open_dataset(tree), quick, tmp_path / "out", cache, say=said.append)
    assert any("bad.wav" in line for line in said)


def test_pretrained_layers_ask_for_their_weights(dataset: Dataset, tmp_path: Path, cache: Path) -> None:
    with pytest.raises(TrainingError, match="--wheel"):
        run(dataset, replace(QUICK, architecture="pretrained"), tmp_path, cache)


def test_the_meta_learner_is_held_to_the_mean_where_the_folds_members_are_poor(
    dataset: Dataset, tmp_path: Path, cache: Path
) -> None:
    said: list[str] = []
    result = run(dataset, replace(QUICK, network="stacked", epochs=1), tmp_path, cache, say=said.append)
    (line,) = [line for line in said if line.startswith("meta-learner")]
    losses = {
        float(part.split(":")[0]): float(part.split(":")[1]) for part in line.split("firmness: ")[1][:-1].split(",")
    }
    chosen = float(line.split(" with ")[1].split(" ")[0])
    assert losses[chosen] == min(losses.values()) and len(losses) == 6
    assert result.members.keys() == {"cnn", "lstm"}
