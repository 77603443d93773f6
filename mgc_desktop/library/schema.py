"""The tables of the database, and the migrations from older versions."""

from __future__ import annotations

import glob
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from mgc_desktop.foundation.atomic_write import replacing
from mgc_desktop.library.rows import MIGRATION_FUNCTIONS

# Computes the keys of `text_keys` for all songs, by the functions that `migrate` adds to the connection.
RENEW_KEYS: Final = """
    UPDATE song SET
        folder_key = folder_key(folder), title_key = sort_key(coalesce(title, stem(path)), 0),
        artist_key = sort_key(artist, 1), album_key = sort_key(album, 1), genre_key = genre_key(genres),
        search = search_key(title, artist, album, genres, path)
"""
_CREATE: Final = re.compile(r"\s*CREATE (?:TABLE|INDEX) (\w+)")
_COMMENTS: Final = re.compile(r"\A(?:\s*--[^\n]*\n)+")
_ADD_COLUMN: Final = re.compile(r"\s*ALTER TABLE (\w+) ADD COLUMN (\w+)")

# One script for each version; a database at version n runs the scripts from n on. Never change a script that was
# released: add another.
MIGRATIONS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE folder (
        id INTEGER PRIMARY KEY,
        path BLOB NOT NULL UNIQUE,            -- bytes of the file system: names need not be UTF-8
        watched INTEGER NOT NULL DEFAULT 0
    ) STRICT;

    CREATE TABLE song (
        id INTEGER PRIMARY KEY,
        path BLOB NOT NULL UNIQUE,
        folder BLOB NOT NULL,                 -- the folder the file lies in, for grouping
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        title TEXT, artist TEXT, album TEXT, year INTEGER, duration REAL,
        genres TEXT NOT NULL DEFAULT '[]',    -- JSON list, as in the file
        checksum TEXT,                        -- of the audio alone
        heard TEXT, confidence REAL, model TEXT,
        state TEXT NOT NULL, state_order INTEGER NOT NULL,
        error TEXT,
        -- case-folded, for sorting and searching
        title_key TEXT NOT NULL, artist_key TEXT NOT NULL, album_key TEXT NOT NULL, genre_key TEXT NOT NULL,
        search TEXT NOT NULL
    ) STRICT;
    -- Each index carries the id, so that a whole sorted order is read from the index alone.
    CREATE INDEX song_title ON song (title_key);
    CREATE INDEX song_artist ON song (artist_key, album_key, title_key);
    CREATE INDEX song_album ON song (album_key, title_key);
    CREATE INDEX song_duration ON song (duration);
    CREATE INDEX song_genre ON song (genre_key, title_key);
    CREATE INDEX song_heard ON song (heard, title_key);
    CREATE INDEX song_confidence ON song (confidence);
    CREATE INDEX song_state ON song (state_order, title_key);
    CREATE INDEX song_by_state ON song (state, title_key);
    CREATE INDEX song_folder ON song (folder, title_key);
    CREATE INDEX song_checksum ON song (checksum);
    CREATE INDEX song_size ON song (size);

    -- What a model heard in some audio, whatever the file is called or where it lies now.
    CREATE TABLE analysis (
        checksum TEXT NOT NULL,
        model TEXT NOT NULL, version TEXT NOT NULL,
        genre TEXT, confidence REAL NOT NULL,
        genres TEXT,                          -- JSON list of their names; NULL: the program's ten
        probabilities BLOB NOT NULL,          -- float32, in the order of the genres
        tags TEXT NOT NULL,                   -- JSON list of [name, probability]
        embedding BLOB,                       -- float32
        heard REAL NOT NULL, duration REAL NOT NULL,
        warnings TEXT NOT NULL,
        PRIMARY KEY (checksum, model, version)
    ) STRICT, WITHOUT ROWID;

    -- What the user decided in the review: whether to write, and other genres than the heard one.
    CREATE TABLE choice (
        song INTEGER PRIMARY KEY REFERENCES song (id) ON DELETE CASCADE,
        accepted INTEGER,
        genres TEXT
    ) STRICT;
    """,
    """
    -- Songs that the user marked: what a taught head learns from. A song is kept by its audio, with what the model
    -- heard in it, so that it goes on teaching when its file is gone or came from another computer.
    CREATE TABLE mark (
        head TEXT NOT NULL,
        checksum TEXT NOT NULL,
        genre TEXT NOT NULL,
        title TEXT NOT NULL, artist TEXT NOT NULL,
        model TEXT NOT NULL,                  -- name@version, under the bundled head
        probabilities BLOB NOT NULL,          -- float32
        embedding BLOB NOT NULL,              -- float32
        made INTEGER NOT NULL,                -- counts up
        PRIMARY KEY (head, checksum)
    ) STRICT, WITHOUT ROWID;
    """,
    """
    -- What the user said a sound is: final, whatever a model says of it.
    CREATE TABLE user_genres (
        checksum TEXT PRIMARY KEY,            -- of the audio alone
        genres TEXT NOT NULL,                 -- JSON list
        made INTEGER NOT NULL                 -- seconds since 1970
    ) STRICT, WITHOUT ROWID;
    """,
    """
    -- What `mgc analyze` found in whole songs, with the timeline. Apart from `analysis`, whose rows the verdicts of the
    -- library's songs are of and must go on being of.
    CREATE TABLE whole_analysis (
        checksum TEXT NOT NULL,
        model TEXT NOT NULL, version TEXT NOT NULL,
        genre TEXT, confidence REAL NOT NULL,
        genres TEXT,                          -- JSON list of their names; NULL: the program's ten
        probabilities BLOB NOT NULL,          -- float32, in the order of the genres
        tags TEXT NOT NULL,                   -- JSON list of [name, probability]
        embedding BLOB,                       -- float32
        heard REAL NOT NULL, duration REAL NOT NULL,
        warnings TEXT NOT NULL,
        times BLOB NOT NULL,                  -- float32, start and end of each segment in seconds
        timeline BLOB NOT NULL,               -- float32, the probabilities of each segment
        PRIMARY KEY (checksum, model, version)
    ) STRICT, WITHOUT ROWID;
    """,
    f"""
    -- By what a change is noticed that keeps size and time; NULL: not known yet, or not told by the system.
    ALTER TABLE song ADD COLUMN inode INTEGER;
    ALTER TABLE song ADD COLUMN ctime_ns INTEGER;

    -- The keys fold accents and typographic signs, and compare numbers by value (see text_keys.py).
    ALTER TABLE song ADD COLUMN folder_key TEXT NOT NULL DEFAULT '';
    DROP INDEX IF EXISTS song_folder;
    {RENEW_KEYS};
    CREATE INDEX song_folder ON song (folder_key, title_key);

    -- Labels of songs that have still to be analysed, for the head that was meant.
    CREATE TABLE pending_label (
        song INTEGER NOT NULL REFERENCES song (id) ON DELETE CASCADE,
        head TEXT NOT NULL,
        genre TEXT NOT NULL,
        PRIMARY KEY (song, head)
    ) STRICT, WITHOUT ROWID;

    -- Damaged databases that this one took the place of, until the user was told.
    CREATE TABLE set_aside (
        name TEXT PRIMARY KEY
    ) STRICT, WITHOUT ROWID;
    """,
    """
    -- Verdicts under several vocabularies stand side by side: the version of each holds that of its head.
    CREATE TABLE vocabulary (
        id TEXT PRIMARY KEY,
        data TEXT NOT NULL                    -- JSON, as of Vocabulary.to_dict
    ) STRICT, WITHOUT ROWID;
    ALTER TABLE analysis ADD COLUMN vocabulary TEXT;  -- its id; NULL: the one that has the genres as its names
    ALTER TABLE analysis ADD COLUMN outcome TEXT;     -- NULL: "genre" where there is one, else "unsure"
    ALTER TABLE analysis ADD COLUMN novelty REAL;     -- how unlike the genres the sound is; NULL: not told
    ALTER TABLE whole_analysis ADD COLUMN vocabulary TEXT;
    ALTER TABLE whole_analysis ADD COLUMN outcome TEXT;
    ALTER TABLE whole_analysis ADD COLUMN novelty REAL;

    -- "none of these" is sorted behind "unsure".
    UPDATE song SET state_order = state_order + 1 WHERE state_order > 3;
    """,
)


class NewerError(Exception):
    """The database was made by a newer version of the program."""


def version_of(connection: sqlite3.Connection) -> int:
    """The version of the schema; raises `NewerError` if this program does not know it."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise NewerError(f"made by a newer version of the program (schema {version})")
    return int(version)


