"""MP4 (M4A with AAC or ALAC): the tags are nested in the header, next to the tables of positions of the audio."""

from __future__ import annotations

import struct
from bisect import bisect_right
from importlib import import_module
from itertools import accumulate
from typing import BinaryIO, Final

from mgc_desktop.errors import TagError
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.formats.base import ContainerFormat, Contents
from mgc_desktop.tags.formats.layout import Layout, Range, read
from mgc_desktop.tags.formats.mp4_atoms import Atom, atoms, child, children, leaves, pack, top
from mgc_desktop.tags.splice import Splice, growth
from mgc_desktop.tags.tag_types.mp4_read import MP4_LIST

_FREE: Final = frozenset({b"free", b"skip", b"wide"})
_OFFSETS: Final = {b"stco": 4, b"co64": 8}  # tables of positions in the file, and the bytes of an entry
_TAGS: Final = frozenset({b"udta", b"meta"}) | _FREE
_GENRES: Final = (b"\xa9gen", b"gnre")
_MEAN: Final = b"com.apple.iTunes"
_HANDLER: Final = pack(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))
_SMALLEST: Final = 8
_FRAGMENTS: Final = {b"moof", b"mfra"}  # they may hold positions too


class Mp4(ContainerFormat):
    """MP4 with AAC or ALAC."""

    name = "MP4"
    suffixes = frozenset({".m4a", ".m4b", ".mp4a", ".mp4"})

    def sniff(self, head: bytes) -> bool:
        return head[4:8] == b"ftyp"

    def read_inside(self, file: BinaryIO, contents: Contents) -> None:
        audio = contents.attempt(lambda: import_module("mutagen.mp4").MP4(file))
        if audio is not None:
            contents.length = float(audio.info.length) or None
            contents.add(MP4_LIST, audio.tags)

    def layout_inside(self, file: BinaryIO) -> Layout:
        return _layout(file)

    def edit_inside(self, file: BinaryIO, field: Field, values: tuple[str, ...], contents: Contents) -> list[Splice]:
        return _edit(file, field, values)


def _layout(file: BinaryIO) -> Layout:
    """All except tags and free space; positions of the audio are taken relative to the atom that contains them."""
    tree = top(file)
    stores = [atom for atom in tree if atom.name == b"mdat"]
    pieces: list[Range | bytes] = []
    for atom in tree:
        if atom.name == b"moov":
            for leaf in leaves(file, atom, _TAGS):
                table = _OFFSETS.get(leaf.name)
                pieces += [leaf.name, _relative(file, leaf, stores) if table else Range(leaf.data, leaf.end)]
        elif atom.name not in _TAGS:
            pieces += [atom.name, Range(atom.data, atom.end)]
    return tuple(pieces)


def _edit(file: BinaryIO, field: Field, values: tuple[str, ...]) -> list[Splice]:
    """The splices for the tag, the free space, the sizes of the parent atoms, and the positions of the audio."""
    tree = top(file)
    moov = next((atom for atom in tree if atom.name == b"moov"), None)
    if moov is None:
        raise TagError("has no MP4 header; nothing was written")
    path = _path(file, moov)
    splices = _items(file, path, field, values)
    more = growth(splices)
    free, grown = _free(file, tree, path, more)
    splices += free + [_sized(atom, more) for atom in grown]
    return splices + _moved(file, tree, moov, splices)


def _path(file: BinaryIO, moov: Atom) -> list[Atom]:
    """The atoms from the header down to the list of tags, as far as they exist."""
    path = [moov]
    for name in (b"udta", b"meta", b"ilst"):
        found = child(file, path[-1], name)
        if found is None:
            break
        path.append(found)
    return path


def _items(file: BinaryIO, path: list[Atom], field: Field, values: tuple[str, ...]) -> list[Splice]:
    """The new item in the place of the first old one, or at the end of the list, which is created if needed."""
    new = _item(field, values)
    last = path[-1]
    if last.name == b"ilst":
        old = [atom for atom in children(file, last) if _is_field(file, atom, field)]
        if old:
            return [Splice(old[0].start, old[0].end, new), *(Splice(atom.start, atom.end, b"") for atom in old[1:])]
        return [Splice(last.end, last.end, new)] if new else []
    if not new:
        return []
    missing = pack(b"ilst", new)
    if last.name == b"meta":
        return [Splice(last.end, last.end, missing)]
    missing = pack(b"meta", bytes(4) + _HANDLER + missing)
    if last.name == b"udta":
        return [Splice(last.data, last.data, missing)]
    return [Splice(last.end, last.end, pack(b"udta", missing))]


