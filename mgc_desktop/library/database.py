"""The connection to the library's database: opening, migrating, setting aside a damaged file, and transactions.

SQLite runs in WAL mode: one program may read while another writes. Only a file that SQLite reports as corrupt, or that
is not a database, is set aside. After any other error (no space, no permission, too many open files, a disk error) the
file stays where it is and `LibraryError` is raised.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self

from mgc_desktop.library.damage import DamageError, check_file, check_schema, check_values
from mgc_desktop.library.decisions import DecisionLog
from mgc_desktop.library.opening import (
    AT_ONCE_SECONDS,
    BUSY_SECONDS,
    IN_USE,
    TRIES,
    LibraryBusyError,
    LibraryError,
    identity_of,
    opening,
)
from mgc_desktop.library.schema import MIGRATIONS, NewerError, copy_before_migration, migrate

PAGE: Final = 500  # rows in one IN (...): SQLite allows 32,766 parameters, small pages need little memory

_SENTENCES: Final = {
    sqlite3.SQLITE_BUSY: IN_USE,
    sqlite3.SQLITE_LOCKED: IN_USE,
    sqlite3.SQLITE_FULL: "Its disk is full. Free some space and try again.",
    sqlite3.SQLITE_IOERR: "Its disk reports an error. Check the disk and the connection to it, then try again.",
    sqlite3.SQLITE_READONLY: "It cannot be written. Check the permissions of the file and of its folder.",
    sqlite3.SQLITE_PERM: "It cannot be written. Check the permissions of the file and of its folder.",
    sqlite3.SQLITE_CANTOPEN: "Its file cannot be opened. Check the permissions of the file and of its folder, or close "
    "other programs if too many files are open.",
    sqlite3.SQLITE_NOMEM: "There is not enough memory. Close other programs and try again.",
}


_IN_THE_WAY: Final = re.compile("already exists|duplicate column")  # another table of that name: no version made it


class Database:
    """The database at `path` (created if missing). `set_aside`: where a damaged one was moved to, else None.

    `check`: look through the whole file for damage first, which takes seconds for 100,000 songs. Without it only
    damage at the surface is noticed. Raises `LibraryError` when the database cannot be used.
    `may_set_aside`: False for a program that could not make the library again; a damaged database is an error then.
    `in_memory`: an empty database that touches no file, in the place of one at `path` that cannot be used now.
    """

    def __init__(self, path: Path, *, check: bool = True, may_set_aside: bool = True, in_memory: bool = False) -> None:
        self.path = path
        self.in_memory = in_memory
        self.set_aside: Path | None = None
        self.log = DecisionLog(path, keep=not in_memory)
        if in_memory:
            self._db = sqlite3.connect(":memory:", isolation_level=None)
            migrate(self._db)
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(f"Its folder cannot be created ({error.strerror}).", path=path) from error
        identity = identity_of(path)
        try:
            with translated(path):
                self._db = _open(path, check=check)
        except DamageError as error:
            if not may_set_aside:
                raise LibraryError("It is damaged. Open MGC Desktop, which repairs it.", path=path) from error
            self.set_aside = set_aside(path, identity)
            with translated(path):
                self._db = _open(path, check=False)

    @property
    def db(self) -> sqlite3.Connection:
        """The connection, for the modules of this package that have tables of their own."""
        return self._db

    def close(self) -> None:
        """Close the database; it cannot be used afterwards."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction; waits for other writers. Inside another transaction it is a savepoint: if it fails, only its
        own changes are rolled back."""
        if self._db.in_transaction:
            begin, commit, rollback = "SAVEPOINT part", "RELEASE part", "ROLLBACK TO part; RELEASE part"
            self._db.execute(begin)
        else:
            commit, rollback = "COMMIT", "ROLLBACK"
            _begin(self._db)
        try:
            yield
            self._db.execute(commit)
        except BaseException:
            for statement in rollback.split("; "):
                if self._db.in_transaction:  # SQLite has already ended it if the disk is full
                    self._db.execute(statement)
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Several reads of one state of the database, even if another program commits meanwhile."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("ROLLBACK")

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """A transaction for the window's own thread: raises `LibraryBusyError` where it would have to wait for another
        writer, and other errors of the database as `LibraryError`. Then nothing was changed."""
        try:
            self._db.execute(f"PRAGMA busy_timeout = {round(1000 * AT_ONCE_SECONDS)}")
            with self.log.hold(AT_ONCE_SECONDS):
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield
                    self._db.execute("COMMIT")
                finally:
                    if self._db.in_transaction:
                        self._db.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise library_error(error, self.path) from error
        except OSError as error:
            raise LibraryError(f"Its folder cannot be used ({error.strerror or error}).", path=self.path) from error
        finally:
            self._db.execute(f"PRAGMA busy_timeout = {round(1000 * BUSY_SECONDS)}")

    def wait_for_writers(self, seconds: float) -> None:
        """How long each statement waits for another writer before it fails."""
        self._db.execute(f"PRAGMA busy_timeout = {round(1000 * seconds)}")

    def execute(self, statement: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> None:
        """Run one statement that changes something, in a transaction."""
        with self.transaction():
            self._db.execute(statement, parameters)

    def execute_many(self, statement: str, rows: Iterable[Sequence[Any] | dict[str, Any]]) -> None:
        """Run one statement for each row, in one transaction. The rows are computed before the lock is acquired."""
        ready = list(rows)
        with self.transaction():
            self._db.executemany(statement, ready)

    def select(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a SELECT."""
        return self._db.execute(statement, parameters).fetchall()

    def is_intact(self) -> bool:
        """Check the whole database for damage. Raises `LibraryError` if it cannot be read at all."""
        try:
            with translated(self.path):
                check_schema(self._db)
                _check(self._db)
        except DamageError:
            return False
        return True


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Translates SQLite errors: `DamageError` if the file is damaged, else `LibraryError` with a sentence."""
    try:
        yield
    except sqlite3.Error as error:
        if is_damage(error):
            raise DamageError(str(error)) from error
        raise library_error(error, path) from error
    except NewerError as error:
        raise LibraryError(f"It was {error}. Update MGC Desktop to open it.", path=path) from error
    except OSError as error:
        raise LibraryError(f"Its folder cannot be used ({error.strerror or error}).", path=path) from error


def library_error(error: sqlite3.Error, path: Path) -> LibraryError:
    """What SQLite says, as a sentence."""
    if is_damage(error):
        return LibraryError("It is damaged. Start MGC Desktop again, which makes it again.", path=path)
    code = _code(error)
    kind = LibraryBusyError if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) else LibraryError
    return kind(_SENTENCES.get(code, f"SQLite reports: {error}."), path=path)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite reports that the file itself is damaged."""
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _code(error: sqlite3.Error) -> int:
    """The primary result code, 0 for errors of Python's `sqlite3` module itself."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _begin(db: sqlite3.Connection) -> None:
    for _ in range(TRIES - 1):
        try:
            db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY:
                raise
        else:
            return
    db.execute("BEGIN IMMEDIATE")


def _open(path: Path, *, check: bool) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)
    try:
        db.execute("PRAGMA synchronous = NORMAL")  # in WAL mode a power cut loses the last commits only
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA cache_size = -65536")  # KiB: the indexes of 100,000 songs stay in memory
        db.text_factory = _text
        if not _is_current(db):
            with opening(path):
                db.execute("PRAGMA journal_mode = WAL")
                check_schema(db)
                copy_before_migration(db, path)
                _migrate(db)
        check_schema(db)
        if check:
            _check(db)
    except BaseException:
        db.close()
        raise
    return db


def _migrate(db: sqlite3.Connection) -> None:
    try:
        migrate(db)
    except sqlite3.OperationalError as error:
        if not _IN_THE_WAY.search(str(error)):
            raise  # no reason to set a library aside
        raise DamageError(f"it cannot be brought up to date: {error}") from error


def _text(stored: bytes) -> str:
    """Text of the database; invalid UTF-8 becomes replacement characters."""
    return stored.decode("utf-8", "replace")


def _is_current(db: sqlite3.Connection) -> bool:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    (mode,) = db.execute("PRAGMA journal_mode").fetchone()
    return int(version) == len(MIGRATIONS) and mode == "wal"


def _check(db: sqlite3.Connection) -> None:
    if code := check_file(db):
        raise LibraryError(_SENTENCES[code])
    check_values(db)


def set_aside(path: Path, identity: tuple[int, int] | None = None) -> Path | None:
    """Move a damaged database and its side files to a name with the reason and the date.

    `identity`: of the file that was found damaged. If another program has replaced that file since, nothing is moved
    and None is returned. Raises `LibraryError` if it cannot be moved.
    """
    with translated(path), opening(path):
        if identity is not None and identity_of(path) != identity:
            return None
        stem = f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}"
        kept, number = path.with_name(stem), 1
        while kept.exists():
            number += 1
            kept = path.with_name(f"{stem}-{number}")
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                path.with_name(path.name + suffix).replace(kept.with_name(kept.name + suffix))
        return kept
