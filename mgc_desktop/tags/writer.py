"""Writing a plan, and taking it back: one file after the other, each one safe, none of them stopping the rest."""

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
_THREADS: Final = 3  # copy, check and wait for the disk at the same time; more only make its head jump
_BATCH: Final = 8
_BATCH_BYTES: Final = 256 << 20  # of copies that lie beside their originals at a time


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written: what now stands in the field, the file's new state, the checksum of its sound."""

    path: Path
    field: Field
    old: tuple[str, ...]
    new: tuple[str, ...]
    state: FileState
    audio: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was left as it is, and why, in a sentence."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did. `run` is its name in the journal, "" if there was nothing to do.

    `unchanged`: files that said so already, not touched. `stopped`: why the run ended early, for all files that
    are in none of the lists.
    """

    run: str
    written: tuple[Written, ...] = ()
    unchanged: tuple[Path, ...] = ()
    refused: tuple[Refused, ...] = ()
    stopped: str | None = None


Progress = Callable[[int, int, Path], None]  # files done, files in all, the file that was done last
FileGuard = Callable[[Path], AbstractContextManager[object]]  # lets go of a file that is being played, and takes it up


@dataclass(frozen=True, slots=True)
class _Job:
    """A file to write: `prepare` makes the checked copy, given the run and what to call now and then; `undoes` is
    the number of the entry it takes back."""

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
    """Write what the plan says. A file that cannot be written is named in the report, and the run goes on.

    `TagError` only if nothing can be written at all: another writer is at work, or the journal cannot be written.
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
    """Turn the files of a run, or `only` some of them, back into what they were, bit by bit.

    `located`: what `locate_files` found of them, with the decisions of somebody who was asked; looked for here
    otherwise. A file that anybody changed since, or that is not found for sure, is refused and named. The undo is a
    run of its own and can be undone as well. `TagError` as for `write_run`.
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
    """The files of a run that were written and are not taken back yet, after `Journal.recover`.

    One of which the journal has lost what became of it counts as well: its checksums will tell.
    `only`: files by the name under which they were written, or, if none was, by the name that they have now.
    """
    undone = journal.undone(run.id)
    written = [entry for entry in journal.entries(run.id) if entry.state != "dropped" and entry.number not in undone]
    if only is None:
        return written
    wanted = {Path(os.path.realpath(path)) for path in only}
    moved = _checksums(wanted - {entry.path for entry in written})
    return [entry for entry in written if entry.path in wanted or any(map(entry.after.matches, moved))]


def _checksums(paths: Iterable[Path]) -> list[Fingerprint]:
    """Of those that are there."""
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
    """Where the files of a run, or `only` some of them, are now; crashed runs are looked after first.

    A file that `only` calls by its present name needs no question. Raises `TagError` and `Cancelled`.
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
            for job in work.without_room:  # now that the copies of others are gone
                work.do(pool, [job], last=True)
        except Cancelled:
            work.stopped = "Cancelled."
        except TagError as error:  # the journal cannot be written
            work.stopped = error.message
    return RunReport(run.run, tuple(work.written), tuple(work.unchanged), tuple(work.refused), work.stopped)


def _batches(jobs: Sequence[_Job]) -> Iterator[list[_Job]]:
    """A few files at a time: their copies and checks overlap, and the journal is synced once for all of them."""
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
    """Why a file is left alone; what nobody foresaw concerns that file alone and goes into the log."""
    if isinstance(error, TagError):
        return error.message
    _log.error("%s is left alone", path, exc_info=error)
    return f"cannot be written: something went wrong that was not foreseen ({type(error).__name__}); see the log"


class _Work:
    """The lists that grow while a run goes on."""

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
        """Prepare a batch side by side, note all intents, replace one file after the other, note what was done.

        `last`: a file without room is refused, not tried again. Raises `Cancelled`, or `TagError` if the journal
        cannot be written; in both cases no copy is left.
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
        """Those of which there is nothing to replace."""
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
            except Exception as error:  # perhaps the player's, after the file was written
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
