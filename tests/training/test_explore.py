"""Projections apply without the libraries that fitted them, and show what there is to see."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn")
from mgc_desktop.inference.projection import Method, Projection
from mgc_desktop.training.datasets import Clip
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.explore import class_table, draw, project, quality
from mgc_desktop.training.summaries import coarse_picture, summary

pytestmark = pytest.mark.train
RNG = np.random.default_rng(0)
LABELS = ["a"] * 30 + ["b"] * 30 + ["c"] * 30
CENTRES = np.repeat(RNG.normal(0, 4, (3, 12)), 30, axis=0)
FEATURES = CENTRES + RNG.normal(0, 1, (90, 12)) * np.linspace(0.1, 5, 12)


def separation(points: np.ndarray) -> float:
    """How far the classes' centres are from each other, in spreads of a class."""
    centres = np.stack([points[np.array(LABELS) == label].mean(axis=0) for label in "abc"])
    within = np.mean([points[np.array(LABELS) == label].std(axis=0).mean() for label in "abc"])
    return float(np.linalg.norm(centres[:, None] - centres[None], axis=2).max() / within)


def test_pca_is_scikit_learns() -> None:
    from sklearn.decomposition import PCA

    standard = (FEATURES - FEATURES.mean(0)) / FEATURES.std(0)
    expected = PCA(2, random_state=0).fit_transform(standard)
    assert np.allclose(project(FEATURES, LABELS, "pca", 2).apply(FEATURES), expected, atol=1e-3)


def test_lda_separates_what_pca_does_not() -> None:
    lda, pca = (separation(project(FEATURES, LABELS, m, 2).apply(FEATURES)) for m in ("lda", "pca"))
    assert lda > pca
    assert lda > 4


@pytest.mark.slow
def test_a_small_network_stands_in_for_umap() -> None:
    pytest.importorskip("umap")
    projection = project(FEATURES, LABELS, "umap", 3)
    assert projection.fidelity > 0.9
    assert projection.apply(FEATURES).shape == (90, 3)


@pytest.mark.parametrize("method", ["pca", "lda"])
def test_a_saved_projection_needs_numpy_only(method: Method, tmp_path: Path) -> None:
    projection = project(FEATURES, LABELS, method, 2)
    projection.save(tmp_path / "p.npz")
    loaded = Projection.load(tmp_path / "p.npz")
    assert np.allclose(loaded.apply(FEATURES), projection.apply(FEATURES), atol=1e-3)
    assert loaded.method == method


def test_lda_needs_more_genres_than_dimensions() -> None:
    with pytest.raises(TrainingError, match="more than 3 genres"):
        project(FEATURES, LABELS, "lda", 3)


def test_too_few_clips_are_a_clear_error() -> None:
    with pytest.raises(TrainingError, match="too few"):
        project(FEATURES[:2], LABELS[:2], "pca", 2)


def test_the_table_counts_clips_and_artists() -> None:
    clips = [Clip(str(i), Path("x"), 0, None, "Jazz" if i else None, f"artist {i % 2}") for i in range(4)]
    assert "| Jazz | 3 | 2 |" in class_table(clips)
    assert "| no genre | 1 | 1 |" in class_table(clips)


def test_pictures_are_summed_up_by_band_and_drawn(tmp_path: Path) -> None:
    row = summary(np.array([[1.0, 3.0], [5.0, 5.0]]))
    assert row.tolist() == [2, 5, 1, 0]
    for dimensions in (2, 3):
        draw(FEATURES[:, :dimensions], LABELS, "made", tmp_path / f"{dimensions}.png")
        assert (tmp_path / f"{dimensions}.png").stat().st_size > 1000


def test_what_is_said_of_a_projection_is_the_figure_that_it_names() -> None:
    from sklearn.decomposition import PCA

    standard = (FEATURES - FEATURES.mean(0)) / FEATURES.std(0)
    explained = PCA(2, random_state=0).fit(standard).explained_variance_ratio_.sum()
    assert quality(project(FEATURES, LABELS, "pca", 2), FEATURES) == f"shows {explained:.0%} of the variance"
    assert "variance" not in quality(project(FEATURES, LABELS, "lda", 2), FEATURES)


@pytest.mark.parametrize("frames", [7, 40, 1000])
def test_a_coarse_picture_has_as_many_points_whatever_the_length(frames: int) -> None:
    picture = np.repeat(np.arange(128.0)[:, None], frames, axis=1)
    row = coarse_picture(picture).reshape(16, 32)
    assert np.allclose(row[0], np.arange(8).mean()) and np.allclose(row[15], np.arange(120, 128).mean())
