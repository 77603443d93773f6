"""Finds damage that SQLite does not report: missing tables and columns, and values that the program never writes."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from functools import cache
from typing import Final

import numpy as np

from mgc_desktop.inference.decision import Outcome
from mgc_desktop.inference.genres import REPORT_GENRES
from mgc_desktop.library.schema import MIGRATIONS, migrate
from mgc_desktop.library.song import State

_ERROR_CODE: Final = re.compile(r"error code[ =](\d+)")


class DamageError(Exception):
    """The database is damaged; the text says how."""


def _names(column: str) -> str:
    """The SQL condition that a column holds a JSON list of texts."""
    return (
        f"CASE WHEN json_valid({column}) THEN json_type({column}) = 'array' AND NOT EXISTS (SELECT 1 FROM "
        f"json_each({column}) WHERE type != 'text') ELSE 0 END"
    )


def _path(column: str) -> str:
    return f"length({column}) > 0 AND instr({column}, x'00') = 0"


_TEN: Final = "'" + json.dumps(REPORT_GENRES).replace("'", "''") + "'"
_OUTCOMES: Final = ", ".join(f"'{outcome.value}'" for outcome in Outcome)
_STATES: Final = ", ".join(f"'{state.value}'" for state in State)
_ANALYSIS: Final = (
    f"(genres IS NULL OR {_names('genres')}) AND confidence BETWEEN 0 AND 1 AND heard >= 0 AND duration >= 0 "
    f"AND CASE WHEN json_valid(coalesce(genres, {_TEN})) THEN "
    f"length(probabilities) = 4 * json_array_length(coalesce(genres, {_TEN})) AND (genre IS NULL OR genre IN "
    f"(SELECT value FROM json_each(coalesce(genres, {_TEN})))) ELSE 0 END AND are_shares(probabilities) "
    f"AND (outcome IS NULL OR outcome IN ({_OUTCOMES})) "
    "AND (embedding IS NULL OR are_finite(embedding)) "
    "AND CASE WHEN json_valid(tags) THEN json_type(tags) = 'array' ELSE 0 END "
    "AND CASE WHEN json_valid(warnings) THEN json_type(warnings) = 'array' ELSE 0 END"
)
# For each table the condition that every row written by the program meets, in the order of the tables' dependencies.
SOUND: Final[dict[str, str]] = {
    "folder": _path("path"),
    "song": f"{_path('path')} AND size >= 0 AND state IN ({_STATES}) AND {_names('genres')} "
    "AND (confidence IS NULL OR confidence BETWEEN 0 AND 1) AND (duration IS NULL OR duration BETWEEN 0 AND 1e9)",
    "analysis": _ANALYSIS,
    "whole_analysis": f"{_ANALYSIS} AND are_finite(times) AND are_shares(timeline) AND CASE WHEN "
    f"json_valid(coalesce(genres, {_TEN})) THEN "
    f"length(timeline) = length(times) / 8 * 4 * json_array_length(coalesce(genres, {_TEN})) ELSE 0 END",
    "choice": f"genres IS NULL OR {_names('genres')}",
    "vocabulary": "CASE WHEN json_valid(data) THEN json_type(data) = 'object' ELSE 0 END",
    "mark": "head != '' AND genre != '' AND are_shares(probabilities) AND length(probabilities) >= 8 "
    "AND are_finite(embedding)",
    "user_genres": f"{_names('genres')} AND genres != '[]'",
    "pending_label": "head != '' AND genre != ''",
}
# Vectors of one model are stacked, so all have one length: rows with a length other than the usual one are damaged.
_VECTORS: Final = (
    ("analysis", "model || '@' || version"),
    ("whole_analysis", "model || '@' || version"),
    ("mark", "model"),
)


def check_schema(db: sqlite3.Connection) -> None:
    """Raises `DamageError` if a table, column or index of the database's version is missing or different."""
    db.execute("SAVEPOINT look")  # a consistent read: another program may be migrating
    try:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        there = _schema(db)
    finally:
        db.execute("RELEASE look")
    if version > len(MIGRATIONS):
        return  # made by a newer version of the program
    if version < 0 or (version == 0 and there):
        raise DamageError("the version of the schema is lost")
    if lost := [name for name, sql in _expected(version).items() if there.get(name) != sql]:
        raise DamageError(f"{lost[0]} is missing or differs")


def check_values(db: sqlite3.Connection) -> None:
    """Raises `DamageError` if a row holds values that the program never writes; reads the whole database."""
    _add_functions(db)
    for table, condition in SOUND.items():
        (bad,) = db.execute(f"SELECT count(*) FROM {table} WHERE ({condition}) IS NOT TRUE").fetchone()
        if bad:
            raise DamageError(f"{bad} rows of {table} hold impossible values")
    for table, model in _VECTORS:
        lengths = db.execute(
            f"SELECT count(DISTINCT length(embedding)) FROM {table} GROUP BY {model} ORDER BY 1 DESC LIMIT 1"
        ).fetchone()
        if lengths is not None and lengths[0] > 1:
            raise DamageError(f"embeddings in {table} have several lengths")


def check_file(db: sqlite3.Connection) -> int:
    """Let SQLite check pages and indexes. Raises `DamageError` if the file is damaged. Returns the primary result code
    of an error with another cause (disk, memory), else 0."""
    (verdict,) = db.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict == "ok":
        return 0
    # The check reports read errors as text, among them those of the disk.
    code = int(found[1]) & 0xFF if (found := _ERROR_CODE.search(str(verdict))) else sqlite3.SQLITE_CORRUPT
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_FULL):
        return code
    raise DamageError(str(verdict))


def drop_damaged(db: sqlite3.Connection) -> None:
    """Remove the rows that `check_values` reports."""
    _add_functions(db)
    for table, condition in SOUND.items():
        db.execute(f"DELETE FROM {table} WHERE ({condition}) IS NOT TRUE")
    for table, model in _VECTORS:
        usual: dict[str, int] = {}
        for name, length in db.execute(
            f"SELECT {model}, length(embedding) FROM {table} WHERE embedding IS NOT NULL "
            "GROUP BY 1, 2 ORDER BY count(*)"
        ):
            usual[name] = length
        for name, length in usual.items():
            db.execute(f"DELETE FROM {table} WHERE {model} = ? AND length(embedding) != ?", (name, length))


@cache
def _expected(version: int) -> dict[str, str]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        migrate(db, version)
        return _schema(db)


def _schema(db: sqlite3.Connection) -> dict[str, str]:
    """The SQL statement that created each table and index."""
    rows = db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    return {str(name): str(sql) for name, sql in rows}


def _add_functions(db: sqlite3.Connection) -> None:
    db.create_function("are_finite", 1, _are_finite, deterministic=True)
    db.create_function("are_shares", 1, _are_shares, deterministic=True)


def _are_finite(blob: object) -> bool:
    return isinstance(blob, bytes) and len(blob) % 4 == 0 and bool(np.isfinite(np.frombuffer(blob, "<f4")).all())


def _are_shares(blob: object) -> bool:
    if not isinstance(blob, bytes) or not _are_finite(blob):
        return False
    values = np.frombuffer(blob, "<f4")
    return bool(((values >= -1e-3) & (values <= 1.001)).all())
