"""Name the genres of songs.

Folders are searched for music. Results are printed in the order of the songs, each as soon as it and all before it are
finished. With --json each is one JSON object a line, with the keys path, duration, model, vocabulary (the set of
genres), outcome ("genre", "unsure" or "none of these"), genre (null unless that is the outcome), confidence, genres,
tags, segments and error (null, or the reason: then the other values are null or empty).

Results are stored in the library's database by the checksum of the audio, so that an interrupted or repeated run
continues where it was; this adds no song to the library.
Exit status: 0 if all songs were analysed, 1 if some failed, 2 for wrong usage.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mgc_desktop.cli.batch import BatchResult, add_batch_options, analyse_all
from mgc_desktop.cli.genres_option import add_genres_option, chosen_genres
from mgc_desktop.cli.head_option import add_head_option, chosen_head
from mgc_desktop.cli.model_option import add_model_option, chosen_model
from mgc_desktop.cli.output import complain
from mgc_desktop.cli.status import FAILED, OK

if TYPE_CHECKING:
    from mgc_desktop.inference.user_heads import UserHead

HELP = "name the genres of songs and folders of songs"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `mgc analyze`."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a song, or a folder of songs")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    add_batch_options(parser)
    add_model_option(parser)
    add_genres_option(parser)
    add_head_option(parser)


def run(options: argparse.Namespace) -> int:
    """Print the result of every song; `FAILED` if a song could not be analysed, or if there was none."""
    from mgc_desktop.cli.report import Reporter

    model, head = chosen_model(options.model), chosen_head(options.head)
    genres = chosen_genres(options.genres, model)
    report = Reporter(as_json=options.json)
    for result in _results(options, model, genres, head):
        report.add(result)
    report.end()
    if not report.songs:
        complain(f"there is no music in {', '.join(map(str, options.paths))}")
    return FAILED if report.failed or not report.songs else OK


def _results(
    options: argparse.Namespace, model: str, genres: str | None, head: UserHead | None
) -> Iterator[BatchResult]:
    """The results of all songs, and of all folders that cannot be searched, in order."""
    from mgc_desktop.audio.files import find_audio

    closed: list[BatchResult] = []

    def unreadable(folder: Path, error: OSError) -> None:
        closed.append(
            BatchResult(folder, error=f"The folder cannot be searched ({error.strerror}). Check its permissions.")
        )

    yield from analyse_all(find_audio(options.paths, unreadable), model, head, options, genres)
    yield from closed
