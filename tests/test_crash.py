"""A crash of a library leaves a trace, which the next start reports once."""

from __future__ import annotations

import faulthandler
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mgc_desktop import crash

CRASHING = "import pathlib, sys; from mgc_desktop import crash; crash.watch(pathlib.Path(sys.argv[1])); "


@pytest.fixture(autouse=True)
def _unwatched() -> Iterator[None]:
    yield
    faulthandler.disable()


def run(folder: Path, then: str) -> int:
    """A process that watches the folder; its exit status."""
    command = [sys.executable, "-c", f"{CRASHING}{then}", str(folder)]
    return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode


def test_a_run_that_ends_well_leaves_nothing(tmp_path: Path) -> None:
    assert run(tmp_path, "pass") == 0
    assert crash.watch(tmp_path) is None


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_crash_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert run(tmp_path, "import ctypes; ctypes.string_at(0)") < 0
    with caplog.at_level(logging.ERROR):
        trace = crash.watch(tmp_path)
    assert trace is not None
    assert "Segmentation fault" in trace
    assert trace in caplog.text
    assert crash.watch(tmp_path) is None


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_another_program_that_runs_meanwhile_keeps_its_own(tmp_path: Path) -> None:
    """The first watches, the second crashes, a third finds it; then the first one's crash is found too."""
    first = subprocess.Popen(
        [sys.executable, "-c", f"{CRASHING}print(flush=True); input(); import os; os.abort()", str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert first.stdin is not None and first.stdout is not None
    first.stdout.readline()
    run(tmp_path, "import ctypes; ctypes.string_at(0)")
    assert "Segmentation fault" in str(crash.watch(tmp_path))
    first.communicate("\n", timeout=60)
    assert "Aborted" in str(crash.watch(tmp_path))


def test_a_folder_that_cannot_be_used_is_no_reason_not_to_run(tmp_path: Path) -> None:
    assert crash.watch(tmp_path / "missing") is None
