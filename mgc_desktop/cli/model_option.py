"""The option --model."""

from __future__ import annotations

import argparse

from mgc_desktop.cli.status import UsageError


def add_model_option(parser: argparse.ArgumentParser) -> None:
    """`--model NAME`."""
    parser.add_argument(
        "--model", metavar="NAME", help="the model (default: the one chosen in the program; see: mgc models)"
    )


def chosen_model(name: str | None) -> str:
    """The requested model, without a name the one in the program's settings.

    Raises UsageError for an unknown name.
    """
    from mgc_desktop.inference.registry import list_models
    from mgc_desktop.settings import MODEL, Settings

    if name is None:
        return Settings()[MODEL]
    if name not in (known := [entry.name for entry in list_models()]):
        raise UsageError(f"there is no model named '{name}'. Choose one of: {', '.join(known)}.")
    return name
