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
from mgc_desktop.foundation.file_lock import FileLock, LockTakenError
from mgc_desktop.tags.lock import writer_lock

HOLDER = """
import sys
from pathlib import Path
from mgc_desktop.foundation.file_lock import FileLock
with FileLock(Path(sys.argv[1])):
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
        with pytest.raises(LockTakenError, match=f"process {process.pid}, since .* holds") as caught, FileLock(lock):
            pytest.fail("two writers")
        assert not caught.value.within
        process.kill()
        process.wait()
        with FileLock(lock):  # the dead one's lock is no obstacle
            pass


def test_two_threads_do_not_hold_it_together(tmp_path: Path) -> None:
    def attempt() -> str:
        try:
            with FileLock(tmp_path / "lock"):
                return "two writers"
        except LockTakenError as error:
            return f"{error.within} {error.holder}"

    with FileLock(tmp_path / "lock"), ThreadPoolExecutor(1) as pool:
        assert "True another task" in pool.submit(attempt).result()
        with pytest.raises(AssertionError), other_process(tmp_path / "lock"):
            pytest.fail("the attempt has set the lock free")


def test_it_can_be_taken_again_after_an_error(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), FileLock(tmp_path / "lock"):
            raise ZeroDivisionError


def test_two_files_are_two_locks(tmp_path: Path) -> None:
    with FileLock(tmp_path / "a" / "lock"), FileLock(tmp_path / "b" / "lock"):
        pass


def test_a_folder_that_cannot_be_used_is_said_by_the_system(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError):
        FileLock(tmp_path / "file" / "lock").acquire()


def test_releasing_twice_or_without_holding_does_no_harm(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    lock.release()
    with lock:
        lock.release()
        with FileLock(tmp_path / "lock"):  # another holder, whom the end of the outer block does not disturb
            pass
    lock.release()


def test_the_writers_of_tags_say_it_in_their_words(tmp_path: Path) -> None:
    with other_process(tmp_path / "lock") as process:
        message = f"process {process.pid}, since .* is writing tags now"
        with pytest.raises(TagError, match=message), writer_lock(tmp_path / "lock"):
            pytest.fail("two writers")
    with writer_lock(tmp_path / "lock"), pytest.raises(TagError, match="another task"), writer_lock(tmp_path / "lock"):
        pytest.fail("two writers")
    with pytest.raises(TagError, match="cannot be used"), writer_lock(tmp_path / "lock" / "lock"):
        pytest.fail("no folder")
