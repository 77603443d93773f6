"""Which excerpts of a song a library run analyses, and when it must analyse the entire song.

Excerpts spread evenly over a song nearly always get the verdict of the entire song. If their result is a close call,
the entire song is analysed. Accuracy and savings were measured: `docs/decisions/0005-library.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.errors import NoAudioError

if TYPE_CHECKING:
    from mgc_desktop.inference.classifier import Classifier
    from mgc_desktop.inference.prediction import TrackPrediction
    from mgc_desktop.pipeline import Excerpt

_LONG: Final = 1.5  # a song shorter than this many times its excerpts is analysed entirely
_MARGIN: Final = 0.15  # probability: a smaller distance of the two best genres is a close call
_BAND: Final = 0.1  # probability: so is a best genre this near to the limit of "unsure"


@dataclass(frozen=True, slots=True)
class Plan:
    """`number` excerpts of `seconds` each."""

    number: int
    seconds: float

    def excerpts(self, duration: float) -> tuple[Excerpt, ...]:
        """The excerpts of a song of `duration` seconds, evenly spread; () for the entire song."""
        from mgc_desktop.pipeline import Excerpt

        if duration < _LONG * self.number * self.seconds:
            return ()
        share = duration / self.number
        return tuple(Excerpt((i + 0.5) * share - self.seconds / 2, self.seconds) for i in range(self.number))


PLAN: Final = Plan(12, 3.0)  # each as long as one patch of the default model


def is_clear(probabilities: NDArray[np.float32], unsure_below: float) -> bool:
    """Whether a verdict on excerpts holds for the entire song: `probabilities` `(genres,)`."""
    second, best = np.sort(probabilities)[-2:]
    return bool(best - second >= _MARGIN and abs(best - unsure_below) >= _BAND)


def analyse_excerpts(path: Path, classifier: Classifier) -> TrackPrediction:
    """The verdict on a song, from excerpts where those suffice. Raises as `analyze` does."""
    from mgc_desktop.audio.decode import probe
    from mgc_desktop.pipeline import analyze

    excerpts = PLAN.excerpts(probe(path).duration or 0.0)
    if excerpts:
        try:
            prediction = analyze(path, classifier, excerpts=excerpts, alone=False)
        except NoAudioError:  # the song is shorter than its header says
            return analyze(path, classifier, alone=False)
        if is_clear(prediction.probabilities, classifier.calibration.unsure_below):
            return prediction
    return analyze(path, classifier, alone=False)
