"""Which parts of a song a library run listens to, and when it must hear the rest.

Some stretches spread evenly over a song nearly always get the verdict of the whole; where theirs is a close call the
song is heard from end to end. What that keeps and what it saves was measured: `docs/decisions/0005-library.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.errors import NothingToHearError

if TYPE_CHECKING:
    from mgc_desktop.inference.classifier import Classifier
    from mgc_desktop.inference.prediction import TrackPrediction
    from mgc_desktop.pipeline import Excerpt

_LONG: Final = 1.5  # a song must last this many times what its stretches do, or it is heard whole
_MARGIN: Final = 0.15  # probability: two genres nearer to each other than this are a close call
_BAND: Final = 0.1  # probability: so is a best genre that is this near to the limit of "unsure"


@dataclass(frozen=True, slots=True)
class Plan:
    """`number` stretches of `seconds` each."""

    number: int
    seconds: float

    def excerpts(self, duration: float) -> tuple[Excerpt, ...]:
        """The stretches in a song of `duration` seconds, each in the middle of its share; () for all of it."""
        from mgc_desktop.pipeline import Excerpt

        if duration < _LONG * self.number * self.seconds:
            return ()
        share = duration / self.number
        return tuple(Excerpt((i + 0.5) * share - self.seconds / 2, self.seconds) for i in range(self.number))


PLAN: Final = Plan(12, 3.0)  # a patch of the default model each


def is_clear(probabilities: NDArray[np.float32], unsure_below: float) -> bool:
    """Whether a verdict on stretches may be trusted to be that on the whole: `probabilities` `(genres,)`."""
    second, best = np.sort(probabilities)[-2:]
    return bool(best - second >= _MARGIN and abs(best - unsure_below) >= _BAND)


def listen(path: Path, classifier: Classifier) -> TrackPrediction:
    """The verdict on a song, from as little of it as will do. Raises as `analyze` does."""
    from mgc_desktop.audio.decode import probe
    from mgc_desktop.pipeline import analyze

    excerpts = PLAN.excerpts(probe(path).duration or 0.0)
    if excerpts:
        try:
            prediction = analyze(path, classifier, excerpts=excerpts, alone=False)
        except NothingToHearError:  # the header promised more than there is
            return analyze(path, classifier, alone=False)
        if is_clear(prediction.probabilities, classifier.calibration.unsure_below):
            return prediction
    return analyze(path, classifier, alone=False)
