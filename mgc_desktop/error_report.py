"""A text about this installation and its latest errors, which a user can copy when asking for help."""

from __future__ import annotations

import os
import platform
import sys
from collections import deque
from importlib import metadata
from pathlib import Path
from typing import Final

from mgc_desktop import __version__

_LIBRARIES: Final = ("PySide6-Essentials", "pyqtgraph", "numpy", "onnxruntime", "av", "sounddevice", "soxr", "mutagen")
_LINES: Final = 150  # of the log


def compose(log: Path | None) -> str:
    """Versions, system and the end of the log. The home folder is written as ~, which hides the user's name."""
    installed = "installed program" if getattr(sys, "frozen", False) else "from source"
    libraries = ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES)
    head = (
        f"MGC Desktop {__version__} ({installed})\n"
        f"System: {platform.platform()}, {os.cpu_count()} processors\n"
        f"Python {platform.python_version()}; {libraries}\n"
        f"Screen: {_screen()}\n"
    )
    return f"{head}\n{_tail(log)}".replace(str(Path.home()), "~")


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "?"


def _screen() -> str:
    names = ("QT_QPA_PLATFORM", "XDG_SESSION_TYPE", "XDG_CURRENT_DESKTOP")
    return ", ".join(f"{name}={os.environ[name]}" for name in names if name in os.environ) or "no variables set"


def _tail(log: Path | None) -> str:
    if log is None:
        return "There is no log: its folder could not be written."
    try:
        with log.open(encoding="utf-8", errors="replace") as file:
            return "".join(deque(file, _LINES))
    except OSError as error:
        return f"The log cannot be read: {error}"
