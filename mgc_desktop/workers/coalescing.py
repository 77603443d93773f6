"""Requests that come faster than they are answered: one runs, and of those that wait only the newest counts."""

from __future__ import annotations

from dataclasses import dataclass

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.workers.tasks import OnDone, OnFailed, TaskRunner, Work


@dataclass(frozen=True, slots=True)
class _Request:
    work: Work
    done: OnDone
    failed: OnFailed | None


class CoalescingRunner:
    """What runs is finished before the newest request is begun: a stream of requests starves nobody.

    Used on the GUI thread, like the runner.
    """

    def __init__(self, runner: TaskRunner) -> None:
        self._runner = runner
        self._token: CancelToken | None = None
        self._next: _Request | None = None

    @property
    def busy(self) -> bool:
        """Whether something runs."""
        return self._token is not None

    def ask(self, work: Work, done: OnDone, failed: OnFailed | None = None) -> None:
        """Run `work(token)` next, in place of what waits."""
        request = _Request(work, done, failed)
        if self._token is None:
            self._start(request)
        else:
            self._next = request

    def drop(self) -> None:
        """Nobody wants what runs or waits any more: it is cancelled, and nothing is called for it."""
        self._next = None
        if self._token is not None:
            self._token.cancel()

    def _start(self, request: _Request) -> None:
        self._token = self._runner.run(
            request.work, done=request.done, failed=request.failed, finished=self._on_finished
        )

    def _on_finished(self) -> None:
        self._token = None
        if self._next is not None:
            request, self._next = self._next, None
            self._start(request)
