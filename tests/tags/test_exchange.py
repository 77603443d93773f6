"""Files that change names in one step, and what that keeps from being overwritten."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mgc_desktop.errors import TagError
from mgc_desktop.tags import write
from mgc_desktop.tags.exchange import exchange
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.temporary import is_temporary
from mgc_desktop.tags.write import commit, prepare

Song = Callable[..., Path]
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has renameat2")


@linux
def test_two_files_change_names(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("1")
    second.write_text("2")
    assert exchange(first, second)
    assert (first.read_text(), second.read_text()) == ("2", "1")


@linux
def test_a_missing_file_is_an_error_and_nothing_changes(tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.write_text("1")
    with pytest.raises(FileNotFoundError):
        exchange(first, tmp_path / "second")
    assert first.read_text() == "1"


@linux
def test_what_another_program_writes_in_the_last_instant_is_kept(
    song: Song, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = song(".mp3")
    prepared = prepare(path, Field.GENRE, ("Jazz",))
    assert prepared is not None
    theirs = path.read_bytes() + b"changed by another program"
    calls = []

    def late(first: Path, second: Path) -> bool:
        if not calls:  # after the last check, before the copy takes the place
            other = tmp_path / "other"
            other.write_bytes(theirs)
            other.replace(path)
        calls.append(second)
        return exchange(first, second)

    monkeypatch.setattr(write, "exchange", late)
    with pytest.raises(TagError, match="changed by another program just now"):
        commit(prepared)
    assert path.read_bytes() == theirs
    assert not any(is_temporary(found) for found in path.parent.iterdir())


def test_where_files_cannot_be_exchanged_the_copy_replaces_the_original(
    song: Song, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = song(".mp3")
    prepared = prepare(path, Field.GENRE, ("Jazz",))
    assert prepared is not None
    monkeypatch.setattr(write, "exchange", lambda first, second: False)
    commit(prepared)
    assert prepare(path, Field.GENRE, ("Jazz",)) is None
    assert not any(is_temporary(found) for found in path.parent.iterdir())
