"""The ten genres of the report, in the order of the report's networks (details are in `report.toml`)."""

from __future__ import annotations

from typing import Final

REPORT_GENRES: Final[tuple[str, ...]] = (
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
GENRES: Final = REPORT_GENRES
