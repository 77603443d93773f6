"""How many comments a FLAC or Ogg file holds, found out before FFmpeg reads them.

FFmpeg compares each comment with all before it and joins those of one name, so its time grows with the square of
their number, and it cannot be interrupted meanwhile.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final

from mgc_desktop.audio.leading_tags import leading_tags

MOST_COMMENTS: Final = 50_000  # FFmpeg reads so many in a fraction of a second; real files have some dozens
_SHORTEST: Final = 5  # bytes of a comment with the length before it
_BLOCKS: Final = 128  # of metadata in FLAC that are looked at
_COMMENT_BLOCK: Final = 4
_HEAD: Final = 1 << 16  # bytes in which the comments of an Ogg file begin
_OGG_HEADERS: Final = (b"\x03vorbis", b"OpusTags")


def number_of_comments(path: Path) -> int:
    """The number of comments, at most as many as have room in the file; 0 for other formats. Raises OSError."""
    with path.open("rb") as file:
        _, start = leading_tags(file)
        room = path.stat().st_size // _SHORTEST
        file.seek(start)
        head = file.read(_HEAD)
        if head.startswith(b"fLaC"):
            return min(_in_flac(file, start + 4), room)
        if head.startswith(b"OggS"):
            return min(max(_in_ogg(head, start, file)), room)
    return 0


def _in_flac(file: BinaryIO, place: int) -> int:
    total = 0
    for _ in range(_BLOCKS):
        file.seek(place)
        head = file.read(4)
        if len(head) < 4:
            break
        size = int.from_bytes(head[1:])
        if head[0] & 0x7F == _COMMENT_BLOCK:
            total += min(_count(file, place + 4), size // _SHORTEST)
        if head[0] & 0x80:
            break
        place += 4 + size
    return total


def _in_ogg(head: bytes, start: int, file: BinaryIO) -> list[int]:
    places = [(head.find(name), len(name)) for name in _OGG_HEADERS]
    found = [_count(file, start + place + length) for place, length in places if place >= 0]
    return found or [0]


def _count(file: BinaryIO, place: int) -> int:
    """The number that stands behind the vendor's name at `place`."""
    file.seek(place)
    vendor = int.from_bytes(file.read(4), "little")
    file.seek(place + 4 + vendor)
    return int.from_bytes(file.read(4), "little")
