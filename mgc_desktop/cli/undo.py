"""Take back what a run wrote: every file gets its previous content, byte for byte.

By default the last run of which a file can be taken back; later runs without such a file are listed. A file that was
changed since is not touched and reported. A file that was renamed or moved is found by its checksums: in the folders of
the run, at the library's paths, and in the folders given with --look-in. If several files are identical, or the only
one is elsewhere, none is touched; --look-in or --only selects one.

With --json there is one JSON object a file, with the keys path, found (where the file is now, or null), result
(planned, written, unchanged or refused), reason, run, old and new.
Exit status: 0 if all went well, 1 if some files were refused or not found, 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from mgc_desktop.cli.output import complain, printable
from mgc_desktop.cli.status import FAILED, OK, UsageError
from mgc_desktop.errors import TagError

if TYPE_CHECKING:
    from mgc_desktop.tags.journal import Journal, JournalRun
    from mgc_desktop.tags.moved import Located
    from mgc_desktop.tags.writer import RunReport

HELP = "take back what a run wrote"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `mgc undo`."""
    parser.add_argument("run_id", nargs="?", metavar="RUN", help="a run, or the start of its name (see: mgc runs)")
    parser.add_argument(
        "--only", nargs="+", type=Path, metavar="FILE", help="only these files, by their old or new names"
    )
    parser.add_argument(
        "--look-in",
        nargs="+",
        type=Path,
        default=(),
        metavar="FOLDER",
        help="search for moved files in these folders and their subfolders",
    )
    parser.add_argument("--dry-run", action="store_true", help="show what would be taken back, write nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.add_argument("--yes", action="store_true", help="write without asking")


def run(options: argparse.Namespace) -> int:
    """Show, ask, take back; `FAILED` if a file was refused or not found."""
    from mgc_desktop.cli.confirm import confirmed, must_confirm
    from mgc_desktop.cli.interrupt import cancelled_by_interrupt
    from mgc_desktop.cli.tag_report import summarise
    from mgc_desktop.library.tagging import update_library
    from mgc_desktop.paths import data_dir
    from mgc_desktop.tags.journal import Journal
    from mgc_desktop.tags.writer import undo_run

    ask = not options.dry_run and must_confirm(yes=options.yes)
    journal = Journal()
    journal.recover()
    chosen, located = _chosen(journal, options)
    ready = [found for found in located if found.path is not None]
    if ask or not options.json:
        _show(located, sys.stderr if options.json else sys.stdout)
    outcome: RunReport | None = None
    if ready and not options.dry_run and (not ask or confirmed(_question(ready, chosen))):
        with cancelled_by_interrupt() as cancel:
            outcome = undo_run(chosen, journal, located=ready, cancel=cancel)
            update_library(data_dir() / "library.db", outcome, chosen, ready)
    if options.json:
        _print_objects(located, outcome)
    elif outcome is not None:
        summarise(outcome)
    if len(ready) < len(located):
        _hint(len(located) - len(ready), chosen)
    failed = len(ready) < len(located) or (outcome is not None and (outcome.refused or outcome.stopped))
    return FAILED if failed else OK


def _chosen(journal: Journal, options: argparse.Namespace) -> tuple[JournalRun, list[Located]]:
    """The run that was named, else the newest one of which a file can be taken back; where there is none, the newest of
    which files are not taken back, to say why they cannot be."""
    if options.run_id is not None:
        named = journal.find(options.run_id)
        return named, _located(named, journal, options)
    first: tuple[JournalRun, list[Located]] | None = None
    passed_over: list[JournalRun] = []
    for run in journal.undoable_runs():
        located = _located(run, journal, options)
        if any(found.can_be_taken_back() for found in located):
            for other in passed_over:
                complain(
                    f"{other.id} is passed over: none of its files can be taken back, because they were changed, moved "
                    f"or removed since (mgc undo {other.id} says which)"
                )
            return run, located
        if located:
            passed_over.append(run)
            first = first or (run, located)
    if first is None:
        raise TagError("There is nothing to undo in these files.")
    return first


def _located(chosen: JournalRun, journal: Journal, options: argparse.Namespace) -> list[Located]:
    from mgc_desktop.library.known_paths import known_paths
    from mgc_desktop.paths import data_dir
    from mgc_desktop.tags.writer import locate_files

    for folder in options.look_in:
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder")
    known = known_paths(data_dir() / "library.db")
    return locate_files(chosen, journal, only=options.only, look_in=options.look_in, known=known)


def _question(ready: Sequence[Located], chosen: JournalRun) -> str:
    from mgc_desktop.cli.confirm import songs_of

    return f"Take back {songs_of(len(ready))} of {chosen.id}?"


def _show(located: Sequence[Located], stream: TextIO) -> None:
    for found in located:
        print(printable(found.entry.path), file=stream)
        if found.path is None:
            print(f"    {printable(found.reason)}", file=stream)
            continue
        if found.moved:
            print(f"    is now {printable(found.path)}", file=stream)
        before, after = (", ".join(names) or "(none)" for names in (found.entry.new, found.entry.old))
        print(f"    {printable(before)} -> {printable(after)}", file=stream)
    if not located:
        print("There is nothing to take back in this run.", file=stream)


def _hint(number: int, chosen: JournalRun) -> None:
    from mgc_desktop.cli.confirm import songs_of

    print(
        f"mgc: {songs_of(number)} not found with certainty, and not touched. To select them: "
        f"mgc undo {chosen.id} --look-in FOLDER, or --only FILE",
        file=sys.stderr,
    )


def _print_objects(located: Sequence[Located], outcome: RunReport | None) -> None:
    from mgc_desktop.cli.tag_report import json_line, results_by_path

    results = results_by_path(outcome)
    for found in located:
        result, reason = ("refused", found.reason) if found.path is None else results.get(found.path, ("planned", ""))
        line = json_line(found.entry.path, result, reason, outcome.run if outcome is not None else None)
        line |= {"found": str(found.path) if found.path is not None else None}
        print(json.dumps({**line, "old": list(found.entry.new), "new": list(found.entry.old)}))
