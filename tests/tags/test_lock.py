"""One writer at a time, also between processes, and no lock outlives its holder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from mgc_desktop.errors import TagError
from mgc_desktop.tags.lock import WriterLock

HOLDER = """
import sys
from pathlib import Path
from mgc_desktop.tags.lock import WriterLock
with WriterLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def other_process(lock: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLDER, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_two_processes_do_not_hold_it_together(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with other_process(lock) as process:
        with pytest.raises(TagError, match=f"process {process.pid}, since .* is writing tags now"), WriterLock(lock):
            pytest.fail("two writers")
        process.kill()
        process.wait()
        with WriterLock(lock):  # the dead one's lock is no obstacle
            pass


def test_two_threads_do_not_hold_it_together(tmp_path: Path) -> None:
    def attempt() -> str:
        try:
            with WriterLock(tmp_path / "lock"):
                return "two writers"
        except TagError as error:
            return error.message

    with WriterLock(tmp_path / "lock"), ThreadPoolExecutor(1) as pool:
        assert "another task" in pool.submit(attempt).result()
        with pytest.raises(AssertionError), other_process(tmp_path / "lock"):
            pytest.fail("the attempt has set the lock free")


def test_it_can_be_taken_again_after_an_error(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), WriterLock(tmp_path / "lock"):
            raise ZeroDivisionError


def test_two_journals_have_two_locks(tmp_path: Path) -> None:
    with WriterLock(tmp_path / "a" / "lock"), WriterLock(tmp_path / "b" / "lock"):
        pass
