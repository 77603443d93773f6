"""The meta-learner sees only what members said of artists that they had not met, and helps where one knows more."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
from mgc_desktop.training.datasets import Clip
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.stacking import balanced_weights, fit_meta, out_of_fold

pytestmark = pytest.mark.train
CLIPS = [Clip(f"{a}-{i}", Path("x"), 0, None, "ab"[a % 2], f"artist {a}") for a in range(8) for i in range(3)]


def test_no_prediction_comes_from_a_member_that_met_the_artist() -> None:
    met: list[tuple[set[str], set[str]]] = []

    def member(known: Sequence[Clip], asked: Sequence[Clip]) -> np.ndarray:
        met.append(({c.artist for c in known}, {c.artist for c in asked}))
        return np.array([[float(c.clip_id.replace("-", ".")), 0.0] for c in asked])

    views = out_of_fold(CLIPS, [member, member], folds=4, seed=0)
    assert len(met) == 8
    assert all(not known & asked for known, asked in met)
    assert views.shape == (24, 4)
    assert [f"{v:.1f}" for v in views[:, 0]] == [c.clip_id.replace("-", ".") for c in CLIPS], "rows keep their clips"


def test_the_stack_trusts_the_member_that_is_right() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 300)
    targets = np.eye(3)[labels]

    def member(skill: float) -> np.ndarray:
        logits = rng.standard_normal((300, 3)) + skill * targets
        return logits - np.log(np.exp(logits).sum(1, keepdims=True))

    good, bad = member(3.0), member(0.0)
    views = np.concatenate([bad, good], axis=1)
    weight, bias = fit_meta(views, targets)
    assert np.abs(weight[:, 3:]).sum() > 3 * np.abs(weight[:, :3]).sum()
    stacked = ((views @ weight.T + bias).argmax(1) == labels).mean()
    assert stacked >= (good.argmax(1) == labels).mean() - 0.01
    assert stacked > ((good + bad).argmax(1) == labels).mean()


def test_with_hardly_any_clips_it_is_the_mean_of_the_members() -> None:
    views = np.log(np.array([[0.6, 0.4, 0.7, 0.3]]))
    weight, bias = fit_meta(views, np.array([[1.0, 0.0]]), weight_decay=1e3)
    assert np.allclose(weight, [[0.5, 0, 0.5, 0], [0, 0.5, 0, 0.5]], atol=0.01)
    assert np.allclose(bias, 0, atol=0.01)


def test_a_rare_genre_counts_as_much_as_a_frequent_one() -> None:
    rng = np.random.default_rng(1)
    labels = np.array([0] * 190 + [1] * 10)
    logits = rng.standard_normal((200, 2)) + 1.2 * np.eye(2)[labels]
    logits[:, 0] += 1.5  # the members lean towards the frequent genre
    views = logits - np.log(np.exp(logits).sum(1, keepdims=True))

    def found(weights: np.ndarray | None) -> float:
        weight, bias = fit_meta(views, np.eye(2)[labels], weights=weights)
        return float(((views @ weight.T + bias).argmax(1) == labels)[labels == 1].mean())

    weights = balanced_weights(labels)
    assert weights.mean() == pytest.approx(1) and weights[labels == 1].sum() == pytest.approx(100)
    assert found(None) < 0.3
    assert found(weights) > 0.6


def test_a_genre_that_a_folds_members_never_met_is_named() -> None:
    clips = [*CLIPS, *(Clip(f"c-{i}", Path("x"), 0, None, "rare", "only one") for i in range(2))]
    said: list[str] = []

    def member(known: Sequence[Clip], asked: Sequence[Clip]) -> np.ndarray:
        return np.zeros((len(asked), 3))

    out_of_fold(clips, [member], folds=4, seed=0, say=said.append)
    assert len(said) == 1 and "never met rare" in said[0]


def test_no_fold_stays_empty_and_too_few_artists_are_a_sentence() -> None:
    clips = [Clip(f"{a}", Path("x"), 0, None, "ab"[a % 2], f"artist {a}") for a in range(4)]

    def member(known: Sequence[Clip], asked: Sequence[Clip]) -> np.ndarray:
        assert asked
        return np.zeros((len(asked), 2))

    assert out_of_fold(clips, [member], folds=4, seed=0, say=lambda _: None).shape == (4, 2)
    with pytest.raises(TrainingError, match="--stack-folds"):
        out_of_fold(clips, [member], folds=5, seed=0)
