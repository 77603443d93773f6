"""Labels of songs that have not been analysed yet, with the head they are for; kept in the database until they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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


def pending_labels(store: LibraryStore, head: str, songs: Iterable[int]) -> dict[int, str | None]:
    """The genre that each of these songs is to be labelled with for a head, None where nothing waits."""
    waiting: dict[int, str] = dict(store.select("SELECT song, genre FROM pending_label WHERE head = ?", (head,)))
    return {song: waiting.get(song) for song in songs}


def restore_pending(store: LibraryStore, head: str, waiting: Mapping[int, str | None]) -> None:
    """Let the labels of these songs wait again as `pending_labels` gave them."""
    with store.transaction():
        remove_pending(store, head, waiting)
        for song, genre in waiting.items():
            if genre is not None:
                add_pending(store, head, [song], genre)


def ready_labels(store: LibraryStore) -> dict[tuple[str, str], list[int]]:
    """The songs with pending labels that have been analysed, by head and genre."""
    ready: dict[tuple[str, str], list[int]] = {}
    for head, genre, song in store.select(
        "SELECT head, genre, song FROM pending_label JOIN song ON song.id = pending_label.song "
        "WHERE song.checksum IN (SELECT checksum FROM analysis) ORDER BY head, genre, song"
    ):
        ready.setdefault((head, genre), []).append(song)
    return ready
