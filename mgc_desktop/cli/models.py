"""List the models: the one used by default, others to choose with --model, and why one cannot be used."""

from __future__ import annotations

import argparse

from mgc_desktop.cli.status import FAILED, OK

HELP = "list the models"


def add_arguments(_: argparse.ArgumentParser) -> None:
    """`mgc models` has no options."""


def run(_: argparse.Namespace) -> int:
    """Print the table; `FAILED` if one cannot be used."""
    from mgc_desktop.inference.registry import list_models

    entries = list_models()
    width = max((len(entry.name) for entry in entries), default=0)
    for entry in entries:
        if entry.usable and entry.metadata is not None:
            meta = entry.metadata
            print(f"{entry.name:<{width}}  {meta.role:<8}  {meta.version:<5}  {meta.resolution:<9}  {meta.title}")
        else:
            print(f"{entry.name:<{width}}  unusable  {entry.reason}")
    return OK if entries and all(entry.usable for entry in entries) else FAILED
