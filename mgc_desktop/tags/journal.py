"""The journal of all tag writing: every change is recorded before it is made, and records are never removed.

One file for each run, with lines as in `journal_lines`. With it a run, or single files of it, can be undone weeks
later, and after a crash the state of the interrupted run is known.
"""

from __future__ import annotations

import logging
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from mgc_desktop.errors import TagError
from mgc_desktop.paths import data_dir
from mgc_desktop.tags import temporary
from mgc_desktop.tags.attributes import sync_folder
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.fingerprint import Fingerprint, fingerprint
from mgc_desktop.tags.journal_lines import Line, LineWriter, first_and_last, lines
from mgc_desktop.tags.lock import writer_lock
from mgc_desktop.tags.splice import Splice, Splices
from mgc_desktop.tags.write import FileState, Prepared

_log = logging.getLogger(__name__)

_VERSION: Final = 1
_ENDING: Final = ".jsonl"
_ROOM: Final = 1 << 16  # bytes that must be free before a run is prepared
_COUNTS: Final = ("written", "refused")

_Ends = tuple[dict[str, Any] | None, dict[str, Any] | None]  # first and last line
_Undos = dict[str, list[str]]
EntryState = Literal["pending", "done", "dropped", "unclear"]


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One file of a run.

    `old`, `new`: the values of `field`. `before`, `after`: the file's checksums. `undo`: the splices that restore the
    old file. `modified`: its modification time before, in nanoseconds. `undoes`: the number of the entry that this one
    takes back, in the run that its run takes back. `written`: the file's size and modification time after the write,
    None if they were not recorded.
    `state`: "done"; "dropped" if the file was not written; "pending" while it is being written; "unclear" if the file
    was missing after a crash.
    """

    run: str
    number: int
    path: Path
    field: Field
    old: tuple[str, ...]
    new: tuple[str, ...]
    before: Fingerprint
    after: Fingerprint
    undo: Splices
    modified: int
    undoes: int | None
    state: EntryState
    written: FileState | None = None


@dataclass(frozen=True, slots=True)
class JournalRun:
    """The summary of a run.

    `started`: seconds since 1970, by a clock that may have been wrong. `note`: its rules. `undoes`: the run that it
    took back, if it is an undo. `written`, `refused`: numbers of files. `undone`: how many of the written files are
    taken back. `finished`: False while it is running, or if it crashed and was not recovered yet. `damaged`: number of
    unreadable lines. `sequence`: increases from run to run; 0 for runs of older versions.
    """

    id: str
    started: float
    note: str
    undoes: str | None
    written: int
    refused: int
    undone: int
    finished: bool
    damaged: int = 0
    sequence: int = 0

    @property
    def can_be_undone(self) -> bool:
        """Whether it is not an undo and wrote files that are not taken back."""
        return self.undoes is None and self.written > self.undone


class RunWriter:
    """Records a running run; created by `Journal.start`."""

    def __init__(self, path: Path, head: Line, older: frozenset[str]) -> None:
        """`head`: the first line. `older`: the earlier runs. Raises `TagError`, and then leaves no file."""
        self.run: str = head["id"]
        self.older = older
        self._sequence = head["sequence"]
        self._count = 0
        self._open: set[int] = set()
        self._totals = dict.fromkeys(_COUNTS, 0)
        try:
            self._lines = LineWriter(path)
            self._lines.add(head)
        except OSError as error:
            with suppress(OSError):
                path.unlink()
            raise _unwritable(error) from error

    def begin(self, folders: Iterable[Path]) -> None:
        """Record the folders in which temporary copies will be made."""
        self._add({"type": "batch", "folders": [os.fspath(folder) for folder in folders]})

    def intend(self, prepared: Prepared, *, undoes: int | None = None) -> int:
        """Record an intended change; `sync` flushes it to the disk. Returns the entry's number."""
        self._count += 1
        line: dict[str, Any] = {
            "type": "intent",
            "number": self._count,
            "path": os.fspath(prepared.path),
            "field": prepared.field.value,
            "old": prepared.old,
            "new": prepared.new,
            "before": asdict(prepared.before),
            "after": asdict(prepared.after),
            "undo": [splice.to_json() for splice in prepared.undo],
            "modified": prepared.seen[-1],
            "undoes": undoes,
        }
        self._open.add(self._count)
        self._add(line)
        return self._count

    def sync(self) -> None:
        """Flush all records to the disk; raises `TagError` if that fails."""
        self._guarded(self._lines.sync)

    def done(self, number: int, state: FileState) -> None:
        """Record that an entry was written.

        If that fails, the recovery after the run examines the file, and the next `intend` raises an error.
        """
        self._open.discard(number)
        self._totals["written"] += 1
        with suppress(TagError):
            self._add({"type": "done", "number": number, "size": state.size, "modified": state.mtime_ns})

    def dropped(self, number: int, reason: str) -> None:
        """Record that an entry was not written."""
        self._open.discard(number)
        self._totals["refused"] += 1
        self._add({"type": "dropped", "number": number, "reason": reason})

    def refused(self, path: Path, reason: str) -> None:
        """Record a file that could not be written."""
        self._totals["refused"] += 1
        self._add({"type": "refused", "path": os.fspath(path), "reason": reason})

    def close(self) -> None:
        """Write the summary; if that fails, or a file's state is unknown, the next start recovers the run."""
        with suppress(TagError, OSError):
            if not self._open:
                self._add({"type": "end", "sequence": self._sequence, **self._totals})
            self._lines.close()

    def _add(self, line: dict[str, Any]) -> None:
        self._guarded(lambda: self._lines.add(line))

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except OSError as error:
            raise _unwritable(error) from error


