"""The two places where a genre may be written."""

from __future__ import annotations

from enum import Enum


class Field(Enum):
    """`GENRE`: the genre field that all programs know. `SEPARATE`: this program's own field, in addition to it."""

    GENRE = "genre"
    SEPARATE = "MGC_GENRE"
