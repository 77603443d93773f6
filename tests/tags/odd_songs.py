"""Odd but real kinds of song files, made by code: junk and tags in front and behind, twice, odd frames, many channels.

Each is what some program or some accident leaves: a stream ripper, a cut, a tagger that knows no bounds.
"""

from __future__ import annotations

import random
import shutil
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
from made_songs import ENCODERS, encode, tag_fully
from mutagen.apev2 import APEv2
from mutagen.id3 import ID3, TALB, TCON, TIT2, TXXX

SECONDS = 0.4
ICY = b"ICY 200 OK\r\nicy-name: Radio\r\nicy-genre: Various\r\nicy-br: 128\r\n\r\n"
ID3V1 = b"TAG" + b"A title".ljust(30, b"\0") + b"An artist".ljust(30) + b"An album".ljust(30, b"\0")
ID3V1 += b"1998" + b"A comment".ljust(28, b"\0") + b"\0\x05" + b"\x11"  # track 5, Rock

Change = Callable[[bytes], bytes]


def id3(version: int = 4, *, padding: int = 0, genre: str | None = None, scratch: Path) -> bytes:
    """An ID3v2 tag with a title, an album and a text of its own."""
    tags = ID3()
    frames = [TIT2(text="Ünïcode 曲"), TALB(text="B"), TXXX(desc="Mood", text=["calm", "late"])]
    for frame in frames + ([TCON(text=[genre])] if genre else []):
        tags.add(frame)
    if version == 3:
        tags.update_to_v23()
    file = scratch / "tag"
    file.write_bytes(b"")
    tags.save(file, v2_version=version, padding=lambda _: padding)
    return file.read_bytes()


def id3v22() -> bytes:
    """An ID3v2.2 tag with a title and a genre."""
    frames = b"".join(name + struct.pack(">I", len(text))[1:] + text for name, text in _V22)
    return b"ID3\x02\0\0" + bytes([0, 0, len(frames) >> 7, len(frames) & 127]) + frames


_V22 = ((b"TT2", b"\0A title"), (b"TCO", b"\0(17)"))


def ape(scratch: Path, genre: str | None = None) -> bytes:
    """An APEv2 tag with a title and a text of its own."""
    tags = APEv2()
    tags["Title"], tags["Mood"] = "Ünïcode 曲", ["calm", "late"]
    if genre:
        tags["Genre"] = genre
    file = scratch / "tag"
    file.write_bytes(b"")
    tags.save(file)
    return file.read_bytes()


def lyrics3() -> bytes:
    """A Lyrics3v2 tag, which stands before an ID3v1 tag."""
    body = b"LYRICSBEGIN" + b"IND0000210" + b"LYR00011[00:01]Word"
    return body + f"{len(body):06}".encode() + b"LYRICS200"


