"""The safe write of one file: a checked copy replaces the original atomically, or nothing happens.

`prepare` makes the copy beside the original, flushes it to the disk, reads it again and checks it; `commit` replaces
the original. Between the two, the caller records the intended change in the journal. If the program is killed at any
moment, the file is completely the old or the new one.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from mgc_desktop.errors import TagError
from mgc_desktop.tags import temporary
from mgc_desktop.tags.attributes import copy_attributes
from mgc_desktop.tags.exchange import exchange
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.fingerprint import Fingerprint, fingerprint, fingerprint_of
from mgc_desktop.tags.formats import sniff
from mgc_desktop.tags.genre_text import JOIN, distinct, split_joined
from mgc_desktop.tags.read import open_tags, song_tags
from mgc_desktop.tags.snapshot import other_tags
from mgc_desktop.tags.splice import Splices, apply, inverse, tidy


@dataclass(frozen=True, slots=True)
class FileState:
    """What shows that a file was changed: its size in bytes and its modification time in nanoseconds."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> FileState:
        """The state of a file, following links; raises OSError."""
        return cls._from(path.stat())

    @classmethod
    def _from(cls, status: os.stat_result) -> FileState:
        return cls(status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """`keep_mtime`: keep the modification time. `split_links`: write a file with further names (hard links) under this
    name only, so that the others keep the old contents; else it is refused."""

    keep_mtime: bool = False
    split_links: bool = False


DEFAULT: Final = WriteOptions()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A checked copy beside the original.

    `path`: the file itself, after following links. `undo`: the splices that turn the new contents into the old. `old`
    and `new`: the values of the field.
    """

    path: Path
    temporary: Path
    field: Field
    old: tuple[str, ...]
    new: tuple[str, ...]
    before: Fingerprint
    after: Fingerprint
    undo: Splices
    seen: tuple[int, int, int, int]


class NoRoomError(TagError):
    """There is not enough space for the copy at the moment."""


_Values = tuple[tuple[str, ...], tuple[str, ...]]  # the values of the field before and after
_Edit = Callable[[BinaryIO, Fingerprint], Splices]
_Check = Callable[[Path, Path, Fingerprint, Fingerprint], _Values]
Tick = Callable[[], None]  # called between two steps; may raise to abort


def _no_tick() -> None: ...


def prepare(
    path: Path,
    field: Field,
    values: tuple[str, ...],
    *,
    expected: FileState | None = None,
    expected_audio: str | None = None,
    options: WriteOptions = DEFAULT,
    owner: str = "single",
    tick: Tick = _no_tick,
) -> Prepared | None:
    """A copy of `path` with `values` in `field` and otherwise unchanged; None if the field has them already.

    `expected`: the state of the file when the change was planned; `expected_audio`: the checksum of the analysed audio;
    `owner`: the run. Raises `TagError` with the reason if the file cannot be written safely, and then leaves no copy.
    """
    values = _valid(values, path)

    def splices(file: BinaryIO, now: Fingerprint) -> Splices:
        if expected_audio is not None and now.audio != expected_audio:
            raise TagError("its audio has changed since it was analysed; analyse it again")
        format_ = sniff(file, target)
        if format_ is None:
            raise TagError("is in an unknown format")
        with _understood():
            return tidy(format_.edit(file, field, values), file)

    with _named(path):
        target = path.resolve(strict=True)
        found = open_tags(target)
        if found.read_only:
            raise TagError(found.read_only)
        if found.unreadable:
            raise TagError(f"{found.unreadable[0].rstrip('.')}: a change could not be checked, so nothing was written")
        if song_tags(found, cover=False).of(field) == values:
            return None
        mtime_ns = target.stat().st_mtime_ns if options.keep_mtime else None
        _may_write(target, expected, options)
        check = partial(_check, field)
        prepared = _prepare(target, target, field, splices, check, mtime_ns, owner, tick)
        if prepared is not None and prepared.new not in (values, distinct(split_joined(JOIN.join(values)))):
            temporary.remove(prepared.temporary)
            raise TagError(f"cannot hold “{JOIN.join(values)}” in its genre field: it reads back as something else")
    return prepared


def prepare_undo(
    path: Path,
    field: Field,
    undo: Splices,
    *,
    written: Fingerprint,
    original: Fingerprint,
    modified: int,
    values: _Values = ((), ()),
    name: Path | None = None,
    options: WriteOptions = DEFAULT,
    owner: str = "single",
    tick: Tick = _no_tick,
) -> Prepared | None:
    """A copy of `path` with the original contents, byte for byte, and the modification time `modified` (ns).

    None if it is the original already. `written`: the expected checksums of the file; raises `TagError` if any byte has
    changed. `values`: the values of the field now and then, only for the report: an undo reads no tags. `name`: the
    name of the file when it was written, if it has changed.
    """
    named = name or path

    def splices(_: BinaryIO, now: Fingerprint) -> Splices:
        if now.matches(original):
            return ()
        if not now.matches(written):
            what = "its sound" if now.audio != written.audio else "its tags"
            older = "" if written.whole else ", or an older version of this program stored too little to identify it"
            raise TagError(f"was changed by another program since it was written ({what}){older}, so it was kept")
        return undo

    def check(_: Path, __: Path, ___: Fingerprint, after: Fingerprint) -> _Values:
        if not after.matches(original):
            raise TagError("would not become the original again; the journal is damaged, nothing was written")
        return values

    with _named(path):
        target = path.resolve(strict=True)
        _may_write(target, None, options)
        return _prepare(target, named, field, splices, check, modified, owner, tick)


def discard(prepared: Prepared) -> None:
    """Delete the copy."""
    temporary.remove(prepared.temporary)


def commit(prepared: Prepared) -> FileState:
    """Replace the original by the copy, atomically; raises `TagError`, and then the original is unchanged.

    The replacement is on the disk once the caller has called `sync_folder`.
    """
    with _named(prepared.path):
        try:
            if _seen(prepared.path.stat()) != prepared.seen:
                raise TagError("was changed by another program just now, so it was kept")
            _put_in_place(prepared)
        except BaseException:
            temporary.remove(prepared.temporary)
            raise
        return FileState.of(prepared.path)


def _put_in_place(prepared: Prepared) -> None:
    """Replace the original by the copy. Where files can be exchanged, what was replaced is looked at once more: if
    another program wrote it in the last instant, it is put back, and `TagError` says so."""
    copy, path = prepared.temporary, prepared.path
    if not exchange(copy, path):
        copy.replace(path)
        return
    if _seen(copy.lstat()) == prepared.seen:
        temporary.remove(copy)
        return
    try:
        restored = exchange(copy, path)
    except OSError:
        restored = False
    if not restored:
        copy.replace(path)
    raise TagError("was changed by another program just now, so it was kept")


def _prepare(
    target: Path,
    name: Path,
    field: Field,
    edit: _Edit,
    check: _Check,
    mtime_ns: int | None,
    owner: str,
    tick: Tick,
) -> Prepared | None:
    """Make a copy and check it. `name`: used to find the format of file and copy if the contents do not show it."""
    with target.open("rb") as file:
        status = os.fstat(file.fileno())
        before = fingerprint_of(file, name)
        tick()
        splices = edit(file, before)
        if not splices:
            return None
        undo = inverse(splices, file)
        copy = temporary.create(target.parent, owner)
        try:
            tick()
            with copy.open("r+b") as new:
                apply(splices, file, new, tick)
                new.flush()
                copy_attributes(target, copy, mtime_ns=mtime_ns)
                os.fsync(new.fileno())
            tick()
            after = fingerprint(copy, name)
            old, new_values = check(target, copy, before, after)
            tick()
        except BaseException:
            temporary.remove(copy)
            raise
    return Prepared(target, copy, field, old, new_values, before, after, undo, _seen(status))


def _check(field: Field, target: Path, copy: Path, before: Fingerprint, after: Fingerprint) -> _Values:
    """The values of the field before and after; raises `TagError` if anything else differs."""
    if after.audio != before.audio:
        raise TagError("its audio would have been changed; nothing was written")
    with _understood():
        return _compare(field, target, copy)


def _compare(field: Field, target: Path, copy: Path) -> _Values:
    old, new = open_tags(target), open_tags(copy, target)
    problems = [*new.unreadable, *new.warnings]
    if new.format != old.format or (problems and not (old.unreadable or old.warnings)):
        raise TagError(f"its tags would have been damaged {' '.join(problems)}; nothing was written")
    places = {tag.place for tag in old.tags}
    tags, kept = other_tags(old, field, places), other_tags(new, field, places)
    # A tag without data of the song may have got the texts of other tags.
    bare = tuple(f"{tag.place} " for tag in old.tags if tag.is_bare)
    kept = {name: digest for name, digest in kept.items() if name in tags or not name.startswith(bare)}
    if tags != kept:
        name = next(key for key in sorted({*tags, *kept}) if tags.get(key) != kept.get(key))
        raise TagError(f"another tag ({name}) would have been changed; nothing was written")
    song, new_song = song_tags(old, cover=False), song_tags(new, cover=False)
    if any(getattr(song, name) != getattr(new_song, name) for name in _SHOWN):
        raise TagError("other tags of the song would have been changed; nothing was written")
    return song.of(field), new_song.of(field)


_SHOWN: Final = ("title", "artist", "album", "album_artist", "year", "track", "disc")


def _may_write(target: Path, expected: FileState | None, options: WriteOptions) -> None:
    status = target.stat()
    if not stat.S_ISREG(status.st_mode):  # opening a pipe could block forever
        raise TagError("is not a regular file")
    if expected is not None and expected != FileState(status.st_size, status.st_mtime_ns):
        raise TagError("was changed by another program since the plan was made; check the plan again")
    if not (status.st_mode & 0o222 and os.access(target, os.W_OK)):
        raise TagError("is read-only; allow writing to it in its properties, or with chmod u+w")
    if status.st_nlink > 1 and not options.split_links:
        raise TagError(
            f"has {status.st_nlink} names (hard links), and writing would separate this one from the others; "
            "allow that in the options, or copy the file first"
        )


def _seen(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


_UNWRITABLE: Final = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff]")


def _valid(values: tuple[str, ...], path: Path) -> tuple[str, ...]:
    values = distinct(values)
    for value in values:
        if _UNWRITABLE.search(value):
            raise TagError(f"the genre {value!r} has characters that tags cannot contain", path=path)
    return values


_SENTENCES: Final = {
    errno.ENOSPC: "there is not enough space for the copy that a safe write needs; free some space on that disk",
    errno.EDQUOT: "your quota is not enough for the copy that a safe write needs; free some space",
    errno.EROFS: "the disk is write-protected",
    errno.ENOENT: "is missing; was it moved, or the disk removed?",
    errno.ENAMETOOLONG: "its path is too long for this system; move it to a folder with a shorter one",
    errno.ELOOP: "is a circular link",
    errno.EIO: "the disk reports an error; check it, and your backups",
    errno.ETXTBSY: "is open in another program; close it there",
}


@contextmanager
def _understood() -> Iterator[None]:
    """Turn any error of the code that parses a damaged file into a `TagError`."""
    try:
        yield
    except (TagError, OSError):
        raise
    except Exception as error:
        raise TagError("has tags that are built in a way that is not understood; nothing was written") from error


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn any error into a `TagError` with the file's name and a sentence."""
    try:
        yield
    except TagError as error:
        if error.path is not None:
            raise
        raise TagError(error.message, path=path) from error
    except OSError as error:
        kind = NoRoomError if error.errno in (errno.ENOSPC, errno.EDQUOT) else TagError
        raise kind(_sentence(error, path), path=path) from error
    except RuntimeError as error:  # raised by pathlib for a circular link
        raise TagError(_SENTENCES[errno.ELOOP], path=path) from error


def _sentence(error: OSError, path: Path) -> str:
    if isinstance(error, PermissionError):
        if os.name == "nt":
            return "is open in another program, or you have no permission to write it"
        if error.filename and temporary.is_temporary(Path(os.fsdecode(error.filename))):
            return f"the folder “{path.parent}” cannot be written by you, and a safe write needs a copy there"
        return "cannot be written without permission"
    return _SENTENCES.get(error.errno or 0, f"cannot be written ({error.strerror or error})")
