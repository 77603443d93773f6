"""A library of analysed songs with generated numbers, and a head for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.head_adapter import HeadAdapter
from mgc_desktop.inference.prediction import Timeline, TrackPrediction
from mgc_desktop.inference.registry import base_model
from mgc_desktop.inference.user_heads import BaseModel, UserHead
from mgc_desktop.library.song import FileTags
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.library.verdict import state_of

NOTHING = Timeline(GENRES, np.zeros((0, 2), np.float32), np.zeros((0, 10), np.float32))


@pytest.fixture(scope="session")
def musicnn() -> BaseModel:
    """The bundled model as one to be taught."""
    return base_model("musicnn")


@pytest.fixture(scope="session")
def analysed_seconds(musicnn: BaseModel) -> Callable[..., TrackPrediction]:
    """`heard(number)`: what the model heard in made song of that number; `silent` for nothing at all."""

    def make(number: int, *, silent: bool = False) -> TrackPrediction:
        rng = np.random.default_rng(number)
        probabilities = rng.dirichlet(np.full(10, 0.1)).astype(np.float32)
        best = int(probabilities.argmax())
        sure = float(probabilities[best])
        genre = GENRES[best] if sure >= musicnn.bundled.calibration.unsure_below and not silent else None
        return TrackPrediction(
            path=Path(f"/m/{number}.mp3"), duration=60.0, model=musicnn.name, model_version=musicnn.base,
            genres=GENRES, probabilities=np.full(10, 0.1, np.float32) if silent else probabilities, genre=genre,
            confidence=0.0 if silent else sure, timeline=NOTHING, tags=(("piano", 0.5),),
            embedding=None if silent else rng.normal(size=400).astype(np.float32), analysed_seconds=36.0,
        )  # fmt: skip

    return make


@pytest.fixture
def analysed_library(
    tmp_path: Path, musicnn: BaseModel, analysed_seconds: Callable[..., TrackPrediction]
) -> Iterator[LibraryStore]:
    """Songs 0 to 5, of which 5 is silent, with their verdicts; 6 was never listened to. `c0` is 0's checksum."""
    with LibraryStore(tmp_path / "library.db") as store:
        for number in range(7):
            path = Path(f"/m/{number}.mp3")
            artist = f"Artist {number // 2}" if number < 4 else None
            store.put([FileTags(path, 1, 1, f"Song {number}", artist, None, None, 60.0, ())])
            if number < 6:
                store.remember(f"c{number}", analysed_seconds(number, silent=number == 5))
                song, analysis = store.song_at(path), store.analysis(f"c{number}", musicnn.name, musicnn.base)
                assert song is not None
                assert analysis is not None
                store.assign(song.id, analysis, state_of((), analysis.genre))
        yield store


@pytest.fixture
def fado(musicnn: BaseModel) -> UserHead:
    """A head that hears Fado nearly everywhere."""
    rng = np.random.default_rng(0)
    bias = np.zeros(11, np.float32)
    bias[10] = 12.0
    adapter = HeadAdapter(
        ("Fado",), np.full((1, 10), 0.1, np.float32), np.zeros(400, np.float32), np.ones(400, np.float32),
        (0.01 * rng.normal(size=(11, 400))).astype(np.float32), bias,
    )  # fmt: skip
    return UserHead("Mine", musicnn.identity, adapter)
