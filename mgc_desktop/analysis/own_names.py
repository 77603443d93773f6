"""The user's own names for the genres, as the review writes them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from mgc_desktop.errors import SettingsError
from mgc_desktop.tags.genre_mapping import load_genre_mapping

_log = logging.getLogger(__name__)


def own_names(path: str) -> Mapping[str, tuple[str, ...]]:
    """The names in the vocabulary file `path`, by genre; none without a file or if it cannot be read: the review, where
    it is chosen, reports that error."""
    if not path:
        return {}
    try:
        return load_genre_mapping(Path(path)).mapping
    except SettingsError as error:
        _log.info("%s", error)
        return {}
