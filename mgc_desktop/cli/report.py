"""The output of `mgc analyze`: text, or JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any, Final

from mgc_desktop.cli.batch import BatchResult
from mgc_desktop.cli.output import complain, printable

_TOP: Final = 3


class Reporter:
    """Prints and counts results as they come. Warnings and, on a terminal, progress go to standard error."""

    def __init__(self, *, as_json: bool) -> None:
        self.songs = 0
        self.failed = 0
        self._as_json = as_json
        self._progress = sys.stderr.isatty()
        self._show_progress()

    def add(self, result: BatchResult) -> None:
        """Print one result."""
        self.songs += 1
        self.failed += result.error is not None
        self._clear()
        if self._as_json:
            print(json.dumps(json_object(result)), flush=True)
            self._warn(result)
        else:
            print("\n".join(map(printable, lines(result))), flush=True)
        self._show_progress()

    def end(self) -> None:
        """Remove the progress line; print how many failed."""
        self._clear()
        if self.failed:
            print(f"mgc: {self.failed} of {self.songs} failed", file=sys.stderr)

    def _warn(self, result: BatchResult) -> None:
        for warning in result.prediction.warnings if result.prediction else ():
            complain(f"{result.path}: {warning}")

    def _show_progress(self) -> None:
        if self._progress:
            failed = f", {self.failed} failed" if self.failed else ""
            print(f"\ranalysing ... {self.songs} done{failed}", end="", file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self._progress:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def json_object(result: BatchResult) -> dict[str, Any]:
    """The JSON object of one song; for a failed one all values are null or empty except path and error."""
    if result.prediction is not None:
        return result.prediction.to_json()
    keys = ("duration", "model", "vocabulary", "outcome", "genre", "confidence")
    nothing: dict[str, Any] = dict.fromkeys(keys)
    return {"path": str(result.path), **nothing, "genres": [], "tags": [], "segments": [], "error": result.error}


def lines(result: BatchResult) -> Iterator[str]:
    """The lines of text about one song."""
    prediction = result.prediction
    if prediction is None:
        yield str(result.path)
        yield _row("failed", result.error or "")
        return
    yield f"{result.path}  ({_clock(prediction.duration)})"
    if prediction.confidence > 0:
        ranking = ", ".join(f"{name} {probability:.0%}" for name, probability in prediction.ranked[:_TOP])
        yield _row(prediction.genre or prediction.outcome.value, f"{prediction.confidence:4.0%}   {ranking}")
    if prediction.tags:
        yield _row("tags", ", ".join(name for name, _ in prediction.tags))
    for warning in prediction.warnings:
        yield _row("note", warning)


def _row(head: str, text: str) -> str:
    return f"    {head:<14} {text}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
