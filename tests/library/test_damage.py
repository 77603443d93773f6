"""A damaged library is noticed, set aside and rebuilt with the user's decisions."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.prediction import Timeline, TrackPrediction
from mgc_desktop.inference.user_heads import LabelledSong
from mgc_desktop.library import labels
from mgc_desktop.library.damage import SOUND
from mgc_desktop.library.decisions import DecisionLog
from mgc_desktop.library.query import Filter, Group, Query
from mgc_desktop.library.review import review
from mgc_desktop.library.song import FileTags, State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.tags.policy import Mode, Policy

SONGS = 60
NOTHING = Timeline(GENRES, np.zeros((0, 2), np.float32), np.zeros((0, 10), np.float32))
ODD = ("nev", "", "{", "[1]", '{"a": 1}', "é" * 300, -1, 0, 2**62, -(2**63), 1e300, -0.5, float("inf"), b"", b"\0",
       b"\xff" * 40, b"abc", bytes(1600), None)  # fmt: skip


def example(checksum: str, genre: str) -> LabelledSong:
    return LabelledSong(checksum, genre, "Title", "Artist", np.full(10, 0.1, np.float32), np.ones(8, np.float32))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library in use, closed."""
    path = tmp_path_factory.mktemp("sound") / "library.db"
    with LibraryStore(path) as store:
        store.add_folder(Path("/m"), watched=True)
        store.put(
            FileTags(Path(f"/m/{n}.mp3"), 100 + n, n, f"Song {n} " + "x" * 100, "Artist", "Album", 1999, 60.0,
                     ("Polka",) if n % 2 else ())
            for n in range(SONGS)
        )  # fmt: skip
        for n in range(SONGS):
            shares = np.full(10, 0.01, np.float32)
            shares[n % 10] = 0.9
            predicted = TrackPrediction(
                Path(f"/m/{n}.mp3"), 60.0, "m", "1", GENRES, shares, GENRES[n % 10], 0.9, NOTHING,
                tags=(("guitar", 0.5),), embedding=np.full(400, n, np.float32), analysed_seconds=30.0,
            )  # fmt: skip
            store.remember(f"c{n}", predicted)
            song, analysis = store.song_at(Path(f"/m/{n}.mp3")), store.analysis(f"c{n}", "m", "1")
            assert song is not None
            assert analysis is not None
            store.assign(song.id, analysis, State.DIFFERS if n % 2 else State.TO_WRITE)
        ids = [song.id for song in store.songs(store.ids(Query())) if int(song.path.stem) < 10]
        store.choose(ids, accepted=False)
        store.choose(ids[:5], accepted=True, genres=("Fado",))
        labels.add_labels(store, "Mine", [example(f"c{n}", "Fado") for n in range(4)], "m@1")
        labels.remove_labels(store, "Mine", ["c3"])
        store.set_user_genre("c7", ("Bebop", "Swing"))
        store.set_user_genre("c8", ("Jazz",))
        store.clear_user_genre("c8")
    return path


@pytest.fixture
def database(sound: Path, tmp_path: Path) -> Path:
    """A copy of it to be damaged, with its notes."""
    for file in sound.parent.iterdir():
        shutil.copyfile(file, tmp_path / file.name)
    return tmp_path / sound.name


def use(store: LibraryStore) -> None:
    """What the window does first."""
    query = Query(group=Group.ALBUM)
    store.songs([i for i in store.ids(query) if i > 0])
    store.counts()
    store.accepted()
    store.number(Filter.NO_GENRE)
    store.folders()
    store.stamps()
    review(store, Policy(Mode.REPLACE))


def start(database: Path) -> LibraryStore:
    """What the window does at its start: open at once, use, and look for damage in the background."""
    store = LibraryStore(database, check=False)
    if not store.is_readable(Query()) or not store.is_intact():
        store.close()
        store = LibraryStore(database)
    return store


def assert_decisions(store: LibraryStore, *, songs: bool = True) -> None:
    assert store.folders() == {Path("/m"): True}
    assert [(m.example.checksum, m.example.genre) for m in labels.labels(store, "Mine")] == [
        ("c0", "Fado"), ("c1", "Fado"), ("c2", "Fado"),
    ]  # fmt: skip
    assert store.user_genres(["c7", "c8"]) == {"c7": ("Bebop", "Swing")}
    if songs:
        paths = {song.id: song.path for song in store.songs(store.ids(Query()))}
        chosen = {paths[song].stem: choice for song, choice in store.choices().items()}
        assert len(chosen) == 10
        assert sum(choice == (True, ("Fado",)) for choice in chosen.values()) == 5


