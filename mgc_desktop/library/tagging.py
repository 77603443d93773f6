"""Writes a review to the files and undoes such runs, and updates the library's database accordingly."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Collection, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.errors import MgcError
from mgc_desktop.library.review import ReviewRow
from mgc_desktop.library.song import Stamp, State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.journal import Journal, JournalRun
from mgc_desktop.tags.moved import Located
from mgc_desktop.tags.write import WriteOptions
from mgc_desktop.tags.writer import FileGuard, Progress, RunReport, Written, undo_run, write_run

_log = logging.getLogger(__name__)


def write(
    store: LibraryStore,
    rows: Sequence[ReviewRow],
    journal: Journal,
    *,
    note: str = "",
    options: WriteOptions = WriteOptions(),  # noqa: B008 - frozen
    cancel: CancelToken | None = None,
    progress: Progress | None = None,
    file_guard: FileGuard = nullcontext,
) -> RunReport:
    """Write the accepted changes. Raises TagError as `write_run` does."""
    changes = [row.change for row in rows if row.change.writes]
    report = write_run(
        changes, journal, note=note, options=options, cancel=cancel, progress=progress, file_guard=file_guard
    )  # fmt: skip
    record_writes(store, report, State.WRITTEN)
    return report


def undo(
    store: LibraryStore,
    run: JournalRun,
    journal: Journal,
    *,
    only: Collection[Path] | None = None,
    located: Sequence[Located] | None = None,
    options: WriteOptions = WriteOptions(),  # noqa: B008 - frozen
    cancel: CancelToken | None = None,
    progress: Progress | None = None,
    file_guard: FileGuard = nullcontext,
) -> RunReport:
    """Undo a run, or `only` some files of it, or those in `located`. Raises TagError as `undo_run` does."""
    report = undo_run(
        run, journal, only=only, located=located, options=options, cancel=cancel, progress=progress,
        file_guard=file_guard,
    )  # fmt: skip
    record_undo(store, report, run, located or ())
    return report


def record_undo(store: LibraryStore, report: RunReport, run: JournalRun, located: Sequence[Located] = ()) -> None:
    """Update the database after a run was undone; `located`: where its files were found."""
    _follow_moves(store, report, located)
    back = State.NEW if run.undoes is None else State.WRITTEN
    record_writes(store, report, back)
    if back is State.NEW:
        songs = (store.song_at(written.path) for written in report.written)
        store.refresh_states([song.id for song in songs if song is not None])


def _follow_moves(store: LibraryStore, report: RunReport, located: Sequence[Located]) -> None:
    """Update the paths of songs whose files the undo found elsewhere, since a later scan could not recognise them."""
    written = {one.path for one in report.written}
    for found in located:
        if not found.moved or found.path not in written or os.path.lexists(found.entry.path):
            continue
        try:
            song = store.song_at(found.entry.path)
            if song is not None and store.song_at(found.path) is None:
                store.moved(song.id, found.path)
        except (sqlite3.Error, MgcError) as error:
            _log.warning("the new path of %s could not be stored in the library: %s", found.path, error)


def record_writes(store: LibraryStore, report: RunReport, state: State) -> None:
    """Update the database after a run of writes; files that are not in the library are skipped.

    The files and the journal are complete by now: errors here are only logged, and the next scan finds the changes.
    """
    for written in report.written:
        try:
            _record(store, written, state)
        except (sqlite3.Error, MgcError) as error:
            _log.warning("%s was written, but the library could not be updated: %s", written.path, error)
    for path in report.unchanged if state is State.WRITTEN else ():  # the file has these genres already
        try:
            if (song := store.song_at(path)) is not None and song.state is not State.WRITTEN:
                store.set_state([song.id], State.AGREES)
        except (sqlite3.Error, MgcError) as error:
            _log.warning("the library could not be updated for %s: %s", path, error)


def update_library(
    database: Path, report: RunReport, run: JournalRun | None = None, located: Sequence[Located] = ()
) -> None:
    """Update the library, if there is one, after the command line wrote files, or undid `run`.

    Errors are only logged, since the files are written already; the next scan finds the changes.
    """
    if not database.exists():
        return
    try:
        with LibraryStore(database, check=False, may_set_aside=False) as store:
            if run is None:
                record_writes(store, report, State.WRITTEN)
            else:
                record_undo(store, report, run, located)
    except (sqlite3.Error, MgcError) as error:
        _log.warning("the library could not be updated after writing: %s", error)


def _record(store: LibraryStore, written: Written, state: State) -> None:
    genres = written.new if written.field is Field.GENRE else None
    stamp = Stamp(written.state.size, written.state.mtime_ns)
    with suppress(OSError):
        now = Stamp.of(written.path.stat())
        stamp = now if now.same_as(stamp) else stamp
    store.retagged(written.path, stamp, genres, state)
