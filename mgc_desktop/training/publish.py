"""Put what was measured into the models' own metadata and cards, and decide which are good enough to offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from mgc_desktop.inference.metadata import ModelMetadata, Role
from mgc_desktop.training.card import write_card
from mgc_desktop.training.evaluate import Measured

ENOUGH: Final = 0.5  # macro accuracy below which a model is an exhibit, and not offered for tagging


def role_of(figures: dict[str, Any]) -> Role:
    """`offered` if the genres measured were found half of the time or more, each counting the same."""
    return "offered" if figures and figures["macro_accuracy"][0] >= ENOUGH else "exhibit"


def publish(measured: Sequence[Measured], models: Path) -> list[str]:
    """Rewrite metadata and card of each measured model in `models`; a default stays the default. A line for each."""
    lines = []
    for m in measured:
        folder = models / m.name
        before = ModelMetadata.load(folder)
        role = before.role if before.role == "default" else role_of(m.figures)
        after = replace(before, role=role, figures={**m.figures, "cost": asdict(m)["cost"]})
        after.save(folder)
        write_card(after, (folder / after.model.file).stat().st_size, folder / "MODEL_CARD.md")
        lines.append(f"{m.name}: {role}")
    return lines
