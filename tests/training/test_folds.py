"""Folds and repeats give mean and spread, beside baselines on the same parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
from mgc_desktop.training.baselines import BASELINES, logistic_regression, majority
from mgc_desktop.training.commands.folds import Repeated, describe, spread_text, train_repeatedly
from mgc_desktop.training.commands.train import train
from mgc_desktop.training.config import TrainingConfig
from mgc_desktop.training.datasets import Dataset, open_dataset
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.run_report import describe as describe_run
from mgc_desktop.training.splits import fold_splits

pytestmark = pytest.mark.train
QUICK = TrainingConfig(resolution="sixteenth", frames=64, epochs=1, examples=16, batch=16, stack_folds=2)


@pytest.fixture(scope="module")
def dataset(small_tree: Path) -> Dataset:
    return open_dataset(small_tree)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def test_each_clip_measures_in_one_fold_and_no_artist_is_on_both_sides(dataset: Dataset) -> None:
    splits = fold_splits(dataset.clips, 3, seed=0)
    tested = [clip_id for split in splits for clip_id in split.test]
    assert sorted(tested) == sorted(c.clip_id for c in dataset)
    artist_of = {c.clip_id: c.artist for c in dataset}
    for split in splits:
        parts = [{artist_of[i] for i in part} for part in (split.train, split.valid, split.test)]
        assert all(parts) and not parts[0] & parts[1] and not parts[0] & parts[2] and not parts[1] & parts[2]
    with pytest.raises(TrainingError, match="--folds"):
        fold_splits(dataset.clips, 16, seed=0)


def test_mean_and_spread_are_those_of_the_runs(dataset: Dataset, cache: Path, tmp_path: Path) -> None:
    repeated = train_repeatedly(dataset, QUICK, tmp_path, cache, folds=2, repeats=2, say=lambda _: None)
    assert [(fold, seed) for fold, seed, _ in repeated.runs] == [(1, 0), (1, 1), (2, 0), (2, 1)]
    values = np.array([figures["accuracy"][0] for _, _, figures in repeated.runs]).reshape(2, 2)
    spread = repeated.spread("accuracy")
    assert spread["mean"] == pytest.approx(values.mean())
    assert spread["over_folds"] == pytest.approx(values.mean(axis=1).std(ddof=1))
    assert spread["over_seeds"] == pytest.approx(values.std(axis=1, ddof=1).mean())
    assert repeated.pooled["clips"] == len(dataset)
    told = describe(repeated)
    assert "4 runs: 2 folds, 2 seeds" in told and all(name in told for name in BASELINES.values())
    assert {"repeated.json", "confusion.png", "fold-1-seed-0"} <= {path.name for path in tmp_path.iterdir()}


def test_the_seed_of_the_weights_leaves_the_split_and_the_other_way_round(
    dataset: Dataset, cache: Path, tmp_path: Path
) -> None:
    def run(name: str, config: TrainingConfig) -> tuple[set[str], float]:
        result = train(dataset, config, tmp_path / name, cache, baselines=(), say=lambda _: None)
        return set(result.split.test), float(next(result.network.parameters()).detach().sum())

    first = run("a", QUICK)
    other_weights, other_split = run("b", replace(QUICK, seed=1)), run("c", replace(QUICK, split_seed=1))
    assert other_weights[0] == first[0] and other_weights[1] != first[1]
    assert other_split[0] != first[0]


def test_a_stacked_model_stands_beside_its_members_and_baselines(dataset: Dataset, cache: Path, tmp_path: Path) -> None:
    result = train(dataset, replace(QUICK, network="stacked"), tmp_path, cache, say=lambda _: None)
    told = describe_run(result)
    assert "its CNN alone" in told and "its LSTM alone" in told
    assert "mean and spread of the bands" in told and "embedding" in told and "most frequent genre" in told
    assert {m["clips"] for m in (*result.members.values(), *result.baselines.values())} == {result.figures["clips"]}
    assert "precision" in told and "Hard Rock" in told


def test_the_simple_answers_are_what_they_say() -> None:
    labels = np.array([0, 0, 0, 2])
    assert majority(labels, 2, 3).tolist() == [[0.75, 0, 0.25]] * 2
    x = np.array([[0.0], [0.1], [0.2], [5.0]])
    probabilities = logistic_regression(x, labels, np.array([[0.05], [4.9]]), 3)
    assert probabilities.argmax(axis=1).tolist() == [0, 2] and np.allclose(probabilities.sum(axis=1), 1)
    assert not probabilities[:, 1].any(), "a genre that was never met is never said"


def test_one_run_has_no_spread() -> None:
    figures = {"accuracy": [0.5, 0.4, 0.6]}
    repeated = Repeated(QUICK, ((0, 0, figures),), {}, {}, Path())
    assert repeated.spread("accuracy") == {"mean": 0.5}
    assert spread_text({"mean": 0.5, "over_folds": 0.1, "over_seeds": 0.02}) == "0.50 ± 0.10 (folds) ± 0.02 (seeds)"
