"""How far a training is, in a file beside it that any other program can read while it runs.

`progress.json` holds `step` (reading, features, learning, measuring, done), `share` of the step (0 to 1), `left`
(seconds to its end at most, null where nothing can be said yet), and while networks learn `network` of `networks`,
the `folder` of the present one below the run's, and its `epoch` of `epochs`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from mgc_desktop.foundation.atomic_write import Durability, atomic_write

FILE_NAME: Final = "progress.json"
_EVERY: Final = 0.5  # seconds between two writes of the same step

Tick = Callable[[float], None]  # epochs that are done, with the part of the present one


class ProgressFile:
    """Writes `progress.json` in a run's folder. Where there is no folder it writes nothing: a run that is refused
    leaves none behind."""

    def __init__(self, folder: Path | None, networks: int = 1) -> None:
        """`networks`: how many learn in this run, one after the other."""
        self._folder = folder
        self._networks = networks
        self._network = 0
        self._written = -_EVERY
        self._begun: tuple[float, float] | None = None  # when, and at how many epochs, this process began to learn

    def move(self, folder: Path | None) -> None:
        """Write into this folder from now on."""
        self._folder = folder

    def step(self, name: str) -> None:
        """Another step begins."""
        self._write({"step": name, "share": 0.0, "left": None}, now=True)

    def features(self, done: int, total: int, left: float) -> None:
        """Clips whose spectrogram there is."""
        self._write({"step": "features", "share": done / total, "left": left}, now=done == total)

    def network(self, folder: Path, epochs: int) -> Tick:
        """The next network learns, in `folder`; what it returns is to be called as the epochs go on."""
        self._network += 1
        number = self._network
        below = folder.relative_to(self._folder).as_posix() if self._folder else ""

        def tick(done: float) -> None:
            whole = (number - 1) * epochs + done
            self._write(
                {
                    "step": "learning",
                    "share": min(1.0, whole / (self._networks * epochs)),
                    "left": self._left(whole, self._networks * epochs),
                    "network": number,
                    "networks": self._networks,
                    "folder": "" if below == "." else below,
                    "epoch": int(done),
                    "epochs": epochs,
                },
                now=float(done).is_integer(),
            )

        return tick

    def _left(self, whole: float, total: int) -> float | None:
        """Seconds, by the pace since this process began; networks that stop early make it less."""
        if self._begun is None:
            self._begun = (time.monotonic(), whole)
        begun, first = self._begun
        if whole <= first:
            return None
        return (time.monotonic() - begun) / (whole - first) * (total - whole)

    def _write(self, values: dict[str, Any], *, now: bool) -> None:
        if self._folder is None or not self._folder.is_dir() or not (now or time.monotonic() - self._written >= _EVERY):
            return
        self._written = time.monotonic()
        try:
            atomic_write(self._folder / FILE_NAME, json.dumps(values), durability=Durability.BUFFERED)
        except OSError:  # a full disk must not end a training for this; a reader on Windows may hold the file
            return
