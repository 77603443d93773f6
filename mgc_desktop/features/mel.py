"""Mel-spectrograms of an entire song or, block by block, of a stream: both give the same numbers.

librosa is the reference (`librosa.feature.melspectrogram`, Slaney's filters), but is not needed: the spectra are
float32 real FFTs of a few dozen frames at a time, and the filters are only multiplied where they are not zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.features.config import MelConfig, Scaling
from mgc_desktop.foundation.arrays import FloatArray

# Frames that are computed together; always the same number, so that the blocks of a stream do not change rounding.
CHUNK: Final = 64
_FLOOR: Final = 1e-10  # power, -100 dB
_BAND: Final = 16  # filters that are applied together


def filter_bank(config: MelConfig) -> FloatArray:
    """Slaney's triangular filters of equal area, `(n_mels, n_fft // 2 + 1)`."""
    bins = np.arange(config.n_fft // 2 + 1) * config.sr / config.n_fft
    edges = _edges(config)
    lower, centre, upper = edges[:-2, np.newaxis], edges[1:-1, np.newaxis], edges[2:, np.newaxis]
    rising = (bins - lower) / (centre - lower)
    descending = (upper - bins) / (upper - centre)
    triangles = np.maximum(0.0, np.minimum(rising, descending)) * 2.0 / (upper - lower)
    return triangles.astype(np.float32)


def mel_frequencies(config: MelConfig) -> NDArray[np.float64]:
    """The centre of each filter, `(n_mels,)` Hz."""
    return _edges(config)[1:-1]


def _edges(config: MelConfig) -> NDArray[np.float64]:
    """Where the filters begin, have their peaks and end, `(n_mels + 2,)` Hz."""
    lowest, highest = _hz_to_mel(config.fmin), _hz_to_mel(config.fmax)
    if config.filter_edges == "exact":
        return _mel_to_hz(np.linspace(lowest, highest, config.n_mels + 2))
    step = (np.float32(highest) - np.float32(lowest)) / np.float32(config.n_mels + 1)
    steps = np.full(config.n_mels + 2, step, np.float32)
    steps[0] = lowest
    mels = np.add.accumulate(steps, dtype=np.float32)  # adds one after the other
    return _mel_to_hz(mels.astype(np.float64)).astype(np.float32).astype(np.float64)


# Slaney's scale: 200/3 Hz a mel up to 1 kHz, from there 27 mel for each factor of 6.4.
_HZ_PER_MEL: Final = 200.0 / 3.0
_KNEE_HZ: Final = 1000.0
_KNEE_MEL: Final = _KNEE_HZ / _HZ_PER_MEL
_LOG_STEP: Final = np.log(6.4) / 27.0


def _hz_to_mel(hz: float) -> float:
    return hz / _HZ_PER_MEL if hz < _KNEE_HZ else _KNEE_MEL + float(np.log(hz / _KNEE_HZ)) / _LOG_STEP


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel < _KNEE_MEL, mel * _HZ_PER_MEL, _KNEE_HZ * np.exp((mel - _KNEE_MEL) * _LOG_STEP))


def frame_count(samples: int, config: MelConfig) -> int:
    """The number of frames for so many samples; 0 for none."""
    return 1 + samples // config.hop_length if samples else 0


@cache
def noise_level(config: MelConfig, rms: float) -> FloatArray:
    """The mean level of white noise with this RMS (full scale is 1) in each band, `(n_mels,)`, scaled."""
    spectra = _spectra(config)
    level: FloatArray = filter_bank(config).sum(axis=1) * np.float32(rms**2 * float(np.square(spectra.window).sum()))
    _scale(level, config.scaling)
    level.flags.writeable = False  # it is cached and shared
    return level


def log_mel(y: FloatArray, config: MelConfig) -> FloatArray:
    """`(n,)` samples at `config.sr` to `(n_mels, 1 + n // hop_length)` in `config.scaling`; `(n_mels, 0)` if empty."""
    stream = LogMelStream(config)
    return np.concatenate([stream.process(y), stream.flush()], axis=1)


