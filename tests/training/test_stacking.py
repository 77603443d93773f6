"""The meta-learner sees only what members said of artists that they had not met, and helps where one knows more."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
from mgc_desktop.training.datasets import Clip
from mgc_desktop.training.stacking import fit_meta, out_of_fold

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
