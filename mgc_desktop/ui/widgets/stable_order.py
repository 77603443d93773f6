"""An order, longest first, that does not jitter while the values change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

MARGIN: Final = 0.05


class StableOrder:
    """Neighbours change places only when the lower exceeds the upper by `margin`."""

    def __init__(self, margin: float = MARGIN) -> None:
        self._margin = margin
        self._order: tuple[int, ...] = ()

    def update(self, values: Sequence[float], *, settle: bool = False) -> tuple[int, ...]:
        """The indices of `values` in the order to show; `settle` sorts exactly (a new song, a jump)."""
        if settle or len(self._order) != len(values):
            self._order = tuple(sorted(range(len(values)), key=lambda i: -values[i]))
            return self._order
        order = list(self._order)
        swapped = True
        while swapped:
            swapped = False
            for upper in range(len(order) - 1):
                a, b = order[upper], order[upper + 1]
                if values[b] > values[a] + self._margin:
                    order[upper], order[upper + 1] = b, a
                    swapped = True
        self._order = tuple(order)
        return self._order
