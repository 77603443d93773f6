"""The plain texts (INFO) of WAV files, which may have an ID3 tag as well."""

from __future__ import annotations

from collections.abc import Iterator

from mgc_desktop.tags.genre_text import distinct, split_joined
from mgc_desktop.tags.song_tags import SongTags, number, year
from mgc_desktop.tags.tag_types.base import TagType
from mgc_desktop.tags.tag_types.texts import of_info

Texts = dict[str, str]  # by their four-letter names: INAM, IART, IGNR, ...


def _song(texts: Texts, cover: bool) -> SongTags:
    return SongTags(
        title=texts.get("INAM", ""),
        artist=texts.get("IART", ""),
        album=texts.get("IPRD", ""),
        year=year([texts.get("ICRD", "")]),
        track=number(texts.get("IPRT", texts.get("ITRK", ""))),
        genres=distinct(split_joined(texts.get("IGNR", ""))),
    )


def _entries(texts: Texts) -> Iterator[tuple[str, object]]:
    yield from texts.items()


INFO = TagType("INFO", _song, _entries, of_info)
