"""Songs of a view as a playlist."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgc_desktop.analysis.playlist import save_playlist
from mgc_desktop.errors import MgcError
from mgc_desktop.library.query import Query
from mgc_desktop.library.store import LibraryStore


def test_a_playlist_has_the_songs_in_order(store: LibraryStore, tmp_path: Path) -> None:
    ids = list(store.ids(Query()))[:3][::-1]
    assert save_playlist(store, ids, tmp_path / "mine.m3u") == 3
    lines = (tmp_path / "mine.m3u").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#EXTM3U"
    assert lines[2::2] == [str(song.path) for song in store.songs(ids)]
    assert [path.name for path in tmp_path.glob("*.m3u*")] == ["mine.m3u"]


def test_a_missing_folder_is_named_in_the_error(store: LibraryStore, tmp_path: Path) -> None:
    with pytest.raises(MgcError, match="Choose another folder") as caught:
        save_playlist(store, [], tmp_path / "gone" / "mine.m3u")
    assert caught.value.path == tmp_path / "gone" / "mine.m3u"
