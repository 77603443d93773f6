"""Whether this installation can train, found without importing anything heavy, and how to get what is missing."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

NEEDED: Final = ("torch", "librosa", "sklearn", "onnx", "safetensors")
COMMAND: Final = "pip install 'mgc-desktop[train]'"


@dataclass(frozen=True, slots=True)
class Extra:
    """What the Train view says where it cannot train. `missing` is empty where it can.

    `sentence`: why, and the way out. `command`: what to type, "" where there is nothing to type.
    """

    missing: tuple[str, ...] = ()
    sentence: str = ""
    command: str = ""

    @property
    def installed(self) -> bool:
        """Whether a training can be started."""
        return not self.missing


def look_for_extra(*, frozen: bool | None = None) -> Extra:
    """Ask the import system for the libraries of the extra `[train]`. `frozen`: a packaged program (default: ask)."""
    packaged = bool(getattr(sys, "frozen", False)) if frozen is None else frozen
    if packaged:
        return Extra(
            ("train",),
            "This packaged program leaves out the libraries that train, which are several times its size. Install MGC "
            "Desktop with Python 3.11 or newer, and it can; models that are trained there also run here.",
            COMMAND,
        )
    missing = tuple(name for name in NEEDED if find_spec(name) is None)
    if not missing:
        return Extra()
    return Extra(
        missing,
        f"Training needs libraries that are not installed here ({', '.join(missing)}). Install them with the command "
        "below (from the source: .venv/bin/pip install -e '.[train]'), and start the program again.",
        COMMAND,
    )
