"""What a write or an undo did, in words, with every file that was left alone and why."""

from __future__ import annotations

from PySide6.QtWidgets import QTextBrowser

from mgc_desktop.tags.writer import RunReport
from mgc_desktop.ui.views.library.words import number, songs


def headline(report: RunReport, *, undoing: bool) -> str:
    """7 songs were written; 2 were left alone."""
    done = "turned back" if undoing else "written"
    count = len(report.written)
    text = f"{songs(count)} {'was' if count == 1 else 'were'} {done}."
    if report.unchanged:
        text += f" {number(len(report.unchanged))} said so already."
    if report.refused:
        text += f" {number(len(report.refused))} could not be {done} and {_is(len(report.refused))} as before."
    if report.stopped:
        text += f" Stopped before the end: {report.stopped}"
    return text


def show_refused(view: QTextBrowser, report: RunReport) -> None:
    """Each reason once, with the files that it holds for."""
    reasons: dict[str, list[str]] = {}
    for refused in report.refused:
        reasons.setdefault(refused.reason, []).append(refused.path.name)
    view.setPlainText("\n\n".join(_told(reason, names) for reason, names in reasons.items()))
    view.setVisible(bool(reasons))


def _told(reason: str, names: list[str]) -> str:
    if len(names) == 1:
        return f"{names[0]}: {reason}"
    return f"{len(names)} files, each: {reason}\n    " + "\n    ".join(names)


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
