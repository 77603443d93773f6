"""The option --head: a user head in place of the bundled one."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from mgc_desktop.cli.status import UsageError

if TYPE_CHECKING:
    from mgc_desktop.inference.user_heads import UserHead


def add_head_option(parser: argparse.ArgumentParser) -> None:
    """`--head NAME`."""
    parser.add_argument("--head", metavar="NAME", help="use a head of your own for the genres (see: mgc heads)")


def chosen_head(name: str | None) -> UserHead | None:
    """The requested head, without its labelled songs, since it is sent to other processes.

    Raises UsageError for an unknown name, HeadError for a damaged head.
    """
    from mgc_desktop.inference.user_heads import list_heads, load_head

    if name is None:
        return None
    if name not in (known := [entry.name for entry in list_heads()]):
        raise UsageError(f"there is no head named '{name}'. Choose one of: {', '.join(known) or 'none yet'}.")
    return replace(load_head(name), examples=())
