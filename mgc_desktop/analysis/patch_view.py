"""The input of a model at one moment of a song: its patch at every resolution, and the report's two spectrograms.

Only this part of the song is decoded, so that it takes as long for a ten-hour song as for a short one. The patch is one
of those of the analysis: they start every `hop` frames.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from mgc_desktop.audio.mono import mono_stretch
from mgc_desktop.cancellation import CancelToken
from mgc_desktop.errors import NoAudioError
from mgc_desktop.features.config import REPORT, MelConfig
from mgc_desktop.features.framing import patches
from mgc_desktop.features.linear import linear_db
from mgc_desktop.features.mel import log_mel
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.patchinput import PatchInput

REDUCTIONS: Final = (1, 2, 4)  # points averaged along each axis: full, quarter and sixteenth resolution


@dataclass(frozen=True, slots=True, eq=False)
class PatchView:
    """A moment of a song, as the input of a model with `input`.

    `number`: the index of the patch in the song. `start`, `end`: seconds. `patch` `(n_mels, frames)`: the model's own
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
        """The patch as a network of this reduction gets it, `(n_mels // reduction, frames // reduction)`."""
        prepared: FloatArray = replace(self.input, reduction=reduction).prepare(self.patch[np.newaxis])[0]
        return prepared


def patch_at(seconds: float, patch_input: PatchInput, duration: float | None = None) -> int:
    """The index of the patch whose centre is nearest to `seconds`, in a song of `duration` seconds if that is known."""
    frame = patch_input.mel.frame_seconds
    number = max(0, round((seconds / frame - patch_input.frames / 2) / patch_input.hop))
    if duration is not None:
        last = (int(duration / frame) + 1 - patch_input.frames) // patch_input.hop
        number = min(number, max(0, last))
    return number


def read_patch(path: Path, number: int, patch_input: PatchInput, cancel: CancelToken | None = None) -> PatchView:
    """Patch `number` of a song, or the last one if the song is shorter. Raises DecodeError; NoAudioError if the
    song has no samples; `Cancelled`."""
    cancel = cancel or CancelToken()
    mel = spectrogram(path, patch_input.mel, number * patch_input.hop, patch_input.frames)
    while mel.shape[1] < patch_input.frames and number > 0:
        cancel.check()
        missing = patch_input.frames - mel.shape[1]
        number = max(0, number + -missing // patch_input.hop)
        mel = spectrogram(path, patch_input.mel, number * patch_input.hop, patch_input.frames)
    if not mel.shape[1]:
        raise NoAudioError("There is no sound in this song.", path=path)
    cancel.check()
    start = number * patch_input.hop * patch_input.mel.frame_seconds
    end = start + mel.shape[1] * patch_input.mel.frame_seconds
    patch = patches(mel, patch_input.frames, patch_input.hop)[0]  # a song shorter than a patch is repeated
    report, linear = _report(path, start, end)
    return PatchView(path, patch_input, number, start, end, patch, report, linear)


def spectrogram(path: Path, config: MelConfig, first: int, count: int) -> FloatArray:
    """Frames `first` to `first + count` of the song's mel-spectrogram, `(n_mels, count)`; fewer at its end."""
    y, skip = _sound(path, config, first, count)
    return log_mel(y, config)[:, skip : skip + count]


def _report(path: Path, start: float, end: float) -> tuple[FloatArray, FloatArray]:
    first = round(start / REPORT.frame_seconds)
    count = max(1, round(end / REPORT.frame_seconds) - first)
    y, skip = _sound(path, REPORT, first, count)
    return log_mel(y, REPORT)[:, skip : skip + count], linear_db(y, REPORT)[:, skip : skip + count]


def _sound(path: Path, config: MelConfig, first: int, count: int) -> tuple[FloatArray, int]:
    """The samples for these frames, and the number of extra frames at their start."""
    reach = config.n_fft // 2
    lead = min(first, -(-reach // config.hop_length))  # extra frames, so that padding does not affect the result
    start = (first - lead) * config.hop_length
    return mono_stretch(path, config.sr, start, (first + count - 1) * config.hop_length + reach), lead
