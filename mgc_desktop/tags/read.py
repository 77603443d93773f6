"""`read_tags`: what a file says of itself, whatever family its tags belong to."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mgc_desktop.errors import TagError
from mgc_desktop.tags import native
from mgc_desktop.tags.containers import iff
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.genre_text import distinct, split_joined
from mgc_desktop.tags.kinds import APE_KINDS, ID3_KINDS, VORBIS_KINDS, Kind

_SEPARATE = Field.SEPARATE.value


@dataclass(frozen=True, slots=True)
class SongTags:
    """The tags of a song; empty text, None or () where the file says nothing.

    `genres`: one entry a genre, numbers and joined texts understood. `separate`: what this program wrote into
    its own field. `length`: seconds by the file's header, None if unknown. `format`: the container's name.
    `warnings`: sentences for the user (damaged tags, ...).
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

    def of(self, field: Field) -> tuple[str, ...]:
        """What stands in a field."""
        return self.genres if field is Field.GENRE else self.separate


def read_tags(path: Path, *, cover: bool = True) -> SongTags:
    """The tags of `path`; without the picture if `cover` is False.

    Damaged tags give what could be read and a warning; raises `TagError` only for a file that cannot be read.
    """
    return song_tags(native.open_native(path), path, cover=cover)


def song_tags(found: native.Native, path: Path, *, cover: bool = True) -> SongTags:
    """The tags of a file that mutagen has opened already."""
    song = SongTags()
    if found.tags is not None and found.kind is not None:
        song = _by_family(found, cover)
    if found.kind is Kind.WAV and not (song.genres and song.title):
        song = _fill(song, _from_info(path))
    if found.kind is Kind.MP3 and not (song.genres and song.title) and (ape := native.ape_beside_id3(path)):
        song = _fill(song, _from_ape(ape, cover))
    return replace(song, length=found.length, format=found.kind.value if found.kind else "", warnings=found.warnings)


def _by_family(found: native.Native, cover: bool) -> SongTags:
    if found.kind in VORBIS_KINDS:
        return _from_vorbis(found.tags, found.pictures, cover)
    if found.kind in ID3_KINDS:
        return _from_id3(found.tags, cover)
    if found.kind in APE_KINDS:
        return _from_ape(found.tags, cover)
    return _from_mp4(found.tags, cover) if found.kind is Kind.MP4 else _from_asf(found.tags, cover)


def _fill(song: SongTags, other: SongTags) -> SongTags:
    """`song` with what it lacks taken from `other`."""
    lacking = {name: getattr(other, name) for name in SongTags.__slots__ if not getattr(song, name)}
    return replace(song, **lacking)


def _from_id3(tags: Any, cover: bool) -> SongTags:
    def text(*keys: str) -> str:
        return next((", ".join(distinct(tags[key].text)) for key in keys if key in tags and tags[key].text), "")

    content = tags.get("TCON")
    genres = content.text if content is not None else []  # numbers are names by now
    if tags.version < (2, 4):
        genres = [name for joined in genres for name in split_joined(joined)]
    separate = tags.get(f"TXXX:{_SEPARATE}")
    dates = [str(stamp) for key in ("TDRC", "TDOR") if key in tags for stamp in tags[key].text]
    pictures = tags.getall("APIC") if cover else []
    return SongTags(
        title=text("TIT2"),
        artist=text("TPE1"),
        album=text("TALB"),
        album_artist=text("TPE2"),
        year=_year(dates),
        track=_number(text("TRCK")),
        disc=_number(text("TPOS")),
        genres=distinct(genres),
        separate=_separate(separate.text if separate is not None else (), joined=tags.version < (2, 4)),
        **_picture((picture.type, picture.data) for picture in pictures),
    )


def _from_vorbis(tags: Any, pictures: tuple[Any, ...], cover: bool) -> SongTags:
    def values(*keys: str) -> list[str]:
        return next((list(tags[key]) for key in keys if key in tags), [])

    def text(*keys: str) -> str:
        return ", ".join(distinct(values(*keys)))

    return SongTags(
        title=text("title"),
        artist=text("artist"),
        album=text("album"),
        album_artist=text("albumartist", "album artist"),
        year=_year(values("date", "year", "originaldate")),
        track=_number(text("tracknumber")),
        disc=_number(text("discnumber")),
        genres=distinct(values("genre")),
        separate=distinct(values(_SEPARATE)),
        **_picture(_vorbis_pictures(tags, pictures) if cover else ()),
    )


def _from_mp4(tags: Any, cover: bool) -> SongTags:
    def text(key: str) -> str:
        return ", ".join(distinct(tags.get(key, [])))

    def first(key: str) -> int | None:
        pair = next(iter(tags.get(key, [])), (0, 0))
        return int(pair[0]) or None

    separate = tags.get(f"----:com.apple.iTunes:{_SEPARATE}", [])
    return SongTags(
        title=text("\xa9nam"),
        artist=text("\xa9ART"),
        album=text("\xa9alb"),
        album_artist=text("aART"),
        year=_year(tags.get("\xa9day", [])),
        track=first("trkn"),
        disc=first("disk"),
        genres=distinct(tags.get("\xa9gen", [])),
        separate=distinct(bytes(value).decode("utf-8", "replace") for value in separate),
        **_picture((3, bytes(picture)) for picture in (tags.get("covr", []) if cover else [])),
    )


