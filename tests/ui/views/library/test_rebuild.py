"""A damaged library, met by the real program: it is set aside, said so, and made again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mgc_desktop.app import build_app
from mgc_desktop.library.opening import LibraryError
from mgc_desktop.library.rebuild import save_folders
from mgc_desktop.library.scanner import scan
from mgc_desktop.library.song import FileTags
from mgc_desktop.library.store import LibraryStore


@pytest.fixture
def music(tmp_path: Path, write_audio: Callable[..., Path], sounds: Any) -> Path:
    for number in range(3):
        write_audio(f"music/{number}.flac", sounds.noise(0.5, seed=number))
    return tmp_path / "music"


@pytest.fixture
def database(home: Path, music: Path) -> Path:
    """A library of three real songs, and many that take room."""
    path = home / "data/library.db"
    with LibraryStore(path) as store:
        store.add_folder(music)
        save_folders(store)
        scan([music], store)
        store.put(FileTags(Path(f"/gone/{i}.mp3"), 1, 1, title="x" * 200) for i in range(500))
    return path


@pytest.mark.parametrize("where", ["surface", "depth"])
def test_a_damaged_library_is_made_again(
    where: str, database: Path, music: Path, qapp: QApplication, qtbot: QtBot
) -> None:
    data = bytearray(database.read_bytes())
    if where == "surface":
        data[:100] = b"x" * 100
    else:
        data[len(data) // 2 : len(data) // 2 + 8192] = bytes(8192)
    database.write_bytes(data)
    program = build_app()
    try:
        program.start([])
        controller = program.window.library.controller
        qtbot.waitUntil(lambda: controller.model.songs == 3, timeout=20_000)
        notice = program.window.notices.notice
        assert notice is not None
        assert "made again" in notice.title
        (kept,) = database.parent.glob("library.db.damaged-????????-??????")
        assert kept.read_bytes() == bytes(data)
        assert list(controller.store.folders()) == [music]
    finally:
        program.window.close()
        program.close()


def test_a_library_of_a_newer_program_is_left_alone_and_said_so(
    database: Path, qapp: QApplication, qtbot: QtBot
) -> None:
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = database.read_bytes()
    program = build_app()
    try:
        program.start([])
        notice = program.window.notices.notice
        assert notice is not None
        assert "newer version" in notice.message
        assert program.window.library.controller.model.songs == 0
    finally:
        program.window.close()
        program.close()
    assert database.read_bytes() == before


@pytest.mark.parametrize("names", [["library.db", "library.other.db"], ["library.db"]])
def test_the_window_comes_also_where_no_library_can_be_opened(
    names: list[str], home: Path, qapp: QApplication, qtbot: QtBot
) -> None:
    folder = home / "data"
    for name in names:
        (folder / name).mkdir(parents=True)
    program = build_app()
    try:
        program.start([])
        notice = program.window.notices.notice
        assert notice is not None
        assert "cannot be opened" in notice.message
        assert ("empty library" in notice.message) == (len(names) == 2)
        controller = program.window.library.controller
        assert controller.store.in_memory == (len(names) == 2)
        controller.refresh()
        controller.add([folder])
        qtbot.waitUntil(lambda: not controller.library_service.scanning)
        assert controller.model.songs == 0
    finally:
        program.window.close()
        program.close()
    assert all((folder / name).is_dir() for name in names)


def test_the_window_comes_where_a_damaged_library_cannot_be_set_aside(
    database: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication, qtbot: QtBot
) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE song SET genres = 'no list'")
    connection.close()
    before = database.read_bytes()

    def fail(path: Path, identity: object = None) -> Path:
        raise LibraryError("Its disk reports an error.", path=path)

    monkeypatch.setattr("mgc_desktop.library.database.set_aside", fail)
    program = build_app()
    try:
        program.start([])
        qtbot.waitUntil(lambda: program.window.library.controller.store.in_memory)
        notice = program.window.notices.notice
        assert notice is not None
        assert "empty library" in notice.message
    finally:
        program.window.close()
        program.close()
    assert database.read_bytes() == before
