"""A scan reads new and changed files, and keeps songs whose files may reappear."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import mutagen
import numpy as np
import pytest

from mgc_desktop.cancellation import Cancelled, CancelToken
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.prediction import Timeline, TrackPrediction
from mgc_desktop.library.query import Filter, Query
from mgc_desktop.library.scanner import ScanProgress, ScanReport, scan
from mgc_desktop.library.song import FileTags, Stamp, State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.tags.fingerprint import audio_checksum


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


def hear(store: LibraryStore, path: Path) -> None:
    """Give a song the verdict Alt Rock."""
    song = store.song_at(path)
    assert song is not None
    probabilities = np.full(10, 0.01, np.float32)
    probabilities[0] = 0.9
    timeline = Timeline(GENRES, np.zeros((0, 2), np.float32), np.zeros((0, 10), np.float32))
    checksum = audio_checksum(path)
    store.remember(checksum, TrackPrediction(path, 0.5, "m", "1", GENRES, probabilities, GENRES[0], 0.9, timeline))
    analysis = store.analysis(checksum, "m", "1")
    assert analysis is not None
    store.assign(song.id, analysis, State.TO_WRITE)


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


def test_a_moved_file_keeps_its_song(store: LibraryStore, music: Path) -> None:
    scan([music], store)
    before = store.song_at(music / "a/one.mp3")
    assert before is not None
    (music / "c").mkdir()
    (music / "a/one.mp3").rename(music / "c/renamed.mp3")
    assert counts(scan([music], store)) == (3, 0, 0, 1, 0)
    after = store.song_at(music / "c/renamed.mp3")
    assert after is not None
    assert after.id == before.id


def test_a_deleted_file_is_removed_from_the_library(store: LibraryStore, music: Path) -> None:
    scan([music], store)
    (music / "b/three.ogg").unlink()
    assert counts(scan([music], store)) == (2, 0, 0, 0, 1)
    assert shown(store) == {"one", "Zwei"}


@pytest.mark.parametrize("unplugged", ["missing", "empty mount point"])
def test_songs_on_an_unplugged_drive_stay_in_the_library(store: LibraryStore, music: Path, unplugged: str) -> None:
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


def test_a_file_without_audio_is_listed_with_a_reason(store: LibraryStore, music: Path) -> None:
    (music / "broken.flac").write_bytes(b"not a flac at all" * 50)
    scan([music], store)
    broken = store.song_at(music / "broken.flac")
    assert broken is not None
    # Tags may be unreadable without the sound being so: whether it can be played is found out by listening.
    assert broken.state in (State.FAILED, State.NEW)
    assert (broken.state is State.FAILED) == bool(broken.error)
    assert len(store.ids(Query(Filter.ALL))) == 4


def test_a_cancelled_scan_stores_the_files_read_so_far(store: LibraryStore, music: Path) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        scan([music], store, cancel=cancel)
    assert counts(scan([music], store)) == (3, 3, 0, 0, 0)


def retag_in_place(path: Path, genre: str) -> None:
    """What other programs do with "preserve time": size and modification time stay."""
    before = path.stat()
    tags = mutagen.File(path)
    tags["genre"] = [genre]
    tags.save(padding=lambda info: info.padding)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size


@pytest.mark.skipif(os.name == "nt", reason="Windows tells no time of change")
def test_a_change_that_keeps_size_and_mtime_is_noticed(store: LibraryStore, music: Path) -> None:
    path = music / "a/two.flac"
    tags = mutagen.File(path)
    tags.save(padding=lambda _: 500)
    scan([music], store)
    retag_in_place(path, "Polka")
    assert counts(scan([music], store)) == (3, 0, 1, 0, 0)
    song = store.song_at(path)
    assert song is not None
    assert song.genres == ("Polka",)


def test_all_tags_can_be_read_again(store: LibraryStore, music: Path) -> None:
    scan([music], store)
    path = music / "a/two.flac"
    known = store.stamps()[path]
    store.put([FileTags(path, known.size, known.mtime_ns, title="as it was", inode=known.inode)])
    store.restamp({path: known})
    assert counts(scan([music], store)) == (3, 0, 0, 0, 0)
    assert "as it was" in shown(store)
    assert counts(scan([music], store, reread=True)) == (3, 0, 0, 0, 0)
    assert "Zwei" in shown(store)


def test_stamps_of_an_older_library_are_filled_in_without_reading(
    store: LibraryStore, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan([music], store)
    with store.transaction():
        store.db.execute("UPDATE song SET inode = NULL, ctime_ns = NULL")
    monkeypatch.setattr("mgc_desktop.library.scanner.read_file", pytest.fail)
    assert counts(scan([music], store)) == (3, 0, 0, 0, 0)
    assert store.stamps()[music / "a/two.flac"] == Stamp.of((music / "a/two.flac").stat())


class TestSoundsThatChange:
    @pytest.fixture
    def analysed(self, store: LibraryStore, music: Path) -> Path:
        """A song with a verdict, and the user's decision to write another genre."""
        path = music / "a/two.flac"
        scan([music], store)
        hear(store, path)
        song = store.song_at(path)
        assert song is not None
        store.choose([song.id], accepted=True, genres=("Fado",))
        return path

    def test_a_file_with_changed_audio_has_no_verdict(
        self, store: LibraryStore, music: Path, analysed: Path, write_audio: Callable[..., Path], sounds: object
    ) -> None:
        write_audio(analysed, sounds.noise(0.5, channels=2))  # type: ignore[attr-defined]
        scan([music], store)
        song = store.song_at(analysed)
        assert song is not None
        assert (song.state, song.predicted, song.confidence, song.model) == (State.NEW, None, None, None)
        assert song.checksum == audio_checksum(analysed)
        assert store.verdicts([song.id]) == {}
        assert store.choices() == {}

    def test_changed_tags_keep_verdict_and_decision(self, store: LibraryStore, music: Path, analysed: Path) -> None:
        tags = mutagen.File(analysed)
        tags["title"] = "Deux"
        tags.save()
        scan([music], store)
        song = store.song_at(analysed)
        assert song is not None
        assert (song.name, song.state, song.predicted) == ("Deux", State.TO_WRITE, "Alt Rock")
        assert store.choices() == {song.id: (True, ("Fado",))}

    def test_a_changed_mode_or_owner_keeps_the_state_written(
        self, store: LibraryStore, music: Path, analysed: Path
    ) -> None:
        song = store.song_at(analysed)
        assert song is not None
        store.set_state([song.id], State.WRITTEN)
        analysed.chmod(0o600)
        scan([music], store)
        assert [s.state for s in store.songs([song.id])] == [State.WRITTEN]

    def test_a_file_that_lost_its_audio_has_no_verdict(self, store: LibraryStore, music: Path, analysed: Path) -> None:
        analysed.write_bytes(b"")
        scan([music], store)
        song = store.song_at(analysed)
        assert song is not None
        assert (song.predicted, song.state in (State.NEW, State.FAILED)) == (None, True)

    @pytest.mark.skipif(os.name == "nt", reason="Windows tells no time of change")
    def test_a_replacement_with_the_same_size_and_mtime_is_noticed(
        self, store: LibraryStore, music: Path, analysed: Path
    ) -> None:
        before = analysed.stat()
        data = bytearray(analysed.read_bytes())
        data[-100] ^= 0xFF
        other = analysed.with_suffix(".new")
        other.write_bytes(data)
        os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
        other.replace(analysed)
        scan([music], store)
        song = store.song_at(analysed)
        assert song is not None
        assert song.predicted is None


