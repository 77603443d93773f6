"""Finding the songs of the library's folders and reading their tags, only where something changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from mgc_desktop.audio.files import find_audio
from mgc_desktop.cancellation import CancelToken
from mgc_desktop.errors import MgcError
from mgc_desktop.library.song import FileTags, State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.tags.read import read_tags

_BATCH: Final = 200  # files between two commits: the table fills while the scan runs
_READERS: Final = 4  # threads; reading tags waits for the disk more than for the processor

Stamp = tuple[int, int]  # size in bytes, mtime in ns


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """Files looked at so far, and the folder where the scan is."""

    found: int
    read: int
    folder: Path


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What a scan did. `unreachable`: folders that could not be looked into; their songs are kept as they were."""

    found: int
    new: int
    changed: int
    moved: int
    gone: int
    unreachable: tuple[Path, ...] = ()


def scan(
    folders: Iterable[Path],
    store: LibraryStore,
    *,
    cancel: CancelToken | None = None,
    progress: Callable[[ScanProgress], None] | None = None,
) -> ScanReport:
    """Bring the store up to date with what lies in `folders`.

    A file whose size and mtime are known is not opened. A file that is gone while another of the same size and
    mtime appeared was moved: its verdict goes with it. Raises `Cancelled`; what was read until then is kept.
    """
    cancel = cancel or CancelToken()
    known = store.stamps()
    reachable, unreachable = _partition(folders)
    seen: dict[Path, Stamp] = {}
    for path in find_audio(reachable):
        cancel.check()
        if (stamp := _stamp(path)) is not None:
            seen[path] = stamp
            if progress and len(seen) % _BATCH == 0:
                progress(ScanProgress(len(seen), 0, path.parent))

    # A mount point whose drive is unplugged is an empty folder: nothing in it is "gone".
    empty = [f for f in reachable if not any(f in p.parents for p in seen) and any(f in p.parents for p in known)]
    reachable = [f for f in reachable if f not in empty]
    gone = {path for path in known if path not in seen and _below(path, reachable)}
    fresh = [path for path in seen if path not in known]
    moves = _moves(fresh, seen, gone, known)
    with store.transaction():
        for old, new in moves.items():
            if (song := store.song_at(old)) is not None:
                store.moved(song.id, new)
    store.forget(gone - moves.keys())

    arrived = set(moves.values())
    fresh = [path for path in fresh if path not in arrived]
    changed = [path for path in seen if path in known and known[path] != seen[path]]
    read = 0
    with ThreadPoolExecutor(_READERS, thread_name_prefix="scan") as readers:
        for batch in _batches([*fresh, *changed]):
            cancel.check()
            store.put(readers.map(lambda path: read_file(path, seen[path]), batch))
            read += len(batch)
            if progress:
                progress(ScanProgress(len(seen), read, batch[-1].parent))
    _rescorer(store, changed)
    return ScanReport(len(seen), len(fresh), len(changed), len(moves), len(gone) - len(moves), (*unreachable, *empty))


def _rescorer(store: LibraryStore, changed: Iterable[Path]) -> None:
    """A song whose tags were changed by somebody else may agree now, or differ."""
    songs = (store.song_at(path) for path in changed)
    rescored = (State.DIFFERS, State.TO_WRITE, State.AGREES, State.WRITTEN)
    store.rescorer([song.id for song in songs if song is not None and song.state in rescored])


def read_file(path: Path, stamp: Stamp) -> FileTags:
    """The row of one file; tags that cannot be read leave it without, and say so."""
    size, mtime_ns = stamp
    try:
        tags = read_tags(path, cover=False)
    except MgcError as error:
        return FileTags(path, size, mtime_ns, error=error.message)
    return FileTags(
        path,
        size,
        mtime_ns,
        title=tags.title or None,
        artist=tags.artist or None,
        album=tags.album or None,
        year=tags.year,
        duration=tags.length,
        genres=tags.genres,
    )


def _partition(folders: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Folders that can be listed, and those that cannot: an unplugged drive must not empty the library."""
    reachable: list[Path] = []
    unreachable: list[Path] = []
    for folder in folders:
        (reachable if os.access(folder, os.R_OK | os.X_OK) and folder.is_dir() else unreachable).append(folder)
    return reachable, unreachable


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except OSError:  # gone again, or a broken link
        return None
    return status.st_size, status.st_mtime_ns


def _below(path: Path, folders: Iterable[Path]) -> bool:
    return any(folder in path.parents for folder in folders)


def _moves(
    fresh: Iterable[Path], seen: dict[Path, Stamp], gone: Iterable[Path], known: dict[Path, Stamp]
) -> dict[Path, Path]:
    """Old path to new path, where one vanished file and one new one have the same size and mtime."""
    vanished: dict[Stamp, list[Path]] = {}
    for path in gone:
        vanished.setdefault(known[path], []).append(path)
    moves: dict[Path, Path] = {}
    for path in fresh:
        candidates = vanished.get(seen[path], [])
        if len(candidates) == 1:
            moves[candidates.pop()] = path
    return moves


def _batches(paths: Iterable[Path]) -> Iterator[list[Path]]:
    iterator = iter(paths)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
