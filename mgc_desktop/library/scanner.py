"""Finds the songs in the library's folders and reads the tags of new and changed files."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final

from mgc_desktop.audio.files import find_audio
from mgc_desktop.cancellation import CancelToken
from mgc_desktop.errors import MISSING, MgcError
from mgc_desktop.library.query import Filter, Query
from mgc_desktop.library.song import FileTags, Song, Stamp, State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.tags.fingerprint import audio_checksum
from mgc_desktop.tags.read import read_tags

_BATCH: Final = 200  # files between two commits: the table is filled while the scan runs
_READERS: Final = 4  # threads; reading tags is limited by the disk, not by the processor


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """Files found and files read so far, and the folder that is being scanned."""

    found: int
    read: int
    folder: Path


@dataclass(frozen=True, slots=True)
class ScanReport:
    """The result of a scan. `unreachable`: folders that could not be read; their songs stay in the library.
    `reappeared`: ids of songs whose files were missing when they were to be analysed, and which exist again."""

    found: int
    new: int
    changed: int
    moved: int
    gone: int
    unreachable: tuple[Path, ...] = ()
    reappeared: tuple[int, ...] = ()


def scan(
    folders: Iterable[Path],
    store: LibraryStore,
    *,
    cancel: CancelToken | None = None,
    progress: Callable[[ScanProgress], None] | None = None,
    reread: bool = False,
) -> ScanReport:
    """Update the store with the files in `folders`.

    A file with an unchanged stamp is not opened, unless `reread` asks for all tags. For a changed file that was
    analysed the checksum of its audio is compared; if it differs, the verdict is removed. A missing file and a new one
    of the same size and mtime are one moved file, which keeps its verdict. Raises `Cancelled`; what was read until then
    is stored.
    """
    cancel = cancel or CancelToken()
    known = store.stamps()
    roots = list(folders)
    reachable, unreachable = _partition(roots, known)
    missing = [root for root in reachable if root in known and _stamp(root) is None]
    stamps: dict[Path, Stamp] = {}
    for path in chain(find_audio(reachable), _beside(missing, known)):
        cancel.check()
        if (stamp := _stamp(path)) is not None:
            stamps[path] = stamp
            if progress and len(stamps) % _BATCH == 0:
                progress(ScanProgress(len(stamps), 0, path.parent))

    # A mount point whose drive is unplugged is an empty folder: its songs are not gone.
    empty = [f for f in reachable if not any(f in p.parents for p in stamps) and any(f in p.parents for p in known)]
    reachable = [f for f in reachable if f not in empty]
    gone = {path for path in known if path not in stamps and _below(path, reachable)}
    new_paths = [path for path in stamps if path not in known]
    moves = _moves(new_paths, stamps, gone, known)
    renamed = (store.song_at(path) for path in moves)
    reappearing = {song.path: moves[song.path] for song in renamed if song is not None and _is_missing(song)}
    moves = _move(store, moves, stamps)
    _follow(store, missing, {**reappearing, **moves})
    store.forget(gone - moves.keys())

    moved_to = set(moves.values())
    new_paths = [path for path in new_paths if path not in moved_to]
    changed = [path for path in stamps if path in known and not known[path].same_as(stamps[path])]
    others = {path for path in stamps if path in known}.difference(changed)
    for batch in _batches(path for path in others if known[path] != stamps[path]):
        store.restamp({path: stamps[path] for path in batch})
    again = [path for path in stamps if path in others] if reread else []
    read = 0
    with ThreadPoolExecutor(_READERS, thread_name_prefix="scan") as readers:
        for batch in _batches([*new_paths, *changed, *again]):
            cancel.check()
            before = {path: song for path in batch if path in known and (song := store.song_at(path)) is not None}
            analysed = {path for path, song in before.items() if song.checksum and path not in others}
            files = list(readers.map(lambda path, of=analysed: read_file(path, stamps[path], verify=path in of), batch))
            store.put(files)
            _refresh_states(
                store, [before[f.path].id for f in files if f.path in before and f.genres != before[f.path].genres]
            )
            read += len(batch)
            if progress:
                progress(ScanProgress(len(stamps), read, batch[-1].parent))
    reappeared = _reset_reappeared(store, stamps, reappearing.values())
    return ScanReport(
        len(stamps),
        len(new_paths),
        len(changed),
        len(moves),
        len(gone) - len(moves),
        (*unreachable, *empty),
        reappeared,
    )


def has_missing(store: LibraryStore) -> bool:
    """Whether songs could not be analysed because their files were missing."""
    return any(map(_is_missing, store.songs(store.ids(Query(Filter.FAILED)))))


def _is_missing(song: Song) -> bool:
    """Whether the file of a song was missing when it was to be analysed."""
    return song.state is State.FAILED and (song.error or "").startswith(MISSING)


def _reset_reappeared(store: LibraryStore, stamps: Mapping[Path, Stamp], renamed: Iterable[Path]) -> tuple[int, ...]:
    """Reset songs whose files were missing and exist again to their state before; returns their ids. `renamed`: new
    paths of songs that were missing under their old ones, which are new songs now."""
    failed = store.songs(store.ids(Query(Filter.FAILED)))
    ids = [song.id for song in failed if song.path in stamps and _is_missing(song)]
    store.refresh_states(ids)
    new = (store.song_at(path) for path in renamed)
    return (*ids, *(song.id for song in new if song is not None))


def _beside(missing: Iterable[Path], known: Mapping[Path, Stamp]) -> Iterator[Path]:
    """Possible new names of single files of the library: files in their folder with the same size and mtime."""
    for root in missing:
        for path in find_audio([root.parent]):
            stamp = _stamp(path) if path.parent == root.parent and path not in known else None
            if stamp is not None and stamp[:2] == known[root][:2]:
                yield path


def _follow(store: LibraryStore, missing: Iterable[Path], moves: Mapping[Path, Path]) -> None:
    """Update the single files of the library: renamed ones get their new names, missing ones are removed."""
    watched = store.folders()
    for root in missing:
        store.execute("DELETE FROM folder WHERE path = ?", (os.fsencode(root),))
        if root in moves:
            store.add_folder(moves[root], watched=watched.get(root, False))


def _refresh_states(store: LibraryStore, retagged: Sequence[int]) -> None:
    """Update the state of songs whose genres were changed by another program."""
    rescored = (State.DIFFERS, State.TO_WRITE, State.AGREES, State.WRITTEN)
    store.refresh_states([song.id for song in store.songs(retagged) if song.state in rescored])


def read_file(path: Path, stamp: Stamp | tuple[int, int], *, verify: bool = False) -> FileTags:
    """The row of one file. If the tags cannot be read, the row has an error and no tags.

    `verify`: compute the checksum of its audio as well, which reads the whole file.
    """
    stamp = Stamp(*stamp)
    audio: str | None = "" if verify else None
    try:
        if verify:
            audio = audio_checksum(path)
        tags = read_tags(path, cover=False)
    except MgcError as error:
        return FileTags(path, *stamp[:2], error=error.message, inode=stamp.inode, ctime_ns=stamp.ctime_ns, audio=audio)
    except OSError as error:
        text = f"It cannot be read ({error.strerror or error})."
        return FileTags(path, *stamp[:2], error=text, inode=stamp.inode, ctime_ns=stamp.ctime_ns, audio=audio)
    return FileTags(
        path,
        *stamp[:2],
        title=tags.title or None,
        artist=tags.artist or None,
        album=tags.album or None,
        year=tags.year,
        duration=tags.length,
        genres=tags.genres,
        inode=stamp.inode,
        ctime_ns=stamp.ctime_ns,
        audio=audio,
    )


def _partition(folders: Iterable[Path], known: Container[Path]) -> tuple[list[Path], list[Path]]:
    """Folders that can be listed, and those that cannot: an unplugged drive must not empty the library.

    A single file, which exists or is in `known`, counts by its folder.
    """
    reachable: list[Path] = []
    unreachable: list[Path] = []
    for folder in folders:
        place = folder.parent if folder in known or folder.is_file() else folder
        (reachable if os.access(place, os.R_OK | os.X_OK) and place.is_dir() else unreachable).append(folder)
    return reachable, unreachable


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except OSError:  # removed meanwhile, or a broken link
        return None
    return Stamp.of(status)


def _below(path: Path, folders: Iterable[Path]) -> bool:
    return any(folder == path or folder in path.parents for folder in folders)


def _moves(
    new_paths: Iterable[Path], stamps: dict[Path, Stamp], gone: Iterable[Path], known: dict[Path, Stamp]
) -> dict[Path, Path]:
    """Old path to new path, where one missing file and one new file have the same size and mtime.

    Among several such files, the one with the same inode was moved; if none has it, no move is recorded.
    """
    vanished: dict[tuple[int, int], list[Path]] = {}
    for path in gone:
        vanished.setdefault(known[path][:2], []).append(path)
    moves: dict[Path, Path] = {}
    for path in new_paths:
        candidates = vanished.get(stamps[path][:2], [])
        same = [old for old in candidates if known[old].inode is not None and known[old].inode == stamps[path].inode]
        chosen = same if len(same) == 1 else candidates
        if len(chosen) == 1:
            moves[chosen[0]] = path
            candidates.remove(chosen[0])
    return moves


def _move(store: LibraryStore, moves: dict[Path, Path], stamps: dict[Path, Stamp]) -> dict[Path, Path]:
    """Move songs in the store; returns the moves that were made. Failed songs are not moved but read as new."""
    moved: dict[Path, Path] = {}
    with store.transaction():
        for old, new in moves.items():
            song = store.song_at(old)
            if song is not None and song.state is not State.FAILED:
                store.moved(song.id, new, stamps[new])
                moved[old] = new
    return moved


def _batches(paths: Iterable[Path]) -> Iterator[list[Path]]:
    iterator = iter(paths)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
