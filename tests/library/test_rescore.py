"""Verdicts of a user head on the library, from stored embeddings."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.cancellation import Cancelled, CancelToken
from mgc_desktop.inference.prediction import TrackPrediction
from mgc_desktop.inference.user_heads import BaseModel, HeadError, UserHead
from mgc_desktop.library.rescore import Rescorer, derive, forget_others
from mgc_desktop.library.store import LibraryStore


@pytest.fixture
def rescorer(musicnn: BaseModel, fado: UserHead) -> Rescorer:
    return Rescorer(musicnn, fado)


def versions(store: LibraryStore) -> dict[str, int]:
    return dict(store.db.execute("SELECT version, count(*) FROM analysis GROUP BY version"))


def test_every_analysed_song_gets_a_verdict_of_the_head_beside_the_old_one(
    analysed_library: LibraryStore, rescorer: Rescorer, musicnn: BaseModel
) -> None:
    assert derive(analysed_library, rescorer) == 6
    assert versions(analysed_library) == {musicnn.base: 6, rescorer.version: 6}
    found = analysed_library.analysis("c0", musicnn.name, rescorer.version)
    assert found is not None
    assert found.genre == "Fado"
    assert found.genres == rescorer.genres
    assert found.probabilities.sum() == pytest.approx(1, abs=1e-5)
    before = analysed_library.analysis("c0", musicnn.name, musicnn.base)
    assert before is not None
    assert np.array_equal(found.embedding, before.embedding)
    assert (found.tags, found.analysed_seconds, found.duration) == (
        before.tags,
        before.analysed_seconds,
        before.duration,
    )


def test_rescoring_a_prediction_equals_rescoring_the_stored_song(
    analysed_library: LibraryStore,
    rescorer: Rescorer,
    musicnn: BaseModel,
    analysed_seconds: Callable[..., TrackPrediction],
) -> None:
    derive(analysed_library, rescorer)
    for number in range(6):
        stored = analysed_library.analysis(f"c{number}", musicnn.name, rescorer.version)
        said = rescorer.rescored(analysed_seconds(number, silent=number == 5))
        assert stored is not None
        assert said.probabilities == pytest.approx(stored.probabilities, abs=1e-6)
        assert (said.genre, said.model_version, said.genres) == (stored.genre, rescorer.version, stored.genres)
        assert said.confidence == pytest.approx(stored.confidence, abs=1e-6)


def test_silence_has_no_genre_after_rescoring(
    analysed_library: LibraryStore, rescorer: Rescorer, musicnn: BaseModel
) -> None:
    derive(analysed_library, rescorer)
    found = analysed_library.analysis("c5", musicnn.name, rescorer.version)
    assert found is not None
    assert (found.genre, found.confidence) == (None, 0.0)
    assert found.probabilities[-1] == 0


def test_only_new_songs_are_rescored(
    analysed_library: LibraryStore, rescorer: Rescorer, analysed_seconds: Callable[..., object]
) -> None:
    derive(analysed_library, rescorer)
    assert derive(analysed_library, rescorer) == 0
    analysed_library.remember("c7", analysed_seconds(7))  # type: ignore[arg-type]
    assert derive(analysed_library, rescorer) == 1


def test_verdicts_of_two_heads_do_not_mix(
    analysed_library: LibraryStore, rescorer: Rescorer, musicnn: BaseModel, fado: UserHead
) -> None:
    derive(analysed_library, rescorer)
    other = Rescorer(musicnn, replace(fado, name="Other"))
    derive(analysed_library, other)
    assert versions(analysed_library) == {musicnn.base: 6, other.version: 6}
    forget_others(analysed_library, musicnn)
    assert versions(analysed_library) == {musicnn.base: 6}


def test_a_head_of_another_model_is_refused(musicnn: BaseModel, fado: UserHead) -> None:
    with pytest.raises(HeadError, match="made for"):
        Rescorer(musicnn, replace(fado, made_for="musicnn@0.1"))


def test_rescoring_can_be_cancelled(analysed_library: LibraryStore, rescorer: Rescorer, musicnn: BaseModel) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        derive(analysed_library, rescorer, cancel=cancel)
    assert versions(analysed_library) == {musicnn.base: 6}


def test_five_thousand_songs_are_rescored_without_their_files(
    tmp_path: Path, rescorer: Rescorer, analysed_seconds: Callable[..., TrackPrediction]
) -> None:
    with LibraryStore(tmp_path / "big.db") as store:
        one = analysed_seconds(1)
        with store.transaction():
            for number in range(5000):
                store.remember(f"{number:032x}", one)
        start = time.process_time()
        assert derive(store, rescorer) == 5000
        assert time.process_time() - start < 10
