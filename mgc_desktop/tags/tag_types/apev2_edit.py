"""APEv2 tags: WavPack, Monkey's Audio, Musepack and others, sometimes at the end of an MP3."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from mgc_desktop.errors import TagError
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.splice import Splice, growth
from mgc_desktop.tags.tag_types.texts import Texts, ape_key

MAGIC: Final = b"APETAGEX"
EDGE: Final = 32  # bytes of the header and of the footer
_HAS_HEADER, _IS_HEADER = 1 << 31, 1 << 29
_MOST_ITEMS: Final = 20_000
_LONGEST_KEY: Final = 4096


@dataclass(frozen=True, slots=True)
class Item:
    """An item by its key and its position in the tag."""

    key: str
    start: int
    end: int


def size(footer: bytes) -> int:
    """The total length of the tag that ends with `footer`; 0 if this is not a footer."""
    if len(footer) != EDGE or not footer.startswith(MAGIC):
        return 0
    _, body, _, flags = struct.unpack("<4I", footer[8:24])
    return int(body) + (EDGE if flags & _HAS_HEADER else 0)


def size_from_header(header: bytes) -> int:
    """The total length of the tag that starts with `header`; 0 if this is not a header."""
    if len(header) != EDGE or not header.startswith(MAGIC):
        return 0
    _, body, _, flags = struct.unpack("<4I", header[8:24])
    return int(body) + EDGE if flags & _IS_HEADER else 0


def edit(tag: bytes, field: Field, values: tuple[str, ...]) -> list[Splice]:
    """The splices, relative to the tag's start, that put `values` into the tag."""
    items, end = _items(tag)
    old = [item for item in items if item.key.casefold() == _key(field).casefold()]
    new = _item(old[0].key if old else _key(field), values)
    if old:
        splices = [Splice(old[0].start, old[0].end, new), *(Splice(item.start, item.end, b"") for item in old[1:])]
    else:
        splices = [Splice(end, end, new)] if new else []
    count = len(items) - len(old) + bool(new)
    footer = len(tag) - EDGE
    body = len(tag) - _first(tag) + growth(splices)
    edges = [footer] if _first(tag) == 0 else [0, footer]
    return splices + [Splice(at + 12, at + 20, struct.pack("<2I", body, count)) for at in edges]


def new_tag(field: Field, values: tuple[str, ...], texts: Texts | None = None) -> bytes:
    """A tag with `values`, and with `texts` from other tags."""
    pairs = [(ape_key(name), tuple(each)) for name, each in (texts or {}).items()]
    items = [_item(key, each) for key, each in pairs if _is_key(key)] + [_item(_key(field), values)]
    items = [item for item in items if item]
    body = b"".join(items)
    numbers = (2000, len(body) + EDGE, len(items))
    header = MAGIC + struct.pack("<4I8x", *numbers, _HAS_HEADER | _IS_HEADER)
    return header + body + MAGIC + struct.pack("<4I8x", *numbers, _HAS_HEADER)


def check(tag: bytes) -> None:
    """Raises `TagError` for a tag that mutagen would read too slowly."""
    if len(_items(tag)[0]) > _MOST_ITEMS:
        raise TagError("its APE tag has too many items")


def _is_key(key: str) -> bool:
    return 2 <= len(key) <= 255 and key.isascii() and key.isprintable() and key not in ("OggS", "TAG", "ID3", "MP+")


def has_field(tag: bytes, field: Field) -> bool:
    """Whether the tag has an item for the field."""
    return any(item.key.casefold() == _key(field).casefold() for item in _items(tag)[0])


def _key(field: Field) -> str:
    return "Genre" if field is Field.GENRE else field.value


def _first(tag: bytes) -> int:
    """The start of the items."""
    return EDGE if tag.startswith(MAGIC) else 0


def _item(key: str, values: tuple[str, ...]) -> bytes:
    if not values:
        return b""
    text = "\0".join(values).encode("utf-8", "replace")
    return struct.pack("<2I", len(text), 0) + key.encode() + b"\0" + text


def _count(tag: bytes) -> int:
    return int.from_bytes(tag[-16:-12], "little")


def _items(tag: bytes) -> tuple[list[Item], int]:
    """The items and their end. Some programs write a wrong count: existing items up to that count are returned."""
    position, limit = _first(tag), len(tag) - EDGE
    items: list[Item] = []
    for _ in range(min(_count(tag), _MOST_ITEMS + 1)):
        if position == limit:
            break
        key_end = tag.find(b"\0", position + 8, min(limit, position + 8 + _LONGEST_KEY))
        if key_end < 0:
            raise TagError("has a damaged APE tag; nothing was written")
        (length,) = struct.unpack("<I", tag[position : position + 4])
        end = key_end + 1 + length
        if end > limit:
            raise TagError("has a damaged APE tag; nothing was written")
        items.append(Item(tag[position + 8 : key_end].decode("latin-1"), position, end))
        position = end
    return items, position