def test_a_file_that_failed_is_read_again_under_its_new_name(store: LibraryStore, music: Path) -> None:
    scan([music], store)
    path = music / "a/one.mp3"
    song = store.song_at(path)
    assert song is not None
    store.set_state([song.id], State.FAILED, error="It was not there.")
    path.rename(music / "a/other.mp3")
    scan([music], store)
    renamed = store.song_at(music / "a/other.mp3")
    assert renamed is not None
    assert (renamed.state, renamed.error, renamed.name) == (State.NEW, None, "other")
    assert store.song_at(path) is None


def test_a_renamed_file_is_found_and_sorted_by_its_new_name(store: LibraryStore, music: Path) -> None:
    scan([music], store)
    (music / "a/one.mp3").rename(music / "a/zzz.mp3")
    scan([music], store)
    assert [song.name for song in store.songs(store.ids(Query(search="zzz")))] == ["zzz"]
    assert len(store.ids(Query(search="one"))) == 0
    assert counts(scan([music], store)) == (3, 0, 0, 0, 0)


def test_moved_copies_are_distinguished_by_their_inodes(store: LibraryStore, music: Path) -> None:
    shutil.copy2(music / "a/one.mp3", music / "a/copy.mp3")
    scan([music], store)
    ids = {name: store.song_at(music / "a" / name).id for name in ("one.mp3", "copy.mp3")}  # type: ignore[union-attr]
    (music / "c").mkdir()
    for name in ids:
        (music / "a" / name).rename(music / "c" / name)
    assert counts(scan([music], store)) == (4, 0, 0, 2, 0)
    assert {name: store.song_at(music / "c" / name).id for name in ids} == ids  # type: ignore[union-attr]
