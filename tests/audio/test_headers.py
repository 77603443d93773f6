"""Headers that claim what cannot be: bounded memory and work, and a plain sentence."""

from __future__ import annotations

import struct
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest

from mgc_desktop.audio.comments import number_of_comments
from mgc_desktop.audio.decode import AudioReader, probe
from mgc_desktop.audio.timeline import Clock
from mgc_desktop.errors import DecodeError
from mgc_desktop.tags.read import read_tags


def wav(data: bytes, *, sr: int = 44100, channels: int = 1, bits: int = 16, size: int | None = None) -> bytes:
    """A WAV file; `size`: what its header claims of the data."""
    block = channels * bits // 8
    claimed = len(data) if size is None else size
    fmt = struct.pack("<HHIIHH", 1, channels, sr, sr * block & 0xFFFFFFFF, block, bits)
    riff = min(claimed + 36, 0xFFFFFFFF)
    head = struct.pack("<4sI4s4sI", b"RIFF", riff, b"WAVE", b"fmt ", 16)
    return head + fmt + struct.pack("<4sI", b"data", claimed) + data


def refusal(path: Path) -> str:
    with pytest.raises(DecodeError) as caught:
        probe(path)
    return caught.value.message


def samples_in(path: Path) -> int:
    with AudioReader(path) as reader:
        return sum(block.shape[1] for block in reader)


@pytest.mark.parametrize("sr", [1, 10, 999, 768_001, 1_000_000_000])
def test_rates_that_cannot_be_are_refused(sr, tmp_path):
    path = tmp_path / "song.wav"
    path.write_bytes(wav(bytes(40_000), sr=sr))
    assert "sampling rate" in refusal(path) and f"{sr:,}" in refusal(path)


@pytest.mark.parametrize("sr", [0, 2**31, 4_000_000_000])
def test_rates_that_ffmpeg_refuses_make_a_sentence_too(sr, tmp_path):
    path = tmp_path / "song.wav"
    path.write_bytes(wav(bytes(40_000), sr=sr))
    assert refusal(path)


@pytest.mark.parametrize("sr", [1000, 8000, 384_000, 768_000])
def test_unusual_rates_that_can_be_are_heard(sr, tmp_path):
    path = tmp_path / "song.wav"
    path.write_bytes(wav(bytes(40_000), sr=sr))
    assert samples_in(path) == 20_000


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFFFFF - 36, 0xFFFFFFFF - 36, 0])
def test_a_wav_written_to_a_pipe_has_its_true_length(size, tmp_path):
    path = tmp_path / "song.wav"
    path.write_bytes(wav(np.full(4 * 8000, 1000, "<i2").tobytes(), sr=8000, size=size))
    assert samples_in(path) == 4 * 8000
    assert probe(path).duration == pytest.approx(4, abs=0.1)
    assert read_tags(path).length in (None, pytest.approx(4, abs=0.1))


@pytest.mark.parametrize("frames", [0x7FFFFFFF, 0x7F000000])
def test_an_aiff_that_was_never_completed(frames, sounds, write_audio):
    path = write_audio("song.aiff", sounds.tone(4))
    data = bytearray(path.read_bytes())
    at = data.index(b"COMM") + 10
    data[at : at + 4] = frames.to_bytes(4)
    at = data.index(b"SSND") + 4
    data[at : at + 4] = (frames - 20).to_bytes(4)
    path.write_bytes(data)
    assert samples_in(path) == 4 * 44100
    assert probe(path).duration == pytest.approx(4, abs=0.1)
    assert read_tags(path).length in (None, pytest.approx(4, abs=0.1))


def streamed(container: str, tmp_path: Path) -> Path:
    """Two seconds that FFmpeg wrote to where it cannot go back to complete the header."""
    path = tmp_path / f"song.{container}"
    t = np.arange(2 * 44100) / 44100
    y = (0.5 * np.sin(2 * np.pi * 440 * t)).astype(np.float32)[np.newaxis]
    with path.open("wb") as file:
        pipe = SimpleNamespace(write=file.write)
        options = {"rf64": "always"} if container == "rf64" else {}
        with av.open(pipe, "w", format="wav" if container == "rf64" else container, options=options) as output:
            codec = "pcm_s16be" if container in {"aiff", "au"} else "pcm_s16le"
            stream = output.add_stream(codec, rate=44100, layout="mono")
            frame = av.AudioFrame.from_ndarray(y, format="flt", layout="mono")
            frame.sample_rate, frame.pts = 44100, 0
            output.mux(stream.encode(frame))
            output.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("container", ["wav", "aiff", "w64", "rf64", "au", "caf"])
def test_files_written_to_a_pipe(container, tmp_path):
    path = streamed(container, tmp_path)
    with AudioReader(path) as reader:
        assert reader.info.duration is None or reader.info.duration == pytest.approx(2, abs=0.1)
        y = np.concatenate(list(reader), axis=1)
        assert y.shape == (1, 2 * 44100) and reader.warnings == ()
        np.testing.assert_allclose(y[0, :3], [0, 0.0313, 0.0625], atol=1e-3)
        reader.seek(1.5)
        block = reader.read()
        np.testing.assert_array_equal(block, y[:, 66150 : 66150 + block.shape[1]])
    assert read_tags(path).length in (None, pytest.approx(2, abs=0.1))


@pytest.mark.parametrize("container", ["aiff", "w64", "rf64"])
def test_such_files_that_were_cut_off_before_are_no_other(container, tmp_path):
    path = streamed(container, tmp_path)
    path.write_bytes(path.read_bytes()[:-44100])
    assert samples_in(path) == 44100 * 3 // 2


