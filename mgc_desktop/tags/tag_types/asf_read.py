"""The attributes of an ASF (WMA) file as mutagen reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.genre_text import distinct
from mgc_desktop.tags.song_tags import SongTags, number, picture, year
from mgc_desktop.tags.tag_types.base import TagType

_SEPARATE = Field.SEPARATE.value
_BYTES: Final = 1  # the type of attribute that holds a picture


def _song(tags: Any, cover: bool) -> SongTags:
    def values(key: str) -> list[str]:
        return [str(value) for value in tags.get(key, [])]

    def text(key: str) -> str:
        return ", ".join(distinct(values(key)))

    return SongTags(
        title=text("Title"),
        artist=text("Author"),
        album=text("WM/AlbumTitle"),
        album_artist=text("WM/AlbumArtist"),
        year=year(values("WM/Year")),
        track=number(text("WM/TrackNumber")),
        disc=number(text("WM/PartOfSet")),
        genres=distinct(values("WM/Genre")),
        separate=distinct(values(_SEPARATE)),
        **picture(_pictures(tags) if cover else ()),
    )


def _pictures(tags: Any) -> Iterable[tuple[int, bytes]]:
    """WM/Picture: type (1 byte), length (4), two zero-ended UTF-16 texts, the picture."""
    for attribute in tags.get("WM/Picture", []):
        if attribute.TYPE != _BYTES:
            continue
        data = bytes(attribute.value)
        start = 5
        for _ in range(2):
            end = data.find(b"\0\0", start)
            while end >= 0 and (end - start) % 2:
                end = data.find(b"\0\0", end + 1)
            start = end + 2 if end >= 0 else len(data)
        if len(data) > start:
            yield data[0], data[start:]


def _entries(tags: Any) -> Iterator[tuple[str, object]]:
    yield from tags.items()


ASF = TagType("ASF", _song, _entries)
