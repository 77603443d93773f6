"""The report's comparisons: labels by a model that is sure, genres of enough artists, a table of every run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
from mgc_desktop.inference.registry import load
from mgc_desktop.training import comparison
from mgc_desktop.training.comparison import Run, compare, labelled_by, page
from mgc_desktop.training.datasets import Dataset
from mgc_desktop.training.teach import Order

pytestmark = pytest.mark.train


@pytest.fixture
def dataset(small_tree: Any) -> Dataset:
    from mgc_desktop.training.datasets import open_dataset

    return open_dataset(small_tree, "folders")


def test_a_recording_is_labelled_by_what_the_model_is_sure_of(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {clip.clip_id: ("Jazz" if i % 2 else "World", 0.9 if i % 3 else 0.2) for i, clip in enumerate(dataset)}
    monkeypatch.setattr(comparison, "_verdict", lambda model, clip: said[clip.clip_id])
    monkeypatch.setattr(comparison, "FEWEST", 1)
    labelled = labelled_by(load(), dataset, tmp_path / "verdicts.json")
    assert {c.clip_id: c.genre for c in labelled} == {name: g for name, (g, sure) in said.items() if sure > 0.6}
    monkeypatch.setattr(comparison, "FEWEST", 1000)
    assert len(labelled_by(load(), dataset, tmp_path / "verdicts.json")) == 0


def test_every_run_gets_a_row_and_is_not_done_twice(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = replace(comparison._CONFIG, epochs=1, examples_per_epoch=16)
    monkeypatch.setattr(comparison, "_CONFIG", quick)
    runs = (Run("mel", Order("cnn", "sixteenth", frames=96)), Run("leaky", Order("cnn", "sixteenth", frames=96), True))
    rows = compare(dataset, tmp_path, [0], runs)
    assert [row.split(" | ")[2] for row in rows] == ["by artist", "at random"]
    monkeypatch.setattr(comparison, "teach", None)
    assert compare(dataset, tmp_path, [0], runs) == rows
    assert all(row in page(dataset, rows, [0]) for row in rows)