@pytest.mark.parametrize(("kind", "size"), [("au", 0xFFFFFFFF), ("au", 0)])
def test_an_au_of_unknown_length(kind, size, sounds, write_audio):
    path = write_audio("song.au", sounds.tone(2))
    data = bytearray(path.read_bytes())
    data[8:12] = size.to_bytes(4)
    path.write_bytes(data)
    if size:
        assert samples_in(path) == 2 * 44100
        assert probe(path).duration is None or probe(path).duration == pytest.approx(2, abs=0.1)


def test_a_flac_of_unknown_length(sounds, write_audio):
    path = write_audio("song.flac", sounds.noise(3))
    data = bytearray(path.read_bytes())
    data[21] &= 0xF0  # the 36 bits of the total number of samples
    data[22:26] = bytes(4)
    path.write_bytes(data)
    assert samples_in(path) == 3 * 44100
    assert probe(path).duration is None or probe(path).duration == pytest.approx(3, abs=0.5)


@pytest.mark.parametrize("frames", [2**31, 2**32 - 1, 100_000_000])
def test_a_xing_header_that_promises_years(frames, sounds, write_audio):
    path = write_audio("song.mp3", sounds.noise(3, channels=2))
    data = bytearray(path.read_bytes())
    at = next(data.index(mark) for mark in (b"Xing", b"Info") if mark in data)
    data[at + 8 : at + 12] = frames.to_bytes(4)
    path.write_bytes(data)
    with AudioReader(path) as reader:
        assert reader.info.duration is None or reader.info.duration < 60
        assert sum(block.shape[1] for block in reader) / 44100 == pytest.approx(3, abs=0.1)
        assert reader.warnings == ()
    length = read_tags(path).length
    assert length is None or length < 60


def test_free_format_mp3_is_called_by_its_name(sounds, write_audio):
    path = write_audio("song.mp3", sounds.noise(3, channels=2), kind="mp3-bare")
    data = path.read_bytes()
    free, at = b"", 0
    while at + 4 < len(data):
        length = 144 * 128_000 // 44100 + (data[at + 2] >> 1 & 1)
        free += data[at : at + 2] + bytes([data[at + 2] & 0x0F]) + data[at + 3 : at + length]
        at += length
    path.write_bytes(free)
    assert "free format" in refusal(path)


def test_gaps_of_a_small_file_do_not_make_days_of_silence():
    clock, cursor = Clock(8000, Fraction(1, 8000), 0), 0
    for _ in range(10_000):
        cursor += clock.gap(cursor, cursor + 29 * 8000, 0.1) + 100
    assert cursor < 10 * 60 * 8000


PEAK = """
import resource, sys
from mgc_desktop.audio.decode import AudioReader
from mgc_desktop.errors import DecodeError
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    with AudioReader(sys.argv[1]) as reader:
        largest = max((block.size for block in reader), default=0)
except DecodeError as error:
    largest = 0
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, largest)
"""


def flac_of_blocks(song: bytes, number: int) -> bytes:
    return song[:42].replace(b"\x80\0\0\x22", b"\0\0\0\x22") + b"\x01\0\0\0" * number + song[42:]


def mp4_of_atoms(song: bytes, number: int) -> bytes:
    at = song.index(b"moov") - 4
    return song[:at] + b"\0\0\0\x08free" * number + song[at:]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ru_maxrss has other units elsewhere")
@pytest.mark.parametrize("bomb", ["zeros", "channels", "flac", "mp4", "aiff"])
def test_memory_is_bounded(bomb, sounds, write_audio, tmp_path):
    path = tmp_path / "bomb"
    match bomb:
        case "zeros":
            path.write_bytes(wav(bytes(10_000_000), sr=1000, bits=8))
        case "channels":
            path.write_bytes(wav(bytes(20_000_000), channels=250))
        case "flac":
            path.write_bytes(flac_of_blocks(write_audio("a.flac", sounds.noise(1)).read_bytes(), 2_000_000))
        case "mp4":
            path.write_bytes(mp4_of_atoms(write_audio("a.m4a", sounds.noise(1)).read_bytes(), 3_000_000))
        case "aiff":
            path.write_bytes(write_audio("a.aiff", sounds.noise(1)).read_bytes() + bytes(50_000_000))
    found = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, timeout=300)
    assert found.returncode == 0, found.stderr
    kilobytes, largest = map(int, found.stdout.split())
    assert kilobytes < 150_000
    assert largest < 4_000_000


@pytest.mark.parametrize("name", ["many.flac", "many.ogg", "many.opus"])
def test_a_great_many_comments_are_refused_before_they_are_read(name: str, tmp_path: Path) -> None:
    comments = (0).to_bytes(4, "little") + (60_000).to_bytes(4, "little")
    comments += b"".join(b"\x08\0\0\0A=%06d" % number for number in range(60_000))
    path = tmp_path / name
    if name.endswith(".flac"):
        path.write_bytes(b"fLaC\0\0\0\x22" + bytes(34) + b"\x84" + len(comments).to_bytes(3) + comments)
    else:
        head = b"OpusTags" if name.endswith(".opus") else b"\x03vorbis"
        path.write_bytes(b"OggS" + bytes(60) + head + comments)
    with pytest.raises(DecodeError, match="60,000 texts in its tags"):
        probe(path)


def test_a_number_of_comments_that_the_file_cannot_hold_refuses_nothing(tmp_path: Path) -> None:
    comments = (0).to_bytes(4, "little") + b"\xff\xff\xff\xff" + b"\x08\0\0\0A=000001"
    path = tmp_path / "claims.flac"
    path.write_bytes(b"fLaC\0\0\0\x22" + bytes(34) + b"\x84" + len(comments).to_bytes(3) + comments + bytes(9_999))
    assert number_of_comments(path) < 10
