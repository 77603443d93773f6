"""`read_tags`: reads the tags of a file, of any type."""

from __future__ import annotations

import stat
from dataclasses import replace
from functools import partial
from pathlib import Path

from mgc_desktop.audio.plausible import believed_duration
from mgc_desktop.errors import TagError
from mgc_desktop.tags.formats import Contents, sniff
from mgc_desktop.tags.song_tags import SongTags, merged
from mgc_desktop.tags.tag_types.id3_read import ID3V1

__all__ = ["SongTags", "open_tags", "read_tags", "song_tags", "why_read_only"]

_UNKNOWN = "is in an unknown format"
_UNREADABLE = "has tags that cannot be read, so a change could not be checked"


def read_tags(path: Path, *, cover: bool = True) -> SongTags:
    """The tags of `path`; without the picture if `cover` is False.

    Damaged tags give what could be read and a warning; raises `TagError` only for a file that cannot be read.
    """
    return song_tags(open_tags(path), cover=cover)


def open_tags(path: Path, name: Path | None = None) -> Contents:
    """All tags of a file; raises `TagError` if it cannot be read at all.

    `name`: used to find the format if the contents do not show it; the path itself by default.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe could block forever
            raise TagError("is not a regular file", path=path)
        with path.open("rb") as file:
            format_ = sniff(file, name or path)
            contents = format_.read(file) if format_ is not None else Contents(read_only=_UNKNOWN)
            contents.length = believed_duration(contents.length or 0.0, file.seek(0, 2), contents.format.lower())
            return contents
    except OSError as error:
        raise TagError(f"cannot be read ({error.strerror or error})", path=path) from error


def why_read_only(path: Path) -> str:
    """Why the tags of a file cannot be written, as in `SongTags.read_only`; "" if no reason is known.

    Only the format is examined, the tags are not read; "" for a file that cannot be opened.
    """
    try:
        with path.open("rb") as file:
            format_ = sniff(file, path)
            return _UNKNOWN if format_ is None else format_.why_read_only(file)
    except (OSError, ValueError, TagError):  # ValueError: a damaged path, with a null byte
        return ""


def song_tags(contents: Contents, *, cover: bool = True) -> SongTags:
    """The merged tags of a file; each value is from the first tag that has it."""
    songs: list[SongTags] = []
    for tag in contents.tags:
        song = contents.attempt(partial(tag.song, cover=cover))
        if song is not None and tag.type is ID3V1 and any(other.genres for other in songs):
            song = replace(song, genres=())  # it has few genres, so its value may be an approximation
        if song is not None:
            songs.append(song)
    return replace(
        merged(songs),
        length=contents.length,
        format=contents.format,
        warnings=(*contents.warnings, *contents.unreadable),
        read_only=contents.read_only or (_UNREADABLE if contents.unreadable else ""),
    )
