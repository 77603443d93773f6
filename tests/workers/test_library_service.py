"""The librarian with real files, the real model and real worker processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mgc_desktop.library.query import Filter, Query
from mgc_desktop.library.song import State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.tags.journal import Journal
from mgc_desktop.workers.library_service import LibraryService

TIMEOUT = 60_000


@pytest.fixture
def music(tmp_path: Path, write_audio: Callable[..., Path], sounds: object) -> Path:
    for number in range(4):
        write_audio(f"music/{number}.flac", sounds.noise(4.0, seed=number))  # type: ignore[attr-defined]
    (tmp_path / "music/broken.mp3").write_bytes(bytes(range(256)) * 20)
    return tmp_path / "music"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LibraryStore]:
    with LibraryStore(tmp_path / "library.db") as store:
        yield store


@pytest.fixture
def library_service(tmp_path: Path, store: LibraryStore, qtbot: QtBot) -> Iterator[LibraryService]:
    library_service = LibraryService(store.path, Journal(tmp_path / "journal"))
    yield library_service
    assert library_service.close()


def scan(library_service: LibraryService, music: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(library_service.scan_ended, timeout=TIMEOUT):
        library_service.scan([music])


def test_a_folder_is_added_listened_to_and_every_song_has_its_state(
    library_service: LibraryService, store: LibraryStore, music: Path, qtbot: QtBot
) -> None:
    scan(library_service, music, qtbot)
    assert list(store.folders()) == [music]
    with qtbot.waitSignal(library_service.job_ended, timeout=TIMEOUT) as ended:
        library_service.listen_to(Query(Filter.NOT_ANALYSED))
    assert (ended.args[0].done, ended.args[0].failed) == (5, 1)
    counts = store.counts()
    assert counts[State.FAILED] == 1
    assert counts.get(State.TO_WRITE, 0) + counts.get(State.UNSURE, 0) == 4
    assert not library_service.listening


def test_a_held_run_hands_out_nothing_until_it_goes_on(
    library_service: LibraryService, store: LibraryStore, music: Path, qtbot: QtBot
) -> None:
    scan(library_service, music, qtbot)
    library_service.listen_to(Query(Filter.NOT_ANALYSED))
    qtbot.waitUntil(lambda: library_service.listening, timeout=TIMEOUT)
    library_service.pause()
    with qtbot.waitSignal(library_service.job_progressed, timeout=TIMEOUT, check_params_cb=lambda p: p.paused):
        pass
    assert library_service.listening
    with qtbot.waitSignal(library_service.job_ended, timeout=TIMEOUT):
        library_service.resume()
    assert State.WAITING not in store.counts()


def test_a_cancelled_run_leaves_nothing_waiting(
    library_service: LibraryService, store: LibraryStore, music: Path, qtbot: QtBot
) -> None:
    scan(library_service, music, qtbot)
    library_service.listen_to(Query(Filter.NOT_ANALYSED))
    qtbot.waitUntil(lambda: library_service.listening, timeout=TIMEOUT)
    with qtbot.waitSignal(library_service.job_ended, timeout=TIMEOUT) as ended:
        library_service.cancel()
    assert ended.args[0] is None
    qtbot.waitUntil(lambda: State.WAITING not in store.counts(), timeout=TIMEOUT)
    assert State.ANALYSING not in store.counts()


def test_closed_in_the_middle_of_a_run_the_rest_waits_for_the_next_start(
    tmp_path: Path, store: LibraryStore, music: Path, qtbot: QtBot
) -> None:
    first = LibraryService(store.path, Journal(tmp_path / "journal"))
    scan(first, music, qtbot)
    first.listen_to(Query(Filter.NOT_ANALYSED))
    qtbot.waitUntil(lambda: first.listening, timeout=TIMEOUT)
    assert first.close()
    left = store.counts()
    assert left.get(State.WAITING, 0) + left.get(State.ANALYSING, 0) > 0
    second = LibraryService(store.path, Journal(tmp_path / "journal"))
    with qtbot.waitSignal(second.job_ended, timeout=TIMEOUT) as ended:
        second.go_on()
    assert second.close()
    assert ended.args[0] is not None
    assert not {State.WAITING, State.ANALYSING} & store.counts().keys()


def test_two_programs_do_not_work_on_one_library(
    library_service: LibraryService, store: LibraryStore, music: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    scan(library_service, music, qtbot)
    other = LibraryService(store.path, Journal(tmp_path / "journal"))
    with qtbot.waitSignal(other.failed) as failed:
        other.scan([music])
    assert "Another MGC Desktop" in failed.args[0].message
    assert not other.scanning
    assert other.close()


def models(store: LibraryStore) -> set[str]:
    return {(song.model or "").split("@")[0] for song in store.songs(store.ids(Query())) if song.error is None}


def test_another_model_listens_anew_and_the_first_ones_verdicts_come_back_at_once(
    library_service: LibraryService, store: LibraryStore, music: Path, qtbot: QtBot
) -> None:
    scan(library_service, music, qtbot)
    with qtbot.waitSignal(library_service.job_ended, timeout=TIMEOUT):
        library_service.listen_to(Query(Filter.NOT_ANALYSED))
    first = store.counts()
    with qtbot.waitSignals([library_service.model_changed, library_service.changed], timeout=TIMEOUT):
        library_service.use("cnn-sixteenth")
    assert store.counts() == {State.STALE: 4, State.FAILED: 1}
    with qtbot.waitSignal(library_service.job_ended, timeout=TIMEOUT):
        library_service.listen_to(Query(Filter.NOT_ANALYSED))
    assert models(store) == {"cnn-sixteenth"}
    with qtbot.waitSignal(library_service.changed, timeout=TIMEOUT):
        library_service.use("musicnn")
    assert models(store) == {"musicnn"}
    assert store.counts() == first


def test_a_run_goes_on_with_the_model_that_is_chosen_meanwhile(
    library_service: LibraryService, store: LibraryStore, music: Path, qtbot: QtBot
) -> None:
    scan(library_service, music, qtbot)
    library_service.listen_to(Query(Filter.NOT_ANALYSED))
    qtbot.waitUntil(lambda: library_service.listening, timeout=TIMEOUT)
    library_service.pause()
    library_service.use("cnn-sixteenth")
    assert library_service.paused, "a held run stays held"
    library_service.resume()
    qtbot.waitUntil(lambda: not {State.WAITING, State.ANALYSING} & store.counts().keys(), timeout=TIMEOUT)
    qtbot.waitUntil(lambda: not library_service.listening, timeout=TIMEOUT)
    assert models(store) == {"cnn-sixteenth"}


def test_a_sound_database_is_found_sound(library_service: LibraryService, store: LibraryStore, qtbot: QtBot) -> None:
    heard: list[bool] = []
    library_service.check(heard.append)
    qtbot.waitUntil(lambda: heard == [True])


def test_songs_of_a_removed_folder_go_and_the_files_stay(
    library_service: LibraryService, store: LibraryStore, music: Path, qtbot: QtBot
) -> None:
    scan(library_service, music, qtbot)
    done: list[object] = []
    library_service.remove(music, done.append)
    qtbot.waitUntil(lambda: len(done) == 1)
    assert store.counts() == {}
    assert store.folders() == {}
    assert len(list(music.iterdir())) == 5
