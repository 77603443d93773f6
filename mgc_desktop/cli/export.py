"""List the songs in files and folders with what the library knows of them, as CSV, JSON or an M3U playlist.

Songs that the library has not analysed are listed by their tags alone.
A trained model is exported with `mgc export-model`.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from mgc_desktop.cli.output import complain, data_stream
from mgc_desktop.cli.status import FAILED, OK, UsageError
from mgc_desktop.errors import MgcError
from mgc_desktop.foundation.atomic_write import atomic_write
from mgc_desktop.paths import data_dir

if TYPE_CHECKING:
    from mgc_desktop.library.song import Song

HELP = "export lists of songs (csv, json, m3u)"
_FORMATS = ("csv", "json", "m3u")
_OF_MODELS = ("--name", "--models")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `mgc export`."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="songs and folders")
    parser.add_argument("--format", choices=_FORMATS, help="what to write; it must be given")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to (default: the terminal)")
    parser.add_argument("--genre", metavar="NAME", help="only songs that were heard as, or are tagged with, this genre")
    parser.add_argument("--heard", metavar="WORD", help="only songs in which this was heard, such as piano or happy")
    for option in _OF_MODELS:  # of a command that did both; they are understood to say where they have gone
        parser.add_argument(option, help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    """Export; `FAILED` if there is no such song."""
    if options.format is None or options.name is not None or options.models is not None:
        raise UsageError(
            "Say what to write with --format csv, json or m3u. A trained model is exported with: "
            "mgc export-model FOLDER"
        )
    from mgc_desktop.library.export import WRITERS, songs_in

    _check_output(options.output)
    folders: list[Path] = []

    def unreadable(folder: Path, error: OSError) -> None:
        folders.append(folder)
        complain(f"{folder}: The folder cannot be searched ({error.strerror}). Check its permissions.")

    songs = _Counted(
        song
        for song in songs_in(options.paths, data_dir() / "library.db", unreadable)
        if (options.genre is None or _is(song, options.genre)) and (options.heard is None or _has(song, options.heard))
    )
    left_out = _write(songs, WRITERS[options.format], options.output)
    for path in left_out:
        complain(f"{path}: It is left out, since a playlist cannot contain its name. Rename the file.")
    if not songs.count:
        complain(f"there is no matching music in {', '.join(map(str, options.paths))}")
    return OK if songs.count and not songs.missing and not folders and not left_out else FAILED


def _check_output(output: Path | None) -> None:
    """Raise UsageError if a song would be overwritten."""
    from mgc_desktop.audio.files import is_audio

    if output is not None and is_audio(output):
        raise UsageError(f"--output names a song: {output}. Choose a name that ends in .csv, .json or .m3u.")


def _write(
    songs: Iterable[Song], write: Callable[[Iterable[Song], TextIO], list[Path]], output: Path | None
) -> list[Path]:
    """Write to the file, atomically, or to the terminal; returns the songs that had to be left out."""
    if output is None:
        return write(songs, data_stream())
    text = io.StringIO()
    left_out = write(songs, text)
    try:
        atomic_write(output, text.getvalue().encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise MgcError(
            f"The list cannot be written there ({error.strerror}). Choose another file with --output.", path=output
        ) from error
    return left_out


class _Counted:
    """Iterates over songs, counts them and the unreadable ones, and reports the latter at once."""

    def __init__(self, songs: Iterable[Song]) -> None:
        self._songs = songs
        self.count = 0
        self.missing = 0

    def __iter__(self) -> Iterator[Song]:
        for song in self._songs:
            self.count += 1
            if song.error and song.id == 0:  # it is not in the library, which would have reported the error
                self.missing += 1
                complain(f"{song.path}: {song.error}")
            yield song


def _is(song: Song, genre: str) -> bool:
    return genre.casefold() in {name.casefold() for name in (song.predicted or "", *song.genres)}


def _has(song: Song, word: str) -> bool:
    return word.casefold() in {name.casefold() for name in song.words}
