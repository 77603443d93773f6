"""`MODEL_CARD.md`: a model's metadata and its head's, for people to read. Written from them, never by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from mgc_desktop.inference.figures import MEASURED_KEYS
from mgc_desktop.inference.head import Head
from mgc_desktop.inference.metadata import ModelMetadata
from mgc_desktop.training.card import figures_text

CARD: Final = "MODEL_CARD.md"


def write_card(folder: Path) -> None:
    """Write the card of the model in `folder`."""
    metadata = ModelMetadata.load(folder)
    head = Head.load(folder / metadata.head.file, metadata.head.sha256) if metadata.head else None
    heads = {name: Head.load(folder / record.file, record.sha256) for name, record in metadata.heads.items()}
    (folder / CARD).write_text(render(metadata, head, heads), encoding="utf-8")


def render(metadata: ModelMetadata, head: Head | None, heads: Mapping[str, Head] = MappingProxyType({})) -> str:
    """The card as Markdown."""
    parts = [
        f"# {metadata.title}\n\n{metadata.summary}",
        _facts(metadata, head),
        f"## What it learned from\n\n{metadata.learned_from}",
    ]
    if head is not None:
        parts.append(f"## The genre head\n\n{head.fitted_on}")
        parts += _measured(head.measured)
    for identity, other in heads.items():
        parts.append(
            f"## The head for the genres '{identity}'\n\n{other.fitted_on} Version {other.version}; says “unsure” "
            f"under {other.calibration.unsure_below:.0%}, temperature {other.calibration.song_temperature:.3g}."
        )
        parts += _measured(other.measured)
    parts.append(f"## Where it is weak\n\n{metadata.weaknesses}")
    parts += _measured({key: value for key, value in metadata.figures.items() if key not in MEASURED_KEYS})
    if "accuracy" in metadata.figures:
        parts += ["### All figures of the head for the model's own genres", *figures_text(metadata.figures)]
    parts.append(f"## Source and licence\n\n{metadata.source}\n\n{metadata.licence}")
    return "\n\n".join(parts) + "\n"


def _facts(metadata: ModelMetadata, head: Head | None) -> str:
    patch, mel = metadata.input, metadata.mel
    calibration = head.calibration if head else metadata.calibration
    assert calibration is not None  # the metadata has one or the other
    rows = {
        "Name, version": f"`{metadata.name}`, {metadata.version}" + (f", head {head.version}" if head else ""),
        "Role": metadata.role,
        "Hears": f"{mel.n_mels} mel bands of {mel.sr} Hz sound (n_fft {mel.n_fft}, hop {mel.hop_length}, up to "
        f"{mel.fmax:g} Hz), patches of {patch.seconds:.2f} s, {patch.resolution} resolution",
        "Genres": ", ".join(head.genres if head else metadata.genres),
        "Other outputs": f"{len(metadata.tags)} tags, an embedding of {metadata.embedding} numbers"
        if metadata.tags
        else "none",
        "Pooling over a song": f"{calibration.pooling.replace('_', ' ')}, temperature "
        f"{calibration.song_temperature:.3g} (segments {calibration.segment_temperature:.3g})",
        "Says “unsure”": f"where the highest probability is under {calibration.unsure_below:.0%}",
        "SHA-256": f"`{metadata.model.sha256}`",
    }
    return "| | |\n|---|---|\n" + "\n".join(f"| {name} | {value} |" for name, value in rows.items())


def _measured(figures: dict[str, Any]) -> list[str]:
    """One section for each entry: text, a number, a flat object, or a table of rows."""
    return [f"### {_words(title)}\n\n{_value(value)}" for title, value in figures.items()]


def _value(value: Any) -> str:
    if isinstance(value, dict):
        if value and all(isinstance(row, dict) for row in value.values()):
            return _table([{"": name, **row} for name, row in value.items()])
        return "\n".join(f"- {_words(name)}: {_cell(item)}" for name, item in value.items())
    if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        return _table(value)
    return _cell(value)


def _table(rows: list[dict[str, Any]]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [[_words(name) for name in columns], ["---"] * len(columns)]
    lines += [[_cell(row.get(name, "")) for name in columns] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _words(key: str) -> str:
    return key.replace("_", " ")


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, list):
        return ", ".join(_cell(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{_words(name)} {_cell(item)}" for name, item in value.items())
    return str(value)
