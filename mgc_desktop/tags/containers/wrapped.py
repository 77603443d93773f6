"""Files that are sound with tags in front of it (ID3v2) and behind it (APEv2, Lyrics3, ID3v1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Final

from mgc_desktop.errors import TagError
from mgc_desktop.tags.containers import apev2, id3
from mgc_desktop.tags.containers.layout import Layout, Range, read
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.kinds import id3v2_size
from mgc_desktop.tags.splice import Splice

_LYRICS_END: Final = b"LYRICS200"


@dataclass(frozen=True, slots=True)
class Wrapping:
    """Where the tags are: `audio` lies between them; each other one is None where there is none.

    `front` is the first ID3v2 tag; `audio` begins behind the last, for some programs stack them.
    """

    audio: Range
    front: Range | None
    ape: Range | None
    v1: Range | None


def find(file: BinaryIO) -> Wrapping:
    """The tags around the sound; raises `TagError` if one reaches beyond the file."""
    size = file.seek(0, 2)
    front, start = None, 0
    while length := id3v2_size(read(file, start, start + 10)):
        if start + length > size:
            raise TagError("has a damaged ID3 tag: it is longer than the file; nothing was written")
        front = front or Range(start, start + length)
        start += length
    end, v1, ape = size, None, None
    if end - start >= id3.V1_SIZE and _is_v1(file, end - id3.V1_SIZE):
        v1 = Range(end - id3.V1_SIZE, end)
        end = v1.start
    end -= _lyrics_size(file, start, end)
    if length := apev2.size(read(file, end - apev2.EDGE, end) if end - start >= apev2.EDGE else b""):
        if length > end - start:
            raise TagError("has a damaged APE tag: it is longer than the file; nothing was written")
        ape = Range(end - length, end)
        end = ape.start
    return Wrapping(Range(start, end), front, ape, v1)


def _is_v1(file: BinaryIO, at: int) -> bool:
    """Whether "TAG" stands there, and is not the middle of the "APETAGEX" that begins an APE tag."""
    return read(file, at, at + 3) == b"TAG" and read(file, max(0, at - 3), at + 5) != apev2.MAGIC


def _lyrics_size(file: BinaryIO, start: int, end: int) -> int:
    """The length of a Lyrics3 tag that ends at `end`."""
    if end - start < 15 or read(file, end - 9, end) != _LYRICS_END:
        return 0
    digits = read(file, end - 15, end - 9)
    length = int(digits) + 15 if digits.isdigit() else 0
    return length if length <= end - start else 0


def layout(file: BinaryIO) -> Layout:
    """All between the tags is sound."""
    return (find(file).audio,)


def edit_id3(file: BinaryIO, field: Field, values: tuple[str, ...]) -> list[Splice]:
    """For files whose own tag is ID3v2 (MP3, AAC, TTA); a tag is made if there is none."""
    file_guard = find(file)
    if file_guard.front is not None:
        tag = read(file, file_guard.front.start, file_guard.front.end)
        return id3.edit(tag, field, values) + _rest(file, file_guard, field, values)
    if not values:
        return _rest(file, file_guard, field, values)
    v1 = read(file, file_guard.v1.start, file_guard.v1.end) if file_guard.v1 else b""
    frames = (id3.v1_as_frames(v1) if v1 else b"") + id3.render(4, field, values)
    return [Splice(0, 0, id3.new_tag(frames)), *_rest(file, file_guard, field, values)]


def edit_ape(file: BinaryIO, field: Field, values: tuple[str, ...]) -> list[Splice]:
    """For files whose own tag is APEv2 (WavPack, Monkey's Audio, Musepack); a tag is made if there is none."""
    file_guard = find(file)
    splices = beside(file, field, values)
    if file_guard.ape is None and values:
        splices.append(Splice(file_guard.audio.end, file_guard.audio.end, apev2.new_tag(field, values)))
    elif file_guard.ape is not None and (field is not Field.GENRE or not _has_ape_genre(file, file_guard)):
        splices += _edit_ape(file, file_guard.ape, field, values)
    return splices


def beside(file: BinaryIO, field: Field, values: tuple[str, ...]) -> list[Splice]:
    """The genres that foreign tags around the sound may hold, made to agree; where they hold none they stay so."""
    file_guard = find(file)
    splices = _rest(file, file_guard, field, values)
    if file_guard.front is not None and field is Field.GENRE:
        tag = read(file, file_guard.front.start, file_guard.front.end)
        if id3.has_genre(tag):
            splices += [splice.shifted(file_guard.front.start) for splice in id3.edit(tag, field, values)]
    return splices


def _rest(file: BinaryIO, file_guard: Wrapping, field: Field, values: tuple[str, ...]) -> list[Splice]:
    """What stands behind the sound."""
    if field is not Field.GENRE:
        return []
    splices: list[Splice] = []
    if file_guard.ape is not None and _has_ape_genre(file, file_guard):
        splices += _edit_ape(file, file_guard.ape, field, values)
    if file_guard.v1 is not None:
        splices.append(id3.v1_genre(file_guard.v1.start, values))
    return splices


def _has_ape_genre(file: BinaryIO, file_guard: Wrapping) -> bool:
    return file_guard.ape is not None and apev2.has_genre(read(file, file_guard.ape.start, file_guard.ape.end))


def _edit_ape(file: BinaryIO, where: Range, field: Field, values: tuple[str, ...]) -> list[Splice]:
    tag = read(file, where.start, where.end)
    return [splice.shifted(where.start) for splice in apev2.edit(tag, field, values)]
