"""Figures that can be worked out by hand, and scikit-learn's where they cannot."""

from __future__ import annotations

import numpy as np
import pytest

from mgc_desktop.training.metrics import (
    FIGURES,
    Scores,
    accuracy,
    calibration,
    confusion,
    coverage,
    interval,
    macro_accuracy,
    macro_f1,
    measure,
    per_genre,
    roc_auc,
    top_k,
)

GENRES = ("a", "b", "c")


def made(n: int = 200, skill: float = 1.5, seed: int = 0) -> Scores:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, n)
    logits = rng.standard_normal((n, 3)) + skill * np.eye(3)[labels]
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    return Scores(p, labels, tuple(f"artist {i % 20}" for i in range(n)), GENRES)


BY_HAND = Scores(
    np.array([[0.7, 0.2, 0.1], [0.4, 0.5, 0.1], [0.1, 0.8, 0.1], [0.3, 0.6, 0.1]]),
    np.array([0, 0, 1, 1]),
    ("x", "y", "x", "z"),
    GENRES,
)


def test_by_hand() -> None:
    assert confusion(BY_HAND).tolist() == [[1, 1, 0], [0, 2, 0], [0, 0, 0]]
    assert accuracy(BY_HAND) == 0.75
    assert macro_accuracy(BY_HAND) == 0.75, "c has no clips and does not count"
    rows = per_genre(BY_HAND)
    assert rows["b"]["precision"] == pytest.approx(2 / 3)
    assert (rows["b"]["recall"], rows["b"]["clips"], rows["b"]["artists"]) == (1.0, 2, 2)
    assert rows["c"]["f1"] == 0.0
    assert top_k(BY_HAND, 2) == 1.0
    assert roc_auc(BY_HAND) == 1.0


def test_agrees_with_scikit_learn() -> None:
    sk = pytest.importorskip("sklearn.metrics")
    scores = made()
    assert macro_f1(scores) == pytest.approx(sk.f1_score(scores.labels, scores.predicted, average="macro"))
    assert macro_accuracy(scores) == pytest.approx(sk.balanced_accuracy_score(scores.labels, scores.predicted))
    expected = sk.roc_auc_score(scores.labels, scores.probabilities, multi_class="ovr", average="macro")
    assert roc_auc(scores) == pytest.approx(expected)


def test_ties_count_half_in_the_roc_area() -> None:
    same = Scores(np.full((6, 3), 1 / 3), np.array([0, 0, 1, 1, 2, 2]), ("a",) * 6, GENRES)
    assert roc_auc(same) == 0.5


def test_a_forecaster_that_is_right_as_often_as_it_says_has_no_calibration_error() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1, 20000)
    right = rng.random(20000) < confidence
    p = np.stack([confidence, 1 - confidence], axis=1)
    scores = Scores(p, np.where(right, 0, 1), ("a",) * 20000, ("a", "b"))
    assert calibration(scores)[1] < 0.02
    boast = Scores(np.tile([[0.99, 0.01]], (20000, 1)), scores.labels, scores.artists, ("a", "b"))
    assert calibration(boast)[1] > 0.15


def test_coverage_falls_as_precision_rises() -> None:
    curve = coverage(made(n=2000))
    assert curve[-1, 1] == 1.0
    assert curve[-1, 2] == pytest.approx(accuracy(made(n=2000)))
    assert curve[400, 2] > curve[-1, 2] + 0.1


def test_the_interval_holds_the_figure_and_widens_when_artists_are_few() -> None:
    scores = made(400)
    low, high = interval(scores, accuracy)
    assert low < accuracy(scores) < high
    # The same clips, but each artist is wholly right or wholly wrong: 20 opinions and not 400.
    order = np.argsort(scores.predicted == scores.labels, kind="stable")
    clumped = Scores(
        scores.probabilities[order], scores.labels[order], tuple(f"artist {i // 20}" for i in range(400)), GENRES
    )
    wide_low, wide_high = interval(clumped, accuracy)
    assert wide_high - wide_low > 1.5 * (high - low)


def test_everything_measured_is_plain_json() -> None:
    import json

    figures = json.loads(json.dumps(measure(made(), rounds=20)))
    assert figures["clips"] == 200 and figures["artists"] == 20
    for name in FIGURES:
        value, low, high = figures[name]
        assert low <= high and 0 <= value <= 1


def test_probabilities_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="no numbers"):
        Scores(np.full((1, 3), np.nan), np.array([0]), ("a",), GENRES)


def test_the_interval_of_a_mean_over_genres_does_not_lean_upward() -> None:
    """A genre of one artist that is never found pulls the macro accuracy to a half, in every resample."""
    labels = np.array([0] * 20 + [1] * 2)
    probabilities = np.tile([0.9, 0.1], (22, 1))
    scores = Scores(probabilities, labels, (*(f"a{i // 2}" for i in range(20)), "b", "b"), ("a", "b"))
    assert macro_accuracy(scores) == 0.5
    assert interval(scores, macro_accuracy) == (0.5, 0.5)


def test_the_interval_holds_what_resampling_within_each_genre_gives() -> None:
    labels = np.repeat([0, 1], 40)
    artists = tuple(f"{label}-{i % 10}" for i, label in enumerate(labels))
    right = np.array([i % 10 < 6 for i in range(80)])
    probabilities = np.where(right[:, None], np.eye(2)[labels], 1 - np.eye(2)[labels])
    low, high = interval(Scores(probabilities, labels, artists, ("a", "b")), macro_accuracy)
    assert low < 0.6 < high and low > 0.3 and high < 0.9
    assert 0.6 - low == pytest.approx(high - 0.6, abs=0.1)
