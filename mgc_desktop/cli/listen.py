"""Name the genre of what is playing: from a microphone, a line input, or what the computer itself plays.

Every five seconds a line tells the time since the start, the genre of the last ten seconds and that of the last five
minutes; Ctrl-C ends it. Without --device it listens to what the computer plays, or where that cannot be had to the
system's own input. Nothing is recorded.

With --json each line is an object with the keys time, seconds, source, model, vocabulary, now and recent; the last
two are null in silence, else they have outcome ("genre", "unsure" or "none of these"), genre (null unless the outcome
is one), confidence, genres and tags.
Exit status: 0 after Ctrl-C or the seconds asked for, 1 if there is no such source or it goes away, 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import json
import math
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from mgc_desktop.cli.genres_option import add_genres_option, chosen_genres
from mgc_desktop.cli.head_option import add_head_option, chosen_head
from mgc_desktop.cli.interrupt import cancelled_by_interrupt
from mgc_desktop.cli.model_option import add_model_option, chosen_model
from mgc_desktop.cli.output import complain, printable
from mgc_desktop.cli.status import FAILED, OK

if TYPE_CHECKING:
    from mgc_desktop.capture.analysis import LiveState
    from mgc_desktop.capture.source import Source
    from mgc_desktop.inference.classifier import Classifier
    from mgc_desktop.inference.pooling import SongVerdict
    from mgc_desktop.pipeline import MelBlock

HELP = "name the genre of what is playing now"

_EVERY: Final = 5.0  # seconds between two lines
_KINDS: Final = {"computer": "what the computer plays", "input": "input"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `mgc listen`."""
    parser.add_argument("--device", metavar="NAME", help="the source, by its name or a part of it (see --list)")
    parser.add_argument("--list", action="store_true", help="list the sources and end")
    parser.add_argument("--seconds", type=_seconds, metavar="N", help="end after so many seconds")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    add_model_option(parser)
    add_genres_option(parser)
    add_head_option(parser)


def run(options: argparse.Namespace) -> int:
    """List the sources, or listen to one."""
    from mgc_desktop.capture.sources import find_source

    if options.list:
        return _list(as_json=options.json)
    model, head = chosen_model(options.model), chosen_head(options.head)
    genres = chosen_genres(options.genres, model)
    source = find_source(options.device)
    from mgc_desktop.capture.listen import listen
    from mgc_desktop.inference.registry import load

    classifier = load(model, vocabulary=genres, head=head)
    lines = _Lines(source, classifier, as_json=options.json)
    if not options.json:
        complain(f"listening to {source.name} ({_KINDS[source.kind]}). Ctrl-C ends it.")
    with cancelled_by_interrupt(second_raises=True) as cancel:
        state = listen(source, classifier, cancel, lines, seconds=options.seconds)
    lines.last(state)
    return OK


def _list(*, as_json: bool) -> int:
    from mgc_desktop.capture.sources import list_sources, missing_computer_sound

    sources = list_sources()
    for source in sources:
        if as_json:
            print(json.dumps({"id": source.id, "name": source.name, "kind": source.kind, "default": source.default}))
        else:
            print(printable(f"{source.name}  ({_KINDS[source.kind]}{', default' if source.default else ''})"))
    if not sources:
        complain("no microphone and no other source of sound was found. Connect one.")
    if missing := missing_computer_sound(sources):
        complain(missing)
    return OK if sources else FAILED


class _Lines:
    """Prints what is known, from time to time."""

    def __init__(self, source: Source, classifier: Classifier, *, as_json: bool) -> None:
        self._source = source
        self._classifier = classifier
        self._as_json = as_json
        self._next = _EVERY

    def picture(self, block: MelBlock) -> None:
        """There is no picture on a terminal."""

    def state(self, state: LiveState) -> None:
        """What is known now."""
        if state.seconds >= self._next:
            self._next = (state.seconds // _EVERY + 1) * _EVERY
            self._print(state)

    def last(self, state: LiveState) -> None:
        """What is known in the end."""
        if state.seconds:
            self._print(state)
        if state.lost_seconds >= 1:
            complain(f"{state.lost_seconds:.0f} seconds of sound were lost: the computer was too busy")

    def _print(self, state: LiveState) -> None:
        if self._as_json:
            print(json.dumps(self._object(state)), flush=True)
            return
        minutes, seconds = divmod(round(state.seconds), 60)
        print(
            printable(f"{minutes}:{seconds:02}   now: {_words(state.now):<24} last minutes: {_words(state.recent)}"),
            flush=True,
        )

    def _object(self, state: LiveState) -> dict[str, Any]:
        return {
            "time": datetime.now().astimezone().isoformat(timespec="seconds"),
            "seconds": round(state.seconds, 3),
            "source": self._source.name,
            "model": self._classifier.name,
            "vocabulary": self._classifier.vocabulary.id,
            "now": self._verdict(state.now),
            "recent": self._verdict(state.recent),
        }

    def _verdict(self, verdict: SongVerdict | None) -> dict[str, Any] | None:
        if verdict is None:
            return None
        named = zip(self._classifier.genres, verdict.probabilities.tolist(), strict=True)
        ranked = sorted(named, key=lambda pair: -pair[1])
        return {
            "outcome": verdict.outcome.value,
            "genre": verdict.genre,
            "confidence": round(verdict.confidence, 6),
            "genres": [{"name": name, "probability": round(share, 6)} for name, share in ranked],
            "tags": [{"name": name, "probability": round(share, 6)} for name, share in verdict.tags],
        }


def _words(verdict: SongVerdict | None) -> str:
    if verdict is None:
        return "silence"
    return f"{verdict.genre or verdict.outcome.value} {verdict.confidence:.0%}"


def _seconds(text: str) -> float:
    value = float(text)
    if not (math.isfinite(value) and value > 0):
        raise argparse.ArgumentTypeError("give a number of seconds above 0")
    return value
