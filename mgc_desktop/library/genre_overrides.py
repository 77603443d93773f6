"""Applies the genres that the user gives to songs: stored for their audio, and shown in all songs with that audio."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mgc_desktop.library.rows import STATE_ORDER
from mgc_desktop.library.song import Song, State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.library.verdict import state_of
from mgc_desktop.tags.fingerprint import audio_checksum

_IN_RUN = (State.WAITING, State.ANALYSING)  # states of a song in a run, which do not change

GenresByChecksum = Mapping[str, Sequence[str] | None]


def set_user_genres(store: LibraryStore, genres_by_checksum: GenresByChecksum) -> dict[str, tuple[str, ...] | None]:
    """Store the user's genres by checksum; None removes them. Returns the genres before, in the same form."""
    before = {checksum: store.user_genre(checksum) for checksum in genres_by_checksum}
    with store.transaction():
        for checksum, genres in genres_by_checksum.items():
            if genres:
                store.set_user_genre(checksum, tuple(genres))
            else:
                store.clear_user_genre(checksum)
            _update_songs(store, checksum, tuple(genres or ()))
    return before


def checksums_of(store: LibraryStore, songs: Iterable[int]) -> dict[int, str]:
    """The checksums of these songs' audio, computed from the files where the library has none yet.

    Files that cannot be read are left out.
    """
    found = {}
    for song in store.songs(list(songs)):
        try:
            checksum = song.checksum or audio_checksum(song.path)
        except OSError:
            continue
        if song.checksum is None:
            store.identify(song.id, checksum)
        found[song.id] = checksum
    return found


def user_genres_of(store: LibraryStore, path: Path) -> tuple[str, ...]:
    """The user's genres of the audio in a file, () if there are none or the file cannot be read."""
    if not store.select("SELECT 1 FROM user_genres LIMIT 1"):
        return ()  # so that no file is read
    song = store.song_at(path)
    try:
        known = song.checksum if song is not None and _is_unchanged(song) else None
        return store.user_genre(known or audio_checksum(path)) or ()
    except OSError:
        return ()


def _is_unchanged(song: Song) -> bool:
    status = song.path.stat()
    return (status.st_size, status.st_mtime_ns) == (song.size, song.mtime_ns)


def _update_songs(store: LibraryStore, checksum: str, genres: tuple[str, ...]) -> None:
    """Update the verdict of all songs with this audio."""
    paths = store.select("SELECT path FROM song WHERE checksum = ?", (checksum,))
    for song in (store.song_at(Path(os.fsdecode(path))) for (path,) in paths):
        if song is None:
            continue
        if not genres:
            _restore_model_verdict(store, song)
        else:
            state = song.state if song.state in _IN_RUN else state_of(song.genres, genres[0])
            store.execute(
                "UPDATE song SET heard = ?, confidence = 1.0, state = ?, state_order = ?, error = NULL WHERE id = ?",
                (genres[0], state, STATE_ORDER[state], song.id),
            )


def _restore_model_verdict(store: LibraryStore, song: Song) -> None:
    """Give a song the verdict of its model again, after the user's genres were removed."""
    model, _, version = (song.model or "").partition("@")
    known = store.analysis(song.checksum, model, version) if song.checksum else None
    if known is not None:
        state = song.state if song.state in _IN_RUN else store.state_of(song.genres, known)
        store.assign(song.id, known, state)
        return
    state = song.state if song.state in _IN_RUN else State.NEW
    store.execute(
        "UPDATE song SET heard = NULL, confidence = NULL, state = ?, state_order = ? WHERE id = ?",
        (state, STATE_ORDER[state], song.id),
    )
