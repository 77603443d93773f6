"""The safe write of one file: a checked copy takes the place of the original in one step, or nothing happens.

`prepare` makes the copy beside the original, brings it to the disk, opens it again and checks it; `commit` puts it
in place. In between, the caller notes in the journal what is about to happen. Killed at any moment, the file is
either the old or the new one, whole.
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
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.fingerprint import Fingerprint, fingerprint, fingerprint_of
from mgc_desktop.tags.formats import sniff
from mgc_desktop.tags.genre_text import JOIN, distinct, split_joined
from mgc_desktop.tags.read import open_tags, song_tags
from mgc_desktop.tags.snapshot import other_tags
from mgc_desktop.tags.splice import Splices, apply, inverse, tidy


@dataclass(frozen=True, slots=True)
class FileState:
    """By what it is noticed that a file was changed: its size in bytes and its modification time in nanoseconds."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> FileState:
        """The state of a file, links followed; raises OSError."""
        return cls._from(path.stat())

    @classmethod
    def _from(cls, status: os.stat_result) -> FileState:
        return cls(status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """`keep_mtime`: the modification time stays. `split_links`: a file with further names (hard links) is written
    under this one only, the others keep the old contents; else it is refused."""

    keep_mtime: bool = False
    split_links: bool = False


DEFAULT: Final = WriteOptions()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A checked copy that waits beside the original.

    `path` is the file itself, links followed. `undo` turns the new contents back into the old. `old` and `new` are
    what stands in the field.
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
    """There is no room for the copy; it may be there later."""


_Values = tuple[tuple[str, ...], tuple[str, ...]]  # what stands in the field before and after
_Edit = Callable[[BinaryIO, Fingerprint], Splices]
_Check = Callable[[Path, Path, Fingerprint, Fingerprint], _Values]
Tick = Callable[[], None]  # called between any two steps; may raise to give up


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
    """A copy of `path` whose `field` holds `values`, all else as it was; None if the field holds them already.

    `expected` is what the file was like when the change was planned, `expected_audio` the checksum of the sound that
    was analysed; `owner` is the run. Raises `TagError` with the reason if the file cannot be written safely, and
    leaves nothing behind.
    """
    values = _valid(values, path)

    def splices(file: BinaryIO, now: Fingerprint) -> Splices:
        if expected_audio is not None and now.audio != expected_audio:
            raise TagError("its sound is another one than the one that was analysed; analyse it again")
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
    """A copy of `path` turned back into the original, bit by bit, with its modification time `modified` (ns).

    None if it is the original already. `written` is what the file must be else; if anybody changed a byte of it
    since, `TagError` says so. `values`: what stands in the field now and what stood there; it is only told, no tag
    is read for an undo. `name`: what the file was called when it was written, if it has another name now.
    """
    named = name or path

    def splices(_: BinaryIO, now: Fingerprint) -> Splices:
        if now.matches(original):
            return ()
        if not now.matches(written):
            what = "its sound" if now.audio != written.audio else "its tags"
            older = "" if written.whole else ", or an older version of this program noted too little to know it again"
            raise TagError(f"was changed by another program since it was written ({what}){older}, so it was left alone")
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
    """Put the copy in the place of the original in one step; raises `TagError`, then the original is untouched.

    The step is on the disk for good when the caller has called `sync_folder`.
    """
    with _named(prepared.path):
        try:
            if _seen(prepared.path.stat()) != prepared.seen:
                raise TagError("was changed by another program just now, so it was left alone")
            prepared.temporary.replace(prepared.path)
        except BaseException:
            temporary.remove(prepared.temporary)
            raise
        return FileState.of(prepared.path)


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
    """`name` tells the format of the file and of its copy alike, where their bytes do not."""
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
    """What stands in the field before and after; raises `TagError` if anything else differs."""
    if after.audio != before.audio:
        raise TagError("its sound would have been changed; nothing was written")
    with _understood():
        return _compare(field, target, copy)


def _compare(field: Field, target: Path, copy: Path) -> _Values:
    old, new = open_tags(target), open_tags(copy, target)
    problems = [*new.unreadable, *new.warnings]
    if new.format != old.format or (problems and not (old.unreadable or old.warnings)):
        raise TagError(f"its tags would have been damaged {' '.join(problems)}; nothing was written")
    places = {tag.place for tag in old.tags}
    tags, kept = other_tags(old, field, places), other_tags(new, field, places)
    # A tag that said nothing of the song may have taken over what others say.
    bare = tuple(f"{tag.place} " for tag in old.tags if tag.is_bare)
    kept = {name: digest for name, digest in kept.items() if name in tags or not name.startswith(bare)}
    if tags != kept:
        name = next(key for key in sorted({*tags, *kept}) if tags.get(key) != kept.get(key))
        raise TagError(f"another tag ({name}) would have been changed; nothing was written")
    song, new_song = song_tags(old, cover=False), song_tags(new, cover=False)
    if any(getattr(song, name) != getattr(new_song, name) for name in _SHOWN):
        raise TagError("what its tags say of the song would have been changed; nothing was written")
    return song.of(field), new_song.of(field)


_SHOWN: Final = ("title", "artist", "album", "album_artist", "year", "track", "disc")


def _may_write(target: Path, expected: FileState | None, options: WriteOptions) -> None:
    status = target.stat()
    if not stat.S_ISREG(status.st_mode):  # to open a pipe would wait for ever
        raise TagError("is not a regular file")
    if expected is not None and expected != FileState(status.st_size, status.st_mtime_ns):
        raise TagError("was changed by another program since the plan was made; look at it again")
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
            raise TagError(f"the genre {value!r} has characters that no tag can hold", path=path)
    return values


_SENTENCES: Final = {
    errno.ENOSPC: "there is no room for the copy that a safe write needs; free some space on that disk",
    errno.EDQUOT: "your quota has no room for the copy that a safe write needs; free some space",
    errno.EROFS: "the disk is write-protected",
    errno.ENOENT: "is no longer there; was it moved, or the disk taken out?",
    errno.ENAMETOOLONG: "its path is too long for this system; move it to a folder with a shorter one",
    errno.ELOOP: "is a link that leads in a circle",
    errno.EIO: "the disk reports an error; check it, and your backups",
    errno.ETXTBSY: "is open in another program; close it there",
}


@contextmanager
def _understood() -> Iterator[None]:
    """Whatever a damaged file makes of the code that takes its tags apart becomes a `TagError`."""
    try:
        yield
    except (TagError, OSError):
        raise
    except Exception as error:
        raise TagError("has tags that are built in a way that is not understood; nothing was written") from error


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Whatever goes wrong becomes a `TagError` with the file's name and a sentence."""
    try:
        yield
    except TagError as error:
        if error.path is not None:
            raise
        raise TagError(error.message, path=path) from error
    except OSError as error:
        kind = NoRoomError if error.errno in (errno.ENOSPC, errno.EDQUOT) else TagError
        raise kind(_sentence(error, path), path=path) from error
    except RuntimeError as error:  # pathlib's word for a link that leads in a circle
        raise TagError(_SENTENCES[errno.ELOOP], path=path) from error


def _sentence(error: OSError, path: Path) -> str:
    if isinstance(error, PermissionError):
        if os.name == "nt":
            return "is open in another program, or may not be written by you"
        if error.filename and temporary.is_temporary(Path(os.fsdecode(error.filename))):
            return f"the folder “{path.parent}” may not be written by you, and a safe write puts a copy there"
        return "may not be written by you"
    return _SENTENCES.get(error.errno or 0, f"cannot be written ({error.strerror or error})")
