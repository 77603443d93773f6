"""Ogg with Vorbis, Opus, Speex or FLAC. The comments are the second packet of the stream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import BinaryIO, Final

from mgc_desktop.errors import TagError
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.formats.base import ContainerFormat, Contents
from mgc_desktop.tags.formats.layout import Layout, Range, read
from mgc_desktop.tags.formats.ogg_pages import BEGINS, CONTINUED, Page, packet_parts
from mgc_desktop.tags.formats.ogg_pages import header as page_header
from mgc_desktop.tags.formats.ogg_pages import pages as pages_of
from mgc_desktop.tags.splice import Splice, growth, spliced
from mgc_desktop.tags.tag_types import vorbis_edit
from mgc_desktop.tags.tag_types.vorbis_read import VORBIS

_NO_PACKET_ENDS: Final = b"\xff" * 8
_COMMENT_MARKS: Final = (b"\x03vorbis", b"OpusTags")
_COMMENT_BLOCK: Final = 4  # FLAC's name for comments
_FLAC_HEADER: Final = 4


class _Ogg(ContainerFormat):
    """`mark`: the first bytes of the stream's first packet. `library`: mutagen's module and class."""

    mark: bytes
    library: tuple[str, str]

    def sniff(self, head: bytes) -> bool:
        return head.startswith(b"OggS") and self.mark in head

    def read_inside(self, file: BinaryIO, contents: Contents) -> None:
        module, name = self.library
        audio = contents.attempt(lambda: getattr(import_module(module), name)(file))
        if audio is not None:
            contents.length = float(getattr(audio.info, "length", 0.0)) or None
            contents.add(VORBIS, audio.tags)

    def layout_inside(self, file: BinaryIO) -> Layout:
        return _layout(file)

    def edit_inside(self, file: BinaryIO, field: Field, values: tuple[str, ...], contents: Contents) -> list[Splice]:
        return _edit(file, field, values)


class OggVorbis(_Ogg):
    """Vorbis in Ogg."""

    name = "Ogg Vorbis"
    suffixes = frozenset({".ogg", ".oga"})
    mark = b"\x01vorbis"
    library = ("mutagen.oggvorbis", "OggVorbis")


class OggOpus(_Ogg):
    """Opus in Ogg."""

    name = "Opus"
    suffixes = frozenset({".opus"})
    mark = b"OpusHead"
    library = ("mutagen.oggopus", "OggOpus")


class OggFlac(_Ogg):
    """FLAC in Ogg."""

    name = "Ogg FLAC"
    suffixes = frozenset({".oga", ".ogg"})
    mark = b"\x7fFLAC"
    library = ("mutagen.oggflac", "OggFLAC")


class OggSpeex(_Ogg):
    """Speex in Ogg."""

    name = "Speex"
    suffixes = frozenset({".spx"})
    mark = b"Speex   "
    library = ("mutagen.oggspeex", "OggSpeex")


def _layout(file: BinaryIO) -> Layout:
    """The data of all pages and their granule positions, without the comment packet of each stream.

    The numbers and checksums of the pages are not included, since they depend on the number of comment pages.
    """
    pieces: list[Range | bytes] = []
    packets: dict[bytes, int] = {}  # the number of packets that have ended so far
    size = file.seek(0, 2)
    position = 0
    for page in pages_of(file):
        packet, start = packets.get(page.serial, 0), page.data
        if page.flags & BEGINS:
            packet = 0
        if packet > 1:
            pieces += [page.serial + page.granule + page.lacing, Range(page.data, page.end)]
            position = page.end
            continue
        for part in packet_parts(page.lacing):
            if packet != 1 and part.size:
                pieces.append(Range(start, start + part.size))
            start += part.size
            if part.ends:
                packet += 1
                pieces.append(page.serial)
        packets[page.serial] = packet
        position = page.end
    return (*pieces, Range(position, size))


def _edit(file: BinaryIO, field: Field, values: tuple[str, ...]) -> list[Splice]:
    """The splices for the comment packet and its pages, and for the numbers of later pages if needed."""
    pages = _comment_pages(file)
    body = b"".join(read(file, page.data, page.end) for page in pages)
    packet = body[: _first_packet(pages)]
    changes = sorted(_edit_packet(packet, field, values), key=lambda splice: splice.start)
    old_lacing = b"".join(page.lacing for page in pages)
    lacing = _laced(len(packet) + growth(changes)) + old_lacing[len(_laced(len(packet))) :]
    counts = _spread(len(lacing), [len(page.lacing) for page in pages])
    headers = _headers(pages[0], counts, lacing, spliced(body, changes))
    new = _paged(_changed(pages, changes), headers)
    extra = len(counts) - len(pages)
    return _splices(new, pages[0].start, pages[-1].end) + _renumbered(file, pages[-1], extra)


def _comment_pages(file: BinaryIO) -> list[Page]:
    """The pages of the comment packet."""
    found: list[Page] = []
    serial = None
    for page in pages_of(file):
        if serial is None:
            start = read(file, page.data, page.data + 8)
            if start[:7] == b"\x01vorbis" or start in (b"OpusHead", b"Speex   ") or start[:5] == b"\x7fFLAC":
                serial = page.serial
        elif page.serial == serial:
            found.append(page)
            if any(part.ends for part in packet_parts(page.lacing)):
                break
        elif found:
            raise TagError("is an Ogg file with interleaved headers, which is not understood; nothing was written")
    if not found or found[0].flags & CONTINUED:
        raise TagError("has a damaged Ogg header; nothing was written")
    return found


def _first_packet(pages: list[Page]) -> int:
    """The length of the first packet in the pages."""
    length = 0
    for page in pages:
        for part in packet_parts(page.lacing):
            length += part.size
            if part.ends:
                return length
    raise TagError("has a damaged Ogg header; nothing was written")


def _laced(length: int) -> bytes:
    """The lacing values of one packet."""
    return b"\xff" * (length // 255) + bytes([length % 255])


def _edit_packet(packet: bytes, field: Field, values: tuple[str, ...]) -> list[Splice]:
    for mark in _COMMENT_MARKS:
        if packet.startswith(mark):
            return vorbis_edit.edit(packet, len(mark), field, values)
    if packet[0] & 0x7F == _COMMENT_BLOCK and int.from_bytes(packet[1:4], "big") == len(packet) - _FLAC_HEADER:
        changes = vorbis_edit.edit(packet, _FLAC_HEADER, field, values)
        size = len(packet) - _FLAC_HEADER + growth(changes)
        return [Splice(1, 4, size.to_bytes(3, "big")), *changes]
    return vorbis_edit.edit(packet, 0, field, values)  # Speex has no magic bytes


def _spread(segments: int, counts: list[int]) -> list[int]:
    """The number of segments of each page: as many pages as before if they can hold all segments."""
    counts = list(counts)
    more = segments - sum(counts)
    for i, count in enumerate(counts):
        counts[i] = min(255, max(1, count + more))
        more -= counts[i] - count
    while more < 0:  # fewer segments than pages
        counts.pop()
        more += 1
    while more > 0:
        counts.append(min(255, more))
        more -= counts[-1]
    return counts


def _headers(first: Page, counts: list[int], lacing: bytes, body: bytes) -> list[tuple[bytes, int]]:
    """The header of each new page, with the length of its data."""
    headers, offset, segment = [], 0, 0
    continued = 0
    for i, count in enumerate(counts):
        own = lacing[segment : segment + count]
        granule = bytes(8) if any(value < 255 for value in own) else _NO_PACKET_ENDS
        page = replace(first, flags=continued, granule=granule, number=first.number + i, lacing=own)
        headers.append((page_header(page, body[offset : offset + sum(own)]), sum(own)))
        continued = CONTINUED if own[-1] == 255 else 0
        segment += count
        offset += sum(own)
    return headers


def _changed(pages: list[Page], changes: list[Splice]) -> list[Range | bytes]:
    """The new data of the pages: unchanged data as ranges of the file, new data as bytes."""
    pieces: list[Range | bytes] = []
    position = 0
    for change in changes:
        pieces += [*_in_file(pages, position, change.start), change.data]
        position = change.end
    return [*pieces, *_in_file(pages, position, sum(page.end - page.data for page in pages))]


def _in_file(pages: list[Page], start: int, end: int) -> Iterator[Range]:
    """The ranges of the file with the bytes `[start, end)` of the pages' data."""
    offset = 0
    for page in pages:
        size = page.end - page.data
        a, b = max(start, offset), min(end, offset + size)
        if a < b:
            yield Range(page.data + a - offset, page.data + b - offset)
        offset += size


