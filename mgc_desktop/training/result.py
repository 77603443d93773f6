"""`TrainingResult`: a trained network, how its logits are read, and what it is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import nn

from mgc_desktop.inference.calibration import Calibration
from mgc_desktop.training.config import TrainingConfig
from mgc_desktop.training.datasets.clip import Clip, Dataset, artists_text
from mgc_desktop.training.metrics import Scores
from mgc_desktop.training.splits import Split


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """What a run ends with.

    `figures`: what the test part says of it (`metrics.measure`), {} if nothing was left to measure on. `baselines` and
    `members` (of a stacked network): the same figures of others on the same part, by name. `scores`: the probabilities
    behind the figures, of the clips in `tested`. `notes`: what whoever uses the network should know.
    """

    network: nn.Module
    config: TrainingConfig
    dataset: Dataset
    split: Split
    folder: Path
    calibration: Calibration
    figures: Mapping[str, Any] = field(default_factory=dict)
    baselines: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    members: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    scores: Scores | None = None
    tested: tuple[Clip, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def genres(self) -> tuple[str, ...]:
        """What the network tells apart, in the order of its outputs."""
        return self.dataset.genres

    @property
    def learned_from(self) -> str:
        """Clips and artists of each part, for the model card; the test part is not among what it learned from."""
        learned, chosen, held = (self.split.pick(self.dataset.clips, part) for part in ("train", "valid", "test"))
        lines = [f"{self.dataset.name}: {len(learned)} clips of {artists_text(learned)}."]
        for genre in self.genres:
            own = [c for c in learned if c.genre == genre]
            if own:
                lines.append(f"- {genre}: {len(own)} clips of {artists_text(own)}")
        lines.append(
            f"\nIts best epoch and its calibration were chosen by {len(chosen)} other clips of {artists_text(chosen)}. "
            f"{len(held)} clips of {artists_text(held)} were held back to measure it; it never learned from them. "
            f"Parts: {self.split.how(self.dataset.clips)}."
        )
        return "\n".join(lines)