def wraps(scratch: Path) -> dict[str, Change]:
    """What may stand around the sound of any format, by name."""
    v4, v3 = id3(4, scratch=scratch), id3(3, padding=1000, genre="Jazz", scratch=scratch)
    v4_genre = id3(4, padding=64, genre="Jazz", scratch=scratch)
    own, own_genre = ape(scratch), ape(scratch, "Jazz")
    footer = b"ID3\x04\0\x10" + v4[6:] + b"3DI\x04\0\x10" + v4[6:10]
    noise = random.Random(3).randbytes(700)
    return {
        "plain": lambda data: data,
        "id3v2.2 in front": lambda data: id3v22() + data,
        "id3v2.3 with padding in front": lambda data: v3 + data,
        "id3v2.4 in front": lambda data: v4 + data,
        "id3v2.4 with footer in front": lambda data: footer + data,
        "id3v2 twice in front": lambda data: v4 + v3 + data,
        "id3v2 and zeros in front": lambda data: v4_genre + bytes(300) + data,
        "empty id3v2 in front": lambda data: b"ID3\x04\0\0\0\0\0\0" + data,
        "id3v2 that is longer than the file": lambda data: b"ID3\x03\0\0\x7f\x7f\x7f\x7f" + data,
        "id3v1 behind": lambda data: data + ID3V1,
        "id3v1 twice behind": lambda data: data + ID3V1 + ID3V1,
        "lyrics3 and id3v1 behind": lambda data: data + lyrics3() + ID3V1,
        "apev2 behind": lambda data: data + own_genre,
        "apev2 twice behind": lambda data: data + own + own_genre,
        "apev2 and id3v1 behind": lambda data: data + own_genre + ID3V1,
        "id3v1 and apev2 behind": lambda data: data + ID3V1 + own_genre,
        "apev2 in front": lambda data: own_genre + data,
        "everything at once": lambda data: v4_genre + data + own_genre + lyrics3() + ID3V1,
        "id3v2 behind": lambda data: data + v4_genre,
        "icy header in front": lambda data: ICY + data,
        "zeros in front": lambda data: bytes(5000) + data,
        "one byte in front": lambda data: b"\0" + data,
        "noise in front": lambda data: noise + data,
        "a page of HTML in front": lambda data: b"<!DOCTYPE html><title>404</title>\n" + data,
        "cut in front": lambda data: data[333:],
        "cut behind": lambda data: data[:-333],
        "half of it": lambda data: data[: len(data) // 2],
        "zeros behind": lambda data: data + bytes(999),
        "noise behind": lambda data: data + noise,
        "the song twice": lambda data: data + data,
        "noise, zeros and id3v1": lambda data: noise + bytes(20) + data + ID3V1,
    }


def _wav(data: bytes) -> Iterator[tuple[str, bytes]]:
    info = b"INFOINAM" + struct.pack("<I", 8) + b"A title\0" + b"IGNR" + struct.pack("<I", 5) + b"Rock\0\0"
    chunk = b"LIST" + struct.pack("<I", len(info)) + info
    sized = data[:4] + struct.pack("<I", len(data) + len(chunk) - 8) + data[8:]
    yield "with INFO behind", sized + chunk
    yield "with INFO in front", sized[:12] + chunk + sized[12:]
    yield "with INFO twice", sized[:12] + chunk + sized[12:] + chunk
    yield "streamed, sizes of 0", data[:4] + bytes(4) + data[8:]
    yield "streamed, sizes at their most", data[:4] + b"\xff" * 4 + data[8:40] + b"\xff" * 4 + data[44:]
    yield "of odd length", data[:-1]
    yield "with an odd chunk", sized[:12] + b"junk" + struct.pack("<I", 3) + b"abc\0" + sized[12:]
    yield "with an unpadded chunk", sized[:12] + b"junk" + struct.pack("<I", 3) + b"abc" + sized[12:]
    yield "of no samples", data[:40] + bytes(4)
    yield "RF64", b"RF64" + b"\xff" * 4 + data[8:]


def _aiff(data: bytes) -> Iterator[tuple[str, bytes]]:
    name = b"NAME" + struct.pack(">I", 7) + b"A title\0"
    yield "with NAME", data[:4] + struct.pack(">I", len(data) + len(name) - 8) + data[8:] + name
    yield "with a wrong size", data[:4] + struct.pack(">I", len(data) - 100) + data[8:]
    yield "of odd length", data[:-1]


def _flac(data: bytes) -> Iterator[tuple[str, bytes]]:
    blocks, at = [], 4
    while True:
        size = int.from_bytes(data[at + 1 : at + 4], "big")
        blocks.append((data[at] & 127, data[at + 4 : at + 4 + size]))
        last, at = data[at] & 128, at + 4 + size
        if last:
            break

    def built(chosen: list[tuple[int, bytes]]) -> bytes:
        heads = [bytes([kind | (128 if n == len(chosen) - 1 else 0)]) for n, (kind, _) in enumerate(chosen)]
        return b"fLaC" + b"".join(
            head + len(body).to_bytes(3, "big") + body for head, (_, body) in zip(heads, chosen, strict=True)
        ) + data[at:]  # fmt: skip

    info, comments = blocks[0], next(block for block in blocks if block[0] == 4)
    yield "without a comment block", built([info])
    yield "with two comment blocks", built([info, comments, comments])
    yield "with padding between", built([info, (1, bytes(50)), comments, (1, bytes(9)), (1, b"")])
    yield "with an unknown block", built([info, (77, b"what is this"), comments])
    yield "with an empty seek table", built([info, (3, b""), comments])


def _mp4(data: bytes) -> Iterator[tuple[str, bytes]]:
    free = struct.pack(">I4s", 108, b"free") + bytes(100)
    yield "with free space behind", data + free
    yield "with an atom of size 0 behind", data + struct.pack(">I4s", 0, b"free") + bytes(77)
    yield "with four bytes behind", data + b"abcd"


def _ogg(data: bytes) -> Iterator[tuple[str, bytes]]:
    yield "with a byte between its pages", data[: data.index(b"OggS", 10)] + b"x" + data[data.index(b"OggS", 10) :]
    yield "with its last page lost", data[: data.rindex(b"OggS")]


def _mp3(data: bytes) -> Iterator[tuple[str, bytes]]:
    yield "with a lost frame", data[:2000] + data[2417:]
    yield "whose Xing header promises more", data.replace(b"\0\0\0\x0f", b"\0\x0f\0\0", 1)
    yield "of one frame", data[:418]
    yield "of zeros alone", bytes(4000)
    yield "of a tag alone", id3v22()
    yield "of ID3v1 alone", ID3V1
    yield "of nothing", b""


OWN = {".wav": _wav, ".aiff": _aiff, ".flac": _flac, ".m4a": _mp4, ".ogg": _ogg, ".opus": _ogg, ".mp3": _mp3}
CHANNELS = {".flac": (1, 6, 8), ".wav": (1, 6, 8), ".opus": (1, 6, 8), ".m4a": (1, 6, 8), ".wv": (1, 6), ".tta": (1, 6)}
LAYOUTS = {1: "mono", 6: "5.1", 8: "7.1"}
OPTIONS = {
    "in fragments": (".m4a", {"movflags": "frag_keyframe+empty_moov"}),
    "with its index in front": (".m4a", {"movflags": "faststart"}),
    "without a Xing header": (".mp3", {"write_xing": "0"}),
    "as RF64": (".wav", {"rf64": "always"}),
    "in short pages": (".ogg", {"page_duration": "1000"}),
}


def with_channels(path: Path, ending: str, channels: int) -> Path:
    """A song of so many channels, a tone of its own in each."""
    encoder, container_format, sample_format = ENCODERS[ending]
    rate = 48000 if encoder == "libopus" else 44100
    t = np.arange(int(SECONDS * rate)) / rate
    y = np.stack([0.2 * np.sin(2 * np.pi * 110 * (n + 1) * t) for n in range(channels)]).astype(np.float32)
    with av.open(str(path), "w", format=container_format, options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream(encoder, rate=rate, layout=LAYOUTS[channels], options={"strict": "experimental"})
        packed = np.ascontiguousarray(y.T).reshape(1, -1)  # PyAV counts the planes of 8 channels wrongly
        frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=LAYOUTS[channels])
        frame.rate, frame.pts = rate, 0
        resampler = av.AudioResampler(format=sample_format, layout=LAYOUTS[channels], rate=rate)
        for converted in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(converted))
        container.mux(stream.encode(None))
    return path


