"""Incomplete headers of AIFF, W64 and RF64, as in files that a program wrote to a pipe.

FFmpeg itself handles such headers of WAV, AU and CAF.
"""

from __future__ import annotations

from typing import Final

_W64_RIFF: Final = b"riff" + bytes.fromhex("2e91cf11a5d628db04c10000")
_W64_DATA: Final = b"data" + bytes.fromhex("f3acd3118cd100c04f8edb8a")
_UNKNOWN: Final = 0x7F000000  # sizes from here on mean "unknown"; sox and others write several values
_UNKNOWN_64: Final = 1 << 62
_FRAMES: Final = slice(10, 14)  # the number of samples of each channel in a COMM chunk


def completed(head: bytes, size: int) -> bytes | None:
    """The first bytes of a file of `size` bytes, with the missing sizes filled in; None if none are missing."""
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return _aiff(bytearray(head), size)
    if head[:16] == _W64_RIFF:
        return _w64(bytearray(head), size)
    if head[:4] == b"RF64":
        return _rf64(bytearray(head), size)
    return None


def _aiff(head: bytearray, size: int) -> bytes | None:
    at, comm = 12, 0
    while at + 16 <= len(head):
        length = int.from_bytes(head[at + 4 : at + 8])
        if head[at : at + 4] == b"COMM":
            comm = at
        elif head[at : at + 4] == b"SSND":
            # An SSND chunk starts with eight zero bytes; after an empty chunk comes the name of the next chunk.
            if not comm or not (length >= _UNKNOWN or (length == 0 and not any(head[at + 8 : at + 16]))):
                return None
            rest = size - at - 8
            channels, bits = head[comm + 9], int.from_bytes(head[comm + 14 : comm + 16])
            frames = (rest - 8) // max(1, channels * ((bits + 7) // 8))
            head[comm + _FRAMES.start : comm + _FRAMES.stop] = min(frames, 0xFFFFFFFF).to_bytes(4)
            head[at + 4 : at + 8] = min(rest, 0x7FFFFFFF).to_bytes(4)
            head[4:8] = min(size - 8, 0x7FFFFFFF).to_bytes(4)
            return bytes(head)
        at += 8 + length + (length & 1)
    return None


def _w64(head: bytearray, size: int) -> bytes | None:
    at = head.find(_W64_DATA)
    if at < 0 or 24 < int.from_bytes(head[at + 16 : at + 24], "little") < _UNKNOWN_64:
        return None
    head[at + 16 : at + 24] = (size - at).to_bytes(8, "little")
    head[16:24] = size.to_bytes(8, "little")
    return bytes(head)


def _rf64(head: bytearray, size: int) -> bytes | None:
    at = head.find(b"data", 12)
    if head[12:16] != b"ds64" or at < 0 or 0 < int.from_bytes(head[28:36], "little") < _UNKNOWN_64:
        return None
    head[20:28] = (size - 8).to_bytes(8, "little")
    head[28:36] = (size - at - 8).to_bytes(8, "little")
    head[36:44] = bytes(8)
    return bytes(head)
