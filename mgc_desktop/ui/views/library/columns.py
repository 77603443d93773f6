"""The columns of the library's table: what they are called, how wide they are, what they sort by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from mgc_desktop.library.query import Sort


@dataclass(frozen=True, slots=True)
class ColumnKind:
    """`width`: pixels; `share`: of what the fixed ones leave, 0 for those. `keeps`: it cannot be hidden."""

    title: str
    name: str
    width: int
    sort: Sort | None
    share: float = 0.0
    keeps: bool = False


class Column(Enum):
    """In the order in which they stand."""

    TICK = ColumnKind("", "Take into the review", 44, None, keeps=True)
    TITLE = ColumnKind("Title", "Title", 160, Sort.TITLE, 0.42, keeps=True)
    ARTIST = ColumnKind("Artist", "Artist", 90, Sort.ARTIST, 0.29)
    ALBUM = ColumnKind("Album", "Album", 90, Sort.ALBUM, 0.29)
    LENGTH = ColumnKind("Length", "Length", 68, Sort.DURATION)
    GENRE = ColumnKind("In the file", "Genre in the file", 136, Sort.GENRE)
    HEARD = ColumnKind("Heard", "Heard genre", 122, Sort.HEARD)
    SURE = ColumnKind("Sure", "How sure", 118, Sort.CONFIDENCE)
    STATE = ColumnKind("State", "State", 116, Sort.STATE)

    @property
    def position(self) -> int:
        """Its number."""
        return _POSITIONS[self]


COLUMNS: Final = tuple(Column)
_POSITIONS: Final = {column: position for position, column in enumerate(COLUMNS)}
_GIVES_WAY: Final = Column.ALBUM  # where there is no room for all


def by_sort(sort: Sort) -> Column | None:
    """The column that sorts so."""
    return next((column for column in COLUMNS if column.value.sort is sort), None)


def widths(room: int, hidden: Collection[Column], chosen: Mapping[Column, int]) -> dict[Column, int]:
    """The columns to show and their widths in `room` pixels; `chosen` are those that the user drew."""
    shown = [column for column in COLUMNS if column not in hidden]
    fixed = {c: chosen.get(c, c.value.width) for c in shown if not c.value.share or (c in chosen and not c.value.keeps)}
    elastic = [column for column in shown if column not in fixed]
    left = room - sum(fixed.values())
    if _GIVES_WAY in elastic and left < sum(column.value.width for column in elastic):
        return widths(room, {*hidden, _GIVES_WAY}, chosen)
    total = sum(column.value.share for column in elastic)
    spare = max(0, left - sum(column.value.width for column in elastic))
    for column in elastic[1:]:
        fixed[column] = column.value.width + int(spare * column.value.share / total)
    rest = room - sum(fixed.values())
    return {c: fixed.get(c, max(c.value.width, rest)) for c in shown}
