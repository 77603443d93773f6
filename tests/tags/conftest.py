"""Songs in every format, made by FFmpeg's encoders through PyAV: a second of two tones each.

FFmpeg has no encoder for Monkey's Audio: `tones.ape` is 0.15 s of such tones, made by JMAC 1.74.
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

# ending -> (encoder, container, sample format)
ENCODERS: dict[str, tuple[str, str, str]] = {
    ".mp3": ("libmp3lame", "mp3", "s16p"),
    ".flac": ("flac", "flac", "s16"),
    ".ogg": ("vorbis", "ogg", "fltp"),
    ".opus": ("libopus", "ogg", "flt"),
    ".oga": ("flac", "ogg", "s16"),
    ".m4a": ("aac", "mp4", "fltp"),
    ".alac.m4a": ("alac", "mp4", "s16p"),
    ".wma": ("wmav2", "asf", "fltp"),
    ".wv": ("wavpack", "wv", "s16p"),
    ".wav": ("pcm_s16le", "wav", "s16"),
    ".aiff": ("pcm_s16be", "aiff", "s16"),
    ".tta": ("tta", "tta", "s16"),
}
FORMATS = (*ENCODERS, ".ape")
RATE = 44100


def encode(path: Path, ending: str, seconds: float = 1.0, options: dict[str, str] | None = None) -> Path:
    """A song of two tones and a little noise, without any tags but those the container forces on it."""
    encoder, container_format, sample_format = ENCODERS[ending]
    t = np.arange(int(seconds * RATE)) / RATE
    noise = np.random.default_rng(7).normal(0, 0.01, t.size)
    y = 0.3 * np.stack([np.sin(2 * np.pi * 440 * t), np.sin(2 * np.pi * 660 * t)]) + noise
    flags = {"fflags": "+bitexact"} | ({"id3v2_version": "0"} if ending == ".mp3" else {}) | (options or {})
    rate = 48000 if encoder == "libopus" else RATE
    with av.open(str(path), "w", format=container_format, options=flags) as container:
        stream = container.add_stream(encoder, rate=rate, options={"strict": "experimental"})
        stream.layout = "stereo"
        stream.format = sample_format
        stream.bit_rate = 128_000
        resampler = av.AudioResampler(format=sample_format, layout="stereo", rate=rate)
        frame = av.AudioFrame.from_ndarray(y.astype(np.float32), format="fltp", layout="stereo")
        frame.rate = RATE
        frame.pts = 0
        size = stream.codec_context.frame_size or 1024
        fifo = av.AudioFifo()
        for converted in [*resampler.resample(frame), *resampler.resample(None)]:
            converted.pts = fifo.samples_written
            fifo.write(converted)
        while block := fifo.read(size, partial=True):
            container.mux(stream.encode(block))
        container.mux(stream.encode(None))
    return path


@functools.cache
def _original(folder: Path, ending: str) -> Path:
    if ending == ".ape":
        return Path(__file__).with_name("tones.ape")
    return encode(folder / f"song{ending}", ending)


@pytest.fixture(scope="session")
def songs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("songs")


@pytest.fixture(params=FORMATS)
def ending(request: pytest.FixtureRequest) -> str:
    """Each format in turn, by the ending of its files."""
    return str(request.param)


@pytest.fixture
def song(songs_folder: Path, tmp_path: Path) -> Callable[..., Path]:
    """`song(".mp3")` gives a fresh copy; `song(".mp3", "other name.mp3")` one of that name."""

    def make(ending: str, name: str | None = None) -> Path:
        target = tmp_path / (name or f"song{ending}")
        return Path(shutil.copyfile(_original(songs_folder, ending), target))

    return make
