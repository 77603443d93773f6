"""ASF (WMA): a header of objects, of which three may hold the genre."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any, BinaryIO, Final
from uuid import UUID

from mgc_desktop.errors import TagError
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.formats.base import ContainerFormat, Contents
from mgc_desktop.tags.formats.layout import Layout, Range, read
from mgc_desktop.tags.splice import Splice, growth
from mgc_desktop.tags.tag_types import asf_read


def _guid(text: str) -> bytes:
    return UUID(text).bytes_le


_HEADER: Final = _guid("75B22630-668E-11CF-A6D9-00AA0062CE6C")
_FILE: Final = _guid("8CABDCA1-A947-11CF-8EE4-00C00C205365")
_DESCRIPTION: Final = _guid("75B22633-668E-11CF-A6D9-00AA0062CE6C")
_EXTENDED: Final = _guid("D2D0A440-E307-11D2-97F0-00A0C95EA850")
_EXTENSION: Final = _guid("5FBF03B5-A92E-11CF-8EE3-00C00C205365")
_METADATA: Final = _guid("C5F8CBEA-5BAF-4877-8467-AA8C44FA4CCA")
_LIBRARY: Final = _guid("44231C94-9498-49D1-A141-1D134E457054")
_PADDING: Final = _guid("1806D474-CADF-4509-A4BA-9AABCB96AAE8")
_TAGS: Final = {_DESCRIPTION, _EXTENDED, _METADATA, _LIBRARY, _PADDING}
_EDGE: Final = 24  # GUID and size
_HEADER_EDGE: Final = _EDGE + 6
_EXTENSION_EDGE: Final = _EDGE + 22
_FILE_SIZE_AT: Final = _EDGE + 16
_TEXT: Final = 0
_MOST_OBJECTS: Final = 10_000
_MOST_ATTRIBUTES: Final = 70_000
_LARGEST_VALUE: Final = 0xFFFF


class Asf(ContainerFormat):
    """Windows Media Audio."""

    name = "WMA"
    suffixes = frozenset({".wma"})

    def sniff(self, head: bytes) -> bool:
        return head.startswith(_HEADER)

    def read_inside(self, file: BinaryIO, contents: Contents) -> None:
        audio = contents.attempt(lambda: _load(file))
        if audio is not None:
            contents.length = float(audio.info.length) or None
            contents.add(asf_read.ASF, audio.tags)

    def layout_inside(self, file: BinaryIO) -> Layout:
        return _layout(file)

    def edit_inside(self, file: BinaryIO, field: Field, values: tuple[str, ...], contents: Contents) -> list[Splice]:
        return _edit(file, field, values)


@dataclass(frozen=True, slots=True)
class Object:
    """An object of the header by its position in the file; its contents start 24 bytes after `start`."""

    guid: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AsfHeader:
    """The objects of the header, and those in its extension, which has room for more kinds."""

    end: int
    objects: tuple[Object, ...]
    extension: Object | None
    extended: tuple[Object, ...]

    def first(self, guid: bytes) -> Object | None:
        """The first object of that kind directly in the header."""
        return next((found for found in self.objects if found.guid == guid), None)


def _load(file: BinaryIO) -> Any:
    """mutagen's object; raises `TagError` if reading all attributes would take too long."""
    header = _header(file)
    count = 0
    for found in (*header.objects, *header.extended):
        if found.guid in (_EXTENDED, _METADATA, _LIBRARY):
            count += int.from_bytes(read(file, found.start + _EDGE, found.start + _EDGE + 2), "little")
    if count > _MOST_ATTRIBUTES:
        raise TagError("has too many parts")
    file.seek(0)
    return import_module("mutagen.asf").ASF(file)


def _layout(file: BinaryIO) -> Layout:
    """The layout: all objects except tags, without the field with the file's size."""
    header = _header(file)
    pieces: list[Range | bytes] = []
    for found in header.objects:
        if found.guid == _FILE:
            at = found.start + _FILE_SIZE_AT
            pieces += [Range(found.start, at), Range(at + 8, found.end)]
        elif found.guid == _EXTENSION:
            pieces += [Range(inner.start, inner.end) for inner in header.extended if inner.guid not in _TAGS]
        elif found.guid not in _TAGS:
            pieces.append(Range(found.start, found.end))
    return (*pieces, Range(header.end, file.seek(0, 2)))


def _edit(file: BinaryIO, field: Field, values: tuple[str, ...]) -> list[Splice]:
    """The splices for the objects with the field, for their sizes, and for the padding."""
    header = _header(file)
    name = "WM/Genre" if field is Field.GENRE else field.value
    in_header = _in_extended(file, header, name, values)
    in_extension = _in_extension(file, header, name)
    more = growth(in_header) + growth(in_extension)
    padding, inside = _absorb(header, more)
    if inside:
        in_extension += padding
    else:
        in_header += padding
    splices = in_header + in_extension
    if header.extension is not None and (grown := growth(in_extension)):
        splices += _extension_size(header.extension, grown)
    made = bool(values) and header.first(_EXTENDED) is None
    return splices + _sizes(file, header, growth(splices), made)


def _header(file: BinaryIO) -> AsfHeader:
    head = read(file, 0, _HEADER_EDGE)
    size = int.from_bytes(head[16:24], "little")
    if head[:16] != _HEADER or not _HEADER_EDGE <= size <= file.seek(0, 2):
        raise TagError("has a damaged WMA header; nothing was written")
    objects = tuple(_objects(file, _HEADER_EDGE, size))
    extension = next((found for found in objects if found.guid == _EXTENSION), None)
    extended = tuple(_objects(file, extension.start + _EXTENSION_EDGE, extension.end)) if extension else ()
    return AsfHeader(size, objects, extension, extended)


