"""Crashes of native libraries: each writes a trace to a file, which the next start reads and reports."""

from __future__ import annotations

import faulthandler
import logging
import os
from datetime import datetime
from pathlib import Path
from typing import Final

FILE_NAME: Final = "crash.log"

_log = logging.getLogger(__name__)


def watch(folder: Path) -> str | None:
    """Write a trace to `folder` if this process crashes; returns the trace of an earlier process, None without one.

    The earlier trace goes into the log and is returned once. Several programs may use the same folder.
    """
    path = folder / FILE_NAME
    try:
        trace = _take(path)
        faulthandler.enable(path.open("a", encoding="utf-8"))
    except OSError as error:
        _log.warning("crashes cannot be traced in %s: %s", folder, error)
        return None
    return trace


def _take(path: Path) -> str | None:
    """Read the trace and truncate the file, which another program may have open for appending."""
    if not path.exists():
        return None
    trace = path.read_text(encoding="utf-8", errors="replace").strip()
    if not trace:
        return None
    when = datetime.fromtimestamp(path.stat().st_mtime).isoformat(" ", "seconds")
    os.truncate(path, 0)
    _log.error("an earlier run crashed at %s:\n%s", when, trace)
    return trace
