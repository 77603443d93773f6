"""User heads from the labels in the library: listing, fitting, renaming, deleting.

A head is a file (`inference.user_heads`) that is fitted on labels in the library (`library.labels`), and can be fitted
again from them at any time.
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

_SAMPLE: Final = 600  # unlabelled songs of the library; more take longer and do not change the result


@dataclass(frozen=True, slots=True, eq=False)
class FittedHead:
    """The result of fitting a head. `head` is None if there are no labels to fit on.

    `examples`: the prepared training set, for `measure_head`. `labels` includes those without a prediction of the
    present model, which are not used in the fit.
    """

    name: str
    labels: tuple[Label, ...]
    head: UserHead | None
    examples: TrainingSet | None


def fit_head(
    store: LibraryStore, name: str, base_model: BaseModel, reference_set: ReferenceSet, folder: Path | None = None
) -> FittedHead:
    """Fit the head of that name on its labels, and save it.

    If the library has no labels of it, such as a new or rebuilt library, they are read from the head's file.
    """
    if name not in labelled_heads(store):
        restore_labels(store, folder)
    renew(store, base_model.name, base_model.base)
    found = tuple(labels(store, name))
    known = [each.example for each in found if each.model == base_model.identity]
    if not known:
        return FittedHead(name, found, None, None)
    background = background_of(store, base_model, reference_set, known)
    examples = TrainingSet(known, background, base_model.bundled.genres)
    head = _unchanged_head(name, known, base_model, folder)
    if head is None:
        head = UserHead(name, base_model.identity, examples.adapter(), tuple(known))
        user_heads.save_head(head, folder)
    return FittedHead(name, found, head, examples)


def _unchanged_head(
    name: str, known: Sequence[LabelledSong], base_model: BaseModel, folder: Path | None
) -> UserHead | None:
    """The saved head if it was fitted on exactly these labels, so that it changes only if the labels do."""
    entries = {
        entry.name: entry.head for entry in user_heads.list_heads(base_model.identity, folder) if entry.reason is None
    }
    head = entries.get(name)
    if head is None:
        return None
    before, now = ({(example.checksum, example.genre) for example in examples} for examples in (head.examples, known))
    return head if before == now else None


def measure_head(
    fitted: FittedHead, folder: Path | None = None, *, cancel: CancelToken | None = None
) -> CrossValidationReport:
    """Cross-validate the head, and store the figures with it. Raises `Cancelled`."""
    assert fitted.head is not None
    assert fitted.examples is not None
    report = cross_validate(fitted.examples, cancel=cancel)
    user_heads.save_head(replace(fitted.head, measured=report.to_dict()), folder)
    return report


def background_of(
    store: LibraryStore, base_model: BaseModel, reference_set: ReferenceSet, examples: Iterable[LabelledSong]
) -> Background:
    """Unlabelled songs of the library, and the model's reference set."""
    taken = {example.checksum for example in examples}
    rows = background_rows(store, base_model.name, base_model.base, _SAMPLE + len(taken))
    rows = [row for row in rows if row[0] not in taken and row[3] is not None][:_SAMPLE]
    return Background(
        np.stack([*(np.frombuffer(row[1], "<f4") for row in rows), *reference_set.probabilities]),
        np.stack([*(np.frombuffer(row[2], "<f4") for row in rows), *reference_set.embedding]),
        tuple(key_of_artist(row[3], row[0]) for row in rows),
        len(reference_set),
    )


def all_heads(store: LibraryStore, base_model: BaseModel, folder: Path | None = None) -> list[HeadEntry]:
    """All heads: those with a file, and those with labels that could not be fitted yet."""
    entries = user_heads.list_heads(base_model.identity, folder)
    known = {entry.name for entry in entries}
    waiting = [name for name in labelled_heads(store) if name not in known]
    path = folder or user_heads.heads_dir()
    entries += [HeadEntry(name, path / f"{name}.json", None, "It has not been trained yet.") for name in waiting]
    return sorted(entries, key=lambda entry: entry.name.casefold())


def rename(store: LibraryStore, old: str, new: str, folder: Path | None = None) -> str:
    """Rename a head and its labels; raises HeadError if the name is in use or invalid. Returns the new name."""
    taken = {entry.name for entry in user_heads.list_heads(folder=folder)} | set(labelled_heads(store))
    new = user_heads.free_name(new, sorted(taken - {old}))
    if any(entry.name == old for entry in user_heads.list_heads(folder=folder)):
        user_heads.rename_head(old, new, folder)
    rename_labels(store, old, new)
    return new


def delete(store: LibraryStore, name: str, folder: Path | None = None) -> None:
    """Delete a head and its labels. The bundled genres and the songs stay."""
    user_heads.delete_head(name, folder)
    forget_labels(store, name)


def delete_if_empty(store: LibraryStore, name: str, folder: Path | None = None) -> None:
    """Delete a head that has no labels any more."""
    if name not in labelled_heads(store):
        user_heads.delete_head(name, folder)


def import_head(store: LibraryStore, path: Path, folder: Path | None = None) -> UserHead:
    """Import a head from a file with its labelled songs, so that it can be fitted again with more songs."""
    head = user_heads.import_head(path, folder)
    try:
        forget_labels(store, head.name)
        add_labels(store, head.name, head.examples, head.made_for)
    except BaseException:
        user_heads.delete_head(head.name, folder)
        raise
    return head


def restore_labels(store: LibraryStore, folder: Path | None = None) -> None:
    """Read the labels of heads that have none in this library from the heads' files."""
    known = set(labelled_heads(store))
    for entry in user_heads.list_heads(folder=folder):
        if entry.head is not None and entry.name not in known:
            add_labels(store, entry.name, entry.head.examples, entry.head.made_for)


def canonical_genre(name: str, known: Iterable[str]) -> str:
    """The name of a genre to use: an existing one if `name` differs only in case and signs, else `name` itself.

    Raises HeadError if it is not a valid name.
    """
    name = " ".join(name.split())
    if not any(sign.isalnum() for sign in name) or len(name) > user_heads.LONGEST:
        raise HeadError(f"A genre's name has letters, and at most {user_heads.LONGEST} characters. Choose another one.")
    return next((genre for genre in known if genre.casefold() == name.casefold()), name)
