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
from mgc_desktop.tags.journal import Journal, Run
from mgc_desktop.tags.moved import Located
from mgc_desktop.tags.write import WriteOptions
from mgc_desktop.tags.writer import Around, Progress, RunReport, Written, undo_run, write_run


def write(
    store: LibraryStore,
    rows: Sequence[ReviewRow],
    journal: Journal,
    *,
    note: str = "",
    options: WriteOptions = WriteOptions(),  # noqa: B008 - frozen
    cancel: CancelToken | None = None,
    progress: Progress | None = None,
    around: Around = nullcontext,
) -> RunReport:
    """Write what is accepted. Raises TagError as `write_run` does."""
    changes = [row.change for row in rows if row.change.writes]
    report = write_run(
        changes, journal, note=note, options=options, cancel=cancel, progress=progress, around=around
    )  # fmt: skip
    with store.transaction():
        for written in report.written:
            _book(store, written, State.WRITTEN)
        for path in report.unchanged:  # it says so already
            if (song := store.song_at(path)) is not None:
                store.set_state([song.id], State.AGREES)
    return report


def undo(
    store: LibraryStore,
    run: Run,
    journal: Journal,
    *,
    only: Collection[Path] | None = None,
    located: Sequence[Located] | None = None,
    options: WriteOptions = WriteOptions(),  # noqa: B008 - frozen
    cancel: CancelToken | None = None,
    progress: Progress | None = None,
    around: Around = nullcontext,
) -> RunReport:
    """Take back a run, or `only` some files of it, or those that were `located`. Raises TagError as `undo_run` does."""
    report = undo_run(
        run, journal, only=only, located=located, options=options, cancel=cancel, progress=progress, around=around
    )  # fmt: skip
    back = State.NEW if run.undoes is None else State.WRITTEN
    for written in report.written:
        _book(store, written, back)
    if back is State.NEW:
        songs = (store.song_at(written.path) for written in report.written)
        store.judge([song.id for song in songs if song is not None])
    return report


def _book(store: LibraryStore, written: Written, state: State) -> None:
    genres = written.new if written.field is Field.GENRE else None
    store.retagged(written.path, written.state.size, written.state.mtime_ns, genres, state)