class Journal:
    """All runs, in a folder; `folder`: the user's data folder by default."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder if folder is not None else data_dir() / "journal"

    @contextmanager
    def start(self, note: str, *, undoes: str | None = None) -> Iterator[RunWriter]:
        """Begin a run, after recovering crashed runs.

        Raises `TagError` if another writer is running or the journal cannot be written; then nothing was begun.
        """
        with writer_lock(self.folder / "lock"):
            self._recover()
            ends = self._ends()
            run = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(3)}"
            head = {"type": "run", "version": _VERSION, "id": run, "started": time.time(), "note": note}
            number = 1 + max(map(_sequence, ends.values()), default=0)
            line = {**head, "sequence": number, "undoes": undoes}
            writer = RunWriter(self._file(run), line, frozenset(ends))
            sync_folder(self.folder)
            try:
                yield writer
            finally:
                writer.close()

    def check(self) -> None:
        """Raise `TagError` if no run could be noted: the folder cannot be used, or its disk is full.

        Another writer at work is no reason: it will have finished by the time that something is to be written.
        """
        try:
            with writer_lock(self.folder / "lock"):
                pass
        except TagError as error:
            if isinstance(error.__cause__, OSError):
                raise
        try:
            with tempfile.TemporaryFile(dir=self.folder) as file:
                file.write(bytes(_ROOM))
                file.flush()
        except OSError as error:
            raise _unwritable(error) from error

    def recover(self) -> list[JournalEntry]:
        """Recover runs that crashed: determine the state of their files, delete their temporary copies.

        Returns the pending entries. Raises `TagError` if a writer is running or the journal cannot be written.
        If no run crashed, nothing is changed and no lock is acquired.
        """
        if all(_is_finished(ends) for ends in self._ends().values()):
            return []
        with writer_lock(self.folder / "lock"):
            return self._recover()

    def runs(self) -> list[JournalRun]:
        """All runs that wrote or refused files, the newest first by sequence. Raises `TagError`."""
        ends = self._ends()
        undos = _undos(ends)
        found = [self._summary(run, ends[run], undos) for run in ends]
        wrote = (run for run in found if run.written or run.refused)
        return sorted(wrote, key=lambda run: (run.sequence, run.started), reverse=True)

    def recovered_runs(self) -> list[JournalRun]:
        """The runs after `recover`, as far as that is possible now; the run of another writer is listed too."""
        try:
            self.recover()
        except TagError as error:
            _log.info("the journal is not recovered now: %s", error)
        return self.runs()

    def find(self, wanted: str | None = None) -> JournalRun:
        """The run with this name or prefix; by default the last one that can still be undone."""
        runs = self.runs()
        if wanted is None:
            return self.undoable_runs()[0]
        matching = [run for run in runs if run.id.startswith(wanted)]
        if len(matching) != 1:
            how = "There is no run" if not matching else "There are several runs"
            raise TagError(f"{how} “{wanted}”; `mgc runs` lists them.")
        return matching[0]

    def undoable_runs(self) -> list[JournalRun]:
        """The runs with files that are not taken back yet, the newest first. Raises `TagError` if there are none."""
        if not (found := [run for run in self.runs() if run.can_be_undone]):
            raise TagError("There is nothing to undo.")
        return found

    def entries(self, run: str) -> Iterator[JournalEntry]:
        """The files of a run, in the order of writing."""
        waiting: dict[int, dict[str, Any]] = {}
        for line in self._lines(run):
            if line is None or "number" not in line:
                continue
            if line["type"] == "intent":
                waiting[line["number"]] = line
            elif (intent := waiting.pop(line["number"], None)) is not None:
                yield _entry(run, intent, line["type"], line)
        for intent in waiting.values():
            yield _entry(run, intent, "pending")

    def undone(self, run: str) -> frozenset[int]:
        """The numbers of the entries of a run that are taken back."""
        return self._undone(run, _undos(self._ends()))

    def _file(self, run: str) -> Path:
        return self.folder / f"{run}{_ENDING}"

    def _files(self) -> list[Path]:
        try:
            return sorted(path for path in self.folder.iterdir() if path.suffix == _ENDING)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise TagError(f"the journal's folder cannot be read ({error.strerror})", path=self.folder) from error

    def _ends(self) -> dict[str, _Ends]:
        """The first and the last line of each run; raises `TagError`."""
        ends: dict[str, _Ends] = {}
        for path in self._files():
            try:
                ends[path.stem] = first_and_last(path)
            except OSError as error:
                raise TagError(f"the journal cannot be read ({error.strerror})", path=path) from error
        return ends

    def _lines(self, run: str) -> Iterator[dict[str, Any] | None]:
        try:
            yield from lines(self._file(run))
        except OSError as error:
            raise TagError(f"the journal cannot be read ({error.strerror})", path=self._file(run)) from error

    def _undone(self, run: str, undos: _Undos) -> frozenset[int]:
        """`undos`: the runs that take back a run. Their entries count unless they were taken back in turn."""
        numbers: set[int] = set()
        for undo in undos.get(run, ()):
            again = self._undone(undo, undos)
            taken_back = (entry for entry in self.entries(undo) if entry.number not in again)
            numbers |= {entry.undoes for entry in taken_back if entry.undoes is not None and _counts(entry)}
        return frozenset(numbers)

    def _summary(self, run: str, ends: _Ends, undos: _Undos) -> JournalRun:
        """The summary from the last line, or after a crash from all lines."""
        head, last = ends[0] or {}, ends[1]
        finished = _is_finished(ends)
        totals, damaged = (last, 0) if last is not None and finished else self._count(run)
        return JournalRun(
            run,
            float(head.get("started", 0.0)),
            str(head.get("note", "")),
            head.get("undoes"),
            int(totals["written"]),
            int(totals["refused"]),
            len(self._undone(run, undos)),
            finished,
            damaged,
            _sequence(ends),
        )

    def _count(self, run: str) -> tuple[dict[str, int], int]:
        types = [line["type"] if line is not None else "damaged" for line in self._lines(run)]
        written = types.count("done") + types.count("unclear")  # unclear ones may be written, so undo must offer them
        refused = types.count("refused") + types.count("dropped")
        return {"written": written, "refused": refused}, types.count("damaged")

    def _recover(self) -> list[JournalEntry]:
        found: list[JournalEntry] = []
        for run, ends in self._ends().items():
            if not _is_finished(ends):
                try:
                    found += self._recover_run(run, _sequence(ends))
                except OSError as error:
                    raise _unwritable(error) from error
        return found

    def _recover_run(self, run: str, sequence: int) -> list[JournalEntry]:
        pending = [entry for entry in self.entries(run) if entry.state == "pending"]
        with closing(LineWriter(self._file(run))) as writer:
            for entry in pending:
                writer.add({"type": _happened(entry), "number": entry.number, "reason": "the program was interrupted"})
        batches = [line["folders"] for line in self._lines(run) if line is not None and line["type"] == "batch"]
        temporary.sweep({Path(folder) for folders in batches for folder in folders}, {run})
        totals, _ = self._count(run)
        with closing(LineWriter(self._file(run))) as writer:
            writer.add({"type": "end", "sequence": sequence, **totals})
        return pending


def _unwritable(error: OSError) -> TagError:
    return TagError(f"the journal cannot be written ({error.strerror}), and nothing is written without it")


def _is_finished(ends: _Ends) -> bool:
    return ends[1] is not None and ends[1]["type"] == "end"


def _sequence(ends: _Ends) -> int:
    """The sequence number of a run, from the first or the last line, in case one is damaged."""
    return max(int(line.get("sequence", 0)) if line is not None else 0 for line in ends)


def _undos(ends: dict[str, _Ends]) -> _Undos:
    undos: _Undos = {}
    for run, (head, _) in ends.items():
        if head is not None and head.get("undoes"):
            undos.setdefault(head["undoes"], []).append(run)
    return undos


def _happened(entry: JournalEntry) -> EntryState:
    """The state of an entry that was pending, determined from the file."""
    try:
        if not entry.path.is_file():
            return "unclear"
        now = fingerprint(entry.path)
    except OSError:
        return "unclear"
    if now.matches(entry.after):
        return "done"
    return "dropped" if now.matches(entry.before) else "unclear"


def _counts(entry: JournalEntry) -> bool:
    return entry.state in ("done", "unclear")


def _entry(run: str, line: dict[str, Any], state: EntryState, outcome: dict[str, Any] | None = None) -> JournalEntry:
    """An entry from the line of the intent and, if there is one, the line of its outcome."""
    written = None
    if outcome is not None and "size" in outcome:
        written = FileState(outcome["size"], outcome["modified"])
    return JournalEntry(
        run,
        line["number"],
        Path(line["path"]),
        Field(line["field"]),
        tuple(line["old"]),
        tuple(line["new"]),
        Fingerprint(**line["before"]),
        Fingerprint(**line["after"]),
        tuple(Splice.from_json(values) for values in line["undo"]),
        line["modified"],
        line["undoes"],
        state,
        written,
    )
