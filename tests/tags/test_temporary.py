"""Temporary copies: short names, recognised, swept after a crash."""

from __future__ import annotations

import os
import time
from pathlib import Path

from mgc_desktop.audio.files import find_audio
from mgc_desktop.tags import temporary


def test_they_are_hidden_short_and_taken_for_music_by_nobody(tmp_path: Path) -> None:
    path = temporary.create(tmp_path, "20240101-120000-abcdef")
    assert temporary.is_temporary(path)
    assert path.name.startswith(".")
    assert len(path.name) < 50
    assert list(find_audio([tmp_path])) == []
    assert temporary.create(tmp_path, "20240101-120000-abcdef") != path


def test_only_temporary_copies_are_removed(tmp_path: Path) -> None:
    song = tmp_path / ".mgc-tmp-my own song.mp3"
    song.write_bytes(b"x")
    temporary.remove(song)
    assert song.exists()
    copy = temporary.create(tmp_path, "20240101-120000-abcdef")
    temporary.remove(copy)
    temporary.remove(copy)
    assert not copy.exists()


def test_the_sweeper_takes_all_of_a_run_that_crashed(tmp_path: Path) -> None:
    mine, other = temporary.create(tmp_path, "run-a"), temporary.create(tmp_path, "run-ab")
    assert temporary.sweep([tmp_path], {"run-a"}) == [mine]
    assert other.exists()


def test_the_sweeper_takes_only_old_ones_of_unknown_runs(tmp_path: Path) -> None:
    young, old = (temporary.create(tmp_path, "run-a") for _ in range(2))
    song = tmp_path / "song.mp3"
    song.write_bytes(b"x")
    long_ago = time.time() - 3 * 24 * 3600
    for path in (old, song):
        os.utime(path, (long_ago, long_ago))
    assert temporary.sweep([tmp_path, tmp_path / "gone"]) == [old]
    assert young.exists()
    assert song.exists()
