"""Reading files with a size limit and writing files atomically."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mgc_desktop.file_access import read_limited


def test_a_file_of_the_greatest_size_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert read_limited(tmp_path / "a", 5) == b"12345"
    with pytest.raises(OSError, match="such a file has at most"):
        read_limited(tmp_path / "a", 4)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(20_000_000_000)
    with pytest.raises(OSError, match=r"20,000\.0 MB"):
        read_limited(tmp_path / "huge", 1_000_000)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such pipes")
def test_pipes_devices_and_folders_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(OSError, match="a device or a pipe"):
            read_limited(path, 100)
    with pytest.raises(OSError, match="a folder"):
        read_limited(tmp_path, 100)
