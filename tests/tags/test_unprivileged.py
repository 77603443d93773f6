"""What a normal user may and may not write; run as `nobody` when the tests are run by root."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mgc_desktop.errors import TagError
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.journal import Journal
from mgc_desktop.tags.policy import PlannedChange
from mgc_desktop.tags.write import commit, prepare
from mgc_desktop.tags.writer import undo_run, write_run

if sys.platform == "win32":
    pytest.skip("POSIX permissions", allow_module_level=True)

Song = Callable[..., Path]
USER = 65534
root = os.geteuid() == 0
only_root = pytest.mark.skipif(not root, reason="only root can make files of others")


def rewrite(path: Path) -> str | None:
    """The reason why the file could not be written."""
    try:
        prepared = prepare(path, Field.GENRE, ("Jazz",))
        assert prepared is not None
        commit(prepared)
    except TagError as error:
        return error.message
    return None


def as_user(act: Callable[[], str | None]) -> str | None:
    """What `act` gives in a process of a normal user."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        if root:
            os.setgroups([])
            os.setgid(USER)
            os.setuid(USER)
        try:
            os.write(writing, json.dumps(act()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        found = json.loads(answer.read())
    os.waitpid(child, 0)
    return None if found is None else str(found)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the user can reach and owns."""
    path = Path(tempfile.mkdtemp())
    path.chmod(0o755)
    if root:
        os.chown(path, USER, USER)
    yield path
    path.chmod(0o755)
    shutil.rmtree(path)


@pytest.fixture
def file(folder: Path, song: Song) -> Path:
    rewrite(song(".mp3"))  # loads all modules, which the user may not be allowed to read
    path = Path(shutil.copyfile(song(".mp3"), folder / "song.mp3"))
    path.chmod(0o644)
    if root:
        os.chown(path, USER, USER)
    return path


def test_ones_own_file_is_written(file: Path) -> None:
    assert as_user(lambda: rewrite(file)) is None
    assert (file.stat().st_uid, file.stat().st_mode & 0o777) == (USER if root else os.geteuid(), 0o644)


def test_a_read_only_file_is_named(file: Path) -> None:
    file.chmod(0o444)
    before = file.read_bytes()
    assert "read-only" in str(as_user(lambda: rewrite(file)))
    assert file.read_bytes() == before


def test_a_read_only_folder_is_named(file: Path) -> None:
    file.parent.chmod(0o555)
    said = str(as_user(lambda: rewrite(file)))
    assert f"the folder “{file.parent}” cannot be written by you" in said
    assert [entry.name for entry in file.parent.iterdir()] == ["song.mp3"]


def test_a_file_one_may_not_read_is_named(file: Path) -> None:
    file.chmod(0o200)
    if root:
        os.chown(file, 0, 0)
    assert "read" in str(as_user(lambda: rewrite(file)))


@only_root
def test_a_file_of_another_owner_is_refused_although_it_could_be_replaced(file: Path) -> None:
    os.chown(file, 0, 0)
    file.chmod(0o666)
    said = str(as_user(lambda: rewrite(file)))
    assert "belongs to another user" in said
    assert file.stat().st_uid == 0
    assert [entry.name for entry in file.parent.iterdir()] == ["song.mp3"]


@only_root
def test_a_file_of_others_in_a_shared_folder_is_refused(file: Path) -> None:
    os.chown(file.parent, 0, 0)
    file.parent.chmod(0o1777)
    os.chown(file, 0, 0)
    file.chmod(0o644)
    assert "read-only" in str(as_user(lambda: rewrite(file)))


@pytest.mark.parametrize("mode", [0o000, 0o500])
def test_a_journal_in_a_forbidden_folder_is_a_sentence(file: Path, mode: int) -> None:
    before = file.read_bytes()
    journal = Journal(file.parent / "journal")

    def command() -> str:
        """What an undo, and a second write, say."""
        said = []
        for act in (lambda: undo_run(journal.find(), journal), lambda: write_run([change], journal)):
            try:
                said.append(str(act()))
            except TagError as error:
                said.append(str(error))
        return "; ".join(said)

    change = PlannedChange(file, Field.GENRE, (), ("Jazz",), "", True)
    assert as_user(lambda: write_run([change], journal).stopped) is None
    written = file.read_bytes()
    assert written != before
    journal.folder.chmod(mode)
    said = str(as_user(command))
    journal.folder.chmod(0o700)
    assert all("journal" in sentence for sentence in said.split("; "))
    assert file.read_bytes() == written
