"""Which bytes of a file are its audio, and bounded reads of a part of a file."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from mgc_desktop.errors import TagError

_SMALL: Final = 1 << 20  # bytes; longer reads are first clipped to the file's size, since Python allocates the memory
_MOST_BYTES: Final = 96 << 20  # read for the tags of one file
_MOST_READS: Final = 150_000  # reads for the tags of one file; each part of a container takes at least one


@dataclass(frozen=True, slots=True)
class Range:
    """The bytes `[start, end)` of the file."""

    start: int
    end: int

    @property
    def size(self) -> int:
        """The number of bytes."""
        return self.end - self.start


# The data of the audio checksum, in order: ranges of the file, and derived values where the bytes themselves depend on
# the size of the tags (the chunk offsets of MP4, the page numbers of Ogg).
Layout = tuple[Range | bytes, ...]


def read(file: BinaryIO, start: int, end: int) -> bytes:
    """The bytes `[start, end)`, fewer at the end of the file."""
    if end - start > _SMALL:
        end = min(end, file.seek(0, io.SEEK_END))
    file.seek(start)
    return file.read(max(0, end - start))


class Budget:
    """The limit on reads for the tags of one file; shared by all windows on it."""

    def __init__(self) -> None:
        self._bytes = _MOST_BYTES
        self._reads = _MOST_READS

    def take(self, size: int) -> None:
        """Count a read of `size` bytes; raises `TagError` when the limit is exceeded."""
        self._bytes -= size
        self._reads -= 1
        if self._bytes < 0:
            raise TagError(f"its tags are larger than {_MOST_BYTES >> 20} MB")
        if self._reads < 0:
            raise TagError("its tags have too many parts")


class _Window(io.BufferedIOBase):
    """A range of a file as a read-only file; reads are clipped to it and counted."""

    def __init__(self, file: BinaryIO, where: Range, budget: Budget | None) -> None:
        self._file, self._where, self._budget = file, where, budget
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._where.size}[whence]
        if base + offset < 0:
            raise ValueError("a position before the beginning of the file")
        self._position = base + offset
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        rest = max(0, self._where.size - self._position)
        size = rest if size is None or size < 0 else min(size, rest)
        if self._budget is not None:
            self._budget.take(size)
        if not size:
            return b""
        self._file.seek(self._where.start + self._position)
        data = self._file.read(size)
        self._position += len(data)
        return data


def window(file: BinaryIO, where: Range, budget: Budget | None = None) -> BinaryIO:
    """The range `where` of `file` as a read-only file.

    With a `budget`, reading more than it allows raises `TagError`.
    """
    return cast(BinaryIO, _Window(file, where, budget))