class LogMelStream:
    """`log_mel` of samples that come block by block: the concatenated results of `process` and `flush` equal `log_mel`
    of all samples bit for bit. Memory is bounded, whatever the song's length.

    `chunk`: frames that are waited for and computed together. Fewer come sooner, for a picture of live sound; the
    numbers may then differ from those of `log_mel` by a rounding.
    """

    def __init__(self, config: MelConfig, *, chunk: int = CHUNK) -> None:
        self._config = config
        self._chunk = chunk
        self._spectra = _spectra(config)
        self._half = config.n_fft // 2
        self._padded = np.zeros(0, np.float32)  # samples of later frames, from the next frame's first sample
        self._started = False
        self._recent = np.zeros(0, np.float32)  # the last `_half + 1` samples, for the reflection at the end

    def process(self, y: FloatArray) -> FloatArray:
        """Add the next `(n,)` samples; returns the complete frames, `(n_mels, k)`, k a multiple of the chunk."""
        y = np.asarray(y, np.float32)
        self._recent = np.concatenate([self._recent, y[-self._half - 1 :]])[-self._half - 1 :]
        self._padded = np.concatenate([self._padded, y])
        if not self._started:
            if len(self._padded) <= self._half:
                return self._no_frames()
            self._padded = np.concatenate([self._before(self._padded), self._padded])
            self._started = True
        frames = (len(self._padded) - self._config.n_fft) // self._config.hop_length + 1
        return self._compute(max(0, frames) // self._chunk * self._chunk)

    def flush(self) -> FloatArray:
        """The last frames, `(n_mels, k)`. The stream cannot be used afterwards."""
        if not len(self._recent):
            return self._no_frames()
        if self._started:
            self._padded = np.concatenate([self._padded, self._after(self._recent)])
        else:  # shorter than the padding: reflected several times
            self._padded = np.pad(self._padded, self._half, mode=self._config.pad_mode)
        return self._compute((len(self._padded) - self._config.n_fft) // self._config.hop_length + 1)

    def _no_frames(self) -> FloatArray:
        return np.zeros((self._config.n_mels, 0), np.float32)

    def _before(self, y: FloatArray) -> FloatArray:
        return y[self._half : 0 : -1] if self._config.pad_mode == "reflect" else np.zeros(self._half, np.float32)

    def _after(self, y: FloatArray) -> FloatArray:
        return y[-2::-1] if self._config.pad_mode == "reflect" else np.zeros(self._half, np.float32)

    def _compute(self, frames: int) -> FloatArray:
        """Compute so many frames, and drop the samples that no later frame needs."""
        if not frames:
            return self._no_frames()
        hop = self._config.hop_length
        windows = np.lib.stride_tricks.sliding_window_view(self._padded, self._config.n_fft)[::hop][:frames]
        out = np.empty((frames, self._config.n_mels), np.float32)
        for start in range(0, frames, self._chunk):
            part = slice(start, start + self._chunk)
            self._spectra.log_mel(windows[part], out[part])
        self._padded = self._padded[frames * hop :].copy()
        return np.ascontiguousarray(out.T)


@dataclass(frozen=True, slots=True)
class _Spectra:
    """Window and filters of a configuration; shared by all its streams."""

    config: MelConfig
    window: FloatArray
    bands: tuple[tuple[slice, slice, FloatArray], ...]  # filters, bins, weights (bins, filters)

    def log_mel(self, windows: FloatArray, out: FloatArray) -> None:
        """`(k, n_fft)` samples to `(k, n_mels)` scaled values, written into `out`."""
        spectrum = np.fft.rfft(windows * self.window)
        power = np.square(spectrum.real)
        power += np.square(spectrum.imag)
        for filters, bins, weights in self.bands:
            np.matmul(power[:, bins], weights, out=out[:, filters])
        _scale(out, self.config.scaling)


def _scale(power: FloatArray, scaling: Scaling) -> None:
    """Scale `power` in place."""
    if scaling == "db":
        np.log10(np.maximum(power, np.float32(_FLOOR), out=power), out=power)
        power *= np.float32(10.0)
    else:
        power *= np.float32(10000.0)
        np.log10(np.add(power, np.float32(1.0), out=power), out=power)


@cache
def _spectra(config: MelConfig) -> _Spectra:
    period = config.n_fft if config.window == "periodic" else config.n_fft - 1
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(config.n_fft) / period)
    filters = filter_bank(config)
    bands = []
    for start in range(0, config.n_mels, _BAND):
        rows = slice(start, min(start + _BAND, config.n_mels))
        used = np.flatnonzero(filters[rows].any(axis=0))
        bins = slice(int(used[0]), int(used[-1]) + 1) if len(used) else slice(0, 1)
        bands.append((rows, bins, np.ascontiguousarray(filters[rows, bins].T)))
    return _Spectra(config, window.astype(np.float32), tuple(bands))
