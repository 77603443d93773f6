"""The measured figures of a model, as `mgc evaluate --publish` writes them into the metadata's `figures`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

# Increased when the meaning of a key changes. Figures without a format are of the first version, which equals 1.
FIGURES_FORMAT: Final = 1
_NAMES: Final = ("accuracy", "macro_accuracy", "macro_f1", "top_3", "roc_auc", "calibration_error")
MEASURED_KEYS: Final = frozenset(
    {
        "format",
        "clips",
        "artists",
        "genres",
        *_NAMES,
        "per_genre",
        "confusion",
        "calibration",
        "coverage",
        "split",
        "cost",
    }
)


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure, and its 95 % interval from a bootstrap over artists."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class GenreFigures:
    """The figures of one genre: shares 0..1, and the number of its recordings and artists in the test set."""

    precision: float
    recall: float
    f1: float
    clips: int
    artists: int


@dataclass(frozen=True, slots=True)
class Cost:
    """`network_ms`, `sound_ms`: milliseconds for a clip of 30 s in the network, and in decoding and spectrogram."""

    parameters: int
    megabytes: float
    network_ms: float
    sound_ms: float


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """`confusion`: rows are true, columns predicted genres, in the order of `genres`. `split`: the test set."""

    clips: int
    artists: int
    genres: tuple[str, ...]
    accuracy: Interval
    macro_accuracy: Interval
    macro_f1: Interval
    top_3: Interval
    roc_auc: Interval
    calibration_error: Interval
    per_genre: Mapping[str, GenreFigures]
    confusion: tuple[tuple[int, ...], ...]
    split: str
    cost: Cost | None

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Figures | None:
        """The figures, None if there are none. Raises ValueError, TypeError or KeyError if they are not understood."""
        if "accuracy" not in values:
            return None
        if values.get("format", FIGURES_FORMAT) != FIGURES_FORMAT:
            raise ValueError(
                f"figures of format {values['format']}, but this version of the program reads {FIGURES_FORMAT}"
            )
        genres = tuple(map(str, values["genres"]))
        confusion = tuple(tuple(int(count) for count in row) for row in values["confusion"])
        if {len(confusion), *map(len, confusion)} != {len(genres)}:
            raise ValueError("the confusion matrix does not fit the genres")
        return cls(
            clips=int(values["clips"]),
            artists=int(values["artists"]),
            genres=genres,
            **{name: _interval(values[name]) for name in _NAMES},
            per_genre={genre: _of_genre(values["per_genre"][genre]) for genre in genres},
            confusion=confusion,
            split=str(values.get("split", "")),
            cost=_cost(values["cost"]) if "cost" in values else None,
        )


def _interval(values: Sequence[float]) -> Interval:
    value, low, high = map(float, values)
    return Interval(value, low, high)


def _of_genre(row: Mapping[str, float]) -> GenreFigures:
    precision, recall, f1 = (float(row[name]) for name in ("precision", "recall", "f1"))
    return GenreFigures(precision, recall, f1, int(row["clips"]), int(row["artists"]))


def _cost(row: Mapping[str, float]) -> Cost:
    return Cost(
        int(row["parameters"]), float(row["megabytes"]), float(row["ms_per_clip"]), float(row["sound_ms_per_clip"])
    )
