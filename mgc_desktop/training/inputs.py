"""Which patches the models hear: the report's own and the backbone's, at the report's three resolutions."""

from __future__ import annotations

from typing import Final

from mgc_desktop.features.config import MUSICNN, REPORT
from mgc_desktop.inference.patchinput import PatchInput

FRAMES: Final = 187  # of the backbone's patch at full resolution: 3 seconds
WINDOWS: Final = 4  # such patches that an LSTM follows
FACTORS: Final = {"full": 1, "quarter": 2, "sixteenth": 4}  # both axes are averaged by so many points


def report_input(resolution: str, frames: int = 1248) -> PatchInput:
    """The report's picture, a whole clip of 29 seconds unless `frames` says less; decibels below the loudest point."""
    return PatchInput(REPORT, frames, max(1, frames // 2), FACTORS[resolution], reference="maximum", top_db=80.0)


def backbone_input(resolution: str) -> PatchInput:
    """The backbone's 3 seconds, every 1.5 s."""
    return PatchInput(MUSICNN, FRAMES, FRAMES // 2, FACTORS[resolution])


def sequence_input(resolution: str) -> PatchInput:
    """Four of the backbone's patches in a row, every 6 s."""
    return PatchInput(MUSICNN, WINDOWS * FRAMES, WINDOWS * FRAMES // 2, FACTORS[resolution])
