"""The ten genres of the report, in the order in which the report's networks give them (`report.toml` says more)."""

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
