"""Opening a library: two programs at once, older databases, and errors after which it must not be set aside."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mgc_desktop.library.database import set_aside
from mgc_desktop.library.folders import remove
from mgc_desktop.library.opening import LibraryError
from mgc_desktop.library.query import Group, Query, Sort
from mgc_desktop.library.schema import MIGRATIONS, migrate
from mgc_desktop.library.song import FileTags, State
from mgc_desktop.library.store import LibraryStore


def older(path: Path, version: int, songs: int = 3) -> None:
    """A database as an earlier version of the program left it."""
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode = WAL")
        for script in MIGRATIONS[:version]:
            db.executescript(script)
        db.execute(f"PRAGMA user_version = {version}")
        db.executemany(
            "INSERT INTO song (path, folder, size, mtime_ns, title, artist, album, genres, state, state_order, "
            "title_key, artist_key, album_key, genre_key, search) VALUES (?, ?, 1, 1, ?, ?, 'Ágætis', '[\"Jazz\"]', "
            "'new', 6, ?, ?, 'ágætis', 'jazz', ?)",
            [
                (f"/m/{n}.mp3".encode(), b"/m", f"Track {n}", "Björk", f"track {n}", "björk", f"track {n}\nbjörk")
                for n in range(songs)
            ],
        )
    db.close()


def python(code: str, *arguments: object, wait: bool = True) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ,
    )  # fmt: skip
    if wait:
        process.wait(120)
    return process


_OPEN_AND_PUT = """
    import sys, time
    from pathlib import Path
    from mgc_desktop.library.song import FileTags
    from mgc_desktop.library.store import LibraryStore
    folder, me = Path(sys.argv[1]), sys.argv[2]
    (folder / f"ready-{me}").touch()
    while len(list(folder.glob("ready-*"))) < 3:
        time.sleep(0.001)
    for round in range(5):
        with LibraryStore(folder / f"library-{round}.db") as store:
            assert store.set_aside is None
            store.put([FileTags(Path(f"/m/from-{me}.mp3"), 1, 1)])
"""


@pytest.mark.parametrize("version", [0, 1, 2])
def test_programs_that_open_a_library_at_the_same_time_share_it(tmp_path: Path, version: int) -> None:
    for number in range(5):
        if version:
            older(tmp_path / f"library-{number}.db", version)
    programs = [python(_OPEN_AND_PUT, tmp_path, name, wait=False) for name in "abc"]
    for program in programs:
        output, _ = program.communicate(timeout=120)
        assert program.returncode == 0, output
    assert not list(tmp_path.glob("*.damaged-*"))
    for number in range(5):
        with LibraryStore(tmp_path / f"library-{number}.db") as store:
            assert len(store.ids(Query())) == 3 + (3 if version else 0)
            assert store.is_intact()


def test_an_older_library_is_copied_and_migrated(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    older(path, 2, songs=11)
    with LibraryStore(path) as store:
        names = [song.name for song in store.songs(store.ids(Query()))]
        assert names == [f"Track {n}" for n in range(11)]
        assert len(store.ids(Query(search="bjork agaetis"))) == 11
        assert len(store.ids(Query(sort=Sort.FOLDER, group=Group.FOLDER))) == 12
    (copy,) = tmp_path.glob("library.db.schema-*")
    assert copy.name == "library.db.schema-2"
    with sqlite3.connect(copy) as db:
        assert db.execute("SELECT count(*), max(artist_key) FROM song").fetchone() == (11, "björk")
    db.close()


def test_a_migration_that_fails_leaves_the_library_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "library.db"
    older(path, 2)
    with monkeypatch.context() as patched:
        broken = (*MIGRATIONS, "CREATE TABLE fresh (a) STRICT;")
        patched.setattr("mgc_desktop.library.schema.MIGRATIONS", broken)
        patched.setattr("mgc_desktop.library.database.MIGRATIONS", broken)
        with pytest.raises(LibraryError):
            LibraryStore(path)
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (2,)
    db.close()
    with LibraryStore(path) as store:
        assert len(store.ids(Query())) == 3


_LIMITED = """
    import resource, sys
    from pathlib import Path
    import mgc_desktop.library.store as s
    path, kind, check = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "True"
    kept = []
    if kind == "files":
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
        try:
            while True:
                kept.append(open("/dev/null"))
        except OSError:
            for _ in range(int(sys.argv[4])):
                kept.pop().close()
    else:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
    try:
        with s.LibraryStore(path, check=check) as store:
            store.ids(s.Query())
            store.put([s.FileTags(Path("/m/late.mp3"), 1, 1)])
        outcome = "used"
    except (s.LibraryError, __import__("sqlite3").OperationalError) as error:
        outcome = str(error)
    for file in kept:
        file.close()
    print(outcome)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX systems")
