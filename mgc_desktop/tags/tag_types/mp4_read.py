"""The tags of an MP4 file as mutagen reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.genre_text import distinct
from mgc_desktop.tags.song_tags import SongTags, number, picture, year
from mgc_desktop.tags.tag_types.base import TagType

_SEPARATE = Field.SEPARATE.value


def _song(tags: Any, cover: bool) -> SongTags:
    def text(key: str) -> str:
        return ", ".join(distinct(map(str, tags.get(key, []))))

    def first(key: str) -> int | None:
        pair = next(iter(tags.get(key, [])), (0, 0))
        return number(str(pair[0]))

    separate = tags.get(f"----:com.apple.iTunes:{_SEPARATE}", [])
    return SongTags(
        title=text("\xa9nam"),
        artist=text("\xa9ART"),
        album=text("\xa9alb"),
        album_artist=text("aART"),
        year=year(tags.get("\xa9day", [])),
        track=first("trkn"),
        disc=first("disk"),
        genres=distinct(tags.get("\xa9gen", [])),
        separate=distinct(bytes(value).decode("utf-8", "replace") for value in separate),
        **picture((3, bytes(each)) for each in (tags.get("covr", []) if cover else [])),
    )


def _entries(tags: Any) -> Iterator[tuple[str, object]]:
    yield from tags.items()


MP4_LIST = TagType("MP4", _song, _entries)
