"""Songs as rows of the library's table, and back."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from mgc_desktop.library.song import FileTags, Song, State

COLUMNS: Final = (
    "id, path, size, mtime_ns, title, artist, album, year, duration, genres, checksum, heard, confidence, model, "
    "state, error, EXISTS (SELECT 1 FROM user_genres WHERE user_genres.checksum = song.checksum)"
)
ORDER: Final = {state: number for number, state in enumerate(State)}  # in which states are sorted
PUT: Final = """
INSERT INTO song (path, folder, size, mtime_ns, title, artist, album, year, duration, genres, state, state_order,
                  error, title_key, artist_key, album_key, genre_key, search)
VALUES (:path, :folder, :size, :mtime_ns, :title, :artist, :album, :year, :duration, :genres, :state, :state_order,
        :error, :title_key, :artist_key, :album_key, :genre_key, :search)
ON CONFLICT (path) DO UPDATE SET
    size = excluded.size, mtime_ns = excluded.mtime_ns, title = excluded.title, artist = excluded.artist,
    album = excluded.album, year = excluded.year, duration = coalesce(excluded.duration, duration),
    genres = excluded.genres, title_key = excluded.title_key, artist_key = excluded.artist_key,
    album_key = excluded.album_key, genre_key = excluded.genre_key, search = excluded.search,
    state = CASE WHEN excluded.error IS NOT NULL OR state = 'failed' THEN excluded.state ELSE state END,
    state_order = CASE WHEN excluded.error IS NOT NULL OR state = 'failed' THEN excluded.state_order
                  ELSE state_order END,
    error = excluded.error
"""


def values_of(file: FileTags) -> dict[str, object]:
    """What `PUT` takes: a file as a row."""
    title = file.title or file.path.stem
    state = State.FAILED if file.error else State.NEW
    words = (title, file.artist, file.album, *file.genres, file.path.name)
    return {
        "path": os.fsencode(file.path),
        "folder": os.fsencode(file.path.parent),
        "size": file.size,
        "mtime_ns": file.mtime_ns,
        "title": _text(file.title),
        "artist": _text(file.artist),
        "album": _text(file.album),
        "year": file.year,
        "duration": file.duration,
        "genres": json.dumps(file.genres),
        "state": state,
        "state_order": ORDER[state],
        "error": file.error,
        "title_key": _key(title),
        "artist_key": _key(file.artist),
        "album_key": _key(file.album),
        "genre_key": _key(", ".join(file.genres)),
        "search": _key("\n".join(w for w in words if w)),
    }


def _text(value: str | None) -> str | None:
    """SQLite takes UTF-8 only: what came of undecodable bytes is shown by replacement characters."""
    return None if value is None else value.encode("utf-8", "replace").decode()


def _key(value: str | None) -> str:
    return (_text(value) or "").casefold().strip()


def song_of(row: tuple[object, ...]) -> Song:
    """A row of `COLUMNS` as a song."""
    values = list(row)
    values[1] = Path(os.fsdecode(row[1]))  # type: ignore[arg-type]
    values[9] = tuple(json.loads(row[9]))  # type: ignore[arg-type]
    values[14] = State(str(row[14]))
    values[16] = bool(row[16])
    return Song(*values)  # type: ignore[arg-type]
