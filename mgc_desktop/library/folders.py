"""Removing a folder from the library, and undoing that: its songs come back with all their data."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mgc_desktop.library.database import PAGE
from mgc_desktop.library.store import LibraryStore

# Tables with data of a song, and the column with its id.
_TABLES: Final = (("song", "id"), ("choice", "song"), ("pending_label", "song"))


@dataclass(frozen=True, slots=True)
class RemovedFolder:
    """A folder (or single file) that was removed. `rows`: for each table, the names of the columns and the rows."""

    path: Path
    watched: bool
    songs: tuple[int, ...]
    rows: tuple[tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]], ...]


def is_covered(path: Path, roots: Iterable[Path]) -> bool:
    """Whether a path is one of `roots` or lies in one of them."""
    return any(root == path or root in path.parents for root in roots)


def songs_leaving(store: LibraryStore, folder: Path) -> list[int]:
    """The ids of the songs that would be removed with a folder: those that lie in no other folder of the library."""
    others = [other for other in store.folders() if other != folder]
    prefix = os.fsencode(folder)
    below = prefix.removesuffix(os.sep.encode()) + os.sep.encode()
    rows = store.select("SELECT id, path FROM song")
    inside = [(song, path) for song, path in rows if path == prefix or path.startswith(below)]
    return [song for song, path in inside if not is_covered(Path(os.fsdecode(path)), others)]


def remove(store: LibraryStore, folder: Path) -> RemovedFolder:
    """Remove a folder and the songs that lie in no other one. The files stay; `put_back` undoes it."""
    with store.transaction():
        leaving = songs_leaving(store, folder)
        removed = RemovedFolder(
            folder,
            store.folders().get(folder, False),
            tuple(leaving),
            tuple(_rows(store, table, column, leaving) for table, column in _TABLES),
        )
        store.execute("DELETE FROM folder WHERE path = ?", (os.fsencode(folder),))
        store.execute_many("DELETE FROM song WHERE id = ?", ((song,) for song in leaving))
    store.log.add([{"kind": "folder removed", "path": str(folder)}])
    return removed


def put_back(store: LibraryStore, removed: RemovedFolder) -> None:
    """Restore a folder and its songs. Songs that were added again meanwhile stay as they are."""
    (columns, songs), *others = removed.rows
    with store.transaction():
        store.add_folder(removed.path, watched=removed.watched)
        taken = {song for (song,) in store.select("SELECT id FROM song")}
        known = {path for (path,) in store.select("SELECT path FROM song")}
        numbers: dict[int, int] = {}
        at, path_at = columns.index("id"), columns.index("path")
        for row in songs:
            if row[path_at] in known:
                continue
            values = [None if i == at and value in taken else value for i, value in enumerate(row)]
            store.execute(_insert("song", columns), values)
            ((numbers[row[at]],),) = store.select("SELECT id FROM song WHERE path = ?", (row[path_at],))
        for (table, column), (names, rows) in zip(_TABLES[1:], others, strict=True):
            at = names.index(column)
            for row in rows:
                if row[at] in numbers:
                    values = [numbers[value] if i == at else value for i, value in enumerate(row)]
                    store.execute(_insert(table, names), values)


def _rows(
    store: LibraryStore, table: str, column: str, songs: Sequence[int]
) -> tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]:
    names = tuple(name for _, name, *_ in store.select(f"PRAGMA table_info({table})"))
    rows: list[tuple[Any, ...]] = []
    for start in range(0, len(songs), PAGE):
        page = songs[start : start + PAGE]
        places = ",".join("?" * len(page))
        rows += store.select(f"SELECT {', '.join(names)} FROM {table} WHERE {column} IN ({places})", page)
    return names, tuple(rows)


def _insert(table: str, columns: Sequence[str]) -> str:
    return f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
