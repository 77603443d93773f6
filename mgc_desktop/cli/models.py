"""List the models, take in networks that others made, and remove these again.

    mgc models                       the models there are, and why one cannot be used
    mgc models import FILE|FOLDER    take in an ONNX network with the description beside it, or all in a folder
    mgc models remove NAME           delete an imported model, or an imported head of one

docs/models-from-outside.md says which networks can be imported and what stands beside them. Nothing is downloaded.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mgc_desktop.cli.output import complain, printable
from mgc_desktop.cli.status import FAILED, OK, UsageError

if TYPE_CHECKING:
    from mgc_desktop.inference.metadata import ModelMetadata

HELP = "list, import and remove models"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `mgc models` does."""
    parser.set_defaults(do=_list)
    actions = parser.add_subparsers(metavar="ACTION")
    actions.add_parser("list", help="the models there are (the default)").set_defaults(do=_list)
    taking = actions.add_parser("import", help="take in an ONNX network, or all in a folder")
    taking.add_argument("path", type=Path, metavar="FILE|FOLDER")
    taking.add_argument("--name", metavar="NAME", help="how the model is to be called here")
    taking.set_defaults(do=_import)
    removing = actions.add_parser("remove", help="delete an imported model or head")
    removing.add_argument("name", metavar="NAME")
    removing.set_defaults(do=_remove)


def run(options: argparse.Namespace) -> int:
    """Do what was asked; `FAILED` if a model in the list cannot be used, or one was not imported."""
    status: int = options.do(options)
    return status


def _import(options: argparse.Namespace) -> int:
    from mgc_desktop.model_import.importing import ImportFailedError, candidates, import_model

    found = candidates(options.path)
    if options.name is not None and len(found) > 1:
        raise UsageError("--name goes with one network; this folder has several")
    failed = 0
    for candidate in found:
        try:
            taken = import_model(candidate, options.name)
        except ImportFailedError as error:
            complain(error)
            failed += 1
            continue
        where = f" as a head of {taken.on}" if taken.on else ""
        names = "1 name" if taken.names == 1 else f"{taken.names} names"
        print(printable(f"{taken.name}: imported{where}, {names}. Not measured here."))
        print(printable(f"  Its author claims: {taken.claims}"))
    return FAILED if failed else OK


def _remove(options: argparse.Namespace) -> int:
    from mgc_desktop.model_import.importing import remove_model
    from mgc_desktop.settings import MODEL, Settings

    print(printable(remove_model(options.name)))
    if Settings()[MODEL] == options.name:
        print("It was the model in use. Choose another one: Models in the window, or --model.")
    return OK


def _list(_: argparse.Namespace) -> int:
    from mgc_desktop.inference.registry import list_models
    from mgc_desktop.settings import MODEL, Settings

    chosen = Settings()[MODEL]
    entries = list_models()
    width = max((len(entry.name) for entry in entries), default=0)
    for entry in entries:
        if entry.usable and entry.metadata is not None:
            meta = entry.metadata
            use = "  (in use)" if entry.name == chosen else ""
            said = _outside(meta) if meta.imported else f"{meta.resolution:<9}  {_figures(meta.figures)}"
            print(printable(f"{entry.name:<{width}}  {meta.role:<8}  {said}{use}"))
        else:
            print(printable(f"{entry.name:<{width}}  unusable  {entry.reason}"))
    if any(entry.usable for entry in entries):
        print("\nrole: default, offered, or exhibit (too weak to tag with). The measurements are described in")
        print("each model's MODEL_CARD.md; differences within the 95 % intervals are not significant.")
    return OK if entries and all(entry.usable for entry in entries) else FAILED


def _outside(meta: ModelMetadata) -> str:
    """What there is to say of an imported model: nobody measured it here, and what its author claims."""
    heads = f"; heads: {', '.join(meta.heads)}" if meta.heads else ""
    measured = f"{_figures(meta.figures)}" if meta.figures else "not measured here"
    return f"imported   {measured}; {len(meta.vocabulary)} names{heads}; its author claims: {meta.claims}"


def _figures(measured: Mapping[str, Any]) -> str:
    """Accuracy with its interval, and the size of the test set; a hint if the figures are of another kind."""
    try:
        value, low, high = measured["macro_accuracy"]
        clips, artists = measured["clips"], measured["artists"]
    except (KeyError, TypeError, ValueError):
        return "see its card"
    return f"macro accuracy {value:.2f} ({low:.2f}-{high:.2f}), {clips} clips of {artists} artists"
