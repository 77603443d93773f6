"""List the runs that wrote tags, the newest first. The result of an interrupted run is determined first.

With --json there is one JSON object a run, with the keys run, started (seconds since 1970), rules, undoes, written,
refused, undone and finished.
"""

from __future__ import annotations

import argparse
import json
import time

from mgc_desktop.cli.output import printable
from mgc_desktop.cli.status import OK

HELP = "list the runs that wrote tags"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `mgc runs`."""
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def run(options: argparse.Namespace) -> int:
    """Print the table."""
    from mgc_desktop.tags.journal import Journal

    runs = Journal().recovered_runs()
    if not runs and not options.json:
        print("No run has written tags yet.")
    for entry in runs:
        counts = {"written": entry.written, "refused": entry.refused, "undone": entry.undone}
        if options.json:
            head = {"run": entry.id, "started": entry.started, "rules": entry.note, "undoes": entry.undoes}
            print(json.dumps({**head, **counts, "finished": entry.finished}))
            continue
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.started))
        numbers = ", ".join(f"{number} {name}" for name, number in counts.items() if number)
        state = "" if entry.finished else "   (in progress, or interrupted)"
        damaged = f"   ({entry.damaged} damaged lines)" if entry.damaged else ""
        print(printable(f"{entry.id}  {when}  {numbers}   {entry.note}{state}{damaged}"))
    return OK
