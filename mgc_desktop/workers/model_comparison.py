"""Lets several models listen to the whole library in the background, and sets what they heard side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from mgc_desktop.analysis.model_comparison import Comparison, Model, compare
from mgc_desktop.cancellation import Cancelled, CancelToken
from mgc_desktop.library.batch import ANALYSIS_TIMEOUT
from mgc_desktop.library.calls import AnalyseSong
from mgc_desktop.library.executor import IsolatedPool
from mgc_desktop.library.model_comparison import ModelRequest, analyse_with_models
from mgc_desktop.library.progress import JobReport
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.workers.background_job import BackgroundJob, Report
from mgc_desktop.workers.library_service import LibraryService, worker_count
from mgc_desktop.workers.tasks import TaskRunner


class ModelComparison(QObject):
    """One run at a time, in processes of low priority. All signals come on the GUI thread, none after `close`."""

    progressed = Signal(object)  # JobProgress
    ended = Signal(object)  # JobReport, None if it was cancelled or failed
    failed = Signal(object)  # Exception

    def __init__(self, library_service: LibraryService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library_service = library_service
        self._job = BackgroundJob(self, quiet=True)
        self._comparing = TaskRunner(threads=1, quiet=True, parent=self)
        self._question: CancelToken | None = None
        self._job.progressed.connect(self.progressed)
        self._job.failed.connect(self.failed)
        self._job.done.connect(self.ended)
        self._job.failed.connect(self._on_no_report)
        self._job.cancelled.connect(self._on_no_report)

    @property
    def running(self) -> bool:
        """Whether models are analysing songs."""
        return self._job.running

    def gather(self, models: Sequence[Model]) -> None:
        """Let these models listen to all that they have not heard yet."""
        if self.running or not self._library_service.own():
            return
        database = self._library_service.database
        requests = [ModelRequest(name, version, AnalyseSong(name)) for name, version in models]

        def work(cancel: CancelToken, report: Report) -> JobReport:
            cancel.check()
            workers = worker_count()
            pool = IsolatedPool(workers, timeout=ANALYSIS_TIMEOUT, low_priority=True)
            try:
                with LibraryStore(database, check=False) as store:
                    ended = analyse_with_models(store, requests, pool, workers=workers, cancel=cancel, progress=report)
            finally:
                pool.shutdown(cancel_futures=True)
            if ended.cancelled:
                raise Cancelled
            return ended

        self._job.start(work)

    def cancel(self) -> None:
        """Stop; what was found so far is kept."""
        self._job.cancel()

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
        self._job.cancel()
        ended = self._comparing.close()
        return self._job.close() and ended

    def _on_no_report(self) -> None:
        self.ended.emit(None)
