"""Finding the songs of the library's folders and reading their tags, only where something changed."""

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

_BATCH: Final = 200  # files between two commits: the table fills while the scan runs
_READERS: Final = 4  # threads; reading tags waits for the disk more than for the processor


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """Files looked at so far, and the folder where the scan is."""

    found: int
    read: int
    folder: Path


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What a scan did. `unreachable`: folders that could not be looked into; their songs are kept as they were.
    `found_again`: ids of songs whose files were missing when they were to be analysed, and which are there now."""

    found: int
    new: int
    changed: int
    moved: int
    gone: int
    unreachable: tuple[Path, ...] = ()
    found_again: tuple[int, ...] = ()


def scan(
    folders: Iterable[Path],
    store: LibraryStore,
    *,
    cancel: CancelToken | None = None,
    progress: Callable[[ScanProgress], None] | None = None,
    reread: bool = False,
) -> ScanReport:
    """Bring the store up to date with what lies in `folders`.

    A file whose stamp is known is not opened, unless `reread` asks for all tags. Of a changed file that was analysed
    the sound is compared by its checksum; where it is another one, the verdict goes. A file that is gone while another
    of the same size and mtime appeared was moved: its verdict goes with it. Raises `Cancelled`; what was read until
    then is kept.
    """
    cancel = cancel or CancelToken()
    known = store.stamps()
    roots = list(folders)
    reachable, unreachable = _partition(roots, known)
    missing = [root for root in reachable if root in known and _stamp(root) is None]
    seen: dict[Path, Stamp] = {}
    for path in chain(find_audio(reachable), _beside(missing, known)):
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
    renamed = (store.song_at(path) for path in moves)
    lost = {song.path: moves[song.path] for song in renamed if song is not None and _is_missing(song)}
    moves = _move(store, moves, seen)
    _follow(store, missing, {**lost, **moves})
    store.forget(gone - moves.keys())

    arrived = set(moves.values())
    fresh = [path for path in fresh if path not in arrived]
    changed = [path for path in seen if path in known and not known[path].same_as(seen[path])]
    others = {path for path in seen if path in known}.difference(changed)
    for batch in _batches(path for path in others if known[path] != seen[path]):
        store.restamp({path: seen[path] for path in batch})
    again = [path for path in seen if path in others] if reread else []
    read = 0
    with ThreadPoolExecutor(_READERS, thread_name_prefix="scan") as readers:
        for batch in _batches([*fresh, *changed, *again]):
            cancel.check()
            before = {path: song for path in batch if path in known and (song := store.song_at(path)) is not None}
            analysed = {path for path, song in before.items() if song.checksum and path not in others}
            files = list(readers.map(lambda path, of=analysed: read_file(path, seen[path], verify=path in of), batch))
            store.put(files)
            _rescorer(
                store, [before[f.path].id for f in files if f.path in before and f.genres != before[f.path].genres]
            )
            read += len(batch)
            if progress:
                progress(ScanProgress(len(seen), read, batch[-1].parent))
    found_again = _try_again(store, seen, lost.values())
    return ScanReport(
        len(seen), len(fresh), len(changed), len(moves), len(gone) - len(moves), (*unreachable, *empty), found_again
    )


def has_missing(store: LibraryStore) -> bool:
    """Whether songs could not be analysed because their files were not there."""
    return any(map(_is_missing, store.songs(store.ids(Query(Filter.FAILED)))))


def _is_missing(song: Song) -> bool:
    """Whether a song was to be analysed while its file was not there."""
    return song.state is State.FAILED and (song.error or "").startswith(MISSING)


def _try_again(store: LibraryStore, seen: Mapping[Path, Stamp], renamed: Iterable[Path]) -> tuple[int, ...]:
    """Songs whose files were missing and are there again: they stand as if they had not been tried. `renamed`: the new
    names of others, which are new songs now."""
    failed = store.songs(store.ids(Query(Filter.FAILED)))
    back = [song.id for song in failed if song.path in seen and _is_missing(song)]
    store.rescore(back)
    new = (store.song_at(path) for path in renamed)
    return (*back, *(song.id for song in new if song is not None))


def _beside(missing: Iterable[Path], known: Mapping[Path, Stamp]) -> Iterator[Path]:
    """Where a single file of the library may be under another name: files beside it, of its size and time."""
    for root in missing:
        for path in find_audio([root.parent]):
            stamp = _stamp(path) if path.parent == root.parent and path not in known else None
            if stamp is not None and stamp[:2] == known[root][:2]:
                yield path


def _follow(store: LibraryStore, missing: Iterable[Path], moves: Mapping[Path, Path]) -> None:
    """Single files of the library that were renamed are remembered by their new names, and those that are gone are
    forgotten."""
    watched = store.folders()
    for root in missing:
        store.execute("DELETE FROM folder WHERE path = ?", (os.fsencode(root),))
        if root in moves:
            store.add_folder(moves[root], watched=watched.get(root, False))


def _rescorer(store: LibraryStore, retagged: Sequence[int]) -> None:
    """Songs whose genres were changed by somebody else may agree now, or differ."""
    rescored = (State.DIFFERS, State.TO_WRITE, State.AGREES, State.WRITTEN)
    store.rescore([song.id for song in store.songs(retagged) if song.state in rescored])


def read_file(path: Path, stamp: Stamp | tuple[int, int], *, verify: bool = False) -> FileTags:
    """The row of one file; tags that cannot be read leave it without, and say so.

    `verify`: take the checksum of its sound as well, which reads the whole file.
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

    Single files, which are there or are `known` songs, count by the folder that they lie in.
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
    except OSError:  # gone again, or a broken link
        return None
    return Stamp.of(status)


def _below(path: Path, folders: Iterable[Path]) -> bool:
    return any(folder == path or folder in path.parents for folder in folders)


def _moves(
    fresh: Iterable[Path], seen: dict[Path, Stamp], gone: Iterable[Path], known: dict[Path, Stamp]
) -> dict[Path, Path]:
    """Old path to new path, where one vanished file and one new one have the same size and mtime.

    Of several such files the one with the same inode was moved; where none has, nobody can tell.
    """
    vanished: dict[tuple[int, int], list[Path]] = {}
    for path in gone:
        vanished.setdefault(known[path][:2], []).append(path)
    moves: dict[Path, Path] = {}
    for path in fresh:
        candidates = vanished.get(seen[path][:2], [])
        same = [old for old in candidates if known[old].inode is not None and known[old].inode == seen[path].inode]
        chosen = same if len(same) == 1 else candidates
        if len(chosen) == 1:
            moves[chosen[0]] = path
            candidates.remove(chosen[0])
    return moves


def _move(store: LibraryStore, moves: dict[Path, Path], seen: dict[Path, Stamp]) -> dict[Path, Path]:
    """Move songs in the store; gives the moves that were made. One that failed is read anew under its new name."""
    moved: dict[Path, Path] = {}
    with store.transaction():
        for old, new in moves.items():
            song = store.song_at(old)
            if song is not None and song.state is not State.FAILED:
                store.moved(song.id, new, seen[new])
                moved[old] = new
    return moved


def _batches(paths: Iterable[Path]) -> Iterator[list[Path]]:
    iterator = iter(paths)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
