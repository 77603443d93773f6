"""`python -m mgc_desktop.cli`: the command `mgc`, for the window, which starts it with its own interpreter."""

import sys

from mgc_desktop.cli.main import main

if __name__ == "__main__":  # spawned workers import this module too
    sys.exit(main())
