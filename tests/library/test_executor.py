"""A crash or a hang costs one call."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from mgc_desktop.library.executor import IsolatedPool, WorkerCrashedError, WorkerHungError


@pytest.fixture
def pool() -> Iterator[IsolatedPool]:
    with IsolatedPool(2, timeout=30) as pool:
        yield pool


def test_results_come_back(pool: IsolatedPool) -> None:
    assert list(pool.map(abs, [-3, 4, -5])) == [3, 4, 5]


def test_calls_run_in_other_processes(pool: IsolatedPool) -> None:
    assert pool.submit(os.getpid).result() != os.getpid()


def test_an_exception_reaches_the_caller(pool: IsolatedPool) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        pool.submit(int, "nine").result()


def test_a_crash_costs_only_its_own_call(pool: IsolatedPool) -> None:
    crash = pool.submit(os.kill, 0, 0)  # warms the pool up
    crash.result()
    crash = pool.submit(os.abort)
    others = [pool.submit(abs, -n) for n in range(20)]
    with pytest.raises(WorkerCrashedError) as caught:
        crash.result()
    assert caught.value.exitcode == -signal.SIGABRT
    assert [other.result() for other in others] == list(range(20))


def test_a_hang_is_ended_and_the_pool_goes_on() -> None:
    with IsolatedPool(1, timeout=0.5) as pool:
        hang = pool.submit(time.sleep, 600)
        after = pool.submit(abs, -1)
        with pytest.raises(WorkerHungError):
            hang.result()
        # The limit holds for this call too, its process's start included: what matters is that it gets an answer.
        assert after.exception() is None or isinstance(after.exception(), WorkerHungError)


def test_a_result_that_cannot_be_sent_is_an_error_of_its_call(pool: IsolatedPool) -> None:
    with pytest.raises(RuntimeError, match="lock"):
        pool.submit(threading.Lock).result()
    assert pool.submit(abs, -1).result() == 1


def test_shutting_down_at_once_cancels_what_waits_and_leaves_no_process_or_thread() -> None:
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
