"""From a clip to the picture that a network learns from, by the same code that the program runs.

`linear` spectrograms (equal steps in Hz instead of mel) exist only for the report's comparison of the two.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.audio.decode import AudioReader
from mgc_desktop.audio.frames import to_mono
from mgc_desktop.audio.resample import StreamResampler
from mgc_desktop.errors import NothingToHearError
from mgc_desktop.features.config import REPORT, MelConfig
from mgc_desktop.features.mel import LogMelStream
from mgc_desktop.training.errors import TrainingError

FloatArray = NDArray[np.float32]
_SILENCE: Final = 1e-4  # amplitude; 80 dB below full scale


@dataclass(frozen=True, slots=True)
class Representation:
    """A mel configuration, or its linear sibling: the same frames and number of bands, evenly spaced up to fmax."""

    mel: MelConfig = REPORT
    linear: bool = False

    @property
    def key(self) -> str:
        """Names everything that decides the values."""
        text = json.dumps([self.mel.to_dict(), self.linear], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def extract(path: Path, representation: Representation, start: float = 0.0, end: float | None = None) -> FloatArray:
    """The clip's picture, `(bands, frames)` float32.

    Raises DecodeError for a file that cannot be decoded, NothingToHearError for silence, TrainingError for NaN.
    """
    config = representation.mel
    stream = LogMelStream(config)
    loudest = 0.0
    sound: list[FloatArray] = []
    parts: list[FloatArray] = []
    for y in read_mono(path, config.sr, start, end):
        loudest = max(loudest, float(np.abs(y).max(initial=0.0)))
        if representation.linear:
            sound.append(y)
        else:
            parts.append(stream.process(y))
    parts.append(linear_db(np.concatenate(sound), config) if representation.linear else stream.flush())
    if loudest < _SILENCE:
        raise NothingToHearError("There is nothing but silence in this clip.", path=path)
    picture = np.concatenate(parts, axis=1)
    if not np.isfinite(picture).all():
        raise TrainingError("The spectrogram has values that are no numbers.", path=path)
    return picture


def read_mono(path: Path, sr: int, start: float = 0.0, end: float | None = None) -> Iterator[FloatArray]:
    """The sound from `start` to `end` seconds, one channel at `sr` Hz, block by block."""
    with AudioReader(path) as reader:
        if start > 0:
            reader.seek(start)
        native = reader.info.sr
        left = None if end is None else round((end - start) * native)
        resampler = StreamResampler(native, sr, 1)
        while (left is None or left > 0) and (block := reader.read()) is not None:
            if left is not None:
                block = block[:, :left]
                left -= block.shape[1]
            yield resampler.process(to_mono(block)[np.newaxis])[0]
        yield resampler.flush()[0]


def linear_db(y: FloatArray, config: MelConfig) -> FloatArray:
    """Samples `(n,)` to `(n_mels, 1 + n // hop_length)` decibels on bands of equal width from 0 to fmax."""
    padded = np.pad(y, config.n_fft // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, config.n_fft)[:: config.hop_length]
    window = np.hanning(config.n_fft + 1)[:-1].astype(np.float32)
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    bands: FloatArray = (10 * np.log10(np.maximum(power @ _linear_bank(config), 1e-10))).T.astype(np.float32)
    return bands


@cache
def _linear_bank(config: MelConfig) -> FloatArray:
    """`(n_fft // 2 + 1, n_mels)`: each band is the mean of its bins."""
    bins = np.fft.rfftfreq(config.n_fft, 1 / config.sr)
    band = np.floor(bins / config.fmax * config.n_mels).astype(int)
    bank = (band[:, np.newaxis] == np.arange(config.n_mels)).astype(np.float32)
    mean: FloatArray = bank / np.maximum(bank.sum(axis=0), 1)
    return mean
