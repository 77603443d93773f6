"""What is kept and said of a run when it has ended, for any list of genres: tables, pictures, predictions."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from mgc_desktop.csv_cells import safe_row
from mgc_desktop.training.baselines import BASELINES
from mgc_desktop.training.datasets.clip import artists_text
from mgc_desktop.training.metrics import Scores
from mgc_desktop.training.plots import draw_confusion, draw_curves
from mgc_desktop.training.result import TrainingResult

NAMES: Final = ("accuracy", "macro_accuracy", "macro_f1", "top_3", "roc_auc", "calibration_error")
_SHORT: Final = ("accuracy", "macro_accuracy", "macro_f1")


def write_report(result: TrainingResult) -> None:
    """Write `figures.json`, `confusion.png`, `curves.png` and `predictions.csv` into the run's folder."""
    folder = result.folder
    values = {"figures": result.figures, "baselines": result.baselines, "members": result.members}
    (folder / "figures.json").write_text(json.dumps(values, indent=1, ensure_ascii=False), encoding="utf-8")
    for path in sorted(folder.rglob("curves.csv")):
        below = path.parent.relative_to(folder).as_posix()
        draw_curves(read_curves(path), below if below != "." else folder.name, path.with_suffix(".png"))
    if result.scores is not None:
        draw_confusion(result.figures["confusion"], result.genres, folder.name, folder / "confusion.png")
        write_predictions(result.scores, [clip.clip_id for clip in result.tested], folder / "predictions.csv")


def read_curves(path: Path) -> list[dict[str, float]]:
    """The rows of a `curves.csv`."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def write_predictions(scores: Scores, clip_ids: Iterable[str], path: Path) -> None:
    """One row a clip: what it is, what was said, how confident, and the probability of each genre."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["clip", "artist", "true", "predicted", "right", "confidence", *safe_row(scores.genres)])
        for i, clip_id in enumerate(clip_ids):
            true, said = scores.genres[scores.labels[i]], scores.genres[scores.predicted[i]]
            confidence = float(scores.probabilities[i].max())
            each = [f"{p:.4f}" for p in scores.probabilities[i]]
            told = [clip_id, scores.artists[i], true, said, int(true == said), f"{confidence:.4f}", *each]
            rows.writerow(safe_row(told))


def describe(result: TrainingResult) -> str:
    """Figures, the same of members and baselines on the same clips, and precision and recall of each genre: lines."""
    lines = [f"note: {note}" for note in result.notes]
    figures = result.figures
    if not figures:
        return "\n".join([*lines, "No clip with a stated genre was left to measure on."])
    lines.append(f"{figures['split']}: {figures['clips']} clips of {artists_text(result.tested)}")
    for name in NAMES:
        value, low, high = figures[name]
        lines.append(f"  {name.replace('_', ' '):<18}{value:.3f}  ({low:.3f} to {high:.3f})")
    lines += ["", "on the same clips:", *side_by_side(result), "", *genre_lines(figures)]
    return "\n".join(lines)


def side_by_side(result: TrainingResult) -> list[str]:
    """The network, its members and the baselines, one a line."""
    named: dict[str, Mapping[str, Any]] = {f"this network ({result.config.name})": result.figures}
    named |= {f"  its {name.upper()} alone": figures for name, figures in result.members.items()}
    named |= {f"baseline: {BASELINES[name]}": figures for name, figures in result.baselines.items()}
    width = max(len(name) for name in named) + 2
    lines = [f"  {'':<{width}}" + "".join(f"{name.replace('_', ' '):>16}" for name in _SHORT)]
    for name, figures in named.items():
        lines.append(f"  {name:<{width}}" + "".join(f"{figures[figure][0]:>16.3f}" for figure in _SHORT))
    return lines


def genre_lines(figures: Mapping[str, Any]) -> list[str]:
    """Precision and recall of each genre that was there to be found."""
    width = max(len(genre) for genre in figures["genres"]) + 2
    lines = [f"  {'genre':<{width}}  clips  artists  precision  recall"]
    alone = []
    for genre, row in figures["per_genre"].items():
        if not row["clips"]:
            continue
        if row["artists"] < 2:
            alone.append(genre)
        counts = f"{row['clips']:>7.0f}{row['artists']:>9.0f}"
        lines.append(f"  {genre:<{width}}{counts}{row['precision']:>11.2f}{row['recall']:>8.2f}")
    absent = [genre for genre, row in figures["per_genre"].items() if not row["clips"]]
    if absent:
        lines.append(f"  not measured, as the test part has none of them: {', '.join(absent)}")
    if alone:
        lines.append(f"  of a single artist, so that nothing can be said of others: {', '.join(alone)}")
    return lines


def mean_and_spread(values: Iterable[float]) -> tuple[float, float]:
    """Mean and standard deviation (of a sample; 0 for a single value)."""
    all_ = np.array(list(values))
    return float(all_.mean()), float(all_.std(ddof=1)) if len(all_) > 1 else 0.0
