"""The library's database: songs, their analyses, and what the user decided.

A `LibraryStore` belongs to the thread that opened it; another thread opens its own.
"""

from __future__ import annotations

import json
import os
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from mgc_desktop.inference.genres import REPORT_GENRES
from mgc_desktop.inference.prediction import TrackPrediction
from mgc_desktop.inference.vocabularies import described, vocabulary_of
from mgc_desktop.inference.vocabulary import Vocabulary
from mgc_desktop.library.database import PAGE, set_aside
from mgc_desktop.library.opening import LibraryError
from mgc_desktop.library.query import Filter, Group, Query
from mgc_desktop.library.rows import COLUMNS, FORGET_CHOICE, STATE_ORDER, STATES, UPSERT, names_in, song_of, values_of
from mgc_desktop.library.salvage import rebuild
from mgc_desktop.library.song import FileTags, Song, Stamp, State
from mgc_desktop.library.stored_analysis import ANALYSIS, REMEMBER, Analysis, analysis_of, said_by_user
from mgc_desktop.library.ticks import TickRules
from mgc_desktop.library.user_genres import UserGenres
from mgc_desktop.library.verdict import state_of

__all__ = ["Analysis", "LibraryError", "LibraryStore", "set_aside"]

T = TypeVar("T")
U = TypeVar("U")

_WITH_VERDICT: Final = (State.DIFFERS, State.TO_WRITE, State.UNSURE, State.NONE, State.AGREES)


