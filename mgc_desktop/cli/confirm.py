"""Asking before files are written."""

from __future__ import annotations

import sys

from mgc_desktop.cli.output import printable
from mgc_desktop.cli.status import UsageError


def must_ask(*, yes: bool) -> bool:
    """Whether the user is to be asked; `UsageError` if that is not possible and was not answered by --yes."""
    if yes:
        return False
    if not (sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("without a terminal to ask on, nothing is written; add --yes to write")
    return True


def agreed(question: str) -> bool:
    """The answer to a question; anything but yes is no."""
    print(f"{printable(question)} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def songs_of(number: int) -> str:
    """So many songs, in words."""
    return "1 song" if number == 1 else f"{number} songs"
