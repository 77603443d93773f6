"""What the user wants trained: kept as a small JSON beside the run, and turned into the command `mgc train`."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from mgc_desktop.errors import MgcError
from mgc_desktop.file_access import MB, read_limited
from mgc_desktop.foundation.atomic_write import atomic_write

FILE_NAME: Final = "order.json"
FORMAT: Final = 1
_LARGEST: Final = 1 * MB
KINDS: Final = {"folders": "Folders", "tagged": "Tagged library", "magnatagatune": "MagnaTagATune", "tracks": "List"}
MODELS: Final = {"cnn": "CNN", "lstm": "LSTM", "stacked": "Stacked"}
RESOLUTIONS: Final = {"full": "Full", "quarter": "1/4", "sixteenth": "1/16"}
ARCHITECTURES: Final = {"report": "As in the report", "pretrained": "Pretrained"}
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class ConfigError(MgcError):
    """An order that cannot be carried out as it stands."""

    title = "This training cannot be started"


@dataclass(frozen=True, slots=True)
class TrainingRequest:
    """The options of one run, as `mgc train` knows them.

    `source`: a folder, or the list for `tracks`. `genres`: MagnaTagATune's genres, "" for the list that comes along.
    `root`: where the paths of a list start, "" for its own folder. `wheel`: the backbone's weights for `pretrained`.
    `examples`: patches shown in an epoch; `frames`: length of a patch of the report's networks. `split_seed` decides
    who teaches and who measures, `seed` everything else that is drawn. `folds`: of the stacked model. `artists`: a list
    of who is heard in which file, "" for none.
    """

    name: str
    source: str
    kind: str = "folders"
    model: str = "cnn"
    resolution: str = "quarter"
    architecture: str = "report"
    plain: bool = False
    epochs: int = 30
    patience: int = 8
    examples: int = 2048
    batch: int = 32
    frames: int = 1248
    learning_rate: float = 1e-3
    seed: int = 0
    split_seed: int = 0
    folds: int = 4
    artists: str = ""
    genres: str = ""
    root: str = ""
    wheel: str = ""
    created: float = 0.0  # seconds since 1970

    @property
    def title(self) -> str:
        """CNN · 1/4 resolution · as in the report."""
        parts = (MODELS[self.model], f"{RESOLUTIONS[self.resolution].lower()} resolution")
        return " · ".join((*parts, ARCHITECTURES[self.architecture].lower(), *(["plain"] if self.plain else [])))

    def check(self, taken: Collection[str] = ()) -> TrainingRequest:
        """Itself; OrderError if something is missing. `taken`: names of other runs and models."""
        if not _NAME.fullmatch(self.name):
            raise ConfigError("Give the model a name of letters, digits, dots and dashes, such as my-cnn.")
        if self.name in taken:
            raise ConfigError(f"There is a run or a model named {self.name} already. Choose another name.")
        source = Path(self.source)
        if not self.source or not source.exists():
            raise ConfigError("Choose the music to learn from: it is not there.", path=source if self.source else None)
        if self.kind == "tracks" and not source.is_file():
            raise ConfigError("A list of recordings is a file with tabs between its columns (.tsv).", path=source)
        if self.kind != "tracks" and not source.is_dir():
            raise ConfigError("This must be a folder.", path=source)
        if self.architecture == "pretrained" and not Path(self.wheel).is_file():
            raise ConfigError(
                "The pretrained layers come from musicnn's wheel. Get it with: pip download musicnn==0.1.0 --no-deps"
            )
        return self

    def arguments(self, output: Path, cache: Path, workers: int) -> list[str]:
        """What follows `mgc train`."""
        given = {
            "--model": self.model, "--resolution": self.resolution, "--architecture": self.architecture,
            "--epochs": self.epochs, "--patience": self.patience, "--examples": self.examples, "--batch": self.batch,
            "--frames": self.frames, "--learning-rate": self.learning_rate, "--seed": self.seed,
            "--split-seed": self.split_seed, "--stack-folds": self.folds, "--artists": self.artists,
            "--genres": self.genres, "--root": self.root, "--workers": workers, "--cache": cache, "--output": output,
        }  # fmt: skip
        if self.architecture == "pretrained":
            given["--wheel"] = self.wheel
        options = [str(part) for option, value in given.items() if value != "" for part in (option, value)]
        return ["--dataset", self.kind, self.source, *options, *(["--plain"] if self.plain else []), "--background"]

    def save(self, folder: Path) -> None:
        """Write `folder/order.json` whole or not at all; OrderError where it cannot be written."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            atomic_write(folder / FILE_NAME, json.dumps({"format": FORMAT, **asdict(self)}, indent=1))
        except OSError as error:
            raise ConfigError(f"The run's folder cannot be written ({error.strerror}).", path=folder) from error

    @classmethod
    def load(cls, folder: Path) -> TrainingRequest:
        """What `save` wrote; OrderError if it is damaged or of a newer program."""
        path = folder / FILE_NAME
        try:
            values: dict[str, Any] = json.loads(read_limited(path, _LARGEST))
            if values.pop("format") != FORMAT:
                raise ValueError("another format")
            order = cls(**values)
            known = (order.kind in KINDS, order.model in MODELS, order.resolution in RESOLUTIONS)
            if not all((*known, order.architecture in ARCHITECTURES)) or wrong_types(order):
                raise ValueError("values that are not known")
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ConfigError("What was ordered here cannot be read. Delete this run.", path=path) from error
        return order


def wrong_types(order: TrainingRequest) -> bool:
    """Whether a value is of another kind than its default."""
    kinds = {"str": str, "int": int, "float": (int, float), "bool": bool}
    return not all(isinstance(getattr(order, f.name), kinds[str(f.type)]) for f in fields(order))  # type: ignore[arg-type]


def free_name(model: str, resolution: str, taken: Collection[str]) -> str:
    """my-cnn-quarter, or my-cnn-quarter-2 where that is taken."""
    plain = f"my-{model}-{resolution}"
    names = [plain, *(f"{plain}-{n}" for n in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def now() -> float:
    """Seconds since 1970, for `created`."""
    return time.time()
