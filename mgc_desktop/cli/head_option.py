"""The option --head: a head that the user taught, in place of the bundled one."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from mgc_desktop.cli.status import UsageError

if TYPE_CHECKING:
    from mgc_desktop.inference.user_heads import UserHead


def add_head_option(parser: argparse.ArgumentParser) -> None:
    """`--head NAME`."""
    parser.add_argument("--head", metavar="NAME", help="name genres by a head that you taught (see: mgc heads)")


def chosen_head(name: str | None) -> UserHead | None:
    """The head that was asked for, without the songs that taught it: it goes to other processes.

    A name that no head has is a mistake of the call (UsageError); a head that is damaged is not (HeadError).
    """
    from mgc_desktop.inference.user_heads import list_heads, load_head

    if name is None:
        return None
    if name not in (known := [entry.name for entry in list_heads()]):
        raise UsageError(f"there is no head named '{name}'. Choose one of: {', '.join(known) or 'none yet'}.")
    return replace(load_head(name), examples=())
