"""Measure how good models, or a training run, are on music whose genres are known."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mgc_desktop.cli.training_options import add_dataset, add_work_folders, dataset_of, real, require_extra, say
from mgc_desktop.errors import MgcError

if TYPE_CHECKING:
    from mgc_desktop.training.datasets import Dataset

HELP = "measure models on music whose genres are known (needs the extra [train])"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `mgc evaluate`."""
    parser.add_argument("models", nargs="*", help="names of models (default: all that can be used, or the run's own)")
    add_dataset(parser)
    add_work_folders(parser)
    parser.add_argument("--run", dest="of_run", type=Path, metavar="RUN", help="the folder of a run of `mgc train`")
    parser.add_argument(
        "--part", choices=("train", "valid", "test", "all"),
        help="measure on this part of the run's split only (default with --run: test)",
    )  # fmt: skip
    parser.add_argument("--seconds", type=real(0.1, 1e6), help="take only so much, from the middle of each recording")
    parser.add_argument("--page", type=Path, help="write the results as Markdown here, with JSON beside it")
    parser.add_argument(
        "--publish", type=Path, metavar="MODELS", help="write the figures into the models of this folder"
    )
    parser.add_argument("--images", type=Path, help="folder for the figures (default: images beside the page)")


def run(options: argparse.Namespace) -> int:
    """Print accuracy and macro accuracy of each model, or all figures of a run; write the page if one is asked for."""
    require_extra()
    from mgc_desktop.training.commands.evaluate import part_of_run

    if options.part and not options.of_run:
        raise MgcError("--part needs the run whose split is meant: --run RUN.")
    _check_places(options)
    part = options.part or "test"
    dataset = dataset_of(options)
    if options.of_run and not options.models:
        return _measure_run(options, dataset, part)
    if options.of_run:
        dataset = part_of_run(options.of_run, dataset, part)
    return _measure_models(options, dataset)


def _check_places(options: argparse.Namespace) -> None:
    """MgcError if something could not be written in the end: measuring may take hours."""
    for path, option in ((options.output, "--output"), (options.images, "--images"), (options.publish, "--publish")):
        if path is not None and path.exists() and not path.is_dir():
            raise MgcError(f"{option} must be a folder, and this is a file.", path=path)
    if options.page is not None and options.page.is_dir():
        raise MgcError("--page must be a file such as results.md, and this is a folder.", path=options.page)


def _measure_run(options: argparse.Namespace, dataset: Dataset, part: str) -> int:
    from mgc_desktop.training.commands.evaluate import evaluate_run
    from mgc_desktop.training.run_report import NAMES, genre_lines

    if options.seconds:
        raise MgcError("--seconds is for models. A run is measured on whole recordings, as its training was.")
    if options.page or options.publish:
        raise MgcError("--page and --publish are for models. Make the run a model first, with mgc export-model.")
    figures = evaluate_run(options.of_run, dataset, part, options.cache, say)
    say(f"{figures['split']}: {figures['clips']} clips of {figures['who']}")
    for name in NAMES:
        value, low, high = figures[name]
        say(f"  {name.replace('_', ' '):<18}{value:.3f}  ({low:.3f} to {high:.3f})")
    say("\n".join(genre_lines(figures)))
    return 0


def _measure_models(options: argparse.Namespace, dataset: Dataset) -> int:
    from mgc_desktop.inference.registry import list_models
    from mgc_desktop.training.commands.evaluate import evaluate
    from mgc_desktop.training.product.publish import publish
    from mgc_desktop.training.results import write_results

    names = options.models or [entry.name for entry in list_models() if entry.usable]
    measured = evaluate(names, dataset, options.output or Path("evaluation"), seconds=options.seconds, say=say)
    for m in measured:
        (accuracy, low, high), macro = m.figures["accuracy"], m.figures["macro_accuracy"][0]
        counts = f"{m.figures['clips']} clips, {m.figures['artists']} artists"
        say(f"{m.name:<20} accuracy {accuracy:.3f} ({low:.3f} to {high:.3f}), macro {macro:.3f}; {counts}")
    if options.page:
        write_results(measured, options.page, options.images or options.page.parent / "images")
    if options.publish:
        say("\n".join(publish(measured, options.publish)))
    return 0
