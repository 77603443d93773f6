"""The songs that the user marked, "this is Fado", for each head that they teach."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from mgc_desktop.inference.user_heads import LabelledSong
from mgc_desktop.library.decisions import label_note
from mgc_desktop.library.song import Song
from mgc_desktop.library.store import LibraryStore

_COLUMNS: Final = "mark.checksum, mark.genre, mark.title, mark.artist, mark.probabilities, mark.embedding"


@dataclass(frozen=True, slots=True, eq=False)
class Label:
    """A marked song. `path`: where it lies now, None when the library does not know. `model`: who heard it."""

    example: LabelledSong
    model: str
    path: Path | None


@dataclass(frozen=True, slots=True, eq=False)
class LabelResult:
    """Songs of the library as lessons to be; `unheard`: ids of those that the model has still to listen to."""

    examples: tuple[LabelledSong, ...]
    not_analysed: tuple[int, ...]


def labels(store: LibraryStore, head: str) -> list[Label]:
    """The marked songs of a head, as they were marked."""
    rows = store.db.execute(
        f"SELECT {_COLUMNS}, mark.model, (SELECT path FROM song WHERE song.checksum = mark.checksum LIMIT 1) "
        "FROM mark WHERE head = ? ORDER BY made, checksum",
        (head,),
    )
    return [
        Label(_example(row[:6]), row[6], None if row[7] is None else Path(os.fsdecode(row[7])))
        for row in rows.fetchall()
    ]


def labelled_heads(store: LibraryStore) -> list[str]:
    """The heads for which songs are marked."""
    return [name for (name,) in store.db.execute("SELECT DISTINCT head FROM mark ORDER BY head")]


def add_labels(store: LibraryStore, head: str, examples: Iterable[LabelledSong], model: str) -> None:
    """Mark songs; one that is marked already is now what the lesson says. `model`: `name@version` that heard them."""
    rows: list[tuple[Any, ...]] = []
    with store.transaction():
        (last,) = store.db.execute("SELECT coalesce(max(made), 0) FROM mark").fetchone()
        rows += [_row(head, example, model, last + number) for number, example in enumerate(examples, start=1)]
        store.db.executemany(
            "INSERT INTO mark VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (head, checksum) DO UPDATE SET "
            "genre = excluded.genre, model = excluded.model, probabilities = excluded.probabilities, "
            "embedding = excluded.embedding",
            rows,
        )
    store.log.add(label_note(*row) for row in rows)


def remove_labels(store: LibraryStore, head: str, checksums: Iterable[str]) -> None:
    """Take marks away."""
    gone = list(checksums)
    store.execute_many("DELETE FROM mark WHERE head = ? AND checksum = ?", [(head, checksum) for checksum in gone])
    store.log.add({"kind": "label removed", "head": head, "checksum": checksum} for checksum in gone)


def rename_genre(store: LibraryStore, head: str, old: str, new: str) -> None:
    """Call a genre of a head otherwise; if there is one of that name they become one."""
    store.execute("UPDATE mark SET genre = ? WHERE head = ? AND genre = ?", (new, head, old))
    store.log.add([{"kind": "genre renamed", "head": head, "genre": old, "to": new}])


def rename_labels(store: LibraryStore, old: str, new: str) -> None:
    """The head of these marks has another name."""
    with store.transaction():
        store.execute("UPDATE mark SET head = ? WHERE head = ?", (new, old))
        store.execute("UPDATE OR REPLACE pending_label SET head = ? WHERE head = ?", (new, old))
    store.log.add([{"kind": "head renamed", "head": old, "to": new}])


def forget_labels(store: LibraryStore, head: str) -> None:
    """Take all marks of a head away."""
    with store.transaction():
        store.execute("DELETE FROM mark WHERE head = ?", (head,))
        store.execute("DELETE FROM pending_label WHERE head = ?", (head,))
    store.log.add([{"kind": "head removed", "head": head}])


def renew(store: LibraryStore, model: str, version: str) -> None:
    """Marks that were heard by an older model get what `model` heard in the same audio, where it did."""
    store.execute(
        "UPDATE mark SET model = analysis.model || '@' || analysis.version, probabilities = analysis.probabilities, "
        "embedding = analysis.embedding FROM analysis WHERE analysis.checksum = mark.checksum AND analysis.model = ? "
        "AND analysis.version = ? AND analysis.embedding IS NOT NULL AND mark.model != ?",
        (model, version, f"{model}@{version}"),
    )


def as_labelled_songs(store: LibraryStore, songs: Sequence[int], genre: str, model: str, version: str) -> LabelResult:
    """These songs as lessons in a genre. Silent ones, in which nothing was heard, are left out."""
    examples: list[LabelledSong] = []
    not_analysed: list[int] = []
    for song in store.songs(songs):
        known = store.analysis(song.checksum, model, version) if song.checksum else None
        if known is None:
            not_analysed.append(song.id)
        elif known.embedding is not None:
            examples.append(
                LabelledSong(known.checksum, genre, song.name, artist_of(song), known.probabilities, known.embedding)
            )
    return LabelResult(tuple(examples), tuple(not_analysed))


def artist_of(song: Song) -> str:
    """Who made it; where the file does not say, its album or folder stands for somebody."""
    return song.artist or song.album or song.path.parent.name


def _row(head: str, example: LabelledSong, model: str, made: int) -> tuple[Any, ...]:
    parts = (part.astype("<f4").tobytes() for part in (example.probabilities, example.embedding))
    return head, example.checksum, example.genre, example.title, example.artist, model, *parts, made


def _example(row: tuple[Any, ...]) -> LabelledSong:
    checksum, genre, title, artist, probabilities, embedding = row
    return LabelledSong(
        checksum, genre, title, artist, np.frombuffer(probabilities, "<f4"), np.frombuffer(embedding, "<f4")
    )
