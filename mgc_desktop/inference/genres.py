"""The ten genres of the report, in the order in which every model gives them."""

from __future__ import annotations

from typing import Final

GENRES: Final[tuple[str, ...]] = (
    "Alt Rock",
    "Ambient",
    "Classical",
    "Electro Rock",
    "Electronica",
    "Hard Rock",
    "Hip-Hop",
    "Jazz",
    "New Age",
    "World",
)
