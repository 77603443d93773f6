"""The measured figures of the models, from their metadata: a confusion matrix each, and one sortable table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mgc_desktop.analysis.confusion import Matrix, Table
from mgc_desktop.errors import MgcError
from mgc_desktop.inference.figures import Figures
from mgc_desktop.inference.jsonfile import model_errors
from mgc_desktop.inference.metadata import FILE_NAME

if TYPE_CHECKING:  # importing it would load ONNX Runtime
    from mgc_desktop.inference.registry import ModelEntry

RESOLUTIONS: Final = ("full", "quarter", "sixteenth")


@dataclass(frozen=True, slots=True, eq=False)
class ModelFiguresRow:
    """A model in the comparison. `figures`: None if there are none; `reason`: why it cannot be used, or why its figures
    cannot be read."""

    name: str
    title: str
    role: str
    resolution: str
    figures: Figures | None
    reason: str = ""
    weaknesses: str = ""

    @property
    def usable(self) -> bool:
        """Whether the model can be used."""
        return not self.reason

    @property
    def matrix(self) -> Matrix | None:
        """The confusion matrix on the test set, for the genres in it."""
        if self.figures is None:
            return None
        counts = np.array(self.figures.confusion, np.int64)
        genres = self.figures.genres
        return Matrix(genres, genres, counts, len(genres))


class ModelColumn(Enum):
    """The columns of the comparison: title, and sort key (None sorts last)."""

    MODEL = "Model"
    RESOLUTION = "Resolution"
    ACCURACY = "Accuracy"
    MACRO_ACCURACY = "Macro accuracy"
    MACRO_F1 = "Macro F1"
    PARAMETERS = "Parameters"
    MEGABYTES = "MB"
    TIME = "ms per clip"
    CLIPS = "Clips"
    ARTISTS = "Artists"

    @property
    def is_text(self) -> bool:
        """Whether the column has text."""
        return self in (ModelColumn.MODEL, ModelColumn.RESOLUTION)


Key = str | float | None
_KEYS: Final[dict[ModelColumn, Callable[[Figures], Key]]] = {
    ModelColumn.ACCURACY: lambda f: f.accuracy.value,
    ModelColumn.MACRO_ACCURACY: lambda f: f.macro_accuracy.value,
    ModelColumn.MACRO_F1: lambda f: f.macro_f1.value,
    ModelColumn.PARAMETERS: lambda f: float(f.cost.parameters) if f.cost else None,
    ModelColumn.MEGABYTES: lambda f: f.cost.megabytes if f.cost else None,
    ModelColumn.TIME: lambda f: f.cost.network_ms if f.cost else None,
    ModelColumn.CLIPS: lambda f: float(f.clips),
    ModelColumn.ARTISTS: lambda f: float(f.artists),
}


def model_rows(entries: Iterable[ModelEntry]) -> list[ModelFiguresRow]:
    """The models in their order, each with the reason if it cannot be used or its figures cannot be read."""
    return [_row(entry) for entry in entries]


def _row(entry: ModelEntry) -> ModelFiguresRow:
    meta = entry.metadata
    if meta is None:
        return ModelFiguresRow(
            entry.name, entry.name, "unusable", "", None, entry.reason or "Its metadata cannot be read."
        )
    figures, reason = None, entry.reason or ""
    try:
        with model_errors(entry.folder / FILE_NAME):
            figures = Figures.from_dict(meta.figures)
    except MgcError as error:
        reason = reason or str(error)
    role = meta.role if entry.usable else "unusable"
    return ModelFiguresRow(entry.name, meta.title, role, meta.resolution, figures, reason, meta.weaknesses)


def key_of(row: ModelFiguresRow, column: ModelColumn) -> Key:
    """The sort key of a row in a column; None if the value is unknown."""
    if column is ModelColumn.MODEL:
        return row.name
    if column is ModelColumn.RESOLUTION:
        return f"{RESOLUTIONS.index(row.resolution)}" if row.resolution in RESOLUTIONS else None
    return None if row.figures is None else _KEYS[column](row.figures)


def sorted_rows(
    rows: Sequence[ModelFiguresRow], column: ModelColumn, *, descending: bool = False
) -> list[ModelFiguresRow]:
    """The rows sorted by a column; rows without a value are last in either direction."""
    known = [row for row in rows if key_of(row, column) is not None]
    rest = [row for row in rows if key_of(row, column) is None]
    return sorted(known, key=lambda row: key_of(row, column), reverse=descending) + rest  # type: ignore[arg-type,return-value]


def comparison_table(rows: Sequence[ModelFiguresRow]) -> Table:
    """The rows of a CSV file, one for each model, each figure with its interval."""
    intervals = ("accuracy", "macro_accuracy", "macro_f1", "top_3", "roc_auc", "calibration_error")
    ends = [f"{name}{end}" for name in intervals for end in ("", "_low", "_high")]
    costs = ("parameters", "megabytes", "network_ms_per_clip", "sound_ms_per_clip")
    header = ("model", "resolution", "role", *ends, *costs, "clips", "artists", "reason")
    return header, [
        (row.name, row.resolution, row.role, *_numbers(row, intervals, len(costs)), row.reason) for row in rows
    ]


def _numbers(row: ModelFiguresRow, intervals: Sequence[str], costs: int) -> list[Any]:
    figures = row.figures
    if figures is None:
        return [""] * (3 * len(intervals) + costs + 2)
    found = [getattr(figures, name) for name in intervals]
    ends = [part for interval in found for part in (interval.value, interval.low, interval.high)]
    cost = figures.cost
    spent = ["" for _ in range(costs)] if cost is None else [
        cost.parameters, cost.megabytes, cost.network_ms, cost.sound_ms
    ]  # fmt: skip
    return [*ends, *spent, figures.clips, figures.artists]


def genre_table(figures: Figures) -> Table:
    """The rows of a CSV file, one for each genre."""
    rows: list[tuple[Any, ...]] = [
        (name, g.clips, g.artists, g.precision, g.recall, g.f1) for name, g in figures.per_genre.items()
    ]
    return ("genre", "recordings", "artists", "precision", "recall", "F1"), rows
