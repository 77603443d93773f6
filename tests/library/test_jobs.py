"""A run over a library with the real model and real worker processes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.inference import registry
from mgc_desktop.library.calls import AnalyseSong
from mgc_desktop.library.executor import IsolatedPool
from mgc_desktop.library.jobs import enqueue, run
from mgc_desktop.library.progress import JobProgress, Pause
from mgc_desktop.library.query import Filter, Query
from mgc_desktop.library.scanner import scan
from mgc_desktop.library.song import State
from mgc_desktop.library.store import LibraryStore

MODEL = ("musicnn", registry.load("musicnn").version)


@pytest.fixture
def music(tmp_path: Path, write_audio: Callable[..., Path], sounds: object) -> Path:
    """Three songs that differ, and one file that is no music."""
    for number in range(3):
        write_audio(f"music/{number}.flac", sounds.noise(4.0, seed=number))  # type: ignore[attr-defined]
    (tmp_path / "music/broken.mp3").write_bytes(bytes(range(256)) * 20)
    return tmp_path / "music"


@pytest.fixture
def store(tmp_path: Path, music: Path) -> Iterator[LibraryStore]:
    with LibraryStore(tmp_path / "library.db") as store:
        scan([music], store)
        enqueue(store, store.ids(Query()))
        yield store


@pytest.fixture(scope="module")
def pool() -> Iterator[IsolatedPool]:
    with IsolatedPool(2, timeout=120) as pool:
        yield pool


def waiting(store: LibraryStore) -> int:
    return len(store.ids(Query(Filter.WAITING)))


def test_every_song_gets_a_verdict_and_a_damaged_one_a_reason(
    store: LibraryStore, music: Path, pool: IsolatedPool
) -> None:
    seen: list[JobProgress] = []
    report = run(store, AnalyseSong("musicnn"), MODEL, pool, workers=2, progress=seen.append)
    assert (report.done, report.failed, report.total, report.cancelled) == (4, 1, 4, False)
    assert waiting(store) == 0
    for number in range(3):
        song = store.song_at(music / f"{number}.flac")
        assert song is not None
        assert song.state in (State.TO_WRITE, State.UNSURE)
        assert song.checksum is not None
        assert song.model == "@".join(MODEL)
        analysis = store.analysis(song.checksum, *MODEL)
        assert analysis is not None
        assert analysis.probabilities.sum() == pytest.approx(1, abs=1e-4)
    broken = store.song_at(music / "broken.mp3")
    assert broken is not None
    assert broken.state is State.FAILED
    assert broken.error
    assert seen[-1].done == 4
    assert all(a.done <= b.done for a, b in itertools.pairwise(seen))


def test_a_cancelled_run_goes_on_where_it_stopped(store: LibraryStore, pool: IsolatedPool) -> None:
    cancel = CancelToken()

    def stop(progress: JobProgress) -> None:
        if progress.done:
            cancel.cancel()

    first = run(store, AnalyseSong("musicnn"), MODEL, pool, workers=1, cancel=cancel, progress=stop)
    assert first.cancelled
    assert 0 < first.done < 4
    assert waiting(store) == 4 - first.done
    second = run(store, AnalyseSong("musicnn"), MODEL, pool, workers=1)
    assert second.done == 4 - first.done
    assert waiting(store) == 0


def test_songs_in_analysis_when_the_program_crashed_are_analysed_again(store: LibraryStore, pool: IsolatedPool) -> None:
    store.set_state(store.ids(Query())[:2], State.ANALYSING)
    assert run(store, AnalyseSong("musicnn"), MODEL, pool, workers=2).done == 4


def test_a_paused_run_starts_no_analyses(store: LibraryStore, pool: IsolatedPool) -> None:
    pause, cancel = Pause(), CancelToken()
    pause.pause()
    looks: list[JobProgress] = []

    def look(progress: JobProgress) -> None:
        looks.append(progress)
        if len(looks) == 3:
            cancel.cancel()

    report = run(store, AnalyseSong("musicnn"), MODEL, pool, workers=2, cancel=cancel, pause=pause, progress=look)
    assert report.done == 0
    assert all(progress.paused and progress.remaining is None for progress in looks)
    assert waiting(store) == 4


def test_analysed_audio_is_recognised_under_another_name(store: LibraryStore, music: Path, pool: IsolatedPool) -> None:
    run(store, AnalyseSong("musicnn"), MODEL, pool, workers=2)
    old = store.song_at(music / "0.flac")
    assert old is not None
    data = (music / "0.flac").read_bytes()
    (music / "0.flac").unlink()
    scan([music], store)
    (music / "other name.flac").write_bytes(data)
    scan([music], store)
    new = store.song_at(music / "other name.flac")
    assert new is not None
    assert new.id != old.id
    store.db.execute("UPDATE analysis SET confidence = 0.123")  # what the run must find, not make again
    enqueue(store, [new.id])
    run(store, AnalyseSong("musicnn"), MODEL, pool, workers=1)
    again = store.song_at(new.path)
    assert again is not None
    assert (again.predicted, again.confidence, again.checksum) == (old.predicted, 0.123, old.checksum)
