"""A file as FFmpeg needs it: without data in front of the audio, and with a completed header."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from mgc_desktop.audio.leading_tags import leading_tags
from mgc_desktop.audio.unfinished import completed

_HEAD: Final = 1 << 16  # bytes that are searched for a header


class FileView:
    """The bytes of a file from `start` on, as a read-only binary file that FFmpeg can read through PyAV.

    `head`: replaces the first bytes there.
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
        """Like `seek` of any file, relative to `start`. Raises OSError or ValueError."""
        if whence == os.SEEK_SET:
            offset += self._start
        return self._file.seek(offset, whence) - self._start

    def tell(self) -> int:
        """The position of the next byte, relative to `start`."""
        return self._file.tell() - self._start

    def close(self) -> None:
        """Close the file; may be called more than once."""
        self._file.close()


def open_view(path: Path) -> FileView | None:
    """The file without its leading ID3v2 tags and with a completed header, if FFmpeg needs that; else None: FFmpeg
    can read the file itself.

    FFmpeg itself skips a single tag in front of MPEG audio. Raises OSError.
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
