"""The filters above the table of the library."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from mgc_desktop.library.query import Filter
from mgc_desktop.ui.theme import LIGHT
from mgc_desktop.ui.views.library.chips import FILTERS, FilterChips


@pytest.mark.parametrize("width", [420, 580, 900])
def test_no_filter_is_cut_in_a_narrow_window(qtbot: QtBot, width: int) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    chips = FilterChips(LIGHT)
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(chips)
    column.addStretch(1)
    for chosen, *_ in FILTERS:
        chips.chip(chosen).set_count(12_345)
        chips.chip(chosen).show()
    chips.setFixedWidth(width)
    page.resize(width, 300)
    page.show()
    qtbot.waitExposed(page)
    shown = [chips.chip(chosen) for chosen, *_ in FILTERS]
    assert chips.chip(Filter.NONE).isVisible()
    assert all(chip.size() == chip.sizeHint() for chip in shown)
    assert all(chips.rect().contains(chip.geometry()) for chip in shown)
    places = [chip.geometry() for chip in shown]
    assert not any(QRect(a).intersects(b) for i, a in enumerate(places) for b in places[i + 1 :])