def _from_asf(tags: Any, cover: bool) -> SongTags:
    def values(key: str) -> list[str]:
        return [str(value) for value in tags.get(key, [])]

    def text(key: str) -> str:
        return ", ".join(distinct(values(key)))

    return SongTags(
        title=text("Title"),
        artist=text("Author"),
        album=text("WM/AlbumTitle"),
        album_artist=text("WM/AlbumArtist"),
        year=_year(values("WM/Year")),
        track=_number(text("WM/TrackNumber")),
        disc=_number(text("WM/PartOfSet")),
        genres=distinct(values("WM/Genre")),
        separate=distinct(values(_SEPARATE)),
        **_picture(_asf_pictures(tags) if cover else ()),
    )


def _from_ape(tags: Any, cover: bool) -> SongTags:
    def values(key: str) -> list[str]:
        return list(tags[key]) if key in tags and tags[key].kind == 0 else []  # 0: text

    def text(key: str) -> str:
        return ", ".join(distinct(values(key)))

    front = tags.get("Cover Art (Front)") if cover else None
    return SongTags(
        title=text("Title"),
        artist=text("Artist"),
        album=text("Album"),
        album_artist=text("Album Artist"),
        year=_year(values("Year")),
        track=_number(text("Track")),
        disc=_number(text("Disc")),
        genres=distinct(values("Genre")),
        separate=distinct(values(_SEPARATE)),
        # The picture stands behind its file name.
        **_picture([(3, front.value.split(b"\0", 1)[-1])] if front is not None else ()),
    )


def _from_info(path: Path) -> SongTags:
    """The plain texts that WAV files hold beside, or instead of, an ID3 tag."""
    try:
        with path.open("rb") as file:
            texts = iff.info(file)
    except OSError as error:
        raise TagError(f"cannot be read ({error.strerror or error})", path=path) from error
    return SongTags(
        title=texts.get(b"INAM", ""),
        artist=texts.get(b"IART", ""),
        album=texts.get(b"IPRD", ""),
        year=_year([texts.get(b"ICRD", "")]),
        track=_number(texts.get(b"IPRT", texts.get(b"ITRK", ""))),
        genres=distinct(split_joined(texts.get(b"IGNR", ""))),
    )


def _separate(texts: Iterable[str], *, joined: bool) -> tuple[str, ...]:
    return distinct(part for text in texts for part in (text.split(";") if joined else [text]))


def _year(dates: Iterable[str]) -> int | None:
    found = next((match for date in dates if (match := re.search(r"\d{4}", str(date)))), None)
    return int(found.group()) if found else None


def _number(text: str) -> int | None:
    """The 3 of "3/12"."""
    match = re.match(r"\s*(\d{1,9})", text)
    return int(match.group(1)) or None if match else None


def _picture(pictures: Iterable[tuple[int, bytes]]) -> dict[str, Any]:
    """The front cover (type 3), or else the first picture."""
    found = sorted(((kind != 3, i, data) for i, (kind, data) in enumerate(pictures) if data), key=lambda p: p[:2])
    return {"cover": found[0][2], "cover_mime": _mime(found[0][2])} if found else {}


def _mime(data: bytes) -> str | None:
    """By the bytes: what tags say of their pictures is often wrong."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    marks = {b"\xff\xd8": "image/jpeg", b"\x89PNG": "image/png", b"GIF8": "image/gif", b"BM": "image/bmp"}
    return next((mime for mark, mime in marks.items() if data.startswith(mark)), None)


def _vorbis_pictures(tags: Any, blocks: tuple[Any, ...]) -> Iterable[tuple[int, bytes]]:
    for block in blocks:
        yield block.type, block.data
    for text in tags.get("metadata_block_picture", []):
        try:
            picture = native.flac_picture(base64.b64decode(text))
        except (TagError, binascii.Error):
            continue  # a damaged picture is no reason to withhold the rest
        yield picture.type, picture.data
    for text in tags.get("coverart", []):
        try:
            yield 0, base64.b64decode(text)
        except (binascii.Error, ValueError):
            continue


def _asf_pictures(tags: Any) -> Iterable[tuple[int, bytes]]:
    """WM/Picture: type (1 byte), length (4), two zero-ended UTF-16 texts, the picture."""
    for attribute in tags.get("WM/Picture", []):
        data = bytes(attribute.value)
        start = 5
        for _ in range(2):
            while start + 1 < len(data) and data[start : start + 2] != b"\0\0":
                start += 2
            start += 2
        if len(data) > start:
            yield data[0], data[start:]
