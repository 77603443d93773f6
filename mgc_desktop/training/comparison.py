"""The report's own comparisons, with its plain networks from scratch, on music that is at hand:

    python -m mgc_desktop.training.comparison MUSIC --work FOLDER [--page docs/results.md]

Mel against linear spectrograms, CNN against LSTM with and without the measures against overfitting, and what a split at
random inflates, at 1/16 resolution, where a network learns in minutes. No corpus with true labels is at hand that is
large enough for it, so each recording's label is what the default model says of it where it is sure, and the figures
tell how often a network says the same: they compare networks with each other and say nothing of true genres.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from mgc_desktop.errors import MgcError
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.registry import load
from mgc_desktop.pipeline import Excerpt, analyze
from mgc_desktop.training.datasets import Dataset, open_dataset
from mgc_desktop.training.datasets.clip import Clip
from mgc_desktop.training.datasets.open import ALBUM_GENRES
from mgc_desktop.training.evaluate import middle
from mgc_desktop.training.loop import TrainConfig
from mgc_desktop.training.results import replace_between
from mgc_desktop.training.splits import leaky_split
from mgc_desktop.training.teach import Order, teach

SECONDS: Final = 60.0  # from the middle of each recording
SURE: Final = 0.6
FEWEST: Final = 6  # artists of a genre
MARKS: Final = ("<!-- comparison: from here -->", "<!-- comparison: to here -->")
_CONFIG: Final = TrainConfig(epochs=16, examples_per_epoch=1024, batch_size=32, patience=5)


@dataclass(frozen=True, slots=True)
class Run:
    """A network, and how it is split: one row of the table."""

    name: str
    order: Order
    leaky: bool = False


RUNS: Final = (
    Run("CNN, mel", Order("cnn", "sixteenth")),
    Run("CNN, mel, split at random", Order("cnn", "sixteenth"), leaky=True),
    Run("CNN, linear", Order("cnn", "sixteenth", linear=True)),
    Run("LSTM, mel, plain", Order("lstm", "sixteenth", plain=True)),
    Run("LSTM, mel, with the measures", Order("lstm", "sixteenth")),
)


def labelled_by(model: Classifier, dataset: Dataset, kept: Path) -> Dataset:
    """The middle of each recording, its genre the model's verdict where it is sure; rare genres are left out.

    Verdicts are kept in the file `kept`, so that only the first run listens.
    """
    verdicts: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    clips = []
    for clip in (middle(clip, SECONDS) for clip in dataset):
        if clip.clip_id not in verdicts:
            verdicts[clip.clip_id] = _verdict(model, clip)
        genre, confidence = verdicts[clip.clip_id]
        if genre is not None and confidence >= SURE:
            clips.append(replace(clip, genre=genre, evidence="stated"))
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(verdicts), encoding="utf-8")
    artists = defaultdict(set)
    for clip in clips:
        artists[clip.genre].add(clip.artist)
    known = [clip for clip in clips if len(artists[clip.genre]) >= FEWEST]
    genres = tuple(genre for genre in model.genres if genre in {clip.genre for clip in known})
    return Dataset("free game music, labelled by the default model", tuple(known), genres)


def _verdict(model: Classifier, clip: Clip) -> tuple[str | None, float]:
    excerpts = () if clip.end is None else (Excerpt(clip.start, clip.end - clip.start),)
    try:
        heard = analyze(clip.path, model, excerpts=excerpts)
    except MgcError:
        return None, 0.0
    return heard.genre, heard.confidence


def compare(dataset: Dataset, work: Path, seeds: Sequence[int], runs: Sequence[Run] = RUNS) -> list[str]:
    """Train and measure every run with each seed (of split and network); the table's lines.

    Killed, it goes on where it stopped.
    """
    rows = []
    for run in runs:
        figures = [_measure(dataset, run, seed, work) for seed in seeds]
        cells = []
        for name in ("accuracy", "macro_accuracy"):
            values = [f[name][0] for f in figures]
            each = f" ({', '.join(f'{v:.2f}' for v in values)})" if len(values) > 1 else ""
            cells.append(f"{np.mean(values):.2f}{each}")
        counts = f"{np.mean([f['clips'] for f in figures]):.0f} | {np.mean([f['artists'] for f in figures]):.0f}"
        split = "at random" if run.leaky else "by artist"
        rows.append(f"| {run.name} | {run.order.resolution} | {split} | {counts} | {' | '.join(cells)} |")
    return rows


def _measure(dataset: Dataset, run: Run, seed: int, work: Path) -> dict[str, Any]:
    order = replace(run.order, config=replace(_CONFIG, seed=seed))
    output = work / f"{run.name.replace(', ', '-').replace(' ', '-')}-{seed}"
    done = output / "figures.json"
    if not done.is_file():
        split = leaky_split(dataset.clips, seed) if run.leaky else None
        figures = teach(dataset, order, output, work / "cache", split=split).figures
        done.write_text(json.dumps(figures), encoding="utf-8")
    found: dict[str, Any] = json.loads(done.read_text(encoding="utf-8"))
    return found


def page(dataset: Dataset, rows: Sequence[str], seeds: Sequence[int]) -> str:
    """The section of the results page."""
    counts = Counter(clip.genre for clip in dataset)
    artists = {genre: len({c.artist for c in dataset if c.genre == genre}) for genre in dataset.genres}
    what = ", ".join(f"{genre} {counts[genre]} of {artists[genre]}" for genre in dataset.genres)
    return "\n".join(
        (
            f"{len(dataset)} recordings of {len({c.artist for c in dataset})} artists (recordings and artists of each "
            f"genre: {what}), the {SECONDS:g} s in the middle of each. Agreement with the default model on the test "
            + (
                "part of one split."
                if len(seeds) == 1
                else f"parts: the mean of {len(seeds)} splits, and each of them."
            ),
            "",
            "| network | resolution | split | test recordings | test artists | agreement | macro agreement |",
            "|---|---|---|---|---|---|---|",
            *rows,
        )
    )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m mgc_desktop.training.comparison", description=__doc__)
    parser.add_argument("music", type=Path, help="where fetch_free_music unpacked the recordings")
    parser.add_argument("--tracks", type=Path, default=ALBUM_GENRES.with_name("free_music.tsv"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--page", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args()
    torch.set_num_threads(1)
    tracks = open_dataset(options.tracks, "tracks", root=options.music)
    dataset = labelled_by(load(), tracks, options.work / "verdicts.json")
    print(dataset.describe())
    text = page(dataset, compare(dataset, options.work, options.seeds), options.seeds)
    print(text)
    if options.page:
        before = options.page.read_text(encoding="utf-8")
        options.page.write_text(replace_between(before, f"{MARKS[0]}\n\n{text}\n\n{MARKS[1]}", MARKS), encoding="utf-8")


if __name__ == "__main__":
    main()
