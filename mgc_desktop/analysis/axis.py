"""Ticks at round numbers of an axis."""

from __future__ import annotations

import math


def round_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """About `most` round numbers (1, 2 or 5 times a power of ten apart) that lie between `low` and `high`."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return [low] if math.isfinite(low) else []
    rough = (high - low) / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


def tick_label(value: float) -> str:
    """The shortest text of a tick's value, such as 0.25, 2, 1.5."""
    return f"{value:.4g}"
