"""What a review proposes and the user decides, and the effects of writing and undoing on library and files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from mutagen import File

from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.prediction import Timeline, TrackPrediction
from mgc_desktop.library.query import Query
from mgc_desktop.library.rebuild import restore_folders, restore_written, save_folders
from mgc_desktop.library.review import counts, review, save_choices
from mgc_desktop.library.scanner import scan
from mgc_desktop.library.song import Song, State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.library.tagging import undo, update_library, write
from mgc_desktop.library.verdict import state_of
from mgc_desktop.tags.fingerprint import audio_checksum
from mgc_desktop.tags.journal import Journal
from mgc_desktop.tags.policy import Mode, Policy
from mgc_desktop.tags.write import WriteOptions
from mgc_desktop.tags.writer import RunReport, undo_run, write_run

HEARD = {"a.flac": "Jazz", "b.flac": "Jazz", "c.flac": None, "rock.flac": "Jazz"}


@pytest.fixture
def music(tmp_path: Path, write_audio: Callable[..., Path], sounds: object) -> Path:
    for number, name in enumerate(HEARD):
        path = write_audio(f"music/{name}", sounds.noise(0.3, seed=number))  # type: ignore[attr-defined]
        tags = File(path)
        tags["album"], tags["artist"] = ["One"], ["Somebody"]
        if name == "rock.flac":
            tags["genre"] = ["Rock"]
        tags.save()
    return tmp_path / "music"


@pytest.fixture
def store(tmp_path: Path, music: Path) -> Iterator[LibraryStore]:
    with LibraryStore(tmp_path / "library.db") as store:
        store.add_folder(music)
        scan([music], store)
        for name, genre in HEARD.items():
            hear(store, music / name, genre)
        yield store


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


def hear(store: LibraryStore, path: Path, genre: str | None) -> None:
    song = store.song_at(path)
    assert song is not None
    probabilities = np.full(10, 0.02, np.float32)
    probabilities[GENRES.index(genre or "World")] = 0.82 if genre else 0.2
    timeline = Timeline(GENRES, np.zeros((0, 2), np.float32), np.zeros((0, 10), np.float32))
    share = float(probabilities.max())
    prediction = TrackPrediction(path, 0.3, "m", "1", GENRES, probabilities, genre, share, timeline)
    checksum = audio_checksum(path)
    store.remember(checksum, prediction)
    analysis = store.analysis(checksum, "m", "1")
    assert analysis is not None
    store.assign(song.id, analysis, state_of(song.genres, genre))


def song_of(store: LibraryStore, path: Path) -> Song:
    song = store.song_at(path)
    assert song is not None
    return song


def test_songs_without_a_genre_come_first_and_are_written_others_stay(store: LibraryStore) -> None:
    rows = review(store, Policy())
    assert [(row.song.path.name, row.change.writes) for row in rows] == [
        ("a.flac", True), ("b.flac", True), ("rock.flac", False),
    ]  # fmt: skip
    assert counts(rows) == (2, 0)
    assert counts(review(store, Policy(Mode.REPLACE))) == (3, 1)


def test_an_unsure_verdict_is_not_written_even_if_accepted(store: LibraryStore, music: Path) -> None:
    unsure = song_of(store, music / "c.flac")
    store.choose([unsure.id], accepted=True)
    (row,) = review(store, Policy(Mode.REPLACE), [unsure.id])
    assert not row.change.writes


def test_decisions_of_the_user_override_the_rules_and_are_stored(store: LibraryStore, music: Path) -> None:
    a, _, rock = review(store, Policy())
    save_choices(store, [a.declined(), rock.accepted(), review(store, Policy())[1].edited(["Bebop", "Swing"])])
    decided = {row.song.path.name: row.change for row in review(store, Policy())}
    assert not decided["a.flac"].writes
    assert decided["rock.flac"].new == ("Jazz",)
    assert decided["b.flac"].new == ("Bebop", "Swing")


def test_a_declined_song_can_be_accepted_again(store: LibraryStore) -> None:
    row = review(store, Policy())[0]
    again = row.declined().accepted()
    assert again.change.writes
    assert again.change.new == row.change.new


def test_an_album_verdict_includes_songs_that_are_not_reviewed(store: LibraryStore, music: Path) -> None:
    a = song_of(store, music / "a.flac")
    hear(store, music / "b.flac", "World")
    hear(store, music / "c.flac", "World")
    hear(store, music / "rock.flac", "World")
    (row,) = review(store, Policy(album=True), [a.id])
    assert row.change.new == ("World",)


def test_writing_and_undoing_change_the_files_and_the_library(
    store: LibraryStore, music: Path, journal: Journal
) -> None:
    before = {path: path.read_bytes() for path in music.iterdir()}
    report = write(store, review(store, Policy()), journal)
    assert len(report.written) == 2
    for name in ("a.flac", "b.flac"):
        assert File(music / name)["genre"] == ["Jazz"]
        song = song_of(store, music / name)
        assert (song.state, song.genres) == (State.WRITTEN, ("Jazz",))
    assert scan([music], store).changed == 0  # the library knows the files as they are now
    assert undo(store, journal.find(), journal).refused == ()
    assert {path: path.read_bytes() for path in music.iterdir()} == before
    assert song_of(store, music / "a.flac").state is State.TO_WRITE
    assert song_of(store, music / "a.flac").genres == ()


def test_a_single_file_can_be_undone(store: LibraryStore, music: Path, journal: Journal) -> None:
    write(store, review(store, Policy()), journal)
    undo(store, journal.find(), journal, only=[music / "a.flac"])
    assert song_of(store, music / "a.flac").state is State.TO_WRITE
    assert song_of(store, music / "b.flac").state is State.WRITTEN


def test_a_file_changed_since_the_review_is_reported_and_not_written(
    store: LibraryStore, music: Path, journal: Journal
) -> None:
    rows = review(store, Policy())
    tags = File(music / "a.flac")
    tags["genre"] = ["Polka"]
    tags.save()
    report = write(store, rows, journal)
    assert [refused.path.name for refused in report.refused] == ["a.flac"]
    assert File(music / "a.flac")["genre"] == ["Polka"]
    scan([music], store)
    assert song_of(store, music / "a.flac").state is State.DIFFERS


def test_a_lost_database_is_rebuilt_from_folders_and_journal(
    store: LibraryStore, music: Path, journal: Journal, tmp_path: Path
) -> None:
    write(store, review(store, Policy()), journal)
    save_folders(store)
    store.close()
    (tmp_path / "library.db").unlink()
    with LibraryStore(tmp_path / "library.db") as made:
        assert restore_folders(made) == [music]
        scan([music], made)
        assert restore_written(made, journal) == 2
        assert song_of(made, music / "a.flac").state is State.WRITTEN
        assert song_of(made, music / "rock.flac").state is State.NEW


def test_verdicts_of_another_model_are_stale(store: LibraryStore, music: Path) -> None:
    store.mark_stale("m@1")
    assert State.STALE not in store.counts()
    store.mark_stale("m@2")
    assert store.counts() == {State.STALE: 4}


def test_songs_removed_from_the_queue_have_their_earlier_state(store: LibraryStore) -> None:
    before = store.counts()
    store.set_state(store.ids(Query()), State.WAITING)
    store.unqueue()
    assert store.counts() == before


def test_a_model_with_genres_of_its_own_keeps_their_names(store: LibraryStore, music: Path) -> None:
    song = song_of(store, music / "a.flac")
    timeline = Timeline(("Fado", "Polka"), np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32))
    shares = np.array([0.1, 0.9], np.float32)
    own = TrackPrediction(song.path, 0.3, "own", "1", ("Fado", "Polka"), shares, "Polka", 0.9, timeline)
    store.remember("c0ffee", own)
    analysis = store.analysis("c0ffee", "own", "1")
    assert analysis is not None
    store.assign(song.id, analysis, State.TO_WRITE)
    (row,) = review(store, Policy(), [song.id])
    assert row.change.new == ("Polka",)


def test_files_that_need_no_change_do_not_affect_the_written_ones(
    store: LibraryStore, music: Path, journal: Journal
) -> None:
    policy = Policy(Mode.SEPARATE)
    rows = review(store, policy)
    assert len(write(store, rows[:1], journal).written) == 1
    again = [*rows[1:], *rows[:1]]  # the last one says so already
    again[-1] = replace(again[-1], change=replace(again[-1].change, state=None))
    report = write(store, again, journal)
    assert (len(report.written), len(report.unchanged)) == (2, 1)
    states = [song_of(store, row.song.path).state for row in rows]
    assert states == [State.WRITTEN, State.WRITTEN, State.WRITTEN]
    assert len(journal.runs()) == 2


def test_writes_are_reported_even_if_the_library_cannot_be_updated(
    store: LibraryStore, music: Path, journal: Journal
) -> None:
    rows = review(store, Policy())
    store.db.execute("PRAGMA query_only = ON")
    report = write(store, rows, journal)
    store.db.execute("PRAGMA query_only = OFF")
    assert len(report.written) == 2
    assert undo(store, journal.runs()[0], journal).written
    scan([music], store)
    assert song_of(store, music / "a.flac").state is State.TO_WRITE


def test_a_verdict_is_not_written_to_a_file_with_other_audio(
    store: LibraryStore, music: Path, journal: Journal, write_audio: Callable[..., Path], sounds: object
) -> None:
    rows = review(store, Policy())
    write_audio(music / "a.flac", sounds.tone(0.3))  # type: ignore[attr-defined]
    before = (music / "a.flac").read_bytes()
    # As if size and time were the same: only the sound tells.
    rows = [replace(row, change=replace(row.change, state=None)) for row in rows]
    report = write(store, rows, journal)
    assert [refused.path.name for refused in report.refused] == ["a.flac"]
    assert "its audio" in report.refused[0].reason
    assert (music / "a.flac").read_bytes() == before
    assert [written.path.name for written in report.written] == ["b.flac"]


def test_the_command_line_updates_the_library(store: LibraryStore, music: Path, journal: Journal) -> None:
    changes = [row.change for row in review(store, Policy()) if row.change.writes]
    update_library(store.path, write_run(changes, journal, options=WriteOptions(keep_mtime=True)))
    a = song_of(store, music / "a.flac")
    assert (a.genres, a.state) == (("Jazz",), State.WRITTEN)
    assert scan([music], store).changed == 0
    (run,) = journal.runs()
    update_library(store.path, undo_run(run, journal), run)
    a = song_of(store, music / "a.flac")
    assert (a.genres, a.state) == ((), State.TO_WRITE)
    update_library(music / "none.db", RunReport(""))
    assert not (music / "none.db").exists()
