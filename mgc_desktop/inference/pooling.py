"""From the patches of a song to the verdict on the whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.calibration import aggregation_input, pooled_probabilities
from mgc_desktop.inference.classifier import Classifier, PatchScores
from mgc_desktop.inference.tag_names import salient_tags, shown_probabilities


@dataclass(frozen=True, slots=True, eq=False)
class SongVerdict:
    """What a model says of a song, or of what it has heard of it so far.

    `probabilities` `(genres,)`, calibrated. `genre`: the most probable one, None when the model is unsure.
    `confidence`: its probability. `tags`: the telling descriptive words with their probabilities, () for models
    without. `embedding` `(E,)`: mean over the song, None for models without.
    """

    probabilities: FloatArray
    genre: str | None
    confidence: float
    tags: tuple[tuple[str, float], ...] = ()
    embedding: FloatArray | None = None


class SongPool:
    """Collects the scores of a song's patches in constant memory; `verdict` may be asked at any time."""

    def __init__(self, classifier: Classifier) -> None:
        self._genres = classifier.genres
        self._calibration = classifier.calibration
        self._tags = classifier.metadata.tags
        self._rates = classifier.metadata.tag_rates
        self._weight = 0.0
        self._sums: dict[str, NDArray[np.float64]] = {}

    def add(self, scores: PatchScores, weights: FloatArray | None = None) -> None:
        """Take in the next patches; `weights` `(n,)`, say 0 for silence, count each patch once by default."""
        factors = np.ones(len(scores)) if weights is None else np.asarray(weights, np.float64)
        self._weight += float(factors.sum())
        parts = {
            "genres": aggregation_input(scores.logits, self._calibration),
            "tags": scores.tags,
            "embedding": scores.embedding,
        }
        for name, part in parts.items():
            if part is not None:
                self._sums[name] = self._sums.get(name, 0.0) + factors @ part

    @property
    def analysed_seconds(self) -> bool:
        """Whether anything with a weight was added."""
        return self._weight > 0

    def verdict(self) -> SongVerdict:
        """On what was added so far; with nothing heard all genres are equally probable and none is named."""
        if not self.analysed_seconds:
            n = len(self._genres)
            return SongVerdict(np.full(n, 1 / n, np.float32), None, 1 / n)
        means = {name: (total / self._weight).astype(np.float32) for name, total in self._sums.items()}
        probabilities = pooled_probabilities(means["genres"], self._calibration)
        best = int(probabilities.argmax())
        confidence = float(probabilities[best])
        genre = self._genres[best] if confidence >= self._calibration.unsure_below else None
        return SongVerdict(probabilities, genre, confidence, self._words(means.get("tags")), means.get("embedding"))

    def _words(self, tags: FloatArray | None) -> tuple[tuple[str, float], ...]:
        if tags is None:
            return ()
        return salient_tags(shown_probabilities(self._tags, tags), self._rates)
