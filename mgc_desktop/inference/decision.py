"""What the probabilities of a song come to: a genre, "unsure" between several, or none of the genres there are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.novelty import Novelty
from mgc_desktop.inference.vocabulary import Vocabulary

# The limit of a bundled head was measured on its own genres and says nothing of genres that a user taught with a few
# songs. These keep the limit under which the figures of docs/teach.md were measured.
OWN_UNSURE_BELOW: Final = 0.35


class Outcome(StrEnum):
    """How an analysis ends. Only a genre is ever written to a file."""

    GENRE = "genre"
    UNSURE = "unsure"
    NONE = "none of these"


@dataclass(frozen=True, slots=True)
class Decision:
    """`genre`: the most probable name where the outcome is a genre, else None. `confidence`: its probability, also
    where it is not named. `novelty`: the score of `Novelty`, None where the head has none."""

    outcome: Outcome
    genre: str | None
    confidence: float
    novelty: float | None = None


def decide(
    vocabulary: Vocabulary,
    probabilities: FloatArray,
    unsure_below: float,
    *,
    novelty: Novelty | None = None,
    logits: FloatArray | None = None,
    embedding: FloatArray | None = None,
    own: Collection[str] = (),
) -> Decision:
    """The decision on one song from its `(names,)` probabilities, mean logits and mean embedding.

    `own`: genres of the user's own. They are named from `OWN_UNSURE_BELOW` on, and a song of one of these is never
    "none of these": limit and novelty were fitted for the bundled genres alone. Labels, of which several may be true
    at once, never come to a genre.
    """
    best = int(probabilities.argmax())
    name, confidence = vocabulary.names[best], float(probabilities[best])
    score = None if novelty is None else novelty.score(logits=logits, embedding=embedding)
    sure = confidence >= (min(unsure_below, OWN_UNSURE_BELOW) if name in own else unsure_below)
    if novelty is not None and score is not None and score > novelty.threshold and not (sure and name in own):
        return Decision(Outcome.NONE, None, confidence, score)
    if not sure or vocabulary.kind == "labels":
        return Decision(Outcome.UNSURE, None, confidence, score)
    return Decision(Outcome.GENRE, name, confidence, score)