def make_odd_songs(folder: Path) -> list[Path]:
    """Fill a folder with some five hundred odd songs; gives their paths, which are the same in every run."""
    scratch, made = folder / "scratch", []
    scratch.mkdir(parents=True)

    def add(name: str, ending: str, data: bytes) -> None:
        path = folder / f"{len(made):03} {name}{ending}"
        path.write_bytes(data)
        made.append(path)

    file_guard = wraps(scratch)
    for ending in [*ENCODERS, ".ape"]:
        usual = scratch / f"song{ending}"
        if ending == ".ape":
            shutil.copyfile(Path(__file__).with_name("tones.ape"), usual)
        else:
            encode(usual, ending, SECONDS)
        data = usual.read_bytes()
        for name, change in file_guard.items():
            add(name, ending, change(data))
        tag_fully(usual)
        tagged = usual.read_bytes()
        for name in ("plain", "id3v1 behind", "apev2 behind", "cut behind", "zeros behind", "id3v2.4 in front"):
            add(f"tagged, {name}", ending, file_guard[name](tagged))
        for name, odd in OWN.get(ending, lambda _: iter(()))(data):
            add(name, ending, odd)
        add("of a wrong ending", ".wav" if ending != ".wav" else ".mp3", tagged)
        add("of no ending", "", tagged)
        for channels in CHANNELS.get(ending, ()):
            path = with_channels(scratch / f"{channels}{ending}", ending, channels)
            add(f"of {channels} channels", ending, path.read_bytes())
    for name, (ending, options) in OPTIONS.items():
        add(name, ending, encode(scratch / f"{name}{ending}", ending, SECONDS, options).read_bytes())
    shutil.rmtree(scratch)
    return made