def _item(field: Field, values: tuple[str, ...]) -> bytes:
    if not values:
        return b""
    data = b"".join(pack(b"data", struct.pack(">II", 1, 0) + value.encode()) for value in values)  # 1: UTF-8
    if field is Field.GENRE:
        return pack(_GENRES[0], data)
    name = pack(b"mean", bytes(4) + _MEAN) + pack(b"name", bytes(4) + field.value.encode())
    return pack(b"----", name + data)


def _is_field(file: BinaryIO, atom: Atom, field: Field) -> bool:
    if field is Field.GENRE:
        return atom.name in _GENRES
    if atom.name != b"----":
        return False
    parts = {part.name: read(file, part.data + 4, part.end) for part in atoms(file, atom.data, atom.end)}
    return parts.get(b"mean") == _MEAN and parts.get(b"name") == field.value.encode()


def _free(file: BinaryIO, tree: list[Atom], path: list[Atom], more: int) -> tuple[list[Splice], list[Atom]]:
    """Resize free space so that the following data keeps its position; returns the atoms that grow by `more`, too."""
    has_list = path[-1].name == b"ilst"
    for depth in range(len(path) - (2 if has_list else 1), -1, -1):
        for atom in children(file, path[depth]):
            if atom.name in _FREE and (splices := _resized(atom, more)):
                return splices, path[depth + 1 :]
    following = next((atom for atom in tree if atom.start == path[0].end), None)
    if following is not None and following.name in _FREE and (splices := _resized(following, more)):
        return splices, path
    if has_list and -more >= _SMALLEST:
        return [Splice(path[-1].end, path[-1].end, pack(b"free", bytes(-more - _SMALLEST)))], path[-1:]
    return [], path


def _resized(free: Atom, more: int) -> list[Splice]:
    """The splices that take `more` bytes from the free space; none if it is too small."""
    size = free.size - more
    if not more or free.wide or size < _SMALLEST or size >= 1 << 32:
        return []
    rest = Splice(free.end - more, free.end, b"") if more > 0 else Splice(free.end, free.end, bytes(-more))
    return [Splice(free.start, free.start + 4, size.to_bytes(4, "big")), rest]


def _sized(atom: Atom, more: int) -> Splice:
    """The splice for the new size of an atom."""
    width, limit = (8, 1 << 64) if atom.wide else (4, 1 << 32)
    if atom.size + more >= limit:
        raise TagError("the tags would become too large; nothing was written")
    end = atom.start + (16 if atom.wide else 4)
    return Splice(end - width, end, (atom.size + more).to_bytes(width, "big"))


def _moved(file: BinaryIO, tree: list[Atom], moov: Atom, splices: list[Splice]) -> list[Splice]:
    """The splices for the tables of positions, corrected for all growth before these positions."""
    ordered = sorted(splices, key=lambda splice: splice.end)
    ends = [splice.end for splice in ordered]
    shifts = [0, *accumulate(splice.growth for splice in ordered)]

    def moved(place: int) -> int:
        return place + shifts[bisect_right(ends, place)]

    if any(atom.name in _FRAGMENTS and moved(atom.start) != atom.start for atom in tree):
        raise TagError("is an MP4 in fragments, which would have to be moved; nothing was written")
    changed = []
    for leaf in leaves(file, moov, _TAGS):
        if width := _OFFSETS.get(leaf.name):
            places = [moved(place) for place in _places(file, leaf)]
            if any(place >= 1 << 8 * width for place in places):
                raise TagError("the file would grow beyond 4 GB; nothing was written")
            table = b"".join(place.to_bytes(width, "big") for place in places)
            changed.append(Splice(leaf.data + 8, leaf.data + 8 + len(table), table))
    return changed


def _places(file: BinaryIO, table: Atom) -> list[int]:
    """The positions in the file in a table."""
    data = read(file, table.data, table.end)
    count, width = int.from_bytes(data[4:8], "big"), _OFFSETS[table.name]
    if len(data) < 8 + count * width:
        raise TagError("has a damaged MP4 header; nothing was written")
    return [place for (place,) in struct.iter_unpack(">I" if width == 4 else ">Q", data[8 : 8 + count * width])]


def _relative(file: BinaryIO, table: Atom, stores: list[Atom]) -> bytes:
    """The positions as the number of the atom that contains each, and the offset in it."""
    starts = [store.data for store in stores]
    numbers = []
    for place in _places(file, table):
        index = bisect_right(starts, place) - 1
        numbers.append(struct.pack(">iQ", index, place - (starts[index] if index >= 0 else 0)))
    return b"".join(numbers)
