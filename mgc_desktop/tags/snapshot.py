"""All that a file's tags say beside the genre, to be compared before and after writing.

It is mutagen's reading, although mutagen takes no part in the writing: the one checks the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mgc_desktop.tags import native
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.kinds import APE_KINDS, ID3_KINDS, VORBIS_KINDS, Kind

Snapshot = Mapping[str, str]  # name of the tag -> digest of its values


def other_tags(found: native.Native, path: Path, field: Field) -> Snapshot:
    """Every tag but `field` of a file that mutagen has opened, pictures included."""
    tags: dict[str, list[object]] = {}
    if found.tags is not None:
        for key, value in _entries(found):
            tags.setdefault(key, []).append(value)
    for i, picture in enumerate(found.pictures):
        tags[f"picture {i}"] = [picture.write()]
    if found.kind is Kind.MP3 and (ape := native.ape_beside_id3(path)) is not None:
        for key, value in _ape(ape):
            tags.setdefault(f"APE {key}", []).append(value)
    return {key: _digest(values) for key, values in tags.items() if not _is_field(key, field)}


def _entries(found: native.Native) -> Iterator[tuple[str, object]]:
    if found.kind in ID3_KINDS:
        yield from ((frame.HashKey, frame) for frame in found.tags.values())
        yield from (("unknown", frame) for frame in found.tags.unknown_frames)
    elif found.kind in VORBIS_KINDS:
        yield from ((key.lower(), value) for key, value in found.tags)
        yield "vendor", found.tags.vendor
    elif found.kind in APE_KINDS:
        yield from _ape(found.tags)
    else:
        yield from found.tags.items()


def _ape(tags: Any) -> Iterator[tuple[str, object]]:
    yield from ((key.lower(), (value.kind, value.value)) for key, value in tags.items())


def _is_field(key: str, field: Field) -> bool:
    key = key.removeprefix("APE ")
    if field is Field.GENRE:
        return key.lower() in {"tcon", "genre", "wm/genre", "\xa9gen", "gnre"}
    return key.upper() in {name + field.value for name in ("", "TXXX:", "----:COM.APPLE.ITUNES:")}


def _digest(values: list[object]) -> str:
    return hashlib.blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
