"""Between an analysis that runs as fast as it can and a window that looks twenty times a second."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.inference.prediction import TrackPrediction

if TYPE_CHECKING:
    from mgc_desktop.pipeline import MelBlock

_FULL: Final = 4096  # columns of the picture, 2 MB: what the window draws at one look without stalling
_LOOK: Final = 0.05  # seconds between looks at the token while the box is full


@dataclass(frozen=True, slots=True)
class Update:
    """What came since the last look: all blocks of the picture, and only the newest prediction."""

    blocks: tuple[MelBlock, ...]
    prediction: TrackPrediction | None


class ProgressBuffer:
    """The listener of one analysis. The analysis waits while the box is full: memory stays bounded."""

    def __init__(self, cancel: CancelToken) -> None:
        self._cancel = cancel
        self._room = threading.Condition()
        self._blocks: list[MelBlock] = []
        self._columns = 0  # in all the blocks
        self._prediction: TrackPrediction | None = None

    def picture(self, block: MelBlock) -> None:
        """Called by the analysis, on its threads."""
        with self._room:
            while self._columns >= _FULL:
                self._cancel.check()
                self._room.wait(_LOOK)
            self._blocks.append(block)
            self._columns += block.db.shape[1]

    def prediction(self, partial: TrackPrediction) -> None:
        """Called by the analysis, on its threads."""
        with self._room:
            self._prediction = partial

    def take(self) -> Update | None:
        """Empty the box; None if nothing came."""
        with self._room:
            if not self._blocks and self._prediction is None:
                return None
            update = Update(tuple(self._blocks), self._prediction)
            self._blocks, self._columns, self._prediction = [], 0, None
            self._room.notify_all()
            return update
