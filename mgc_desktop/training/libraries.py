"""Imports of libraries that keep caches: never elsewhere in the home folder than in the program's own cache folder.

What the user's environment says (`MPLCONFIGDIR`, `NUMBA_CACHE_DIR`) comes first.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mgc_desktop.paths import cache_dir


def import_pyplot() -> Any:
    """matplotlib's `pyplot`, drawing into files, never on a screen. Raises ImportError."""
    os.environ.setdefault("MPLCONFIGDIR", str(cache_dir() / "matplotlib"))
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot


def import_umap() -> Any:
    """The class `umap.UMAP`. Raises ImportError.

    Numba keeps what it compiled of it beside the library's own files, as Python does; where these may not be written
    it would take a folder in the home folder.
    """
    found = find_spec("umap")
    if found is not None and found.origin is not None and not os.access(Path(found.origin).parent, os.W_OK):
        os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_dir() / "numba"))
    from umap import UMAP

    return UMAP