class LibraryStore(UserGenres):
    """The library: songs, analyses and decisions, in the database that `Database` opens.

    A damaged database is set aside and rebuilt from its readable rows and from the log of decisions (`log`).
    """

    def __init__(self, path: Path, *, check: bool = True, may_set_aside: bool = True, in_memory: bool = False) -> None:
        super().__init__(path, check=check, may_set_aside=may_set_aside, in_memory=in_memory)
        self._vocabularies: dict[tuple[str, tuple[str, ...]], Vocabulary] = {}
        if in_memory:
            return
        if self.set_aside is not None:
            rebuild(self, self.set_aside, self.log)
        self.log.begin(self)

    def set_aside_names(self) -> list[str]:
        """The names of damaged databases that this one replaced, until `acknowledge_set_aside` is called."""
        return [name for (name,) in self.select("SELECT name FROM set_aside ORDER BY name")]

    def acknowledge_set_aside(self) -> None:
        """Forget the names of replaced databases, once the user was informed."""
        self.execute("DELETE FROM set_aside")

    def is_readable(self, query: Query) -> bool:
        """Whether the data that the view shows first can be read."""
        try:
            self.songs(self.ids(query)[:PAGE])
            self.counts()
            self.choices()
            self.number(Filter.NO_GENRE)
            self.accepted()
            self.folders()
        except sqlite3.DatabaseError:
            return False
        return True

    # ------------------------------------------------------------ folders

    def add_folder(self, path: Path, *, watched: bool = False) -> None:
        """Add a folder to the library, or change whether it is watched."""
        self.execute(
            "INSERT INTO folder (path, watched) VALUES (?, ?) "
            "ON CONFLICT (path) DO UPDATE SET watched = excluded.watched",
            (os.fsencode(path), watched),
        )
        self.log.add([{"kind": "folder", "path": str(path), "watched": watched}])

    def folders(self) -> dict[Path, bool]:
        """The folders of the library, each with whether it is watched."""
        rows = self._db.execute("SELECT path, watched FROM folder ORDER BY path")
        return {Path(os.fsdecode(path)): bool(watched) for path, watched in rows}

    # ------------------------------------------------------------ songs

    def put(self, files: Iterable[FileTags]) -> None:
        """Add files, or update their rows. All rows are computed before the database is locked.

        A verdict stays unless `FileTags.audio` shows that the audio has changed; then the decision is removed as well.
        """
        rows = [values_of(file) for file in files]
        forgotten: list[str] = []
        with self.transaction():
            for row in rows:
                if row["audio"] is not None and self._db.execute(FORGET_CHOICE, row).rowcount:
                    forgotten.append(os.fsdecode(row["path"]))  # type: ignore[arg-type]
            self._db.executemany(UPSERT, rows)
        self.log.add({"kind": "choice forgotten", "path": path} for path in forgotten)

    def stamps(self) -> dict[Path, Stamp]:
        """The stamps of all known files, to find those that changed."""
        rows = self._db.execute("SELECT path, size, mtime_ns, inode, ctime_ns FROM song")
        return {Path(os.fsdecode(path)): Stamp(*stamp) for path, *stamp in rows}

    def restamp(self, stamps: Mapping[Path, Stamp]) -> None:
        """Update the stamps of files whose contents are unchanged."""
        self.execute_many(
            "UPDATE song SET size = ?, mtime_ns = ?, inode = ?, ctime_ns = ? WHERE path = ?",
            ((*stamp, os.fsencode(path)) for path, stamp in stamps.items()),
        )

    def moved(self, song: int, new: Path, stamp: Stamp | None = None) -> None:
        """The file of a song has moved; its verdict and the user's decision stay with it."""
        with self.transaction():
            for old in self.songs([song]):
                chosen = self.select("SELECT 1 FROM choice WHERE song = ?", (song,))
                self.execute(
                    "UPDATE song SET path = :path, folder = :folder, folder_key = :folder_key, title_key = :title_key, "
                    "search = :search WHERE id = :id",
                    {**values_of(replace(old.file_tags, path=new)), "id": song},
                )
                self.log.add([{"kind": "moved", "path": str(old.path), "to": str(new)}] if chosen else [])
            if stamp is not None:
                self.restamp({new: stamp})

    def forget(self, paths: Iterable[Path]) -> None:
        """Remove songs whose files no longer exist. Their analyses are kept in case the files reappear."""
        self.execute_many("DELETE FROM song WHERE path = ?", ((os.fsencode(p),) for p in paths))

    def ids(self, query: Query) -> array[int]:
        """The ids of a query's songs, in its order: 100,000 of them in some tens of milliseconds.

        If the query groups, each group starts with the negative id of its first song.
        """
        statement, parameters = query.sql()
        # One long text is read five times faster than 100,000 rows.
        joined = f"SELECT group_concat(id, ' ') FROM ({statement})"
        with self.snapshot():  # ids and sizes from one state of the database
            (text,) = self._db.execute(joined, parameters).fetchone()
            grouped = query.group is not Group.NONE and text
            sizes = [size for (size,) in self._db.execute(*query.sizes_sql())] if grouped else []
        ids = np.fromstring(text or "", np.int64, sep=" ")
        if sizes:
            first = np.cumsum([0, *sizes[:-1]])
            ids = np.insert(ids, first, -ids[first])
        return array("q", ids.tobytes())

    def songs(self, ids: Sequence[int]) -> list[Song]:
        """The songs with these ids, in this order; ids that no longer exist are left out."""
        found: dict[int, Song] = {}
        for start in range(0, len(ids), PAGE):
            page = list(ids[start : start + PAGE])
            placeholders = ",".join("?" * len(page))
            for row in self._db.execute(f"SELECT {COLUMNS} FROM song WHERE id IN ({placeholders})", page):
                found[row[0]] = song_of(row)
        return [found[i] for i in ids if i in found]

    def song_at(self, path: Path) -> Song | None:
        """The song of a file, None if it is not in the library."""
        row = self._db.execute(f"SELECT {COLUMNS} FROM song WHERE path = ?", (os.fsencode(path),)).fetchone()
        return song_of(row) if row else None

    def counts(self) -> dict[State, int]:
        """The number of songs in each state."""
        rows = self._db.execute("SELECT state, count(*) FROM song GROUP BY state")
        counts: dict[State, int] = {}
        for state, number in rows:
            known = STATES.get(state, State.NEW)
            counts[known] = counts.get(known, 0) + number
        return counts

    def number(self, chosen: Filter) -> int:
        """The number of songs that match a filter."""
        (number,) = self._db.execute(f"SELECT count(*) FROM song WHERE {chosen.value}").fetchone()
        return int(number)

    # ------------------------------------------------------------ analyses

    def set_state(self, songs: Iterable[int], state: State, *, error: str | None = None) -> None:
        """Set the state of songs; `error` is stored with failed ones."""
        self.execute_many(
            "UPDATE song SET state = ?, state_order = ?, error = ? WHERE id = ?",
            ((state, STATE_ORDER[state], error, song) for song in songs),
        )

    def remember(self, checksum: str, prediction: TrackPrediction) -> None:
        """Store a prediction under the checksum of the audio, with those of the other heads of the model."""
        for other in prediction.others:
            self.remember(checksum, other)
        embedding = prediction.embedding
        self.keep_vocabulary(prediction.vocabulary)
        self.execute(
            REMEMBER,
            (
                checksum,
                prediction.model,
                prediction.model_version,
                prediction.genre,
                prediction.confidence,
                None if prediction.genres == REPORT_GENRES else json.dumps(prediction.genres),
                prediction.probabilities.astype("<f4").tobytes(),
                json.dumps(prediction.tags),
                None if embedding is None else embedding.astype("<f4").tobytes(),
                prediction.analysed_seconds,
                prediction.duration,
                json.dumps(prediction.warnings),
                prediction.vocabulary.id,
                prediction.outcome.value,
                prediction.novelty,
            ),
        )

    def keep_vocabulary(self, vocabulary: Vocabulary) -> None:
        """Keep what is known of a vocabulary, for when the model that brought it is gone."""
        data = json.dumps(vocabulary.to_dict())
        if self.select("SELECT data FROM vocabulary WHERE id = ?", (vocabulary.id,)) != [(data,)]:
            self.execute("INSERT OR REPLACE INTO vocabulary (id, data) VALUES (?, ?)", (vocabulary.id, data))

    def vocabulary(self, vocabulary: str, names: Sequence[str]) -> Vocabulary:
        """The vocabulary of a verdict, from its id ("" where none was stored) and its genres: a known one or the stored
        one, else what the names say."""
        known = vocabulary_of(names)
        if not vocabulary or known.id == vocabulary:
            return known
        for (data,) in self.select("SELECT data FROM vocabulary WHERE id = ?", (vocabulary,)):
            with suppress(ValueError, TypeError, KeyError):  # damaged, or another one of that id
                return described(names, json.loads(data))
        return known

    def assign(self, song: int, analysis: Analysis, state: State) -> None:
        """Give a song its verdict. If the user set a genre for this audio, that is the verdict."""
        genre, confidence = analysis.most_probable, analysis.confidence
        if (said := self.user_genre(analysis.checksum)) is not None:
            genre, confidence = said[0], 1.0
            (genres,) = self._db.execute("SELECT genres FROM song WHERE id = ?", (song,)).fetchone() or ("[]",)
            state = state_of(json.loads(genres), genre)
        self.execute(
            "UPDATE song SET checksum = ?, heard = ?, confidence = ?, model = ?, duration = ?, state = ?, "
            "state_order = ?, error = NULL WHERE id = ?",
            (analysis.checksum, genre, confidence, analysis.model, analysis.duration, state, STATE_ORDER[state], song),
        )

    def unqueue(self) -> None:
        """Set waiting songs to the states that they had before."""
        self.refresh_states(self.ids(Query(Filter.WAITING)))

    def refresh_states(self, songs: Sequence[int]) -> None:
        """Recompute the state of songs from verdict and genres in the file; a song without a verdict is NEW."""
        verdicts = self.verdicts(songs)
        states: dict[State, list[int]] = {}
        for song in self.songs(songs):
            known = verdicts.get(song.id)
            state = State.NEW if known is None else self.state_of(song.genres, known)
            states.setdefault(state, []).append(song.id)
        for state, members in states.items():
            self.set_state(members, state)

    def state_of(self, genres: Iterable[str], analysis: Analysis) -> State:
        """The state of a song with these genres in the file under this verdict."""
        if analysis.genre is None:
            return state_of(genres, None, is_none=analysis.is_none)
        kind = (analysis.vocabulary, analysis.genres)
        if kind not in self._vocabularies:
            self._vocabularies[kind] = self.vocabulary(*kind)
        return state_of(genres, analysis.genre, self._vocabularies[kind])

    def mark_stale(self, model: str) -> None:
        """Set songs whose verdict is not of `model` (`name@version`) to the state STALE, in several transactions, so
        that other writers need not wait long."""
        stale = (
            "model != ? AND state IN (?, ?, ?, ?, ?) "
            "AND NOT EXISTS (SELECT 1 FROM user_genres WHERE user_genres.checksum = song.checksum)"
        )
        for page, marks in self._pages(f"SELECT id FROM song WHERE {stale}", (model, *_WITH_VERDICT)):
            self.execute(
                f"UPDATE song SET state = ?, state_order = ? WHERE id IN ({marks}) AND {stale}",
                (State.STALE, STATE_ORDER[State.STALE], *page, model, *_WITH_VERDICT),
            )

    def use_version(self, model: str, version: str) -> None:
        """Put the verdicts of a model version into use: songs with a verdict of another one get this one's stored
        prediction; where there is none they become STALE. Done in several transactions, so that other writers need not
        wait long; what is not done when the program ends is done when it starts again."""
        source = "FROM song JOIN analysis ON analysis.checksum = song.checksum"
        other = (
            "analysis.model = ? AND analysis.version = ? AND (song.state IN (?, ?) OR song.model != ? AND "
            "song.state IN (?, ?, ?, ?, ?))"
        )
        values = (model, version, State.NEW, State.STALE, f"{model}@{version}", *_WITH_VERDICT)
        for page, marks in self._pages(f"SELECT song.id {source} WHERE {other}", values):
            with self.transaction():
                for song, genres, *row in self.select(
                    f"SELECT song.id, song.genres, {ANALYSIS} {source} WHERE song.id IN ({marks}) AND {other}",
                    (*page, *values),
                ):
                    if (known := analysis_of(tuple(row))) is not None:
                        self.assign(song, known, self.state_of(names_in(genres), known))
        self.mark_stale(f"{model}@{version}")

    def _pages(self, statement: str, values: Sequence[Any]) -> Iterator[tuple[tuple[int, ...], str]]:
        """The ids that a SELECT returns, `PAGE` at a time, each time with as many question marks."""
        ids = [song for (song,) in self.select(statement, values)]
        for start in range(0, len(ids), PAGE):
            page = tuple(ids[start : start + PAGE])
            yield page, ",".join("?" * len(page))

    def verdicts(self, songs: Sequence[int]) -> dict[int, Analysis]:
        """The predictions for these songs, by the model of each song's verdict; songs without one are left out. A
        genre of the user replaces that of the model."""
        found: dict[int, Analysis] = {}
        for start in range(0, len(songs), PAGE):
            page = list(songs[start : start + PAGE])
            placeholders = ",".join("?" * len(page))
            rows = self._db.execute(
                f"SELECT song.id, {ANALYSIS} FROM song JOIN analysis ON analysis.checksum = song.checksum "
                f"AND analysis.model || '@' || analysis.version = song.model WHERE song.id IN ({placeholders})",
                page,
            )
            found.update({row[0]: known for row in rows if (known := analysis_of(row[1:])) is not None})
            said = self._db.execute(
                "SELECT song.id, song.checksum, song.duration, user_genres.genres FROM song JOIN user_genres "
                f"ON user_genres.checksum = song.checksum WHERE song.id IN ({placeholders})",
                page,
            )
            for song, checksum, duration, genres in said:
                if names := tuple(names_in(genres)):
                    found[song] = said_by_user(found.get(song), checksum, duration or 0.0, names)
        return found

    def retagged(self, path: Path, stamp: Stamp, genres: tuple[str, ...] | None, state: State) -> None:
        """This program wrote the tags of a song's file; `genres`: those in the file now, None if unchanged."""
        with self.transaction():
            self.restamp({path: stamp})
            for song in [found] if (found := self.song_at(path)) is not None else []:
                self.set_state([song.id], state)
                if genres is not None:
                    self.execute(
                        "UPDATE song SET genres = :genres, genre_key = :genre_key, search = :search WHERE path = :path",
                        values_of(replace(song.file_tags, genres=genres)),
                    )

    def unreferenced(self, model: str, version: str) -> set[str]:
        """Checksums of audio that this model analysed and that no song has now: the files may reappear."""
        rows = self._db.execute(
            "SELECT checksum FROM analysis WHERE model = ? AND version = ? "
            "AND checksum NOT IN (SELECT checksum FROM song WHERE checksum IS NOT NULL)",
            (model, version),
        )
        return {checksum for (checksum,) in rows}

    def analysis(self, checksum: str, model: str, version: str) -> Analysis | None:
        """The prediction of a model version for this audio, None if it has not analysed it."""
        row = self._db.execute(
            f"SELECT {ANALYSIS} FROM analysis WHERE checksum = ? AND model = ? AND version = ?",
            (checksum, model, version),
        ).fetchone()
        return None if row is None else analysis_of(row)

    def identify(self, song: int, checksum: str) -> None:
        """Store the checksum of a song's audio if it has none; its verdict and state do not change."""
        self.execute("UPDATE song SET checksum = ? WHERE id = ? AND checksum IS NULL", (checksum, song))

    # ------------------------------------------------------------ decisions of the user

    def choose(self, songs: Iterable[int], *, accepted: bool | None, genres: tuple[str, ...] | None = None) -> None:
        """Store the user's decision: whether to write, and genres that replace the predicted one."""
        self.choose_each((song, accepted, genres) for song in songs)

    def choose_each(self, decisions: Iterable[tuple[int, bool | None, tuple[str, ...] | None]]) -> None:
        """Store one decision for each song: id, whether to write, genres that replace the predicted one."""
        made = [
            (song, accepted, None if genres is None else json.dumps(genres)) for song, accepted, genres in decisions
        ]
        self.execute_many(
            "INSERT INTO choice VALUES (?, ?, ?) ON CONFLICT (song) DO UPDATE SET "
            "accepted = excluded.accepted, genres = coalesce(excluded.genres, genres)",
            made,
        )
        self.log.add(
            {"kind": "choice", "path": str(song.path), "accepted": accepted if accepted is None else bool(accepted),
             "genres": None if genres is None else json.loads(genres)}
            for song, (_, accepted, genres) in self._with_songs(made)
        )  # fmt: skip

    def _with_songs(self, rows: list[tuple[int, T, U]]) -> Iterator[tuple[Song, tuple[int, T, U]]]:
        songs = {song.id: song for song in self.songs([row[0] for row in rows])}
        return ((songs[row[0]], row) for row in rows if row[0] in songs)

    def accepted(self, rules: TickRules = TickRules()) -> int:  # noqa: B008 - frozen
        """How many songs the review would write: as the user decided, else those that are ticked by default."""
        differing = self._db.execute("SELECT DISTINCT genres FROM song WHERE state = ?", (State.DIFFERS,)).fetchall()
        ticked, parameters = rules.condition(text for (text,) in differing)
        (by_default,) = self._db.execute(f"SELECT count(*) FROM song WHERE {ticked}", parameters).fetchone()
        decided = "FROM (SELECT song.*, choice.accepted FROM choice JOIN song ON song.id = choice.song) AS song"
        (added, removed) = self._db.execute(
            f"SELECT count(*) FILTER (WHERE accepted AND NOT {ticked}), count(*) FILTER (WHERE NOT accepted AND "
            f"{ticked}) {decided} WHERE {Filter.TO_REVIEW.value}",
            (*parameters, *parameters),
        ).fetchone()
        return int(by_default) + int(added) - int(removed)

    def choices(self) -> dict[int, tuple[bool | None, tuple[str, ...] | None]]:
        """The decisions by song: accepted (None: not decided) and genres (None: the predicted one)."""
        rows = self._db.execute("SELECT song, accepted, genres FROM choice")
        return {
            song: (
                None if accepted is None else bool(accepted),
                None if genres is None else tuple(names_in(genres)),
            )
            for song, accepted, genres in rows
        }
