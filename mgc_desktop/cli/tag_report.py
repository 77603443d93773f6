"""The output of `mgc tag` and `mgc undo`: text, or JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mgc_desktop.cli.output import complain, printable

if TYPE_CHECKING:
    from mgc_desktop.cli.tag_songs import Failure
    from mgc_desktop.tags.policy import PlannedChange
    from mgc_desktop.tags.writer import RunReport


class TagReport:
    """Prints the plan, and in the end the result."""

    def __init__(self, changes: Sequence[PlannedChange], failures: Sequence[Failure], *, as_json: bool) -> None:
        self.writes = [change for change in changes if change.writes]
        self._changes, self._failures, self._as_json = changes, failures, as_json

    def show_plan(self, *, asking: bool) -> None:
        """Print the plan, old -> new for each song; to standard error if a confirmation follows."""
        if self._as_json and not asking:
            return
        stream = sys.stderr if self._as_json else sys.stdout
        for change in self._changes:
            print(printable(change.path), f"    {printable(described(change))}", sep="\n", file=stream)
        for failure in self._failures:
            print(printable(failure.path), f"    failed: {printable(failure.reason)}", sep="\n", file=stream)
        kept = len(self._changes) - len(self.writes)
        print(f"{len(self.writes)} to write, {kept} to leave as they are, {len(self._failures)} failed", file=stream)

    def end(self, outcome: RunReport | None) -> None:
        """Print the result; None if there was nothing to write, or the answer was no."""
        if self._as_json:
            self._print_objects(outcome)
        elif outcome is not None:
            summarise(outcome)

    def _print_objects(self, outcome: RunReport | None) -> None:
        results = results_by_path(outcome)
        for change in self._changes:
            usual = ("planned" if change.writes else "skipped", change.reason)
            result, reason = results.get(change.path, usual) if change.writes else usual
            run = outcome.run if outcome is not None and change.writes else None
            line = json_line(change.path, result, reason, run)
            line |= {"field": change.field.value, "old": change.old, "new": change.new}
            print(json.dumps({**line, "confidence": round(change.confidence, 6)}))
        for failure in self._failures:
            line = json_line(failure.path, "failed", failure.reason, None)
            print(json.dumps({**line, "field": None, "old": [], "new": [], "confidence": None}))


def described(change: PlannedChange) -> str:
    """A change in one line."""
    if not change.writes:
        return f"stays: {change.reason}"
    return f"{', '.join(change.old) or '(none)'} -> {', '.join(change.new)}   {change.reason}"


def summarise(outcome: RunReport) -> None:
    """Print the result of a run as text; refused files go to standard error."""
    for refused in outcome.refused:
        complain(f"{refused.path}: {refused.reason}")
    if outcome.stopped:
        complain(outcome.stopped)
    unchanged = f", {len(outcome.unchanged)} unchanged" if outcome.unchanged else ""
    print(f"{len(outcome.written)} written{unchanged}, {len(outcome.refused)} refused")
    if outcome.written:
        print(f"To undo this: mgc undo {outcome.run}")


def results_by_path(outcome: RunReport | None) -> dict[Path, tuple[str, str]]:
    """The result of each song, and a sentence."""
    if outcome is None:
        return {}
    results = {refused.path: ("refused", refused.reason) for refused in outcome.refused}
    results |= dict.fromkeys(outcome.unchanged, ("unchanged", "The file has these genres already."))
    return results | {written.path: ("written", "") for written in outcome.written}


def json_line(path: Path, result: str, reason: str, run: str | None) -> dict[str, Any]:
    """The keys that the objects of all writing commands have in common."""
    return {"path": str(path), "result": result, "reason": reason, "run": run}
