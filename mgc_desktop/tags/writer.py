"""Writes a plan, and undoes runs: one file after the other, each safely; errors of one file do not stop the others."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from mgc_desktop.cancellation import Cancelled, CancelToken
from mgc_desktop.errors import TagError
from mgc_desktop.tags.attributes import sync_folder
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.fingerprint import Fingerprint, fingerprint
from mgc_desktop.tags.journal import Journal, JournalEntry, JournalRun, RunWriter
from mgc_desktop.tags.moved import KnownPaths, Located, locate
from mgc_desktop.tags.policy import PlannedChange
from mgc_desktop.tags.temporary import sweep
from mgc_desktop.tags.write import (
    DEFAULT,
    FileState,
    NoRoomError,
    Prepared,
    WriteOptions,
    commit,
    discard,
    prepare,
    prepare_undo,
)

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_THREADS: Final = 3  # copy, check and wait for the disk in parallel; more would slow down hard disks
_BATCH: Final = 8
_BATCH_BYTES: Final = 256 << 20  # of copies that exist at a time


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written: the new values of the field, the file's new state, the checksum of its audio."""

    path: Path
    field: Field
    old: tuple[str, ...]
    new: tuple[str, ...]
    state: FileState
    audio: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not changed, and the reason as a sentence."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class RunReport:
    """The result of a run. `run`: its name in the journal, "" if there was nothing to do.

    `unchanged`: files that had the values already. `stopped`: why the run ended early, which concerns all files that
    are in none of the lists.
    """

    run: str
    written: tuple[Written, ...] = ()
    unchanged: tuple[Path, ...] = ()
    refused: tuple[Refused, ...] = ()
    stopped: str | None = None


Progress = Callable[[int, int, Path], None]  # files done, files in total, the last file
FileGuard = Callable[[Path], AbstractContextManager[object]]  # releases a file that is being played, and reopens it


@dataclass(frozen=True, slots=True)
class _Job:
    """A file to write: `prepare` makes the checked copy, given the run and a function to call regularly; `undoes`: the
    number of the entry that it takes back."""

    path: Path
    prepare: Callable[[str, Callable[[], None]], Prepared | None]
    undoes: int | None = None


def write_run(
    changes: Iterable[PlannedChange],
    journal: Journal,
    *,
    note: str = "",
    options: WriteOptions = DEFAULT,
    cancel: CancelToken | None = None,
    progress: Progress | None = None,
    file_guard: FileGuard = nullcontext,
) -> RunReport:
    """Write the plan. A file that cannot be written is in the report, and the run goes on.

    Raises `TagError` only if no file can be written: another writer is running, or the journal cannot be written.
    """
    jobs = [_write_job(change, options) for change in changes if change.writes]
    if not jobs:
        return RunReport("")
    with journal.start(note) as run:
        return _work(jobs, run, cancel or CancelToken(), progress, file_guard)


def undo_run(
    run: JournalRun,
    journal: Journal,
    *,
    only: Collection[Path] | None = None,
    located: Sequence[Located] | None = None,
    options: WriteOptions = DEFAULT,
    cancel: CancelToken | None = None,
    progress: Progress | None = None,
    file_guard: FileGuard = nullcontext,
) -> RunReport:
    """Restore the files of a run, or `only` some of them, byte for byte.

    `located`: the result of `locate_files`, with the user's choices; by default it is called here. A file that was
    changed since, or is not found with certainty, is refused. The undo is a run of its own and can be undone as well.
    Raises `TagError` as `write_run` does.
    """
    cancel = cancel or CancelToken()
    try:
        located = locate_files(run, journal, only=only, cancel=cancel) if located is None else located
    except Cancelled:
        return RunReport("", stopped="Cancelled.")
    if not located:
        return RunReport("")
    jobs = [_undo_job(found, options) for found in located]
    with journal.start(f"undo of {run.id}", undoes=run.id) as writer:
        return _work(jobs, writer, cancel, progress, file_guard)


