"""Which stretch of the song is in sight: plain state, free of Qt."""

from __future__ import annotations

from typing import Final, Literal

Mode = Literal["follow", "overview"]

FOLLOW_SPAN: Final = 15.0  # seconds in sight in follow mode until somebody zooms
FOLLOW_AT: Final = 0.7  # where the cursor stands in follow mode: most of the picture is what was just heard
SHORTEST: Final = 1.0  # seconds: as far as one can zoom in
COLUMNS_AT_LEAST: Final = 16  # the coarse picture of a very long song is not blown up further than this


class TimeWindow:
    """The stretch `start, span` in seconds, from the mode, the zoom and the moment now.

    `overview` shows the whole song or, zoomed, a part of it, whose pages turn when the cursor leaves them. `follow`
    keeps the cursor in its place and lets the song pass by; at both ends of the song the cursor moves instead.
    """

    def __init__(self) -> None:
        self.mode: Mode = "follow"
        self.column_seconds = 0.0  # of the picture: what there is to see
        self._duration = 0.0
        self._position = 0.0
        self._follow_span = FOLLOW_SPAN
        self._page: tuple[float, float] | None = None  # of the overview; None is the whole song
        self._held: tuple[float, float] | None = None

    @property
    def duration(self) -> float:
        """Seconds of the song; 0 when there is none."""
        return self._duration

    @property
    def position(self) -> float:
        """The moment now, in seconds."""
        return self._position

    @property
    def is_whole(self) -> bool:
        """Whether all of the song is in sight."""
        return self.window()[1] >= self._duration

    def restart(self, duration: float) -> None:
        """Another song: from its beginning, all of it in overview."""
        self._duration, self._position, self._page, self._held = duration, 0.0, None, None

    def lengthen(self, duration: float) -> None:
        """The song turns out to be of another length."""
        self._duration = duration

    def window(self) -> tuple[float, float]:
        """Start and span of what is in sight."""
        if self._held:
            return self._held
        if self.mode == "follow":
            span = min(self._follow_span, self._duration)
            return self._within(self._position - FOLLOW_AT * span, span)
        return self._within(*self._page) if self._page else (0.0, self._duration)

    def move_to(self, position: float) -> None:
        """The moment now is another one; in a zoomed overview a page turns if the cursor left it."""
        before, self._position = self._position, min(max(0.0, position), self._duration)
        if self._page and self.mode == "overview" and not self._held:
            start, span = self._page
            if start <= before <= start + span and not start <= self._position <= start + span:
                self._page = self._within(self._position - 0.05 * span, span)

    def zoom(self, factor: float, around: float) -> None:
        """Show `factor` times fewer seconds, with the moment `around` (follow mode: with now) in its place."""
        start, span = self.window()
        shortest = max(SHORTEST, COLUMNS_AT_LEAST * self.column_seconds)
        fresh = min(max(span / factor, shortest), self._duration)
        if self.mode == "follow":
            self._follow_span = max(fresh, shortest)
        elif fresh >= self._duration:
            self._page = None
        else:
            self._page = self._within(around - (around - start) * fresh / span, fresh)

    def pan(self, seconds: float) -> None:
        """Look elsewhere; follow mode ends, because it would pull the picture back at once."""
        start, span = self.window()
        if span < self._duration:
            self.mode, self._page = "overview", self._within(start + seconds, span)

    def show_all(self) -> None:
        """The whole song in overview."""
        self.mode, self._page = "overview", None

    def hold(self) -> None:
        """Keep still, whatever the cursor does, until `release`: while somebody drags it."""
        self._held = self.window()

    def release(self) -> None:
        """Move freely again."""
        self._held = None

    def _within(self, start: float, span: float) -> tuple[float, float]:
        span = min(span, self._duration)
        return max(0.0, min(start, self._duration - span)), span
