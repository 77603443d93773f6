"""What a model hears of a song at one moment: its patch at every resolution, and the report's two pictures of it.

Only the stretch is decoded, so that a moment of a ten-hour song comes as quickly as one of a short song. The patch
is one of those that the analysis of the song hears: they begin every `hop` frames.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from mgc_desktop.audio.mono import mono_stretch
from mgc_desktop.cancellation import CancelToken
from mgc_desktop.errors import NothingToHearError
from mgc_desktop.features.config import REPORT, MelConfig
from mgc_desktop.features.framing import patches
from mgc_desktop.features.linear import linear_db
from mgc_desktop.features.mel import log_mel
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.patchinput import PatchInput

REDUCTIONS: Final = (1, 2, 4)  # points averaged along each axis: full, quarter and sixteenth resolution


@dataclass(frozen=True, slots=True, eq=False)
class PatchView:
    """A moment of a song, as a model with `input` hears it.

    `number`: which patch of the song it is. `start`, `end`: its seconds. `patch` `(n_mels, frames)`: the model's own
    spectrogram. `mel`, `linear` `(128, k)`: the same seconds in the report's two spectrograms, decibels.
    """

    path: Path
    input: PatchInput
    number: int
    start: float
    end: float
    patch: FloatArray
    mel: FloatArray
    linear: FloatArray

    def at(self, reduction: int) -> FloatArray:
        """What the network gets, `(n_mels // reduction, frames // reduction)`, at that or another resolution."""
        prepared: FloatArray = replace(self.input, reduction=reduction).prepare(self.patch[np.newaxis])[0]
        return prepared


def patch_at(seconds: float, patch_input: PatchInput, duration: float | None = None) -> int:
    """The number of the patch whose middle is nearest to a moment, in a song of `duration` seconds if that is known."""
    frame = patch_input.mel.frame_seconds
    number = max(0, round((seconds / frame - patch_input.frames / 2) / patch_input.hop))
    if duration is not None:
        last = (int(duration / frame) + 1 - patch_input.frames) // patch_input.hop
        number = min(number, max(0, last))
    return number


def read_patch(path: Path, number: int, patch_input: PatchInput, cancel: CancelToken | None = None) -> PatchView:
    """Patch `number` of a song; where the song ends before it, its last one. Raises DecodeError or, of a song in which
    there is no sound at all, NothingToHearError."""
    cancel = cancel or CancelToken()
    mel = spectrogram(path, patch_input.mel, number * patch_input.hop, patch_input.frames)
    while mel.shape[1] < patch_input.frames and number > 0:
        cancel.check()
        missing = patch_input.frames - mel.shape[1]
        number = max(0, number + -missing // patch_input.hop)
        mel = spectrogram(path, patch_input.mel, number * patch_input.hop, patch_input.frames)
    if not mel.shape[1]:
        raise NothingToHearError("There is no sound in this song.", path=path)
    cancel.check()
    start = number * patch_input.hop * patch_input.mel.frame_seconds
    end = start + mel.shape[1] * patch_input.mel.frame_seconds
    patch = patches(mel, patch_input.frames, patch_input.hop)[0]  # a song that is shorter is repeated
    report, linear = _report(path, start, end)
    return PatchView(path, patch_input, number, start, end, patch, report, linear)


def spectrogram(path: Path, config: MelConfig, first: int, count: int) -> FloatArray:
    """Frames `first` to `first + count` of the whole song's mel-spectrogram, `(n_mels, count)`; fewer at its end."""
    y, skip = _sound(path, config, first, count)
    return log_mel(y, config)[:, skip : skip + count]


def _report(path: Path, start: float, end: float) -> tuple[FloatArray, FloatArray]:
    first = round(start / REPORT.frame_seconds)
    count = max(1, round(end / REPORT.frame_seconds) - first)
    y, skip = _sound(path, REPORT, first, count)
    return log_mel(y, REPORT)[:, skip : skip + count], linear_db(y, REPORT)[:, skip : skip + count]


def _sound(path: Path, config: MelConfig, first: int, count: int) -> tuple[FloatArray, int]:
    """The samples that these frames are made of, and how many frames too many they begin with."""
    reach = config.n_fft // 2
    lead = min(first, -(-reach // config.hop_length))  # frames, so that nothing that is shown touches the padding
    start = (first - lead) * config.hop_length
    return mono_stretch(path, config.sr, start, (first + count - 1) * config.hop_length + reach), lead
