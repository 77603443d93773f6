"""Lists of songs for other programs: tables as CSV and JSON, playlists as M3U."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Final, TextIO

from mgc_desktop.audio.files import OnError, find_audio
from mgc_desktop.csv_cells import safe_row
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
    "words",
)
_LISTS: Final = ("genres", "words")


def songs_in(paths: Iterable[Path], database: Path, on_error: OnError | None = None) -> Iterator[Song]:
    """The songs in files and folders, with the library's data; songs that are not in the library with their tags only.

    A file that is missing or cannot be read becomes a song with an `error`. Unreadable folders go to `on_error`.
    """
    known = LibraryStore(database, check=False) if database.exists() else None
    with known or nullcontext():
        for path in find_audio([path.absolute() for path in paths], on_error):
            song = known.song_at(path) if known else None
            yield _unknown(path) if song is None or known is None else replace(song, words=words_of(known, song))


def words_of(store: LibraryStore, song: Song) -> tuple[str, ...]:
    """What the model of the song's verdict heard besides the genre, the most telling word first."""
    model, _, version = (song.model or "").partition("@")
    analysis = store.analysis(song.checksum, model, version) if song.checksum and version else None
    return () if analysis is None else tuple(name for name, _ in analysis.tags)


def _unknown(path: Path) -> Song:
    try:
        status = path.stat()
    except FileNotFoundError:
        return _failed(path, "The file is not there. Check its name and place.")
    except OSError as error:
        return _failed(path, f"The file cannot be read ({error.strerror}). Check its permissions and its disk.")
    tags = read_file(path, (status.st_size, status.st_mtime_ns))
    state = State.FAILED if tags.error else State.NEW
    return Song(
        0, path, tags.size, tags.mtime_ns, tags.title, tags.artist, tags.album, tags.year, tags.duration, tags.genres,
        None, None, None, None, state, tags.error,
    )  # fmt: skip


def _failed(path: Path, error: str) -> Song:
    return Song(0, path, 0, 0, None, None, None, None, None, (), None, None, None, None, State.FAILED, error)


def write_csv(songs: Iterable[Song], out: TextIO) -> list[Path]:
    """Write a heading and one line a song; lists are joined by "; ". Returns []: no song is left out."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    for song in songs:
        row = _row(song)
        writer.writerow(safe_row("; ".join(_texts(row[name])) if name in _LISTS else row[name] for name in FIELDS))
    return []


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def write_json(songs: Iterable[Song], out: TextIO) -> list[Path]:
    """Write one list of objects, one song at a time. Returns an empty list: no song is left out.

    Non-ASCII characters are escaped, so the file is valid in any encoding, also with names that are not valid Unicode.
    """
    out.write("[")
    for number, song in enumerate(songs):
        out.write(",\n " if number else "\n ")
        out.write(json.dumps(_row(song)))
    out.write("\n]\n")
    return []


def write_m3u(songs: Iterable[Song], out: TextIO) -> list[Path]:
    """Write an extended playlist in UTF-8; songs that cannot be read are left out.

    Returns the files that a playlist cannot name, which are left out too: a line break would split the line, and a name
    that is not valid UTF-8 would make the whole file invalid.
    """
    left_out = []
    out.write("#EXTM3U\n")
    for song in songs:
        if song.state is State.FAILED:
            continue
        if not can_be_listed(song.path):
            left_out.append(song.path)
            continue
        name = f"{song.artist} - {song.name}" if song.artist else song.name
        shown = " ".join(name.encode("utf-8", "replace").decode("utf-8").split())
        out.write(f"#EXTINF:{round(song.duration or -1)},{shown}\n{song.path}\n")
    return left_out


def can_be_listed(path: Path) -> bool:
    """Whether a playlist can name the file: one line of UTF-8, without spaces at its ends, which readers remove."""
    text = str(path)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return len(text.splitlines()) == 1 and "\0" not in text and text == text.strip()


WRITERS: Final[dict[str, Callable[[Iterable[Song], TextIO], list[Path]]]] = {
    "csv": write_csv, "json": write_json, "m3u": write_m3u,
}  # fmt: skip


def _row(song: Song) -> dict[str, object]:
    """The row of a song. `heard` is the verdict, None if there is none."""
    sure = song.state not in (State.UNSURE, State.NONE)
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
        "words": list(song.words),
    }
