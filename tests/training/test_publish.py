"""What was measured reaches the metadata of every kind of model, and what stood there besides stays."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")
from mgc_desktop.inference.figures import FIGURES_FORMAT, Figures
from mgc_desktop.inference.metadata import ModelMetadata
from mgc_desktop.paths import models_dir
from mgc_desktop.training.commands.evaluate import Measured
from mgc_desktop.training.product.publish import publish
from mgc_desktop.training.results import read_results

pytestmark = pytest.mark.train
RESULTS = Path(__file__).resolve().parents[2] / "docs" / "results.json"


@pytest.fixture
def measured() -> dict[str, Measured]:
    return {m.name: m for m in read_results(RESULTS)}


@pytest.fixture
def models(tmp_path: Path) -> Path:
    for name in ("musicnn", "cnn-quarter"):
        shutil.copytree(models_dir() / name, tmp_path / name)
    return tmp_path


def test_results_are_read_as_they_were_measured(measured: dict[str, Measured]) -> None:
    assert {"musicnn", "cnn-full", "stacked-sixteenth"} <= set(measured)
    for m in measured.values():
        assert Figures.from_dict({**m.figures, "cost": m.cost}) is not None


@pytest.mark.parametrize("name", ["musicnn", "cnn-quarter"])
def test_published_figures_are_understood_by_the_program(
    models: Path, measured: dict[str, Measured], name: str
) -> None:
    publish([measured[name]], models)
    values = ModelMetadata.load(models / name).figures
    assert values["format"] == FIGURES_FORMAT
    figures = Figures.from_dict(values)
    assert figures is not None and figures.cost is not None
    assert figures.clips == measured[name].figures["clips"]
    assert f"{figures.accuracy.value:.2f}" in (models / name / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_the_default_stays_the_default_and_keeps_its_other_figures(models: Path, measured: dict[str, Measured]) -> None:
    before = ModelMetadata.load(models / "musicnn")
    weak = replace(measured["musicnn"], figures={**measured["musicnn"].figures, "macro_accuracy": [0.1, 0.0, 0.2]})
    publish([weak], models)
    after = ModelMetadata.load(models / "musicnn")
    assert after.role == "default"
    other = {key for key in before.figures if " " in key}
    assert other and all(after.figures[key] == before.figures[key] for key in other)
    card = (models / "musicnn" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert all(key in card for key in other) and "The genre head" in card


def test_publishing_twice_changes_nothing_more(models: Path, measured: dict[str, Measured]) -> None:
    publish([measured["musicnn"]], models)
    once = (models / "musicnn" / "metadata.json").read_text(encoding="utf-8")
    publish([measured["musicnn"]], models)
    assert (models / "musicnn" / "metadata.json").read_text(encoding="utf-8") == once