def _objects(file: BinaryIO, start: int, end: int) -> Iterator[Object]:
    for _ in range(_MOST_OBJECTS):
        if start >= end:
            return
        head = read(file, start, start + _EDGE)
        size = int.from_bytes(head[16:24], "little")
        if not _EDGE <= size <= end - start:
            raise TagError("has a damaged WMA header; nothing was written")
        yield Object(head[:16], start, start + size)
        start += size
    raise TagError("has too many parts; nothing was written")


def _in_extended(file: BinaryIO, header: AsfHeader, name: str, values: tuple[str, ...]) -> list[Splice]:
    """The list of descriptors with the new ones in place of the first old one, or at its end."""
    new = b"".join(_descriptor(name, value) for value in values)
    found = header.first(_EXTENDED)
    if found is None:
        if not values:
            return []
        made = _EXTENDED + struct.pack("<QH", _EDGE + 2 + len(new), len(values)) + new
        return [Splice(header.end, header.end, made)]
    data = read(file, found.start + _EDGE, found.end)
    old, total = _descriptors(data, name)
    base = found.start + _EDGE
    splices = [Splice(base + start, base + end, b"") for start, end in old[1:]]
    place = (base + old[0][0], base + old[0][1]) if old else (found.end, found.end)
    splices.append(Splice(*place, new))
    size = found.end - found.start + growth(splices)
    count = total - len(old) + len(values)
    return [Splice(found.start + 16, base + 2, struct.pack("<QH", size, count)), *splices]


def _in_extension(file: BinaryIO, header: AsfHeader, name: str) -> list[Splice]:
    """Records of the same name in the other two objects, taken out: readers would show them as well."""
    splices: list[Splice] = []
    for found in header.extended:
        if found.guid not in (_METADATA, _LIBRARY):
            continue
        base = found.start + _EDGE
        old, total = _records(read(file, base, found.end), name)
        if old:
            removed = [Splice(base + start, base + end, b"") for start, end in old]
            size = found.end - found.start + growth(removed)
            splices += [Splice(found.start + 16, base + 2, struct.pack("<QH", size, total - len(old))), *removed]
    return splices


def _descriptor(name: str, value: str) -> bytes:
    key, text = _utf16(name), _utf16(value)
    if len(text) > _LARGEST_VALUE:
        raise TagError("a genre is too long for WMA; nothing was written")
    return struct.pack("<H", len(key)) + key + struct.pack("<HH", _TEXT, len(text)) + text


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\0\0"


def _descriptors(data: bytes, name: str) -> tuple[list[tuple[int, int]], int]:
    """The positions of the descriptors of that name, and the number of all descriptors."""
    found = []
    try:
        (total,) = struct.unpack_from("<H", data)
        position = 2
        for _ in range(total):
            (key_size,) = struct.unpack_from("<H", data, position)
            (value_size,) = struct.unpack_from("<H", data, position + 4 + key_size)
            end = position + 6 + key_size + value_size
            if _name(data[position + 2 : position + 2 + key_size]) == name.casefold():
                found.append((position, end))
            position = end
    except struct.error:
        raise TagError("has damaged WMA tags; nothing was written") from None
    if position > len(data):
        raise TagError("has damaged WMA tags; nothing was written")
    return found, total


def _records(data: bytes, name: str) -> tuple[list[tuple[int, int]], int]:
    """The positions of the records of that name, and the number of all records."""
    found = []
    try:
        (total,) = struct.unpack_from("<H", data)
        position = 2
        for _ in range(total):
            key_size, _, value_size = struct.unpack_from("<HHI", data, position + 4)
            end = position + 12 + key_size + value_size
            if _name(data[position + 12 : position + 12 + key_size]) == name.casefold():
                found.append((position, end))
            position = end
    except struct.error:
        raise TagError("has damaged WMA tags; nothing was written") from None
    if position > len(data):
        raise TagError("has damaged WMA tags; nothing was written")
    return found, total


def _name(raw: bytes) -> str:
    return raw.decode("utf-16-le", "replace").rstrip("\0").casefold()


def _absorb(header: AsfHeader, more: int) -> tuple[list[Splice], bool]:
    """Padding made smaller or larger, so that the sound stays where it is; whether it lies in the extension."""
    for found in (*header.objects, *header.extended):
        size = found.end - found.start - more
        if found.guid != _PADDING or size < _EDGE or not more:
            continue
        rest = Splice(found.end - more, found.end, b"") if more > 0 else Splice(found.end, found.end, bytes(-more))
        return [Splice(found.start + 16, found.start + 24, struct.pack("<Q", size)), rest], found in header.extended
    return [], False


def _extension_size(extension: Object, more: int) -> list[Splice]:
    size = extension.end - extension.start + more
    data_at = extension.start + _EDGE + 18
    return [
        Splice(extension.start + 16, extension.start + 24, struct.pack("<Q", size)),
        Splice(data_at, data_at + 4, struct.pack("<I", size - _EXTENSION_EDGE)),
    ]


def _sizes(file: BinaryIO, header: AsfHeader, more: int, made: bool) -> list[Splice]:
    """The sizes of the header and of the file, and the number of the header's objects, one more if one was made."""
    (count,) = struct.unpack("<I", read(file, 24, 28))
    splices = [Splice(16, 24, struct.pack("<Q", header.end + more))]
    if made:
        splices.append(Splice(24, 28, struct.pack("<I", count + 1)))
    if more and (properties := header.first(_FILE)) is not None:
        at = properties.start + _FILE_SIZE_AT
        (size,) = struct.unpack("<Q", read(file, at, at + 8))
        splices.append(Splice(at, at + 8, struct.pack("<Q", size + more)))
    return splices
