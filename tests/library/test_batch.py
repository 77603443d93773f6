"""The batch engine on threads; other modules test it on the process pool."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.errors import DecodeError, ModelError
from mgc_desktop.library.batch import BatchError, Steps, failure_message, run_batch
from mgc_desktop.library.executor import WorkerCrashedError, WorkerHungError, WorkerStartError
from mgc_desktop.library.progress import Pause


@pytest.fixture
def pool() -> Iterator[Executor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def each(items: Iterable[int]) -> Callable[[], int | None]:
    return partial(next, iter(items), None)


def calling(pool: Executor, call: Callable[[int], Any]) -> Callable[[int], Steps[Any]]:
    def steps(item: int) -> Steps[Any]:
        return (yield pool.submit(call, item))

    return steps


def test_every_item_has_one_outcome_and_errors_stay_with_their_item(pool: Executor) -> None:
    def call(item: int) -> int:
        if item % 3 == 0:
            raise ValueError(item)
        return 10 * item

    outcomes = {outcome.item: outcome for outcome in run_batch(each(range(1, 50)), calling(pool, call), limit=4)}
    assert sorted(outcomes) == list(range(1, 50))
    for item, outcome in outcomes.items():
        assert (outcome.result is None) == (item % 3 == 0)
        assert (outcome.error is None) == (item % 3 != 0)


def test_steps_run_in_order_and_can_catch_the_error_of_a_call(pool: Executor) -> None:
    def fails(item: int) -> int:
        raise OSError(item)

    def steps(item: int) -> Steps[str]:
        doubled = yield pool.submit(lambda: 2 * item)
        try:
            yield pool.submit(fails, doubled)
        except OSError as error:
            return f"{item} {error}"
        return ""

    found = {outcome.result for outcome in run_batch(each([1, 2, 3]), steps, limit=2)}
    assert found == {"1 2", "2 4", "3 6"}


def test_items_that_need_no_call_are_done_at_once(pool: Executor) -> None:
    def steps(item: int) -> Steps[int]:
        if item % 2:
            return item
        return (yield pool.submit(lambda: item))

    assert [outcome.result for outcome in run_batch(each(range(1, 1000)), steps, limit=2, ahead=8)] == [*range(1, 1000)]


def test_with_ahead_a_slow_item_holds_back_at_most_that_many(pool: Executor) -> None:
    first, begun = threading.Event(), []

    def call(item: int) -> int:
        begun.append(item)
        if item == 1:
            assert first.wait(10)
        return item

    def poll() -> None:
        if len(begun) == 5:
            first.set()

    found = [
        outcome.result for outcome in run_batch(each(range(1, 21)), calling(pool, call), limit=3, ahead=5, poll=poll)
    ]
    assert found == list(range(1, 21))


def test_at_most_limit_calls_run_at_a_time(pool: Executor) -> None:
    running, most, lock = 0, 0, threading.Lock()

    def call(item: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        with lock:
            running -= 1

    assert len(list(run_batch(each(range(1, 60)), calling(pool, call), limit=2))) == 59
    assert most <= 2


def test_items_that_are_added_during_a_run_are_processed(pool: Executor) -> None:
    waiting, late = [1], [2, 3]

    def call(item: int) -> int:
        if late:
            waiting.append(late.pop())
        return item

    found = {
        outcome.item for outcome in run_batch(lambda: waiting.pop() if waiting else None, calling(pool, call), limit=1)
    }
    assert found == {1, 2, 3}


def test_cancelling_closes_items_in_progress(pool: Executor) -> None:
    cancel, release, closed = CancelToken(), threading.Event(), []

    def steps(item: int) -> Steps[None]:
        try:
            yield pool.submit(release.wait, 10)
        except GeneratorExit:
            closed.append(item)
            raise

    assert list(run_batch(each([1, 2, 3]), steps, limit=2, cancel=cancel, poll=cancel.cancel)) == []
    release.set()
    assert closed == [1, 2]


def test_a_paused_run_begins_no_items_until_it_is_resumed(pool: Executor) -> None:
    pause, polls = Pause(), []
    pause.pause()

    def poll() -> None:
        polls.append(pause.paused)
        if len(polls) == 3:
            pause.resume()

    outcomes = list(run_batch(each([1, 2]), calling(pool, abs), limit=2, pause=pause, poll=poll))
    assert [outcome.result for outcome in outcomes] == [1, 2]
    assert polls[:3] == [True, True, True]


def test_a_paused_run_without_items_ends(pool: Executor) -> None:
    pause = Pause()
    pause.pause()
    assert list(run_batch(each([]), calling(pool, abs), limit=2, pause=pause)) == []


def test_a_call_over_the_timeout_fails_if_the_pool_has_no_timeout() -> None:
    release = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        outcomes = {
            outcome.item: outcome.error
            for outcome in run_batch(
                each([1, 2]), calling(pool, lambda item: release.wait(60) if item == 1 else item), limit=2, timeout=0.5
            )
        }
        release.set()
    assert isinstance(outcomes[1], WorkerHungError)
    assert outcomes[2] is None


@pytest.mark.parametrize(
    ("error", "raised"), [(WorkerStartError("no room"), BatchError), (ModelError("gone"), ModelError)]
)
def test_a_fatal_error_ends_the_run(pool: Executor, error: Exception, raised: type[Exception]) -> None:
    asked: list[int] = []

    def call(item: int) -> None:
        asked.append(item)
        raise error

    with pytest.raises(raised, match=r"no room|gone"):
        list(run_batch(each(range(1, 100)), calling(pool, call), limit=2, fatal=(ModelError,)))
    assert len(asked) <= 2


def test_closing_the_pool_ends_the_run() -> None:
    with ThreadPoolExecutor(1) as pool:
        release = threading.Event()
        outcomes = run_batch(each([1, 2, 3]), calling(pool, lambda item: release.wait(10)), limit=3)

        def end() -> None:
            pool.shutdown(wait=False, cancel_futures=True)
            release.set()

        threading.Timer(0.2, end).start()
        with pytest.raises(BatchError):
            list(outcomes)


def test_each_error_has_a_sentence_for_the_user() -> None:
    assert "crashed" in failure_message(WorkerCrashedError(-11))
    assert "900 seconds" in failure_message(WorkerHungError(900.0))
    assert failure_message(DecodeError("It is cut off.")) == "It is cut off."
    assert failure_message(KeyError("x")) == "KeyError: 'x'"
