"""Slow work goes away and its result comes back on the GUI thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.errors import DecodeError
from mgc_desktop.workers.tasks import TaskRunner

GUI = threading.main_thread()


@dataclass
class Told:
    """What the window was told, and on which thread."""

    results: list[Any] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    finished: int = 0
    threads: set[threading.Thread] = field(default_factory=set)

    def done(self, result: Any) -> None:
        self.results.append(result)
        self.threads.add(threading.current_thread())

    def failed(self, error: Exception) -> None:
        self.errors.append(error)
        self.threads.add(threading.current_thread())

    def end(self) -> None:
        self.finished += 1

    @property
    def hooks(self) -> dict[str, Callable[..., None]]:
        return {"done": self.done, "failed": self.failed, "finished": self.end}


@pytest.fixture
def runner(qapp: object) -> Iterator[TaskRunner]:
    runner = TaskRunner(threads=1)
    yield runner
    assert runner.close()


@pytest.fixture
def told() -> Told:
    return Told()


def wait_for(event: threading.Event) -> Callable[[CancelToken], str]:
    """Work that ends when the event is set, or when it is cancelled."""

    def work(cancel: CancelToken) -> str:
        while not event.wait(0.005):
            cancel.check()
        return "ended"

    return work


def test_a_result_comes_back_on_the_gui_thread(runner: TaskRunner, told: Told, qtbot: QtBot) -> None:
    runner.run(lambda _: threading.current_thread(), **told.hooks)
    qtbot.waitUntil(lambda: told.finished == 1)
    assert told.results[0] is not GUI
    assert told.threads == {GUI}
    assert told.errors == []
    assert runner.busy == 0


def test_so_does_an_error(runner: TaskRunner, told: Told, qtbot: QtBot) -> None:
    error = DecodeError("It is empty.")

    def work(_: CancelToken) -> None:
        raise error

    runner.run(work, **told.hooks)
    qtbot.waitUntil(lambda: told.finished == 1)
    assert told.errors == [error]
    assert told.threads == {GUI}
    assert told.results == []


def test_cancelled_before_it_starts(runner: TaskRunner, told: Told, qtbot: QtBot) -> None:
    release, ran = threading.Event(), threading.Event()
    runner.run(wait_for(release))
    runner.run(lambda _: ran.set(), **told.hooks).cancel()
    release.set()
    qtbot.waitUntil(lambda: told.finished == 1)
    assert not ran.is_set()
    assert told.results == told.errors == []


def test_cancelled_while_it_runs(runner: TaskRunner, told: Told, qtbot: QtBot) -> None:
    started = threading.Event()

    def work(cancel: CancelToken) -> None:
        started.set()
        while True:
            cancel.check()

    token = runner.run(work, **told.hooks)
    assert started.wait(5)
    token.cancel()
    qtbot.waitUntil(lambda: told.finished == 1)
    assert told.results == told.errors == []


def test_a_result_that_comes_after_the_cancel_is_dropped(runner: TaskRunner, told: Told, qtbot: QtBot) -> None:
    release = threading.Event()
    started = threading.Event()

    def work(_: CancelToken) -> str:
        started.set()
        release.wait(5)
        return "too late"

    token = runner.run(work, **told.hooks)
    assert started.wait(5)
    token.cancel()
    release.set()
    qtbot.waitUntil(lambda: told.finished == 1)
    assert told.results == []


def test_closing_ends_what_runs_and_says_nothing(qapp: Any, told: Told) -> None:
    runner = TaskRunner(threads=1)
    started = threading.Event()

    def work(cancel: CancelToken) -> None:
        started.set()
        cancel.wait(30)

    runner.run(work, **told.hooks)
    runner.run(lambda _: None, **told.hooks)
    assert started.wait(5)
    assert runner.close()
    qapp.processEvents()
    assert (told.results, told.errors, told.finished) == ([], [], 0)


def test_a_closed_runner_starts_nothing(qapp: Any, told: Told) -> None:
    runner = TaskRunner()
    runner.close()
    assert runner.run(lambda _: 1, **told.hooks).cancelled
    assert runner.busy == 0


def test_many_tasks_all_come_back(runner: TaskRunner, told: Told, qtbot: QtBot) -> None:
    for number in range(200):
        runner.run(lambda _, n=number: n, done=told.done)
    qtbot.waitUntil(lambda: len(told.results) == 200)
    assert told.results == list(range(200))


def test_a_higher_priority_goes_first(runner: TaskRunner, told: Told, qtbot: QtBot) -> None:
    release = threading.Event()
    runner.run(wait_for(release))
    runner.run(lambda _: "later", done=told.done, priority=-1)
    runner.run(lambda _: "sooner", done=told.done)
    release.set()
    qtbot.waitUntil(lambda: len(told.results) == 2)
    assert told.results == ["sooner", "later"]
