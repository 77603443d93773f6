"""How often a verdict is right, by its confidence: from which confidence on a song may be ticked by default.

    python benchmarks/bench_confidence.py TRACKS.tsv [--cache VERDICTS.json] [--model NAME]

`TRACKS.tsv` names recordings whose genre is known, one a line, with a head line: `path` (beside the table), `ten_genre`
(the name that the program should give; empty where none of its ten fits, then every name is wrong), and if wanted
`part` (lines with `doubt` are left out) and `heard_by_backbone` (`yes`: the network has probably learned from it).
Each recording is analysed as a library run does it. The tables give the named recordings and the share of right names
for each range of confidence, and for everything from its lower limit on.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mgc_desktop.errors import MgcError
from mgc_desktop.inference import registry
from mgc_desktop.library.excerpts import analyse_excerpts

EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9)
SHORTEST = 10.0  # seconds; shorter recordings have a table of their own


@dataclass(frozen=True)
class Verdict:
    """One recording: its length in seconds, the predicted genre (None: unsure), and whether that is right."""

    duration: float
    genre: str | None
    confidence: float
    right: bool
    familiar: bool


def analyse(table: Path, model: str, cache: Path | None) -> list[Verdict]:
    """The verdicts on all recordings of the table; what stands in the cache is not analysed again."""
    with table.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row.get("part") != "doubt"]
    known = json.loads(cache.read_text()) if cache and cache.exists() else {}
    classifier = registry.load(model)
    verdicts = []
    for row in rows:
        key = f"{classifier.name}@{classifier.version} {row['path']}"
        if key not in known:
            try:
                found = analyse_excerpts(table.parent / row["path"], classifier)
            except MgcError as error:
                print(error)
                continue
            known[key] = (found.duration, found.genre, round(found.confidence, 4))
            if cache:
                cache.write_text(json.dumps(known, indent=0))
        duration, genre, confidence = known[key]
        familiar = row.get("heard_by_backbone") == "yes"
        verdicts.append(Verdict(duration, genre, confidence, genre == (row["ten_genre"] or None), familiar))
    return verdicts


def show(title: str, verdicts: Sequence[Verdict]) -> None:
    """A Markdown table."""
    named = [verdict for verdict in verdicts if verdict.genre is not None]
    print(f"\n{title}: {len(verdicts)} recordings, {len(named)} named, {len(verdicts) - len(named)} unsure\n")
    print("| confidence | named | right | from its lower limit on: named | right |\n|---|---|---|---|---|")
    for low, high in zip(EDGES, (*EDGES[1:], 1.01), strict=True):
        within = [verdict for verdict in named if low <= verdict.confidence < high]
        above = [verdict for verdict in named if verdict.confidence >= low]
        if above:
            label = f"{low:.2f}–{high:.2f}" if high <= 1 else f"from {low:.2f}"
            print(f"| {label} | {len(within)} | {share(within)} | {len(above)} | {share(above)} |")


def share(verdicts: Sequence[Verdict]) -> str:
    """How many of them are right, in per cent."""
    return f"{100 * sum(verdict.right for verdict in verdicts) / len(verdicts):.0f} %" if verdicts else "–"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--model", default=registry.DEFAULT)
    arguments = parser.parse_args()
    verdicts = analyse(arguments.table, arguments.model, arguments.cache)
    long = [verdict for verdict in verdicts if verdict.duration >= SHORTEST]
    show("Ten seconds and longer", long)
    show("Those that the network has not learned from", [verdict for verdict in long if not verdict.familiar])
    show("Shorter than ten seconds", [verdict for verdict in verdicts if verdict.duration < SHORTEST])


if __name__ == "__main__":
    main()