def undoable(run: JournalRun, journal: Journal, only: Collection[Path] | None = None) -> list[JournalEntry]:
    """The files of a run that were written and are not taken back, after `Journal.recover`.

    Entries whose outcome the journal has lost are included: their checksums decide.
    `only`: files by the name under which they were written or, if there is none, by their present name.
    """
    undone = journal.undone(run.id)
    written = [entry for entry in journal.entries(run.id) if entry.state != "dropped" and entry.number not in undone]
    if only is None:
        return written
    wanted = {Path(os.path.realpath(path)) for path in only}
    moved = _checksums(wanted - {entry.path for entry in written})
    return [entry for entry in written if entry.path in wanted or any(map(entry.after.matches, moved))]


def _checksums(paths: Iterable[Path]) -> list[Fingerprint]:
    """The checksums of those files that exist."""
    found = []
    for path in paths:
        with suppress(OSError):
            if path.is_file():
                found.append(fingerprint(path))
    return found


def locate_files(
    run: JournalRun,
    journal: Journal,
    *,
    only: Collection[Path] | None = None,
    look_in: Sequence[Path] = (),
    known: KnownPaths = lambda _: (),
    cancel: CancelToken | None = None,
) -> list[Located]:
    """The present paths of the files of a run, or `only` some of them, after crashed runs were recovered.

    A file that `only` gives by its present name needs no confirmation. Raises `TagError` and `Cancelled`.
    """
    journal.recover()
    found = locate(undoable(run, journal), look_in=look_in, known=known, cancel=cancel)
    if only is None:
        return found
    wanted = {Path(os.path.realpath(path)) for path in only}
    numbers = {entry.number for entry in undoable(run, journal, only)}
    return [_named_by_user(one, wanted) for one in found if one.entry.number in numbers]


def _named_by_user(located: Located, wanted: Collection[Path]) -> Located:
    named = [path for path in located.candidates if path in wanted]
    return located.at(named[0]) if located.path is None and len(named) == 1 else located


def _write_job(change: PlannedChange, options: WriteOptions) -> _Job:
    def prepared(run: str, tick: Callable[[], None]) -> Prepared | None:
        return prepare(
            change.path, change.field, change.new, expected=change.state, expected_audio=change.audio, options=options,
            owner=run, tick=tick,
        )  # fmt: skip

    return _Job(change.path, prepared)


def _undo_job(located: Located, options: WriteOptions) -> _Job:
    entry, path = located.entry, located.path

    def prepared(run: str, tick: Callable[[], None]) -> Prepared | None:
        if path is None:
            raise TagError(located.reason, path=entry.path)
        return prepare_undo(
            path,
            entry.field,
            entry.undo,
            written=entry.after,
            original=entry.before,
            modified=entry.modified,
            values=(entry.new, entry.old),
            name=entry.path,
            options=options,
            owner=run,
            tick=tick,
        )

    return _Job(path or entry.path, prepared, entry.number)


def _work(
    jobs: Sequence[_Job], run: RunWriter, cancel: CancelToken, progress: Progress | None, file_guard: FileGuard
) -> RunReport:
    work = _Work(run, cancel, progress or (lambda done, total, path: None), file_guard, len(jobs))
    with ThreadPoolExecutor(_THREADS, "tag-writer") as pool:
        try:
            for batch in _batches(jobs):
                work.do(pool, batch)
            for job in work.without_room:  # after the copies of others were removed
                work.do(pool, [job], last=True)
        except Cancelled:
            work.stopped = "Cancelled."
        except TagError as error:  # the journal cannot be written
            work.stopped = error.message
    return RunReport(run.run, tuple(work.written), tuple(work.unchanged), tuple(work.refused), work.stopped)


