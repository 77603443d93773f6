"""`SongTags`: the contents of a song's tags, whatever their type, and how several tags are merged."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.genre_text import split_joined


@dataclass(frozen=True, slots=True)
class SongTags:
    """The tags of a song; empty text, None or () for missing values.

    `genres`: one entry for each genre, numbers and joined texts resolved. `separate`: the values of this program's own
    field. `length`: seconds by the file's header, None if unknown. `format`: the container's name. `warnings`:
    sentences for the user (damaged tags, ...). `read_only`: why the tags of this file cannot be written, as the rest of
    a sentence that starts with the file's name; "" if they can.
    """

    title: str = ""
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    year: int | None = None
    track: int | None = None
    disc: int | None = None
    genres: tuple[str, ...] = ()
    separate: tuple[str, ...] = ()
    cover: bytes | None = None
    cover_mime: str | None = None
    length: float | None = None
    format: str = ""
    warnings: tuple[str, ...] = ()
    read_only: str = ""

    def of(self, field: Field) -> tuple[str, ...]:
        """The values of a field."""
        return self.genres if field is Field.GENRE else self.separate


def merged(songs: Iterable[SongTags]) -> SongTags:
    """Merge several tags of one file: each attribute from the first tag that has it, but genres from all tags."""
    result = SongTags()
    for song in songs:
        new = {name: getattr(song, name) for name in SongTags.__slots__ if not getattr(result, name)}
        new |= {"genres": _joined(result.genres, song.genres), "separate": _joined(result.separate, song.separate)}
        result = replace(result, **new)
    return result


def _joined(values: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """The values, and those others that are not among them, as one joined text or in parts."""
    said = {name.casefold() for value in values for name in (value, *split_joined(value))}

    def is_said(value: str) -> bool:
        return {part.casefold() for part in split_joined(value) or (value,)} <= said

    return (*values, *(value for value in others if not is_said(value)))


def year(dates: Iterable[str]) -> int | None:
    """The first number of four digits."""
    found = next((match for date in dates if (match := re.search(r"[0-9]{4}", str(date)))), None)
    return int(found.group()) if found else None


def number(text: str) -> int | None:
    """The 3 of "3/12"."""
    match = re.match(r"\s*([0-9]{1,9})", text)
    return int(match.group(1)) or None if match else None


def picture(pictures: Iterable[tuple[int, bytes]]) -> dict[str, Any]:
    """The attributes of the cover: the front cover (type 3), or else the first of the (type, data) pairs."""
    found = sorted(((kind != 3, i, data) for i, (kind, data) in enumerate(pictures) if data), key=lambda p: p[:2])
    return {"cover": found[0][2], "cover_mime": _mime(found[0][2])} if found else {}


def _mime(data: bytes) -> str | None:
    """The MIME type by the first bytes, since tags often have a wrong one."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    marks = {b"\xff\xd8": "image/jpeg", b"\x89PNG": "image/png", b"GIF8": "image/gif", b"BM": "image/bmp"}
    return next((mime for mark, mime in marks.items() if data.startswith(mark)), None)
