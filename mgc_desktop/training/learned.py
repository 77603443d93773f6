"""Which sounds and artists a network learned from, kept beside it, so that nobody measures it on them unawares."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from mgc_desktop.foundation.atomic_write import atomic_write
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


def note_learned(folder: Path, sounds: Iterable[Path], artists: Iterable[str]) -> None:
    """Write down beside a model which sounds and artists it learned from."""
    learned = {"sounds": sorted({sound_digest(path) for path in sounds}), "artists": sorted(set(artists))}
    atomic_write(folder / FILE_NAME, (json.dumps(learned, indent=1, ensure_ascii=False) + "\n").encode())


def overlap(folder: Path, recordings: Sequence[tuple[Path, str | None]]) -> str:
    """How many of these recordings (file and artist, None if unknown) and artists the network in `folder` (a run or a
    model) learned from, in words; "" for none, or where that was not written down."""
    try:
        learned = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        sounds, known = set(learned["sounds"]), set(learned["artists"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    met = sum(sound_digest(path) in sounds for path, _ in recordings)
    artists = {artist for _, artist in recordings if artist is not None}
    if not met and not artists & known:
        return ""
    return (
        f"it learned from {met} of the {len(recordings)} clips, and from {len(artists & known)} of their "
        f"{len(artists)} artists. The figures are too good"
    )


def learned_warning(folder: Path, clips: Sequence[Clip]) -> str:
    """How many of these clips and artists the network in `folder` (a run or an exported model) learned from."""
    found = overlap(folder, [(clip.path, clip.artist if clip.artist_known else None) for clip in clips])
    return f"{found}; measure on the test part of its run: --run RUN --part test." if found else ""
