"""All models stand side by side, sorted by what the user wants, with the reason where one cannot be used."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mgc_desktop.analysis.model_figures import ModelColumn, ModelFiguresRow, model_rows
from mgc_desktop.inference.registry import list_models
from mgc_desktop.paths import models_dir
from mgc_desktop.ui.theme import DARK
from mgc_desktop.ui.views.confusion.comparison import COLUMNS, ComparisonTable

TORN = ModelFiguresRow("torn", "torn", "unusable", "", None, "The file is not understood.")


@pytest.fixture
def table(place: Callable[..., QWidget]) -> ComparisonTable:
    table = ComparisonTable(DARK)
    place(table, 1000, 500)
    table.set_rows([*model_rows(list_models(models_dir())), TORN])
    return table


def click_head(table: ComparisonTable, column: ModelColumn, qtbot: QtBot) -> None:
    header = table.horizontalHeader()
    middle = QPoint(header.sectionViewportPosition(COLUMNS.index(column)) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=middle)


def test_every_model_has_a_row_in_the_registrys_order(table: ComparisonTable) -> None:
    assert [row.name for row in table.rows] == [e.name for e in list_models(models_dir())] + ["torn"]


def test_a_click_on_a_head_sorts_the_best_first_and_another_the_other_way(table: ComparisonTable, qtbot: QtBot) -> None:
    click_head(table, ModelColumn.MACRO_ACCURACY, qtbot)
    values = [row.figures.macro_accuracy.value for row in table.rows if row.figures]
    assert values == sorted(values, reverse=True)
    click_head(table, ModelColumn.MACRO_ACCURACY, qtbot)
    assert [row.figures.macro_accuracy.value for row in table.rows if row.figures] == sorted(values)
    assert table.rows[-1] is TORN, "what has no figures stays last"


def test_the_reason_of_an_unusable_model_takes_the_row(table: ComparisonTable) -> None:
    last = len(table.rows) - 1
    assert table.columnSpan(last, 1) == len(COLUMNS) - 1
    assert table.model().index(last, 1).data(Qt.ItemDataRole.ToolTipRole) == TORN.reason
    assert table.model().index(last, 1).data(Qt.ItemDataRole.AccessibleTextRole) == f"Cannot be used: {TORN.reason}"
    table.sort_by(ModelColumn.MODEL, descending=False)
    first = next(i for i, row in enumerate(table.rows) if row.figures)
    assert table.columnSpan(first, 1) == 1
    table.grab()


def test_figures_are_read_with_their_interval(table: ComparisonTable) -> None:
    figures = table.rows[0].figures
    assert figures is not None
    said = table.model().index(0, COLUMNS.index(ModelColumn.ACCURACY)).data(Qt.ItemDataRole.AccessibleTextRole)
    interval = figures.accuracy
    assert said == f"Accuracy: {interval.value:.2f}, interval {interval.low:.2f}–{interval.high:.2f}"


def test_return_opens_the_model(table: ComparisonTable, qtbot: QtBot) -> None:
    table.selectRow(3)
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [table.rows[3].name]


@pytest.mark.parametrize("width", [884, 1250])
def test_all_columns_have_room(table: ComparisonTable, qtbot: QtBot, width: int) -> None:
    table.resize(width, 500)
    qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() == 0)
