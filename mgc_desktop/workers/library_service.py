"""What the library does in the background: looking through folders, listening, and short errands in the database."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from PySide6.QtCore import QObject, Signal

from mgc_desktop.cancellation import Cancelled, CancelToken
from mgc_desktop.foundation.file_lock import FileLock, LockTakenError
from mgc_desktop.library import folders, jobs
from mgc_desktop.library.batch import ANALYSIS_TIMEOUT
from mgc_desktop.library.calls import AnalyseSong
from mgc_desktop.library.database import library_error
from mgc_desktop.library.decisions import restore
from mgc_desktop.library.executor import IsolatedPool
from mgc_desktop.library.folders import RemovedFolder, is_covered
from mgc_desktop.library.progress import JobReport, Pause
from mgc_desktop.library.query import Query
from mgc_desktop.library.rebuild import restore_written, save_folders
from mgc_desktop.library.rescore import Rescorer, derive, derive_bundled
from mgc_desktop.library.scanner import ScanReport, scan
from mgc_desktop.library.store import LibraryError, LibraryStore
from mgc_desktop.tags.journal import Journal
from mgc_desktop.workers.analysis_service import LoadHead, no_head
from mgc_desktop.workers.background_job import BackgroundJob, Report
from mgc_desktop.workers.tasks import TaskRunner

if TYPE_CHECKING:
    from mgc_desktop.inference.classifier import Classifier
    from mgc_desktop.inference.user_heads import UserHead

T = TypeVar("T")

_ROWS: Final = 1.0  # seconds between two times that changed rows are told
_MOST: Final = 8  # worker processes; more would wait for the disk

Errand = Callable[[LibraryStore], Any]


def worker_count() -> int:
    """One process for each core, within reason; they give way to everything else."""
    return max(1, min(_MOST, os.cpu_count() or 1))


@dataclass(frozen=True, slots=True, eq=False)
class _Present:
    """The model in use under its bundled head, and the rescorer of the taught head where one is in use."""

    classifier: Classifier
    rescorer: Rescorer | None

    @property
    def name(self) -> str:
        """The model's name."""
        return self.classifier.name

    @property
    def shown(self) -> str:
        """The version whose verdicts count."""
        return self.rescorer.version if self.rescorer is not None else self.classifier.version

    def derive(self, store: LibraryStore, cancel: CancelToken | None = None) -> None:
        """Keep the verdicts that follow from what is stored."""
        head = self.classifier.head
        if head is not None:
            derive_bundled(store, self.name, self.classifier.metadata.version, head, cancel=cancel)
        if self.rescorer is not None:
            derive(store, self.rescorer, cancel=cancel)


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
        self, database: Path, journal: Journal, *, model: str | None = None, vocabulary: str = "",
        head: LoadHead = no_head, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.database = database
        self.journal = journal
        self._model = model
        self._vocabulary = vocabulary
        self._head = head
        self._scan = BackgroundJob(self, quiet=True)
        self._analysis = BackgroundJob(self, quiet=True)
        self._db_runner = TaskRunner(threads=1, parent=self)
        self._lock: FileLock | None = None
        self._pause = Pause()
        self._unqueue = False
        self._again = False  # the run was stopped to go on with another model
        self._told = 0.0
        for job, progressed, ended in (
            (self._scan, self.scan_progressed, self.scan_ended),
            (self._analysis, self.job_progressed, self.job_ended),
        ):
            job.progressed.connect(progressed)
            job.progressed.connect(self._tell_rows)
            job.done.connect(ended)
            job.failed.connect(self.failed)
        self._scan.failed.connect(self._on_no_scan)
        self._scan.cancelled.connect(self._on_no_scan)
        self._scan.ended.connect(self.changed)
        self._analysis.failed.connect(self._on_no_analysis)
        self._analysis.cancelled.connect(self._on_no_analysis)
        self._analysis.ended.connect(self._on_analysis_ended)

    @property
    def scanning(self) -> bool:
        """Whether folders are being looked through."""
        return self._scan.running

    @property
    def listening(self) -> bool:
        """Whether songs are being listened to, or the run is held."""
        return self._analysis.running

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

        def work(store: LibraryStore) -> bool:
            sound = store.is_intact()
            if sound:
                store.log.compact()
            return sound

        self.run_query(work, done)

    def use_model_version(self, done: Callable[[object], None] | None = None) -> None:
        """Let the present model's verdicts count: what it heard before is brought back, the rest is stale."""

        def work(store: LibraryStore) -> None:
            present = self._identify()
            present.derive(store)
            store.use_version(present.name, present.shown)

        self.run_query(work, done)

    def use(self, model: str) -> None:
        """Listen with another model from now on; a run goes on with it."""
        self._model = model
        self._begin_again()

    def use_vocabulary(self, vocabulary: str) -> None:
        """Name these genres from now on: at once where the verdicts are stored or follow from what is stored."""
        self._vocabulary = vocabulary
        self._begin_again()

    def use_head(self, head: UserHead | None) -> None:
        """Judge by this taught head from now on, None for the bundled one: at once, from what is stored."""
        self._head = lambda: head
        self._begin_again()

    def _begin_again(self) -> None:
        self.model_changed.emit()
        if self.listening:
            self._again = True
            self._analysis.cancel()
        else:
            self.use_model_version(lambda _: self.changed.emit())

    # Folders

    def scan(self, roots: Iterable[Path] | None = None, *, rebuilding: bool = False, reread: bool = False) -> None:
        """Look through these folders, or all, and take them into the library; so are single files that lie in none.

        `rebuilding`: ask the journal afterwards what was written; `reread`: read the tags of all files again, also of
        those that seem unchanged.
        """
        if self.scanning or not self.own():
            return
        wanted = None if roots is None else list(roots)

        def work(cancel: CancelToken, report: Report) -> ScanReport:
            cancel.check()
            with LibraryStore(self.database, check=False) as store:
                for folder in wanted or ():
                    known = store.folders()
                    if folder.is_dir() or not is_covered(folder, known):
                        store.add_folder(folder, watched=known.get(folder, False))
                save_folders(store)
                found = scan(wanted or store.folders(), store, cancel=cancel, progress=report, reread=reread)
                if rebuilding:
                    restore(store, store.log.read())
                    restore_written(store, self.journal)
                return found

        self._scan.start(work)

    def remove(self, folder: Path, done: Callable[[RemovedFolder], None]) -> None:
        """Forget a folder and the songs that lie in no other one; the files stay. `done` gets what brings it back."""

        def work(store: LibraryStore) -> RemovedFolder:
            removed = folders.remove(store, folder)
            save_folders(store)
            return removed

        if self.own():
            self.run_query(work, done)

    def put_back(self, removed: RemovedFolder, done: Callable[[object], None]) -> None:
        """Bring a folder back that was removed, with its songs as they were."""

        def work(store: LibraryStore) -> None:
            folders.put_back(store, removed)
            save_folders(store)

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
        self._analysis.start(self._analyse)

    def pause(self) -> None:
        """Hold the run; the songs that are being listened to are finished."""
        self._pause.pause()

    def resume(self) -> None:
        """Let it go on."""
        self._pause.resume()

    def cancel(self) -> None:
        """Stop the scan; stop the run, and let nothing wait any more."""
        self._again = False
        self._scan.cancel()
        self._unqueue = True
        if self.listening:
            self._analysis.cancel()
        else:
            self._let_nothing_wait()

    def close(self) -> bool:
        """Stop everything and wait for the threads; what waits is listened to after the next start."""
        self._scan.cancel()
        self._analysis.cancel()
        ended = self._db_runner.close()
        for job in (self._scan, self._analysis):
            ended = job.close() and ended
        if self._lock is not None:
            self._lock.release()
            self._lock = None
        return ended

    # On the threads

    def _with_store(self, work: Callable[[LibraryStore], T]) -> T:
        with LibraryStore(self.database, check=False) as store:
            try:
                return work(store)
            except sqlite3.Error as error:
                raise library_error(error, self.database) from error

    def _identify(self) -> _Present:
        from mgc_desktop.inference import registry
        from mgc_desktop.inference.user_heads import BaseModel

        classifier, head = registry.load(self._model).preferring(self._vocabulary), self._head()
        suits = head is not None and head.suits(classifier)
        rescorer = Rescorer(BaseModel.of(classifier), head) if head is not None and suits else None
        return _Present(classifier, rescorer)

    def _analyse(self, cancel: CancelToken, report: Report) -> JobReport:
        cancel.check()
        present = self._identify()
        workers = worker_count()
        pool = IsolatedPool(workers, timeout=ANALYSIS_TIMEOUT, low_priority=True)
        try:
            with LibraryStore(self.database, check=False) as store:
                present.derive(store, cancel)
                call = AnalyseSong(present.name, vocabulary=present.classifier.vocabulary.id)
                ended = jobs.run(
                    store, call, (present.name, present.classifier.version), pool, workers=workers, cancel=cancel,
                    pause=self._pause, progress=report, rescorer=present.rescorer,
                )  # fmt: skip
                if self._unqueue:
                    store.unqueue()
                    store.use_version(present.name, present.shown)
                if ended.cancelled:
                    raise Cancelled
                return ended
        finally:
            pool.shutdown(cancel_futures=True)

    # On the GUI thread

    def own(self) -> bool:
        """One program at a time changes a library; the others may look, and are told so through `failed`."""
        if self._lock is not None:
            return True
        lock = FileLock(self.database.with_suffix(".lock"))
        try:
            lock.acquire()
        except OSError as error:
            reason = error.strerror or error
            self.failed.emit(
                LibraryError(f"Its folder cannot be used ({reason}). Check its permissions.", path=self.database)
            )
            return False
        except LockTakenError:
            self.failed.emit(
                LibraryError(
                    "Another MGC Desktop is at work on this library. Here it can be looked at; close the other one to "
                    "change it."
                )
            )
            return False
        self._lock = lock
        return True

    def _tell_rows(self) -> None:
        if time.monotonic() - self._told >= _ROWS:
            self._told = time.monotonic()
            self.changed.emit()

    def _on_no_scan(self) -> None:
        self.scan_ended.emit(None)

    def _on_no_analysis(self) -> None:
        self.job_ended.emit(None)

    def _on_analysis_ended(self) -> None:
        again, self._again = self._again, False
        self.changed.emit()
        if again:
            self.use_model_version(lambda _: self._run())
        elif self._unqueue:  # it may have been cancelled before it began
            self._let_nothing_wait()

    def _let_nothing_wait(self) -> None:
        self.run_query(LibraryStore.unqueue, lambda _: self.use_model_version(lambda _: self.changed.emit()))
