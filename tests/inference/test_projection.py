"""Projections of embeddings give every song the same place each time."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgc_desktop.errors import ModelError
from mgc_desktop.inference.metadata import FileRecord, ModelMetadata
from mgc_desktop.inference.projection import DIMENSIONS, METHODS, Projection, ProjectionSet
from mgc_desktop.paths import models_dir

RNG = np.random.default_rng(0)


def network(inputs: int, dimensions: int, method: str = "umap") -> Projection:
    widths = (inputs, 8, dimensions)
    weights = tuple(RNG.normal(0, 0.3, (b, a)).astype(np.float32) for a, b in itertools.pairwise(widths))
    return Projection(method, weights, tuple(np.zeros(len(w), np.float32) for w in weights), 0.8)


@pytest.fixture
def projection_set() -> ProjectionSet:
    maps = {("pca", 2): network(5, 2, "pca"), ("umap", 3): network(5, 3)}
    return ProjectionSet(np.arange(5.0), np.full(5, 2.0), maps, "Fitted to made songs.")


def test_layers_are_applied_with_a_tanh_between_them() -> None:
    first, second = np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([[1.0, 1.0], [0.0, 3.0]])
    projection = Projection("umap", (first, second), (np.array([0.0, 1.0]), np.array([0.5, 0.0])))
    x = np.array([[0.3, -0.7]])
    hidden = np.tanh([0.3, -0.4])
    assert projection.apply(x) == pytest.approx(np.array([[hidden.sum() + 0.5, 3 * hidden[1]]]))


def test_inconsistent_layers_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Projection("pca", (np.zeros((3, 5)), np.zeros((2, 4))), (np.zeros(3), np.zeros(2)))
    with pytest.raises(ValueError, match="do not fit"):
        Projection("pca", (np.zeros((2, 5)),), (np.zeros(3),))
    with pytest.raises(ValueError, match="needs weights"):
        Projection("pca", (), ())


def test_a_projection_set_is_read_back_unchanged(projection_set: ProjectionSet, tmp_path: Path) -> None:
    projection_set.save(tmp_path / "maps.npz")
    loaded = ProjectionSet.load(tmp_path / "maps.npz")
    embeddings = RNG.normal(3, 2, (20, 5)).astype(np.float32)
    assert loaded.maps.keys() == projection_set.maps.keys()
    assert loaded.fitted_on == "Fitted to made songs."
    assert loaded.maps["umap", 3].fidelity == 0.8
    for method, dimensions in projection_set.maps:
        before = projection_set.place(projection_set.standard(embeddings), method, dimensions)
        after = loaded.place(loaded.standard(embeddings), method, dimensions)
        assert after.shape == (20, dimensions)
        assert after == pytest.approx(before, abs=0.01)  # half precision


def test_the_place_of_a_song_does_not_depend_on_other_songs(projection_set: ProjectionSet) -> None:
    embeddings = RNG.normal(3, 2, (300, 5)).astype(np.float32)
    together = projection_set.place(projection_set.standard(embeddings), "umap", 3)
    alone = projection_set.place(projection_set.standard(embeddings[7:8]), "umap", 3)
    assert alone == pytest.approx(together[7:8], abs=1e-5)


def test_equal_projection_sets_make_equal_files(projection_set: ProjectionSet, tmp_path: Path) -> None:
    for name in ("one.npz", "two.npz"):
        projection_set.save(tmp_path / name)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-200]), "damaged"),
        (lambda path: path.write_bytes(b"nothing"), "not understood|damaged"),
        (lambda path: path.unlink(), "missing"),
    ],
)
def test_a_damaged_projection_set_is_named_in_the_error(
    projection_set: ProjectionSet, tmp_path: Path, damage: Callable[[Path], Any], complaint: str
) -> None:
    path = tmp_path / "maps.npz"
    projection_set.save(path)
    damage(path)
    with pytest.raises(ModelError, match=complaint) as caught:
        ProjectionSet.load(path)
    assert caught.value.path == path


def test_a_file_with_another_checksum_is_refused(projection_set: ProjectionSet, tmp_path: Path) -> None:
    projection_set.save(tmp_path / "maps.npz")
    with pytest.raises(ModelError, match="checksum"):
        ProjectionSet.load(tmp_path / "maps.npz", hashlib.sha256(b"other").hexdigest())


def test_a_projection_set_for_other_embeddings_is_refused(projection_set: ProjectionSet) -> None:
    with pytest.raises(ValueError, match="not of these embeddings"):
        replace(projection_set, mean=np.zeros(4), spread=np.ones(4))
    with pytest.raises(ValueError, match="do not fit"):
        replace(projection_set, spread=np.zeros(5))


# The bundled one


def test_the_default_model_has_all_its_maps_small_and_as_recorded() -> None:
    folder = models_dir() / "musicnn"
    metadata = ModelMetadata.load(folder)
    assert metadata.projections is not None
    path = folder / metadata.projections.file
    projection_set = ProjectionSet.load(path, metadata.projections.sha256)
    assert set(projection_set.maps) == {(method, dimensions) for method in METHODS for dimensions in DIMENSIONS}
    assert len(projection_set.mean) == metadata.embedding
    assert path.stat().st_size < 300_000
    assert "songs" in projection_set.fitted_on


def test_metadata_of_before_the_maps_are_read_as_they_were() -> None:
    metadata = ModelMetadata.load(models_dir() / "musicnn")
    values = metadata.to_dict()
    del values["projections"]
    assert ModelMetadata.from_dict(values).projections is None
    assert "projections" not in ModelMetadata.from_dict(values).to_dict()


def test_metadata_keep_the_record_of_the_maps() -> None:
    metadata = ModelMetadata.load(models_dir() / "musicnn")
    record = FileRecord("projections.npz", "0" * 64)
    again = ModelMetadata.from_dict(replace(metadata, projections=record).to_dict())
    assert again.projections == record
