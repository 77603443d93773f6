"""List the models: the one in use, others to choose with --model, and the reason if one cannot be used."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from mgc_desktop.cli.output import printable
from mgc_desktop.cli.status import FAILED, OK

HELP = "list the models"


def add_arguments(_: argparse.ArgumentParser) -> None:
    """`mgc models` has no options."""


def run(_: argparse.Namespace) -> int:
    """Print the table; `FAILED` if one cannot be used."""
    from mgc_desktop.inference.registry import list_models
    from mgc_desktop.settings import MODEL, Settings

    chosen = Settings()[MODEL]
    entries = list_models()
    width = max((len(entry.name) for entry in entries), default=0)
    for entry in entries:
        if entry.usable and entry.metadata is not None:
            meta = entry.metadata
            use = "  (in use)" if entry.name == chosen else ""
            figures = f"{meta.role:<8}  {meta.resolution:<9}  {_figures(meta.figures)}{use}"
            print(printable(f"{entry.name:<{width}}  {figures}"))
        else:
            print(printable(f"{entry.name:<{width}}  unusable  {entry.reason}"))
    if any(entry.usable for entry in entries):
        print("\nrole: default, offered, or exhibit (too weak to tag with). The measurements are described in")
        print("each model's MODEL_CARD.md; differences within the 95 % intervals are not significant.")
    return OK if entries and all(entry.usable for entry in entries) else FAILED


def _figures(measured: Mapping[str, Any]) -> str:
    """Accuracy with its interval, and the size of the test set; a hint if the figures are of another kind."""
    try:
        value, low, high = measured["macro_accuracy"]
        clips, artists = measured["clips"], measured["artists"]
    except (KeyError, TypeError, ValueError):
        return "see its card"
    return f"macro accuracy {value:.2f} ({low:.2f}-{high:.2f}), {clips} clips of {artists} artists"
