"""Heads from the library: which there are, what each learns from, and what becomes of its marks.

A head is a file (`inference.heads`) made of marks in the library (`library.marks`). The marks are what the user said;
the file can be made again from them at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.inference import heads
from mgc_desktop.inference.heads import HeadEntry, HeadError, Lesson, Pupil, UserHead
from mgc_desktop.inference.memory import Memory
from mgc_desktop.insight.teach import Background, Lessons, key_of_artist
from mgc_desktop.insight.teach_report import Report, cross_validate
from mgc_desktop.library.marks import Mark, forget_marks, mark, marks, rename_marks, renew, taught_heads
from mgc_desktop.library.store import LibraryStore

_SAMPLE: Final = 600  # songs of the library that nobody marked; more would change nothing but the time it takes


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What became of the marks of a head. `head` is None where there is nothing to learn from.

    `lessons`: made ready, to be examined. Marks that the present model did not hear are in `marks`, and teach nothing.
    """

    name: str
    marks: tuple[Mark, ...]
    head: UserHead | None
    lessons: Lessons | None


def learn(store: LibraryStore, name: str, pupil: Pupil, memory: Memory, folder: Path | None = None) -> Learned:
    """Make the head of that name from its marks, and keep it.

    Where the library has no marks of it, being new or made anew, they come from the head's file.
    """
    if name not in taught_heads(store):
        restore_marks(store, folder)
    renew(store, pupil.name, pupil.base)
    found = tuple(marks(store, name))
    known = [each.lesson for each in found if each.model == pupil.identity]
    if not known:
        return Learned(name, found, None, None)
    background = background_of(store, pupil, memory, known)
    lessons = Lessons(known, background, pupil.bundled.genres)
    head = _learned_already(name, known, pupil, folder)
    if head is None:
        head = UserHead(name, pupil.identity, lessons.taught(), tuple(known))
        heads.save_head(head, folder)
    return Learned(name, found, head, lessons)


def _learned_already(name: str, known: Sequence[Lesson], pupil: Pupil, folder: Path | None) -> UserHead | None:
    """The head as it was kept, if it learned from just these marks: it changes only when the user teaches it."""
    entries = {entry.name: entry.head for entry in heads.list_heads(pupil.identity, folder) if entry.reason is None}
    head = entries.get(name)
    if head is None:
        return None
    before, now = ({(lesson.checksum, lesson.genre) for lesson in lessons} for lessons in (head.lessons, known))
    return head if before == now else None


def examine(learned: Learned, folder: Path | None = None, *, cancel: CancelToken | None = None) -> Report:
    """How well it does, by artists that it did not hear; the figures are kept with the head. Raises `Cancelled`."""
    assert learned.head is not None
    assert learned.lessons is not None
    report = cross_validate(learned.lessons, cancel=cancel)
    heads.save_head(replace(learned.head, measured=report.to_dict()), folder)
    return report


def background_of(store: LibraryStore, pupil: Pupil, memory: Memory, lessons: Iterable[Lesson]) -> Background:
    """Songs of the library that nobody marked, and the model's memory."""
    taken = {lesson.checksum for lesson in lessons}
    rows = store.db.execute(
        "SELECT analysis.checksum, probabilities, embedding, "
        "(SELECT coalesce(artist, album, '') FROM song WHERE song.checksum = analysis.checksum LIMIT 1) "
        "FROM analysis WHERE model = ? AND version = ? AND embedding IS NOT NULL ORDER BY analysis.checksum LIMIT ?",
        (pupil.name, pupil.base, _SAMPLE + len(taken)),
    ).fetchall()
    rows = [row for row in rows if row[0] not in taken and row[3] is not None][:_SAMPLE]
    return Background(
        np.stack([*(np.frombuffer(row[1], "<f4") for row in rows), *memory.probabilities]),
        np.stack([*(np.frombuffer(row[2], "<f4") for row in rows), *memory.embedding]),
        tuple(key_of_artist(row[3], row[0]) for row in rows),
        len(memory),
    )


def all_heads(store: LibraryStore, pupil: Pupil, folder: Path | None = None) -> list[HeadEntry]:
    """The heads there are: those with a file, and those that have marks but could not learn yet."""
    entries = heads.list_heads(pupil.identity, folder)
    known = {entry.name for entry in entries}
    waiting = [name for name in taught_heads(store) if name not in known]
    path = folder or heads.heads_dir()
    entries += [HeadEntry(name, path / f"{name}.json", None, "It has learned nothing yet.") for name in waiting]
    return sorted(entries, key=lambda entry: entry.name.casefold())


def rename(store: LibraryStore, old: str, new: str, folder: Path | None = None) -> str:
    """Give a head another name, with its marks; HeadError if that is taken or no name. Gives the name as it is now."""
    taken = {entry.name for entry in heads.list_heads(folder=folder)} | set(taught_heads(store))
    new = heads.free_name(new, sorted(taken - {old}))
    if any(entry.name == old for entry in heads.list_heads(folder=folder)):
        heads.rename_head(old, new, folder)
    rename_marks(store, old, new)
    return new


def delete(store: LibraryStore, name: str, folder: Path | None = None) -> None:
    """Remove a head and its marks. The bundled genres stay, and so do the songs."""
    heads.delete_head(name, folder)
    forget_marks(store, name)


def drop_empty(store: LibraryStore, name: str, folder: Path | None = None) -> None:
    """After marks were taken away: a head without any is no more."""
    if name not in taught_heads(store):
        heads.delete_head(name, folder)


def bring_in(store: LibraryStore, path: Path, folder: Path | None = None) -> UserHead:
    """Take in a head from a file, with the songs that taught it, so that it can be taught further."""
    head = heads.import_head(path, folder)
    try:
        forget_marks(store, head.name)
        mark(store, head.name, head.lessons, head.made_for)
    except BaseException:
        heads.delete_head(head.name, folder)
        raise
    return head


def restore_marks(store: LibraryStore, folder: Path | None = None) -> None:
    """The marks of heads that have none in this library, from their files."""
    known = set(taught_heads(store))
    for entry in heads.list_heads(folder=folder):
        if entry.head is not None and entry.name not in known:
            mark(store, entry.name, entry.head.lessons, entry.head.made_for)


def proper_genre(name: str, known: Iterable[str]) -> str:
    """A genre as it is to be called: one that is known already, however it was typed, or a new one.

    HeadError if it is no name.
    """
    name = " ".join(name.split())
    if not any(sign.isalnum() for sign in name) or len(name) > heads.LONGEST:
        raise HeadError(f"A genre's name has letters, and {heads.LONGEST} signs at most. Choose another one.")
    return next((genre for genre in known if genre.casefold() == name.casefold()), name)
