"""Which sounds and artists a network learned from, kept beside it, so that nobody measures it on them unawares."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from mgc_desktop.training.datasets.clip import Clip, sound_digest
from mgc_desktop.training.result import TrainingResult

FILE_NAME: Final = "learned_from.json"  # in a run's folder, and in that of an exported model


def learned_clips(result: TrainingResult) -> dict[str, Any]:
    """Checksums of the sounds and the artists that a network learned from or was chosen by, to warn by later."""
    parts = ("train", "valid")
    clips = [clip for part in parts for clip in result.split.pick(result.dataset.clips, part)]
    return {
        "sounds": sorted({sound_digest(clip.path) for clip in clips}),
        "artists": sorted({clip.artist for clip in clips if clip.artist_known}),
    }


def learned_warning(folder: Path, clips: Sequence[Clip]) -> str:
    """How many of these clips and artists the network in `folder` (a run or an exported model) learned from."""
    try:
        learned = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        sounds, artists = set(learned["sounds"]), set(learned["artists"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    met = sum(sound_digest(clip.path) in sounds for clip in clips)
    every = {clip.artist for clip in clips if clip.artist_known}
    if not met and not every & artists:
        return ""
    return (
        f"it learned from {met} of the {len(clips)} clips, and from {len(every & artists)} of their {len(every)} "
        "artists. The figures are too good; measure on the test part of its run: --run RUN --part test."
    )
