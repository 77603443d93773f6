"""Of requests that come faster than they are answered only the newest counts."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.workers.coalescing import CoalescingRunner
from mgc_desktop.workers.tasks import TaskRunner

WAIT = 10_000


@pytest.fixture
def runner(qapp: object) -> Iterator[TaskRunner]:
    runner = TaskRunner(threads=2)
    yield runner
    assert runner.close()


def test_what_runs_is_finished_and_of_the_rest_only_the_newest_is_done(runner: TaskRunner, qtbot: QtBot) -> None:
    latest, gate, done = CoalescingRunner(runner), threading.Event(), []

    def slow(_: CancelToken) -> int:
        assert gate.wait(10)
        return 0

    latest.ask(slow, done.append)
    for number in (1, 2, 3):
        latest.ask(lambda _, number=number: number, done.append)
    assert latest.busy
    gate.set()
    qtbot.waitUntil(lambda: done == [0, 3], timeout=WAIT)
    qtbot.waitUntil(lambda: not latest.busy, timeout=WAIT)


def test_what_is_dropped_is_cancelled_and_the_next_request_is_done(runner: TaskRunner, qtbot: QtBot) -> None:
    latest, begun, done = CoalescingRunner(runner), threading.Event(), []

    def endless(cancel: CancelToken) -> int:
        begun.set()
        while not cancel.wait(1.0):
            pass
        return 0

    latest.ask(endless, done.append)
    assert begun.wait(10)
    latest.ask(lambda _: 1, done.append)
    latest.drop()
    latest.ask(lambda _: 2, done.append)
    qtbot.waitUntil(lambda: done == [2], timeout=WAIT)


def test_a_request_that_fails_does_not_hold_up_the_next(runner: TaskRunner, qtbot: QtBot) -> None:
    latest, seen = CoalescingRunner(runner), []

    def fail(_: CancelToken) -> None:
        raise ValueError("no")

    latest.ask(fail, seen.append, lambda error: seen.append(str(error)))
    latest.ask(lambda _: 1, seen.append)
    qtbot.waitUntil(lambda: seen == ["no", 1], timeout=WAIT)
