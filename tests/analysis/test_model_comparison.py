"""Disagreements of models, over a song and over a library."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.analysis.model_comparison import agreement, compare
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.prediction import Timeline, TrackPrediction
from mgc_desktop.library.song import FileTags, State
from mgc_desktop.library.store import LibraryStore


def timeline(*genres: str, step: float = 2.0, names: tuple[str, ...] = GENRES) -> Timeline:
    """Segments of `step` seconds, each surely of one genre."""
    rows = np.full((len(genres), len(names)), 0.01, np.float32)
    rows[np.arange(len(genres)), [names.index(genre) for genre in genres]] = 0.91
    starts = np.arange(len(genres), dtype=np.float32) * step
    return Timeline(names, np.stack([starts, starts + step], axis=1), rows)


def test_models_with_equal_predictions_agree_everywhere() -> None:
    found = agreement([timeline("Jazz", "World"), timeline("Jazz", "World")], 4.0)
    assert (found.agreement == 1).all()
    assert found.disputes == ()


def test_segments_where_one_of_three_models_differs_are_in_seconds() -> None:
    jazz = timeline("Jazz", "Jazz", "Jazz", "Jazz")
    other = timeline("Jazz", "World", "World", "Jazz")
    found = agreement([jazz, jazz, other], 8.0, step=0.1)
    assert len(found.times) == len(found.agreement) == 80
    assert found.agreement.min() == pytest.approx(2 / 3)
    (dispute,) = found.disputes
    assert dispute.genres == ("Jazz", "Jazz", "World")
    assert dispute.start == pytest.approx(2.0, abs=0.11)  # half way between the middles of the segments
    assert dispute.end == pytest.approx(6.0, abs=0.11)


def test_a_model_without_segments_is_left_out() -> None:
    silent = Timeline(GENRES, np.zeros((0, 2), np.float32), np.zeros((0, 10), np.float32))
    assert agreement([timeline("Jazz"), silent], 2.0).disputes == ()
    assert (agreement([silent], 2.0).agreement == 1).all()


def hear(store, path: Path, model: str, share: float, genre: str, names: tuple[str, ...] = GENRES) -> None:
    values = np.full(len(names), (1 - share) / (len(names) - 1), np.float32)
    values[names.index(genre)] = share
    nothing = Timeline(names, np.zeros((0, 2), np.float32), np.zeros((0, len(names)), np.float32))
    store.remember(path.stem, TrackPrediction(path, 60.0, model, "1", names, values, genre, share, nothing))
    song = store.song_at(path)
    store.identify(song.id, path.stem)


@pytest.fixture
def store(tmp_path):
    """Four songs: on `a` the models agree, on `b` a little less, on `c` not at all; `d` only one has heard."""
    with LibraryStore(tmp_path / "library.db") as store:
        paths = [Path(f"/m/{name}.mp3") for name in "abcd"]
        store.put(FileTags(path, 1, 1) for path in paths)
        for path, share, genre in zip(paths, (0.9, 0.6, 0.9), ("Jazz", "Jazz", "World"), strict=False):
            hear(store, path, "one", 0.9, "Jazz")
            hear(store, path, "two", share, genre)
        hear(store, paths[3], "one", 0.9, "Jazz")
        yield store


def test_the_share_of_songs_on_which_two_models_agree(store) -> None:
    found = compare(store, [("one", "1"), ("two", "1")])
    assert (found.models, found.songs, found.predicted) == (("one", "two"), 4, (4, 3))
    assert found.common.tolist() == [[4, 3], [3, 3]]
    assert found.agreement == pytest.approx(np.array([[1, 2 / 3], [2 / 3, 1]]))


def test_songs_with_the_largest_distance_come_first(store) -> None:
    found = compare(store, [("one", "1"), ("two", "1")])
    assert [dispute.song.path.stem for dispute in found.disputes] == ["c", "b"]
    assert found.disputes[0].genres == ("Jazz", "World")
    assert found.disputes[0].distance == pytest.approx(0.9 - 0.1 / 9, abs=1e-5)
    assert found.disputes[1].distance == pytest.approx(0.3, abs=1e-5)
    assert len(compare(store, [("one", "1"), ("two", "1")], most=1).disputes) == 1


def test_a_model_with_genres_of_its_own_is_compared_by_name(store) -> None:
    hear(store, Path("/m/d.mp3"), "mine", 0.8, "Fado", ("Fado", "Jazz"))
    found = compare(store, [("one", "1"), ("mine", "1")])
    (dispute,) = found.disputes
    assert dispute.genres == ("Jazz", "Fado")
    assert dispute.distance == pytest.approx(0.8, abs=0.02)


def test_models_without_predictions_have_no_disputes(store) -> None:
    found = compare(store, [("three", "1"), ("four", "1")])
    assert found.predicted == (0, 0)
    assert np.isnan(found.agreement).all()
    assert found.disputes == ()


def test_comparing_models_changes_no_song(store) -> None:
    before = store.songs([1, 2, 3, 4])
    compare(store, [("one", "1"), ("two", "1")])
    assert store.songs([1, 2, 3, 4]) == before
    assert {song.state for song in before} == {State.NEW}
