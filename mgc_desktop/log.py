"""The log file, which is limited in size, and hooks that log every unhandled exception."""

from __future__ import annotations

import logging
import logging.handlers
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final

from mgc_desktop.errors import MgcError, sentence_of
from mgc_desktop.paths import log_dir
from mgc_desktop.terminal_text import printable

FILE_NAME: Final = "mgc-desktop.log"
_BYTES: Final = 1_000_000
_BACKUPS: Final = 2
_FORMAT: Final = "%(asctime)s %(levelname)-7s %(threadName)s %(name)s: %(message)s"

_log = logging.getLogger("mgc_desktop")

Report = Callable[[str, str], None]


class TerminalFormatter(logging.Formatter):
    """Escapes control characters for a terminal, since messages contain file names and tags."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's text with control characters escaped."""
        return printable(super().format(record), keep="\n\t")


def set_up(folder: Path | None = None, *, level: int = logging.INFO) -> Path | None:
    """Log to a file in `folder`, and warnings to the terminal; returns the path of the file, None if it fails.

    A program that cannot write its log runs without.
    """
    folder = folder if folder is not None else log_dir()
    root = logging.getLogger()
    root.setLevel(level)
    if sys.stderr is not None:  # None for a window program on Windows
        terminal = logging.StreamHandler()
        terminal.setLevel(logging.WARNING)
        terminal.setFormatter(TerminalFormatter("%(name)s: %(message)s"))
        root.addHandler(terminal)
    path = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = logging.handlers.RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_BACKUPS, encoding="utf-8")
    except OSError as error:
        _log.warning("no log file in %s: %s", folder, error)
        return None
    file.setFormatter(logging.Formatter(_FORMAT))
    root.addHandler(file)
    return path


def headline(error: BaseException) -> tuple[str, str]:
    """Title and sentence of an error for the user."""
    if isinstance(error, MgcError):
        return error.title, str(error)
    if isinstance(error, OSError) and isinstance(error.filename, str | bytes | os.PathLike):
        return "This file cannot be used", f"{os.fsdecode(error.filename)}: {sentence_of(error)}"
    return MgcError.title, f"{type(error).__name__}: {error}. The log has the details."


def install_hooks(report: Report) -> Callable[[], None]:
    """Log every unhandled exception on any thread, and call `report(title, message)`.

    `report` may be called from any thread. Returns a function that removes the hooks.
    """

    def caught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None, where: str) -> None:
        error = error if error is not None else kind()
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        _log.critical("unhandled exception in %s", where, exc_info=(kind, error, trace))
        report(*headline(error))

    def thread_hook(args: threading.ExceptHookArgs) -> None:
        name = args.thread.name if args.thread is not None else "a thread"
        caught(args.exc_type, args.exc_value, args.exc_traceback, name)

    before = sys.excepthook, threading.excepthook
    sys.excepthook = lambda kind, error, trace: caught(kind, error, trace, "the main thread")
    threading.excepthook = thread_hook

    def restore() -> None:
        sys.excepthook, threading.excepthook = before

    return restore
