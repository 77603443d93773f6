"""Finding music."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from mgc_desktop.audio.files import find_audio


@pytest.fixture
def music(tmp_path):
    names = [
        "b.mp3",
        "A.FLAC",
        "notes.txt",
        ".hidden.mp3",
        "._b.mp3",
        "CD 2/z.ogg",
        "CD 2/a.wav",
        ".trash/old.mp3",
        "cd 1/x.opus",
    ]
    for name in names:
        path = tmp_path / "music" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "music"


def test_folders_are_walked_in_order(music):
    found = [path.relative_to(music).as_posix() for path in find_audio([music])]
    assert found == ["A.FLAC", "b.mp3", "cd 1/x.opus", "CD 2/a.wav", "CD 2/z.ogg"]


def test_named_files_are_always_given(music):
    named = [music / "notes.txt", music / ".hidden.mp3", music / "not there.mp3"]
    assert list(find_audio(map(str, named))) == named


def test_it_is_lazy(music):
    found = find_audio([music])
    assert next(found).name == "A.FLAC"
    (music / "CD 2" / "b.mp3").touch()
    assert "b.mp3" in [path.name for path in found if path.parent.name == "CD 2"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_do_not_go_round_in_circles(music):
    (music / "cd 1" / "up").symlink_to(music)
    (music / "again").symlink_to(music / "CD 2")
    assert len(list(find_audio([music]))) == 5


def test_same_folder_twice_is_walked_once(music):
    assert len(list(find_audio([music, music / "CD 2"]))) == 5


@pytest.mark.skipif(os.name == "nt", reason="other rights")
def test_a_path_behind_a_closed_door_is_given(music, as_nobody):
    (music / "cd 1").chmod(0)
    hidden = music / "cd 1" / "x.opus"
    with as_nobody():
        assert list(find_audio([hidden])) == [hidden]
    (music / "cd 1").chmod(0o755)


@pytest.mark.skipif(os.name == "nt", reason="other rights")
def test_unreadable_folder_is_reported(music, as_nobody):
    (music / "cd 1").chmod(0)
    temporary = Path(tempfile.gettempdir())
    for parent in (music, *(parent for parent in music.parents if temporary in parent.parents)):
        parent.chmod(0o755)
    errors = []
    with as_nobody():
        found = list(find_audio([music], on_error=lambda path, error: errors.append((path.name, type(error)))))
    (music / "cd 1").chmod(0o755)
    assert errors == [("cd 1", PermissionError)]
    assert len(found) == 4


@pytest.mark.skipif(os.name == "nt", reason="paths on Windows are shorter")
def test_folders_nested_more_deeply_than_calls_may_be(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """The path stays short enough for the system."""
    (tmp_path / "a").mkdir()
    request.addfinalizer(lambda: subprocess.run(["rm", "-rf", str(tmp_path / "a")], check=True))  # shutil would recurse
    here = os.open(tmp_path / "a", os.O_RDONLY)
    for _ in range(1100):
        os.mkdir("d", dir_fd=here)
        here, before = os.open("d", os.O_RDONLY, dir_fd=here), here
        os.close(before)
    os.close(os.open("deep.mp3", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    (tmp_path / "b.mp3").touch()
    (tmp_path / "a" / "c.mp3").touch()
    assert [path.name for path in find_audio([tmp_path])] == ["c.mp3", "deep.mp3", "b.mp3"]
