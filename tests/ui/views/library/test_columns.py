"""The columns fit the window, as far as they can."""

from __future__ import annotations

import pytest

from mgc_desktop.ui.views.library.columns import COLUMNS, Column, widths


@pytest.mark.parametrize("room", [1200, 1260, 2400])
def test_all_columns_fill_the_room_exactly(room: int) -> None:
    fitting = widths(room, (), {})
    assert list(fitting) == list(COLUMNS)
    assert sum(fitting.values()) == room


def test_the_album_gives_way_where_there_is_no_room() -> None:
    fitting = widths(900, (), {})
    assert Column.ALBUM not in fitting
    assert sum(fitting.values()) == 900


def test_no_column_becomes_narrower_than_it_can_be_read() -> None:
    assert all(width >= column.value.width for column, width in widths(300, (), {}).items())


def test_hidden_columns_leave_their_room_to_the_others() -> None:
    assert sum(widths(1200, {Column.ARTIST, Column.SURE}, {}).values()) == 1200


def test_a_width_that_the_user_drew_stays() -> None:
    fitting = widths(1200, (), {Column.ARTIST: 250, Column.STATE: 200})
    assert (fitting[Column.ARTIST], fitting[Column.STATE]) == (250, 200)
    assert sum(fitting.values()) == 1200
