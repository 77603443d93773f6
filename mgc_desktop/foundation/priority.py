"""The priority of this process for the system's scheduler."""

from __future__ import annotations

import os
import sys
from typing import Final

_NICENESS: Final = 10
_BELOW_NORMAL: Final = 0x4000  # BELOW_NORMAL_PRIORITY_CLASS


def lower_priority() -> None:
    """Let other processes go before this one, where the system allows it."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), _BELOW_NORMAL)
    else:
        os.nice(_NICENESS)
