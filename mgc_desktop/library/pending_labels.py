"""Labels of songs that have not been analysed yet, with the head they are for; kept in the database until they are."""

from __future__ import annotations

from collections.abc import Iterable

from mgc_desktop.library.store import LibraryStore


def add_pending(store: LibraryStore, head: str, songs: Iterable[int], genre: str) -> None:
    """Label these songs for a head once they are analysed; replaces an earlier pending label."""
    store.execute_many(
        "INSERT OR REPLACE INTO pending_label (song, head, genre) SELECT id, ?, ? FROM song WHERE id = ?",
        ((head, genre, song) for song in songs),
    )


def remove_pending(store: LibraryStore, head: str, songs: Iterable[int]) -> None:
    """Remove the pending labels of these songs."""
    store.execute_many("DELETE FROM pending_label WHERE head = ? AND song = ?", ((head, song) for song in songs))


def ready_labels(store: LibraryStore) -> dict[tuple[str, str], list[int]]:
    """The songs with pending labels that have been analysed, by head and genre."""
    ready: dict[tuple[str, str], list[int]] = {}
    for head, genre, song in store.select(
        "SELECT head, genre, song FROM pending_label JOIN song ON song.id = pending_label.song "
        "WHERE song.checksum IN (SELECT checksum FROM analysis) ORDER BY head, genre, song"
    ):
        ready.setdefault((head, genre), []).append(song)
    return ready
