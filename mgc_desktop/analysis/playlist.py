"""Songs of a view as a playlist for other programs."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from mgc_desktop.errors import MgcError
from mgc_desktop.library.export import write_m3u
from mgc_desktop.library.store import LibraryStore


def save_playlist(store: LibraryStore, ids: Sequence[int], path: Path) -> int:
    """Write songs as M3U, in this order; what was there before stays until all is written. How many were written.

    MgcError if it cannot be written there.
    """
    songs = store.songs(ids)
    text = io.StringIO()
    write_m3u(songs, text)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        unfinished.write_text(text.getvalue(), encoding="utf-8", errors="surrogateescape")
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise MgcError(
            f"The playlist cannot be saved here ({error.strerror}). Choose another folder.", path=path
        ) from error
    return len(songs)
