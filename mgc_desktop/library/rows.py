"""Converts between songs and rows of the library's table."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from mgc_desktop.library.song import FileTags, Song, State
from mgc_desktop.library.text_keys import folder_key, search_key, sort_key

COLUMNS: Final = (
    "id, path, size, mtime_ns, title, artist, album, year, duration, genres, checksum, heard, confidence, model, "
    "state, error, EXISTS (SELECT 1 FROM user_genres WHERE user_genres.checksum = song.checksum)"
)
STATES: Final = {state.value: state for state in State}
STATE_ORDER: Final = {state: number for number, state in enumerate(State)}  # the sort order of the states
_NEW_SOUND: Final = "(excluded.checksum IS NOT NULL AND checksum IS NOT NULL AND excluded.checksum != checksum)"
_NEW_STATE: Final = f"(excluded.error IS NOT NULL OR state = 'failed' OR {_NEW_SOUND})"
# A file whose audio has changed loses checksum, verdict and state, since they belong to the audio.
UPSERT: Final = f"""
INSERT INTO song (path, folder, size, mtime_ns, inode, ctime_ns, title, artist, album, year, duration, genres,
                  checksum, state, state_order, error, title_key, artist_key, album_key, genre_key, folder_key, search)
VALUES (:path, :folder, :size, :mtime_ns, :inode, :ctime_ns, :title, :artist, :album, :year, :duration, :genres,
        :audio, :state, :state_order, :error, :title_key, :artist_key, :album_key, :genre_key, :folder_key, :search)
ON CONFLICT (path) DO UPDATE SET
    size = excluded.size, mtime_ns = excluded.mtime_ns, inode = excluded.inode, ctime_ns = excluded.ctime_ns,
    title = excluded.title, artist = excluded.artist,
    album = excluded.album, year = excluded.year, duration = coalesce(excluded.duration, duration),
    genres = excluded.genres, title_key = excluded.title_key, artist_key = excluded.artist_key,
    album_key = excluded.album_key, genre_key = excluded.genre_key, folder_key = excluded.folder_key,
    search = excluded.search,
    state = CASE WHEN {_NEW_STATE} THEN excluded.state ELSE state END,
    state_order = CASE WHEN {_NEW_STATE} THEN excluded.state_order ELSE state_order END,
    heard = CASE WHEN {_NEW_SOUND} THEN NULL ELSE heard END,
    confidence = CASE WHEN {_NEW_SOUND} THEN NULL ELSE confidence END,
    model = CASE WHEN {_NEW_SOUND} THEN NULL ELSE model END,
    checksum = CASE WHEN {_NEW_SOUND} THEN nullif(excluded.checksum, '') ELSE checksum END,
    error = excluded.error
"""
# A decision on a song applies to its audio only.
FORGET_CHOICE: Final = "DELETE FROM choice WHERE song = (SELECT id FROM song WHERE path = :path AND checksum != :audio)"


def values_of(file: FileTags) -> dict[str, object]:
    """The parameters of `UPSERT` for a file."""
    state = State.FAILED if file.error else State.NEW
    title, artist, album = _text(file.title), _text(file.artist), _text(file.album)
    genres = json.dumps(file.genres)
    return {
        "path": os.fsencode(file.path),
        "folder": os.fsencode(file.path.parent),
        "size": file.size,
        "mtime_ns": file.mtime_ns,
        "inode": file.inode,
        "ctime_ns": file.ctime_ns,
        "title": title,
        "artist": artist,
        "album": album,
        "year": file.year,
        "duration": file.duration,
        "genres": genres,
        "audio": file.audio,
        "state": state,
        "state_order": STATE_ORDER[state],
        "error": _text(file.error),
        "title_key": sort_key(title or file.path.stem),
        "artist_key": sort_key(artist, articles=True),
        "album_key": sort_key(album, articles=True),
        "genre_key": sort_key(", ".join(file.genres)),
        "folder_key": folder_key(file.path.parent),
        "search": _search(title, artist, album, file.genres, file.path),
    }


def _search(title: str | None, artist: str | None, album: str | None, genres: Iterable[str], path: Path) -> str:
    words = (title or path.stem, artist, album, *genres, path.name)
    return "\n".join(search_key(word) for word in words if word)


def _path(stored: bytes) -> Path:
    return Path(os.fsdecode(stored))


def names_in(stored: str) -> list[str]:
    """The names in a JSON list; an empty list if it is damaged."""
    try:
        names = json.loads(stored)
    except ValueError:
        return []
    return [str(name) for name in names] if isinstance(names, list) else []


# The functions that migrations call in SQL: name, number of arguments, function.
MIGRATION_FUNCTIONS: Final[tuple[tuple[str, int, Callable[..., str]], ...]] = (
    ("stem", 1, lambda path: _text(_path(path).stem) or ""),
    ("sort_key", 2, lambda text, articles: sort_key(text, articles=bool(articles))),
    ("genre_key", 1, lambda genres: sort_key(", ".join(names_in(genres)))),
    ("folder_key", 1, lambda folder: folder_key(_path(folder))),
    ("search_key", 5, lambda title, artist, album, genres, path: _search(title, artist, album, names_in(genres),
                                                                          _path(path))),
)  # fmt: skip


def _text(value: str | None) -> str | None:
    """SQLite accepts UTF-8 only: undecodable bytes become replacement characters."""
    return None if value is None else value.encode("utf-8", "replace").decode()


def song_of(row: tuple[object, ...]) -> Song:
    """A row of `COLUMNS` as a song. A damaged state or list of genres gets a default: `damage.py` reports it."""
    values = list(row)
    values[1] = Path(os.fsdecode(row[1]))  # type: ignore[arg-type]
    values[9] = tuple(names_in(str(row[9])))
    values[14] = STATES.get(str(row[14]), State.NEW)
    values[16] = bool(row[16])
    return Song(*values)  # type: ignore[arg-type]
