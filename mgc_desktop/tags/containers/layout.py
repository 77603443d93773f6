"""Which bytes of a file are its sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Range:
    """The bytes `[start, end)` of the file."""

    start: int
    end: int


# What the audio checksum covers, in order: stretches of the file, and values derived from it where the bytes
# themselves depend on where the tags end (the chunk offsets of MP4, the page numbers of Ogg).
Layout = tuple[Range | bytes, ...]


def read(file: BinaryIO, start: int, end: int) -> bytes:
    """The bytes `[start, end)`, fewer at the end of the file."""
    file.seek(start)
    return file.read(end - start)
