"""The logistic regression converges to the minimum, and quickly."""

from __future__ import annotations

import numpy as np
import pytest

from mgc_desktop.foundation.arrays import DoubleArray
from mgc_desktop.heads.regression import Coordinates, softmax

Problem = tuple[DoubleArray, DoubleArray, DoubleArray, DoubleArray, DoubleArray]


@pytest.fixture
def problem() -> Problem:
    """Features, offsets, soft targets, weights, penalty."""
    rng = np.random.default_rng(0)
    n, features, genres = 120, 12, 4
    x = np.c_[rng.normal(size=(n, features)) * np.geomspace(3, 0.1, features), np.ones(n)]
    offsets = np.log(rng.dirichlet(np.full(genres, 0.3), n) + 1e-6)
    targets = rng.dirichlet(np.full(genres, 0.3), n)
    return x, offsets, targets, rng.uniform(0.1, 1, n), np.full(features + 1, 0.7)


def loss(
    coefficients: DoubleArray,
    x: DoubleArray,
    offsets: DoubleArray,
    targets: DoubleArray,
    weights: DoubleArray,
    penalty: DoubleArray,
) -> float:
    found = softmax(offsets + x @ coefficients.T)
    return float(-(weights[:, None] * targets * np.log(found)).sum() + (penalty * coefficients**2).sum() / 2)


def test_the_gradient_of_the_loss_is_zero_at_the_result(
    problem: Problem,
) -> None:
    x, offsets, targets, weights, penalty = problem
    found = Coordinates.of(x, weights, penalty).fit(offsets, targets, weights)
    slope = (weights[:, None] * (softmax(offsets + x @ found.T) - targets)).T @ x + penalty * found
    assert np.abs(slope).max() < 0.01
    least = loss(found, x, offsets, targets, weights, penalty)
    rng = np.random.default_rng(1)
    for _ in range(20):
        elsewhere = found + 0.05 * rng.normal(size=found.shape)
        assert loss(elsewhere, x, offsets, targets, weights, penalty) > least


def test_songs_that_are_left_out_have_no_effect(
    problem: Problem,
) -> None:
    x, offsets, targets, weights, penalty = problem
    among = np.arange(len(x)) % 3 > 0
    all_of_them = Coordinates.of(x, weights, penalty)
    some = Coordinates.of(x[among], weights[among], penalty)
    assert all_of_them.fit(offsets, targets, weights, among=among) == pytest.approx(
        some.fit(offsets[among], targets[among], weights[among]), abs=2e-3
    )


def test_targets_that_equal_the_offsets_give_zero_coefficients(
    problem: Problem,
) -> None:
    x, offsets, _, weights, penalty = problem
    found = Coordinates.of(x, weights, penalty).fit(offsets, softmax(offsets), weights)
    assert found == pytest.approx(0, abs=1e-6)
