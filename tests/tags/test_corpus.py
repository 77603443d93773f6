"""What can be written can be taken back, byte for byte: proved on a corpus of odd files of all formats.

Set MGC_CORPUS to a folder to walk the files there too; only copies of them are written.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from corpus import walk
from odd_songs import make_odd_songs

IN_FRONT = {
    f"{what} in front.mp3" for what in ("icy header", "zeros", "one byte", "noise", "a page of HTML", "cut")
} | {"noise, zeros and id3v1.mp3"}


@pytest.mark.slow
def test_odd_files_of_all_formats_are_written_verified_and_undone(tmp_path: Path) -> None:
    songs = make_odd_songs(tmp_path / "odd")
    walked = walk(songs, tmp_path / "scratch")
    sys.stdout.write(f"{walked}\n")
    assert walked.lost == []
    assert walked.files == len(songs) > 450
    assert walked.undone == walked.writes > 1000
    junk = [path.name for path in songs if path.suffix == ".mp3" and path.name[4:] in IN_FRONT]
    assert len(junk) == len(IN_FRONT)
    assert not walked.refused_files & set(junk)


@pytest.mark.slow
@pytest.mark.skipif("MGC_CORPUS" not in os.environ, reason="MGC_CORPUS names no folder of files")
def test_the_files_of_a_folder_are_written_verified_and_undone(tmp_path: Path) -> None:
    files = sorted(Path(os.environ["MGC_CORPUS"]).rglob("*"))
    walked = walk(files, tmp_path / "scratch")
    sys.stdout.write(f"{walked}\n")
    assert walked.lost == []
    assert walked.undone == walked.writes
