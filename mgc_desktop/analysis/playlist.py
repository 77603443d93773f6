"""Saves songs of a view as a playlist for other programs."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from mgc_desktop.errors import MgcError
from mgc_desktop.file_access import write_whole
from mgc_desktop.library.export import write_m3u
from mgc_desktop.library.store import LibraryStore


def save_playlist(store: LibraryStore, ids: Sequence[int], path: Path) -> int:
    """Write songs as M3U, in this order, atomically; returns the number of songs in it.

    Songs whose paths a playlist cannot hold are left out. Raises MgcError if the file cannot be written.
    """
    songs = store.songs(ids)
    text = io.StringIO()
    write_m3u(songs, text)
    try:
        write_whole(path, text.getvalue().encode())
    except OSError as error:
        raise MgcError(
            f"The playlist cannot be saved here ({error.strerror}). Choose another folder.", path=path
        ) from error
    return text.getvalue().count("\n#EXTINF:")
