"""What the Confusion view says, in words."""

from __future__ import annotations

from typing import Final

from mgc_desktop.analysis.confusion import UNSURE, LibraryConfusion
from mgc_desktop.analysis.model_figures import ModelColumn, ModelFiguresRow
from mgc_desktop.inference.figures import Figures, Interval
from mgc_desktop.ui.views.library.words import number, songs
from mgc_desktop.ui.wording import joined, percent

NO_LIBRARY: Final = (
    "What the files say against what is heard",
    "Add the folders that your music is in, and listen to them. Where file and ear differ, a click lists the songs: "
    "the fastest way to wrong genres.",
)


def head_line(found: LibraryConfusion) -> str:
    """530 songs with both · 412 agree (78 %), 12 of them written by this program · 96 unsure."""
    matrix = found.matrix
    if not matrix.total:
        return ""
    agreeing = f"{number(matrix.agreeing)} agree ({percent(matrix.agreeing / matrix.total)})"
    written = f", {number(found.written)} of all tagged by this program" if found.written else ""
    unsure = int(matrix.counts[:, -1].sum())
    more = f"{number(unsure)} unsure" if unsure else None
    return joined(f"{songs(matrix.total)} with a genre in the file and heard", agreeing + written, more)


def cell_title(found: LibraryConfusion, row: int, column: int) -> str:
    """Jazz in the file, heard as Classical."""
    named, predicted = found.matrix.rows[row], found.matrix.columns[column]
    if predicted == UNSURE:
        return f"{named} in the file, heard without a verdict"
    if row == column:
        return f"{named} in the file, and heard"
    return f"{named} in the file, heard as {predicted}"


def nothing_to_compare(found: LibraryConfusion) -> tuple[str, str]:
    """Title and sentence where the matrix is empty: what is missing, and what to do."""
    if not found.songs_in_all:
        return NO_LIBRARY
    if not found.predicted:
        return (
            "Nothing was listened to yet",
            f"There are {songs(found.songs_in_all)} in the library. Let the program listen to them; then what their "
            "files say stands here against what is heard.",
        )
    if not found.tagged:
        return (
            "No file says a genre",
            "There is nothing to compare what was heard with. Review what was heard, and write it where it is right.",
        )
    return (
        "No song has both yet",
        "Those that have a genre in the file were not listened to. Listen to them, and they are compared here.",
    )


def figure(interval: Interval) -> str:
    """0.94."""
    return f"{interval.value:.2f}"


def span(interval: Interval) -> str:
    """0.88–0.99."""
    return f"{interval.low:.2f}–{interval.high:.2f}"


def measured_on(figures: Figures) -> str:
    """69 recordings of 24 artists: where they come from."""
    where = f": {figures.split}" if figures.split else ""
    return f"Measured on {number(figures.clips)} recordings of {number(figures.artists)} artists{where}."


def cost_line(figures: Figures) -> str:
    """672,158 parameters · 2.72 MB · 258 ms for a clip of 30 s, beside 64 ms for its sound."""
    cost = figures.cost
    if cost is None:
        return ""
    time = f"{cost.network_ms:.0f} ms for a clip of 30 s, beside {cost.sound_ms:.0f} ms for decoding and spectrogram"
    return joined(f"{number(cost.parameters)} parameters", f"{cost.megabytes:.2f} MB", time)


def cell_text(row: ModelFiguresRow, column: ModelColumn) -> str:
    """What stands in a cell of the comparison, without the interval."""
    if column is ModelColumn.MODEL:
        return row.name
    if column is ModelColumn.RESOLUTION:
        return row.resolution or "–"
    if row.figures is None:
        return "–"
    f, cost = row.figures, row.figures.cost
    match column:
        case ModelColumn.ACCURACY | ModelColumn.MACRO_ACCURACY | ModelColumn.MACRO_F1:
            interval = interval_of(row, column)
            return figure(interval) if interval else "–"
        case ModelColumn.CLIPS:
            return number(f.clips)
        case ModelColumn.ARTISTS:
            return number(f.artists)
        case ModelColumn.PARAMETERS:
            return number(cost.parameters) if cost else "–"
        case ModelColumn.MEGABYTES:
            return f"{cost.megabytes:.2f}" if cost else "–"
        case _:
            return f"{cost.network_ms:.1f}" if cost else "–"


def interval_of(row: ModelFiguresRow, column: ModelColumn) -> Interval | None:
    """The interval that a column shows, if it shows one."""
    if row.figures is None:
        return None
    return {
        ModelColumn.ACCURACY: row.figures.accuracy,
        ModelColumn.MACRO_ACCURACY: row.figures.macro_accuracy,
        ModelColumn.MACRO_F1: row.figures.macro_f1,
    }.get(column)
