"""All tag contents except the genre, to be compared before and after a write.

They are read by mutagen, which is not used for writing, so that the two check each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.formats import Contents

Snapshot = Mapping[str, str]  # place and name of the tag -> digest of its values

_GENRES = {"tcon", "genre", "wm/genre", "\xa9gen", "gnre", "ignr"}
_SEPARATE = {prefix + Field.SEPARATE.value for prefix in ("", "TXXX:", "----:COM.APPLE.ITUNES:")}


def other_tags(contents: Contents, field: Field, places: Collection[str]) -> Snapshot:
    """Every entry except `field` in those tags of a file that are in `places`, with pictures."""
    entries: dict[tuple[str, str], list[object]] = {}
    for tag in contents.tags:
        if tag.place not in places:
            continue
        for key, value in tag.entries():
            if not _is_field(key, field):
                entries.setdefault((tag.place, key), []).append(value)
    return {f"{place} {key}": _digest(values) for (place, key), values in entries.items()}


def _is_field(key: str, field: Field) -> bool:
    return key.lower() in _GENRES if field is Field.GENRE else key.upper() in _SEPARATE


def _digest(values: list[object]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    _feed(digest, values)
    return digest.hexdigest()


def _feed(digest: Any, value: object) -> None:
    """Add a value to the digest; pictures as bytes, since their `repr` needs several times the memory."""
    if isinstance(value, bytes | bytearray):
        digest.update(b"bytes %d:" % len(value))
        digest.update(value)
    elif isinstance(value, dict):
        _feed(digest, list(value.items()))
    elif isinstance(value, list | tuple):
        digest.update(b"list %d:" % len(value))
        for each in value:
            _feed(digest, each)
    else:
        text = repr(value).encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(text) + text)
