"""The songs that the user marked, "this is Fado", for each head that they teach."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from mgc_desktop.inference.heads import Lesson
from mgc_desktop.library.decisions import label_note
from mgc_desktop.library.song import Song
from mgc_desktop.library.store import LibraryStore

_COLUMNS: Final = "mark.checksum, mark.genre, mark.title, mark.artist, mark.probabilities, mark.embedding"


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """A marked song. `path`: where it lies now, None when the library does not know. `model`: who heard it."""

    lesson: Lesson
    model: str
    path: Path | None


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """Songs of the library as lessons to be; `unheard`: ids of those that the model has still to listen to."""

    lessons: tuple[Lesson, ...]
    unheard: tuple[int, ...]


def marks(store: LibraryStore, head: str) -> list[Mark]:
    """The marked songs of a head, as they were marked."""
    rows = store.db.execute(
        f"SELECT {_COLUMNS}, mark.model, (SELECT path FROM song WHERE song.checksum = mark.checksum LIMIT 1) "
        "FROM mark WHERE head = ? ORDER BY made, checksum",
        (head,),
    )
    return [
        Mark(_lesson(row[:6]), row[6], None if row[7] is None else Path(os.fsdecode(row[7]))) for row in rows.fetchall()
    ]


def taught_heads(store: LibraryStore) -> list[str]:
    """The heads for which songs are marked."""
    return [name for (name,) in store.db.execute("SELECT DISTINCT head FROM mark ORDER BY head")]


def mark(store: LibraryStore, head: str, lessons: Iterable[Lesson], model: str) -> None:
    """Mark songs; one that is marked already is now what the lesson says. `model`: `name@version` that heard them."""
    rows: list[tuple[Any, ...]] = []
    with store.transaction():
        (last,) = store.db.execute("SELECT coalesce(max(made), 0) FROM mark").fetchone()
        rows += [_row(head, lesson, model, last + number) for number, lesson in enumerate(lessons, start=1)]
        store.db.executemany(
            "INSERT INTO mark VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (head, checksum) DO UPDATE SET "
            "genre = excluded.genre, model = excluded.model, probabilities = excluded.probabilities, "
            "embedding = excluded.embedding",
            rows,
        )
    store.log.add(label_note(*row) for row in rows)


def unmark(store: LibraryStore, head: str, checksums: Iterable[str]) -> None:
    """Take marks away."""
    gone = list(checksums)
    store.execute_many("DELETE FROM mark WHERE head = ? AND checksum = ?", [(head, checksum) for checksum in gone])
    store.log.add({"kind": "label removed", "head": head, "checksum": checksum} for checksum in gone)


def rename_genre(store: LibraryStore, head: str, old: str, new: str) -> None:
    """Call a genre of a head otherwise; if there is one of that name they become one."""
    store.execute("UPDATE mark SET genre = ? WHERE head = ? AND genre = ?", (new, head, old))
    store.log.add([{"kind": "genre renamed", "head": head, "genre": old, "to": new}])


def rename_marks(store: LibraryStore, old: str, new: str) -> None:
    """The head of these marks has another name."""
    with store.transaction():
        store.execute("UPDATE mark SET head = ? WHERE head = ?", (new, old))
        store.execute("UPDATE OR REPLACE pending_label SET head = ? WHERE head = ?", (new, old))
    store.log.add([{"kind": "head renamed", "head": old, "to": new}])


def forget_marks(store: LibraryStore, head: str) -> None:
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


def as_lessons(store: LibraryStore, songs: Sequence[int], genre: str, model: str, version: str) -> Heard:
    """These songs as lessons in a genre. Silent ones, in which nothing was heard, are left out."""
    lessons: list[Lesson] = []
    unheard: list[int] = []
    for song in store.songs(songs):
        known = store.analysis(song.checksum, model, version) if song.checksum else None
        if known is None:
            unheard.append(song.id)
        elif known.embedding is not None:
            lessons.append(
                Lesson(known.checksum, genre, song.name, artist_of(song), known.probabilities, known.embedding)
            )
    return Heard(tuple(lessons), tuple(unheard))


def artist_of(song: Song) -> str:
    """Who made it; where the file does not say, its album or folder stands for somebody."""
    return song.artist or song.album or song.path.parent.name


def _row(head: str, lesson: Lesson, model: str, made: int) -> tuple[Any, ...]:
    parts = (part.astype("<f4").tobytes() for part in (lesson.probabilities, lesson.embedding))
    return head, lesson.checksum, lesson.genre, lesson.title, lesson.artist, model, *parts, made


def _lesson(row: tuple[Any, ...]) -> Lesson:
    checksum, genre, title, artist, probabilities, embedding = row
    return Lesson(checksum, genre, title, artist, np.frombuffer(probabilities, "<f4"), np.frombuffer(embedding, "<f4"))
