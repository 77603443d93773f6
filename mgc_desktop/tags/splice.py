"""Splices: a new version of a file as small replacements in the old one, and their inverse.

All writing is done with splices: bytes outside a splice cannot change, and the inverse splices, stored in the journal,
restore the old file byte for byte.
"""

from __future__ import annotations

import base64
import errno
import os
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from mgc_desktop.errors import TagError

_BLOCK: Final = 1 << 20
_BIG_BLOCK: Final = 16 << 20


@dataclass(frozen=True, slots=True)
class Splice:
    """The bytes `[start, end)` of the old file become `data`."""

    start: int
    end: int
    data: bytes

    @property
    def growth(self) -> int:
        """The number of bytes by which the file grows."""
        return len(self.data) - (self.end - self.start)

    def shifted(self, offset: int) -> Splice:
        """The splice for a file in which these bytes are `offset` bytes later."""
        return Splice(self.start + offset, self.end + offset, self.data)

    def to_json(self) -> list[int | str]:
        """Start, end, and the data, deflated and in base64."""
        return [self.start, self.end, base64.b64encode(zlib.compress(self.data)).decode("ascii")]

    @classmethod
    def from_json(cls, values: Sequence[int | str]) -> Splice:
        """The inverse of `to_json`."""
        start, end, data = values
        return cls(int(start), int(end), zlib.decompress(base64.b64decode(str(data))))


Splices = tuple[Splice, ...]


def growth(splices: Iterable[Splice]) -> int:
    """The number of bytes by which the file grows in total."""
    return sum(splice.growth for splice in splices)


def tidy(splices: Iterable[Splice], old: BinaryIO) -> Splices:
    """Sort, minimise, and remove splices that change nothing; raises `TagError` if they overlap."""
    ordered = sorted(splices, key=lambda splice: (splice.start, splice.end))
    tidied: list[Splice] = []
    position = 0
    for splice in ordered:
        if splice.start < position or splice.end < splice.start:
            raise TagError("the tags are built in a way that is not understood; nothing was written")
        position = splice.end
        smaller = _trim(splice, _read_at(old, splice.start, splice.end))
        if smaller.data or smaller.end > smaller.start:
            tidied.append(smaller)
    return tuple(tidied)


def _trim(splice: Splice, before: bytes) -> Splice:
    """The splice without the bytes at both ends that do not change."""
    after = splice.data
    if before == after:
        return Splice(splice.end, splice.end, b"")
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    return Splice(splice.start + head, splice.end - tail, after[head : len(after) - tail])


def _common(a: bytes, b: bytes) -> int:
    """The length of the common prefix."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def inverse(splices: Splices, old: BinaryIO) -> Splices:
    """The splices that turn the new file into the old one; `splices` as returned by `tidy`."""
    back: list[Splice] = []
    shift = 0
    for splice in splices:
        start = splice.start + shift
        back.append(Splice(start, start + len(splice.data), _read_at(old, splice.start, splice.end)))
        shift += splice.growth
    return tuple(back)


def spliced(data: bytes, splices: Iterable[Splice]) -> bytes:
    """`data` with the splices applied, in memory."""
    out, position = bytearray(), 0
    for splice in sorted(splices, key=lambda splice: (splice.start, splice.end)):
        out += data[position : splice.start] + splice.data
        position = splice.end
    return bytes(out + data[position:])


def apply(splices: Splices, old: BinaryIO, new: BinaryIO, tick: Callable[[], None] = lambda: None) -> None:
    """Write the new version of `old` into the empty file `new`, calling `tick` after each block."""
    position = 0
    for splice in splices:
        _copy(old, new, position, splice.start, tick)
        new.write(splice.data)
        position = splice.end
    _copy(old, new, position, old.seek(0, 2), tick)


def _copy(old: BinaryIO, new: BinaryIO, start: int, end: int, tick: Callable[[], None]) -> None:
    start = _copy_by_system(old, new, start, end, tick)
    old.seek(start)
    while start < end:
        block = old.read(min(_BLOCK, end - start))
        if not block:
            raise TagError("the file became shorter while it was read; nothing was written")
        new.write(block)
        start += len(block)
        tick()


def _copy_by_system(old: BinaryIO, new: BinaryIO, start: int, end: int, tick: Callable[[], None]) -> int:
    """Copy with the system's call, which shares blocks if the file system supports it.

    Returns the position up to which it copied. The position in `new` is after the copied bytes.
    """
    if not hasattr(os, "copy_file_range") or end - start < _BLOCK:
        return start
    try:
        source, target = old.fileno(), new.fileno()
    except OSError:  # not a real file
        return start
    new.flush()
    position = new.tell()
    while start < end:
        try:
            copied = os.copy_file_range(source, target, min(_BIG_BLOCK, end - start), start, position)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
                raise
            break  # not supported by this file system
        if copied == 0:
            break
        start, position = start + copied, position + copied
        tick()
    new.seek(position)
    return start


def _read_at(file: BinaryIO, start: int, end: int) -> bytes:
    file.seek(start)
    return file.read(end - start)
