"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mgc_desktop.foundation.atomic_write import Durability, atomic_write, replacing


def test_a_failed_write_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"old")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):
        atomic_write(tmp_path / "folder", b"new")
    with pytest.raises(OSError):
        atomic_write(tmp_path / "gone" / "list.csv", b"new")
    assert path.read_bytes() == b"old"
    atomic_write(path, b"new")
    assert path.read_bytes() == b"new"
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["folder", "list.csv"]


@pytest.mark.skipif(os.name == "nt", reason="needs links and permissions of Unix")
def test_links_are_followed_and_permissions_kept(tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    atomic_write(link, b"new")
    assert link.is_symlink()
    assert (real.read_bytes(), real.stat().st_mode & 0o777) == (b"new", 0o640)
    atomic_write(Path("/dev/null"), b"x")
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("durability", list(Durability))
def test_a_reader_never_sees_a_part(tmp_path: Path, durability: Durability) -> None:
    path = tmp_path / "list.json"
    atomic_write(path, "old", durability=durability)
    with replacing(path, durability=durability) as unfinished:
        unfinished.write_text("new", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == "old"
        assert unfinished.parent == path.parent
    assert path.read_text(encoding="utf-8") == "new"


@pytest.mark.parametrize("fixed", [None, "list.part"])
def test_an_exception_while_writing_leaves_the_earlier_file_alone(tmp_path: Path, fixed: str | None) -> None:
    path = tmp_path / "list.json"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt), replacing(path, unfinished_name=fixed) as unfinished:
        unfinished.write_text("half", encoding="utf-8")
        raise KeyboardInterrupt
    assert [p.name for p in tmp_path.iterdir()] == ["list.json"]
    assert path.read_text(encoding="utf-8") == "old"


def test_texts_are_written_as_they_are(tmp_path: Path) -> None:
    atomic_write(tmp_path / "text", "Motörhead\n\r\n")
    assert (tmp_path / "text").read_bytes() == "Motörhead\n\r\n".encode()


def test_what_a_kill_left_under_a_fixed_name_is_used_again(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from mgc_desktop.foundation.atomic_write import replacing\n"
        "with replacing(Path(sys.argv[1]), unfinished_name='large.part') as unfinished:\n"
        "    unfinished.write_bytes(b'half')\n"
        "    os._exit(9)\n"
    )
    path = tmp_path / "large"
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", code, path], check=False).returncode == 9
    assert [p.name for p in tmp_path.iterdir()] == ["large.part"]
    with replacing(path, unfinished_name="large.part") as unfinished:
        assert unfinished.read_bytes() == b""
        unfinished.write_bytes(b"whole")
    assert [p.name for p in tmp_path.iterdir()] == ["large"]
    assert path.read_bytes() == b"whole"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_private_files_are_for_the_user_alone(tmp_path: Path) -> None:
    atomic_write(tmp_path / "key", b"secret", private=True)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_two_writers_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    path = tmp_path / "list"
    with replacing(path) as first, replacing(path) as second:
        first.write_bytes(b"first")
        second.write_bytes(b"second")
    assert path.read_bytes() == b"first"  # the one that ended last
    assert [p.name for p in tmp_path.iterdir()] == ["list"]
