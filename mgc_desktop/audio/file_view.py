"""A file as FFmpeg should see it: without what stands in front of its sound, and with a completed header."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from mgc_desktop.audio.leading_tags import leading_tags
from mgc_desktop.audio.unfinished import completed

_HEAD: Final = 1 << 16  # bytes in which a header is looked for


class FileView:
    """The bytes of a file from `start` on, as a read-only binary file that FFmpeg can read through PyAV.

    `head`: what is read instead of the first bytes there.
    """

    def __init__(self, path: Path, start: int, head: bytes = b"") -> None:
        """Raises OSError."""
        self.name = str(path)
        self._start = start
        self._head = head
        self._file = path.open("rb")
        self._file.seek(start)

    def read(self, size: int = -1) -> bytes:
        """The next bytes, none at the end. Raises OSError."""
        here = self.tell()
        if not 0 <= here < len(self._head):
            return self._file.read(size)
        data = self._head[here:] if size < 0 else self._head[here : here + size]
        self.seek(here + len(data))
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """As of any file, counted from `start` on. Raises OSError or ValueError."""
        if whence == os.SEEK_SET:
            offset += self._start
        return self._file.seek(offset, whence) - self._start

    def tell(self) -> int:
        """The place of the next byte, counted from `start` on."""
        return self._file.tell() - self._start

    def close(self) -> None:
        """Let go of the file; safe to call more than once."""
        self._file.close()


def open_view(path: Path) -> FileView | None:
    """The file without its leading ID3v2 tags and with a completed header, where FFmpeg needs that; None where it
    reads the file itself as well.

    FFmpeg knows a single tag in front of MPEG audio. Raises OSError.
    """
    with path.open("rb") as file:
        count, end = leading_tags(file)
        file.seek(end)
        head = file.read(_HEAD)
        fixed = completed(head, os.fstat(file.fileno()).st_size - end)
    mpeg = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    if fixed is None and (count == 0 or (count == 1 and mpeg)):
        return None
    return FileView(path, end, fixed or b"")
