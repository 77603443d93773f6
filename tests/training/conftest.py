"""Small made music: each genre has a sound that a network can learn in seconds."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mgc_desktop.training.product.backbone.fuse import FrontBlock, Fused, MidLayer

SR = 22050


def _tone(rng: np.random.Generator, t: NDArray[np.float64]) -> NDArray[np.float64]:
    return sum(np.sin(2 * np.pi * rng.uniform(200, 400) * k * t) / k for k in (1, 2, 3))  # type: ignore[return-value]


def _noise(rng: np.random.Generator, t: NDArray[np.float64]) -> NDArray[np.float64]:
    return rng.standard_normal(len(t))


def _pulses(rng: np.random.Generator, t: NDArray[np.float64]) -> NDArray[np.float64]:
    beat = np.exp(-((t * rng.uniform(3, 5)) % 1) * 12)
    return beat * np.sin(2 * np.pi * 60 * t) + 0.02 * rng.standard_normal(len(t))


SOUNDS = {"Classical": _tone, "Hard Rock": _noise, "Electronica": _pulses}


def write_wav(path: Path, y: NDArray[np.floating], sr: int = SR) -> Path:
    """Mono, 16 bits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sr)
        file.writeframes((np.clip(y, -1, 1) * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture
def silent_wav(tmp_path: Path) -> Path:
    """Two seconds of nothing."""
    return write_wav(tmp_path / "silent.wav", np.zeros(2 * SR))


@pytest.fixture(scope="session")
def small_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three genres, five artists each, two songs of four seconds from each artist."""
    folder = tmp_path_factory.mktemp("small tree")
    t = np.arange(4 * SR) / SR
    for g, (genre, sound) in enumerate(SOUNDS.items()):
        for artist in range(5):
            for song in range(2):
                rng = np.random.default_rng((g, artist, song))
                y = sound(rng, t)
                write_wav(folder / genre / f"Artist {g}{artist}" / f"{song}.wav", 0.5 * y / np.abs(y).max())
    return folder


@pytest.fixture
def small_tagger() -> Fused:
    """A tagger of the backbone's form with a few filters, its numbers drawn."""
    rng = np.random.default_rng(0)

    def front(filters: int, frames: int, bands: int) -> FrontBlock:
        low, high = np.zeros(filters), np.full(filters, 3e38)
        return FrontBlock(rng.normal(0, 0.1, (filters, frames, bands)), rng.normal(size=filters), low, high)

    def mid(before: int, bias_frames: int) -> MidLayer:
        ones = np.ones((4, 1))
        return MidLayer(rng.normal(0, 0.1, (4, before, 7)), rng.normal(size=(4, bias_frames)), ones, 0 * ones)

    return Fused(
        "small", np.ones(1), np.zeros(1), (front(3, 7, 38), front(2, 64, 1)), (mid(5, 187), mid(4, 1), mid(4, 1)),
        (rng.normal(0, 0.1, (6, 34)), rng.normal(size=6)), (np.ones(6), np.zeros(6)),
        (rng.normal(size=(50, 6)), rng.normal(size=50)), 0,
    )  # fmt: skip
