"""Runs sessions of live input in the background, one at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.capture.source import Source
from mgc_desktop.workers.tasks import TaskRunner

if TYPE_CHECKING:
    from mgc_desktop.capture.analysis import LiveState
    from mgc_desktop.capture.stream import CaptureStream
    from mgc_desktop.inference.classifier import Classifier
    from mgc_desktop.pipeline import MelBlock

Open = Callable[[Source], "CaptureStream"]

_log = logging.getLogger(__name__)

POLL_MS: Final = 50  # the window is told at most twenty times a second


@dataclass(frozen=True, slots=True)
class LiveSession:
    """What is listened to, since when, and by which model."""

    source: Source
    started: datetime
    model: str
    model_version: str
    genres: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LiveUpdate:
    """What came since the last one: all columns of the picture, the newest state, and the highest sample (1 is full
    scale)."""

    session: LiveSession
    blocks: tuple[MelBlock, ...]
    state: LiveState | None
    peak: float


class _LiveBuffer:
    """The listener of one session, between its thread and the window."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.session: LiveSession | None = None
        self._blocks: list[MelBlock] = []
        self._state: LiveState | None = None
        self._peak = 0.0

    def picture(self, block: MelBlock) -> None:
        with self._lock:
            self._blocks.append(block)

    def state(self, state: LiveState) -> None:
        with self._lock:
            self._state = state
            self._peak = max(self._peak, state.peak)

    def take(self) -> LiveUpdate | None:
        """Empty it; None if the session has not begun."""
        with self._lock:
            if self.session is None:
                return None
            update = LiveUpdate(self.session, tuple(self._blocks), self._state, self._peak)
            self._blocks, self._state, self._peak = [], None, 0.0
            return update


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    token: CancelToken
    buffer: _LiveBuffer


class LiveService(QObject):
    """One session at a time. All signals come on the GUI thread, none after `close`, none of a session after another
    was started. `ended` comes after the last `progressed`, and after `failed`."""

    progressed = Signal(object)  # LiveUpdate
    failed = Signal(object)  # Exception
    ended = Signal()

    def __init__(
        self, load: Callable[[], Classifier], parent: QObject | None = None, *, open_: Open | None = None
    ) -> None:
        """`load`: the model in use, called on a thread of the service. `open_`: opens a source, by default a real
        one."""
        super().__init__(parent)
        self._load, self._open = load, open_
        self._runner = TaskRunner(threads=1, parent=self)
        self._job: _Job | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def running(self) -> bool:
        """Whether a session was started that has not ended."""
        return self._job is not None

    def start(self, find: Callable[[], Source]) -> None:
        """Listen to the source that `find`, called on a thread of the service, gives; a running session is dropped."""
        if self._job is not None:
            self._job.token.cancel()
        job = _Job(CancelToken(), _LiveBuffer())
        self._job = job
        self._runner.run(
            lambda token: self._listen(find, job.buffer, token),
            failed=lambda error: self._on_failed(job, error),
            finished=lambda: self._on_finished(job),
            token=job.token,
        )
        self._timer.start()

    def stop(self) -> None:
        """End the session; what was captured is analysed to its end, then `ended` follows."""
        if self._job is not None:
            self._job.token.cancel()

    def close(self) -> bool:
        """End everything and wait for the thread; nothing is told any more."""
        self._timer.stop()
        self._job = None
        return self._runner.close()

    def _listen(self, find: Callable[[], Source], buffer: _LiveBuffer, cancel: CancelToken) -> None:
        # On the pool's thread: touches nothing of this object but the functions it was made with.
        from mgc_desktop.capture.listen import listen
        from mgc_desktop.capture.sources import open_source

        source = find()
        model = self._load()
        cancel.check()
        buffer.session = LiveSession(source, datetime.now(), model.name, model.version, model.genres)
        _log.info("listening to %s", source.id)
        listen(source, model, cancel, buffer, open_=self._open or open_source)

    def _poll(self) -> None:
        update = self._job.buffer.take() if self._job is not None else None
        if update is not None:
            self.progressed.emit(update)

    def _on_failed(self, job: _Job, error: Exception) -> None:
        if job is self._job:
            self._poll()
            self.failed.emit(error)

    def _on_finished(self, job: _Job) -> None:
        if job is self._job:
            self._timer.stop()
            self._poll()
            self._job = None
            self.ended.emit()
