"""The metadata of a file as FFmpeg returns them: texts by FFmpeg's names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.genre_text import distinct, split_joined
from mgc_desktop.tags.song_tags import SongTags, number, picture, year
from mgc_desktop.tags.tag_types.base import TagType


@dataclass(frozen=True, slots=True)
class Metadata:
    """`texts` by their names in lower case; `cover`: the bytes of the attached picture, b"" if there is none."""

    texts: Mapping[str, str] = field(default_factory=dict)
    cover: bytes = b""


def _song(tags: Metadata, cover: bool) -> SongTags:
    def text(*keys: str) -> str:
        return next((tags.texts[key].strip() for key in keys if tags.texts.get(key, "").strip()), "")

    return SongTags(
        title=text("title"),
        artist=text("artist"),
        album=text("album"),
        album_artist=text("album_artist", "albumartist"),
        year=year([text("date", "year", "date_released", "date_recorded")]),
        track=number(text("track", "part_number")),
        disc=number(text("disc")),
        genres=distinct(split_joined(text("genre"))),
        separate=distinct(split_joined(text(Field.SEPARATE.value.lower()))),
        **picture([(3, tags.cover)] if cover else ()),
    )


def _entries(tags: Metadata) -> Iterator[tuple[str, object]]:
    yield from tags.texts.items()
    if tags.cover:
        yield "cover", tags.cover


FFMPEG = TagType("FFmpeg", _song, _entries)