def copy_before_migration(connection: sqlite3.Connection, path: Path) -> Path | None:
    """Copy an older database to `<name>.schema-<version>`, so that a migration can be undone; one copy is kept.

    Returns None if there is nothing to copy. Raises OSError or sqlite3.Error, after removing an incomplete copy.
    """
    version = version_of(connection)
    if version in (0, len(MIGRATIONS)):
        return None
    kept = path.with_name(f"{path.name}.schema-{version}")
    with (
        replacing(kept, unfinished_name=f"{path.name}.schema-copy.part") as unfinished,
        closing(sqlite3.connect(unfinished)) as copy,
    ):
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    for older in path.parent.glob(f"{glob.escape(path.name)}.schema-*"):
        if older != kept:
            older.unlink(missing_ok=True)
    return kept


def migrate(connection: sqlite3.Connection, version: int | None = None) -> None:
    """Migrate the database to a version, the current one by default, in one transaction.

    The version is read inside the transaction, so that two programs that open one database do not both migrate it.
    Tables, indexes and columns that exist already in the same form are left as they are. Raises `NewerError` for a
    database of a newer program, and sqlite3.OperationalError if a statement fails; then nothing is changed.
    """
    for name, arguments, function in MIGRATION_FUNCTIONS:
        connection.create_function(name, arguments, function, deterministic=True)
    connection.execute("BEGIN IMMEDIATE")
    try:
        for number, script in enumerate(MIGRATIONS[version_of(connection) : version], start=version_of(connection) + 1):
            for statement in _statements(script):
                if not _is_done(connection, statement):
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _is_done(connection: sqlite3.Connection, statement: str) -> bool:
    """Whether a CREATE or ALTER statement did its work in an earlier, unfinished form of the program."""
    text = _COMMENTS.sub("", statement)
    if made := _CREATE.match(text):
        there = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (made[1],)).fetchone()
        return there is not None and there[0] == text.strip().removesuffix(";")
    if added := _ADD_COLUMN.match(text):
        columns = connection.execute(f"PRAGMA table_info({added[1]})").fetchall()
        return any(column[1] == added[2] for column in columns)
    return False


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one, since `executescript` would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
