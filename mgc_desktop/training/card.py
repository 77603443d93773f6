"""`MODEL_CARD.md`: what a model is, what it learned from, how good it is and where it is weak, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from mgc_desktop.inference.metadata import ModelMetadata, Role

_ROLES = {
    "default": "The program uses this model unless told otherwise.",
    "offered": "The program offers this model for choice.",
    "exhibit": "An exhibit of the report: too weak to tag with, and never offered for it.",
}


ENOUGH: Final = 0.5  # macro accuracy below which a model is an exhibit, and not offered for tagging


def role_of(figures: Mapping[str, Any]) -> Role:
    """`offered` if the genres measured were found half of the time or more, each counting the same."""
    return "offered" if figures and figures["macro_accuracy"][0] >= ENOUGH else "exhibit"


def write_card(metadata: ModelMetadata, size: int, path: Path) -> None:
    """Write the card of a model whose network has `size` bytes."""
    path.write_text(card(metadata, size), encoding="utf-8")


def card(metadata: ModelMetadata, size: int) -> str:
    """The card as Markdown."""
    heard = metadata.input
    bands, frames = heard.shape
    parts = [
        f"# {metadata.title}",
        metadata.summary,
        _ROLES[metadata.role],
        "## What it hears",
        f"Mel-spectrograms of {heard.mel.n_mels} bands at {heard.mel.sr} Hz in patches of {heard.seconds:.1f} s, at "
        f"{heard.resolution} resolution: {bands} × {frames} points. The file has {size / 1e6:.2f} MB.",
        "## What it learned from",
        metadata.learned_from,
        "## How good it is",
        *figures_text(metadata.figures),
        "## Where it is weak",
        metadata.weaknesses,
        "## Source and licence",
        f"{metadata.source}\n\n{metadata.licence}".strip(),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def figures_text(figures: dict[str, Any]) -> list[str]:
    """A table of what `metrics.measure` gave, and the genres that were there to be found."""
    if "accuracy" not in figures:
        return ["Not measured."]
    head = (
        f"Measured on {figures['clips']} recordings of {figures['artists']} artists"
        + (f" ({figures['split']})" if "split" in figures else "")
        + ". Intervals: 95 %, resampling artists."
    )
    names = ("accuracy", "macro_accuracy", "macro_f1", "top_3", "roc_auc", "calibration_error")
    rows = ["| figure | value | 95 % interval |", "|---|---|---|"]
    for name in names:
        value, low, high = figures[name]
        rows.append(f"| {name.replace('_', ' ')} | {value:.2f} | {low:.2f} to {high:.2f} |")
    genres = ["| genre | recordings | artists | precision | recall |", "|---|---|---|---|---|"]
    present = {genre: row for genre, row in figures["per_genre"].items() if row["clips"]}
    for genre, row in present.items():
        counts = f"{row['clips']:.0f} | {row['artists']:.0f}"
        genres.append(f"| {genre} | {counts} | {row['precision']:.2f} | {row['recall']:.2f} |")
    missing = [genre for genre in figures["per_genre"] if genre not in present]
    note = f"Nothing is known of {', '.join(missing)}: the test has no recording of them." if missing else ""
    return [head, "\n".join(rows), "\n".join(genres), *([note] if note else [])]
