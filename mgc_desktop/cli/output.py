"""What `mgc` prints. Names and tags come from files that others made; here they are made harmless for a terminal."""

from __future__ import annotations

import io
import sys
from typing import TextIO, cast

from mgc_desktop.terminal_text import printable

__all__ = ["complain", "data_stream", "printable"]


def complain(message: object) -> None:
    """Print what is wrong to standard error, in one line."""
    print(f"mgc: {printable(message)}", file=sys.stderr)


def data_stream() -> TextIO:
    """Standard output for a list that another program reads: as it is, in UTF-8. On a terminal it is made harmless."""
    if sys.stdout.isatty():
        return cast(TextIO, _Harmless(sys.stdout))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    return sys.stdout


class _Harmless:
    """Hands text on to a terminal, with control characters escaped."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal

    def write(self, text: str) -> int:
        self._terminal.write(printable(text, keep="\n\t"))
        return len(text)
