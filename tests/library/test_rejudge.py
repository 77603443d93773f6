"""The library under a taught head, from what is stored of its songs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.cancellation import Cancelled, CancelToken
from mgc_desktop.inference.heads import HeadError, Pupil, UserHead
from mgc_desktop.inference.prediction import TrackPrediction
from mgc_desktop.library.rejudge import Judge, derive, forget_others
from mgc_desktop.library.store import LibraryStore


@pytest.fixture
def judge(musicnn: Pupil, fado: UserHead) -> Judge:
    return Judge(musicnn, fado)


def versions(store: LibraryStore) -> dict[str, int]:
    return dict(store.db.execute("SELECT version, count(*) FROM analysis GROUP BY version"))


def test_every_song_that_was_heard_gets_a_verdict_of_the_head_beside_the_old_one(
    heard_library: LibraryStore, judge: Judge, musicnn: Pupil
) -> None:
    assert derive(heard_library, judge) == 6
    assert versions(heard_library) == {musicnn.base: 6, judge.version: 6}
    found = heard_library.analysis("c0", musicnn.name, judge.version)
    assert found is not None
    assert found.genre == "Fado"
    assert found.genres == judge.genres
    assert found.probabilities.sum() == pytest.approx(1, abs=1e-5)
    before = heard_library.analysis("c0", musicnn.name, musicnn.base)
    assert before is not None
    assert np.array_equal(found.embedding, before.embedding)
    assert (found.tags, found.heard, found.duration) == (before.tags, before.heard, before.duration)


def test_a_prediction_is_judged_as_the_stored_song_is(
    heard_library: LibraryStore, judge: Judge, musicnn: Pupil, heard: Callable[..., TrackPrediction]
) -> None:
    derive(heard_library, judge)
    for number in range(6):
        stored = heard_library.analysis(f"c{number}", musicnn.name, judge.version)
        said = judge.judged(heard(number, silent=number == 5))
        assert stored is not None
        assert said.probabilities == pytest.approx(stored.probabilities, abs=1e-6)
        assert (said.genre, said.model_version, said.genres) == (stored.genre, judge.version, stored.genres)
        assert said.confidence == pytest.approx(stored.confidence, abs=1e-6)


def test_silence_stays_silence(heard_library: LibraryStore, judge: Judge, musicnn: Pupil) -> None:
    derive(heard_library, judge)
    found = heard_library.analysis("c5", musicnn.name, judge.version)
    assert found is not None
    assert (found.genre, found.confidence) == (None, 0.0)
    assert found.probabilities[-1] == 0


def test_only_what_is_new_is_judged(heard_library: LibraryStore, judge: Judge, heard: Callable[..., object]) -> None:
    derive(heard_library, judge)
    assert derive(heard_library, judge) == 0
    heard_library.remember("c7", heard(7))  # type: ignore[arg-type]
    assert derive(heard_library, judge) == 1


def test_two_heads_do_not_mix(heard_library: LibraryStore, judge: Judge, musicnn: Pupil, fado: UserHead) -> None:
    derive(heard_library, judge)
    other = Judge(musicnn, replace(fado, name="Other"))
    derive(heard_library, other)
    assert versions(heard_library) == {musicnn.base: 6, other.version: 6}
    forget_others(heard_library, musicnn)
    assert versions(heard_library) == {musicnn.base: 6}


def test_a_head_of_another_model_judges_nothing(musicnn: Pupil, fado: UserHead) -> None:
    with pytest.raises(HeadError, match="made for"):
        Judge(musicnn, replace(fado, made_for="musicnn@0.1"))


def test_it_can_be_cancelled(heard_library: LibraryStore, judge: Judge, musicnn: Pupil) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        derive(heard_library, judge, cancel=cancel)
    assert versions(heard_library) == {musicnn.base: 6}


def test_five_thousand_songs_are_judged_in_seconds_without_their_files(
    tmp_path: Path, judge: Judge, heard: Callable[..., TrackPrediction]
) -> None:
    with LibraryStore(tmp_path / "big.db") as store:
        one = heard(1)
        with store.transaction():
            for number in range(5000):
                store.remember(f"{number:032x}", one)
        start = time.process_time()
        assert derive(store, judge) == 5000
        assert time.process_time() - start < 10
