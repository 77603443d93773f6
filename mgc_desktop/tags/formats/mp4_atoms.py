"""The tree of atoms in an MP4 file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from mgc_desktop.errors import TagError
from mgc_desktop.tags.formats.layout import read

_MOST_ATOMS: Final = 100_000  # in one container
_DEEPEST: Final = 16  # containers in containers
_CONTAINERS: Final = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"udta", b"ilst"}


@dataclass(frozen=True, slots=True)
class Atom:
    """An atom by its position in the file: header at `start`, contents `[data, end)`."""

    name: bytes
    start: int
    data: int
    end: int

    @property
    def wide(self) -> bool:
        """Whether its size has eight bytes."""
        return self.data - self.start == 16

    @property
    def size(self) -> int:
        """The total length."""
        return self.end - self.start


def atoms(file: BinaryIO, start: int, end: int) -> Iterator[Atom]:
    """The atoms in `[start, end)`, in order; raises `TagError` if one extends beyond."""
    for _ in range(_MOST_ATOMS):
        if start + 8 > end:
            return
        head = read(file, start, start + 16)
        size, data = int.from_bytes(head[:4], "big"), start + 8
        if size == 1:
            size, data = int.from_bytes(head[8:16], "big"), start + 16
        elif size == 0:
            size = end - start  # up to the end
            if not any(head[:8]):
                return  # the zero that ends QuickTime's user data
        if size < data - start or start + size > end:
            raise TagError("has a damaged MP4 header; nothing was written")
        yield Atom(head[4:8], start, data, start + size)
        start += size
    raise TagError("has too many parts; nothing was written")


def top(file: BinaryIO) -> list[Atom]:
    """The top-level atoms of the file."""
    return list(atoms(file, 0, file.seek(0, 2)))


def children(file: BinaryIO, parent: Atom) -> list[Atom]:
    """The atoms in a container; those of `meta` come after four bytes, except in QuickTime files."""
    start = parent.data
    if parent.name == b"meta" and read(file, start + 4, start + 8) != b"hdlr":
        start += 4
    return list(atoms(file, start, parent.end))


def child(file: BinaryIO, parent: Atom, name: bytes) -> Atom | None:
    """The first child of that name, None if there is none."""
    return next((atom for atom in children(file, parent) if atom.name == name), None)


def leaves(file: BinaryIO, parent: Atom, skipped: frozenset[bytes], depth: int = 0) -> Iterator[Atom]:
    """All atoms below `parent` with data, in order, without those in `skipped` and their children."""
    if depth > _DEEPEST:
        raise TagError("has a damaged MP4 header; nothing was written")
    for atom in children(file, parent):
        if atom.name in skipped:
            continue
        if atom.name in _CONTAINERS:
            yield from leaves(file, atom, skipped, depth + 1)
        else:
            yield atom


def pack(name: bytes, data: bytes) -> bytes:
    """The bytes of an atom."""
    return (len(data) + 8).to_bytes(4, "big") + name + data
