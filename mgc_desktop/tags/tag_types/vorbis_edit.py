"""Vorbis comments: in FLAC, Ogg Vorbis, Opus and Speex."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from mgc_desktop.errors import TagError
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.splice import Splice
from mgc_desktop.tags.tag_types.texts import Texts

_MOST_ENTRIES: Final = 100_000


@dataclass(frozen=True, slots=True)
class Comments:
    """The positions of the parts: `count` of the number of entries, `entries` with their keys, `end` of all."""

    count: int
    entries: tuple[tuple[str, int, int], ...]
    end: int


def parse(data: bytes, start: int = 0) -> Comments:
    """The comments that start at `start` of `data`; raises `TagError` if they are damaged."""
    try:
        count_at = start + 4 + _number(data, start)
        position = count_at + 4
        entries = []
        count = _number(data, count_at)
        if count > _MOST_ENTRIES:
            raise TagError("has comments with too many entries; nothing was written")
        for _ in range(count):
            end = position + 4 + _number(data, position)
            key = data[position + 4 : end].split(b"=", 1)[0].decode("ascii", "replace")
            entries.append((key, position, end))
            position = end
    except struct.error:
        raise TagError("has damaged comments; nothing was written") from None
    if position > len(data):
        raise TagError("has damaged comments; nothing was written")
    return Comments(count_at, tuple(entries), position)


def edit(data: bytes, start: int, field: Field, values: tuple[str, ...], texts: Texts | None = None) -> list[Splice]:
    """The splices that put `values` in the place of the first old entry, or after the last one.

    `texts` from other tags are appended.
    """
    comments = parse(data, start)
    name = _name(field)
    old = [entry for entry in comments.entries if entry[0].upper() == name]
    new = b"".join(_entry(old[0][0] if old else name, value) for value in values)
    splices = [Splice(begin, end, b"") for _, begin, end in old[1:]]
    splices += [Splice(old[0][1], old[0][2], new)] if old else [Splice(comments.end, comments.end, new)]
    taken = _pairs(texts)
    splices.append(Splice(comments.end, comments.end, b"".join(_entry(key, value) for key, value in taken)))
    count = struct.pack("<I", len(comments.entries) - len(old) + len(values) + len(taken))
    return [Splice(comments.count, comments.count + 4, count), *splices]


def has_field(data: bytes, start: int, field: Field) -> bool:
    """Whether the comments have an entry for the field."""
    return any(key.upper() == _name(field) for key, _, _ in parse(data, start).entries)


def new_comments(field: Field, values: tuple[str, ...], texts: Texts | None = None) -> bytes:
    """Comments with `values`, and with `texts` from other tags."""
    pairs = _pairs(texts) + [(_name(field), value) for value in values]
    return bytes(4) + struct.pack("<I", len(pairs)) + b"".join(_entry(key, value) for key, value in pairs)


def _pairs(texts: Texts | None) -> list[tuple[str, str]]:
    return [(name, value) for name, each in (texts or {}).items() if _is_key(name) for value in each]


def _is_key(key: str) -> bool:
    return bool(key) and key.isascii() and key.isprintable() and "=" not in key


def _name(field: Field) -> str:
    return "GENRE" if field is Field.GENRE else field.value


def _entry(key: str, value: str) -> bytes:
    text = f"{key}={value}".encode("utf-8", "replace")
    return struct.pack("<I", len(text)) + text


def _number(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0])
