"""Saves songs of a view as a playlist for other programs."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from mgc_desktop.errors import MgcError
from mgc_desktop.foundation.atomic_write import atomic_write
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
        atomic_write(path, text.getvalue())
    except OSError as error:
        raise MgcError(
            f"The playlist cannot be saved here ({error.strerror}). Choose another folder.", path=path
        ) from error
    return text.getvalue().count("\n#EXTINF:")
