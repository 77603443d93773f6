"""What the probabilities of a song come to."""

from __future__ import annotations

import numpy as np
import pytest

from mgc_desktop.inference.decision import OWN_UNSURE_BELOW, Outcome, decide
from mgc_desktop.inference.vocabularies import find_vocabulary

REPORT = find_vocabulary("report")
OWN = REPORT.extended(("Fado",))


def probabilities(name: str, value: float) -> np.ndarray:
    names = list(OWN.names)
    rest = (1 - value) / (len(names) - 1)
    return np.array([value if each == name else rest for each in names], np.float32)


@pytest.mark.parametrize(
    ("name", "value", "outcome"),
    [
        ("Jazz", 0.76, Outcome.GENRE),
        ("Jazz", 0.74, Outcome.UNSURE),
        ("Fado", OWN_UNSURE_BELOW + 0.01, Outcome.GENRE),
        ("Fado", OWN_UNSURE_BELOW - 0.01, Outcome.UNSURE),
    ],
)
def test_genres_of_the_users_own_keep_a_limit_of_their_own(name: str, value: float, outcome: Outcome) -> None:
    decision = decide(OWN, probabilities(name, value), 0.75, own=("Fado",))
    assert decision.outcome is outcome
    assert decision.genre == (name if outcome is Outcome.GENRE else None)


def test_a_lower_limit_of_the_head_counts_for_own_genres_too() -> None:
    assert decide(OWN, probabilities("Fado", 0.3), 0.25, own=("Fado",)).genre == "Fado"