@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("kind", "number"), [*(("files", n) for n in range(4)), *(("size", n) for n in (0, 100, 5000, 40_000))]
)
def test_an_intact_library_is_not_set_aside_when_resources_run_out(
    tmp_path: Path, kind: str, number: int, check: bool
) -> None:
    path = tmp_path / "library.db"
    with LibraryStore(path) as store:
        store.put(FileTags(Path(f"/m/{n}.mp3"), 1, 1) for n in range(100))
    program = python(_LIMITED, path, kind, check, number)
    assert program.stdout is not None
    with program.stdout as output:
        said = output.read()
    assert program.returncode == 0, said
    assert "Traceback" not in said
    assert not list(tmp_path.glob("*.damaged-*"))
    with LibraryStore(path) as store:
        assert store.set_aside is None
        assert len(store.ids(Query())) >= 100


def test_only_the_file_that_was_found_damaged_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    path.write_bytes(b"garbage" * 1000)
    status = path.stat()
    path.unlink()
    LibraryStore(path).close()
    assert set_aside(path, (status.st_dev, status.st_ino + 1)) is None
    assert path.exists()


def test_damaged_files_set_aside_in_one_second_do_not_overwrite_each_other(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    for number in range(3):
        path.write_bytes(b"garbage %d" % number * 100)
        LibraryStore(path).close()
    kept = {file.read_bytes()[:9] for file in tmp_path.glob("*.damaged-*") if not file.name.endswith(("-wal", "-shm"))}
    assert kept == {b"garbage 0", b"garbage 1", b"garbage 2"}


class TestTransactions:
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[LibraryStore]:
        with LibraryStore(tmp_path / "library.db") as store:
            store.put(FileTags(Path(f"/m/{n}.mp3"), 1, 1) for n in range(4))
            yield store

    def test_a_nested_transaction_is_part_of_the_outer_one(self, store: LibraryStore) -> None:
        ids = list(store.ids(Query()))
        with store.transaction():
            store.set_state(ids[:2], State.AGREES)
            with pytest.raises(RuntimeError), store.transaction():
                store.set_state(ids, State.WRITTEN)
                raise RuntimeError("only this part")
        assert store.counts() == {State.AGREES: 2, State.NEW: 2}

    def test_other_programs_can_write_during_a_slow_scan(self, store: LibraryStore) -> None:
        reading, go_on = threading.Event(), threading.Event()

        def slowly() -> Iterator[FileTags]:
            reading.set()
            assert go_on.wait(60)
            yield FileTags(Path("/m/slow.mp3"), 1, 1)

        def scan() -> None:
            with LibraryStore(store.path) as other:
                other.put(slowly())

        thread = threading.Thread(target=scan)
        thread.start()
        assert reading.wait(60)
        try:
            store.db.execute("PRAGMA busy_timeout = 0")  # fails at once where the scan holds the lock
            store.choose(list(store.ids(Query())), accepted=True)
        finally:
            go_on.set()
            thread.join(60)
        assert store.song_at(Path("/m/slow.mp3")) is not None

    def test_opening_waits_for_a_busy_library(self, store: LibraryStore, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("mgc_desktop.library.database.TRIES", 10_000)
        other = sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        store.db.execute("PRAGMA busy_timeout = 10")  # less than the other one takes
        timer = threading.Timer(0.3, lambda: other.execute("ROLLBACK"))
        timer.start()
        store.set_state(list(store.ids(Query())), State.AGREES)
        timer.join()
        other.close()
        assert store.counts() == {State.AGREES: 4}

    def test_ids_and_group_sizes_come_from_one_state_of_the_database(self, store: LibraryStore) -> None:
        """Another program adds and removes an album while the table is read over and over."""
        stop, failed = threading.Event(), []

        def change() -> None:
            with LibraryStore(store.path) as other:
                number = 0
                while not stop.is_set():
                    number += 1
                    other.put([FileTags(Path(f"/m/{number % 7}/x.mp3"), 1, 1, album=f"Album {number % 7}")])
                    other.forget([Path(f"/m/{(number + 3) % 7}/x.mp3")])

        thread = threading.Thread(target=change)
        thread.start()
        try:
            end = time.monotonic() + 2
            while time.monotonic() < end:
                ids = store.ids(Query(group=Group.ALBUM))
                failed += [i for at, i in enumerate(ids) if i < 0 and ids[at + 1] != -i]
        finally:
            stop.set()
            thread.join(60)
        assert not failed


@pytest.mark.parametrize("root", ["/", "/m", "/m/"])
def test_removing_a_root_folder_removes_its_songs(tmp_path: Path, root: str) -> None:
    with LibraryStore(tmp_path / "library.db") as store:
        store.add_folder(Path(root))
        store.put(FileTags(Path(f"/m/{n}.mp3"), 1, 1) for n in range(3))
        remove(store, Path(root))
        assert len(store.ids(Query())) == 0


def test_removing_a_folder_keeps_songs_of_nested_folders(tmp_path: Path) -> None:
    with LibraryStore(tmp_path / "library.db") as store:
        for folder in ("/m", "/m/jazz", "/m/jazz/live"):
            store.add_folder(Path(folder))
        store.put(FileTags(Path(name), 1, 1) for name in ("/m/a.mp3", "/m/jazz/b.mp3", "/m/jazz/live/c.mp3"))
        remove(store, Path("/m/jazz"))
        assert len(store.ids(Query())) == 3  # they are songs of /m as well
        remove(store, Path("/m"))
        assert [song.name for song in store.songs(store.ids(Query()))] == ["c"]


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_a_library_of_each_earlier_version_opens_with_all_that_is_in_it(tmp_path: Path, version: int) -> None:
    path = tmp_path / "library.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        migrate(db, version)
        _add_song_and_choice(db)
    with LibraryStore(path) as store:
        assert store.set_aside is None
        (song,) = store.songs(store.ids(Query(search="bjork")))
        assert (song.name, store.choices()[song.id]) == ("Track 1", (False, None))
        assert store.is_intact()


@pytest.mark.parametrize(("version", "later"), [(2, 3), (2, 4), (3, 4)])
def test_tables_that_are_there_already_do_not_stop_a_migration(tmp_path: Path, version: int, later: int) -> None:
    path = tmp_path / "library.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        migrate(db, later)
        db.execute(f"PRAGMA user_version = {version}")
        _add_song_and_choice(db)
    for _ in range(2):
        with LibraryStore(path) as store:
            assert store.set_aside is None
            assert len(store.ids(Query(search="bjork"))) == len(store.choices()) == 1
            assert store.is_intact()


@pytest.mark.parametrize("scripts", [(0, 1, 3), (0, 1, 2, 4)], ids=["without user_genres", "without whole_analysis"])
def test_a_library_that_no_version_made_is_made_again_with_all_that_is_in_it(
    tmp_path: Path, scripts: tuple[int, ...]
) -> None:
    path = tmp_path / "library.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        migrate(db)  # adds the functions that the scripts use
        for table in ("song", "choice", "mark", "analysis", "whole_analysis", "pending_label", "folder", "user_genres"):
            db.execute(f"DROP TABLE {table}")
        db.execute("DROP TABLE set_aside")
        for number in scripts:
            db.executescript(MIGRATIONS[number])
        db.execute(f"PRAGMA user_version = {len(scripts)}")
        _add_song_and_choice(db)
    with LibraryStore(path, check=False) as store:
        assert store.set_aside is not None
        assert store.set_aside.exists()
        assert len(store.ids(Query(search="bjork"))) == len(store.choices()) == 1
        assert store.is_intact()


def _add_song_and_choice(db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO folder (path) VALUES (x'2f6d')")
    db.execute(
        "INSERT INTO song (id, path, folder, size, mtime_ns, title, artist, genres, state, state_order, title_key, "
        "artist_key, album_key, genre_key, search) VALUES (7, x'2f6d2f612e6d7033', x'2f6d', 1, 1, 'Track 1', 'Björk', "
        "'[\"Jazz\"]', 'new', 6, '', '', '', '', 'bjork')"
    )
    db.execute("INSERT INTO choice VALUES (7, 0, NULL)")
