"""What another program can read of a training while it runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mgc_desktop.training import progress
from mgc_desktop.training.progress import FILE_NAME, ProgressFile


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


def told(folder: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((folder / FILE_NAME).read_text())
    return values


def test_learning_counts_over_all_networks_and_foresees_the_end(tmp_path: Path, clock: Clock) -> None:
    file = ProgressFile(tmp_path, networks=2)
    tick = file.network(tmp_path / "cnn", 10)
    tick(0)
    assert told(tmp_path)["left"] is None, "nothing can be said yet"
    clock.now += 5
    tick(1)
    assert told(tmp_path) == {
        "step": "learning", "share": 0.05, "left": 95.0, "network": 1, "networks": 2, "folder": "cnn", "epoch": 1,
        "epochs": 10,
    }  # fmt: skip
    tick = file.network(tmp_path, 10)  # the first one stopped early
    tick(0)
    assert (told(tmp_path)["network"], told(tmp_path)["folder"], told(tmp_path)["share"]) == (2, "", 0.5)


def test_a_resumed_network_is_timed_from_where_it_goes_on(tmp_path: Path, clock: Clock) -> None:
    tick = ProgressFile(tmp_path).network(tmp_path, 10)
    tick(6)
    clock.now += 8
    tick(8)
    assert told(tmp_path)["left"] == pytest.approx(8.0)


def test_within_an_epoch_it_is_written_twice_a_second_at_most(tmp_path: Path, clock: Clock) -> None:
    tick = ProgressFile(tmp_path).network(tmp_path, 10)
    tick(0)
    clock.now += 0.1
    tick(0.1)
    assert told(tmp_path)["share"] == 0
    clock.now += 0.5
    tick(0.6)
    assert told(tmp_path)["share"] == pytest.approx(0.06)


def test_without_a_folder_nothing_is_written(tmp_path: Path) -> None:
    file = ProgressFile(None)
    file.step("reading")
    file.features(1, 2, 3.0)
    file.network(tmp_path / "x", 3)(1)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_cannot_be_written_ends_no_training(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    ProgressFile(tmp_path / "taken").step("reading")
