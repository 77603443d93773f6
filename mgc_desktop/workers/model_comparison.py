"""Lets several models listen to the whole library in the background, and sets what they heard side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from mgc_desktop.analysis.model_comparison import Comparison, Model, compare
from mgc_desktop.cancellation import CancelToken
from mgc_desktop.library.analyse import AnalyseSong
from mgc_desktop.library.executor import IsolatedPool
from mgc_desktop.library.jobs import JobProgress, JobReport
from mgc_desktop.library.model_comparison import ModelRequest, gather
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.workers.library_service import HANGS, POLL_MS, LibraryService, worker_count
from mgc_desktop.workers.tasks import TaskRunner


class ModelComparison(QObject):
    """One run at a time, in processes of low priority. All signals come on the GUI thread, none after `close`."""

    progressed = Signal(object)  # JobProgress
    ended = Signal(object)  # JobReport, None if it was cancelled or failed
    failed = Signal(object)  # Exception

    def __init__(self, library_service: LibraryService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library_service = library_service
        self._gathering = TaskRunner(threads=1, quiet=True, parent=self)
        self._comparing = TaskRunner(threads=1, quiet=True, parent=self)
        self._token: CancelToken | None = None
        self._question: CancelToken | None = None
        self._progress: JobProgress | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def running(self) -> bool:
        """Whether models are listening."""
        return self._token is not None

    def gather(self, models: Sequence[Model]) -> None:
        """Let these models listen to all that they have not heard yet."""
        if self.running or not self._library_service.own():
            return
        database = self._library_service.database
        asked = [ModelRequest(name, version, AnalyseSong(name)) for name, version in models]

        def work(cancel: CancelToken) -> JobReport:
            workers = worker_count()
            pool = IsolatedPool(workers, timeout=HANGS, quiet=True)
            try:
                with LibraryStore(database, check=False) as store:
                    return gather(store, asked, pool, workers=workers, cancel=cancel, progress=self._note)
            finally:
                pool.shutdown(cancel_futures=True)

        self._token = self._gathering.run(work, done=self._on_done, failed=self.failed.emit, finished=self._on_finished)
        self._timer.start()

    def cancel(self) -> None:
        """Stop; what was heard so far is kept."""
        if self._token is not None:
            self._token.cancel()

    def compare(self, models: Sequence[Model], done: Callable[[Comparison], None]) -> None:
        """What is kept of these models; only the latest question is answered."""
        if self._question is not None:
            self._question.cancel()
        database, models = self._library_service.database, list(models)

        def work(_: CancelToken) -> Comparison:
            with LibraryStore(database, check=False) as store:
                return compare(store, models)

        self._question = self._comparing.run(work, done=done, failed=self.failed.emit)

    def close(self) -> bool:
        """Stop everything and wait for the threads."""
        self._timer.stop()
        self._gathering.cancel_all()
        ended = self._comparing.close()
        return self._gathering.close() and ended

    def _note(self, progress: JobProgress) -> None:
        self._progress = progress

    def _poll(self) -> None:
        if self._progress is not None:
            self.progressed.emit(self._progress)

    def _on_done(self, report: JobReport) -> None:
        self._token = None
        self.ended.emit(report)

    def _on_finished(self) -> None:
        self._timer.stop()
        self._progress = None
        if self._token is not None:
            self._token = None
            self.ended.emit(None)
