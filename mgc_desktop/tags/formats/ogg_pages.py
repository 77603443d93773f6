"""Reads Ogg pages, and makes their headers with the checksum."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from mgc_desktop.errors import TagError
from mgc_desktop.tags.formats.layout import read

_HEADER: Final = 27
_MOST_PAGES: Final = 1_000_000
CONTINUED, BEGINS = 0x01, 0x02  # flags: the page continues a packet; it begins a stream


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its position in the file, the fields of its header, and its lacing table (one byte a segment)."""

    start: int
    flags: int
    granule: bytes
    serial: bytes
    number: int
    lacing: bytes

    @property
    def data(self) -> int:
        """The start of its data."""
        return self.start + _HEADER + len(self.lacing)

    @property
    def end(self) -> int:
        """The start of the next page."""
        return self.data + sum(self.lacing)


@dataclass(frozen=True, slots=True)
class Part:
    """A number of bytes of a packet, and whether the packet ends with them."""

    size: int
    ends: bool


def packet_parts(lacing: bytes) -> Iterator[Part]:
    """The packets, or parts of packets, in a page."""
    size = 0
    for value in lacing:
        size += value
        if value < 255:
            yield Part(size, True)
            size = 0
    if lacing and lacing[-1] == 255:
        yield Part(size, False)


def pages(file: BinaryIO, position: int = 0) -> Iterator[Page]:
    """The pages from `position` on, up to the end or to an incomplete page."""
    size = file.seek(0, 2)
    for _ in range(_MOST_PAGES):
        if position + _HEADER > size:
            return
        head = read(file, position, position + _HEADER + 255)
        if head[:4] != b"OggS":
            return
        lacing = head[_HEADER : _HEADER + head[26]]
        page = Page(position, head[5], head[6:14], head[14:18], int.from_bytes(head[18:22], "little"), lacing)
        if page.end > size:
            return
        yield page
        position = page.end
    raise TagError("has too many parts; nothing was written")


def header(page: Page, data: bytes) -> bytes:
    """The header of a page."""
    head = b"OggS\0" + bytes([page.flags]) + page.granule + page.serial + struct.pack("<I", page.number)
    tail = bytes([len(page.lacing)]) + page.lacing
    return head + _crc(head + bytes(4) + tail + data) + tail


_MIRROR: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def _crc(data: bytes) -> bytes:
    """Ogg's checksum: CRC-32 with reversed bits and without inversion, computed with zlib's."""
    mirrored = zlib.crc32(data.translate(_MIRROR), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return mirrored.to_bytes(4, "big").translate(_MIRROR)
