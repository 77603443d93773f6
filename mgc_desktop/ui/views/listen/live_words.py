"""What the page of live input says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from mgc_desktop.inference.decision import Outcome
from mgc_desktop.ui.wording import NO_VERDICT, UNSURE, Verdict, clock, heard_by, joined, percent

if TYPE_CHECKING:
    from mgc_desktop.capture.analysis import LiveState
    from mgc_desktop.capture.source import Source
    from mgc_desktop.inference.pooling import SongVerdict
    from mgc_desktop.workers.live_service import LiveSession

KINDS: Final = {"computer": "what the computer plays", "input": "microphone or line input"}
_SILENT_SECONDS: Final = 5.0  # of exact zeros, after which silence is told
_SILENT: Final = {
    "computer": "nothing is playing",
    "input": "only silence arrives: is it switched on, and may this program use it?",
}
STARTING: Final = Verdict("Listening…", None, "the first verdict takes some seconds")
_SILENCE: Final = Verdict("Silence", None, "nothing to name a genre by")


def bar_text(source: Source) -> str:
    """What the player bar says while a source is listened to."""
    return f"Live: {source.name}"


def header_line(session: LiveSession, state: LiveState | None, *, running: bool) -> str:
    """live · what the computer plays · since 21:35 · 0:42."""
    seconds, lost = (state.seconds, state.lost_seconds) if state is not None else (0.0, 0.0)
    silent = running and state is not None and state.silent_seconds >= _SILENT_SECONDS
    return joined(
        "live" if running else "stopped",
        _SILENT[session.source.kind] if silent else KINDS[session.source.kind],
        f"since {session.started:%H:%M}",
        clock(seconds),
        f"{lost:.0f} s lost, the computer was too busy" if lost >= 1 else None,
    )


def recent_verdict(session: LiveSession, state: LiveState | None, *, running: bool) -> Verdict:
    """The verdict on the last minutes."""
    if state is None or state.recent is None:
        silent = state is not None and state.silent_seconds >= _SILENT_SECONDS
        return _SILENCE if silent or (state is not None and not running) else STARTING if running else NO_VERDICT
    found = state.recent
    by = heard_by(session.model, session.model_version)
    if found.outcome is Outcome.NONE:
        return Verdict("None of these", None, joined("like nothing the model knows", by))
    if found.genre is None:
        best = session.genres[int(found.probabilities.argmax())]
        return Verdict(UNSURE, None, joined(f"most like {best}, {percent(found.confidence)}", by))
    return Verdict(found.genre, found.genre, joined(_sure(found.confidence), by))


def now_words(found: SongVerdict | None, genres: Sequence[str], *, running: bool) -> str:
    """The verdict on the last seconds, in a few words."""
    if found is None:
        return "…" if running else ""
    if found.outcome is Outcome.NONE:
        return "none of these"
    if found.genre is None:
        return f"unsure, most like {genres[int(found.probabilities.argmax())]}"
    return joined(found.genre, _sure(found.confidence))


def _sure(confidence: float) -> str:
    return f"{percent(confidence)} sure" if confidence < 0.995 else "over 99 % sure"
