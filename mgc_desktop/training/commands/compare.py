"""The report's comparisons on a data set of one's own, and the page of their results:

    python -m mgc_desktop.training.commands.compare LIST.tsv --root FOLDER --work WORK [--page docs/results.md]

Each network is trained on every fold of artists and with several seeds; the table gives mean and spread, beside simple
baselines on the same folds. The table of measures against overfitting leaves out one at a time, so that each can be
seen by itself. A killed command goes on where it stopped.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import torch

from mgc_desktop.errors import MgcError
from mgc_desktop.training.baselines import BASELINES
from mgc_desktop.training.commands.folds import rival_spread, spread_text, train_repeatedly
from mgc_desktop.training.commands.train import default_cache
from mgc_desktop.training.config import PLAIN, TrainingConfig
from mgc_desktop.training.datasets import Dataset, open_dataset
from mgc_desktop.training.datasets.clip import artists_text
from mgc_desktop.training.networks import registry
from mgc_desktop.training.results import replace_between

MARKS: Final = ("<!-- comparison: from here -->", "<!-- comparison: to here -->")
TABLES: Final = ("report", "ablation")
FIGURES: Final = ("accuracy", "macro_accuracy", "macro_f1")
BASE: Final = TrainingConfig(
    resolution="sixteenth", epochs=16, examples=384, batch=16, frames=312, learning_rate=3e-3, patience=6
)


@dataclass(frozen=True, slots=True)
class Row:
    """A network of a table. `baselines`: below it.

    `once`: with one seed alone, as it takes many networks.
    """

    name: str
    config: TrainingConfig
    baselines: bool = False
    once: bool = False

    @property
    def place(self) -> str:
        """A name for its folder: rows of one configuration share it."""
        values = json.dumps(self.config.to_dict(), sort_keys=True)
        return f"{self.config.name}-{hashlib.sha256(values.encode()).hexdigest()[:8]}"


def report_rows(base: TrainingConfig) -> tuple[Row, ...]:
    """The report's chapters: CNN and LSTM, mel and linear, with and without measures, stacked, and the leaky split."""
    lstm = replace(base, network="lstm")
    return (
        Row("CNN, mel", base, baselines=True),
        Row("LSTM, mel, with measures", lstm),
        Row("LSTM, mel, without measures", lstm.plain()),
        Row("CNN, mel, without measures", base.plain()),
        Row("CNN, linear", replace(base, linear=True)),
        Row("CNN, mel, split at random (leaky)", replace(base, leaky=True), baselines=True),
        Row("Stacked (CNN and LSTM)", replace(base, network="stacked", stack_folds=2), once=True),
    )


def ablation_rows(base: TrainingConfig) -> tuple[Row, ...]:
    """A network with all measures, with one of them left out at a time, and without any."""
    name = base.network.upper()
    left_out: dict[str, dict[str, Any]] = {measure: {measure: value} for measure, value in PLAIN.items()}
    left_out["balance"] = {"balance": False}
    if base.network == "lstm":
        left_out["second layer"] = {"layers": 1}
    rows = [Row(f"{name}, all measures", base)]
    rows += [Row(f"{name}, without {m.replace('_', ' ')}", replace(base, **change)) for m, change in left_out.items()]
    return (*rows, Row(f"{name}, without the first five (--plain)", base.plain()))


@dataclass(frozen=True)
class Bench:
    """Where rows are measured, and how often: on `folds` folds, with `repeats` seeds each."""

    dataset: Dataset
    work: Path
    cache: Path
    folds: int
    repeats: int

    def measure(self, row: Row) -> dict[str, Any]:
        """Mean and spread of each figure, and those of its rivals; kept in the row's folder, so it is done once."""
        output = self.work / row.place
        repeated = train_repeatedly(
            self.dataset, row.config, output, self.cache, folds=self.folds,
            repeats=1 if row.once else self.repeats, baselines=tuple(BASELINES) if row.baselines else (),
        )  # fmt: skip
        rivals = {name: {f: rival_spread(found, f) for f in FIGURES} for name, found in repeated.rivals.items()}
        values = {"figures": {f: repeated.spread(f) for f in FIGURES}, "rivals": rivals, "runs": len(repeated.runs)}
        self._file(row).write_text(json.dumps(values, indent=1), encoding="utf-8")
        return values

    def kept(self, row: Row) -> dict[str, Any] | None:
        """What `measure` kept, None if the row was not measured yet."""
        path = self._file(row)
        if not path.is_file():
            return None
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return values

    def _file(self, row: Row) -> Path:
        return self.work / row.place / f"row-{self.folds}-folds-{1 if row.once else self.repeats}-repeats.json"


