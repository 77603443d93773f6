"""Vorbis comments, wherever they stand: FLAC, Ogg Vorbis, Opus, Speex."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from mgc_desktop.errors import TagError
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.splice import Splice


@dataclass(frozen=True, slots=True)
class Comments:
    """The places of the parts: `count` of the number of entries, `entries` of each with its key, `end` of all."""

    count: int
    entries: tuple[tuple[str, int, int], ...]
    end: int


def parse(data: bytes, start: int = 0) -> Comments:
    """The comments that begin at `start` of `data`; raises `TagError` if they are damaged."""
    try:
        count_at = start + 4 + _number(data, start)
        position = count_at + 4
        entries = []
        for _ in range(_number(data, count_at)):
            end = position + 4 + _number(data, position)
            key = data[position + 4 : end].split(b"=", 1)[0].decode("ascii", "replace")
            entries.append((key, position, end))
            position = end
    except struct.error:
        raise TagError("has damaged comments; nothing was written") from None
    if position > len(data):
        raise TagError("has damaged comments; nothing was written")
    return Comments(count_at, tuple(entries), position)


def edit(data: bytes, start: int, field: Field, values: tuple[str, ...]) -> list[Splice]:
    """The splices that put `values` in place of the first old entry, or behind the last one."""
    comments = parse(data, start)
    name = "GENRE" if field is Field.GENRE else field.value
    old = [entry for entry in comments.entries if entry[0].upper() == name]
    new = b"".join(_entry(old[0][0] if old else name, value) for value in values)
    splices = [Splice(begin, end, b"") for _, begin, end in old[1:]]
    splices += [Splice(old[0][1], old[0][2], new)] if old else [Splice(comments.end, comments.end, new)]
    count = struct.pack("<I", len(comments.entries) - len(old) + len(values))
    return [Splice(comments.count, comments.count + 4, count), *splices]


def new_comments(field: Field, values: tuple[str, ...]) -> bytes:
    """Comments that hold nothing but `values`."""
    name = "GENRE" if field is Field.GENRE else field.value
    return bytes(4) + struct.pack("<I", len(values)) + b"".join(_entry(name, value) for value in values)


def _entry(key: str, value: str) -> bytes:
    text = f"{key}={value}".encode()
    return struct.pack("<I", len(text)) + text


def _number(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0])
