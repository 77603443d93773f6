"""A small library in a database of its own, and the view's parts around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.prediction import Timeline, TrackPrediction
from mgc_desktop.inference.registry import DEFAULT, load
from mgc_desktop.library.song import FileTags, Song, State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.library.verdict import state_of

# What listens by default, so that nothing here is stale.
MODEL = (DEFAULT, load().version)
SONGS = (
    ("a/one.mp3", "Alpha", "Zoe", "Night", (), "Jazz"),
    ("a/two.mp3", "Beta", "Yan", "Night", ("Rock",), "Jazz"),
    ("b/three.mp3", "Gamma", "Xu", "Day", ("Jazz",), "Jazz"),
    ("b/four.mp3", "Delta", "Wu", "Day", (), None),
    ("b/five.mp3", "Epsilon", None, None, (), "World"),
)


def hear(store: LibraryStore, path: Path, genre: str | None, share: float = 0.8, seconds: float = 60.0) -> None:
    song = store.song_at(path)
    assert song is not None
    probabilities = np.full(10, (1 - share) / 9, np.float32)
    probabilities[GENRES.index(genre or "World")] = share
    timeline = Timeline(GENRES, np.zeros((0, 2), np.float32), np.zeros((0, 10), np.float32))
    prediction = TrackPrediction(path, seconds, *MODEL, GENRES, probabilities, genre, share, timeline)
    store.remember(path.name, prediction)
    analysis = store.analysis(path.name, *MODEL)
    assert analysis is not None
    store.assign(song.id, analysis, state_of(song.genres, genre))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LibraryStore]:
    """Five songs that were listened to, one that is new, one that failed."""
    with LibraryStore(tmp_path / "library.db") as store:
        store.add_folder(Path("/m"))
        for name, title, artist, album, genres, predicted in SONGS:
            path = Path("/m") / name
            store.put([FileTags(path, 1, 1, title, artist, album, None, 60.0, genres)])
            hear(store, path, predicted)
        store.put(
            [FileTags(Path("/m/new.mp3"), 1, 1, "Zeta"), FileTags(Path("/m/bad.mp3"), 0, 1, error="It is empty.")]
        )
        yield store


@pytest.fixture
def state_at(store: LibraryStore) -> Callable[[str], State]:
    """The state of a song below /m."""

    def state(name: str) -> State:
        song = store.song_at(Path("/m") / name)
        assert song is not None
        return song.state

    return state


@pytest.fixture
def analysed(store: LibraryStore) -> Callable[..., Song]:
    """`analysed(path, genre, confidence, seconds)`: a further song without a genre, with that verdict."""

    def add(path: Path, genre: str, confidence: float, seconds: float) -> Song:
        store.put([FileTags(path, 1, 1)])
        hear(store, path, genre, confidence, seconds)
        song = store.song_at(path)
        assert song is not None
        return song

    return add
