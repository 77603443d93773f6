"""`MelConfig`: the parameters of a mel-spectrogram.

One frozen configuration is stored in each model's metadata and used by the live view, the whole-file analysis,
the command line and the training, so that the input of a model is always computed as in its training.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal, get_args

Scaling = Literal["db", "log10_1_10000"]
PadMode = Literal["constant", "reflect"]
Window = Literal["periodic", "symmetric"]
FilterEdges = Literal["exact", "single_precision"]

_DEFAULTS: Final = {"window": "periodic", "filter_edges": "exact"}  # left out of files, which older programs read too
_LARGEST: Final = {"sr": 768_000, "n_fft": 1 << 16, "hop_length": 1 << 16, "n_mels": 1024}


@dataclass(frozen=True, slots=True)
class MelConfig:
    """A mel-spectrogram in librosa's terms.

    Frames are centred (frame `i` is at `i * hop_length / sr` seconds), the window is a Hann of `n_fft` samples, the
    filters are Slaney's with Slaney's area norm, and the spectrum is power.

    `scaling`: how power becomes the stored value. `db` is `10 log10(max(power, 1e-10))`, decibels relative to full
    scale; `log10_1_10000` is `log10(1 + 10000 power)`, as in musicnn.
    `pad_mode`: the padding at both ends of the song: `constant` (zeros) or `reflect`.
    `window`: "periodic" as librosa has it, or "symmetric" as Essentia has it (the last sample is 0 as well).
    `filter_edges`: "single_precision" adds up the filters' edges in 32-bit numbers, as Essentia does; that moves an
    edge by up to a hundredth of a hertz, which is heard where a pure tone lies on one.
    """

    sr: int
    n_fft: int
    hop_length: int
    n_mels: int
    fmin: float
    fmax: float
    scaling: Scaling
    pad_mode: PadMode = "constant"
    window: Window = "periodic"
    filter_edges: FilterEdges = "exact"

    def __post_init__(self) -> None:
        for name, largest in _LARGEST.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value > largest:
                raise ValueError(f"{name} must be a whole number of at most {largest}")
        if self.window not in get_args(Window) or self.filter_edges not in get_args(FilterEdges):
            raise ValueError(f"window {self.window!r} or filter edges {self.filter_edges!r} are not known")
        if self.scaling not in get_args(Scaling) or self.pad_mode not in get_args(PadMode):
            raise ValueError(f"scaling {self.scaling!r} or pad mode {self.pad_mode!r} is not known")
        if min(self.sr, self.n_fft, self.hop_length, self.n_mels) <= 0 or self.n_fft % 2:
            raise ValueError("sampling rate, FFT, hop and number of filters must be above 0, and the FFT even")
        if not 0 <= self.fmin < self.fmax <= self.sr / 2:
            raise ValueError("the filters must lie between 0 Hz and half of the sampling rate")

    @property
    def frame_seconds(self) -> float:
        """Seconds from one frame to the next."""
        return self.hop_length / self.sr

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values; what older versions of the program do not know only where it is not the default."""
        return {key: value for key, value in asdict(self).items() if _DEFAULTS.get(key) != value}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> MelConfig:
        """The inverse of `to_dict`; raises TypeError for missing or unknown keys, ValueError for impossible values."""
        return cls(**values)


# The configuration of the report, and of the live picture.
REPORT: Final = MelConfig(sr=22050, n_fft=2048, hop_length=512, n_mels=128, fmin=0.0, fmax=8000.0, scaling="db")

# The configuration of musicnn (Pons & Serra 2019), which the backbone needs.
MUSICNN: Final = MelConfig(
    sr=16000,
    n_fft=512,
    hop_length=256,
    n_mels=96,
    fmin=0.0,
    fmax=8000.0,
    scaling="log10_1_10000",
    pad_mode="reflect",
)

# Essentia's TensorflowInputMusiCNN: what Discogs-EffNet and the other published models of Essentia hear.
ESSENTIA_MUSICNN: Final = replace(MUSICNN, pad_mode="constant", window="symmetric", filter_edges="single_precision")
