"""Output of `mgc`: names and tags come from files of others, and are escaped for a terminal."""

from __future__ import annotations

import io
import sys
from typing import TextIO, cast

from mgc_desktop.terminal_text import printable

__all__ = ["complain", "data_stream", "printable"]


def complain(message: object) -> None:
    """Print an error to standard error, in one line."""
    print(f"mgc: {printable(message)}", file=sys.stderr)


def data_stream() -> TextIO:
    """Standard output for a list that another program reads: unchanged in UTF-8, but escaped on a terminal."""
    if sys.stdout.isatty():
        return cast(TextIO, _Harmless(sys.stdout))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    return sys.stdout


class _Harmless:
    """A text stream that escapes control characters for a terminal."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal

    def write(self, text: str) -> int:
        self._terminal.write(printable(text, keep="\n\t"))
        return len(text)
