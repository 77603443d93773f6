"""A listener to live input that keeps all it is told."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.capture.analysis import LiveState
from mgc_desktop.pipeline import MelBlock


class Heard:
    """A listener that keeps all it is told."""

    def __init__(self) -> None:
        self.blocks: list[MelBlock] = []
        self.states: list[LiveState] = []

    def picture(self, block: MelBlock) -> None:
        self.blocks.append(block)

    def state(self, state: LiveState) -> None:
        self.states.append(state)

    @property
    def db(self) -> NDArray[np.float32]:
        """The whole picture, `(128, frames)`."""
        frame = 0
        for block in self.blocks:
            assert block.start_frame == frame
            frame += block.db.shape[1]
        return np.concatenate([block.db for block in self.blocks], axis=1)
