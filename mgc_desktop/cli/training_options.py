"""Options that the training commands share."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mgc_desktop.cli.output import printable
from mgc_desktop.errors import MgcError
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.paths import cache_dir

if TYPE_CHECKING:
    from mgc_desktop.training.datasets import Dataset

KINDS = ("auto", "magnatagatune", "folders", "tagged", "tracks")


def whole(low: int, high: int = 2**31) -> Callable[[str], int]:
    """What argparse reads a whole number from `low` to `high` with."""

    def number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(
                f"must be {low} or more, not {value}" if value < low else f"at most {high}"
            )
        return value

    return number


def real(low: float, high: float) -> Callable[[str], float]:
    """What argparse reads a number from `low` to `high` with; "nan" and "inf" are none."""

    def number(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"must lie between {low:g} and {high:g}, not {text}")
        return value

    return number


def add_dataset(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Which music."""
    parser.add_argument(
        "--dataset", nargs="+", metavar=("KIND", "PATH"), required=required,
        help="a folder, or a .tsv list of recordings; before it, if need be, its kind: " + ", ".join(KINDS),
    )  # fmt: skip
    parser.add_argument("--genres", type=Path, help="MagnaTagATune's genres: a Magnatune song list or catalogue")
    parser.add_argument("--root", type=Path, help="the folder that the paths in a list start from")
    parser.add_argument(
        "--artists", type=Path, metavar="FILE",
        help="who is heard in which file: a table with the columns path and artist, or Sturm's index of GTZAN",
    )  # fmt: skip
    parser.add_argument(
        "--vocabulary", choices=("ten", "own"),
        help="which genres of tags count: the program's ten (default), or all as they are (kind tagged)",
    )  # fmt: skip
    parser.add_argument("--genre-column", metavar="NAME", help="the column of a list that says the genre")


def add_work_folders(parser: argparse.ArgumentParser) -> None:
    """Where things go."""
    parser.add_argument("--output", type=Path, help="folder for checkpoints, curves, split and result")
    parser.add_argument("--cache", type=Path, default=cache_dir() / "training", help="folder for spectrograms")
    parser.add_argument("--workers", type=whole(1, 256), default=1, help="processes that compute spectrograms")


def dataset_of(options: argparse.Namespace, tell: Callable[[str], None] | None = None) -> Dataset:
    """The clips that the options name."""
    from mgc_desktop.training.cache import check_folder
    from mgc_desktop.training.datasets import open_dataset

    check_folder(options.cache)
    if not options.dataset:
        raise MgcError("Name the music with --dataset, here or in the file of --config.")
    *kinds, source = options.dataset
    if len(kinds) > 1 or (kinds and kinds[0] not in KINDS):
        raise MgcError(f"--dataset takes a path, or one of {', '.join(KINDS)} and a path.")
    return open_dataset(
        Path(source), kinds[0] if kinds else "auto", genres=options.genres, root=options.root, artists=options.artists,
        vocabulary=None if options.vocabulary == "own" else GENRES, genre_column=options.genre_column or "genre",
        say=tell or say,
    )  # fmt: skip


def say(text: str) -> None:
    """Print lines; names that come from files are made harmless for a terminal."""
    print(printable(text, keep="\n"), flush=True)


def require_extra() -> None:
    """Raise MgcError with the way out if the training part's libraries are missing."""
    if getattr(sys, "frozen", False):
        raise MgcError("Training is not part of the installed program. Install it from source, with the extra [train].")
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise MgcError("Training needs more libraries. Install them with: pip install 'mgc-desktop[train]'") from error
