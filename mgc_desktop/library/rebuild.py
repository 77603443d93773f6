"""Rebuilding the library after its database was damaged: from a list of folders beside it, and the tag journal."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from mgc_desktop.errors import TagError
from mgc_desktop.foundation.atomic_write import atomic_write
from mgc_desktop.library.song import State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.journal import Journal, JournalEntry

_log = logging.getLogger(__name__)


def _list(database: Path) -> Path:
    return database.with_suffix(".folders.json")


def save_folders(store: LibraryStore) -> None:
    """Write the list of folders beside the database, atomically."""
    folders = {str(path): watched for path, watched in store.folders().items()}
    atomic_write(_list(store.path), json.dumps(folders, indent=1))  # ASCII: undecodable bytes become \udcXX


def restore_folders(store: LibraryStore) -> list[Path]:
    """Put the listed folders into a new database; returns them, an empty list if there is no list."""
    try:
        noted = json.loads(_list(store.path).read_text(encoding="ascii"))
        folders = [(Path(name), bool(watched)) for name, watched in noted.items()]
    except (OSError, ValueError, AttributeError) as error:
        _log.info("no folders to restore: %s", error)
        return []
    for path, watched in folders:
        store.add_folder(path, watched=watched)
    return [path for path, _ in folders]


def restore_written(store: LibraryStore, journal: Journal) -> int:
    """Mark the songs whose genre this program wrote, by the journal, after a scan; returns their number."""
    latest: dict[Path, JournalEntry] = {}
    try:
        for run in reversed(journal.runs()):
            undone = journal.undone(run.id)
            for entry in journal.entries(run.id):
                if entry.state == "done" and entry.number not in undone and entry.undoes is None:
                    latest[entry.path] = entry
    except TagError as error:
        _log.warning("the journal cannot be read: %s", error)
    found = 0
    for path, entry in latest.items():
        song = store.song_at(path)
        if song is not None and (entry.field is Field.SEPARATE or song.genres == entry.new):
            store.set_state([song.id], State.WRITTEN)
            found += 1
    return found
