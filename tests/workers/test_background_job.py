"""Each work has exactly one outcome, told on the GUI thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.workers.background_job import BackgroundJob, Report


class Told:
    """What a job told, in order, and whether it ran meanwhile."""

    def __init__(self, job: BackgroundJob) -> None:
        self.outcomes: list[tuple[str, Any, bool]] = []
        self.progress: list[Any] = []
        self.threads: set[threading.Thread] = set()
        self._job = job
        job.progressed.connect(self._on_progress)
        job.done.connect(lambda result: self._note("done", result))
        job.failed.connect(lambda error: self._note("failed", error))
        job.cancelled.connect(lambda: self._note("cancelled", None))
        job.ended.connect(lambda: self._note("ended", None))

    def _on_progress(self, progress: Any) -> None:
        self.progress.append(progress)
        self.threads.add(threading.current_thread())

    def _note(self, what: str, value: Any) -> None:
        self.outcomes.append((what, value, self._job.running))
        self.threads.add(threading.current_thread())

    @property
    def names(self) -> list[str]:
        return [name for name, _, _ in self.outcomes]


@pytest.fixture
def job(qapp: object) -> Iterator[BackgroundJob]:
    job = BackgroundJob(interval_ms=5)
    yield job
    assert job.close()


@pytest.fixture
def told(job: BackgroundJob) -> Told:
    return Told(job)


def test_a_result(job: BackgroundJob, told: Told, qtbot: QtBot) -> None:
    with qtbot.waitSignal(job.ended):
        assert job.start(lambda cancel, report: 42)
        assert job.running
        assert not job.start(lambda cancel, report: 43), "one at a time"
    assert told.outcomes == [("done", 42, False), ("ended", None, False)]
    assert told.threads == {threading.main_thread()}


def test_an_error(job: BackgroundJob, told: Told, qtbot: QtBot) -> None:
    def work(cancel: CancelToken, report: Report) -> None:
        raise ValueError("no")

    with qtbot.waitSignal(job.ended):
        job.start(work)
    assert told.names == ["failed", "ended"]
    assert str(told.outcomes[0][1]) == "no"
    assert not job.running


def test_cancelled_before_it_begins(job: BackgroundJob, told: Told, qtbot: QtBot) -> None:
    def work(cancel: CancelToken, report: Report) -> None:
        while not cancel.wait(1):
            pass
        cancel.check()

    with qtbot.waitSignal(job.ended):
        job.start(work)
        job.cancel()
    assert told.names == ["cancelled", "ended"]


def test_cancelled_while_it_runs(job: BackgroundJob, told: Told, qtbot: QtBot) -> None:
    begun = threading.Event()

    def work(cancel: CancelToken, report: Report) -> None:
        begun.set()
        while True:
            cancel.check()
            cancel.wait(1)

    job.start(work)
    assert begun.wait(10)
    with qtbot.waitSignal(job.ended):
        job.cancel()
    assert told.names == ["cancelled", "ended"]


def test_the_report_of_work_that_was_stopped_is_told(job: BackgroundJob, told: Told, qtbot: QtBot) -> None:
    """What was written until then must be known, or it could not be taken back."""
    begun = threading.Event()

    def work(cancel: CancelToken, report: Report) -> str:
        begun.set()
        assert cancel.wait(10)
        return "three files were written"

    job.start(work)
    assert begun.wait(10)
    with qtbot.waitSignal(job.ended):
        job.cancel()
    assert told.outcomes[0][:2] == ("done", "three files were written")


def test_an_error_after_cancelling_is_told(job: BackgroundJob, told: Told, qtbot: QtBot) -> None:
    def work(cancel: CancelToken, report: Report) -> None:
        assert cancel.wait(10)
        raise OSError("the disk is full")

    with qtbot.waitSignal(job.ended):
        job.start(work)
        job.cancel()
    assert told.names == ["failed", "ended"]


def test_closed_while_it_runs_nothing_is_told(qapp: object, qtbot: QtBot) -> None:
    job = BackgroundJob(interval_ms=1)
    told = Told(job)
    ended = threading.Event()

    def work(cancel: CancelToken, report: Report) -> str:
        report("some")
        assert cancel.wait(10)
        ended.set()
        return "late"

    job.start(work)
    assert job.close()
    assert not job.running
    qtbot.wait(20)
    assert told.outcomes == []
    assert not job.start(lambda cancel, report: None), "nothing is started any more"


def test_the_latest_progress_is_told_and_the_last_before_the_outcome(
    job: BackgroundJob, told: Told, qtbot: QtBot
) -> None:
    seen = threading.Event()
    job.progressed.connect(lambda _: seen.set())

    def work(cancel: CancelToken, report: Report) -> None:
        for number in range(1000):
            report(number)
        assert seen.wait(10)
        report("last")

    with qtbot.waitSignal(job.ended):
        job.start(work)
    assert told.progress[-1] == "last"
    assert len(told.progress) < 1000


def test_the_next_work_may_be_started_when_one_has_ended(job: BackgroundJob, told: Told, qtbot: QtBot) -> None:
    started: list[bool] = []
    job.done.connect(lambda result: started.append(job.start(lambda cancel, report: 2)) if result == 1 else None)
    with qtbot.waitSignals([job.ended, job.ended]):
        job.start(lambda cancel, report: 1)
    assert started == [True]
    assert [value for name, value, _ in told.outcomes if name == "done"] == [1, 2]
