"""What the view says, and the numbers that it saves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from mgc_desktop.analysis.occlusion import Occlusion
from mgc_desktop.analysis.patch_view import REDUCTIONS, PatchView
from mgc_desktop.features.mel import mel_frequencies
from mgc_desktop.inference.metadata import ModelMetadata
from mgc_desktop.ui.views.explain.evidence import Evidence
from mgc_desktop.ui.widgets.saving import Cell, Numbers
from mgc_desktop.ui.widgets.spectrogram.scales import MelScale, time_label
from mgc_desktop.ui.wording import joined, percent

RESOLUTIONS: Final = {1: "Full", 2: "1/4", 4: "1/16"}
HONEST: Final = (
    "Windows of two by two blocks were made quiet in turn and the model asked again. It shows what this model leans on "
    "in these seconds, not what makes music {genre}; what several parts do only together stays unseen."
)
_CLEAR: Final = 0.01  # probability; less is not worth a word


def resolution(reduction: int, patch_view: PatchView) -> str:
    """1/4 · 48 × 93 points."""
    bands, frames = patch_view.at(reduction).shape
    return joined(RESOLUTIONS[reduction], f"{bands} × {frames}")


def moment(patch_view: PatchView, model: ModelMetadata) -> str:
    """0:31.2 to 0:34.2 · patch 22 · musicnn, full resolution."""
    seconds = f"{time_label(patch_view.start, 1)} to {time_label(patch_view.end, 1)}"
    return joined(seconds, f"patch {patch_view.number + 1}", f"{model.name}, {model.resolution} resolution")


def evidence_of(patch_view: PatchView, found: Occlusion, genre: str | None) -> Evidence:
    """What speaks for a genre; None: for the most probable one."""
    name = genre if genre in found.genres else found.most_probable
    uncovered, blocks, bands, moments = found.of(name)
    edges, _ = found.grid.edges(patch_view.patch.shape)
    scale = MelScale(patch_view.input.mel)
    hz = tuple(scale.hz(float(edge) + 0.5) for edge in edges)
    return Evidence(
        name, uncovered, blocks, bands, moments, (patch_view.input.mel.fmin, *hz[1:-1], patch_view.input.mel.fmax)
    )


def verdict(found: Occlusion, most: int = 3) -> str:
    """These seconds: Jazz 83 % · Classical 9 %."""
    order = np.argsort(-found.uncovered)[:most]
    shares = [f"{found.genres[i]} {percent(float(found.uncovered[i]))}" for i in order if found.uncovered[i] >= _CLEAR]
    return joined(*shares)


def finding(evidence: Evidence, block: str) -> str:
    """The block that matters most; or that none does."""
    band, moment_ = evidence.strongest
    if abs(float(evidence.blocks[band, moment_])) < _CLEAR:
        return f"No single part decides: without any one of them {evidence.genre} changes by less than 1 point."
    return f"It matters most: {block}."


def rows(patch_view: PatchView, evidence: Evidence | None) -> Numbers:
    """Header and rows for CSV: the points of the patch at full resolution, or where known what each block does."""
    if evidence is None:
        return ("seconds", "hertz", "value"), _points(patch_view)
    return ("start", "end", "low_hz", "high_hz", "genre", "probability", "without"), _blocks(patch_view, evidence)


def _points(patch_view: PatchView) -> Iterator[Sequence[Cell]]:
    hertz = mel_frequencies(patch_view.input.mel)
    for frame, column in enumerate(patch_view.at(REDUCTIONS[0]).T):
        seconds = patch_view.start + frame * patch_view.input.mel.frame_seconds
        for hz, value in zip(hertz, column, strict=True):
            yield round(seconds, 4), round(float(hz), 1), round(float(value), 4)


def _blocks(patch_view: PatchView, evidence: Evidence) -> Iterator[Sequence[Cell]]:
    bands, moments = evidence.blocks.shape
    step = (patch_view.end - patch_view.start) / moments
    for m in range(moments):
        start = patch_view.start + m * step
        for b in range(bands):
            lost = float(evidence.blocks[b, m])
            place = (round(start, 3), round(start + step, 3), round(evidence.hz[b], 1), round(evidence.hz[b + 1], 1))
            yield *place, evidence.genre, round(evidence.uncovered, 5), round(evidence.uncovered - lost, 5)
