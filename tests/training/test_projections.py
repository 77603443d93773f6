"""The bundled model's maps: what they are fitted to, and how true the network is that stands in for UMAP."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn")
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.projection import ProjectionSet
from mgc_desktop.inference.registry import load
from mgc_desktop.training import explore
from mgc_desktop.training.product.backbone.projections import HeardSong, find_songs, fit_atlas, hear

pytestmark = pytest.mark.train

WIDTH = 24
GENRES = ("Jazz", "World", "Ambient", "Classical")


def made_songs(number: int = 120) -> list[HeardSong]:
    """Four crowds, six artists each; the parts of a song are near it. One song in eight is unsure."""
    rng = np.random.default_rng(0)
    crowds = rng.normal(0, 3, (4, WIDTH))
    songs = []
    for i in range(number):
        embedding = 5 + crowds[i % 4] + rng.normal(0, 1, WIDTH)
        parts = embedding + rng.normal(0, 0.2, (3, WIDTH))
        songs.append(HeardSong(f"artist {i % 24}", GENRES[i % 4] if i % 8 else None, embedding, parts))
    return songs


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load("musicnn")


@pytest.fixture(scope="module")
def fitted() -> tuple[ProjectionSet, dict[str, object]]:
    pytest.importorskip("umap")
    before, explore._STEPS = explore._STEPS, 300
    try:
        return fit_atlas(made_songs())
    finally:
        explore._STEPS = before


@pytest.mark.slow
def test_all_six_maps_fill_a_square_or_a_cube(fitted: tuple[ProjectionSet, dict[str, object]]) -> None:
    projection_set, _ = fitted
    standard = projection_set.standard(np.stack([song.embedding for song in made_songs()]).astype(np.float32))
    assert standard.mean(axis=0) == pytest.approx(np.zeros(WIDTH), abs=1e-4)
    assert len(projection_set.maps) == 6
    for method, dimensions in projection_set.maps:
        low, high = np.percentile(projection_set.place(standard, method, dimensions), [1, 99], axis=0)
        assert low == pytest.approx(np.full(dimensions, 0.02), abs=1e-3)
        assert high == pytest.approx(np.full(dimensions, 0.98), abs=1e-3)


@pytest.mark.slow
def test_songs_of_a_genre_lie_together_also_those_that_were_not_learned_from(
    fitted: tuple[ProjectionSet, dict[str, object]],
) -> None:
    projection_set, figures = fitted
    rng = np.random.default_rng(0)
    crowds = 5 + rng.normal(0, 3, (4, WIDTH))
    fresh = (np.repeat(crowds, 20, axis=0) + np.random.default_rng(9).normal(0, 1, (80, WIDTH))).astype(np.float32)
    for method in ("lda", "umap"):
        places = projection_set.place(projection_set.standard(fresh), method, 2).reshape(4, 20, 2)  # type: ignore[arg-type]
        centres, spread = places.mean(axis=1), places.std(axis=1).mean()
        apart = np.linalg.norm(centres[:, None] - centres[None], axis=2)[np.triu_indices(4, 1)]
        assert apart.min() > 3 * spread
    assert figures["UMAP, 2-D: R² of the network"]["songs of artists that it did not learn from"] > 0.7  # type: ignore[index]
    assert projection_set.maps["umap", 2].fidelity > 0.7


@pytest.mark.slow
def test_it_says_what_it_was_fitted_to(fitted: tuple[ProjectionSet, dict[str, object]]) -> None:
    projection_set, figures = fitted
    assert "120 songs" in projection_set.fitted_on and "105 of them" in projection_set.fitted_on
    assert (figures["songs"], figures["artists"]) == (120, 24)


def test_songs_are_heard_once_and_silent_ones_left_out(
    small_tree: Path, silent_wav: Path, classifier: Classifier, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.mp3").write_bytes(b"no sound at all")
    songs = find_songs([small_tree / "Classical", silent_wav, tmp_path / "broken.mp3"], None)
    assert len(songs) == 12
    heard = hear(classifier, songs, tmp_path / "cache")
    assert len(heard) == 10
    assert "broken.mp3" in capsys.readouterr().out
    assert heard[0].embedding.shape == (classifier.metadata.embedding,)
    assert heard[0].parts.shape[1] == classifier.metadata.embedding
    again = hear(classifier, songs[:10], tmp_path / "cache")
    assert all((a.embedding == b.embedding).all() for a, b in zip(heard, again, strict=True))


def test_a_list_of_recordings_brings_its_artists(small_tree: Path, tmp_path: Path) -> None:
    path = next(small_tree.rglob("*.wav"))
    table = tmp_path / "tracks.tsv"
    table.write_text(f"path\tgenre\tartist\n{path.relative_to(small_tree)}\tJazz\tZoe\n", encoding="utf-8")
    assert [(song.path, song.artist) for song in find_songs([table], small_tree)] == [(path, "Zoe")]
