"""A scan reads what is new or changed, and loses nothing that may come back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import mutagen
import pytest

from mgc_desktop.cancellation import Cancelled, CancelToken
from mgc_desktop.library.query import Filter, Query
from mgc_desktop.library.scanner import ScanProgress, ScanReport, scan
from mgc_desktop.library.song import State
from mgc_desktop.library.store import LibraryStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LibraryStore]:
    with LibraryStore(tmp_path / "library.db") as store:
        yield store


@pytest.fixture
def music(tmp_path: Path, write_audio: Callable[..., Path], sounds: object) -> Path:
    """Three songs in two folders, one of them tagged, and a text that only looks like music."""
    tone = sounds.tone(0.5, channels=2)  # type: ignore[attr-defined]
    for name in ("music/a/one.mp3", "music/a/two.flac", "music/b/three.ogg"):
        write_audio(name, tone)
    tags = mutagen.File(tmp_path / "music/a/two.flac")
    tags["title"], tags["genre"] = "Zwei", ["Jazz", "Fado"]
    tags.save()
    (tmp_path / "music/b/notes.txt").write_text("no music")
    return tmp_path / "music"


def shown(store: LibraryStore) -> set[str]:
    return {song.name for song in store.songs(store.ids(Query()))}


def counts(report: ScanReport) -> tuple[int, int, int, int, int]:
    return report.found, report.new, report.changed, report.moved, report.gone


def test_the_first_scan_reads_every_song(store: LibraryStore, music: Path) -> None:
    assert counts(scan([music], store)) == (3, 3, 0, 0, 0)
    assert shown(store) == {"one", "Zwei", "three"}
    song = store.song_at(music / "a/two.flac")
    assert song is not None
    assert song.genres == ("Jazz", "Fado")
    assert song.duration == pytest.approx(0.5, abs=0.1)


def test_a_second_scan_opens_nothing(store: LibraryStore, music: Path) -> None:
    scan([music], store)
    seen: list[ScanProgress] = []
    assert counts(scan([music], store, progress=seen.append)) == (3, 0, 0, 0, 0)
    assert all(progress.read == 0 for progress in seen)


def test_a_changed_file_is_read_again(store: LibraryStore, music: Path) -> None:
    scan([music], store)
    path = music / "a/two.flac"
    tags = mutagen.File(path)
    tags["title"] = "Deux"
    tags.save()
    os.utime(path, ns=(1, 1))
    assert counts(scan([music], store)) == (3, 0, 1, 0, 0)
    assert "Deux" in shown(store)


def test_a_moved_file_keeps_its_place_in_the_library(store: LibraryStore, music: Path) -> None:
    scan([music], store)
    before = store.song_at(music / "a/one.mp3")
    assert before is not None
    (music / "c").mkdir()
    (music / "a/one.mp3").rename(music / "c/renamed.mp3")
    assert counts(scan([music], store)) == (3, 0, 0, 1, 0)
    after = store.song_at(music / "c/renamed.mp3")
    assert after is not None
    assert after.id == before.id


def test_a_deleted_file_goes(store: LibraryStore, music: Path) -> None:
    scan([music], store)
    (music / "b/three.ogg").unlink()
    assert counts(scan([music], store)) == (2, 0, 0, 0, 1)
    assert shown(store) == {"one", "Zwei"}


@pytest.mark.parametrize("unplugged", ["missing", "empty mount point"])
def test_an_unplugged_drive_empties_nothing(store: LibraryStore, music: Path, unplugged: str) -> None:
    scan([music], store)
    shutil.rmtree(music)
    if unplugged == "empty mount point":
        music.mkdir()
    report = scan([music], store)
    assert report.unreachable == (music,)
    assert shown(store) == {"one", "Zwei", "three"}


def test_a_scan_of_one_folder_leaves_the_others_alone(store: LibraryStore, music: Path) -> None:
    scan([music], store)
    assert counts(scan([music / "a"], store)) == (2, 0, 0, 0, 0)
    assert "three" in shown(store)


def test_a_file_that_is_no_music_is_named_with_a_reason(store: LibraryStore, music: Path) -> None:
    (music / "broken.flac").write_bytes(b"not a flac at all" * 50)
    scan([music], store)
    broken = store.song_at(music / "broken.flac")
    assert broken is not None
    # Tags may be unreadable without the sound being so: whether it can be played is found out by listening.
    assert broken.state in (State.FAILED, State.NEW)
    assert (broken.state is State.FAILED) == bool(broken.error)
    assert len(store.ids(Query(Filter.ALL))) == 4


def test_a_cancelled_scan_keeps_what_it_read(store: LibraryStore, music: Path) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        scan([music], store, cancel=cancel)
    assert counts(scan([music], store)) == (3, 3, 0, 0, 0)
