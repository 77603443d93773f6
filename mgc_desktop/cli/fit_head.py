"""Fit the bundled model's heads again on recordings whose genres are stated."""

from __future__ import annotations

import argparse
from pathlib import Path

from mgc_desktop.cli.training_options import require_extra, say
from mgc_desktop.errors import MgcError
from mgc_desktop.paths import cache_dir

HELP = "fit a genre head on labelled recordings (needs the extra [train])"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `mgc fit-head`."""
    parser.add_argument("music", type=Path, help="a tracks.tsv, or a folder whose files carry genre tags")
    parser.add_argument("--model", type=Path, required=True, metavar="FOLDER", help="the model; its heads are replaced")
    parser.add_argument("--genres", nargs="+", default=["report", "everyday"], help="vocabularies (default: both)")
    parser.add_argument("--part", nargs="+", default=[], help="only these parts of the table (default: all but doubt)")
    parser.add_argument("--version", dest="head_version", default="2.0", help="version of the heads (default: 2.0)")
    parser.add_argument("--seed", type=int, default=0, help="for the folds (default: 0)")
    parser.add_argument(
        "--cache", type=Path, default=cache_dir() / "labelled", help="folder for what the network gives"
    )
    parser.add_argument("--dry-run", action="store_true", help="print the figures, and write nothing")


def run(options: argparse.Namespace) -> int:
    """Fit, print the figures, write the heads, the metadata and the model card."""
    require_extra()
    from mgc_desktop.training.product.labelled_head.command import fit_heads

    if not options.model.is_dir():
        raise MgcError("--model must be the folder of a model, such as models/musicnn.", path=options.model)
    fit_heads(
        options.music, options.model, options.genres, parts=options.part, version=options.head_version,
        seed=options.seed, cache=options.cache, write=not options.dry_run, say=say,
    )  # fmt: skip
    return 0
