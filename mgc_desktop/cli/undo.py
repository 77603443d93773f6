"""Take back what a run wrote: every file becomes what it was, bit by bit.

By default the last run that is not taken back yet. A file that anybody changed since is left alone and named. With
--json there is one JSON object a file, with the keys path, result (planned, written, unchanged or refused), reason,
run, old and new.
Exit status: 0 if all went well, 1 if some files were refused, 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from mgc_desktop.cli.status import FAILED, OK

if TYPE_CHECKING:
    from mgc_desktop.tags.journal import JournalEntry, JournalRun
    from mgc_desktop.tags.writer import RunReport

HELP = "take back what a run wrote"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `mgc undo`."""
    parser.add_argument("run_id", nargs="?", metavar="RUN", help="a run, or how its name begins (see: mgc runs)")
    parser.add_argument("--only", nargs="+", type=Path, metavar="FILE", help="only these files of the run")
    parser.add_argument("--dry-run", action="store_true", help="show what would be taken back, write nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.add_argument("--yes", action="store_true", help="write without asking")


def run(options: argparse.Namespace) -> int:
    """Show, ask, take back; `FAILED` if a file was refused."""
    from mgc_desktop.cli.confirm import agreed, must_ask
    from mgc_desktop.cli.interrupt import cancelled_by_interrupt
    from mgc_desktop.cli.tag_report import summarise
    from mgc_desktop.tags.journal import Journal
    from mgc_desktop.tags.writer import undo_run, undoable

    ask = not options.dry_run and must_ask(yes=options.yes)
    journal = Journal()
    chosen = journal.find(options.run_id)
    entries = undoable(chosen, journal, options.only)
    if ask or not options.json:
        _show(entries, sys.stderr if options.json else sys.stdout)
    outcome: RunReport | None = None
    if entries and not options.dry_run and (not ask or agreed(_question(entries, chosen))):
        with cancelled_by_interrupt() as cancel:
            outcome = undo_run(chosen, journal, only=options.only, cancel=cancel)
    if options.json:
        _print_objects(entries, outcome)
    elif outcome is not None:
        summarise(outcome)
    return FAILED if outcome is not None and (outcome.refused or outcome.stopped) else OK


def _question(entries: Sequence[JournalEntry], chosen: JournalRun) -> str:
    from mgc_desktop.cli.confirm import songs_of

    return f"Take back {songs_of(len(entries))} of {chosen.id}?"


def _show(entries: Sequence[JournalEntry], stream: TextIO) -> None:
    for entry in entries:
        before, after = (", ".join(names) or "(none)" for names in (entry.new, entry.old))
        print(f"{entry.path}\n    {before} -> {after}", file=stream)
    if not entries:
        print("There is nothing to take back in this run.", file=stream)


def _print_objects(entries: Sequence[JournalEntry], outcome: RunReport | None) -> None:
    from mgc_desktop.cli.tag_report import json_line, results_by_path

    results = results_by_path(outcome)
    for entry in entries:
        result, reason = results.get(entry.path, ("planned", ""))
        line = json_line(entry.path, result, reason, outcome.run if outcome is not None else None)
        print(json.dumps({**line, "old": list(entry.new), "new": list(entry.old)}))
