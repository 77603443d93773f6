"""A small library whose figures can be counted by hand."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mgc_desktop.library.store import LibraryStore

sys.path.append(str(Path(__file__).parents[1]))
import made_library


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[LibraryStore]:
    """A library without a song."""
    with LibraryStore(tmp_path / "library.db") as store:
        yield store


@pytest.fixture
def store(empty: LibraryStore) -> LibraryStore:
    """Ten songs, nine of them listened to."""
    made_library.fill(empty)
    return empty


@pytest.fixture
def titles(store: LibraryStore) -> Callable[..., list[str]]:
    """The titles of songs with these ids, in their order."""
    return lambda ids: [song.name for song in store.songs([int(i) for i in ids])]
