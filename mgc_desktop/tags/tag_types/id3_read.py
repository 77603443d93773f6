"""ID3v2 and ID3v1 as mutagen reads them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.genre_text import distinct, split_joined
from mgc_desktop.tags.song_tags import SongTags, number, picture, year
from mgc_desktop.tags.tag_types.base import TagType

_SEPARATE = Field.SEPARATE.value


def load(tag: bytes) -> Any:
    """mutagen's object for an ID3v2 tag; raises whatever mutagen raises."""
    return import_module("mutagen.id3").ID3(io.BytesIO(tag), load_v1=False)


def load_v1(tag: bytes) -> Any:
    """An ID3v1 tag as an object like that of an ID3v2 tag, None if it holds nothing."""
    id3 = import_module("mutagen.id3")
    frames = id3.ParseID3v1(tag)
    if not frames:
        return None
    tags = id3.ID3()
    for frame in frames.values():
        tags.add(frame)
    tags.update_to_v24()  # turns the number of the genre into its name
    return tags


def _song(tags: Any, cover: bool) -> SongTags:
    def text(*keys: str) -> str:
        return next((", ".join(distinct(tags[key].text)) for key in keys if key in tags and tags[key].text), "")

    joined = tags.version < (2, 4)
    content = tags.get("TCON")
    genres = content.text if content is not None else []  # numbers are names by now
    if joined:
        genres = [name for each in genres for name in split_joined(each)]
    separate = tags.get(f"TXXX:{_SEPARATE}")
    dates = [str(stamp) for key in ("TDRC", "TDOR") if key in tags for stamp in tags[key].text]
    pictures = tags.getall("APIC") if cover else []
    return SongTags(
        title=text("TIT2"),
        artist=text("TPE1"),
        album=text("TALB"),
        album_artist=text("TPE2"),
        year=year(dates),
        track=number(text("TRCK")),
        disc=number(text("TPOS")),
        genres=distinct(genres),
        separate=_separate(separate.text if separate is not None else (), joined=joined),
        **picture((each.type, each.data) for each in pictures),
    )


def _separate(texts: Iterable[str], *, joined: bool) -> tuple[str, ...]:
    return distinct(part for text in texts for part in (text.split(";") if joined else [text]))


def _entries(tags: Any) -> Iterator[tuple[str, object]]:
    yield from ((frame.HashKey, frame) for frame in tags.values())
    yield from (("unknown", frame) for frame in tags.unknown_frames)


ID3V2 = TagType("ID3v2", _song, _entries)
ID3V1 = TagType("ID3v1", _song, _entries)
