"""Songs in every format, made by FFmpeg's encoders through PyAV: two tones and a little noise each, and their tags.

FFmpeg has no encoder for Monkey's Audio: `tones.ape` is 0.15 s of such tones, made by JMAC 1.74.
"""

from __future__ import annotations

import base64
from pathlib import Path

import av
import mutagen
import numpy as np
from mutagen.apev2 import APEv2
from mutagen.asf import ASFByteArrayAttribute
from mutagen.flac import Picture
from mutagen.id3 import APIC, ID3, TALB, TCON, TDRC, TIT2, TPE1, TRCK
from mutagen.mp4 import MP4Cover

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
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


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


def tag_fully(path: Path) -> None:
    """Title "Ünïcode 曲", artist "A", album "B", 1998, track 3 of 12, genres Jazz and "New Age", a front cover."""
    audio = mutagen.File(path)
    assert audio is not None, path
    if audio.tags is None:
        audio.add_tags()
    tags = audio.tags
    if isinstance(tags, ID3):
        frames = [TIT2(text="Ünïcode 曲"), TPE1(text="A"), TALB(text="B"), TDRC(text="1998-05-02"), TRCK(text="3/12")]
        for frame in [*frames, TCON(text=["Jazz", "New Age"]), APIC(mime="image/png", type=3, data=PNG)]:
            tags.add(frame)
    elif isinstance(tags, APEv2):
        for key, value in {"Title": "Ünïcode 曲", "Artist": "A", "Album": "B", "Year": "1998", "Track": "3/12"}.items():
            tags[key] = value
        tags["Genre"] = ["Jazz", "New Age"]
        tags["Cover Art (Front)"] = mutagen.apev2.APEBinaryValue(b"cover.png\0" + PNG)
    elif isinstance(tags, mutagen.mp4.MP4Tags):
        tags["\xa9nam"], tags["\xa9ART"], tags["\xa9alb"] = "Ünïcode 曲", "A", "B"
        tags["\xa9day"], tags["trkn"], tags["\xa9gen"] = "1998", [(3, 12)], ["Jazz", "New Age"]
        tags["covr"] = [MP4Cover(PNG, MP4Cover.FORMAT_PNG)]
    elif isinstance(tags, mutagen.asf.ASFTags):
        tags["Title"], tags["Author"], tags["WM/AlbumTitle"] = "Ünïcode 曲", "A", "B"
        tags["WM/Year"], tags["WM/TrackNumber"], tags["WM/Genre"] = "1998", "3", ["Jazz", "New Age"]
        name = "image/png\0".encode("utf-16-le") + "\0".encode("utf-16-le")
        tags["WM/Picture"] = ASFByteArrayAttribute(b"\x03" + len(PNG).to_bytes(4, "little") + name + PNG)
    else:
        tags["title"], tags["artist"], tags["album"] = "Ünïcode 曲", "A", "B"
        tags["date"], tags["tracknumber"], tags["genre"] = "1998-05-02", "3", ["Jazz", "New Age"]
        picture = Picture()
        picture.type, picture.mime, picture.data = 3, "image/png", PNG
        if hasattr(audio, "add_picture"):
            audio.add_picture(picture)
        else:
            tags["metadata_block_picture"] = base64.b64encode(picture.write()).decode()
    audio.save()
