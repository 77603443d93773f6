"""What kind of file this is, told by its first bytes, for names lie and a wrong guess would write in a wrong place."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import BinaryIO

_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_OGG_CODECS = 128  # the first packet, with the codec's name, begins within the first page


class Kind(Enum):
    """A container with its family of tags; the value is the name shown to a user."""

    MP3 = "MP3"
    AAC = "AAC"
    TTA = "TTA"
    AIFF = "AIFF"
    WAV = "WAV"
    DSF = "DSF"
    FLAC = "FLAC"
    OGG_VORBIS = "Ogg Vorbis"
    OGG_OPUS = "Opus"
    OGG_FLAC = "Ogg FLAC"
    OGG_SPEEX = "Speex"
    MP4 = "MP4"
    ASF = "WMA"
    WAVPACK = "WavPack"
    APE = "Monkey's Audio"
    MUSEPACK = "Musepack"
    TAK = "TAK"
    OPTIMFROG = "OptimFROG"


ID3_KINDS = frozenset({Kind.MP3, Kind.AAC, Kind.TTA, Kind.AIFF, Kind.WAV, Kind.DSF})
VORBIS_KINDS = frozenset({Kind.FLAC, Kind.OGG_VORBIS, Kind.OGG_OPUS, Kind.OGG_FLAC, Kind.OGG_SPEEX})
APE_KINDS = frozenset({Kind.WAVPACK, Kind.APE, Kind.MUSEPACK, Kind.TAK, Kind.OPTIMFROG})

_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"fLaC", Kind.FLAC),
    (b"MAC ", Kind.APE),
    (b"wvpk", Kind.WAVPACK),
    (b"MPCK", Kind.MUSEPACK),
    (b"MP+", Kind.MUSEPACK),
    (b"TTA1", Kind.TTA),
    (b"tBaK", Kind.TAK),
    (b"OFR ", Kind.OPTIMFROG),
    (b"DSD ", Kind.DSF),
    (_ASF_HEADER, Kind.ASF),
)
_OGG_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"\x01vorbis", Kind.OGG_VORBIS),
    (b"OpusHead", Kind.OGG_OPUS),
    (b"\x7fFLAC", Kind.OGG_FLAC),
    (b"Speex   ", Kind.OGG_SPEEX),
)


def sniff(file: BinaryIO, name: Path | None = None) -> Kind | None:
    """The kind of an open file, None if it is none of ours.

    An MP3 has no mark of its own: it is told by its ID3 tag or its first frame, and, where junk stands before
    the first frame, by the ending of `name`.
    """
    file.seek(0)
    head = file.read(_OGG_CODECS)
    tagged = head[:3] == b"ID3"
    if tagged:  # look behind the tag: FLAC, APE and others may carry one in front
        file.seek(id3v2_size(head))
        head = file.read(_OGG_CODECS)
    if kind := _by_magic(head):
        return kind
    if head[:1] == b"\xff" and len(head) > 1:
        if head[1] & 0xF6 == 0xF0:
            return Kind.AAC
        if head[1] & 0xE0 == 0xE0:
            return Kind.MP3
    looks_mp3 = tagged or (name is not None and name.suffix.lower() in {".mp3", ".mp2"})
    return Kind.MP3 if looks_mp3 else None


def _by_magic(head: bytes) -> Kind | None:
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head.startswith(b"OggS"):
        return next((kind for magic, kind in _OGG_MAGIC if magic in head), None)
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return Kind.WAV
    if head.startswith(b"FORM") and head[8:12] in (b"AIFF", b"AIFC"):
        return Kind.AIFF
    return Kind.MP4 if head[4:8] == b"ftyp" else None


def id3v2_size(head: bytes) -> int:
    """The whole length in bytes of the ID3v2 tag whose first ten bytes are `head`; 0 if there is none."""
    if len(head) < 10 or head[:3] != b"ID3" or head[3] == 0xFF or any(b & 0x80 for b in head[6:10]):
        return 0
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    return 10 + size + (10 if head[3] >= 4 and head[5] & 0x10 else 0)
