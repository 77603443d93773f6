"""From the backbone's hundred raw tags to the few words that are shown to the user.

The two vocabularies overlap and repeat themselves ("female", "woman", "female voice", "female vocalists"): each shown
word stands for all its synonyms. Words that do not describe the sound are left out: decades and "oldies", and opinions
("beautiful", "catchy", "sexy", "weird").
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

# Shown word -> the raw tags that mean it: "mtt:" MagnaTagATune's, "msd:" the Million Song Dataset's.
SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    # voices
    "female vocal": (
        "mtt:female",
        "mtt:woman",
        "mtt:female vocal",
        "mtt:female voice",
        "msd:female vocalists",
        "msd:female vocalist",
    ),
    "male vocal": ("mtt:male", "mtt:man", "mtt:male vocal", "mtt:male voice", "msd:male vocalists"),
    "vocals": ("mtt:vocal", "mtt:vocals", "mtt:voice", "mtt:singing"),
    "instrumental": ("mtt:no vocals", "mtt:no vocal", "mtt:no voice", "msd:instrumental"),
    "choir": ("mtt:choir", "mtt:choral"),
    "opera": ("mtt:opera",),
    # instruments
    "guitar": ("mtt:guitar", "msd:guitar"),
    "piano": ("mtt:piano",),
    "strings": ("mtt:strings",),
    "violin": ("mtt:violin",),
    "cello": ("mtt:cello",),
    "harp": ("mtt:harp",),
    "harpsichord": ("mtt:harpsichord",),
    "flute": ("mtt:flute",),
    "sitar": ("mtt:sitar",),
    "synth": ("mtt:synth",),
    "drums": ("mtt:drums",),
    "beats": ("mtt:beat", "mtt:beats"),
    "acoustic": ("msd:acoustic",),
    "solo": ("mtt:solo",),
    # pace and mood
    "slow": ("mtt:slow",),
    "fast": ("mtt:fast",),
    "loud": ("mtt:loud",),
    "quiet": ("mtt:quiet", "mtt:soft"),
    "mellow": ("msd:Mellow", "msd:easy listening"),
    "chillout": ("msd:chillout", "msd:chill"),
    "happy": ("msd:happy",),
    "sad": ("msd:sad",),
    "party": ("msd:party",),
    # styles
    "rock": ("mtt:rock", "msd:rock"),
    "classic rock": ("msd:classic rock",),
    "hard rock": ("msd:hard rock",),
    "alternative rock": ("msd:alternative", "msd:alternative rock"),
    "progressive rock": ("msd:Progressive rock",),
    "indie": ("msd:indie", "msd:indie rock", "msd:indie pop"),
    "punk": ("msd:punk",),
    "metal": ("mtt:metal", "msd:metal", "msd:heavy metal"),
    "pop": ("mtt:pop", "msd:pop"),
    "dance": ("mtt:dance", "msd:dance"),
    "techno": ("mtt:techno",),
    "house": ("msd:House",),
    "electronic": ("mtt:electronic", "msd:electronic", "msd:electronica"),
    "electro": ("msd:electro",),
    "ambient": ("mtt:ambient", "msd:ambient"),
    "new age": ("mtt:new age",),
    "experimental": ("msd:experimental",),
    "hip-hop": ("msd:Hip-Hop",),
    "R&B": ("msd:rnb",),
    "soul": ("msd:soul",),
    "funk": ("msd:funk",),
    "blues": ("msd:blues",),
    "jazz": ("msd:jazz",),
    "folk": ("msd:folk",),
    "country": ("mtt:country", "msd:country"),
    "indian": ("mtt:indian",),
    "classical": ("mtt:classical", "mtt:classic"),
}

# A word is left out if a more specific one is shown.
_IMPLIED_BY: Final[dict[str, frozenset[str]]] = {
    "vocals": frozenset({"female vocal", "male vocal", "choir", "opera"}),
    "rock": frozenset({"hard rock", "alternative rock", "classic rock", "progressive rock", "punk", "metal"}),
    "strings": frozenset({"violin", "cello"}),
    "electronic": frozenset({"techno", "house", "electro"}),
}

# Of two words that exclude each other, the one that is less than half as probable is an error.
_RIVALS: Final[dict[str, str]] = {"female vocal": "male vocal", "male vocal": "female vocal"}

_LEAST_PROBABILITY = 0.12
_LEAST_LIFT = 1.25
_LEAST_RATE = 0.002
_LEAST_SHARE = 0.12  # of the strongest word's contribution
_MOST_SHOWN = 6


def shown_probabilities(tags: Sequence[str], probabilities: NDArray[np.floating]) -> dict[str, float]:
    """Probabilities of raw tags `(T,)` -> of each shown word: that at least one of its synonyms applies."""
    raw = dict(zip(tags, probabilities.tolist(), strict=True))
    merged = {word: [raw[tag] for tag in synonyms if tag in raw] for word, synonyms in SYNONYMS.items()}
    return {word: 1 - math.prod(1 - p for p in values) for word, values in merged.items() if values}


def salient_tags(probabilities: Mapping[str, float], rates: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """The words worth showing, the strongest first, with their probabilities.

    "guitar" and "slow" are likely for nearly any song; a word is more informative the more likely it is here than in
    music in general (`rates`). The order is by the word's contribution to that difference, p log(p / rate).
    """
    contributions = {}
    for word, probability in probabilities.items():
        if 2 * probability < probabilities.get(_RIVALS.get(word, ""), 0.0):
            continue
        lift = probability / max(rates.get(word, 1.0), _LEAST_RATE)
        if probability >= _LEAST_PROBABILITY and lift >= _LEAST_LIFT:
            contributions[word] = probability * math.log(lift)
    least = _LEAST_SHARE * max(contributions.values(), default=0.0)
    strong = sorted((w for w, c in contributions.items() if c >= least), key=lambda w: -contributions[w])
    shown = [word for word in strong if not _IMPLIED_BY.get(word, frozenset()) & set(strong)]
    return tuple((word, probabilities[word]) for word in shown[:_MOST_SHOWN])


def salient_labels(
    names: Sequence[str], probabilities: NDArray[np.floating], least: float
) -> tuple[tuple[str, float], ...]:
    """The labels of a head of which several may be true at once that are worth showing, the most probable first."""
    order = sorted(range(len(names)), key=lambda number: -float(probabilities[number]))
    return tuple((names[i], float(probabilities[i])) for i in order[:_MOST_SHOWN] if probabilities[i] >= least)
