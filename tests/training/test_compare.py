"""The report's comparisons: a table of mean and spread, one measure left out at a time, nothing done twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")
from mgc_desktop.training.commands import compare
from mgc_desktop.training.commands.compare import Bench, Row, ablation_rows, data_line, report_rows, table
from mgc_desktop.training.config import TrainingConfig
from mgc_desktop.training.datasets import Dataset, open_dataset

pytestmark = pytest.mark.train
QUICK = TrainingConfig(resolution="sixteenth", frames=64, epochs=1, examples=16, batch=16)


@pytest.fixture
def dataset(small_tree: Path) -> Dataset:
    return open_dataset(small_tree)


def test_each_row_of_the_ablation_differs_in_one_measure_alone() -> None:
    for network in ("cnn", "lstm"):
        base, *others, plain = ablation_rows(replace(QUICK, network=network))
        for row in others:
            assert len(row.config.differences(base.config.to_dict())) == 1, row.name
        assert plain.config.layers == base.config.layers, "the layers are no measure against overfitting"
        assert (plain.config.weight_decay, plain.config.dropout, plain.config.mixup) == (0, 0, False)


def test_the_report_compares_what_it_names() -> None:
    rows = {row.name: row.config for row in report_rows(QUICK)}
    with_, without = rows["LSTM, mel, with measures"], rows["LSTM, mel, without measures"]
    assert with_.layers == without.layers
    assert rows["CNN, linear"].differences(rows["CNN, mel"].to_dict()) == ["linear was False and is True"]


def test_a_row_has_mean_and_spread_beside_its_baselines_and_is_done_once(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [Row("mel", QUICK, baselines=True), Row("leaky", replace(QUICK, leaky=True))]
    bench = Bench(dataset, tmp_path, tmp_path / "cache", folds=2, repeats=2)
    found = [bench.measure(row) for row in rows]
    lines = table(rows, found)
    assert lines[2].startswith("| mel | 4 |") and "(folds)" in lines[2] and "(seeds)" in lines[2]
    assert any("logistic regression on mean and spread" in line for line in lines)
    assert lines[-1].startswith("| leaky | 4 |")
    monkeypatch.setattr(compare, "train_repeatedly", None)
    assert [bench.kept(row) for row in rows] == found
    assert "30 recordings of 15 artists" in data_line(dataset)
