# ruff: noqa: T201
"""A program that uses the pool in one way, by its first argument; the tests look at how it and its processes end."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

from mgc_desktop.library.executor import IsolatedPool, WorkerStartError

if __name__ == "__mp_main__" and "MGC_TEST_FAILED_STARTS" in os.environ:
    # A worker process: the first ones end while they start.
    folder = Path(os.environ["MGC_TEST_FAILED_STARTS"])
    started = len(list(folder.iterdir()))
    (folder / str(started)).touch()
    if started < int(os.environ["MGC_TEST_NUMBER"]):
        os._exit(7)


def hang(marker: str) -> None:
    """Never answer, and ignore the polite request to end."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Path(marker).touch()
    while True:
        time.sleep(1)


def slow(number: int) -> int:
    """Answer after some time, in which signals may arrive."""
    time.sleep(0.1)
    return number


def stopped_once(marker: str) -> str:
    """Be ended from outside, the first time."""
    if not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
    return "second time"


def hung_pool(folder: Path, workers: int = 2) -> IsolatedPool:
    """A pool whose workers all hang."""
    pool = IsolatedPool(workers)
    markers = [folder / f"hangs-{number}" for number in range(workers)]
    for marker in markers:
        pool.submit(hang, str(marker))
    while not all(marker.exists() for marker in markers):
        time.sleep(0.01)
    return pool


def interrupted() -> None:
    """Ctrl-C while workers start and while they work."""
    count = []
    signal.signal(signal.SIGINT, lambda *_: count.append(1))
    print("ready", flush=True)
    with IsolatedPool(2) as pool:
        results = [future.result() for future in [pool.submit(slow, number) for number in range(20)]]
    print(results == list(range(20)), bool(count), flush=True)


def shut_down(folder: Path) -> None:
    """Shut a hung pool down."""
    hung_pool(folder).shutdown(cancel_futures=True)
    print("shut down", flush=True)


def forgotten(folder: Path) -> None:
    """End without a word to the hung pool."""
    pool = hung_pool(folder)
    print("ends", threading.active_count() > 1, pool is not None, flush=True)


def killed(folder: Path) -> None:
    """Wait to be killed, with a hung pool."""
    pool = hung_pool(folder)
    print("hung", flush=True)
    time.sleep(600)
    pool.shutdown()


def no_files_left() -> None:
    """Start a worker where the system gives no more open files, then where it does."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with IsolatedPool(1) as pool:
        open_files = [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(open_files) + 1, hard))
        try:
            pool.submit(slow, 1).result()
        except WorkerStartError as error:
            print(error, flush=True)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        print(pool.submit(slow, 2).result(), flush=True)


def failing_starts() -> None:
    """Calls while workers end as soon as they are started."""
    with IsolatedPool(1) as pool:
        for number in range(2):
            try:
                print(pool.submit(slow, number).result(), flush=True)
            except WorkerStartError as error:
                print(error, flush=True)


def killed_idle() -> None:
    """A worker that is killed while it has nothing to do costs no call."""
    with IsolatedPool(1) as pool:
        worker = pool.submit(os.getpid).result()
        os.kill(worker, signal.SIGKILL)
        os.waitid(os.P_PID, worker, os.WEXITED | os.WNOWAIT)  # it has ended, and the pool may find that out
        print(pool.submit(slow, 5).result(), flush=True)


def stopped(folder: Path) -> None:
    """A worker that is ended from outside in the middle of a call."""
    with IsolatedPool(1) as pool:
        print(pool.submit(stopped_once, str(folder / "marker")).result(), flush=True)


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    globals()[name](*map(Path, arguments))
