"""The command line `mgc`: a thin layer on the core; imports no Qt.

Each command is a module with `HELP` (one line), `add_arguments(parser)` and `run(options) -> int`; `COMMANDS` lists
them. Modules that take long to import are imported inside functions, so that `mgc --version` answers at once.
"""

from mgc_desktop.cli.main import main

__all__ = ["main"]
