"""Finds the present paths of the files of a run: renamed and moved ones by their checksums.

A file counts as found only if its audio and the rest are, byte for byte, what the run wrote. A copy elsewhere is equal
too, so files outside the folders of the run are suggested, not chosen.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.tags import temporary
from mgc_desktop.tags.fingerprint import Fingerprint, fingerprint
from mgc_desktop.tags.journal import JournalEntry
from mgc_desktop.tags.write import FileState

_MOST_FILES: Final = 300_000  # examined (not read) in one search
_LEVELS_UP: Final = 2  # if a folder is missing, its parent and grandparent are searched

KnownPaths = Callable[[Collection[int]], Iterable[Path]]  # known paths of files with these sizes
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Located:
    """The present path of a file of a run.

    `path`: None if it is unknown or ambiguous; then `reason` is a sentence, and `candidates` are the files with its
    checksums. `moved`: whether the path is not the one under which it was written.
    """

    entry: JournalEntry
    path: Path | None
    candidates: tuple[Path, ...] = ()
    reason: str = ""

    @property
    def moved(self) -> bool:
        """Whether it was found under another path."""
        return self.path is not None and self.path != self.entry.path

    def can_be_taken_back(self) -> bool:
        """Whether its file is there for sure, and is what the run wrote. Reads the file unless size and time tell."""
        if self.path is None:
            return False
        try:
            status = self.path.stat()
            if self.entry.written == FileState(status.st_size, status.st_mtime_ns):
                return True
            return fingerprint(self.path).matches(self.entry.after)
        except OSError:
            return False

    def at(self, path: Path) -> Located:
        """The same file with a path that the user chose."""
        return replace(self, path=path, reason="")


def locate(
    entries: Sequence[JournalEntry],
    *,
    look_in: Sequence[Path] = (),
    known: KnownPaths = lambda _: (),
    cancel: CancelToken | None = None,
) -> list[Located]:
    """The present path of each file of a run, in the order of `entries`; pass all entries that can be undone.

    A missing file is searched in `look_in` with all subfolders, in the folders of the run, among the paths that are
    `known` for its size, and, if a folder of the run is missing, around its former place. Raises `Cancelled`.
    """
    cancel = cancel or CancelToken()
    lost = [entry for entry in entries if not _in_place(entry, cancel)]
    if not lost:
        return [Located(entry, entry.path) for entry in entries]
    wanted = [folder.resolve() for folder in look_in]
    numbers = {entry.number for entry in lost}
    search = _Search(lost, {entry.path for entry in entries if entry.number not in numbers}, wanted, cancel)
    search.walk([*wanted, *(entry.path.parent for entry in entries)])
    search.look_at(Path(os.path.realpath(path)) for path in known({entry.after.size for entry in lost}))
    search.sure = {path for paths in search.found.values() for path in paths}
    search.walk(_file_guard(lost))
    told = {located.entry.number: located for located in search.assigned()}
    return [told.get(entry.number) or Located(entry, entry.path) for entry in entries]


def _in_place(entry: JournalEntry, cancel: CancelToken) -> bool:
    """Whether the file at the path is the entry's, even if it was changed since, or cannot be examined."""
    cancel.check()
    try:
        status = entry.path.stat()
        if not stat.S_ISREG(status.st_mode):
            return False
        if entry.written == FileState(status.st_size, status.st_mtime_ns):
            return True
        now = fingerprint(entry.path)
        return now.audio == entry.after.audio or now.matches(entry.after) or now.matches(entry.before)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # the undo reports the reason
        return True


def _file_guard(lost: Iterable[JournalEntry]) -> set[Path]:
    """For missing folders: the nearest existing folder above each."""
    found = set()
    for folder in {entry.path.parent for entry in lost}:
        if not folder.is_dir():
            above = next((parent for parent in list(folder.parents)[:_LEVELS_UP] if parent.is_dir()), None)
            if above is not None and not _is_wide(above):
                found.add(above)
    return found


def _is_wide(folder: Path) -> bool:
    """Whether a folder contains much besides music: a disk, or the user's home folder."""
    return folder == Path(folder.anchor) or folder == Path(os.path.realpath(os.path.expanduser("~")))  # noqa: PTH111


def _contents(folder: Path) -> tuple[list[Path], list[Path]]:
    """The subfolders and files of a folder, by name, without links to folders; none if it cannot be read."""
    below: list[Path] = []
    files: list[Path] = []
    try:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                (below if entry.is_dir(follow_symlinks=False) else files).append(folder / entry.name)
    except OSError:
        return [], []
    return below, files


