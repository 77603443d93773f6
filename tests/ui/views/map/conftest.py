"""A small map, and a library that the program opens with songs on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget

from mgc_desktop.analysis.colouring import by_prediction
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.prediction import Timeline, TrackPrediction
from mgc_desktop.library.song import FileTags
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.library.verdict import state_of
from mgc_desktop.ui.opener import demo_songs
from mgc_desktop.ui.theme import DARK
from mgc_desktop.ui.views.map.canvas import MapCanvas
from mgc_desktop.ui.views.map.card import Facts

HEARD = ("Jazz", "Jazz", "World", "World", "Ambient")
PLACES = np.array([[0.1, 0.1], [0.2, 0.2], [0.8, 0.8], [0.9, 0.9], [0.5, 0.5]], np.float32)


def _facts(song: int) -> Facts:
    return Facts(f"Song {song}", "Somebody", HEARD[song], "#123456", "")


@pytest.fixture
def canvas(place: Callable[..., QWidget]) -> MapCanvas:
    """Five songs from the lower left to the upper right, 600 x 400 pixels."""
    canvas = MapCanvas(DARK, _facts)
    places = np.concatenate([PLACES, np.full((5, 1), 0.5, np.float32)], axis=1)
    place(canvas, 600, 400)
    canvas.show_songs(places, by_prediction(HEARD, np.array([True, True, True, True, False])), flat=True)
    return canvas


@pytest.fixture
def library(home: Path) -> Path:
    """A database with the four demo songs and twenty made ones, heard by the default model; one song is not heard."""
    database = home / "data" / "library.db"
    rng = np.random.default_rng(0)
    with LibraryStore(database) as store:
        paths = [*demo_songs(), *(Path(f"/music/{i:02}.mp3") for i in range(20))]
        store.add_folder(Path("/music"))
        store.put([FileTags(path, 1, 1, f"Song {i}", "Somebody", genres=("Rock",)) for i, path in enumerate(paths)])
        store.put([FileTags(Path("/music/lonely.mp3"), 1, 1, "Lonely")])
        for i, path in enumerate(paths):
            _hear(store, path, GENRES[i % 3] if i % 5 else None, rng.gamma(1.0, 0.3, 400).astype(np.float32))
    return database


def _hear(store: LibraryStore, path: Path, genre: str | None, embedding: np.ndarray) -> None:
    probabilities = np.full(10, 0.03, np.float32)
    probabilities[GENRES.index(genre or "World")] = 0.73 if genre else 0.3
    timeline = Timeline(GENRES, np.zeros((0, 2), np.float32), np.zeros((0, 10), np.float32))
    prediction = TrackPrediction(
        path, 60.0, "musicnn", "1.0+1.0", GENRES, probabilities, genre, 0.73, timeline, embedding=embedding
    )
    store.remember(path.name, prediction)
    song, analysis = store.song_at(path), store.analysis(path.name, "musicnn", "1.0+1.0")
    assert song is not None and analysis is not None
    store.assign(song.id, analysis, state_of(song.genres, genre))
