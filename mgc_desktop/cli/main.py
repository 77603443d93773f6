"""The entry point: finds the command, runs it, and turns errors into a sentence and an exit status."""

from __future__ import annotations

import argparse
import importlib
import io
import logging
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Final

from mgc_desktop import __version__
from mgc_desktop.cli.output import complain
from mgc_desktop.cli.status import FAILED, INTERRUPTED, WRONG_USAGE, UsageError
from mgc_desktop.errors import MgcError
from mgc_desktop.log import TerminalFormatter

# Name on the command line -> module in this package.
COMMANDS: Final[dict[str, str]] = {
    "analyze": "analyze",
    "listen": "listen",
    "tag": "tag",
    "runs": "runs",
    "undo": "undo",
    "genres": "genres",
    "models": "models",
    "heads": "heads",
    "train": "train",
    "evaluate": "evaluate",
    "fit-head": "fit_head",
    "explore": "explore",
    "export": "export",
    "export-model": "export_model",
    "self-test": "self_test",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run `mgc` with these arguments (default: those of the process); returns the exit status."""
    _write_any_name()
    if logging.lastResort is not None:  # prints warnings where no log was set up
        logging.lastResort.setFormatter(TerminalFormatter("mgc: %(message)s"))
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        options = _parser(arguments).parse_args(arguments)
        status: int = options.run(options)
        sys.stdout.flush()
    except SystemExit as stop:  # argparse has printed the reason
        return stop.code if isinstance(stop.code, int) else WRONG_USAGE
    except UsageError as error:
        complain(error)
        return WRONG_USAGE
    except MgcError as error:
        complain(error)
        return FAILED
    except KeyboardInterrupt:
        print("mgc: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of the output, such as `head`, has ended
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter's own flush must not fail
        return FAILED
    return status


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser; only the called command is imported, or all of them for the help."""
    parser = argparse.ArgumentParser(prog="mgc", description="Name the genre of music, offline.")
    parser.add_argument("--version", action="version", version=f"mgc {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    called = next((argument for argument in arguments if not argument.startswith("-")), None)
    asks_for_version = called is None and "--version" in arguments
    for name in () if asks_for_version else [called] if called in COMMANDS else COMMANDS:
        module = _module(name)
        command = commands.add_parser(name, help=module.HELP, description=module.__doc__)
        command.formatter_class = argparse.RawDescriptionHelpFormatter
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{__package__}.{COMMANDS[name]}")


def _write_any_name() -> None:
    """Let streams write characters that the terminal's encoding does not have, such as in file names."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
