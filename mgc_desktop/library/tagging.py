"""Writing a review and taking writes back, with the library's database kept in step."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import nullcontext
from pathlib import Path

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.library.review import ReviewRow
from mgc_desktop.library.song import State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.journal import Journal, JournalRun
from mgc_desktop.tags.write import WriteOptions
from mgc_desktop.tags.writer import FileGuard, Progress, RunReport, Written, undo_run, write_run


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
    """Write what is accepted. Raises TagError as `write_run` does."""
    changes = [row.change for row in rows if row.change.writes]
    report = write_run(
        changes, journal, note=note, options=options, cancel=cancel, progress=progress, file_guard=file_guard
    )  # fmt: skip
    with store.transaction():
        for written in report.written:
            _record_write(store, written, State.WRITTEN)
        for path in report.unchanged:  # it says so already
            if (song := store.song_at(path)) is not None:
                store.set_state([song.id], State.AGREES)
    return report


def undo(
    store: LibraryStore,
    run: JournalRun,
    journal: Journal,
    *,
    only: Collection[Path] | None = None,
    options: WriteOptions = WriteOptions(),  # noqa: B008 - frozen
    cancel: CancelToken | None = None,
    progress: Progress | None = None,
    file_guard: FileGuard = nullcontext,
) -> RunReport:
    """Take back a run, or `only` some files of it. Raises TagError as `undo_run` does."""
    report = undo_run(
        run, journal, only=only, options=options, cancel=cancel, progress=progress, file_guard=file_guard
    )  # fmt: skip
    back = State.NEW if run.undoes is None else State.WRITTEN
    for written in report.written:
        _record_write(store, written, back)
    if back is State.NEW:
        songs = (store.song_at(written.path) for written in report.written)
        store.rescorer([song.id for song in songs if song is not None])
    return report


def _record_write(store: LibraryStore, written: Written, state: State) -> None:
    genres = written.new if written.field is Field.GENRE else None
    store.retagged(written.path, written.state.size, written.state.mtime_ns, genres, state)
