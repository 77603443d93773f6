"""The paths of the library's songs, for an undo that searches for moved files."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from mgc_desktop.tags.moved import KnownPaths

_log = logging.getLogger(__name__)


def known_paths(database: Path) -> KnownPaths:
    """A function that returns the paths of all songs in the library with one of some sizes in bytes.

    The database is only read, and neither created nor migrated; if it cannot be read, the function returns no paths.
    """

    def paths(sizes: Collection[int]) -> list[Path]:
        if not database.exists():
            return []
        try:
            with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as db:
                rows = [db.execute("SELECT path FROM song WHERE size = ?", (size,)).fetchall() for size in sizes]
        except sqlite3.Error as error:
            _log.warning("the library's paths cannot be read: %s", error)
            return []
        return [Path(os.fsdecode(path)) for found in rows for (path,) in found]

    return paths
