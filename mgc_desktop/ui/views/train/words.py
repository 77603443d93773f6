"""What the Train view says, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from mgc_desktop.training_runs.run import Curves, RunProgress, RunState, TrainingRun
from mgc_desktop.ui.views.library.words import number, remaining
from mgc_desktop.ui.wording import joined, percent

FIGURES: Final = {
    "accuracy": "Accuracy",
    "macro_accuracy": "Macro accuracy",
    "macro_f1": "Macro F1",
    "top_3": "Among the first three",
    "roc_auc": "ROC-AUC",
    "calibration_error": "Calibration error",
}
_STEPS: Final = {
    "": "Getting ready",
    "reading": "Reading the data set",
    "features": "Computing spectrograms",
    "measuring": "Measuring on the artists held back",
    "done": "Putting the model away",
}
NO_RUNS: Final = (
    "Train one of the report's networks on your own music, or on MagnaTagATune: a folder for each genre is enough. "
    "It learns in the background, on this computer, can be stopped and resumed, and ends up among the models."
)


def head_line(runs: Sequence[TrainingRun]) -> str:
    """3 runs · 1 at work · 1 finished."""
    counts = {state: sum(run.state is state for run in runs) for state in RunState}
    words = {
        RunState.RUNNING: "at work",
        RunState.FINISHED: "finished",
        RunState.STOPPED: "stopped",
        RunState.FAILED: "failed",
    }
    runs_ = f"{number(len(runs))} run{'' if len(runs) == 1 else 's'}"
    return joined(runs_, *(f"{counts[state]} {word}" for state, word in words.items() if counts[state]))


def state_line(run: TrainingRun) -> str:
    """A run's state in a few words, for the list."""
    if run.state is RunState.RUNNING:
        return joined("learning" if run.progress.step == "learning" else "at work", percent(run.progress.share))
    if run.state is RunState.FAILED:
        return "failed"
    if run.state is RunState.STOPPED:
        return joined("stopped", _learned(run.progress))
    accuracy = figure(run.figures, "macro_accuracy")
    if not run.exported:
        return "finished, not a model"
    return f"macro accuracy {accuracy[0]:.2f}" if accuracy else "a model"


def source_line(run: TrainingRun) -> str:
    """CNN · 1/4 resolution · as in the report · learns from “Music”."""
    if run.order is None:
        return "its order cannot be read"
    return joined(run.order.title, f"learns from “{Path(run.order.source).name or run.order.source}”")


def progress_line(run: TrainingRun, *, exporting: bool = False) -> str:
    """Epoch 4 of 30 · network 2 of 10 · at most 12 min left."""
    progress = run.progress
    if run.state is RunState.FINISHED or exporting:
        return "Making it a model of the program" if exporting else finished_line(run)
    if run.state is RunState.STOPPED:
        return joined("Stopped", _learned(progress), "it goes on where it was")
    if run.state is RunState.FAILED:
        return joined("Failed", _learned(progress))
    left = f"at most {remaining(progress.left)}" if progress.left is not None else None
    if left and progress.left is not None and progress.left < 60:
        left = remaining(progress.left)
    if progress.step == "learning":
        return joined(_where(progress), left)
    return joined(_STEPS.get(progress.step, progress.step), left)


def finished_line(run: TrainingRun) -> str:
    """What became of it."""
    if run.exported:
        return f"Finished: {run.name} is among the models"
    return "Finished, but not among the models"


def _learned(progress: RunProgress) -> str | None:
    """How far it came, None if it learned nothing yet."""
    if not progress.epoch:
        return None
    which = f" of network {progress.network}" if progress.networks > 1 else ""
    return f"after epoch {progress.epoch} of {progress.epochs}{which}"


def _where(progress: RunProgress) -> str | None:
    if not progress.epochs:
        return None
    which = f"network {progress.network} of {progress.networks}" if progress.networks > 1 else None
    return joined(f"Epoch {min(progress.epoch + 1, progress.epochs)} of {progress.epochs}", which)


def figure(figures: Mapping[str, Any], name: str) -> tuple[float, float, float] | None:
    """A measured figure with the ends of its 95 % interval."""
    value = figures.get(name)
    if not isinstance(value, list | tuple) or len(value) != 3:
        return None
    if not all(isinstance(part, int | float) and math.isfinite(part) for part in value):
        return None
    return float(value[0]), float(value[1]), float(value[2])


