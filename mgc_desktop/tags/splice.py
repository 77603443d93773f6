"""A new version of a file as a few small replacements in the old one, and the way back.

All writing is done this way: what is not named in a splice cannot change, and the inverse splices, kept in the
journal, give back the very file there was, bit by bit.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from mgc_desktop.errors import TagError

_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Splice:
    """The bytes `[start, end)` of the old file become `data`."""

    start: int
    end: int
    data: bytes

    @property
    def growth(self) -> int:
        """By how many bytes the file gets longer."""
        return len(self.data) - (self.end - self.start)

    def shifted(self, offset: int) -> Splice:
        """The same, in a file in which these bytes stand `offset` bytes later."""
        return Splice(self.start + offset, self.end + offset, self.data)

    def to_json(self) -> list[int | str]:
        """Start, end, and the bytes deflated in base64."""
        return [self.start, self.end, base64.b64encode(zlib.compress(self.data)).decode("ascii")]

    @classmethod
    def from_json(cls, values: Sequence[int | str]) -> Splice:
        """From what `to_json` gave."""
        start, end, data = values
        return cls(int(start), int(end), zlib.decompress(base64.b64decode(str(data))))


Splices = tuple[Splice, ...]


def growth(splices: Iterable[Splice]) -> int:
    """By how many bytes the file gets longer in all."""
    return sum(splice.growth for splice in splices)


def tidy(splices: Iterable[Splice], old: BinaryIO) -> Splices:
    """In order, each as small as possible, without those that change nothing; raises `TagError` if they overlap."""
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
    """Without the bytes at both ends that stay as they are."""
    after = splice.data
    if before == after:
        return Splice(splice.end, splice.end, b"")
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    return Splice(splice.start + head, splice.end - tail, after[head : len(after) - tail])


def _common(a: bytes, b: bytes) -> int:
    """How many bytes at their beginning are the same."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def inverse(splices: Splices, old: BinaryIO) -> Splices:
    """The splices that turn the new file back into the old one; `splices` are tidy."""
    back: list[Splice] = []
    shift = 0
    for splice in splices:
        start = splice.start + shift
        back.append(Splice(start, start + len(splice.data), _read_at(old, splice.start, splice.end)))
        shift += splice.growth
    return tuple(back)


def spliced(data: bytes, splices: Iterable[Splice]) -> bytes:
    """`data` with the splices done, in memory."""
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
    _copy(old, new, position, None, tick)


def _copy(old: BinaryIO, new: BinaryIO, start: int, end: int | None, tick: Callable[[], None]) -> None:
    old.seek(start)
    while end is None or start < end:
        block = old.read(_BLOCK if end is None else min(_BLOCK, end - start))
        if not block:
            if end is not None:
                raise TagError("the file became shorter while it was read; nothing was written")
            return
        new.write(block)
        start += len(block)
        tick()


def _read_at(file: BinaryIO, start: int, end: int) -> bytes:
    file.seek(start)
    return file.read(end - start)
