"""Predictions of other models for the library: no song is analysed twice, and no verdict in use changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.inference.registry import identify, list_models
from mgc_desktop.library import jobs
from mgc_desktop.library.calls import AnalyseSong
from mgc_desktop.library.executor import IsolatedPool
from mgc_desktop.library.model_comparison import ModelRequest, analyse_with_models, predictions_by_model
from mgc_desktop.library.progress import JobProgress
from mgc_desktop.library.query import Query
from mgc_desktop.library.scanner import scan
from mgc_desktop.library.store import LibraryStore

MODELS = ("musicnn", "cnn-sixteenth")


def asked(*names: str) -> list[ModelRequest]:
    entries = {entry.name: entry for entry in list_models()}
    return [ModelRequest(*identify(entries[name]), AnalyseSong(name)) for name in names]


@pytest.fixture
def store(tmp_path: Path, write_audio: Callable[..., Path], sounds: object) -> Iterator[LibraryStore]:
    """Two songs, and one file that is no music."""
    for number in range(2):
        write_audio(f"music/{number}.flac", sounds.noise(4.0, seed=number))  # type: ignore[attr-defined]
    (tmp_path / "music/broken.mp3").write_bytes(bytes(range(256)) * 20)
    with LibraryStore(tmp_path / "library.db") as store:
        scan([tmp_path / "music"], store)
        yield store


@pytest.fixture(scope="module")
def pool() -> Iterator[IsolatedPool]:
    with IsolatedPool(1, timeout=120) as pool:
        yield pool


def test_each_model_analyses_each_song_once(store: LibraryStore, pool: IsolatedPool) -> None:
    seen: list[JobProgress] = []
    report = analyse_with_models(store, asked(*MODELS), pool, workers=1, progress=seen.append)
    # Whether a file that is no music is known to have failed depends on the scan alone.
    assert report.done == report.total
    assert report.done - report.failed == 4
    assert seen[-1].done == report.done
    for model in asked(*MODELS):
        assert len(list(predictions_by_model(store, model.model, model.version))) == 2
    again = analyse_with_models(store, asked(*MODELS), pool, workers=1)
    assert again.done - again.failed == 0


def test_comparing_models_does_not_change_the_verdicts_in_use(store: LibraryStore, pool: IsolatedPool) -> None:
    (musicnn,) = asked("musicnn")
    jobs.enqueue(store, store.ids(Query()))
    jobs.run(store, musicnn.call, (musicnn.model, musicnn.version), pool, workers=1)
    before = store.songs(store.ids(Query()))
    report = analyse_with_models(store, asked(*MODELS), pool, workers=1)
    assert report.done == 2, "musicnn's are kept, the bad file has failed: only the other one listens"
    assert store.songs(store.ids(Query())) == before


def test_a_cancelled_comparison_goes_on_where_it_stopped(store: LibraryStore, pool: IsolatedPool) -> None:
    cancel = CancelToken()

    def stop(progress: JobProgress) -> None:
        if progress.done - progress.failed:
            cancel.cancel()

    first = analyse_with_models(store, asked("musicnn"), pool, workers=1, cancel=cancel, progress=stop)
    assert first.cancelled
    analyse_with_models(store, asked("musicnn"), pool, workers=1)
    (model,) = asked("musicnn")
    assert len(list(predictions_by_model(store, model.model, model.version))) == 2
