"""From a clip to the picture that a network learns from, by the same code that the program runs.

`linear` spectrograms (equal steps in Hz instead of mel) exist only for the report's comparison of the two.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from mgc_desktop.audio.mono import read_mono
from mgc_desktop.errors import NoAudioError
from mgc_desktop.features.config import REPORT, MelConfig
from mgc_desktop.features.linear import linear_db
from mgc_desktop.features.mel import LogMelStream
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.training.errors import TrainingError

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

    Raises DecodeError for a file that cannot be decoded, NoAudioError for silence, TrainingError for NaN.
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
        raise NoAudioError("There is nothing but silence in this clip.", path=path)
    picture = np.concatenate(parts, axis=1)
    if not np.isfinite(picture).all():
        raise TrainingError("The spectrogram has values that are no numbers.", path=path)
    return picture
