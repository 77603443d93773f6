"""Pooling: from the scores of a song's patches to the verdict on the song."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.calibration import aggregation_input, pooled_probabilities
from mgc_desktop.inference.classifier import Classifier, PatchScores, Readout
from mgc_desktop.inference.decision import Outcome, decide
from mgc_desktop.inference.tag_names import salient_labels, salient_tags, shown_probabilities


@dataclass(frozen=True, slots=True, eq=False)
class SongVerdict:
    """The verdict of a model on a song, or on the part of it that was analysed so far.

    `probabilities` `(genres,)`, calibrated. `genre`: the most probable one, None unless the `outcome` is a genre.
    `confidence`: its probability. `tags`: the salient descriptive words with their probabilities, () for models
    without. `embedding` `(E,)`: mean over the song, None for models without. `novelty`: see `TrackPrediction`.
    """

    probabilities: FloatArray
    genre: str | None
    confidence: float
    tags: tuple[tuple[str, float], ...] = ()
    embedding: FloatArray | None = None
    outcome: Outcome = Outcome.UNSURE
    novelty: float | None = None


class SongPool:
    """Accumulates the scores of a song's patches in constant memory; `verdict` may be called at any time.

    `readouts`: the classifier's, then its others, whose verdicts `others` returns.
    """

    def __init__(self, classifier: Classifier) -> None:
        self.readouts = (classifier.readout, *classifier.others)
        self._tags = classifier.metadata.tags
        self._rates = classifier.metadata.tag_rates
        self._weight = 0.0
        self._sums: dict[str | int, NDArray[np.float64]] = {}

    def add(self, scores: PatchScores, weights: FloatArray | None = None) -> None:
        """Add the scores of the next patches; `weights` `(n,)`, such as 0 for silence, default to 1."""
        factors = np.ones(len(scores)) if weights is None else np.asarray(weights, np.float64)
        self._weight += float(factors.sum())
        parts: dict[str | int, FloatArray | None] = {"tags": scores.tags, "embedding": scores.embedding}
        for number, logits in enumerate((scores.logits, *scores.others)):
            parts[number] = aggregation_input(logits, self.readouts[number].calibration)
        for name, part in parts.items():
            if part is not None:
                self._sums[name] = self._sums.get(name, 0.0) + factors @ part

    @property
    def analysed_seconds(self) -> bool:
        """Whether anything with a weight was added."""
        return self._weight > 0

    def verdict(self) -> SongVerdict:
        """The verdict on the patches so far; without any, all genres are equally probable and `genre` is None."""
        return self._verdict(0)

    def others(self) -> tuple[SongVerdict, ...]:
        """The verdicts by `Classifier.others`, in that order."""
        return tuple(self._verdict(number) for number in range(1, len(self.readouts)))

    def _verdict(self, number: int) -> SongVerdict:
        readout: Readout = self.readouts[number]
        if not self.analysed_seconds:
            n = len(readout.vocabulary)
            return SongVerdict(np.full(n, 1 / n, np.float32), None, 1 / n)
        means = {name: (total / self._weight).astype(np.float32) for name, total in self._sums.items()}
        probabilities = pooled_probabilities(means[number], readout.calibration)
        embedding = means.get("embedding")
        decision = decide(
            readout.vocabulary,
            probabilities,
            readout.calibration.unsure_below,
            novelty=readout.novelty,
            logits=means[number],
            embedding=embedding,
            own=readout.own,
        )
        return SongVerdict(
            probabilities,
            decision.genre,
            decision.confidence,
            self._words(means),
            embedding,
            decision.outcome,
            decision.novelty,
        )

    def _words(self, means: dict[str | int, FloatArray]) -> tuple[tuple[str, float], ...]:
        """The backbone's words, then the labels of the heads for labels, the most probable of each first."""
        tags = means.get("tags")
        words = dict(() if tags is None else salient_tags(shown_probabilities(self._tags, tags), self._rates))
        for number, readout in enumerate(self.readouts):
            if readout.vocabulary.kind == "labels":
                probabilities = pooled_probabilities(means[number], readout.calibration)
                for name, probability in salient_labels(
                    readout.vocabulary.names, probabilities, readout.calibration.unsure_below
                ):
                    words.setdefault(name, probability)
        return tuple(words.items())
