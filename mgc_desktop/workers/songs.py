"""What a file says of itself, read away from the GUI thread."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from mgc_desktop.audio.decode import probe
from mgc_desktop.errors import DecodeError, TagError
from mgc_desktop.file_access import MB, read_limited
from mgc_desktop.playback.queue import QueueItem
from mgc_desktop.tags.read import SongTags, read_tags

_log = logging.getLogger(__name__)

COVER_SIDE: Final = 216
_LARGEST_COVER: Final = 30 * MB
_COVER_NAMES: Final = frozenset({"cover", "folder", "front"})
_COVER_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})


@dataclass(frozen=True, slots=True)
class SongTagsReader:
    """What a file says of itself; the title is the file's name where it says none.

    `duration`: seconds, None if unknown. `genres`: as written in the file. `cover`: small, for the header.
    """

    path: Path
    title: str
    artist: str = ""
    album: str = ""
    duration: float | None = None
    codec: str = ""
    bit_rate: int | None = None
    genres: tuple[str, ...] = ()
    cover: QImage | None = None

    @classmethod
    def bare(cls, item: QueueItem) -> SongTagsReader:
        """What is known before the file is opened."""
        return cls(item.path, item.title or item.path.stem, item.artist, duration=item.duration)


def read_song(path: Path) -> SongTagsReader:
    """All that the header of the window shows. A file that cannot be decoded still gives its tags."""
    tags = _tags(path, cover=True)
    try:
        info = probe(path)
    except DecodeError as error:  # the player says it to the user
        _log.info("%s", error)
        info = None
    return SongTagsReader(
        path,
        tags.title or path.stem,
        tags.artist or tags.album_artist,
        tags.album,
        (info.duration if info else None) or tags.length,
        info.codec if info else "",
        info.bit_rate if info else None,
        tags.genres,
        _cover(path, tags),
    )


def read_item(path: Path) -> QueueItem:
    """The little that a row of the queue shows."""
    tags = _tags(path, cover=False)
    return QueueItem(path, tags.title or path.stem, tags.artist or tags.album_artist, tags.length)


def thumbnail(data: bytes) -> QImage | None:
    """A picture made small; None if it is none."""
    image = QImage.fromData(data)
    if image.isNull():
        return None
    mode = Qt.AspectRatioMode.KeepAspectRatioByExpanding
    return image.scaled(COVER_SIDE, COVER_SIDE, mode, Qt.TransformationMode.SmoothTransformation)


def _tags(path: Path, *, cover: bool) -> SongTags:
    try:
        return read_tags(path, cover=cover)
    except TagError as error:  # a song without readable tags is still a song
        _log.info("%s", error)
        return SongTags()


def _cover(path: Path, tags: SongTags) -> QImage | None:
    """The picture in the file, else the one that lies beside it."""
    if tags.cover is not None and (image := thumbnail(tags.cover)) is not None:
        return image
    try:
        beside = sorted(
            other
            for other in path.parent.iterdir()
            if other.stem.lower() in _COVER_NAMES and other.suffix.lower() in _COVER_SUFFIXES
        )
        return thumbnail(read_limited(beside[0], _LARGEST_COVER)) if beside else None
    except OSError:
        return None
