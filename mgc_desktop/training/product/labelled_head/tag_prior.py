"""What the names of the backbone's tags say about genres before any recording is heard: where a head starts from.

`report_prior.json` is the head that `training.product.genre_head` fits without these recordings;
`everyday_prior.toml` gives weights of tags by hand. Both are read as rows over standardised tag logits.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.inference.head import Head
from mgc_desktop.inference.vocabulary import Vocabulary

FloatArray = NDArray[np.float64]

_FOLDER: Final = Path(__file__).parent
REPORT_PRIOR: Final = _FOLDER / "report_prior.json"
_LIKE: Final = {
    "Ambient": "Electronica",
    "New Age": "Electronica",
}  # of the report's ten, where no recording is at hand


@dataclass(frozen=True, slots=True, eq=False)
class TagPrior:
    """Tag logits are clipped to `tag_range`, less `mean`, over `scale` `(T,)`; `weights` `(genres, T)`, `bias`
    `(genres,)`. `like`: the index of the genre whose learned part a genre without recordings takes, -1 for none.
    `guard`: percentile of the recordings at hand that keep the genre which one without recordings is like; `margin`: by
    how much more its logit is lowered, for what these recordings do not show.
    """

    tag_range: tuple[float, float]
    mean: FloatArray
    scale: FloatArray
    weights: FloatArray
    bias: FloatArray
    like: tuple[int, ...]
    guard: float
    margin: float

    def standardised(self, tags: NDArray[np.floating]) -> FloatArray:
        """`(n, T)` tag logits in standard deviations of varied music."""
        result: FloatArray = (np.clip(tags, *self.tag_range).astype(np.float64) - self.mean) / self.scale
        return result


def read_prior(vocabulary: Vocabulary, tags: Sequence[str]) -> TagPrior:
    """The prior of a bundled vocabulary; for another one a prior that knows nothing."""
    head = Head.load(REPORT_PRIOR)
    assert head.tag_range is not None
    blank = TagPrior(
        head.tag_range, head.mean.astype(np.float64), head.scale.astype(np.float64),
        np.zeros((len(vocabulary), len(tags))), np.zeros(len(vocabulary)), (-1,) * len(vocabulary),
        guard=98.0, margin=0.0,
    )  # fmt: skip
    if vocabulary.names == head.genres:
        like = tuple(vocabulary.index(_LIKE[name]) if name in _LIKE else -1 for name in vocabulary.names)
        return replace(blank, weights=head.weights.astype(np.float64), bias=head.bias.astype(np.float64), like=like)
    if vocabulary.id != "everyday":
        return blank
    table = tomllib.loads((_FOLDER / "everyday_prior.toml").read_text(encoding="utf-8"))
    genres = {genre["name"]: genre for genre in table["genre"]}
    weights = np.zeros_like(blank.weights)
    for number, name in enumerate(vocabulary.names):
        genre = genres[name]
        for row in (genre, genres.get(genre.get("like"), {})):
            for tag, weight in row.get("tags", {}).items():
                weights[number, tags.index(tag)] += weight
    places = (genres[name].get("like") for name in vocabulary.names)
    like = tuple(vocabulary.index(place) if place else -1 for place in places)
    return replace(blank, weights=weights, like=like, guard=99.5, margin=1.0)