def accuracy_sentence(figures: Mapping[str, Any]) -> str:
    """The one figure to go by, as a sentence with a space behind it; "" if it was not measured."""
    found = figure(figures, "macro_accuracy")
    return f"Its macro accuracy is {found[0]:.2f} ({found[1]:.2f} to {found[2]:.2f}). " if found else ""


def figure_rows(figures: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Name, value, interval of each figure that was measured."""
    found = ((word, figure(figures, name)) for name, word in FIGURES.items())
    return [(word, f"{f[0]:.2f}", f"{f[1]:.2f} to {f[2]:.2f}") for word, f in found if f is not None]


def measured_line(figures: Mapping[str, Any]) -> str:
    """12 clips of 6 artists that it did not learn from."""
    if not figures:
        return "Nothing was left to measure on."
    clips, artists = figures.get("clips", 0), figures.get("artists", 0)
    split = str(figures.get("split", "grouped by artist"))
    if "BY RECORDING" in split:
        return f"{clips} clips of unknown artists: too good wherever an artist was learned from, too"
    if "UNKNOWN" in split:
        return f"{clips} clips, some of unknown artists: maybe too good"
    whom = "that it did not learn from" if "grouped by artist" in split else "that it learned from, too"
    return f"{clips} clips of {artists} artists {whom}"


BASELINES: Final = {
    "majority": "always the most frequent genre",
    "bands": "logistic regression on the bands",
    "embedding": "logistic regression on the embedding",
}


def genre_table(figures: Mapping[str, Any], baselines: Mapping[str, Any]) -> tuple[str, ...]:
    """Precision and recall of each genre that was measured, then the macro accuracy of the baselines: lines."""
    rows = figures.get("per_genre")
    measured = {g: row for g, row in rows.items() if _count(row, "clips")} if isinstance(rows, Mapping) else {}
    if not measured:
        return ("Nothing was measured yet.",)
    width = max(len(genre) for genre in measured) + 2
    lines = [f"{'genre':<{width}}clips  artists  precision  recall"]
    for genre, row in measured.items():
        values = f"{_count(row, 'clips'):>5.0f}{_count(row, 'artists'):>9.0f}"
        lines.append(f"{genre:<{width}}{values}{_count(row, 'precision'):>11.2f}{_count(row, 'recall'):>8.2f}")
    known = [(word, figure(baselines.get(name, {}), "macro_accuracy")) for name, word in BASELINES.items()]
    if any(found for _, found in known):
        lines += ["", "macro accuracy of simple answers to the same clips:"]
        lines += [f"  {found[0]:.2f}  {word}" for word, found in known if found]
    return tuple(lines)


def confusion_counts(figures: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...]]:
    """The genres that were measured or predicted, and the counts of each pair; empty where there is no whole matrix."""
    genres, counts = figures.get("genres"), figures.get("confusion")
    if not isinstance(genres, list) or not isinstance(counts, list) or len(counts) != len(genres):
        return (), ()
    if not all(isinstance(row, list) and len(row) == len(genres) for row in counts):
        return (), ()
    kept = [i for i in range(len(genres)) if sum(counts[i]) or any(row[i] for row in counts)]
    return tuple(str(genres[i]) for i in kept), tuple(tuple(int(counts[i][j]) for j in kept) for i in kept)


def _count(row: object, name: str) -> float:
    value = row.get(name) if isinstance(row, Mapping) else None
    return float(value) if isinstance(value, int | float) else 0.0


def network_name(folder: str) -> str:
    """What the network in a folder of a run is called."""
    if not folder:
        return "The model"
    names = {"cnn": "CNN", "lstm": "LSTM"}
    parts = folder.split("/")
    told = []
    for part in parts:
        if part.startswith("fold-"):
            told.append(f"{names.get(part.split('-')[1], part)}, a fold")
        else:
            told.append(names.get(part, part))
    return " › ".join(told)


def reading(curves: Curves, epoch: int, name: str) -> str:
    """Epoch 5: validation 0.432, training 0.380."""
    parts = []
    for prefix, word in (("valid_", "validation"), ("train_", "training")):
        values = curves.get(prefix + name)
        if epoch < len(values) and math.isfinite(values[epoch]):
            parts.append(f"{word} {values[epoch]:.3f}")
    return f"Epoch {epoch + 1}: {', '.join(parts)}" if parts else ""
