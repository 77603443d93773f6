"""ID3v2 and ID3v1 as mutagen reads them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any, Final

from mgc_desktop.errors import TagError
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.genre_text import distinct, split_joined
from mgc_desktop.tags.song_tags import SongTags, number, picture, year
from mgc_desktop.tags.tag_types.base import TagType
from mgc_desktop.tags.tag_types.id3_edit import frame_count, plain
from mgc_desktop.tags.tag_types.id3_frames import GuardedFrames
from mgc_desktop.tags.tag_types.texts import of_id3

_SEPARATE = Field.SEPARATE.value
_MOST_COPIED: Final = 20 << 30  # bytes
_MOST_FRAMES: Final = 50_000


def load(tag: bytes, warnings: list[str]) -> Any:
    """mutagen's object for an ID3v2 tag; raises whatever mutagen raises, and `TagError` if it costs too much.

    A frame that is left out because of its cost is named in `warnings`.
    """
    tag = plain(tag)
    most = min(_MOST_FRAMES, _MOST_COPIED // max(1, len(tag)))  # mutagen copies the rest of the tag for each frame
    if frame_count(tag, most) == most:
        raise TagError("its ID3 tag has too many frames")
    frames = GuardedFrames()
    tags = import_module("mutagen.id3").ID3(io.BytesIO(tag), known_frames=frames, load_v1=False)
    if frames.skipped:
        warnings.append(
            f"Parts of the ID3 tag are too large and were left out ({', '.join(sorted(set(frames.skipped)))})."
        )
    return tags


def load_v1(tag: bytes) -> Any:
    """An ID3v1 tag in the form of an ID3v2 tag, None if it is empty."""
    id3 = import_module("mutagen.id3")
    frames = id3.ParseID3v1(tag)
    if not frames:
        return None
    tags = id3.ID3()
    for frame in frames.values():
        tags.add(frame)
    tags.update_to_v24()  # converts the number of the genre to its name
    return tags


def _song(tags: Any, cover: bool) -> SongTags:
    def text(*keys: str) -> str:
        return next((", ".join(distinct(tags[key].text)) for key in keys if key in tags and tags[key].text), "")

    joined = tags.version < (2, 4)
    content = tags.get("TCON")
    genres = content.text if content is not None else []  # numbers have been converted to names
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
    yield from ((frame.HashKey, _plain(frame)) for frame in tags.values())
    yield from (("unknown", frame) for frame in tags.unknown_frames)


def _plain(frame: Any) -> object:
    """The values of a frame without the encoding of its texts; for a chapter with its frames."""
    values = {name: value for name, value in vars(frame).items() if name != "encoding"}
    if "sub_frames" in values:
        values["sub_frames"] = sorted(_entries(frame.sub_frames), key=lambda entry: entry[0])
    return type(frame).__name__, values


ID3V2 = TagType("ID3v2", _song, _entries, of_id3)
ID3V1 = TagType("ID3v1", _song, _entries, of_id3)
