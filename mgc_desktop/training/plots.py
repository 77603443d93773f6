"""Pictures of a run: the confusion matrix and the learning curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.training.libraries import import_pyplot

_LONG = 30  # genres beyond which no numbers fit into the cells


def draw_confusion(
    counts: NDArray[np.integer] | Sequence[Sequence[int]], genres: Sequence[str], title: str, path: Path
) -> None:
    """A confusion matrix `(genres, genres)` of counts, rows true and columns predicted, as PNG."""
    pyplot = import_pyplot()
    matrix = np.asarray(counts)
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    side = max(5.0, 0.45 * len(genres) + 1.5)
    figure, axes = pyplot.subplots(figsize=(side + 1, side))
    axes.imshow(share, vmin=0, vmax=1, cmap="Blues")
    if len(genres) <= _LONG:
        for i, j in np.argwhere(matrix > 0):
            colour = "white" if share[i, j] > 0.6 else "black"
            axes.text(j, i, str(matrix[i, j]), ha="center", va="center", color=colour)
    axes.set_xticks(range(len(genres)), genres, rotation=60, ha="right")
    axes.set_yticks(range(len(genres)), genres)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    axes.set_title(title)
    _save(pyplot, figure, path)


def draw_curves(rows: Sequence[Mapping[str, float]], title: str, path: Path) -> None:
    """Loss and accuracy by epoch, of the part that teaches (measured clean) and of validation, side by side, as PNG."""
    pyplot = import_pyplot()
    figure, (loss, accuracy) = pyplot.subplots(1, 2, figsize=(10, 4))
    epochs = [row["epoch"] + 1 for row in rows]
    lines = (
        (loss, "valid_loss", "validation", "-"), (loss, "train_loss", "training, measured clean", "-"),
        (loss, "shown_loss", "training, as shown (varied)", ":"),
        (accuracy, "valid_macro_accuracy", "validation", "-"),
        (accuracy, "train_macro_accuracy", "training, measured clean", "-"),
    )  # fmt: skip
    for axes, name, label, style in lines:
        if rows and name in rows[0]:
            axes.plot(epochs, [row[name] for row in rows], style, label=label)
    losses = [row["valid_loss"] for row in rows]
    for axes, name in ((loss, "loss"), (accuracy, "macro accuracy")):
        if losses:
            axes.axvline(epochs[int(np.argmin(losses))], color="grey", linewidth=1, linestyle="--", label="best epoch")
        axes.set_xlabel("epoch")
        axes.set_ylabel(name)
        axes.legend(fontsize=7)
    accuracy.set_ylim(0, 1)
    figure.suptitle(title)
    _save(pyplot, figure, path)


def _save(pyplot: Any, figure: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(path, dpi=80)
    pyplot.close(figure)
