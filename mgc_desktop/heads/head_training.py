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
from mgc_desktop.heads.cross_validation import CrossValidationReport, cross_validate
from mgc_desktop.heads.training_set import Background, TrainingSet, key_of_artist
from mgc_desktop.inference import user_heads
from mgc_desktop.inference.reference_set import ReferenceSet
from mgc_desktop.inference.user_heads import BaseModel, HeadEntry, HeadError, LabelledSong, UserHead
from mgc_desktop.library.bulk_queries import background_rows
from mgc_desktop.library.labels import Label, add_labels, forget_labels, labelled_heads, labels, rename_labels, renew
from mgc_desktop.library.store import LibraryStore

_SAMPLE: Final = 600  # songs of the library that nobody marked; more would change nothing but the time it takes


@dataclass(frozen=True, slots=True, eq=False)
class FittedHead:
    """What became of the marks of a head. `head` is None where there is nothing to learn from.

    `lessons`: made ready, to be examined. Marks that the present model did not hear are in `marks`, and teach nothing.
    """

    name: str
    labels: tuple[Label, ...]
    head: UserHead | None
    examples: TrainingSet | None


def fit_head(
    store: LibraryStore, name: str, base_model: BaseModel, memory: ReferenceSet, folder: Path | None = None
) -> FittedHead:
    """Make the head of that name from its marks, and keep it.

    Where the library has no marks of it, being new or made anew, they come from the head's file.
    """
    if name not in labelled_heads(store):
        restore_labels(store, folder)
    renew(store, base_model.name, base_model.base)
    found = tuple(labels(store, name))
    known = [each.example for each in found if each.model == base_model.identity]
    if not known:
        return FittedHead(name, found, None, None)
    background = background_of(store, base_model, memory, known)
    examples = TrainingSet(known, background, base_model.bundled.genres)
    head = _learned_already(name, known, base_model, folder)
    if head is None:
        head = UserHead(name, base_model.identity, examples.adapter(), tuple(known))
        user_heads.save_head(head, folder)
    return FittedHead(name, found, head, examples)


def _learned_already(
    name: str, known: Sequence[LabelledSong], base_model: BaseModel, folder: Path | None
) -> UserHead | None:
    """The head as it was kept, if it learned from just these marks: it changes only when the user teaches it."""
    entries = {
        entry.name: entry.head for entry in user_heads.list_heads(base_model.identity, folder) if entry.reason is None
    }
    head = entries.get(name)
    if head is None:
        return None
    before, now = ({(example.checksum, example.genre) for example in examples} for examples in (head.examples, known))
    return head if before == now else None


def measure_head(
    learned: FittedHead, folder: Path | None = None, *, cancel: CancelToken | None = None
) -> CrossValidationReport:
    """How well it does, by artists that it did not hear; the figures are kept with the head. Raises `Cancelled`."""
    assert learned.head is not None
    assert learned.examples is not None
    report = cross_validate(learned.examples, cancel=cancel)
    user_heads.save_head(replace(learned.head, measured=report.to_dict()), folder)
    return report


def background_of(
    store: LibraryStore, base_model: BaseModel, memory: ReferenceSet, examples: Iterable[LabelledSong]
) -> Background:
    """Songs of the library that nobody marked, and the model's memory."""
    taken = {example.checksum for example in examples}
    rows = background_rows(store, base_model.name, base_model.base, _SAMPLE + len(taken))
    rows = [row for row in rows if row[0] not in taken and row[3] is not None][:_SAMPLE]
    return Background(
        np.stack([*(np.frombuffer(row[1], "<f4") for row in rows), *memory.probabilities]),
        np.stack([*(np.frombuffer(row[2], "<f4") for row in rows), *memory.embedding]),
        tuple(key_of_artist(row[3], row[0]) for row in rows),
        len(memory),
    )


def all_heads(store: LibraryStore, base_model: BaseModel, folder: Path | None = None) -> list[HeadEntry]:
    """The heads there are: those with a file, and those that have marks but could not learn yet."""
    entries = user_heads.list_heads(base_model.identity, folder)
    known = {entry.name for entry in entries}
    waiting = [name for name in labelled_heads(store) if name not in known]
    path = folder or user_heads.heads_dir()
    entries += [HeadEntry(name, path / f"{name}.json", None, "It has learned nothing yet.") for name in waiting]
    return sorted(entries, key=lambda entry: entry.name.casefold())


def rename(store: LibraryStore, old: str, new: str, folder: Path | None = None) -> str:
    """Give a head another name, with its marks; HeadError if that is taken or no name. Gives the name as it is now."""
    taken = {entry.name for entry in user_heads.list_heads(folder=folder)} | set(labelled_heads(store))
    new = user_heads.free_name(new, sorted(taken - {old}))
    if any(entry.name == old for entry in user_heads.list_heads(folder=folder)):
        user_heads.rename_head(old, new, folder)
    rename_labels(store, old, new)
    return new


def delete(store: LibraryStore, name: str, folder: Path | None = None) -> None:
    """Remove a head and its marks. The bundled genres stay, and so do the songs."""
    user_heads.delete_head(name, folder)
    forget_labels(store, name)


def delete_if_empty(store: LibraryStore, name: str, folder: Path | None = None) -> None:
    """After marks were taken away: a head without any is no more."""
    if name not in labelled_heads(store):
        user_heads.delete_head(name, folder)


def import_head(store: LibraryStore, path: Path, folder: Path | None = None) -> UserHead:
    """Take in a head from a file, with the songs that taught it, so that it can be taught further."""
    head = user_heads.import_head(path, folder)
    try:
        forget_labels(store, head.name)
        add_labels(store, head.name, head.examples, head.made_for)
    except BaseException:
        user_heads.delete_head(head.name, folder)
        raise
    return head


def restore_labels(store: LibraryStore, folder: Path | None = None) -> None:
    """The marks of heads that have none in this library, from their files."""
    known = set(labelled_heads(store))
    for entry in user_heads.list_heads(folder=folder):
        if entry.head is not None and entry.name not in known:
            add_labels(store, entry.name, entry.head.examples, entry.head.made_for)


def canonical_genre(name: str, known: Iterable[str]) -> str:
    """A genre as it is to be called: one that is known already, however it was typed, or a new one.

    HeadError if it is no name.
    """
    name = " ".join(name.split())
    if not any(sign.isalnum() for sign in name) or len(name) > user_heads.LONGEST:
        raise HeadError(f"A genre's name has letters, and {user_heads.LONGEST} signs at most. Choose another one.")
    return next((genre for genre in known if genre.casefold() == name.casefold()), name)
