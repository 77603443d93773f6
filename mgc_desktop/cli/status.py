"""The exit statuses of `mgc`, and the error for wrong usage."""

from __future__ import annotations

from typing import Final

OK: Final = 0
FAILED: Final = 1  # the command failed, for all or some of its songs
WRONG_USAGE: Final = 2
INTERRUPTED: Final = 130  # as in shells: 128 + SIGINT


class UsageError(Exception):
    """The command was called in a wrong way; the message says how to call it."""
