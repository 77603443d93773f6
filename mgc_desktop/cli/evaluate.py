"""Measure how good models are on music whose genres are known."""

from __future__ import annotations

import argparse
from pathlib import Path

from mgc_desktop.cli.training_options import add_dataset, add_work_folders, dataset_of, require_extra

HELP = "measure models on music whose genres are known (needs the extra [train])"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `mgc evaluate`."""
    parser.add_argument("models", nargs="*", help="names of models (default: all that can be used)")
    add_dataset(parser)
    add_work_folders(parser)
    parser.add_argument("--seconds", type=float, help="hear only so much, from the middle of each recording")
    parser.add_argument("--page", type=Path, help="write the results as Markdown here, with JSON beside it")
    parser.add_argument(
        "--publish", type=Path, metavar="MODELS", help="write the figures into the models of this folder"
    )
    parser.add_argument("--images", type=Path, help="folder for the figures (default: images beside the page)")


def run(options: argparse.Namespace) -> int:
    """Print accuracy and macro accuracy of each model; write the page if one is asked for."""
    require_extra()
    from mgc_desktop.inference.registry import list_models
    from mgc_desktop.training.evaluate import evaluate
    from mgc_desktop.training.product.publish import publish
    from mgc_desktop.training.results import write_results

    names = options.models or [entry.name for entry in list_models() if entry.usable]
    measured = evaluate(names, dataset_of(options), options.output or Path("evaluation"), seconds=options.seconds)
    for m in measured:
        (accuracy, low, high), macro = m.figures["accuracy"], m.figures["macro_accuracy"][0]
        counts = f"{m.figures['clips']} clips, {m.figures['artists']} artists"
        print(f"{m.name:<20} accuracy {accuracy:.3f} ({low:.3f} to {high:.3f}), macro {macro:.3f}; {counts}")
    if options.page:
        write_results(measured, options.page, options.images or options.page.parent / "images")
    if options.publish:
        print(*publish(measured, options.publish), sep="\n")
    return 0
