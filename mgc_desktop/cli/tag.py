"""Analyse songs and write their genres into their tags.

The plan is shown before anything is written. Without --yes the command asks for confirmation; if there is no terminal
to ask on, nothing is written. Songs that have a genre keep it, unless --policy says otherwise, and nothing is written
if the model is unsure. Every run can be undone with mgc undo.

With --json there is one JSON object a song, with the keys path, result (planned, written, unchanged, skipped, refused
or failed), field, old, new, confidence, reason and run.
Exit status: 0 if all went well, 1 if some songs failed or were refused, 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mgc_desktop.cli.batch import add_batch_options, positive_number
from mgc_desktop.cli.genres_option import add_genres_option, chosen_genres
from mgc_desktop.cli.head_option import add_head_option, chosen_head
from mgc_desktop.cli.model_option import add_model_option, chosen_model
from mgc_desktop.cli.output import complain
from mgc_desktop.cli.status import FAILED, OK, UsageError

if TYPE_CHECKING:
    from mgc_desktop.cli.tag_songs import Failure
    from mgc_desktop.tags.policy import PlannedChange, Policy, SongPrediction
    from mgc_desktop.tags.writer import RunReport

HELP = "write genres into the tags of songs"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `mgc tag`."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a song, or a folder of songs")
    parser.add_argument("--dry-run", action="store_true", help="show the plan, write nothing")
    parser.add_argument(
        "--policy",
        choices=("fill", "append", "replace", "separate"),
        default="fill",
        help="only songs without a genre (the default); after the existing genres; in their place; or into a "
        "separate field, MGC_GENRE",
    )
    parser.add_argument(
        "--min-confidence",
        type=_probability,
        default=0.0,
        metavar="P",
        help="write only genres with at least this probability, from 0 to 1",
    )
    parser.add_argument("--top", type=positive_number, default=1, metavar="N", help="write up to N genres (default: 1)")
    parser.add_argument(
        "--level",
        choices=("specific", "broad", "both"),
        default="specific",
        help="write the genre that was named (House, the default), the broad one it belongs to (Electronic), or both",
    )
    parser.add_argument("--map", type=Path, metavar="FILE", help="your names for genres, as TOML or CSV; none ignores")
    parser.add_argument(
        "--empty-names",
        type=_names,
        metavar="NAMES",
        help="genres that count as none under --policy fill, separated by commas; '' for no such names (default: those "
        "of the program's settings, at first Unknown, Other, Misc, None and the like)",
    )
    parser.add_argument("--album", action="store_true", help="one verdict for all songs of an album")
    add_batch_options(parser)
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="analyse on a Dask cluster, tcp://host:8786 (needs the extra [cluster])"
    )
    add_model_option(parser)
    add_genres_option(parser)
    add_head_option(parser)
    parser.add_argument(
        "--keep-mtime",
        action="store_true",
        help="leave the modification time of files as it is; programs for backup and synchronisation that compare size "
        "and time only (rsync, Syncthing, cloud folders) may then miss the change",
    )
    parser.add_argument(
        "--split-links", action="store_true", help="write files with several names (hard links), under this name only"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.add_argument("--yes", action="store_true", help="write without asking")


def run(options: argparse.Namespace) -> int:
    """Analyse, plan, ask, write; `FAILED` if a song could not be analysed or written, or there was none."""
    from mgc_desktop.cli.confirm import confirmed, must_confirm, songs_of
    from mgc_desktop.cli.tag_report import TagReport
    from mgc_desktop.tags.journal import Journal
    from mgc_desktop.tags.policy import plan

    ask = not options.dry_run and must_confirm(yes=options.yes)
    policy = _policy(options)
    if not options.dry_run:
        Journal().check()  # before songs are analysed, which may take hours
    songs, failures = _songs(options, policy)
    report = TagReport(plan(songs, policy), failures, as_json=options.json)
    if not songs and not failures:
        complain(f"there is no music in {', '.join(map(str, options.paths))}")
        return FAILED
    report.show_plan(asking=ask)
    if options.dry_run or not report.writes or (ask and not confirmed(f"Write {songs_of(len(report.writes))}?")):
        report.end(None)
        return FAILED if failures else OK
    outcome = _write(report.writes, policy, options)
    report.end(outcome)
    return FAILED if failures or outcome.refused or outcome.stopped else OK


def _probability(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a probability from 0 to 1")
    return number


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _policy(options: argparse.Namespace) -> Policy:
    from mgc_desktop.errors import SettingsError
    from mgc_desktop.settings import EMPTY_NAMES, Settings
    from mgc_desktop.tags.genre_mapping import GenreMapping, load_genre_mapping
    from mgc_desktop.tags.policy import Level, Mode, Policy

    try:
        mapping = load_genre_mapping(options.map) if options.map else GenreMapping()
    except SettingsError as error:
        raise UsageError(str(error)) from error
    names: list[str] = Settings()[EMPTY_NAMES] if options.empty_names is None else options.empty_names
    return Policy(
        Mode(options.policy),
        options.min_confidence,
        options.top,
        mapping,
        options.album,
        tuple(names),
        Level(options.level),
    )


def _songs(options: argparse.Namespace, policy: Policy) -> tuple[list[SongPrediction], list[Failure]]:
    """All songs with their predictions, and the failures."""
    from mgc_desktop.audio.files import find_audio
    from mgc_desktop.cli.tag_songs import Failure, read_songs

    songs: list[SongPrediction] = []
    failures: list[Failure] = []

    def unreadable(folder: Path, error: OSError) -> None:
        failures.append(Failure(folder, f"The folder cannot be searched ({error.strerror}). Check its permissions."))

    model, head = chosen_model(options.model), chosen_head(options.head)
    genres = chosen_genres(options.genres, model)
    found = read_songs(find_audio(options.paths, unreadable), policy, model, head, options, genres)
    for song in _with_progress(found):
        if isinstance(song, Failure):
            failures.append(song)
        else:
            songs.append(song)
    return songs, failures


def _with_progress(found: Iterator[SongPrediction | Failure]) -> Iterator[SongPrediction | Failure]:
    """Pass on the items, and print their number on the terminal."""
    shown = sys.stderr.isatty()
    for number, song in enumerate(found, 1):
        if shown:
            print(f"\ranalysing ... {number} songs", end="", file=sys.stderr, flush=True)
        yield song
    if shown:
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def _write(changes: Sequence[PlannedChange], policy: Policy, options: argparse.Namespace) -> RunReport:
    """Write the plan; Ctrl-C ends the run between two files."""
    from mgc_desktop.cli.interrupt import cancelled_by_interrupt
    from mgc_desktop.library.tagging import update_library
    from mgc_desktop.paths import data_dir
    from mgc_desktop.tags.journal import Journal
    from mgc_desktop.tags.write import WriteOptions
    from mgc_desktop.tags.writer import write_run

    how = WriteOptions(keep_mtime=options.keep_mtime, split_links=options.split_links)
    with cancelled_by_interrupt() as cancel:
        report = write_run(changes, Journal(), note=policy.note, options=how, cancel=cancel)
        update_library(data_dir() / "library.db", report)
    return report
