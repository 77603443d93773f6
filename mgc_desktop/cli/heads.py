"""List the heads that were trained in the window, and copy them to other computers.

    mgc heads                        list the heads with their own genres and accuracy
    mgc heads export NAME FILE       write one to a file
    mgc heads import FILE            import one; it can be used at once, and trained further
    mgc heads rename NAME NEW
    mgc heads delete NAME

A head is used with --head NAME by `mgc analyze` and `mgc tag`. Each head includes the bundled genres.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mgc_desktop.cli.output import printable
from mgc_desktop.cli.status import FAILED, OK, UsageError
from mgc_desktop.paths import data_dir

if TYPE_CHECKING:
    from mgc_desktop.library.store import LibraryStore

HELP = "list, export, import, rename and delete heads of your own"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The subcommands of `mgc heads`."""
    parser.set_defaults(do=_list)
    actions = parser.add_subparsers(metavar="ACTION")
    listing = actions.add_parser("list", help="list the heads (the default)")
    listing.set_defaults(do=_list)
    export = actions.add_parser("export", help="write a head to a file")
    export.add_argument("name", metavar="NAME")
    export.add_argument("file", type=Path, metavar="FILE")
    export.set_defaults(do=_export)
    import_head = actions.add_parser("import", help="import a head from a file")
    import_head.add_argument("file", type=Path, metavar="FILE")
    import_head.set_defaults(do=_import)
    rename = actions.add_parser("rename", help="rename a head")
    rename.add_argument("name", metavar="NAME")
    rename.add_argument("new", metavar="NEW")
    rename.set_defaults(do=_rename)
    delete = actions.add_parser("delete", help="delete a head and its labels")
    delete.add_argument("name", metavar="NAME")
    delete.add_argument("--yes", action="store_true", help="delete without asking")
    delete.set_defaults(do=_delete)


def run(options: argparse.Namespace) -> int:
    """Run the subcommand; `FAILED` if a head in the list cannot be used."""
    status: int = options.do(options)
    return status


def _list(_: argparse.Namespace) -> int:
    from mgc_desktop.inference.registry import base_model
    from mgc_desktop.inference.user_heads import list_heads
    from mgc_desktop.settings import HEAD, Settings

    entries = list_heads(base_model().identity)
    in_use = Settings()[HEAD]
    width = max((len(entry.name) for entry in entries), default=0)
    for entry in entries:
        if entry.reason is None and entry.head is not None:
            own = ", ".join(entry.head.adapter.own) or "corrections only"
            use = "  (in use)" if entry.name == in_use else ""
            print(printable(f"{entry.name:<{width}}  {own}  {_figures(entry.head.measured)}{use}"))
        else:
            print(printable(f"{entry.name:<{width}}  unusable: {entry.reason}"))
    if not entries:
        print("There are no heads yet. Train one in the Teach view of the window, or import one.")
    return OK if all(entry.reason is None for entry in entries) else FAILED


def _figures(measured: Mapping[str, Any]) -> str:
    """The accuracy, against the bundled head; a fixed text if the file has no figures."""
    try:
        if measured["songs"]:
            adapter, bundled = (f"{100 * float(measured[which]):.0f} %" for which in ("taught", "bundled"))
            songs, artists = int(measured["songs"]), int(measured["artists"])
            return f"{adapter} right (bundled head: {bundled}), {songs} songs of {artists} artists"
    except (KeyError, TypeError, ValueError):
        pass
    return "not measured"


def _export(options: argparse.Namespace) -> int:
    from mgc_desktop.inference.user_heads import load_head, write_head

    write_head(load_head(options.name), options.file)
    print(printable(f"The head '{options.name}' is in {options.file}."))
    return OK


def _import(options: argparse.Namespace) -> int:
    from mgc_desktop.heads.head_training import import_head

    with _store() as store:
        head = import_head(store, options.file)
    print(f"The head '{head.name}' can be used: --head \"{head.name}\"")
    return OK


def _rename(options: argparse.Namespace) -> int:
    from mgc_desktop.heads.head_training import rename
    from mgc_desktop.inference.user_heads import load_head
    from mgc_desktop.settings import HEAD, Settings

    load_head(options.name)
    with _store() as store:
        new = rename(store, options.name, options.new)
    settings = Settings()
    if settings[HEAD] == options.name:
        settings[HEAD] = new
        settings.save()
    print(f"The head '{options.name}' is now '{new}'.")
    return OK


def _delete(options: argparse.Namespace) -> int:
    from mgc_desktop.cli.confirm import confirmed, must_confirm
    from mgc_desktop.heads.head_training import delete
    from mgc_desktop.inference.user_heads import list_heads
    from mgc_desktop.settings import HEAD, Settings

    if options.name not in (known := [entry.name for entry in list_heads()]):  # damaged heads can be deleted too
        raise UsageError(f"there is no head named '{options.name}'. Choose one of: {', '.join(known) or 'none yet'}.")
    if must_confirm(yes=options.yes) and not confirmed(f"Delete the head '{options.name}' and its labels?"):
        return OK
    with _store() as store:
        delete(store, options.name)
    settings = Settings()
    if settings[HEAD] == options.name:
        settings[HEAD] = ""
        settings.save()
    print(f"The head '{options.name}' is deleted.")
    return OK


def _store() -> LibraryStore:
    from mgc_desktop.library.store import LibraryStore

    return LibraryStore(data_dir() / "library.db", check=False)
