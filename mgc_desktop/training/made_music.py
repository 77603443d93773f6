"""A small folder of made music, for who has no labelled recordings: three genres that a network tells apart in seconds.

    python -m mgc_desktop.training.made_music FOLDER

Tones stand for Classical, noise for Hard Rock, pulses for Electronica. Whoever learns from it learns how the commands
work, and nothing about music.
"""

from __future__ import annotations

import argparse
import wave
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from mgc_desktop.foundation.arrays import RealArray

SR: Final = 22050


def _tone(rng: np.random.Generator, t: RealArray) -> RealArray:
    parts: RealArray = np.array([np.sin(2 * np.pi * rng.uniform(200, 400) * k * t) / k for k in (1, 2, 3)])
    total: RealArray = parts.sum(axis=0)
    return total


def _noise(rng: np.random.Generator, t: RealArray) -> RealArray:
    return rng.standard_normal(len(t))


def _pulses(rng: np.random.Generator, t: RealArray) -> RealArray:
    beat = np.exp(-((t * rng.uniform(3, 5)) % 1) * 12)
    made: RealArray = beat * np.sin(2 * np.pi * 60 * t) + 0.02 * rng.standard_normal(len(t))
    return made


SOUNDS: Final[Mapping[str, Callable[[np.random.Generator, RealArray], RealArray]]] = {
    "Classical": _tone,
    "Hard Rock": _noise,
    "Electronica": _pulses,
}


def make_music(folder: Path | str, *, artists: int = 5, songs: int = 2, seconds: float = 4.0) -> Path:
    """Write `folder/GENRE/ARTIST/SONG.wav`, the same sounds each time; the folder. Raises OSError."""
    folder = Path(folder)
    t = np.arange(round(seconds * SR)) / SR
    for g, (genre, sound) in enumerate(SOUNDS.items()):
        for artist in range(artists):
            for song in range(songs):
                y = sound(np.random.default_rng((g, artist, song)), t)
                write_wav(folder / genre / f"Artist {g}{artist}" / f"{song}.wav", 0.5 * y / np.abs(y).max())
    return folder


def write_wav(path: Path, y: RealArray, sr: int = SR) -> Path:
    """Write samples from -1 to 1, mono, as a WAV file of 16 bits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sr)
        file.writeframes((np.clip(y, -1, 1) * 32767).astype("<i2").tobytes())
    return path


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m mgc_desktop.training.made_music", description=__doc__)
    parser.add_argument("folder", type=Path)
    print(make_music(parser.parse_args().folder))
