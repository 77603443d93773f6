"""The process pool: a crash or a hang fails one call and not the pool."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from mgc_desktop.library.executor import IsolatedPool, WorkerCrashedError, WorkerHungError


@pytest.fixture
def pool() -> Iterator[IsolatedPool]:
    with IsolatedPool(2, timeout=30) as pool:
        yield pool


def test_results_are_returned(pool: IsolatedPool) -> None:
    assert list(pool.map(abs, [-3, 4, -5])) == [3, 4, 5]


def test_calls_run_in_other_processes(pool: IsolatedPool) -> None:
    assert pool.submit(os.getpid).result() != os.getpid()


def test_an_exception_reaches_the_caller(pool: IsolatedPool) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        pool.submit(int, "nine").result()


def test_a_crash_fails_only_its_own_call(pool: IsolatedPool) -> None:
    crash = pool.submit(os.kill, 0, 0)  # warms the pool up
    crash.result()
    crash = pool.submit(os.abort)
    others = [pool.submit(abs, -n) for n in range(20)]
    with pytest.raises(WorkerCrashedError) as caught:
        crash.result()
    assert caught.value.exitcode == -signal.SIGABRT
    assert [other.result() for other in others] == list(range(20))


def test_a_hung_call_is_killed_and_the_pool_goes_on() -> None:
    with IsolatedPool(1, timeout=5) as pool:
        hang = pool.submit(time.sleep, 600)
        after = pool.submit(abs, -1)
        with pytest.raises(WorkerHungError):
            hang.result()
        assert after.result() == 1, "the start of its process does not count"


def test_a_result_that_cannot_be_pickled_is_an_error_of_its_call(pool: IsolatedPool) -> None:
    with pytest.raises(RuntimeError, match="lock"):
        pool.submit(threading.Lock).result()
    assert pool.submit(abs, -1).result() == 1


def test_an_immediate_shutdown_cancels_waiting_calls_and_leaves_no_process_or_thread() -> None:
    before = threading.active_count()
    pool = IsolatedPool(1)
    running = pool.submit(time.sleep, 600)
    waiting = pool.submit(abs, -1)
    pool.shutdown(cancel_futures=True)
    assert waiting.cancelled()
    assert running.cancelled() or isinstance(running.exception(), WorkerCrashedError)
    assert threading.active_count() == before
    with pytest.raises(RuntimeError):
        pool.submit(abs, -1)


PROGRAM = [sys.executable, str(Path(__file__).with_name("pool_program.py"))]
posix = pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def start(*arguments: object, **environment: str) -> subprocess.Popen[str]:
    """The program in a session of its own, as a terminal starts it."""
    return subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
        start_new_session=True,
    )


def run(*arguments: object, **environment: str) -> list[str]:
    """What the program prints; nothing went to its standard error, and none of its processes is left."""
    process = start(*arguments, **environment)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    assert survivors(process.pid) == []
    return out.splitlines()


def survivors(group: int) -> list[list[str]]:
    """The processes of a process group that still run, after some time to end."""
    for _ in range(600):
        found = []
        for process in psutil.process_iter():
            try:
                if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process.cmdline())
            except (ProcessLookupError, psutil.NoSuchProcess):
                continue
        if not found:
            return []
        time.sleep(0.05)
    return found


@posix
def test_ctrl_c_does_not_reach_the_workers() -> None:
    """Sent to the whole group again and again, while processes start and while they work."""
    process = start("interrupted")
    assert process.stdout is not None and process.stderr is not None
    assert process.stdout.readline() == "ready\n"
    while process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.02)
    assert (process.stdout.read(), process.stderr.read()) == ("True True\n", "")
    assert survivors(process.pid) == []


@posix
@pytest.mark.parametrize("name", ["shut_down", "forgotten"])
def test_no_process_survives_a_pool_whose_workers_hang_and_ignore_sigterm(name: str, tmp_path: Path) -> None:
    assert run(name, tmp_path)


@posix
def test_no_hung_worker_survives_a_program_that_was_killed(tmp_path: Path) -> None:
    process = start("killed", tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == "hung\n"
    process.kill()
    process.communicate()
    assert survivors(process.pid) == []


@linux
def test_a_worker_that_cannot_be_started_fails_its_call_and_not_the_pool() -> None:
    why, result = run("no_files_left")
    assert "Too many open files" in why
    assert result == "2"


@posix
def test_workers_that_exit_during_their_start_are_restarted(tmp_path: Path) -> None:
    once, gone = tmp_path / "once", tmp_path / "gone"
    once.mkdir()
    gone.mkdir()
    assert run("failing_starts", MGC_TEST_FAILED_STARTS=str(once), MGC_TEST_NUMBER="1") == ["0", "1"]
    why, result = run("failing_starts", MGC_TEST_FAILED_STARTS=str(gone), MGC_TEST_NUMBER="3")
    assert "exit code 7" in why
    assert result == "1"


@linux
def test_killing_an_idle_worker_fails_no_call() -> None:
    assert run("killed_idle") == ["5"]


@posix
def test_a_call_whose_worker_was_stopped_from_outside_is_repeated(tmp_path: Path) -> None:
    """As at a logout, where the system asks every process to end: nothing is wrong with the file."""
    assert run("stopped", tmp_path) == ["second time"]
