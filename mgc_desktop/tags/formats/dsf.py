"""DSF (DSD audio), with an ID3v2 tag at the end of the file and a pointer to it in the header."""

from __future__ import annotations

import struct
from importlib import import_module
from typing import BinaryIO, Final

from mgc_desktop.audio.leading_tags import id3v2_size
from mgc_desktop.errors import TagError
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.formats.base import Contents, TagFormat
from mgc_desktop.tags.formats.layout import Budget, Layout, Range, read, window
from mgc_desktop.tags.formats.wrapping import edit_id3
from mgc_desktop.tags.splice import Splice, growth
from mgc_desktop.tags.tag_types import id3_edit
from mgc_desktop.tags.tag_types.id3_read import ID3V2, load

_HEADER: Final = 28  # bytes: magic, size of the header, size of the file, position of the tag or 0
_SIZE_AT, _PLACE_AT = 12, 20


class Dsf(TagFormat):
    """DSF files."""

    name = "DSF"
    suffixes = frozenset({".dsf"})

    def sniff(self, head: bytes) -> bool:
        return head.startswith(b"DSD ")

    def read(self, file: BinaryIO) -> Contents:
        contents = Contents(self.name)
        sound = window(file, Range(0, file.seek(0, 2)), Budget())
        contents.length = contents.attempt(lambda: _length(sound), needed=False)
        where = contents.attempt(lambda: _tag(sound))
        if where is not None:
            tag = contents.attempt(lambda: load(read(sound, where.start, where.end), contents.warnings))
            contents.add(ID3V2, tag)
        return contents

    def layout(self, file: BinaryIO) -> Layout:
        """All bytes except the tag, the file's size and the position of the tag."""
        where = _tag(file)
        end = file.seek(0, 2) if where is None else where.start
        return (Range(0, _SIZE_AT), Range(_HEADER, end))

    def edit(self, file: BinaryIO, field: Field, values: tuple[str, ...]) -> list[Splice]:
        where, size = _tag(file), file.seek(0, 2)
        if where is not None:
            splices = edit_id3(file, where, field, values)
        elif values:
            splices = [Splice(size, size, id3_edit.new_tag(id3_edit.render(4, field, values)))]
        else:
            return []
        place = size if where is None else where.start
        header = struct.pack("<QQ", size + growth(splices), place)
        return [Splice(_SIZE_AT, _HEADER, header), *splices]


def _length(file: BinaryIO) -> float | None:
    dsf = import_module("mutagen.dsf")
    file.seek(0)
    return float(dsf.DSFInfo(dsf.DSFFile(file).fmt_chunk).length) or None


def _tag(file: BinaryIO) -> Range | None:
    """The position of the tag; raises `TagError` if the header points to something else."""
    head = read(file, 0, _HEADER)
    size = file.seek(0, 2)
    if len(head) < _HEADER:
        raise TagError("has a damaged DSF header; nothing was written")
    (place,) = struct.unpack("<Q", head[_PLACE_AT:])
    if place == 0:
        return None
    length = id3v2_size(read(file, place, place + 10)) if _HEADER <= place < size else 0
    if not length or place + length > size:
        raise TagError("has a damaged DSF header; nothing was written")
    return Range(place, place + length)
