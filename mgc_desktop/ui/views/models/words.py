"""What the Models view says, and the numbers that it saves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mgc_desktop.analysis.model_comparison import Agreement, AgreementSegment, Comparison, Dispute
from mgc_desktop.inference.figures import Figures
from mgc_desktop.inference.prediction import TrackPrediction
from mgc_desktop.library.progress import JobProgress, JobReport
from mgc_desktop.notice import Notice
from mgc_desktop.ui.views.library.words import number, remaining, songs
from mgc_desktop.ui.views.models.genre_table import Badge, Cell
from mgc_desktop.ui.widgets.spectrogram.scales import time_label
from mgc_desktop.ui.wording import clock, joined, percent
from mgc_desktop.workers.model_importer import ImportReport

Table = tuple[Sequence[str], Sequence[Sequence[Any]]]

ROLES = {
    "default": "Default",
    "offered": "To choose",
    "exhibit": "Exhibit of the report: too weak to tag with",
}


def figures_line(figures: Figures | None, claims: str = "") -> str:
    """Right 94 % (88 to 99 %) · macro accuracy 0.92 · 69 recordings by 24 artists."""
    if figures is None:
        return joined("Not measured here", f"its author claims: {claims}") if claims else "Not measured yet"
    right = figures.accuracy
    return joined(
        f"{percent(right.value)} right ({100 * right.low:.0f} to {percent(right.high)})",
        f"macro accuracy {figures.macro_accuracy.value:.2f}",
        f"{figures.clips} recordings by {figures.artists} artists",
        f"{figures.cost.network_ms:.0f} ms for 30 s" if figures.cost else None,
    )


def import_notice(report: ImportReport) -> Notice:
    """What was taken in and what was not."""
    names = ", ".join(taken.name for taken in report.taken)
    reasons = " ".join(str(error) for error in report.failed[:3])
    if not report.failed:
        what = "It is in the list, and not measured here." if len(report.taken) == 1 else "They are in the list."
        return Notice(f"Imported: {names}", what, problem=False)
    if not report.taken:
        return Notice("Not imported", reasons)
    return Notice(f"Imported: {names}; refused: {len(report.failed)}", reasons)


def agreement_line(agreement: Agreement, models: int) -> str:
    """All 3 agree for 71 % of the song · they differ in 4 places."""
    if models < 2:
        return ""
    agreed = float((agreement.agreement == 1).mean())
    ends = {stretch.end for stretch in agreement.disputes}
    places = sum(stretch.start not in ends for stretch in agreement.disputes)  # those that touch are one place
    where = f"they differ in {places} place{'' if places == 1 else 's'}" if places else None
    return joined(f"All {models} agree for {percent(agreed)} of the song", where)


def stretch_cells(stretch: AgreementSegment) -> list[Cell]:
    """0:12.0 to 0:31.5, and what each model hears there."""
    seconds = f"{time_label(stretch.start, 1)} to {time_label(stretch.end, 1)}"
    return [seconds, *badges(stretch.genres)]


def dispute_cells(dispute: Dispute) -> list[Cell]:
    """Title, artist, how far apart, and each model's genre."""
    return [dispute.song.name, dispute.song.artist or "", percent(dispute.distance), *badges(dispute.genres)]


def badges(genres: Sequence[str | None]) -> list[Cell]:
    """Genres as pills; those that stand alone against most others are quiet."""
    named = [genre for genre in genres if genre is not None]
    most = max((named.count(genre) for genre in named), default=0)
    return [Badge(genre, quiet=genre is not None and 1 == named.count(genre) < most) for genre in genres]


def library_line(found: Comparison) -> str:
    """What is known: 240 songs · musicnn heard 240 · cnn-full heard 12."""
    predicted = (f"{name} heard {number(count)}" for name, count in zip(found.models, found.predicted, strict=True))
    return joined(songs(found.songs), *predicted)


def why_nothing(found: Comparison) -> str:
    """Why there is no song on which models disagree."""
    if not any(found.common[i, j] for i in range(len(found.models)) for j in range(i)):
        return "No song was heard by two of these models yet. Press Listen: it goes on in the background."
    return "On every song that they heard, these models agree."


def progress_line(progress: JobProgress) -> str:
    """Listening to Confession · 8 of 12 · 90 songs a minute · 1 min left."""
    return joined(
        f"Listening to {progress.now.name}" if progress.now else "Getting ready to listen",
        f"{number(progress.done)} of {number(progress.total)}",
        f"{number(progress.failed)} failed" if progress.failed else None,
        f"{progress.per_minute:,.0f} songs a minute" if progress.per_minute >= 1 else None,
        remaining(progress.remaining) if progress.remaining is not None else None,
    )


def outcome(report: JobReport | None) -> str:
    """How a run ended."""
    if report is None:
        return "Stopped. What was heard so far is kept."
    failed = f"{number(report.failed)} could not be read" if report.failed else None
    return joined("Every model has heard every song", failed)


def agreement_table_of(predictions: Mapping[str, TrackPrediction]) -> Table:
    """For a CSV file: a segment of a model a row."""
    rows = [
        (name, clock(segment.start, tenths=True), round(segment.start, 3), round(segment.end, 3), segment.genre, genre,
         round(share, 5))
        for name, prediction in predictions.items()
        for segment in prediction.timeline
        for genre, share in segment.probabilities.items()
    ]  # fmt: skip
    return ("model", "time", "start", "end", "leading", "genre", "probability"), rows


def disputes_table(found: Comparison) -> Table:
    """For a CSV file: a song a row."""
    rows = [
        (dispute.song.name, dispute.song.artist or "", str(dispute.song.path), round(dispute.distance, 4),
         *(genre or "" for genre in dispute.genres))
        for dispute in found.disputes
    ]  # fmt: skip
    return ("title", "artist", "path", "distance", *found.models), rows