def _batches(jobs: Sequence[_Job]) -> Iterator[list[_Job]]:
    """Batches of files: their copies and checks run in parallel, and the journal is flushed once for each batch."""
    batch: list[_Job] = []
    room = _BATCH_BYTES
    for job in jobs:
        with suppress(OSError):
            room -= job.path.stat().st_size
        if batch and (room < 0 or len(batch) == _BATCH):
            yield batch
            batch, room = [], _BATCH_BYTES
        batch.append(job)
    if batch:
        yield batch


def _reason(error: Exception, path: Path) -> str:
    """Why a file was not changed; an unexpected error concerns only that file, and is logged."""
    if isinstance(error, TagError):
        return error.message
    _log.error("%s was not changed", path, exc_info=error)
    return f"cannot be written: an unexpected error ({type(error).__name__}); see the log"


class _Work:
    """The results of a run while it goes on."""

    def __init__(
        self, run: RunWriter, cancel: CancelToken, progress: Progress, file_guard: FileGuard, total: int
    ) -> None:
        self.written: list[Written] = []
        self.unchanged: list[Path] = []
        self.refused: list[Refused] = []
        self.without_room: list[_Job] = []
        self.stopped: str | None = None
        self._run, self._cancel, self._progress, self._file_guard = run, cancel, progress, file_guard
        self._total = total
        self._swept: set[Path] = set()

    def do(self, pool: Executor, batch: Sequence[_Job], *, last: bool = False) -> None:
        """Prepare a batch in parallel, record all intents, replace one file after the other, record the results.

        `last`: a file without enough space is refused, not tried again. Raises `Cancelled`, or `TagError` if the
        journal cannot be written; in both cases no copy is left.
        """
        self._cancel.check()
        folders = {Path(os.path.realpath(job.path)).parent for job in batch}
        self._run.begin(folders)
        sweep(folders - self._swept, self._run.older)
        self._swept |= folders
        futures = [(job, pool.submit(job.prepare, self._run.run, self._cancel.check)) for job in batch]
        wait([future for _, future in futures])
        ready = [(job, future.result()) for job, future in futures if future.exception() is None]
        waiting = [(job, prepared) for job, prepared in ready if prepared is not None]
        try:
            for job, future in futures:
                self._sort(job, future, last)
            numbered = [(job, prepared, self._run.intend(prepared, undoes=job.undoes)) for job, prepared in waiting]
            self._run.sync()
            self._replace(numbered)
        finally:
            for _, prepared in waiting:
                discard(prepared)

    def _sort(self, job: _Job, future: Future[Prepared | None], last: bool) -> None:
        """Sort out the files that need no replacement."""
        error = future.exception()
        if error is None:
            if future.result() is None:
                self._finished(job, self.unchanged.append, job.path)
        elif isinstance(error, NoRoomError) and not last:
            self.without_room.append(job)
        elif isinstance(error, Exception) and not isinstance(error, Cancelled):
            reason = _reason(error, job.path)
            self._run.refused(job.path, reason)
            self._finished(job, self.refused.append, Refused(job.path, reason))
        else:
            raise error

    def _replace(self, numbered: Sequence[tuple[_Job, Prepared, int]]) -> None:
        done: list[tuple[int, Written]] = []
        for job, prepared, number in numbered:
            state: FileState | None = None
            reason = ""
            try:
                with self._file_guard(job.path):
                    state = commit(prepared)
            except Exception as error:  # perhaps of the player, after the file was written
                reason = _reason(error, job.path)
            if state is None:
                self._run.dropped(number, reason)
                self._finished(job, self.refused.append, Refused(job.path, reason))
            else:
                written = Written(job.path, prepared.field, prepared.old, prepared.new, state, prepared.after.audio)
                done.append((number, written))
                self._finished(job, self.written.append, written)
        for folder in {prepared.path.parent for _, prepared, _ in numbered}:
            sync_folder(folder)
        for number, written in done:
            self._run.done(number, written.state)

    def _finished(self, job: _Job, add: Callable[[_T], None], what: _T) -> None:
        add(what)
        done = len(self.written) + len(self.unchanged) + len(self.refused)
        self._progress(done, self._total, job.path)
