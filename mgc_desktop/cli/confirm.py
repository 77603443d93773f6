"""Asks for confirmation before files are written."""

from __future__ import annotations

import sys

from mgc_desktop.cli.output import printable
from mgc_desktop.cli.status import UsageError


def must_confirm(*, yes: bool) -> bool:
    """Whether the user must be asked; raises `UsageError` without --yes and without a terminal."""
    if yes:
        return False
    if not (sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("there is no terminal to ask for confirmation, so nothing is written; add --yes to write")
    return True


def confirmed(question: str) -> bool:
    """Ask a question; anything but yes counts as no."""
    print(f"{printable(question)} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def songs_of(number: int) -> str:
    """The number of songs in words: 1 song, 2 songs."""
    return "1 song" if number == 1 else f"{number} songs"
