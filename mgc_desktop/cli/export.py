"""Export a list of songs, or a trained model.

With --format: the songs in files and folders with what the library knows of them, as CSV, JSON or an M3U playlist.
Songs that the library has not listened to are listed by their tags alone.

Without --format: PATH is the --output folder of `mgc train`, and the network in it becomes a model of the program
(needs the extra [train]).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mgc_desktop.cli.status import FAILED, OK, UsageError
from mgc_desktop.paths import data_dir

if TYPE_CHECKING:
    from mgc_desktop.library.song import Song

HELP = "export lists of songs (csv, json, m3u), or a trained model"
_FORMATS = ("csv", "json", "m3u")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `mgc export`."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="songs and folders; or a trained network")
    songs = parser.add_argument_group("songs")
    songs.add_argument("--format", choices=_FORMATS, help="what to write")
    songs.add_argument("--output", type=Path, metavar="FILE", help="where to (default: the terminal)")
    songs.add_argument("--genre", metavar="NAME", help="only songs that were heard as, or are tagged with, this genre")
    model = parser.add_argument_group("model")
    model.add_argument("--name", help="the model's name, which no bundled model may have")
    model.add_argument("--models", type=Path, default=data_dir() / "models", help="where the model goes")


def run(options: argparse.Namespace) -> int:
    """Export; `FAILED` if there is no such song."""
    if options.format is None:
        return _export_model(options)
    from mgc_desktop.library.export import WRITERS, songs_in

    songs = _Counted(
        song
        for song in songs_in(options.paths, data_dir() / "library.db")
        if options.genre is None or _is(song, options.genre)
    )
    write = WRITERS[options.format]
    if options.output is None:
        write(songs, sys.stdout)
    else:
        with options.output.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            write(songs, file)
    if not songs.count:
        print(f"mgc: there is no such music in {', '.join(map(str, options.paths))}", file=sys.stderr)
    return OK if songs.count else FAILED


class _Counted:
    """Songs as they come, and how many came."""

    def __init__(self, songs: Iterable[Song]) -> None:
        self._songs = songs
        self.count = 0

    def __iter__(self) -> Iterator[Song]:
        for song in self._songs:
            self.count += 1
            yield song


def _is(song: Song, genre: str) -> bool:
    return genre.casefold() in {name.casefold() for name in (song.predicted or "", *song.genres)}


def _export_model(options: argparse.Namespace) -> int:
    from mgc_desktop.cli import export_model

    if len(options.paths) != 1 or options.output is not None or options.genre is not None:
        raise UsageError("say what to write with --format csv, json or m3u; or name one folder of `mgc train`")
    options.trained = options.paths[0]
    return export_model.run(options)
