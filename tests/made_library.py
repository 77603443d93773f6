"""A small library of generated songs whose figures can be counted by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.prediction import Timeline, TrackPrediction
from mgc_desktop.library.song import FileTags
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.library.verdict import state_of

ROOT = Path("/music")

# Path, genres in the file, what was heard (None: unsure, "": not listened to), how sure, year.
SONGS: tuple[tuple[str, tuple[str, ...], str | None, float, int | None], ...] = (
    ("jazz/one.mp3", ("Jazz",), "Jazz", 0.9, 1959),
    ("jazz/two.mp3", ("bebop",), "Jazz", 0.8, 1957),
    ("jazz/three.mp3", ("Jazz",), "Classical", 0.7, 1962),
    ("jazz/four.mp3", ("Rock", "Jazz"), "Jazz", 0.6, 0),
    ("game/five.mp3", ("Soundtrack",), "Classical", 0.5, 2004),
    ("game/six.mp3", ("soundtrack",), "Classical", 0.95, 2005),
    ("game/seven.mp3", ("Soundtrack",), None, 0.3, None),
    ("game/deep/eight.mp3", ("Chipcore",), "Electronica", 0.9, 2011),
    ("game/deep/nine.mp3", (), "Electronica", 0.9, 20110),
    ("ten.mp3", ("Jazz",), "", 0.0, None),
)


def hear(
    store: LibraryStore, path: Path, genre: str | None, sure: float, genres: tuple[str, ...] = GENRES, model: str = "m"
) -> None:
    """Let a model hear a genre in a song that the store knows."""
    song = store.song_at(path)
    assert song is not None
    probabilities = np.full(len(genres), (1 - sure) / (len(genres) - 1), np.float32)
    probabilities[genres.index(genre or "World")] = sure
    timeline = Timeline(genres, np.zeros((0, 2), np.float32), np.zeros((0, len(genres)), np.float32))
    prediction = TrackPrediction(path, 60.0, model, "1", genres, probabilities, genre, sure, timeline)
    store.remember(str(path), prediction)
    analysis = store.analysis(str(path), model, "1")
    assert analysis is not None
    store.assign(song.id, analysis, state_of(song.genres, genre))


def fill(store: LibraryStore) -> None:
    """Ten songs, nine of them listened to."""
    store.add_folder(ROOT)
    for name, genres, heard, sure, year in SONGS:
        path = ROOT / name
        store.put([FileTags(path, 1, 1, path.stem, year=year, genres=genres)])
        if heard != "":
            hear(store, path, heard, sure)
