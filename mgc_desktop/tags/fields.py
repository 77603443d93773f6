"""The two places where a genre may be written."""

from __future__ import annotations

from enum import Enum


class Field(Enum):
    """`GENRE`: the genre field that all programs know. `SEPARATE`: a field of this program's own beside it."""

    GENRE = "genre"
    SEPARATE = "MGC_GENRE"
