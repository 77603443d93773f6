"""A library run on a real Dask scheduler with two worker processes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mgc_desktop.cli.main import main
from mgc_desktop.inference import registry
from mgc_desktop.library.calls import AnalyseSong
from mgc_desktop.library.cluster import ClusterError, cluster_pool
from mgc_desktop.library.jobs import enqueue, run
from mgc_desktop.library.query import Query
from mgc_desktop.library.scanner import scan
from mgc_desktop.library.song import State
from mgc_desktop.library.store import LibraryStore

distributed = pytest.importorskip("distributed", reason="needs the extra [cluster]")


def pid_of(_: int) -> int:
    return os.getpid()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_two_cluster_workers_analyse_a_library(
    tmp_path: Path, write_audio: Callable[..., Path], sounds: object
) -> None:
    for number in range(6):
        write_audio(f"music/{number}.flac", sounds.noise(4.0, seed=number))  # type: ignore[attr-defined]
    (tmp_path / "music/broken.mp3").write_bytes(bytes(range(256)) * 20)
    model = ("musicnn", registry.load("musicnn").version)
    with (
        LibraryStore(tmp_path / "library.db") as store,
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, local_directory=str(tmp_path)
        ) as cluster,
        cluster_pool(cluster.scheduler_address) as (pool, workers),
    ):
        assert workers == 2
        scan([tmp_path / "music"], store)
        enqueue(store, store.ids(Query()))
        report = run(store, AnalyseSong("musicnn"), model, pool, workers=workers)
        assert (report.done, report.failed) == (7, 1)
        counts = store.counts()
        assert counts[State.FAILED] == 1
        assert counts.get(State.TO_WRITE, 0) + counts.get(State.UNSURE, 0) == 6
        assert {pid_of(0)}.isdisjoint(pool.map(pid_of, range(4)))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_command_line_analyses_on_a_cluster(
    tmp_path: Path, write_audio: Callable[..., Path], sounds: object, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(3):
        write_audio(f"music/{number}.flac", sounds.noise(4.0, seed=number))  # type: ignore[attr-defined]
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(tmp_path)
    ) as cluster:
        arguments = ["tag", str(tmp_path / "music"), "--dry-run", "--json", "--scheduler", cluster.scheduler_address]
        assert main(arguments) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [Path(song["path"]).name for song in told] == ["0.flac", "1.flac", "2.flac"]
    assert all(song["result"] in ("planned", "skipped") for song in told)


def test_a_scheduler_that_does_not_answer_is_named_in_the_error() -> None:
    with pytest.raises(ClusterError, match="No scheduler answers at"), cluster_pool("tcp://127.0.0.1:9"):
        pass


def test_an_invalid_address_is_named_in_the_error() -> None:
    with pytest.raises(ClusterError, match="nonsense"), cluster_pool("nonsense://x"):
        pass