def columns() -> Iterator[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        from mgc_desktop.library.schema import migrate

        migrate(db)
        for table in SOUND:
            for _, name, *_ in db.execute(f"PRAGMA table_info({table})").fetchall():
                yield table, name


@pytest.mark.parametrize(("table", "column"), list(columns()))
def test_invalid_values_in_any_column_do_not_keep_the_library_from_opening(
    database: Path, table: str, column: str
) -> None:
    """Whatever SQLite lets be stored there."""
    sources = {file: file.read_bytes() for file in database.parent.iterdir()}
    one = f" WHERE rowid = (SELECT min(rowid) FROM {table})" if table in ("song", "folder", "choice") else ""
    for odd in random.Random(f"{table} {column}").sample(ODD, 7):
        for file, data in sources.items():
            file.write_bytes(data)
        for extra in {*database.parent.iterdir()} - {*sources}:
            extra.unlink()
        with closing(sqlite3.connect(database, isolation_level=None)) as db:
            try:
                db.execute(f"UPDATE OR IGNORE {table} SET {column} = ?{one}", (odd,))
            except sqlite3.Error:
                continue  # the table itself refuses it
        with LibraryStore(database, check=False) as store:
            use(store)
        with start(database) as store:
            use(store)
            assert store.is_intact()
            if store.set_aside is not None:
                assert store.set_aside_names() == [store.set_aside.name]
                assert_decisions(store, songs=table != "song")


@pytest.mark.parametrize("table", [*SOUND, "set_aside"])
def test_a_missing_table_is_rebuilt(database: Path, table: str) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.execute(f"DROP TABLE {table}")
    with start(database) as store:
        assert store.set_aside is not None
        use(store)
        assert store.is_intact()
        assert_decisions(store, songs=table != "song")
        if table not in ("song", "choice"):
            assert len(store.ids(Query())) == SONGS
        if table != "analysis":
            assert len(store.unreferenced("m", "1")) == (SONGS if table == "song" else 0)
            assert store.analysis("c5", "m", "1") is not None


@pytest.mark.parametrize("version", [-1, 0, 1, 3])
def test_a_schema_version_that_differs_from_the_tables_is_damage(database: Path, version: int) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.execute(f"PRAGMA user_version = {version}")
    with start(database) as store:
        assert store.set_aside is not None
        assert len(store.ids(Query())) == SONGS
        assert_decisions(store)


@pytest.mark.parametrize("column", ["artist", "confidence", "album_key"])
def test_a_missing_column_is_rebuilt(database: Path, column: str) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        for name, sql in db.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL"
        ).fetchall():
            if column in sql:
                db.execute(f"DROP INDEX {name}")
        db.execute(f"ALTER TABLE song DROP COLUMN {column}")
    with start(database) as store:
        assert store.set_aside is not None
        use(store)
        assert_decisions(store)


