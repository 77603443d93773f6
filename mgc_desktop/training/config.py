"""`TrainingConfig`: everything that decides what a training run learns, in one flat table.

The same names are the options of `mgc train`, the keys of `run.toml` and the arguments in Python.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from mgc_desktop.inference.patchinput import PatchInput
from mgc_desktop.training import augment
from mgc_desktop.training.augment import Augmentation
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.inputs import FACTORS
from mgc_desktop.training.loop import LoopConfig
from mgc_desktop.training.networks import registry
from mgc_desktop.training_runs.config import ARCHITECTURES

DEFAULT_RESOLUTION: Final = "quarter"
# What `--plain` switches off: the measures against overfitting. The layers of the LSTM and the balanced sampling are
# switches of their own, so that "with" and "without" differ in these five alone.
PLAIN: Final[Mapping[str, Any]] = {
    "dropout": 0.0,
    "weight_decay": 0.0,
    "spec_augment": False,
    "mixup": False,
    "time_shift": False,
}
_LIMITS: Final[Mapping[str, tuple[float, float, str]]] = {
    "frames": (32, 100_000, "frames"),
    "stack_folds": (2, 50, "stack-folds"),
    "dropout": (0.0, 0.95, "dropout"),
    "weight_decay": (0.0, 1.0, "weight-decay"),
    "layers": (1, 8, "layers"),
    "split_seed": (0, 2**31, "split-seed"),
    "seed": (0, 2**31, "seed"),
    "epochs": (1, 100_000, "epochs"),
    "examples": (1, 10_000_000, "examples"),
    "batch": (1, 100_000, "batch"),
    "learning_rate": (1e-9, 10.0, "learning-rate"),
    "patience": (1, 100_000, "patience"),
}


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """What is trained, on which split, with which measures against overfitting, and for how long.

    `network`: a registered name (`cnn`, `lstm`), `stacked`, or `FILE.py:CLASS` for one of your own.
    `architecture`: `report` learns from scratch, `pretrained` begins as the backbone whose weights are in `wheel`.
    `frames`: length of a patch of the report's networks. `linear`: linear instead of mel spectrograms.
    `stack_folds`: folds of the stacked model's out-of-fold predictions.
    `dropout` (share), `weight_decay`, `spec_augment`, `mixup`, `time_shift`: the measures against overfitting.
    `balance`: show each genre equally often. `layers`: of the report's LSTM.
    `split_seed` decides which artists are in which part, `seed` the weights and everything drawn while learning.
    `leaky`: split at random, artists on both sides. `examples`: patches shown in an epoch. `patience`: epochs without
    a better validation loss before it stops.
    """

    network: str = "cnn"
    resolution: str = DEFAULT_RESOLUTION
    architecture: str = "report"
    linear: bool = False
    frames: int = 1248
    stack_folds: int = 4
    wheel: Path | None = None
    dropout: float = 0.3
    weight_decay: float = 1e-4
    spec_augment: bool = True
    mixup: bool = True
    time_shift: bool = True
    balance: bool = True
    layers: int = 2
    split_seed: int = 0
    leaky: bool = False
    seed: int = 0
    epochs: int = 30
    examples: int = 2048
    batch: int = 32
    learning_rate: float = 1e-3
    patience: int = 8

    @property
    def name(self) -> str:
        """A short name for files: `cnn-quarter`."""
        return f"{registry.short_name(self.network)}-{self.resolution}"

    @property
    def loop(self) -> LoopConfig:
        """What the training loop needs of it."""
        return LoopConfig(
            epochs=self.epochs,
            examples_per_epoch=self.examples,
            batch_size=self.batch,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            patience=self.patience,
            seed=self.seed,
        )

    @property
    def augmentation(self) -> Augmentation:
        """How patches are varied while learning."""
        usual = augment.USUAL
        return Augmentation(
            masks=usual.masks if self.spec_augment else 0,
            shift=usual.shift if self.time_shift else 0.0,
            mixup=usual.mixup if self.mixup else 0.0,
        )

    @property
    def input(self) -> PatchInput:
        """The patches that the network is given."""
        return registry.input_of(self)

    @property
    def networks(self) -> int:
        """How many networks learn one after the other in a run."""
        if self.network != "stacked":
            return registry.stages(self, self.network)
        return (
            (self.stack_folds + 1) * registry.stages(self, "lstm")
            + self.stack_folds
            + (1 if self.architecture == "report" else 0)
        )

    @property
    def measures(self) -> str:
        """Which measures are switched off, for tables and messages: "all measures", "without mixup, dropout"."""
        usual = TrainingConfig()
        off = [n.replace("_", " ") for n in (*PLAIN, "balance") if not getattr(self, n) and getattr(usual, n)]
        return f"without {', '.join(off)}" if off else "all measures"

    def check(self) -> TrainingConfig:
        """Itself; TrainingError for a value that cannot be, before anything is computed."""
        for name, (low, high, option) in _LIMITS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise TrainingError(f"--{option} must be a number, not {value!r}.")
            if isinstance(getattr(_DEFAULT, name), int) and not isinstance(value, int):
                raise TrainingError(f"--{option} must be a whole number, not {value!r}.")
            if not low <= value <= high:
                raise TrainingError(f"--{option} must lie between {low:g} and {high:g}, not {value:g}.")
        if self.resolution not in FACTORS:
            raise TrainingError(f"--resolution is one of {', '.join(FACTORS)}, not {self.resolution!r}.")
        if self.architecture not in ARCHITECTURES:
            raise TrainingError(f"--architecture is one of {', '.join(ARCHITECTURES)}, not {self.architecture!r}.")
        registry.check(self)
        return self

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {**asdict(self), "wheel": str(self.wheel) if self.wheel else None}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainingConfig:
        """From what `to_dict` gave; TypeError for a key that is not known."""
        wheel = values.get("wheel")
        return cls(**{**values, "wheel": Path(wheel) if wheel else None})

    def differences(self, other: Mapping[str, Any]) -> list[str]:
        """What differs from what `to_dict` gave for another run: "dropout was 0.3 and is 0"."""
        mine = self.to_dict()
        return [
            f"{name.replace('_', ' ')} was {other.get(name)} and is {value}"
            for name, value in mine.items()
            if other.get(name) != value
        ]

    def plain(self) -> TrainingConfig:
        """The same without the measures against overfitting."""
        return replace(self, **PLAIN)


_DEFAULT: Final = TrainingConfig()
OPTIONS: Final = tuple(f.name for f in fields(TrainingConfig))
