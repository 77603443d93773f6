"""The map of a small library: which songs are on it, and where."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.analysis.fitted_maps import fit_projections, pca_of
from mgc_desktop.analysis.map import Maps, NothingToMap, load_maps, read_map, reason
from mgc_desktop.errors import ModelError
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.prediction import Timeline, TrackPrediction
from mgc_desktop.inference.projection import Projection, ProjectionSet
from mgc_desktop.library.song import FileTags
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.library.verdict import state_of
from mgc_desktop.paths import models_dir

RNG = np.random.default_rng(0)
WIDTH = 6
MAPS = Maps(
    "m",
    WIDTH,
    ProjectionSet(
        np.zeros(WIDTH),
        np.ones(WIDTH),
        {
            ("pca", 2): Projection("pca", (np.eye(2, WIDTH),), (np.zeros(2),)),
            ("pca", 3): Projection("pca", (np.eye(3, WIDTH),), (np.zeros(3),)),
        },
    ),
)
Hear = Callable[..., None]


def hear(
    store: LibraryStore,
    name: str,
    genre: str | None,
    embedding: np.ndarray | None,
    model: str = "m",
    version: str = "1",
) -> None:
    song = store.song_at(Path("/m") / name)
    assert song is not None
    probabilities = np.full(10, 0.02, np.float32)
    probabilities[GENRES.index(genre or "World")] = 0.82 if genre else 0.3
    timeline = Timeline(GENRES, np.zeros((0, 2), np.float32), np.zeros((0, 10), np.float32))
    prediction = TrackPrediction(
        song.path, 60.0, model, version, GENRES, probabilities, genre, float(probabilities.max()), timeline,
        embedding=embedding,
    )  # fmt: skip
    store.remember(ascii(name), prediction)
    analysis = store.analysis(ascii(name), model, version)
    assert analysis is not None
    store.assign(song.id, analysis, state_of(song.genres, genre))


@pytest.fixture
def store(empty: LibraryStore) -> LibraryStore:
    """Four songs on the map, one heard by a model without maps, one not heard."""
    for name, title, artist, genres in (
        ("one.mp3", "One", "Zoe", ("Jazz",)),
        ("two.mp3", None, None, ()),
        ("three.mp3", "Three", "Xu", ("Rock", "Jazz")),
        ("four.mp3", "Four", "Zoe", ("Soundtrack",)),
        ("five.mp3", "Five", None, ()),
        ("six.mp3", "Six", None, ()),
    ):
        empty.put([FileTags(Path("/m") / name, 1, 1, title, artist, genres=genres)])
    for name, genre in (("one.mp3", "Jazz"), ("two.mp3", None), ("three.mp3", "Jazz"), ("four.mp3", "World")):
        hear(empty, name, genre, RNG.normal(0, 1, WIDTH).astype(np.float32))
    hear(empty, "five.mp3", "Jazz", None, model="cnn-full")
    return empty


def test_every_song_that_was_heard_with_an_embedding_is_on_the_map(store: LibraryStore) -> None:
    found = read_map(store, MAPS)
    assert found.titles == ("One", "two", "Three", "Four")
    assert found.artists == ("Zoe", "", "Xu", "Zoe")
    assert found.predicted[0] == "Jazz"
    assert found.sure.tolist() == [True, False, True, True]
    assert found.genres[2] == ("Rock", "Jazz")
    assert found.path(3) == Path("/m/four.mp3")
    assert (found.songs, found.predicted_by_others) == (6, 1)


def test_flat_maps_lie_in_the_middle_plane(store: LibraryStore) -> None:
    found = read_map(store, MAPS)
    assert (found.places["pca", 2][:, 2] == 0.5).all()
    assert np.allclose(found.places["pca", 2][:, :2], found.places["pca", 3][:, :2])
    assert not np.allclose(found.places["pca", 3][:, 2], 0.5)


def test_a_song_lies_where_it_lay_when_others_come_and_go(store: LibraryStore) -> None:
    before = read_map(store, MAPS)
    store.put([FileTags(Path("/m/aaa.mp3"), 1, 1, "New")])
    hear(store, "aaa.mp3", "World", np.full(WIDTH, 9, np.float32))
    store.forget([Path("/m/one.mp3")])
    after = read_map(store, MAPS)
    for name in ("two.mp3", "four.mp3"):
        was, now = before.row_at(Path("/m") / name), after.row_at(Path("/m") / name)
        assert was is not None and now is not None
        for key in before.places:
            assert after.places[key][now] == pytest.approx(before.places[key][was], abs=1e-6)


def test_a_song_judged_by_another_model_since_stays_on_the_map(store: LibraryStore) -> None:
    hear(store, "four.mp3", None, None, model="cnn-full")
    found = read_map(store, MAPS)
    row = found.row_at(Path("/m/four.mp3"))
    assert row is not None
    assert not found.sure[row]


def test_of_two_versions_the_later_counts_once(store: LibraryStore) -> None:
    hear(store, "one.mp3", "World", np.full(WIDTH, 2, np.float32), version="2")
    found = read_map(store, MAPS)
    assert len(found) == 4
    row = found.row_at(Path("/m/one.mp3"))
    assert row is not None
    assert found.predicted[row] == "World"
    assert found.places["pca", 2][row, 0] == pytest.approx(2)


def test_embeddings_of_another_length_are_left_out(store: LibraryStore) -> None:
    hear(store, "six.mp3", "Jazz", np.ones(WIDTH + 1, np.float32))
    assert len(read_map(store, MAPS)) == 4


def test_rows_are_found_by_ids_and_by_files(store: LibraryStore) -> None:
    found = read_map(store, MAPS)
    assert found.rows([int(found.ids[2]), 999_999, int(found.ids[0])]).tolist() == [2, 0]
    assert found.row_at(Path("/m/nowhere.mp3")) is None
    assert found.row_at(None) is None


def test_names_that_are_no_text_are_found(empty: LibraryStore) -> None:
    path = Path("/m") / os.fsdecode(b"caf\xe9.mp3")
    empty.put([FileTags(path, 1, 1)])
    hear(empty, path.name, "Jazz", np.ones(WIDTH, np.float32))
    found = read_map(empty, MAPS)
    assert found.path(0) == path and found.row_at(path) == 0


def test_the_table_has_a_song_a_row_with_its_place(store: LibraryStore) -> None:
    header, rows = read_map(store, MAPS).table("pca", 3)
    assert header == ("path", "title", "artist", "in the file", "heard", "confidence", "pca 1", "pca 2", "pca 3")
    assert rows[2][:5] == ("/m/three.mp3", "Three", "Xu", "Rock; Jazz", "Jazz")
    assert rows[1][4] == ""  # unsure
    assert {len(row) for row in rows} == {9}


def test_the_colouring_follows_ear_or_file(store: LibraryStore) -> None:
    found = read_map(store, MAPS)
    by_ear, by_file = found.colouring("heard"), found.colouring("file")
    assert [by_ear.names[g] for g in by_ear.group] == ["Jazz", "Unsure", "Jazz", "World"]
    assert [by_file.names[g] for g in by_file.group] == ["Jazz", "No genre", "Jazz", "Soundtrack"]


def test_an_empty_map_says_why(empty: LibraryStore) -> None:
    assert reason(read_map(empty, MAPS)) is NothingToMap.NO_SONGS
    empty.put([FileTags(Path("/m/one.mp3"), 1, 1)])
    assert reason(read_map(empty, MAPS)) is NothingToMap.NOT_ANALYSED
    hear(empty, "one.mp3", "Jazz", None, model="cnn-full")
    assert reason(read_map(empty, MAPS)) is NothingToMap.OTHER_MODEL
    hear(empty, "one.mp3", "Jazz", np.ones(WIDTH, np.float32))
    assert reason(read_map(empty, MAPS)) is None


# The models


def test_the_bundled_model_has_maps_whatever_model_is_preferred() -> None:
    for preferred in (None, "musicnn", "cnn-full", "nothing"):
        maps = load_maps(preferred)
        assert maps is not None and maps.model == "musicnn"
        assert len(maps.projection_set.maps) == 6


def test_damaged_maps_are_named_and_models_without_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(models_dir() / "musicnn", tmp_path / "musicnn")
    shutil.copytree(models_dir() / "cnn-sixteenth", tmp_path / "cnn-sixteenth")
    monkeypatch.setattr("mgc_desktop.inference.registry.model_folders", lambda: (tmp_path,))
    path = tmp_path / "musicnn" / "projections.npz"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ModelError, match="damaged"):
        load_maps()
    shutil.rmtree(tmp_path / "musicnn")
    assert load_maps() is None


class TestFitted:
    """The maps of an imported model, which brings none."""

    def test_pca_finds_the_directions_in_which_songs_differ_and_fills_the_square(self) -> None:
        rng = np.random.default_rng(1)
        for songs, width in ((300, 8), (9, 40)):  # more songs than numbers, and fewer
            along = rng.normal(0, 1, (songs, 1))
            noise = 0.05 * rng.normal(0, 1, (songs, width))
            embeddings = (along * np.sign(rng.normal(0, 1, width)) + noise).astype(np.float32)
            found = pca_of(embeddings)
            assert found is not None
            places = found.place(found.standard(embeddings), "pca", 2)
            assert places.min() >= -1e-4
            assert places.max() <= 1 + 1e-4
            assert np.ptp(places[:, 0]) == pytest.approx(1, abs=1e-3)
            assert abs(np.corrcoef(places[:, 0], along[:, 0])[0, 1]) > 0.99
            solid = found.place(found.standard(embeddings), "pca", 3)
            np.testing.assert_allclose(solid[:, :2], places, atol=1e-5)

    @pytest.mark.parametrize("same", [np.zeros((9, 5), np.float32), np.full((9, 5), np.nan, np.float32)])
    def test_songs_that_do_not_differ_have_no_map(self, same: np.ndarray) -> None:
        assert pca_of(same) is None

    def test_the_library_is_mapped_as_the_model_heard_it(self, store: LibraryStore) -> None:
        fitted = fit_projections(store, "m", WIDTH)
        assert fitted is not None
        found = read_map(store, Maps("m", WIDTH, fitted))
        assert len(found) == 4
        assert set(found.places) == {("pca", 2), ("pca", 3)}
        assert len(found.neighbours.of(0, 3).songs) == 3
        assert fit_projections(store, "cnn-full", WIDTH) is None
