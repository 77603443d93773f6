"""The bundled models with their figures; a damaged model has a reason."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mgc_desktop.analysis.model_figures import (
    ModelColumn,
    ModelFiguresRow,
    comparison_table,
    genre_table,
    key_of,
    model_rows,
    sorted_rows,
)
from mgc_desktop.inference.figures import Figures
from mgc_desktop.inference.registry import list_models
from mgc_desktop.paths import models_dir


@pytest.fixture(scope="module")
def rows() -> list[ModelFiguresRow]:
    return model_rows(list_models(models_dir()))


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A folder with one good model, `cnn-quarter`, to damage."""
    shutil.copytree(models_dir() / "cnn-quarter", tmp_path / "cnn-quarter")
    return tmp_path


def change(folder: Path, **figures: object) -> ModelFiguresRow:
    path = folder / "cnn-quarter" / "metadata.json"
    values = json.loads(path.read_text())
    values["figures"].update(figures)
    path.write_text(json.dumps(values))
    (row,) = model_rows(list_models(folder))
    return row


def test_every_bundled_model_has_a_matrix_and_figures_at_its_resolution(rows: list[ModelFiguresRow]) -> None:
    assert {row.resolution for row in rows} == {"full", "quarter", "sixteenth"}
    for row in rows:
        assert row.usable, row.reason
        assert row.figures is not None and row.figures.cost is not None, row.name
        assert row.matrix is not None
        assert row.matrix.total == row.figures.clips
        assert row.matrix.agreeing / row.matrix.total == pytest.approx(row.figures.accuracy.value, abs=1e-3)
        assert row.figures.accuracy.low <= row.figures.accuracy.value <= row.figures.accuracy.high
        for i, genre in enumerate(row.figures.genres):
            assert row.figures.per_genre[genre].clips == row.matrix.counts[i].sum()


@pytest.mark.parametrize("column", ModelColumn)
def test_the_comparison_sorts_by_every_column_both_ways(rows: list[ModelFiguresRow], column: ModelColumn) -> None:
    rising = [key_of(row, column) for row in sorted_rows(rows, column)]
    assert rising == sorted(rising)  # type: ignore[type-var]
    descending = [key_of(row, column) for row in sorted_rows(rows, column, descending=True)]
    assert descending == sorted(descending, reverse=True)  # type: ignore[type-var]


def test_models_without_figures_come_last_in_both_directions(rows: list[ModelFiguresRow]) -> None:
    bare = ModelFiguresRow("mine", "Mine", "offered", "full", None)
    for descending in (False, True):
        assert sorted_rows([bare, *rows], ModelColumn.ACCURACY, descending=descending)[-1] is bare


@pytest.mark.parametrize("text", ["{", "", "[]"])
def test_a_model_with_damaged_metadata_is_listed_with_the_reason(damaged: Path, text: str) -> None:
    (damaged / "cnn-quarter" / "metadata.json").write_text(text)
    (row,) = model_rows(list_models(damaged))
    assert not row.usable and row.role == "unusable"
    assert "metadata.json" in row.reason
    assert row.matrix is None


def test_a_model_without_metadata_is_listed_with_the_reason(damaged: Path) -> None:
    (damaged / "cnn-quarter" / "metadata.json").unlink()
    (row,) = model_rows(list_models(damaged))
    assert "missing" in row.reason


def test_a_model_with_another_network_is_unusable_but_keeps_its_figures(damaged: Path) -> None:
    (damaged / "cnn-quarter" / "model.onnx").write_bytes(b"other")
    (row,) = model_rows(list_models(damaged))
    assert row.role == "unusable" and "checksum" in row.reason
    assert row.figures is not None


@pytest.mark.parametrize(
    ("figures", "word"),
    [
        ({"confusion": [[1, 2]]}, "confusion matrix"),
        ({"format": 2}, "format 2"),
        ({"accuracy": "high"}, "could not convert"),
        ({"per_genre": {}}, "Alt Rock"),
    ],
)
def test_figures_that_are_not_understood_are_reported_and_the_model_stays_usable(
    damaged: Path, figures: dict[str, object], word: str
) -> None:
    row = change(damaged, **figures)
    assert row.figures is None
    assert word in row.reason and "metadata.json" in row.reason


def test_a_model_without_figures_is_usable() -> None:
    assert Figures.from_dict({"Speed": 3}) is None


def test_the_tables_have_every_model_and_genre(rows: list[ModelFiguresRow]) -> None:
    header, body = comparison_table([*rows, ModelFiguresRow("bad", "bad", "unusable", "", None, "Torn.")])
    assert len(body) == len(rows) + 1
    assert {len(line) for line in body} == {len(header)}
    assert dict(zip(header, body[-1], strict=True))["reason"] == "Torn."
    assert rows[0].figures is not None
    genres, lines = genre_table(rows[0].figures)
    assert len(lines) == len(rows[0].figures.genres) and len(lines[0]) == len(genres)
