"""Rebuilding a library: copies the readable rows of the damaged database, then applies the log of decisions."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from mgc_desktop.library.damage import SOUND, drop_damaged
from mgc_desktop.library.database import Database
from mgc_desktop.library.decisions import DecisionLog, restore
from mgc_desktop.library.schema import RENEW_KEYS

_log = logging.getLogger(__name__)
_EMPTY: Final = {"TEXT": "''", "INTEGER": "0", "REAL": "0.0", "BLOB": "x''"}
_SEPARATOR: Final = os.sep.encode()
_ROWS: Final = 500  # rows that are copied at a time


def rebuild(store: Database, damaged: Path, log: DecisionLog) -> None:
    """Fill the new database `store` from the damaged one and from the log of decisions; errors are only logged."""
    with store.transaction():
        store.db.execute("INSERT OR IGNORE INTO set_aside VALUES (?)", (damaged.name,))
        try:
            with closing(sqlite3.connect(f"{damaged.absolute().as_uri()}?mode=ro", uri=True)) as old:
                old.text_factory = lambda text: text.decode("utf-8", "replace")
                for table in SOUND:
                    _log.info("%s: %d rows of %s are copied", damaged, _copy(old, store.db, table), table)
                store.db.execute(RENEW_KEYS)
        except sqlite3.Error as error:
            _log.warning("%s cannot be read: %s", damaged, error)
        drop_damaged(store.db)
        restore(store, log.read())
        drop_damaged(store.db)
        _drop_outside(store)


def _drop_outside(store: Database) -> None:
    """Remove songs that lie in no folder of the library: no scan would ever update them."""
    roots = {path for (path,) in store.select("SELECT path FROM folder")}
    below = tuple(path.rstrip(_SEPARATOR) + _SEPARATOR for path in roots)
    if roots:
        songs = store.select("SELECT id, path FROM song")
        outside = [(song,) for song, path in songs if path not in roots and not path.startswith(below)]
        store.execute_many("DELETE FROM song WHERE id = ?", outside)


def _copy(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> int:
    """Copy the rows that can be read, starting from both ends; returns their number."""
    with suppress(sqlite3.Error):
        there = {row[1] for row in old.execute(f"PRAGMA table_info({table})")}
        # A missing column that must not be NULL gets an empty value; keys are computed again from the other columns.
        columns = {
            name: name if name in there else _EMPTY[kind]
            for _, name, kind, needed, default, _ in new.execute(f"PRAGMA table_info({table})")
            if name in there or (needed and default is None)
        }
        if not there:
            return 0
        statement = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        reading = f"SELECT {', '.join(columns.values())} FROM {table} NOT INDEXED ORDER BY {_key(old, table)}"
        for order in ("ASC", "DESC"):
            whole = True
            try:
                for rows in _batches(old.execute(f"{reading} {order}")):
                    _insert(new, statement, rows)
            except sqlite3.Error as error:
                whole = False
                _log.info("%s: reading ends early: %s", table, error)
            if whole:
                break
    return int(new.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _key(old: sqlite3.Connection, table: str) -> str:
    """The columns by which SQLite stores the rows: a primary key of several columns, or the rowid."""
    keys = [row[1] for row in old.execute(f"PRAGMA table_info({table})") if row[5]]
    return keys[0] if keys else "rowid"


def _batches(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield rows in batches; rows that were read before an error are yielded before the error is raised."""
    batch: list[tuple[Any, ...]] = []
    while True:
        try:
            row = next(rows, None)
        except sqlite3.Error:
            yield batch
            raise
        if row is None:
            yield batch
            return
        batch.append(row)
        if len(batch) == _ROWS:
            yield batch
            batch = []


def _insert(new: sqlite3.Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows; those that violate a constraint of the table (type, foreign key) are skipped."""
    for row in rows:
        with suppress(sqlite3.Error, OverflowError, ValueError):
            new.execute(statement, row)
