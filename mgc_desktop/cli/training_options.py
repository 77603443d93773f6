"""Options that the training commands share."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mgc_desktop.errors import MgcError
from mgc_desktop.paths import cache_dir

if TYPE_CHECKING:
    from mgc_desktop.training.datasets import Dataset

KINDS = ("auto", "magnatagatune", "folders", "tagged", "tracks")


def add_dataset(parser: argparse.ArgumentParser) -> None:
    """Which music."""
    parser.add_argument(
        "--dataset", nargs="+", metavar=("KIND", "PATH"), required=True,
        help="a folder, or a .tsv list of recordings; before it, if need be, its kind: " + ", ".join(KINDS),
    )  # fmt: skip
    parser.add_argument("--genres", type=Path, help="MagnaTagATune's genres: a Magnatune song list or catalogue")
    parser.add_argument("--root", type=Path, help="the folder that the paths in a list start from")


def add_work_folders(parser: argparse.ArgumentParser) -> None:
    """Where things go."""
    parser.add_argument("--output", type=Path, help="folder for checkpoints, curves, split and result")
    parser.add_argument("--cache", type=Path, default=cache_dir() / "training", help="folder for spectrograms")
    parser.add_argument("--workers", type=int, default=1, help="processes that compute spectrograms")


def dataset_of(options: argparse.Namespace) -> Dataset:
    """The clips that the options name."""
    from mgc_desktop.training.datasets import open_dataset

    *kinds, source = options.dataset
    if len(kinds) > 1 or (kinds and kinds[0] not in KINDS):
        raise MgcError(f"--dataset takes a path, or one of {', '.join(KINDS)} and a path.")
    return open_dataset(Path(source), kinds[0] if kinds else "auto", genres=options.genres, root=options.root)


def require_extra() -> None:
    """Raise MgcError with the way out if the training part's libraries are missing."""
    if getattr(sys, "frozen", False):
        raise MgcError("Training is not part of the installed program. Install it from source, with the extra [train].")
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise MgcError("Training needs more libraries. Install them with: pip install 'mgc-desktop[train]'") from error
