"""An order that does not jitter."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from mgc_desktop.ui.widgets.stable_order import StableOrder

values = st.lists(st.floats(0, 1), min_size=4, max_size=4)


def test_the_first_order_is_exact() -> None:
    assert StableOrder().update([0.2, 0.5, 0.3]) == (1, 2, 0)


def test_small_changes_leave_the_order() -> None:
    order = StableOrder(0.05)
    order.update([0.50, 0.48, 0.02])
    assert order.update([0.47, 0.51, 0.02]) == (0, 1, 2)


def test_a_clear_lead_changes_it() -> None:
    order = StableOrder(0.05)
    order.update([0.50, 0.48, 0.02])
    assert order.update([0.40, 0.58, 0.02]) == (1, 0, 2)


def test_settling_sorts_exactly() -> None:
    order = StableOrder(0.05)
    order.update([0.50, 0.48, 0.02])
    assert order.update([0.48, 0.50, 0.02], settle=True) == (1, 0, 2)


@given(values, values)
def test_nobody_stands_below_one_that_is_clearly_less(before: list[float], after: list[float]) -> None:
    order = StableOrder(0.05)
    order.update(before)
    shown = order.update(after)
    assert sorted(shown) == list(range(4))
    assert all(after[low] <= after[high] + 0.05 for high, low in itertools.pairwise(shown))
