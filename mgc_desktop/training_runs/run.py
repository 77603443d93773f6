"""A training as its folder tells it: how far it is, its learning curves, what was measured, what went wrong.

`mgc train` writes all of it; nothing here needs the training part. Every reader forgives files that are half written.
"""

from __future__ import annotations

import csv
import json
import math
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Final

from mgc_desktop.errors import MgcError
from mgc_desktop.file_access import MB, read_limited
from mgc_desktop.training_runs.config import FILE_NAME as ORDER
from mgc_desktop.training_runs.config import TrainingRequest

LOG: Final = "log.txt"
NOTE: Final = "--- "  # before what the program itself notes in the log
STOPPED: Final = "stopped"  # the note of a run that was asked to end
TAIL: Final = 200  # lines of the log that are shown
_LARGEST: Final = 10 * MB  # of the small files of a run
_CHUNK: Final = 64 * 1024  # bytes of its end that are read
_PREFIX: Final = "mgc: "  # before the sentence that says why a command failed
_INTERRUPTED: Final = "interrupted"


class RunState(Enum):
    """How a run stands."""

    RUNNING = "running"
    STOPPED = "stopped"
    FAILED = "failed"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class RunProgress:
    """What `progress.json` says. `share` is of the step; `left` is in seconds, None where nothing can be said yet."""

    step: str = ""
    share: float = 0.0
    left: float | None = None
    network: int = 0
    networks: int = 0
    folder: str = ""
    epoch: int = 0
    epochs: int = 0


@dataclass(frozen=True, slots=True)
class Curve:
    """One figure by epoch; NaN where a row had none."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """The learning curves of one network of a run, from its `curves.csv`. `network`: its folder, "" for the run's."""

    network: str = ""
    curves: tuple[Curve, ...] = ()

    def __len__(self) -> int:
        """Epochs."""
        return len(self.curves[0].values) if self.curves else 0

    def get(self, name: str) -> tuple[float, ...]:
        """The values of a figure, () if there is none."""
        return next((curve.values for curve in self.curves if curve.name == name), ())

    @property
    def best(self) -> int | None:
        """The epoch whose weights are kept: the least validation loss."""
        losses = self.get("valid_loss")
        finite = [i for i, value in enumerate(losses) if math.isfinite(value)]
        return min(finite, key=lambda i: losses[i]) if finite else None

    def rows(self) -> tuple[tuple[str, ...], list[tuple[float, ...]]]:
        """Header and rows, for a CSV."""
        header = ("epoch", *(curve.name for curve in self.curves))
        return header, [(i + 1, *(curve.values[i] for curve in self.curves)) for i in range(len(self))]


@dataclass(frozen=True, slots=True, eq=False)
class TrainingRun:
    """A snapshot of a run's folder. `error` is the sentence it failed with. `exported`: it is a model of the program.

    `figures` is what the test part gave (see `mgc train`), {} where nothing was measured; `baselines` has the figures
    of simple answers to the same clips, by name.
    """

    folder: Path
    order: TrainingRequest | None
    state: RunState
    progress: RunProgress
    networks: tuple[Curves, ...]
    figures: Mapping[str, Any]
    log: tuple[str, ...]
    error: str = ""
    exported: bool = False
    baselines: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The folder's, which is the model's."""
        return self.folder.name

    @property
    def resumable(self) -> bool:
        """Whether the same command would go on."""
        return self.order is not None and self.state in (RunState.STOPPED, RunState.FAILED)

    @property
    def curves(self) -> Curves:
        """Those of the network that learns now, or of the last one."""
        now = [c for c in self.networks if c.network == self.progress.folder]
        return next(iter(now), self.networks[-1] if self.networks else Curves())


def read_run(folder: Path, models: Path, *, running: bool = False) -> TrainingRun:
    """What the folder tells; `running` is known to whoever started it. `models`: where exported models lie."""
    order, wrong = None, ""
    try:
        order = TrainingRequest.load(folder)
    except MgcError as damage:
        wrong = damage.message
    log = read_tail(folder / LOG)
    trained = _object(folder / "trained.json")
    error = wrong or ("" if running else last_error(log))
    if running:
        state = RunState.RUNNING
    elif trained:
        state = RunState.FINISHED
    else:
        state = RunState.FAILED if error else RunState.STOPPED
    figures = trained.get("figures")
    return TrainingRun(
        folder=folder,
        order=order,
        state=state,
        progress=_progress(_object(folder / "progress.json")),
        networks=tuple(_all_curves(folder)),
        figures=figures if isinstance(figures, dict) else {},
        log=log,
        error=error,
        exported=(models / folder.name / "metadata.json").is_file(),
        baselines=baselines if isinstance(baselines := trained.get("baselines"), dict) else {},
    )


def list_runs(root: Path, models: Path, running: str | None = None) -> list[TrainingRun]:
    """All runs below `root`, the newest first."""
    folders = [path.parent for path in root.glob(f"*/{ORDER}")]
    runs = [read_run(folder, models, running=folder.name == running) for folder in folders]
    return sorted(runs, key=lambda run: -(run.order.created if run.order else 0.0))


def delete_run(folder: Path) -> None:
    """Remove a run's checkpoints and curves. A model that was made of it stays."""
    shutil.rmtree(folder, ignore_errors=True)


def read_tail(path: Path) -> tuple[str, ...]:
    """The last lines of a log, without what a terminal's return overwrote."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _CHUNK))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ()
    return tuple(line.rsplit("\r", 1)[-1].rstrip() for line in text.splitlines()[-TAIL:])


def last_error(log: Iterable[str]) -> str:
    """The sentence of the last command in the log, if it failed; a crash is told by its last line."""
    lines = [line for line in log if line]
    if not lines:
        return ""
    last = lines[-1]
    if last.startswith(NOTE + STOPPED):
        return ""
    if last.startswith(_PREFIX):
        sentence = last.removeprefix(_PREFIX)
        return "" if sentence == _INTERRUPTED else sentence
    crashed = any(line.startswith("Traceback (most recent call last)") for line in lines[-40:])
    return last if crashed and not last.startswith("KeyboardInterrupt") else ""


def read_curves(path: Path, network: str = "") -> Curves:
    """A `curves.csv`; empty where it cannot be read. A last row that is half written is left out."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file))
    except (OSError, ValueError, csv.Error):
        return Curves(network)
    whole = [row for row in rows if len(row) == len(header)]
    columns = {name: tuple(_number(row[i]) for row in whole) for i, name in enumerate(header) if name != "epoch"}
    return Curves(network, tuple(Curve(name, values) for name, values in columns.items()))


def _all_curves(folder: Path) -> Iterable[Curves]:
    files = [path for path in folder.rglob("curves.csv") if path.is_file()]
    for path in sorted(files, key=lambda path: path.stat().st_mtime_ns):
        below = path.parent.relative_to(folder).as_posix()
        yield read_curves(path, "" if below == "." else below)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _object(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(read_limited(path, _LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _progress(values: Mapping[str, Any]) -> RunProgress:
    def whole(key: str) -> int:
        value = values.get(key)
        return value if isinstance(value, int) else 0

    share, left = values.get("share"), values.get("left")
    return RunProgress(
        step=str(values.get("step", "")),
        share=float(share) if isinstance(share, int | float) else 0.0,
        left=float(left) if isinstance(left, int | float) else None,
        network=whole("network"),
        networks=whole("networks"),
        folder=str(values.get("folder", "")),
        epoch=whole("epoch"),
        epochs=whole("epochs"),
    )
