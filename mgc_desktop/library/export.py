"""Lists of songs for other programs: tables as CSV and JSON, playlists as M3U."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Final, TextIO

from mgc_desktop.audio.files import find_audio
from mgc_desktop.library.scanner import read_file
from mgc_desktop.library.song import Song, State
from mgc_desktop.library.store import LibraryStore

FIELDS: Final = (
    "path",
    "title",
    "artist",
    "album",
    "year",
    "duration",
    "genres",
    "heard",
    "confidence",
    "state",
    "error",
)


def songs_in(paths: Iterable[Path], database: Path) -> Iterator[Song]:
    """The songs in files and folders, as the library knows them; what it does not know, by their tags alone."""
    known = LibraryStore(database, check=False) if database.exists() else None
    with known or nullcontext():
        for path in find_audio([path.absolute() for path in paths]):
            yield (known.song_at(path) if known else None) or _unknown(path)


def _unknown(path: Path) -> Song:
    status = path.stat()
    tags = read_file(path, (status.st_size, status.st_mtime_ns))
    state = State.FAILED if tags.error else State.NEW
    return Song(
        0, path, tags.size, tags.mtime_ns, tags.title, tags.artist, tags.album, tags.year, tags.duration, tags.genres,
        None, None, None, None, state, tags.error,
    )  # fmt: skip


def write_csv(songs: Iterable[Song], out: TextIO) -> None:
    """A heading and a line a song; several genres are joined by "; "."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    for song in songs:
        row = _row(song)
        writer.writerow(["; ".join(song.genres) if name == "genres" else row[name] for name in FIELDS])


def write_json(songs: Iterable[Song], out: TextIO) -> None:
    """One list of objects, written as the songs come."""
    out.write("[")
    for number, song in enumerate(songs):
        out.write(",\n " if number else "\n ")
        out.write(json.dumps(_row(song), ensure_ascii=False))
    out.write("\n]\n")


def write_m3u(songs: Iterable[Song], out: TextIO) -> None:
    """An extended playlist in UTF-8; songs that cannot be read are left out."""
    out.write("#EXTM3U\n")
    for song in songs:
        if song.state is not State.FAILED:
            name = f"{song.artist} - {song.name}" if song.artist else song.name
            out.write(f"#EXTINF:{round(song.duration or -1)},{' '.join(name.split())}\n{song.path}\n")


WRITERS: Final[dict[str, Callable[[Iterable[Song], TextIO], None]]] = {
    "csv": write_csv, "json": write_json, "m3u": write_m3u,
}  # fmt: skip


def _row(song: Song) -> dict[str, object]:
    """`heard` is the verdict; a song without one has been heard as nothing."""
    sure = song.state is not State.UNSURE
    return {
        "path": str(song.path),
        "title": song.title,
        "artist": song.artist,
        "album": song.album,
        "year": song.year,
        "duration": None if song.duration is None else round(song.duration, 3),
        "genres": list(song.genres),
        "heard": song.predicted if sure else None,
        "confidence": None if song.confidence is None else round(song.confidence, 6),
        "state": song.state.value,
        "error": song.error,
    }