def _paged(pieces: list[Range | bytes], headers: list[tuple[bytes, int]]) -> list[Range | bytes]:
    """The pieces divided into pages, each after its header."""
    out: list[Range | bytes] = []
    waiting = [piece for piece in reversed(pieces) if _length(piece)]
    for header, size in headers:
        out.append(header)
        while size:
            piece = waiting.pop()
            if _length(piece) > size:
                piece, rest = _cut(piece, size)
                waiting.append(rest)
            out.append(piece)
            size -= _length(piece)
    return out


def _length(piece: Range | bytes) -> int:
    return len(piece) if isinstance(piece, bytes) else piece.end - piece.start


def _cut(piece: Range | bytes, at: int) -> tuple[Range | bytes, Range | bytes]:
    if isinstance(piece, bytes):
        return piece[:at], piece[at:]
    return Range(piece.start, piece.start + at), Range(piece.start + at, piece.end)


def _splices(pieces: list[Range | bytes], start: int, end: int) -> list[Splice]:
    """The splices that replace the bytes `[start, end)` of the file by the pieces."""
    splices, position, new = [], start, b""
    for piece in pieces:
        if isinstance(piece, bytes):
            new += piece
            continue
        splices.append(Splice(position, piece.start, new))
        position, new = piece.end, b""
    return [*splices, Splice(position, end, new)]


def _renumbered(file: BinaryIO, last: Page, extra: int) -> list[Splice]:
    """The splices for new numbers and checksums of later pages of the stream."""
    if not extra:
        return []
    splices = []
    for page in pages_of(file, last.end):
        if page.serial != last.serial:
            continue
        if page.flags & BEGINS:  # a chained stream with the same serial number
            break
        moved = replace(page, number=(page.number + extra) & 0xFFFFFFFF)
        header = page_header(moved, read(file, page.data, page.end))
        splices.append(Splice(page.start, page.data, header))
    return splices