def _modified(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _key(checksums: Fingerprint) -> _Key:
    return ("", checksums.whole) if checksums.whole else (checksums.audio, checksums.rest)


class _Search:
    """A search for files with the checksums of missing ones.

    `found`: the files by the checksums of an entry. `sure`: those that need no confirmation.
    """

    def __init__(
        self, lost: Sequence[JournalEntry], taken: Collection[Path], look_in: Sequence[Path], cancel: CancelToken
    ) -> None:
        self.found: dict[_Key, list[Path]] = {}
        self.sure: set[Path] = set()
        self._groups: dict[_Key, list[JournalEntry]] = {}
        self._endings: dict[int, set[str]] = {}  # suffixes by size, of the names under which such files were written
        for entry in lost:
            self._groups.setdefault(_key(entry.after), []).append(entry)
            self._endings.setdefault(entry.after.size, set()).add(entry.path.suffix.lower())
        self._look_in = look_in
        self._seen: set[Path] = set(taken)
        self._walked: set[Path] = set()
        self._left = _MOST_FILES
        self._cancel = cancel

    def walk(self, folders: Iterable[Path]) -> None:
        """Examine all files in the folders and their subfolders, without following links."""
        for top in sorted(set(folders)):
            waiting = [top]
            while waiting and self._left > 0:
                self._cancel.check()
                folder = waiting.pop()
                if folder in self._walked:
                    continue
                if not _is_wide(folder) or folder in self._look_in:
                    self._walked.add(folder)
                    below, files = _contents(folder)
                    waiting += reversed(below)
                else:
                    _, files = _contents(folder)
                self._left -= len(files)
                self.look_at(files)

    def look_at(self, paths: Iterable[Path]) -> None:
        """Compare the checksums of files with a size that is searched."""
        for path in paths:
            if path in self._seen or temporary.is_temporary(path):
                continue
            try:
                status = path.lstat()
                if stat.S_ISREG(status.st_mode) and status.st_size in self._endings:
                    self._seen.add(path)
                    self._cancel.check()
                    self._compare(path, self._endings[status.st_size])
            except OSError:
                continue

    def _compare(self, path: Path, endings: Collection[str]) -> None:
        for ending in endings:
            now = fingerprint(path, path.with_suffix(ending))
            for key in (("", now.whole), (now.audio, now.rest)):
                if key in self._groups:
                    self.found.setdefault(key, []).append(path)
                    return

    def assigned(self) -> Iterator[Located]:
        """Each missing entry with its file, if it is unambiguous."""
        for key, group in self._groups.items():
            paths = sorted(self.found.get(key, ()))
            chosen = self._chosen([path for path in paths if path in self.sure], group)
            for number, entry in enumerate(group):
                if chosen:
                    yield Located(entry, chosen[number], tuple(paths))
                elif not paths and entry.path.is_file():  # another file has its name: the undo reports that
                    yield Located(entry, entry.path)
                else:
                    yield Located(entry, None, tuple(paths), self._reason(paths, len(group)))

    def _chosen(self, sure: Sequence[Path], group: Sequence[JournalEntry]) -> Sequence[Path]:
        """One file for each entry of a group of equal files; none if the assignment is ambiguous."""
        if len(sure) > len(group):  # folders named by the user decide
            sure = [path for path in sure if any(folder in path.parents for folder in self._look_in)]
        if len(sure) != len(group):
            return ()
        times = {_modified(path): path for path in sure}
        wanted = [entry.written.mtime_ns if entry.written is not None else None for entry in group]
        if len(set(wanted)) == len(group) and set(wanted) == set(times):  # renaming keeps the modification time
            return [times[mtime_ns] for mtime_ns in wanted]
        return sure if all(entry.before.matches(group[0].before) for entry in group) else ()

    def _reason(self, paths: Sequence[Path], wanted: int) -> str:
        if not paths:
            told = "is missing (was the disk removed?), and no file with its checksums was found"
            return told if self._left > 0 else f"{told} among the first {_MOST_FILES:,} that were examined"
        names = ", ".join(f"“{path}”" for path in paths[:5]) + (", …" if len(paths) > 5 else "")
        if wanted > 1:
            return f"is missing, and it is not clear which of {wanted} equal files is which now: {names}"
        if len(paths) > 1:
            return f"is missing, and {len(paths)} files are identical to what was written: {names}"
        return f"is missing; an identical file is outside the folders of the run: {names}"
