"""The option --genres: which vocabulary a command names genres by."""

from __future__ import annotations

import argparse

from mgc_desktop.cli.status import UsageError


def add_genres_option(parser: argparse.ArgumentParser) -> None:
    """`--genres NAME`."""
    parser.add_argument(
        "--genres",
        metavar="NAME",
        help="which genres to name (default: those chosen in the program; see: mgc genres)",
    )


def chosen_genres(name: str | None, model: str) -> str | None:
    """The id of the vocabulary that was asked for; without one that of the settings if the model has a head for it,
    else None for the model's own.

    A name for which the model has no head is a mistake of the call (UsageError); ModelError if the model cannot be
    used.
    """
    from mgc_desktop.inference.registry import vocabularies
    from mgc_desktop.settings import VOCABULARY, Settings

    wanted = name or Settings()[VOCABULARY]
    if not wanted:
        return None
    known = [vocabulary.id for vocabulary in vocabularies(model)]
    if wanted in known:
        return wanted
    if name is None:
        return None
    raise UsageError(f"the model '{model}' names no genres called '{name}'. Choose one of: {', '.join(known)}.")
