"""List the vocabularies of genres: the bundled ones, yours, and for each which models can name its genres.

With a NAME its genres are listed, each with the broad genre that it belongs to and whether it was measured how well the
bundled model names it. Your own lie in the folder "vocabularies" of the program's configuration, one TOML file each.
With --json there is one object a vocabulary.
"""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from mgc_desktop.cli.output import complain, printable
from mgc_desktop.cli.status import FAILED, OK, UsageError

if TYPE_CHECKING:
    from mgc_desktop.inference.vocabulary import Vocabulary

HELP = "list the vocabularies of genres"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`mgc genres [NAME] [--json]`."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="list the genres of this vocabulary")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def run(options: argparse.Namespace) -> int:
    """Print the list; `FAILED` if a file of the user's cannot be read."""
    from mgc_desktop.errors import SettingsError
    from mgc_desktop.inference.vocabularies import list_vocabularies, load_vocabulary, user_files

    models = _models()
    known = {each.id: each for each in (*list_vocabularies(), *(each for some in models.values() for each in some))}
    if options.name is not None and options.name not in known:
        raise UsageError(f"there are no genres named '{options.name}'. Choose one of: {', '.join(known)}.")
    for vocabulary in known.values() if options.name is None else (known[options.name],):
        named_by = [model for model, some in models.items() if any(each.id == vocabulary.id for each in some)]
        if options.json:
            print(json.dumps({**vocabulary.to_dict(), "models": named_by}, ensure_ascii=False))
        else:
            _print(vocabulary, named_by, with_names=options.name is not None)
    damaged = False
    for path in user_files():
        try:
            load_vocabulary(path)
        except SettingsError as error:
            damaged = True
            complain(error)
    return FAILED if damaged else OK


def _models() -> dict[str, tuple[Vocabulary, ...]]:
    """The usable models, and for each the vocabularies for which it has a head."""
    from mgc_desktop.errors import MgcError
    from mgc_desktop.inference.registry import list_models, vocabularies

    found = {}
    for entry in list_models():
        if entry.usable:
            try:
                found[entry.name] = vocabularies(entry.name)
            except MgcError as error:
                complain(error)
    return found


def _print(vocabulary: Vocabulary, models: list[str], *, with_names: bool) -> None:
    kind = "genres" if vocabulary.kind == "genre" else "labels, several at once"
    number = f"{len(vocabulary)} {kind}, {len(vocabulary.measured)} of them measured"
    print(printable(f"{vocabulary.id}: {vocabulary.title or vocabulary.id} ({number})"))
    print(printable(f"    named by: {', '.join(models) or 'no model yet'}"))
    if not with_names:
        return
    width = max(map(len, vocabulary.names))
    for name in vocabulary.names:
        above = " > ".join(vocabulary.lineage(name)[:0:-1])
        measured = "measured" if name in vocabulary.measured else "not measured"
        print(printable(f"    {name:<{width}}  {measured:<12}  {above}").rstrip())
