"""ID3v2 tags in front of a file's audio.

Old taggers put ID3v2 in front of formats that do not have it (WavPack, Monkey's Audio, Musepack, WAV, AIFF), and some
put several tags in a row. FFmpeg skips only a single tag, and only in front of some formats.
"""

from __future__ import annotations

import os
from typing import BinaryIO, Final

_HEADER: Final = 10  # bytes of an ID3v2 header, and of its footer
_MOST_TAGS: Final = 64  # in a row; a file with more is not audio


def leading_tags(file: BinaryIO) -> tuple[int, int]:
    """The number of ID3v2 tags at the start of an open file, and their size in bytes. Raises OSError."""
    size = os.fstat(file.fileno()).st_size
    count = end = 0
    while count < _MOST_TAGS and end < size:
        file.seek(end)
        length = id3v2_size(file.read(_HEADER))
        if not length or end + length >= size:
            break
        end += length
        count += 1
    return count, end


def id3v2_size(head: bytes) -> int:
    """The total length in bytes of the ID3v2 tag whose first ten bytes are `head`; 0 if it is not a tag."""
    if len(head) < _HEADER or head[:3] != b"ID3" or 0xFF in head[3:5] or any(byte & 0x80 for byte in head[6:10]):
        return 0
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    footer = _HEADER if head[3] >= 4 and head[5] & 0x10 else 0
    return _HEADER + size + footer
