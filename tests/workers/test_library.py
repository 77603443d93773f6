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
from mgc_desktop.workers.library import Librarian

PATIENCE = 60_000


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
def librarian(tmp_path: Path, store: LibraryStore, qtbot: QtBot) -> Iterator[Librarian]:
    librarian = Librarian(store.path, Journal(tmp_path / "journal"))
    yield librarian
    assert librarian.close()


def scan(librarian: Librarian, music: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(librarian.scan_ended, timeout=PATIENCE):
        librarian.scan([music])


def test_a_folder_is_added_listened_to_and_every_song_has_its_state(
    librarian: Librarian, store: LibraryStore, music: Path, qtbot: QtBot
) -> None:
    scan(librarian, music, qtbot)
    assert list(store.folders()) == [music]
    with qtbot.waitSignal(librarian.job_ended, timeout=PATIENCE) as ended:
        librarian.listen_to(Query(Filter.UNHEARD))
    assert (ended.args[0].done, ended.args[0].failed) == (5, 1)
    counts = store.counts()
    assert counts[State.FAILED] == 1
    assert counts.get(State.TO_WRITE, 0) + counts.get(State.UNSURE, 0) == 4
    assert not librarian.listening


def test_a_held_run_hands_out_nothing_until_it_goes_on(
    librarian: Librarian, store: LibraryStore, music: Path, qtbot: QtBot
) -> None:
    scan(librarian, music, qtbot)
    librarian.listen_to(Query(Filter.UNHEARD))
    qtbot.waitUntil(lambda: librarian.listening, timeout=PATIENCE)
    librarian.pause()
    with qtbot.waitSignal(librarian.job_progressed, timeout=PATIENCE, check_params_cb=lambda p: p.paused):
        pass
    assert librarian.listening
    with qtbot.waitSignal(librarian.job_ended, timeout=PATIENCE):
        librarian.resume()
    assert State.WAITING not in store.counts()


def test_a_cancelled_run_leaves_nothing_waiting(
    librarian: Librarian, store: LibraryStore, music: Path, qtbot: QtBot
) -> None:
    scan(librarian, music, qtbot)
    librarian.listen_to(Query(Filter.UNHEARD))
    qtbot.waitUntil(lambda: librarian.listening, timeout=PATIENCE)
    with qtbot.waitSignal(librarian.job_ended, timeout=PATIENCE) as ended:
        librarian.cancel()
    assert ended.args[0] is None
    qtbot.waitUntil(lambda: State.WAITING not in store.counts(), timeout=PATIENCE)
    assert State.LISTENING not in store.counts()


def test_closed_in_the_middle_of_a_run_the_rest_waits_for_the_next_start(
    tmp_path: Path, store: LibraryStore, music: Path, qtbot: QtBot
) -> None:
    first = Librarian(store.path, Journal(tmp_path / "journal"))
    scan(first, music, qtbot)
    first.listen_to(Query(Filter.UNHEARD))
    qtbot.waitUntil(lambda: first.listening, timeout=PATIENCE)
    assert first.close()
    left = store.counts()
    assert left.get(State.WAITING, 0) + left.get(State.LISTENING, 0) > 0
    second = Librarian(store.path, Journal(tmp_path / "journal"))
    with qtbot.waitSignal(second.job_ended, timeout=PATIENCE) as ended:
        second.go_on()
    assert second.close()
    assert ended.args[0] is not None
    assert not {State.WAITING, State.LISTENING} & store.counts().keys()


def test_two_programs_do_not_work_on_one_library(
    librarian: Librarian, store: LibraryStore, music: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    scan(librarian, music, qtbot)
    other = Librarian(store.path, Journal(tmp_path / "journal"))
    with qtbot.waitSignal(other.failed) as failed:
        other.scan([music])
    assert "Another MGC Desktop" in failed.args[0].message
    assert not other.scanning
    assert other.close()


def models(store: LibraryStore) -> set[str]:
    return {(song.model or "").split("@")[0] for song in store.songs(store.ids(Query())) if song.error is None}


def test_another_model_listens_anew_and_the_first_ones_verdicts_come_back_at_once(
    librarian: Librarian, store: LibraryStore, music: Path, qtbot: QtBot
) -> None:
    scan(librarian, music, qtbot)
    with qtbot.waitSignal(librarian.job_ended, timeout=PATIENCE):
        librarian.listen_to(Query(Filter.UNHEARD))
    first = store.counts()
    with qtbot.waitSignals([librarian.model_changed, librarian.changed], timeout=PATIENCE):
        librarian.use("cnn-sixteenth")
    assert store.counts() == {State.STALE: 4, State.FAILED: 1}
    with qtbot.waitSignal(librarian.job_ended, timeout=PATIENCE):
        librarian.listen_to(Query(Filter.UNHEARD))
    assert models(store) == {"cnn-sixteenth"}
    with qtbot.waitSignal(librarian.changed, timeout=PATIENCE):
        librarian.use("musicnn")
    assert models(store) == {"musicnn"}
    assert store.counts() == first


def test_a_run_goes_on_with_the_model_that_is_chosen_meanwhile(
    librarian: Librarian, store: LibraryStore, music: Path, qtbot: QtBot
) -> None:
    scan(librarian, music, qtbot)
    librarian.listen_to(Query(Filter.UNHEARD))
    qtbot.waitUntil(lambda: librarian.listening, timeout=PATIENCE)
    librarian.pause()
    librarian.use("cnn-sixteenth")
    assert librarian.paused, "a held run stays held"
    librarian.resume()
    qtbot.waitUntil(lambda: not {State.WAITING, State.LISTENING} & store.counts().keys(), timeout=PATIENCE)
    qtbot.waitUntil(lambda: not librarian.listening, timeout=PATIENCE)
    assert models(store) == {"cnn-sixteenth"}


def test_a_sound_database_is_found_sound(librarian: Librarian, store: LibraryStore, qtbot: QtBot) -> None:
    heard: list[bool] = []
    librarian.check(heard.append)
    qtbot.waitUntil(lambda: heard == [True])


def test_songs_of_a_removed_folder_go_and_the_files_stay(
    librarian: Librarian, store: LibraryStore, music: Path, qtbot: QtBot
) -> None:
    scan(librarian, music, qtbot)
    done: list[object] = []
    librarian.remove(music, done.append)
    qtbot.waitUntil(lambda: len(done) == 1)
    assert store.counts() == {}
    assert store.folders() == {}
    assert len(list(music.iterdir())) == 5
