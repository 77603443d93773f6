"""Genres that the user gives to songs override models, heads, albums and limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.analysis.columns import read_columns
from mgc_desktop.analysis.confusion import confusion
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.prediction import Timeline, TrackPrediction
from mgc_desktop.library.genre_overrides import checksums_of, set_user_genres, user_genres_of
from mgc_desktop.library.query import Query
from mgc_desktop.library.review import review
from mgc_desktop.library.scanner import scan
from mgc_desktop.library.song import Song, Stamp, State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.library.ticks import is_ticked_by_default
from mgc_desktop.library.verdict import state_of
from mgc_desktop.tags.fingerprint import audio_checksum
from mgc_desktop.tags.genre_mapping import GenreMapping
from mgc_desktop.tags.policy import Mode, Policy

NAMES = ("a.flac", "b.flac", "c.flac")


@pytest.fixture
def music(tmp_path: Path, write_audio: Callable[..., Path], sounds: object) -> Path:
    for number, name in enumerate(NAMES):
        write_audio(f"music/{name}", sounds.noise(0.3, seed=number))  # type: ignore[attr-defined]
    return tmp_path / "music"


@pytest.fixture
def store(tmp_path: Path, music: Path) -> Iterator[LibraryStore]:
    """Three songs, in which a model heard Classical."""
    with LibraryStore(tmp_path / "library.db") as store:
        store.add_folder(music)
        scan([music], store)
        for name in NAMES:
            hear(store, music / name, "Classical", "m")
        yield store


def hear(store: LibraryStore, path: Path, genre: str, model: str) -> None:
    song = at(store, path)
    probabilities = np.full(10, 0.01, np.float32)
    probabilities[GENRES.index(genre)] = 0.91
    timeline = Timeline(GENRES, np.zeros((0, 2), np.float32), np.zeros((0, 10), np.float32))
    prediction = TrackPrediction(path, 60.0, model, "1", GENRES, probabilities, genre, 0.91, timeline)
    checksum = audio_checksum(path)
    store.remember(checksum, prediction)
    known = store.analysis(checksum, model, "1")
    assert known is not None
    store.assign(song.id, known, state_of(song.genres, known.genre))


def at(store: LibraryStore, path: Path) -> Song:
    song = store.song_at(path)
    assert song is not None
    return song


def said(store: LibraryStore, path: Path, *genres: str) -> dict[str, tuple[str, ...] | None]:
    (checksum,) = checksums_of(store, [at(store, path).id]).values()
    return set_user_genres(store, {checksum: genres or None})


def test_a_user_genre_is_shown_as_the_users_and_ticked(store: LibraryStore, music: Path) -> None:
    said(store, music / "a.flac", "Jazz")
    song = at(store, music / "a.flac")
    assert (song.predicted, song.by_user, song.state) == ("Jazz", True, State.TO_WRITE)
    assert is_ticked_by_default(song)
    assert user_genres_of(store, music / "a.flac") == ("Jazz",)
    assert not at(store, music / "b.flac").by_user


@pytest.mark.parametrize("by", ["the same model", "another model", "a changed model", "judging again", "a scan"])
def test_models_and_scans_do_not_override_a_user_genre(store: LibraryStore, music: Path, by: str) -> None:
    path = music / "a.flac"
    said(store, path, "Jazz")
    match by:
        case "the same model":
            hear(store, path, "Classical", "m")
        case "another model":
            hear(store, path, "World", "n")
            store.use_version("n", "1")
        case "a changed model":
            store.use_version("m", "2")
            assert at(store, music / "b.flac").state is State.STALE
        case "judging again":
            store.refresh_states(store.ids(Query()))
        case _:
            scan([music], store)
    song = at(store, path)
    assert (song.predicted, song.by_user, song.state) == ("Jazz", True, State.TO_WRITE)
    (row,) = review(store, Policy(), [song.id], min_confidence=0.7)
    assert (row.change.new, row.change.writes, row.change.reason) == (("Jazz",), True, "You said Jazz.")


def test_confidence_limit_album_and_vocabulary_do_not_override_a_user_genre(store: LibraryStore, music: Path) -> None:
    said(store, music / "a.flac", "Jazz", "Bebop")
    wanted = [at(store, music / "a.flac").id]
    for policy in (
        Policy(min_confidence=0.95), Policy(album=True), Policy(top=1),
        Policy(mapping=GenreMapping({"Jazz": (), "Classical": ("Old",)})),
    ):  # fmt: skip
        (row,) = review(store, policy, wanted, min_confidence=0.95)
        assert (row.change.new, row.change.writes) == (("Jazz", "Bebop"), True)
    (row,) = review(store, Policy(mapping=GenreMapping({"Jazz": ("Swing",)})), wanted)
    assert row.change.new == ("Swing", "Bebop")


def test_a_genre_in_the_file_is_replaced_only_if_the_user_agrees(store: LibraryStore, music: Path) -> None:
    song = at(store, music / "a.flac")
    store.retagged(song.path, Stamp.of(song.path.stat()), ("Rock",), State.WRITTEN)
    said(store, song.path, "Jazz")
    assert at(store, song.path).state is State.DIFFERS
    (row,) = review(store, Policy(), [song.id])
    assert (row.change.writes, row.accepted().change.new) == (False, ("Jazz",))
    (row,) = review(store, Policy(Mode.REPLACE), [song.id], min_confidence=0.7)
    assert (row.change.writes, row.change.new) == (True, ("Jazz",))


def test_a_user_genre_counts_in_the_confusion_matrix(store: LibraryStore, music: Path) -> None:
    song = at(store, music / "a.flac")
    store.retagged(song.path, Stamp.of(song.path.stat()), ("Jazz",), State.WRITTEN)
    said(store, song.path, "Jazz")
    store.set_state([song.id], State.WAITING)
    found = confusion(read_columns(store))
    assert found.matrix.agreeing == found.matrix.total == 1


def test_a_song_that_no_model_has_analysed_can_have_a_user_genre(
    store: LibraryStore, music: Path, tmp_path: Path
) -> None:
    new = music / "new.flac"
    new.write_bytes((music / "a.flac").read_bytes()[:-40])
    scan([music], store)
    said(store, new, "Fado")
    song = at(store, new)
    assert (song.predicted, song.state, song.by_user) == ("Fado", State.TO_WRITE, True)
    (row,) = review(store, Policy(), [song.id])
    assert row.change.new == ("Fado",)
    said(store, new)
    assert (at(store, new).predicted, at(store, new).state) == (None, State.NEW)


def test_all_songs_with_the_same_audio_get_the_genre_and_it_can_be_undone(store: LibraryStore, music: Path) -> None:
    twin = music / "twin.flac"
    twin.write_bytes((music / "a.flac").read_bytes())
    scan([music], store)
    hear(store, twin, "Classical", "m")
    before = said(store, twin, "Jazz")
    assert list(before.values()) == [None]
    assert {at(store, music / name).predicted for name in ("a.flac", "twin.flac")} == {"Jazz"}
    set_user_genres(store, before)
    for name in ("a.flac", "twin.flac"):
        song = at(store, music / name)
        assert (song.predicted, song.by_user, song.state) == ("Classical", False, State.TO_WRITE)
        assert song.confidence == pytest.approx(0.91)


def test_missing_files_are_left_out(store: LibraryStore, music: Path) -> None:
    (music / "new.flac").write_bytes((music / "a.flac").read_bytes()[:-40])
    scan([music], store)
    song = at(store, music / "new.flac")
    song.path.unlink()
    assert checksums_of(store, [song.id]) == {}
    said(store, music / "a.flac", "Jazz")
    assert user_genres_of(store, song.path) == ()
