"""The library's database: songs, what was heard in them, and what the user decided.

SQLite in WAL mode: one program may read while another writes. A `LibraryStore` belongs to the thread that opened
it; another thread opens its own. The database holds nothing that is not in the files or in the journal: when it is
damaged it is set aside under another name and made again.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from mgc_desktop.errors import MgcError
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.prediction import FloatArray, TrackPrediction
from mgc_desktop.library.query import Filter, Group, Query
from mgc_desktop.library.rows import COLUMNS, ORDER, PUT, song_of, values_of
from mgc_desktop.library.schema import migrate
from mgc_desktop.library.song import FileTags, Song, State
from mgc_desktop.library.verdict import state_of

_JUDGED: Final = (State.DIFFERS, State.TO_WRITE, State.UNSURE, State.AGREES)
_ANALYSIS: Final = ", ".join(
    f"analysis.{name}"
    for name in "checksum model version genre confidence genres probabilities tags embedding heard duration".split()
)
_PAGE: Final = 500  # rows in one IN (...): SQLite allows 32,766 parameters, small pages keep memory small


class LibraryError(MgcError):
    """The library's database cannot be used."""

    title = "The library cannot be opened"


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What a model heard in some audio. Arrays as in `TrackPrediction`; `model` is `name@version`."""

    checksum: str
    model: str
    genre: str | None
    confidence: float
    genres: tuple[str, ...]
    probabilities: FloatArray
    tags: tuple[tuple[str, float], ...]
    embedding: FloatArray | None
    analysed_seconds: float
    duration: float

    @property
    def most_probable(self) -> str:
        """The name of the most probable genre, sure or not."""
        return self.genres[int(np.argmax(self.probabilities))]


class LibraryStore:
    """The database at `path` (made if missing). `set_aside`: where a damaged one was moved to, else None.

    `check`: look through the whole file for damage first, which takes a second for 100,000 songs. Without it only
    damage at the surface is noticed; `is_sound` looks later, on another thread's store.
    """

    def __init__(self, path: Path, *, check: bool = True) -> None:
        self.path = path
        self.set_aside: Path | None = None
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = _open(path, check=check)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
                raise LibraryError(
                    "Another program is using the library. Close it and try again.", path=path
                ) from error
            self.set_aside = set_aside(path)
            self._db = _open(path, check=False)
        except ValueError as error:
            raise LibraryError(f"It was {error}. Update MGC Desktop to open it.", path=path) from error

    @property
    def db(self) -> sqlite3.Connection:
        """The connection, for the modules of this package that keep tables of their own."""
        return self._db

    def close(self) -> None:
        """Close the database; the store cannot be used afterwards."""
        self._db.close()

    def __enter__(self) -> LibraryStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def is_intact(self) -> bool:
        """Look through the whole database for damage."""
        try:
            return _verdict(self._db) == "ok"
        except sqlite3.DatabaseError:
            return False

    def can_show(self, query: Query) -> bool:
        """Whether what a view shows first can be read at all."""
        try:
            self.songs(self.ids(query)[:_PAGE])
            self.counts()
        except sqlite3.DatabaseError:
            return False
        return True

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; waits for another writer."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # ------------------------------------------------------------ folders

    def add_folder(self, path: Path, *, watched: bool = False) -> None:
        """Remember a folder of the library, or change whether it is watched."""
        self._db.execute(
            "INSERT INTO folder (path, watched) VALUES (?, ?) "
            "ON CONFLICT (path) DO UPDATE SET watched = excluded.watched",
            (os.fsencode(path), watched),
        )

    def folders(self) -> dict[Path, bool]:
        """The folders of the library, each with whether it is watched."""
        rows = self._db.execute("SELECT path, watched FROM folder ORDER BY path")
        return {Path(os.fsdecode(path)): bool(watched) for path, watched in rows}

    def remove_folder(self, path: Path) -> None:
        """Forget a folder and its songs (the files stay as they are)."""
        prefix = os.fsencode(path)
        with self.transaction():
            self._db.execute("DELETE FROM folder WHERE path = ?", (prefix,))
            # The separator's successor bounds all paths below the folder, whatever bytes they are made of.
            below, after = prefix + os.sep.encode(), prefix + bytes([os.sep.encode()[0] + 1])
            self._db.execute("DELETE FROM song WHERE path >= ? AND path < ?", (below, after))

    # ------------------------------------------------------------ songs

    def put(self, files: Iterable[FileTags]) -> None:
        """Add files, or renew what is known of them. A verdict stays while the audio may be the same."""
        with self.transaction():
            self._db.executemany(PUT, [values_of(f) for f in files])

    def stamps(self) -> dict[Path, tuple[int, int]]:
        """Size and mtime_ns of every known file, to see which ones changed."""
        rows = self._db.execute("SELECT path, size, mtime_ns FROM song")
        return {Path(os.fsdecode(path)): (size, mtime_ns) for path, size, mtime_ns in rows}

    def moved(self, song: int, new: Path) -> None:
        """The file of a song is now elsewhere; its verdict and choice go with it."""
        self._db.execute(
            "UPDATE song SET path = ?, folder = ? WHERE id = ?", (os.fsencode(new), os.fsencode(new.parent), song)
        )

    def forget(self, paths: Iterable[Path]) -> None:
        """Remove songs whose files are gone. What was heard in them is kept, for when they come back."""
        with self.transaction():
            self._db.executemany("DELETE FROM song WHERE path = ?", [(os.fsencode(p),) for p in paths])

    def ids(self, query: Query) -> array[int]:
        """The ids that a query selects, in its order: 100,000 of them in some tens of milliseconds.

        Where it groups, each group is headed by the id of its first song with a minus sign.
        """
        statement, parameters = query.sql()
        # One long text is read five times faster than 100,000 rows.
        joined = f"SELECT group_concat(id, ' ') FROM ({statement})"
        (text,) = self._db.execute(joined, parameters).fetchone()
        ids = np.fromstring(text or "", np.int64, sep=" ")
        if query.group is not Group.NONE and len(ids):
            sizes = [size for (size,) in self._db.execute(*query.sizes_sql())]
            first = np.cumsum([0, *sizes[:-1]])
            ids = np.insert(ids, first, -ids[first])
        return array("q", ids.tobytes())

    def songs(self, ids: Sequence[int]) -> list[Song]:
        """The rows with these ids, in this order; ids that are gone are left out."""
        found: dict[int, Song] = {}
        for start in range(0, len(ids), _PAGE):
            page = list(ids[start : start + _PAGE])
            marks = ",".join("?" * len(page))
            for row in self._db.execute(f"SELECT {COLUMNS} FROM song WHERE id IN ({marks})", page):
                found[row[0]] = song_of(row)
        return [found[i] for i in ids if i in found]

    def song_at(self, path: Path) -> Song | None:
        """The song of a file, None when the library does not know it."""
        row = self._db.execute(f"SELECT {COLUMNS} FROM song WHERE path = ?", (os.fsencode(path),)).fetchone()
        return song_of(row) if row else None

    def counts(self) -> dict[State, int]:
        """How many songs stand where."""
        rows = self._db.execute("SELECT state, count(*) FROM song GROUP BY state")
        return {State(state): number for state, number in rows}

    def select(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a SELECT gives, for views that look at all songs at once."""
        return self._db.execute(statement, parameters).fetchall()

    def number(self, chosen: Filter) -> int:
        """How many songs a filter lets through."""
        (number,) = self._db.execute(f"SELECT count(*) FROM song WHERE {chosen.value}").fetchone()
        return int(number)

    # ------------------------------------------------------------ what was heard

    def set_state(self, songs: Iterable[int], state: State, *, error: str | None = None) -> None:
        """Move songs to a state; `error` is kept with failed ones."""
        with self.transaction():
            self._db.executemany(
                "UPDATE song SET state = ?, state_order = ?, error = ? WHERE id = ?",
                [(state, ORDER[state], error, song) for song in songs],
            )

    def remember(self, checksum: str, prediction: TrackPrediction) -> None:
        """Keep what was heard, under the checksum of the audio."""
        embedding = prediction.embedding
        self._db.execute(
            "INSERT OR REPLACE INTO analysis VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                checksum,
                prediction.model,
                prediction.model_version,
                prediction.genre,
                prediction.confidence,
                None if prediction.genres == GENRES else json.dumps(prediction.genres),
                prediction.probabilities.astype("<f4").tobytes(),
                json.dumps(prediction.tags),
                None if embedding is None else embedding.astype("<f4").tobytes(),
                prediction.analysed_seconds,
                prediction.duration,
                json.dumps(prediction.warnings),
            ),
        )

    def assign(self, song: int, analysis: Analysis, state: State) -> None:
        """Give a song its verdict."""
        self._db.execute(
            "UPDATE song SET checksum = ?, heard = ?, confidence = ?, model = ?, duration = ?, state = ?, "
            "state_order = ?, error = NULL WHERE id = ?",
            (
                analysis.checksum,
                analysis.most_probable,
                analysis.confidence,
                analysis.model,
                analysis.duration,
                state,
                ORDER[state],
                song,
            ),
        )

    def unqueue(self) -> None:
        """Songs that wait stand again where they stood before."""
        self.rescorer(self.ids(Query(Filter.WAITING)))

    def rescorer(self, songs: Sequence[int]) -> None:
        """Put songs where their verdict and the genres in their files say they stand; without one they are new."""
        verdicts = self.verdicts(songs)
        states: dict[State, list[int]] = {}
        for song in self.songs(songs):
            known = verdicts.get(song.id)
            state = State.NEW if known is None else state_of(song.genres, known.genre)
            states.setdefault(state, []).append(song.id)
        for state, members in states.items():
            self.set_state(members, state)

    def mark_stale(self, model: str) -> None:
        """Say of which songs another model than `model` (`name@version`) gave the verdict."""
        self._db.execute(
            "UPDATE song SET state = ?, state_order = ? WHERE model != ? AND state IN (?, ?, ?, ?)",
            (State.STALE, ORDER[State.STALE], model, *_JUDGED),
        )

    def use_version(self, model: str, version: str) -> None:
        """Let a model's verdicts count: songs that another one judged get what this one heard in them before, without
        being listened to; where it heard nothing they are stale."""
        rows = self._db.execute(
            f"SELECT song.id, song.genres, {_ANALYSIS} FROM song JOIN analysis ON analysis.checksum = song.checksum "
            "WHERE analysis.model = ? AND analysis.version = ? AND (song.state IN (?, ?) OR song.model != ? AND "
            "song.state IN (?, ?, ?, ?))",
            (model, version, State.NEW, State.STALE, f"{model}@{version}", *_JUDGED),
        ).fetchall()
        with self.transaction():
            for song, genres, *row in rows:
                known = _analysis(tuple(row))
                self.assign(song, known, state_of(json.loads(genres), known.genre))
            self.mark_stale(f"{model}@{version}")

    def verdicts(self, songs: Sequence[int]) -> dict[int, Analysis]:
        """What was heard in these songs, by the model that gave each its verdict; those without are left out."""
        found: dict[int, Analysis] = {}
        for start in range(0, len(songs), _PAGE):
            page = list(songs[start : start + _PAGE])
            marks = ",".join("?" * len(page))
            rows = self._db.execute(
                f"SELECT song.id, {_ANALYSIS} FROM song JOIN analysis ON analysis.checksum = song.checksum "
                f"AND analysis.model || '@' || analysis.version = song.model WHERE song.id IN ({marks})",
                page,
            )
            found.update({row[0]: _analysis(row[1:]) for row in rows})
        return found

    def retagged(self, path: Path, size: int, mtime_ns: int, genres: tuple[str, ...] | None, state: State) -> None:
        """The file of a song was written by this program; `genres` are those in it now, None: as before."""
        self._db.execute(
            "UPDATE song SET size = ?, mtime_ns = ?, state = ?, state_order = ?, error = NULL WHERE path = ?",
            (size, mtime_ns, state, ORDER[state], os.fsencode(path)),
        )
        if genres is not None and (song := self.song_at(path)) is not None:
            values = values_of(replace(song.file_tags, genres=genres))
            self._db.execute(
                "UPDATE song SET genres = :genres, genre_key = :genre_key, search = :search WHERE path = :path", values
            )

    def unreferenced(self, model: str, version: str) -> set[str]:
        """Checksums of audio that this model heard in files that are gone: they may come back under other names."""
        rows = self._db.execute(
            "SELECT checksum FROM analysis WHERE model = ? AND version = ? "
            "AND checksum NOT IN (SELECT checksum FROM song WHERE checksum IS NOT NULL)",
            (model, version),
        )
        return {checksum for (checksum,) in rows}

    def analysis(self, checksum: str, model: str, version: str) -> Analysis | None:
        """What a model heard in this audio, None when it did not listen to it yet."""
        row = self._db.execute(
            f"SELECT {_ANALYSIS} FROM analysis WHERE checksum = ? AND model = ? AND version = ?",
            (checksum, model, version),
        ).fetchone()
        return None if row is None else _analysis(row)

    def identify(self, song: int, checksum: str) -> None:
        """Keep the checksum of a song's audio, where none is known yet; its verdict and state stay as they are."""
        self._db.execute("UPDATE song SET checksum = ? WHERE id = ? AND checksum IS NULL", (checksum, song))

    # ------------------------------------------------------------ what the user decided

    def choose(self, songs: Iterable[int], *, accepted: bool | None, genres: tuple[str, ...] | None = None) -> None:
        """Keep the user's decision: whether to write, and other genres than the heard one."""
        self.choose_each((song, accepted, genres) for song in songs)

    def choose_each(self, decisions: Iterable[tuple[int, bool | None, tuple[str, ...] | None]]) -> None:
        """Keep decisions that differ from song to song: id, whether to write, other genres."""
        with self.transaction():
            self._db.executemany(
                "INSERT INTO choice VALUES (?, ?, ?) ON CONFLICT (song) DO UPDATE SET "
                "accepted = excluded.accepted, genres = coalesce(excluded.genres, genres)",
                [
                    (song, accepted, None if genres is None else json.dumps(genres))
                    for song, accepted, genres in decisions
                ],
            )

    def accepted(self) -> int:
        """How many songs would be taken into the review: those without a genre unless declined, others if chosen."""
        (declined, chosen) = self._db.execute(
            "SELECT count(*) FILTER (WHERE accepted = 0 AND state = ?), count(*) FILTER (WHERE accepted AND state = ?) "
            "FROM choice JOIN song ON song.id = choice.song",
            (State.TO_WRITE, State.DIFFERS),
        ).fetchone()
        return self.number(Filter.TO_WRITE) - int(declined) + int(chosen)

    def choices(self) -> dict[int, tuple[bool | None, tuple[str, ...] | None]]:
        """The decisions by song: accepted (None: not decided) and genres (None: the heard one)."""
        rows = self._db.execute("SELECT song, accepted, genres FROM choice")
        return {
            song: (
                None if accepted is None else bool(accepted),
                None if genres is None else tuple(json.loads(genres)),
            )
            for song, accepted, genres in rows
        }


def _open(path: Path, *, check: bool) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=10.0)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")  # in WAL mode a power cut loses the last moments, never the file
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA cache_size = -65536")  # KiB: the indexes of 100,000 songs stay in memory
        if check and (verdict := _verdict(db)) != "ok":
            raise sqlite3.DatabaseError(verdict)
        migrate(db)
    except BaseException:
        db.close()
        raise
    return db


def _verdict(db: sqlite3.Connection) -> str:
    (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
    return str(verdict)


def set_aside(path: Path) -> Path:
    """Move a damaged database, with its side files, to a name that says what and when."""
    kept = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(kept.with_name(kept.name + suffix))
    return kept


def _analysis(row: tuple[Any, ...]) -> Analysis:
    checksum, model, version, genre, confidence, genres, probabilities, tags, embedding, analysed_seconds, duration = (
        row
    )
    return Analysis(
        checksum,
        f"{model}@{version}",
        genre,
        confidence,
        GENRES if genres is None else tuple(json.loads(genres)),
        np.frombuffer(probabilities, "<f4"),
        tuple((name, p) for name, p in json.loads(tags)),
        None if embedding is None else np.frombuffer(embedding, "<f4"),
        analysed_seconds,
        duration,
    )
