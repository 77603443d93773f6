"""The exit statuses of `mgc`, and the error that a wrong call raises."""

from __future__ import annotations

from typing import Final

OK: Final = 0
FAILED: Final = 1  # something, or some of many things, could not be done
WRONG_USAGE: Final = 2
INTERRUPTED: Final = 130  # as shells say it: 128 + SIGINT


class UsageError(Exception):
    """The command was called in a way that cannot be meant; the message says how to call it."""