def table(rows: Sequence[Row], found: Sequence[dict[str, Any] | None]) -> list[str]:
    """Markdown: one line a network that was measured, its rivals below it."""
    lines = ["| network | runs | accuracy | macro accuracy | macro F1 |", "|---|---|---|---|---|"]
    for row, values in zip(rows, found, strict=True):
        if values is None:
            continue
        cells = " | ".join(spread_text(values["figures"][f]) for f in FIGURES)
        lines.append(f"| {row.name} | {values['runs']} | {cells} |")
        for rival, figures in values["rivals"].items():
            cells = " | ".join(spread_text(figures[f]) for f in FIGURES)
            lines.append(f"| *{rival}* | | {cells} |")
    return lines


def data_line(dataset: Dataset) -> str:
    """What the tables were measured on."""
    counts = Counter(clip.genre for clip in dataset)
    artists = {genre: len({c.artist for c in dataset if c.genre == genre}) for genre in dataset.genres}
    what = ", ".join(f"{genre} {counts[genre]} of {artists[genre]}" for genre in dataset.genres if counts[genre])
    guesses = sum(clip.evidence == "guess" for clip in dataset)
    doubt = f" The labels of {guesses} of them are in doubt: they teach, but never measure." if guesses else ""
    whole = f"{len(dataset)} recordings of {artists_text(dataset.clips)}"
    return f"{whole} (recordings and artists of each genre: {what}).{doubt}"


def main() -> None:
    """The command."""
    options = _options()
    torch.set_num_threads(1)
    dataset = open_dataset(options.dataset, options.kind, root=options.root, genre_column=options.genre_column)
    print(dataset.require_trainable().describe())
    base = replace(
        BASE, epochs=options.epochs, examples=options.examples, frames=options.frames, batch=options.batch,
        learning_rate=options.learning_rate,
    ).check()  # fmt: skip
    benches = [
        Bench(dataset, options.work, options.cache, options.folds, repeats)
        for repeats in (options.repeats, options.ablation_repeats)
    ]
    tables = [report_rows(base), ablation_rows(replace(base, network=options.ablate))]
    for name, bench, rows in zip(TABLES, benches, tables, strict=True):
        for row in rows if name in options.tables else ():
            if bench.kept(row) is None:
                print(f"== {row.name}", flush=True)
                bench.measure(row)
    found = [table(rows, [bench.kept(row) for row in rows]) for bench, rows in zip(benches, tables, strict=True)]
    text = _page(dataset, base, found, options)
    print(text)
    if options.page:
        write_section(options.page, text)


def _page(dataset: Dataset, base: TrainingConfig, tables: Sequence[Sequence[str]], options: argparse.Namespace) -> str:
    lines = [
        data_line(dataset),
        "",
        f"{options.folds} folds by artist; at most {base.epochs} epochs of {base.examples} patches of {base.frames} "
        f"frames at {base.resolution} resolution, {base.batch} a step, learning rate {base.learning_rate:g}. Mean ± "
        "standard deviation over folds, and over seeds within a fold. The leaky row has as many random splits.",
    ]
    for found in tables:
        lines += ["", *found]
    words = [options.dataset.name] + [
        f"--{name.replace('_', '-')} {getattr(options, name)}"
        for name in ("folds", "repeats", "ablation_repeats", "ablate", "epochs", "examples", "frames", "batch")
    ]
    words.append(f"--learning-rate {base.learning_rate:g}")
    command = f"python -m mgc_desktop.training.commands.compare {' '.join(words)}"
    return "\n".join([*lines, "", f"Made by `{command}`."])


def write_section(path: Path, text: str) -> None:
    """Put the section between its marks in the page; the rest of the page stays."""
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    path.write_text(replace_between(before, f"{MARKS[0]}\n\n{text}\n\n{MARKS[1]}", MARKS), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mgc_desktop.training.commands.compare", description=__doc__)
    parser.add_argument("dataset", type=Path, help="a folder of genres, or a list of recordings (.tsv)")
    parser.add_argument("--kind", default="auto")
    parser.add_argument("--root", type=Path)
    parser.add_argument("--genre-column", default="genre")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=default_cache())
    parser.add_argument("--page", type=Path)
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=BASE.epochs)
    parser.add_argument("--examples", type=int, default=BASE.examples)
    parser.add_argument("--frames", type=int, default=BASE.frames)
    parser.add_argument("--batch", type=int, default=BASE.batch)
    parser.add_argument("--learning-rate", type=float, default=BASE.learning_rate)
    parser.add_argument("--ablate", choices=registry.MEMBERS, default="cnn", help="the network of the second table")
    parser.add_argument("--ablation-repeats", type=int, default=1)
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=list(TABLES))
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except MgcError as error:
        raise SystemExit(f"compare: {error}") from error
