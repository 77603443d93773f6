"""APEv2 as mutagen reads it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final

from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.genre_text import distinct
from mgc_desktop.tags.song_tags import SongTags, number, picture, year
from mgc_desktop.tags.tag_types.apev2_edit import check
from mgc_desktop.tags.tag_types.base import TagType
from mgc_desktop.tags.tag_types.texts import of_ape

_SEPARATE = Field.SEPARATE.value
_TEXT: Final = 0  # kinds of items
_BINARY: Final = 1


def load(tag: bytes) -> Any:
    """mutagen's object for an APEv2 tag; raises whatever mutagen raises, or `TagError`."""
    check(tag)
    return import_module("mutagen.apev2").APEv2(io.BytesIO(tag))


def _song(tags: Any, cover: bool) -> SongTags:
    def values(key: str) -> list[str]:
        return list(tags[key]) if key in tags and tags[key].kind == _TEXT else []

    def text(key: str) -> str:
        return ", ".join(distinct(values(key)))

    front = tags.get("Cover Art (Front)") if cover else None
    if front is not None and front.kind != _BINARY:
        front = None
    return SongTags(
        title=text("Title"),
        artist=text("Artist"),
        album=text("Album"),
        album_artist=text("Album Artist"),
        year=year(values("Year")),
        track=number(text("Track")),
        disc=number(text("Disc")),
        genres=distinct(values("Genre")),
        separate=distinct(values(_SEPARATE)),
        # The picture stands behind its file name.
        **picture([(3, front.value.split(b"\0", 1)[-1])] if front is not None else ()),
    )


def _entries(tags: Any) -> Iterator[tuple[str, object]]:
    yield from ((key.lower(), (value.kind, value.value)) for key, value in tags.items())


APEV2 = TagType("APEv2", _song, _entries, of_ape)
