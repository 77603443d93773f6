"""Runs first in the packaged program: lets `ctypes.util.find_library` find what lies in the bundle (PortAudio)."""

import ctypes.util
import sys
from pathlib import Path


def _bundled_first(find):
    def find_library(name):
        found = sorted(Path(sys._MEIPASS).glob(f"lib{name}.so*")) if name else []
        return str(found[0]) if found else find(name)

    return find_library


if sys.platform.startswith("linux"):
    ctypes.util.find_library = _bundled_first(ctypes.util.find_library)
