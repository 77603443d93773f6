"""Vorbis comments, and FLAC's blocks of pictures, as mutagen reads them."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.genre_text import distinct
from mgc_desktop.tags.song_tags import SongTags, number, picture, year
from mgc_desktop.tags.tag_types.base import TagType

_SEPARATE = Field.SEPARATE.value


def _song(tags: Any, cover: bool) -> SongTags:
    def values(*keys: str) -> list[str]:
        return next((list(tags[key]) for key in keys if key in tags), [])

    def text(*keys: str) -> str:
        return ", ".join(distinct(values(*keys)))

    return SongTags(
        title=text("title"),
        artist=text("artist"),
        album=text("album"),
        album_artist=text("albumartist", "album artist"),
        year=year(values("date", "year", "originaldate")),
        track=number(text("tracknumber")),
        disc=number(text("discnumber")),
        genres=distinct(values("genre")),
        separate=distinct(values(_SEPARATE)),
        **picture(_pictures(tags) if cover else ()),
    )


def _pictures(tags: Any) -> Iterable[tuple[int, bytes]]:
    """The pictures in the comments; damaged ones are left out."""
    for text in tags.get("metadata_block_picture", []):
        try:
            found = import_module("mutagen.flac").Picture(base64.b64decode(text))
        except Exception:  # any error of a damaged picture
            continue
        yield found.type, found.data
    for text in tags.get("coverart", []):
        try:
            yield 0, base64.b64decode(text)
        except ValueError:
            continue


def _entries(tags: Any) -> Iterator[tuple[str, object]]:
    yield from ((key.lower(), value) for key, value in tags)
    if tags.vendor:
        yield "vendor", tags.vendor


def _block_song(pictures: Any, cover: bool) -> SongTags:
    return SongTags(**picture((block.type, block.data) for block in pictures) if cover else {})


def _block_entries(pictures: Any) -> Iterator[tuple[str, object]]:
    yield from ((f"picture {i}", block.write()) for i, block in enumerate(pictures))


VORBIS = TagType("Vorbis", _song, _entries)
FLAC_PICTURES = TagType("FLAC pictures", _block_song, _block_entries)
