"""Generated sounds, and audio files of every format made from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

Sound = NDArray[np.float32]


@dataclass(frozen=True)
class Kind:
    """How FFmpeg makes a file of a kind."""

    container: str
    codec: str
    options: dict[str, str] = field(default_factory=dict)
    bit_rate: int | None = None


# By file ending, or by a name that a test gives; what FFmpeg's own encoders can make.
KINDS = {
    "wav": Kind("wav", "pcm_s16le"),
    "wav-u8": Kind("wav", "pcm_u8"),
    "wav-24": Kind("wav", "pcm_s24le"),
    "wav-32": Kind("wav", "pcm_s32le"),
    "wav-float": Kind("wav", "pcm_f32le"),
    "wav-double": Kind("wav", "pcm_f64le"),
    "aiff": Kind("aiff", "pcm_s16be"),
    "au": Kind("au", "pcm_s16be"),
    "caf": Kind("caf", "pcm_s16le"),
    "flac": Kind("flac", "flac"),
    "oga": Kind("oga", "flac"),
    "mka": Kind("matroska", "flac"),
    "alac": Kind("mp4", "alac"),
    "wv": Kind("wv", "wavpack"),
    "tta": Kind("tta", "tta"),
    "mp3": Kind("mp3", "libmp3lame", bit_rate=128_000),
    "mp3-bare": Kind("mp3", "libmp3lame", {"write_xing": "0", "id3v2_version": "0"}, bit_rate=128_000),
    "mp2": Kind("mp2", "mp2"),
    "m4a": Kind("mp4", "aac"),
    "aac": Kind("adts", "aac"),
    "ogg": Kind("ogg", "vorbis", {"strict": "experimental"}),
    "opus": Kind("opus", "libopus"),
    "webm": Kind("webm", "libopus"),
    "wma": Kind("asf", "wmav2", bit_rate=128_000),
    "ac3": Kind("ac3", "ac3"),
}
_LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 6: "5.1"}


class Sounds:
    """Sounds to test with; each is `(channels, samples)` float32."""

    @staticmethod
    def chirp(seconds: float, sr: int = 44100, f0: float = 200.0, f1: float = 4000.0, channels: int = 1) -> Sound:
        """A tone that rises evenly from `f0` to `f1` Hz, at half of full scale."""
        t = np.arange(round(seconds * sr)) / sr
        phase = 2 * np.pi * (f0 * t + (f1 - f0) / (2 * seconds) * t**2)
        return np.tile((0.5 * np.sin(phase)).astype(np.float32), (channels, 1))

    @staticmethod
    def tone(seconds: float, sr: int = 44100, frequency: float = 440.0, channels: int = 1) -> Sound:
        """A sine at half of full scale."""
        t = np.arange(round(seconds * sr)) / sr
        return np.tile((0.5 * np.sin(2 * np.pi * frequency * t)).astype(np.float32), (channels, 1))

    @staticmethod
    def noise(seconds: float, sr: int = 44100, channels: int = 1, seed: int = 0) -> Sound:
        """White noise, 0.1 RMS, another one in each channel."""
        shape = (channels, round(seconds * sr))
        return (0.1 * np.random.default_rng(seed).standard_normal(shape)).astype(np.float32)

    @staticmethod
    def silence(seconds: float, sr: int = 44100, channels: int = 1) -> Sound:
        """Nothing but zeros."""
        return np.zeros((channels, round(seconds * sr)), np.float32)


@pytest.fixture(scope="session")
def sounds() -> Sounds:
    """Sounds to test with."""
    return Sounds()


WriteAudio = Callable[..., Path]


@pytest.fixture
def write_audio(tmp_path: Path) -> WriteAudio:
    """`write_audio(name, y, sr=44100, kind=None)` writes `tmp_path / name` and returns the path.

    `y`: `(channels, samples)` float32. `kind`: a key of KINDS, otherwise the ending of the name decides.
    """

    def write(name: str | Path, y: Sound, sr: int = 44100, kind: str | None = None) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        encode(path, y, sr, KINDS[kind or path.suffix.lstrip(".")])
        return path

    return write


def encode(path: Path, y: Sound, sr: int, kind: Kind) -> None:
    """Write a sound file with FFmpeg; with no samples only what the container has of itself."""
    layout = _LAYOUTS[len(y)]
    settings: dict[str, Any] = {"bit_rate": kind.bit_rate} if kind.bit_rate else {}
    with av.open(f"file:{path}", "w", format=kind.container, options=kind.options) as container:
        stream = container.add_stream(kind.codec, rate=sr, layout=layout, options=kind.options, **settings)
        if y.shape[1]:
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(y, np.float32), format="fltp", layout=layout)
            frame.sample_rate, frame.pts = sr, 0
            container.mux(stream.encode(frame))
        else:
            container.start_encoding()
        container.mux(stream.encode(None))
