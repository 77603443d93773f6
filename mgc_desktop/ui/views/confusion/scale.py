"""The colours of a matrix: one hue from the ground to the accent, and an ink that is read on each step."""

from __future__ import annotations

from mgc_desktop.ui.theme import Palette, contrast, laid_over

_LEAST = 0.14  # of the hue, where there is anything at all


def fill(value: float, palette: Palette) -> str:
    """The colour of a cell; `value` 0..1 of the largest. Nothing has the colour of the ground."""
    if value <= 0:
        return palette.raised
    # By the square root: what is rare can be seen beside what is frequent.
    share = _LEAST + (1 - _LEAST) * min(1.0, value) ** 0.5
    return laid_over(palette.raised, f"#{round(255 * share):02X}{palette.accent[1:]}")


def ink(ground: str) -> str:
    """Black or white, whichever is read better; one of them always has a contrast of 4.58:1 or more."""
    return max(("#000000", "#FFFFFF"), key=lambda colour: contrast(colour, ground))
