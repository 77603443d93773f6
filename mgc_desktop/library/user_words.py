"""What the user says a song is: kept for its sound, and shown at once in all songs that have this sound."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mgc_desktop.library.rows import ORDER
from mgc_desktop.library.song import Song, State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.library.verdict import state_of
from mgc_desktop.tags.fingerprint import audio_checksum

_KEPT = (State.WAITING, State.LISTENING)  # what a run is about to do with a song does not change

Said = Mapping[str, Sequence[str] | None]


def say(store: LibraryStore, words: Said) -> dict[str, tuple[str, ...] | None]:
    """Keep what the user says these sounds are, by checksum; None takes it back. Gives what was said before."""
    before = {checksum: store.user_genre(checksum) for checksum in words}
    with store.transaction():
        for checksum, genres in words.items():
            if genres:
                store.set_user_genre(checksum, tuple(genres))
            else:
                store.clear_user_genre(checksum)
            _show(store, checksum, tuple(genres or ()))
    return before


def identified(store: LibraryStore, songs: Iterable[int]) -> dict[int, str]:
    """The checksums of the sound of these songs, read from the files where the library has none yet.

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


def said_of(store: LibraryStore, path: Path) -> tuple[str, ...]:
    """What the user said of the sound in a file, () where nothing was said or the file cannot be read."""
    if not store.select("SELECT 1 FROM user_genres LIMIT 1"):
        return ()  # then no file need be read
    song = store.song_at(path)
    try:
        known = song.checksum if song is not None and _is_unchanged(song) else None
        return store.user_genre(known or audio_checksum(path)) or ()
    except OSError:
        return ()


def _is_unchanged(song: Song) -> bool:
    status = song.path.stat()
    return (status.st_size, status.st_mtime_ns) == (song.size, song.mtime_ns)


def _show(store: LibraryStore, checksum: str, genres: tuple[str, ...]) -> None:
    """Bring the songs that have this sound in step with what was said of it."""
    paths = store.select("SELECT path FROM song WHERE checksum = ?", (checksum,))
    for song in (store.song_at(Path(os.fsdecode(path))) for (path,) in paths):
        if song is None:
            continue
        if not genres:
            _show_model(store, song)
        else:
            state = song.state if song.state in _KEPT else state_of(song.genres, genres[0])
            store.execute(
                "UPDATE song SET heard = ?, confidence = 1.0, state = ?, state_order = ?, error = NULL WHERE id = ?",
                (genres[0], state, ORDER[state], song.id),
            )


def _show_model(store: LibraryStore, song: Song) -> None:
    """Nothing is said of the song any more: what the model found counts again."""
    model, _, version = (song.model or "").partition("@")
    known = store.analysis(song.checksum, model, version) if song.checksum else None
    if known is not None:
        state = song.state if song.state in _KEPT else state_of(song.genres, known.genre, is_none=known.is_none)
        store.assign(song.id, known, state)
        return
    state = song.state if song.state in _KEPT else State.NEW
    store.execute(
        "UPDATE song SET heard = NULL, confidence = NULL, state = ?, state_order = ? WHERE id = ?",
        (state, ORDER[state], song.id),
    )
