"""Tags around the audio: ID3v2 and APEv2 before it, APEv2, Lyrics3, ID3v1 and ID3v2 after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Final

from mgc_desktop.audio.leading_tags import id3v2_size
from mgc_desktop.errors import TagError
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.formats.layout import Range, read
from mgc_desktop.tags.splice import Splice
from mgc_desktop.tags.tag_types import apev2_edit, id3_edit

_MOST_TAGS: Final = 32  # around one file
_LYRICS3_END: Final = b"LYRICS200"
_LYRICS3V1_END: Final = b"LYRICSEND"
_LYRICS3V1_LARGEST: Final = 5100 + 11 + 9
_V1_EXTENDED: Final = 227  # bytes of the "TAG+" block that some programs put before an ID3v1 tag


@dataclass(frozen=True, slots=True)
class Wrapping:
    """The positions of the tags; `audio` is between them. Tags of one kind are in the order of the file."""

    audio: Range
    id3: tuple[Range, ...] = ()
    ape: tuple[Range, ...] = ()
    v1: tuple[Range, ...] = ()


def audio_start(file: BinaryIO) -> int:
    """The start of the audio: after all tags before it that end within the file."""
    size = file.seek(0, 2)
    return _front(file, size, [], [])


def find(file: BinaryIO) -> Wrapping:
    """The tags around the audio; raises `TagError` if the first one extends beyond the file."""
    size = file.seek(0, 2)
    id3: list[Range] = []
    ape: list[Range] = []
    start = _front(file, size, id3, ape)
    if not id3 and id3v2_size(read(file, 0, 10)) > size:
        raise TagError("has a damaged ID3 tag: it is longer than the file; nothing was written")
    behind: dict[str, list[Range]] = {"id3": [], "ape": [], "v1": []}
    end = size
    for _ in range(_MOST_TAGS):
        kind, length = _last(file, start, end)
        if not length:
            break
        if kind in behind:
            behind[kind].insert(0, Range(end - length, end))
        end -= length
    return Wrapping(Range(start, end), (*id3, *behind["id3"]), tuple(ape + behind["ape"]), tuple(behind["v1"]))


def _front(file: BinaryIO, size: int, id3: list[Range], ape: list[Range]) -> int:
    """Append the tags at the start; returns where the last one ends."""
    start = 0
    for _ in range(_MOST_TAGS):
        head = read(file, start, start + apev2_edit.EDGE)
        if length := id3v2_size(head):
            found = id3
        elif length := apev2_edit.size_from_header(head):
            found = ape
        if not length or start + length > size:
            break
        found.append(Range(start, start + length))
        start += length
    return start


def _last(file: BinaryIO, start: int, end: int) -> tuple[str, int]:
    """The kind and the length of the tag that ends at `end`; length 0 if there is none."""
    tail = read(file, max(start, end - id3_edit.V1_SIZE - 3), end)
    v1 = tail[-id3_edit.V1_SIZE :]
    if len(v1) == id3_edit.V1_SIZE and v1.startswith(b"TAG") and tail[-131:-123] != apev2_edit.MAGIC:
        return "v1", id3_edit.V1_SIZE
    if length := apev2_edit.size(tail[-apev2_edit.EDGE :]):
        if length > end - start:
            raise TagError("has a damaged APE tag: it is longer than the file; nothing was written")
        return "ape", length
    if tail[-10:-7] == b"3DI":
        length = id3v2_size(b"ID3" + tail[-7:])
        if 0 < length <= end - start and read(file, end - length, end - length + 3) == b"ID3":
            return "id3", length
    if (length := _lyrics_size(file, start, end, tail)) or (length := _extended_v1_size(file, start, end)):
        return "other", length
    return "", 0


def _lyrics_size(file: BinaryIO, start: int, end: int, tail: bytes) -> int:
    """The length of a Lyrics3 tag (version 2 or 1) that ends at `end`."""
    if tail.endswith(_LYRICS3_END):
        digits = tail[-15:-9]
        length = int(digits) + 15 if digits.isdigit() else 0
        return length if length <= end - start else 0
    if tail.endswith(_LYRICS3V1_END):
        block = read(file, max(start, end - _LYRICS3V1_LARGEST), end)
        begin = block.find(b"LYRICSBEGIN")
        return len(block) - begin if begin >= 0 else 0
    return 0


def _extended_v1_size(file: BinaryIO, start: int, end: int) -> int:
    is_there = end - _V1_EXTENDED >= start and read(file, end - _V1_EXTENDED, end - _V1_EXTENDED + 4) == b"TAG+"
    return _V1_EXTENDED if is_there else 0


def edit_id3(file: BinaryIO, where: Range, field: Field, values: tuple[str, ...]) -> list[Splice]:
    """The splices that put `values` into the ID3v2 tag at `where`."""
    tag = read(file, where.start, where.end)
    return [splice.shifted(where.start) for splice in id3_edit.edit(tag, field, values)]


def edit_ape(file: BinaryIO, where: Range, field: Field, values: tuple[str, ...]) -> list[Splice]:
    """The splices that put `values` into the APEv2 tag at `where`."""
    tag = read(file, where.start, where.end)
    return [splice.shifted(where.start) for splice in apev2_edit.edit(tag, field, values)]


def edit_others(
    file: BinaryIO, outer: Wrapping, field: Field, values: tuple[str, ...], own: Range | None = None
) -> list[Splice]:
    """The splices that make the tags around the audio agree. Tags without the field stay as they are, except an ID3v2
    tag at the start, which gets the genre.

    `own`: the tag that the format's own edit has changed already.
    """
    splices: list[Splice] = []
    for where in outer.id3:
        # Many programs read a tag at the start first, whatever comes after the audio.
        in_front = where.start == 0 and field is Field.GENRE
        if where != own and (in_front or id3_edit.has_field(read(file, where.start, where.end), field)):
            splices += edit_id3(file, where, field, values)
    for where in outer.ape:
        if where != own and apev2_edit.has_field(read(file, where.start, where.end), field):
            splices += edit_ape(file, where, field, values)
    if field is Field.GENRE:
        splices += [id3_edit.v1_genre(where.start, values) for where in outer.v1]
    return splices
