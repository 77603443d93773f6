"""The songs that the user labelled, such as "this is Fado", for each user head."""

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
    """A labelled song. `path`: of its file, None if the library does not have it. `model`: `name@version` of the
    prediction."""

    example: LabelledSong
    model: str
    path: Path | None


@dataclass(frozen=True, slots=True, eq=False)
class LabelResult:
    """Songs of the library as training examples; `not_analysed`: ids of those that the model has not analysed yet."""

    examples: tuple[LabelledSong, ...]
    not_analysed: tuple[int, ...]


def labels(store: LibraryStore, head: str) -> list[Label]:
    """The labelled songs of a head, in the order in which they were labelled."""
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
    """The heads that have labelled songs."""
    return [name for (name,) in store.db.execute("SELECT DISTINCT head FROM mark ORDER BY head")]


def add_labels(store: LibraryStore, head: str, examples: Iterable[LabelledSong], model: str) -> None:
    """Label songs; a song that has a label gets the new one. `model`: `name@version` of the predictions."""
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
    """Remove the labels of songs."""
    gone = list(checksums)
    store.execute_many("DELETE FROM mark WHERE head = ? AND checksum = ?", [(head, checksum) for checksum in gone])
    store.log.add({"kind": "label removed", "head": head, "checksum": checksum} for checksum in gone)


def rename_genre(store: LibraryStore, head: str, old: str, new: str) -> None:
    """Rename a genre of a head; if the new name is in use, the two genres are merged."""
    store.execute("UPDATE mark SET genre = ? WHERE head = ? AND genre = ?", (new, head, old))
    store.log.add([{"kind": "genre renamed", "head": head, "genre": old, "to": new}])


def rename_labels(store: LibraryStore, old: str, new: str) -> None:
    """Move the labels of a head to its new name."""
    with store.transaction():
        store.execute("UPDATE mark SET head = ? WHERE head = ?", (new, old))
        store.execute("UPDATE OR REPLACE pending_label SET head = ? WHERE head = ?", (new, old))
    store.log.add([{"kind": "head renamed", "head": old, "to": new}])


def forget_labels(store: LibraryStore, head: str) -> None:
    """Remove all labels of a head."""
    with store.transaction():
        store.execute("DELETE FROM mark WHERE head = ?", (head,))
        store.execute("DELETE FROM pending_label WHERE head = ?", (head,))
    store.log.add([{"kind": "head removed", "head": head}])


def renew(store: LibraryStore, model: str, version: str) -> None:
    """Replace predictions of other model versions by those of this one, for labelled songs that it has analysed."""
    store.execute(
        "UPDATE mark SET model = analysis.model || '@' || analysis.version, probabilities = analysis.probabilities, "
        "embedding = analysis.embedding FROM analysis WHERE analysis.checksum = mark.checksum AND analysis.model = ? "
        "AND analysis.version = ? AND analysis.embedding IS NOT NULL AND mark.model != ?",
        (model, version, f"{model}@{version}"),
    )


def as_labelled_songs(store: LibraryStore, songs: Sequence[int], genre: str, model: str, version: str) -> LabelResult:
    """These songs as examples of a genre. Silent songs, which have no embedding, are left out."""
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
    """The artist of a song; if the tags have none, its album or else its folder."""
    return song.artist or song.album or song.path.parent.name


def _row(head: str, example: LabelledSong, model: str, made: int) -> tuple[Any, ...]:
    parts = (part.astype("<f4").tobytes() for part in (example.probabilities, example.embedding))
    return head, example.checksum, example.genre, example.title, example.artist, model, *parts, made


def _example(row: tuple[Any, ...]) -> LabelledSong:
    checksum, genre, title, artist, probabilities, embedding = row
    return LabelledSong(
        checksum, genre, title, artist, np.frombuffer(probabilities, "<f4"), np.frombuffer(embedding, "<f4")
    )
