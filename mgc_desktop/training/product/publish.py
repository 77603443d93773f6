"""Put what was measured into the models' own metadata and cards, and decide which are good enough to offer.

`mgc evaluate --publish` does it with what it has just measured. What was measured before is published again by
python -m mgc_desktop.training.product.publish docs/results.json models
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mgc_desktop.inference.figures import FIGURES_FORMAT, MEASURED_KEYS
from mgc_desktop.inference.metadata import ModelMetadata
from mgc_desktop.training.card import role_of, write_card
from mgc_desktop.training.commands.evaluate import Measured
from mgc_desktop.training.product.backbone import card as backbone_card
from mgc_desktop.training.results import read_results


def publish(measured: Sequence[Measured], models: Path) -> list[str]:
    """Rewrite metadata and card of each measured model in `models`; a default stays the default. A line for each.

    Figures of another kind, such as those of the backbone, stay beside the new ones.
    """
    lines = []
    for m in measured:
        folder = models / m.name
        before = ModelMetadata.load(folder)
        role = before.role if before.role == "default" else role_of(m.figures)
        other = {key: value for key, value in before.figures.items() if key not in MEASURED_KEYS}
        figures = {**other, "format": FIGURES_FORMAT, **m.figures, "cost": m.cost}
        after = replace(before, role=role, figures=figures)
        after.save(folder)
        if after.head is not None:
            backbone_card.write_card(folder)
        else:
            write_card(after, (folder / after.model.file).stat().st_size, folder / "MODEL_CARD.md")
        lines.append(f"{m.name}: {role}")
    return lines


if __name__ == "__main__":
    print(*publish(read_results(Path(sys.argv[1])), Path(sys.argv[2])), sep="\n")
