"""The table's model: rows, groups, ticks, and few rows in memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from mgc_desktop.library.query import Filter, Group, Query, Sort
from mgc_desktop.library.song import FileTags
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.ui.views.library.columns import Column
from mgc_desktop.ui.views.library.model import HEADING, SONG, SongModel

CHECK = Qt.ItemDataRole.CheckStateRole


@pytest.fixture
def model(store: LibraryStore) -> SongModel:
    model = SongModel(store)
    model.show_query(Query())
    return model


def column(model: SongModel, column: Column) -> list[str]:
    return [model.index(row, column.position).data() for row in range(model.rowCount())]


def test_qt_finds_no_fault_with_it(model: SongModel) -> None:
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_query(Query(group=Group.ALBUM))
    model.refresh()
    del tester


def test_it_shows_what_the_query_selects_in_its_order(model: SongModel) -> None:
    model.show_query(Query(sort=Sort.TITLE, descending=True))
    assert column(model, Column.TITLE) == ["Zeta", "Gamma", "Epsilon", "Delta", "Beta", "bad", "Alpha"]
    model.show_query(Query(Filter.NO_GENRE, search="wu"))
    assert column(model, Column.TITLE) == ["Delta"]


def test_groups_have_heads_that_count_and_cannot_be_selected(model: SongModel) -> None:
    model.show_query(Query(group=Group.FOLDER))
    heads = [row for row in range(model.rowCount()) if model.index(row, 0).data(HEADING)]
    told = [(h.text, h.songs) for row in heads if (h := model.heading(row)) is not None]
    assert told == [("m", 2), ("a", 2), ("b", 3)]
    assert model.songs == 7
    assert all(model.flags(model.index(row, 1)) == Qt.ItemFlag.NoItemFlags for row in heads)
    assert model.index(heads[0], 0).data(SONG) is None


def test_only_songs_with_something_to_decide_have_a_box(model: SongModel) -> None:
    boxes = {
        model.index(row, Column.TITLE.position).data(): model.index(row, 0).data(CHECK)
        for row in range(model.rowCount())
    }
    checked, unchecked = Qt.CheckState.Checked, Qt.CheckState.Unchecked
    assert boxes == {
        "Alpha": checked, "Epsilon": checked, "Beta": unchecked,
        "Gamma": None, "Delta": None, "Zeta": None, "bad": None,
    }  # fmt: skip


def test_a_tick_is_kept_in_the_library(model: SongModel, store: LibraryStore) -> None:
    assert store.accepted() == 2
    row = column(model, Column.TITLE).index("Beta")
    assert model.setData(model.index(row, 0), Qt.CheckState.Checked, CHECK)
    assert model.index(row, 0).data(CHECK) is Qt.CheckState.Checked
    assert store.accepted() == 3
    again = SongModel(store)
    again.show_query(Query())
    assert again.index(row, 0).data(CHECK) is Qt.CheckState.Checked


def test_a_song_that_failed_says_why(model: SongModel) -> None:
    row = column(model, Column.TITLE).index("bad")
    cell = model.index(row, Column.STATE.position)
    assert (cell.data(), cell.data(Qt.ItemDataRole.ToolTipRole)) == ("cannot be read", "It is empty.")


def test_a_row_whose_song_was_removed_is_empty_until_it_is_shown_anew(model: SongModel, store: LibraryStore) -> None:
    store.forget([Path("/m/bad.mp3")])
    model.refresh()
    assert None in [model.song(row) for row in range(7)]
    model.show_query(model.query)
    assert model.rowCount() == 6


def test_scrolling_through_a_large_library_keeps_few_rows(store: LibraryStore) -> None:
    store.put(FileTags(Path(f"/m/c/{i}.mp3"), 1, 1, title=f"song {i:05}") for i in range(10_000))
    model = SongModel(store)
    model.show_query(Query())
    assert all(model.song(row) is not None for row in range(0, 10_007, 50))
    assert sum(len(page) for page in model._pages.values()) <= 48 * 128