def test_an_index_that_differs_from_its_table_is_damage(database: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.execute("PRAGMA writable_schema = ON")
        (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'song_title'").fetchone()
        (other,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'song_duration'").fetchone()
        db.execute("UPDATE sqlite_master SET rootpage = ? WHERE name = 'song_title'", (other,))
        db.execute("UPDATE sqlite_master SET rootpage = ? WHERE name = 'song_duration'", (root,))
    with start(database) as store:
        assert store.set_aside is not None
        assert len(store.ids(Query())) == SONGS
        assert_decisions(store)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("kind", ["garbage", "zeros", "cut", "bits"])
def test_a_database_with_damaged_bytes_is_rebuilt(database: Path, kind: str, seed: int) -> None:
    """Wherever the bytes are damaged, the library starts, is whole, and holds what the user decided."""
    rng = random.Random(f"{kind} {seed}")
    with closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(database.read_bytes())
    match kind:
        case "garbage" | "zeros":
            for _ in range(rng.randint(1, 6)):
                at = rng.randrange(0, len(data) // 4096) * 4096 + rng.choice((0, rng.randrange(4096)))
                size = min(rng.choice((1, 100, 4096, 20_000)), len(data) - at)
                data[at : at + size] = rng.randbytes(size) if kind == "garbage" else bytes(size)
        case "cut":
            del data[rng.randrange(1, len(data)) :]
        case "bits":
            for _ in range(30):
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    database.write_bytes(data)
    with start(database) as store:
        use(store)
        assert store.is_intact()
        if store.set_aside is not None:
            assert store.set_aside.exists()
            # Songs whose rows cannot be read come back by the scan, and their decisions with them.
            store.put(FileTags(Path(f"/m/{n}.mp3"), 100 + n, n) for n in range(SONGS))
            from mgc_desktop.library.decisions import restore

            restore(store, store.log.read())
            assert_decisions(store)


class TestNotes:
    def test_an_incomplete_line_is_the_only_one_lost(self, database: Path) -> None:
        log = DecisionLog(database)
        log.path.write_bytes(log.path.read_bytes()[:-20])
        log.add([{"kind": "user genre", "checksum": "c9", "genres": ["Polka"]}])
        assert log.read().genres["c9"] == ["Polka"]
        assert len(log.read().choices) == 10

    @pytest.mark.parametrize(
        "line",
        [
            b"\xff\xfe", b"[]", b"{}", b'{"kind": 3}', b'{"kind": "choice"}', b"null", b"[" * 100_000,
            b'{"kind": "user genre", "checksum": "x", "genres": 5}',
        ],
    )  # fmt: skip
    def test_a_damaged_line_is_skipped(self, database: Path, line: bytes) -> None:
        log = DecisionLog(database)
        log.path.write_bytes(line + b"\n" + log.path.read_bytes())
        assert len(log.read().choices) == 10

    def test_a_large_log_is_compacted_without_changing_decisions(
        self, database: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("mgc_desktop.library.decisions._LARGE", 1)
        log = DecisionLog(database)
        log.add({"kind": "choice", "path": "/m/0.mp3", "accepted": bool(n % 2), "genres": None} for n in range(1000))
        before, size = log.read(), log.path.stat().st_size
        log.compact()
        assert log.read() == before
        assert log.path.stat().st_size < size / 4

    def test_decisions_of_an_older_library_are_logged_when_it_is_opened(self, database: Path) -> None:
        log = DecisionLog(database)
        before = log.read()
        log.path.unlink()
        LibraryStore(database).close()
        assert log.read() == before

    def test_decisions_follow_moved_files_and_end_when_the_audio_changes(self, database: Path) -> None:
        with LibraryStore(database) as store:
            zero, one = (store.song_at(Path(f"/m/{n}.mp3")) for n in (0, 1))
            assert zero is not None
            assert one is not None
            store.moved(zero.id, Path("/m/moved.mp3"))
            store.put([FileTags(one.path, 1, 1, audio="other")])
            choices = store.log.read().choices
        assert "/m/moved.mp3" in choices
        assert {"/m/0.mp3", "/m/1.mp3"}.isdisjoint(choices)

    def test_renamed_and_removed_heads_and_genres_are_logged(self, database: Path) -> None:
        with LibraryStore(database) as store:
            labels.rename_genre(store, "Mine", "Fado", "Morna")
            labels.rename_labels(store, "Mine", "Yours")
            noted = store.log.read().labels
            assert {(head, label["genre"]) for (head, _), label in noted.items()} == {("Yours", "Morna")}
            labels.forget_labels(store, "Yours")
            assert store.log.read().labels == {}

    def test_a_log_that_cannot_be_written_does_not_prevent_decisions(self, database: Path) -> None:
        log = DecisionLog(database)
        log.path.unlink()
        log.path.mkdir()
        with LibraryStore(database) as store:
            store.set_user_genre("c9", ("Polka",))
            assert store.user_genre("c9") == ("Polka",)


def test_names_that_are_not_utf8_are_logged(tmp_path: Path, write_audio: Callable[..., Path]) -> None:
    name = b"/m/caf\xe9".decode("utf-8", "surrogateescape")
    with LibraryStore(tmp_path / "library.db") as store:
        store.add_folder(Path(name))
        assert store.log.read().folders == {name: False}
    assert json.loads(DecisionLog(tmp_path / "library.db").path.read_text("ascii"))["path"] == name
