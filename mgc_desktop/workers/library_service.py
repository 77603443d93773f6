"""What the library does in the background: looking through folders, listening, and short errands in the database."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.errors import TagError
from mgc_desktop.library import jobs
from mgc_desktop.library.analyse import AnalyseSong
from mgc_desktop.library.executor import IsolatedPool
from mgc_desktop.library.jobs import JobProgress, JobReport, Pause
from mgc_desktop.library.query import Query
from mgc_desktop.library.rebuild import keep_folders, restore_written
from mgc_desktop.library.rescore import Rescorer, derive
from mgc_desktop.library.scanner import ScanProgress, ScanReport, scan
from mgc_desktop.library.store import LibraryError, LibraryStore
from mgc_desktop.tags.journal import Journal
from mgc_desktop.tags.lock import WriterLock
from mgc_desktop.workers.analysis_service import LoadHead, no_head
from mgc_desktop.workers.tasks import TaskRunner

if TYPE_CHECKING:
    from mgc_desktop.inference.user_heads import UserHead

T = TypeVar("T")

POLL_MS: Final = 200  # progress is told five times a second at most
_ROWS: Final = 1.0  # seconds between two times that changed rows are told
HANGS: Final = 900.0  # seconds for one song; ten hours of music take half of that
_MOST: Final = 8  # worker processes; more would wait for the disk

Errand = Callable[[LibraryStore], Any]


def worker_count() -> int:
    """One process for each core, within reason; they give way to everything else."""
    return max(1, min(_MOST, os.cpu_count() or 1))


class LibraryService(QObject):
    """Runs one scan and one listening run at a time, each on its own thread with its own store.

    Made and closed on the GUI thread; all signals come there, none after `close`.
    """

    scan_progressed = Signal(object)  # ScanProgress
    scan_ended = Signal(object)  # ScanReport, None if it was cancelled or failed
    job_progressed = Signal(object)  # JobProgress
    job_ended = Signal(object)  # JobReport, None if it was cancelled or failed
    changed = Signal()  # rows of the table have changed
    model_changed = Signal()  # another model listens from now on
    failed = Signal(object)  # Exception

    def __init__(
        self, database: Path, journal: Journal, *, model: str | None = None, head: LoadHead = no_head,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.database = database
        self.journal = journal
        self._model = model
        self._head = head
        self._scanner = TaskRunner(threads=1, quiet=True, parent=self)
        self._listener = TaskRunner(threads=1, quiet=True, parent=self)
        self._db_runner = TaskRunner(threads=1, parent=self)
        self._lock: WriterLock | None = None
        self._pause = Pause()
        self._scan_token: CancelToken | None = None
        self._job_token: CancelToken | None = None
        self._unqueue = False
        self._again = False  # the run was stopped to go on with another model
        self._scan_progress: ScanProgress | None = None
        self._job_progress: JobProgress | None = None
        self._told = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def scanning(self) -> bool:
        """Whether folders are being looked through."""
        return self._scan_token is not None

    @property
    def listening(self) -> bool:
        """Whether songs are being listened to, or the run is held."""
        return self._job_token is not None

    @property
    def paused(self) -> bool:
        """Whether the run is held."""
        return self._pause.paused

    # Errands

    def run_query(self, work: Callable[[LibraryStore], T], done: Callable[[T], None] | None = None) -> None:
        """Something short in the database, away from the window."""
        self._db_runner.run(lambda _: self._with_store(work), done=done, failed=self.failed.emit)

    def check(self, done: Callable[[bool], None]) -> None:
        """Look for damage that opening the database did not show; `done` hears whether it is sound."""
        self.run_query(LibraryStore.is_intact, done)

    def use_model_version(self, done: Callable[[object], None] | None = None) -> None:
        """Let the present model's verdicts count: what it heard before is brought back, the rest is stale."""

        def work(store: LibraryStore) -> None:
            name, version, rescorer = self._identify()
            if rescorer is not None:
                derive(store, rescorer)
            store.use_version(name, rescorer.version if rescorer is not None else version)

        self.run_query(work, done)

    def use(self, model: str) -> None:
        """Listen with another model from now on; a run goes on with it."""
        self._model = model
        self.model_changed.emit()
        if self._job_token is not None:
            self._again = True
            self._job_token.cancel()
        else:
            self.use_model_version(lambda _: self.changed.emit())

    def use_head(self, head: UserHead | None) -> None:
        """Judge by this taught head from now on, None for the bundled one: at once, from what is stored."""
        self._head = lambda: head
        self.model_changed.emit()
        if self._job_token is not None:
            self._again = True
            self._job_token.cancel()
        else:
            self.use_model_version(lambda _: self.changed.emit())

    # Folders

    def scan(self, folders: Iterable[Path] | None = None, *, rebuilding: bool = False) -> None:
        """Look through these folders, or all; `rebuilding`: ask the journal afterwards what was written."""
        if self.scanning or not self.own():
            return
        wanted = None if folders is None else list(folders)

        def work(cancel: CancelToken) -> ScanReport:
            with LibraryStore(self.database, check=False) as store:
                for folder in wanted or ():
                    store.add_folder(folder, watched=store.folders().get(folder, False))
                keep_folders(store)
                found = scan(wanted or store.folders(), store, cancel=cancel, progress=self._note_scan)
                if rebuilding:
                    restore_written(store, self.journal)
                return found

        self._scan_token = self._scanner.run(
            work, done=self._scan_done, failed=self.failed.emit, finished=self._scan_finished
        )
        self._timer.start()

    def remove(self, folder: Path, done: Callable[[object], None]) -> None:
        """Forget a folder and its songs; the files stay."""

        def work(store: LibraryStore) -> None:
            store.remove_folder(folder)
            keep_folders(store)

        if self.own():
            self.run_query(work, done)

    # Listening

    def listen_to(self, songs: Query | list[int]) -> None:
        """Listen to these songs, beside those that wait already."""
        if not self.own():
            return

        def work(store: LibraryStore) -> None:
            jobs.enqueue(store, store.ids(songs) if isinstance(songs, Query) else songs)

        self.run_query(work, lambda _: self.go_on())

    def go_on(self) -> None:
        """Listen to what waits."""
        if self.listening or not self.own():
            return
        self._unqueue = False
        self._pause = Pause()
        self._run()

    def _run(self) -> None:
        if self.listening:
            return
        self._job_token = self._listener.run(
            self._listen, done=self._job_done, failed=self.failed.emit, finished=self._job_finished
        )
        self._timer.start()

    def pause(self) -> None:
        """Hold the run; the songs that are being listened to are finished."""
        self._pause.pause()

    def resume(self) -> None:
        """Let it go on."""
        self._pause.resume()

    def cancel(self) -> None:
        """Stop the scan; stop the run, and let nothing wait any more."""
        self._again = False
        if self._scan_token is not None:
            self._scan_token.cancel()
        self._unqueue = True
        if self._job_token is not None:
            self._job_token.cancel()
        else:
            self._let_nothing_wait()

    def close(self) -> bool:
        """Stop everything and wait for the threads; what waits is listened to after the next start."""
        self._timer.stop()
        runners = (self._scanner, self._listener, self._db_runner)
        for runner in runners:
            runner.cancel_all()
        ended = True
        for runner in runners:
            ended = runner.close() and ended
        if self._lock is not None:
            self._lock.__exit__(None, None, None)
            self._lock = None
        return ended

    # On the threads

    def _with_store(self, work: Callable[[LibraryStore], T]) -> T:
        with LibraryStore(self.database, check=False) as store:
            return work(store)

    def _identify(self) -> tuple[str, str, Rescorer | None]:
        """The model and its version under the bundled head, and who judges where a taught one is in use."""
        from mgc_desktop.inference import registry
        from mgc_desktop.inference.user_heads import BaseModel

        classifier, head = registry.load(self._model), self._head()
        suits = head is not None and head.suits(classifier)
        rescorer = Rescorer(BaseModel.of(classifier), head) if head is not None and suits else None
        return classifier.name, classifier.version, rescorer

    def _listen(self, cancel: CancelToken) -> JobReport:
        name, version, rescorer = self._identify()
        workers = worker_count()
        pool = IsolatedPool(workers, timeout=HANGS, quiet=True)
        try:
            with LibraryStore(self.database, check=False) as store:
                if rescorer is not None:
                    derive(store, rescorer, cancel=cancel)
                report = jobs.run(
                    store, AnalyseSong(name), (name, version), pool, workers=workers, cancel=cancel, pause=self._pause,
                    progress=self._note_job, rescorer=rescorer,
                )  # fmt: skip
                if self._unqueue:
                    store.unqueue()
                    store.use_version(name, rescorer.version if rescorer is not None else version)
                return report
        finally:
            pool.shutdown(cancel_futures=True)

    def _note_scan(self, progress: ScanProgress) -> None:
        self._scan_progress = progress

    def _note_job(self, progress: JobProgress) -> None:
        self._job_progress = progress

    # On the GUI thread

    def own(self) -> bool:
        """One program at a time changes a library; the others may look, and are told so through `failed`."""
        if self._lock is not None:
            return True
        lock = WriterLock(self.database.with_suffix(".lock"))
        try:
            lock.__enter__()
        except TagError:
            self.failed.emit(
                LibraryError(
                    "Another MGC Desktop is at work on this library. Here it can be looked at; close the other one to "
                    "change it."
                )
            )
            return False
        self._lock = lock
        return True

    def _poll(self) -> None:
        if self._scan_progress is not None:
            self.scan_progressed.emit(self._scan_progress)
        if self._job_progress is not None and self.listening:
            self.job_progressed.emit(self._job_progress)
        if time.monotonic() - self._told >= _ROWS:
            self._told = time.monotonic()
            self.changed.emit()

    def _scan_done(self, report: ScanReport) -> None:
        self._scan_token = None
        self.scan_ended.emit(report)

    def _scan_finished(self) -> None:
        self._scan_progress = None
        if self._scan_token is not None:
            self._scan_token = None
            self.scan_ended.emit(None)
        self._rest()

    def _job_done(self, report: JobReport) -> None:
        self._job_token = None
        self.job_ended.emit(report)

    def _job_finished(self) -> None:
        self._job_progress = None
        again, self._again = self._again, False
        if self._job_token is not None:
            self._job_token = None
            self.job_ended.emit(None)
        self._rest()
        if again:
            self.use_model_version(lambda _: self._run())
        elif self._unqueue:  # it may have been cancelled before it began
            self._let_nothing_wait()

    def _let_nothing_wait(self) -> None:
        self.run_query(LibraryStore.unqueue, lambda _: self.use_model_version(lambda _: self.changed.emit()))

    def _rest(self) -> None:
        if not self.scanning and not self.listening:
            self._timer.stop()
        self.changed.emit()
