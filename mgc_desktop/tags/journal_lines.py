"""An append-only file of lines, each with its checksum, so that lines torn by a crash are recognised."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

_TAIL: Final = 4096  # bytes; the summary line of a run is shorter
_END: Final = b"}\n"

Line = Mapping[str, Any]


class LineWriter:
    """Appends lines to a file; an incompletely written line (a full disk) does not damage the following ones."""

    def __init__(self, path: Path) -> None:
        self._torn = path.exists() and not _ends_whole(path)
        self._file = path.open("ab", buffering=0)

    def add(self, line: Line) -> None:
        """Append a line; raises OSError."""
        data = (b"\n" if self._torn else b"") + pack(line)
        self._torn = True
        while data:
            data = data[self._file.write(data) :]
        self._torn = False

    def sync(self) -> None:
        """Flush all lines to the disk; raises OSError."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Flush all lines to the disk and close the file."""
        with self._file:
            os.fsync(self._file.fileno())


def pack(line: Line) -> bytes:
    """A line as JSON with its checksum; undecodable file names are kept as escaped lone surrogates."""
    entry = json.dumps(line, ensure_ascii=True, separators=(",", ":"))
    return f'{{"crc":"{zlib.crc32(entry.encode()):08x}","entry":{entry}}}\n'.encode()


def unpack(raw: bytes) -> dict[str, Any] | None:
    """The line, None if it is torn or damaged."""
    head, _, rest = raw.partition(b',"entry":')
    entry = rest.removesuffix(_END)
    if not raw.endswith(_END) or head != f'{{"crc":"{zlib.crc32(entry):08x}"'.encode():
        return None
    found = json.loads(entry)
    return found if isinstance(found, dict) else None


def lines(path: Path) -> Iterator[dict[str, Any] | None]:
    """The lines of a file, None for each damaged one; raises OSError."""
    with path.open("rb") as file:
        for raw in file:
            yield unpack(raw)


def first_and_last(path: Path) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The first and the last line, without reading the lines between; each None if damaged; raises OSError."""
    with path.open("rb") as file:
        first = unpack(file.readline())
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL))
        tail = file.read()
    return first, unpack(tail[tail.rstrip(b"\n").rfind(b"\n") + 1 :])


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 1))
        return file.read(1) in (b"\n", b"")
