"""ID3v2 tags in front of any format: the sound, its length and its places are those of the file without them."""

from __future__ import annotations

import numpy as np
import pytest

from mgc_desktop.audio.decode import AudioReader
from mgc_desktop.audio.leading_tags import leading_tags

KINDS = [
    "wav",
    "aiff",
    "au",
    "caf",
    "wv",
    "tta",
    "flac",
    "oga",
    "ogg",
    "opus",
    "m4a",
    "alac",
    "mka",
    "wma",
    "mp3",
    "aac",
]
KINDS += ["mp3-bare", "ac3", "mp2"]


def id3(size: int, *, footer: bool = False) -> bytes:
    """An ID3v2.4 tag with one text and padding, `size` bytes without header and footer."""
    text = b"\x03A title"
    body = (b"TIT2" + len(text).to_bytes(4) + b"\0\0" + text).ljust(size, b"\0")
    length = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    head = b"\x04\x00" + (b"\x10" if footer else b"\x00") + length
    return b"ID3" + head + body + (b"3DI" + head if footer else b"")


def whole(path) -> np.ndarray:
    with AudioReader(path) as reader:
        y = np.concatenate(list(reader), axis=1)
        assert reader.warnings == ()
        return y


@pytest.mark.parametrize("tags", [id3(90), id3(90, footer=True) + id3(20) * 5, id3(1_500_000)])
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_sound_length_and_places(kind, tags, sounds, write_audio):
    path = write_audio(f"song.{kind}", sounds.chirp(4, 48000, channels=2), 48000, kind=kind)
    y = whole(path)
    with AudioReader(path) as reader:
        plain = reader.info
    path.write_bytes(tags + path.read_bytes())
    np.testing.assert_array_equal(whole(path), y)
    with AudioReader(path) as reader:
        assert (reader.info.codec, reader.info.sr) == (plain.codec, plain.sr)
        assert reader.info.duration == pytest.approx(plain.duration, abs=0.15)
        for seconds in (2.5, 0.25):
            reader.seek(seconds)
            found = reader.read()[:, :2000]
            start = round(seconds * 48000)
            if kind not in {"mka", "wma"}:  # their timestamps count milliseconds
                np.testing.assert_allclose(found, y[:, start : start + found.shape[1]], atol=2e-3)


def test_monkeys_audio(tmp_path, request):
    plain = request.path.parents[1] / "tags" / "tones.ape"
    path = tmp_path / "song.ape"
    path.write_bytes(id3(90) + plain.read_bytes())
    np.testing.assert_array_equal(whole(path), whole(plain))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"RIFF" + bytes(40), (0, 0)),
        (id3(90) + bytes(10), (1, 100)),
        (id3(90) + id3(10, footer=True) + bytes(10), (2, 130)),
        (id3(90)[:50], (0, 0)),  # longer than the file
        (b"ID3", (0, 0)),
        (b"ID3\x04\x00\x00\xff\xff\xff\xff" + bytes(100), (0, 0)),
        (id3(0)[:10] * 1000 + bytes(10), (64, 640)),
    ],
)
def test_measuring_the_tags(data, found, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(data)
    with path.open("rb") as file:
        assert leading_tags(file) == found
