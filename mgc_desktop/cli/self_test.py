"""Check this installation: decode a bundled song, run the default model, and compare with the expected numbers.

Prints PASS, or the differences.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mgc_desktop.cli.output import printable
from mgc_desktop.cli.status import FAILED, OK
from mgc_desktop.errors import MgcError
from mgc_desktop.paths import resources_dir

if TYPE_CHECKING:
    from mgc_desktop.inference.prediction import TrackPrediction
    from mgc_desktop.pipeline import MelBlock

HELP = "check this installation"

NUMBERS: Final = "self_test.json"  # beside the demo songs
# Tolerances for different machines and versions of the libraries.
_TOLERANCES: Final = {"duration": 0.01, "picture": 0.05, "probabilities": 0.005, "tags": 0.005}
_WAY_OUT: Final = "Reinstall MGC Desktop; if that does not help, please report this line."


def add_arguments(_: argparse.ArgumentParser) -> None:
    """`mgc self-test` has no options."""


def run(_: argparse.Namespace) -> int:
    """Print PASS or the errors."""
    problems = list(check(resources_dir() / "demo"))
    for problem in problems:
        print(printable(f"FAIL: {problem} {_WAY_OUT}"))
    if not problems:
        print("PASS")
    return FAILED if problems else OK


def check(folder: Path) -> Iterator[str]:
    """Yield a sentence for each error."""
    try:
        expected = json.loads((folder / NUMBERS).read_text(encoding="utf-8"))
        found = measure(folder / expected["song"])
    except MgcError as error:
        yield str(error)
    except (OSError, ValueError, KeyError, TypeError) as error:
        yield f"{folder / NUMBERS} cannot be used ({error})."
    else:
        yield from compare(expected, found)


def measure(song: Path) -> dict[str, Any]:
    """Decode a song, compute its picture and run the default model; returns the numbers to compare."""
    import numpy as np

    from mgc_desktop.inference.registry import load
    from mgc_desktop.pipeline import analyze

    drawing = _Drawing()
    prediction = analyze(song, load(), listener=drawing)
    bands = np.concatenate([block.db for block in drawing.blocks], axis=1).reshape(8, -1).mean(axis=1)
    return {
        "song": song.name,
        "model": f"{prediction.model} {prediction.model_version}",
        "duration": round(prediction.duration, 4),
        "picture": [round(float(level), 3) for level in bands],
        "genre": prediction.genre,
        "probabilities": {name: round(p, 5) for name, p in prediction.ranked},
        "tags": {name: round(p, 5) for name, p in prediction.tags},
    }


class _Drawing:
    """Stores the picture."""

    def __init__(self) -> None:
        self.blocks: list[MelBlock] = []

    def picture(self, block: MelBlock) -> None:
        self.blocks.append(block)

    def prediction(self, partial: TrackPrediction) -> None:
        """Partial predictions are not needed."""


def compare(expected: dict[str, Any], found: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for each value that differs by more than the tolerance."""
    steps: dict[str, Callable[[Any, Any, float], bool]] = {"duration": _near, "picture": _all_near}
    names = {
        "duration": "decoding",
        "picture": "the mel-spectrogram",
        "probabilities": "the genres",
        "tags": "the tags",
    }
    if expected["model"] != found["model"]:
        yield f"The model is {found['model']}, but the numbers are those of {expected['model']}."
        return
    for key, tolerance in _TOLERANCES.items():
        if not steps.get(key, _same_names_near)(expected[key], found[key], tolerance):
            yield f"Something is wrong with {names[key]}: {found[key]} instead of {expected[key]}."
    if expected["genre"] != found["genre"]:
        yield f"The genre of the song is {found['genre']} instead of {expected['genre']}."


def _near(a: float, b: float, tolerance: float) -> bool:
    return abs(a - b) <= tolerance


def _all_near(a: list[float], b: list[float], tolerance: float) -> bool:
    return len(a) == len(b) and all(_near(x, y, tolerance) for x, y in zip(a, b, strict=True))


def _same_names_near(a: dict[str, float], b: dict[str, float], tolerance: float) -> bool:
    return a.keys() == b.keys() and all(_near(a[name], b[name], tolerance) for name in a)
