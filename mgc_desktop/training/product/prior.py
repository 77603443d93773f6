"""What the names of the tags say about the genres, as far as it can be said before any song is heard.

There are few labelled recordings to fit ten genres with, and none of some genres. What is known without them is what
the hundred tags of the backbone mean: metal is tagged metal, loud and rock; a string quartet classical, violin and
cello. `prior_styles.toml` writes that down as styles of the genres. `made_songs` draws songs from it, on which the
head is fitted together with the real ones.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from mgc_desktop.foundation.arrays import DoubleArray, IntArray

_FILE: Final = Path(__file__).with_name("prior_styles.toml")
_SHRINK: Final = 0.4  # far from all that goes together in music can be learnt from unlabelled game music
_STRENGTHS: Final = (0.5, 1.25)  # a tagger answers weakly to recordings unlike those that it learnt from
_VOICE: Final = 0.8
NOISE: Final = 0.6


@dataclass(frozen=True, slots=True)
class Style:
    """One kind of music: its genre, its share among the songs of the genre, and the tags that mark it."""

    genre: str
    name: str
    share: float
    tags: Mapping[str, float] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Prior:
    """`singers`: how often a man and a woman sing, by genre. `man`, `woman`: what a voice changes."""

    styles: tuple[Style, ...]
    singers: Mapping[str, tuple[float, float]]
    man: Mapping[str, float]
    woman: Mapping[str, float]


@cache
def read_prior() -> Prior:
    """The styles of `prior_styles.toml`."""
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    styles = tuple(
        Style(s["genre"], s["name"], s["share"], table["common"].get(s.get("like"), {}) | s.get("tags", {}))
        for s in table["styles"]
    )
    singers = {genre: (man, woman) for genre, (man, woman) in table["singers"].items()}
    return Prior(styles, singers, table["voices"]["man"], table["voices"]["woman"])


@dataclass(frozen=True, slots=True, eq=False)
class PriorBackground:
    """Varied music without labels, as the tags see it: where the zero of every tag lies and what moves with what.

    `tags`: T names. `mean`, `scale`: `(T,)` of the logits. `songs`: `(n, T)` standardised excerpts of songs.
    `correlation`: `(T, T)` of the tags, drawn towards none.
    """

    tags: tuple[str, ...]
    mean: DoubleArray
    scale: DoubleArray
    songs: DoubleArray
    correlation: DoubleArray

    @classmethod
    def of(cls, tags: Sequence[str], logits: DoubleArray, weights: DoubleArray) -> PriorBackground:
        """From `(n, T)` mean logits of excerpts and `(n,)` weights (that every song may count once)."""
        share = weights / weights.sum()
        mean = share @ logits
        scale = np.sqrt(share @ (logits - mean) ** 2)
        songs = (logits - mean) / scale
        correlation = (1 - _SHRINK) * np.corrcoef(songs, rowvar=False) + _SHRINK * np.eye(len(tags))
        return cls(tuple(tags), mean, scale, songs, correlation)

    def standardised(self, logits: DoubleArray) -> DoubleArray:
        """`(n, T)` logits in standard deviations from the mean."""
        result: DoubleArray = (logits - self.mean) / self.scale
        return result

    def expected(self, known: Mapping[str, float]) -> DoubleArray:
        """`(T,)`: the known standardised values, for the others what these let expect (the conditional mean)."""
        if not known:
            return np.zeros(len(self.tags))
        index = [self.tags.index(tag) for tag in known]
        values = np.array(list(known.values()))
        among = self.correlation[np.ix_(index, index)]
        row: DoubleArray = self.correlation[:, index] @ np.linalg.solve(among, values)
        return row

    def deviations(self, count: int, rng: np.random.Generator) -> DoubleArray:
        """`(count, T)`: how real songs differ from one another."""
        return self.songs[rng.integers(len(self.songs), size=count)]


def made_songs(
    background: PriorBackground, genres: Sequence[str], per_genre: int, rng: np.random.Generator
) -> tuple[DoubleArray, IntArray]:
    """Songs drawn from the styles: `(n, T)` standardised tag logits and `(n,)` indices of their genres.

    A song is a style at some strength, with or without a singer, plus a part of the deviations of a real,
    unlabelled song.
    """
    prior = read_prior()
    man, woman = background.expected(prior.man), background.expected(prior.woman)
    songs, labels = [], []
    for label, genre in enumerate(genres):
        styles = [style for style in prior.styles if style.genre == genre]
        means = np.stack([background.expected(style.tags) for style in styles])
        shares = np.array([style.share for style in styles])
        which = rng.choice(len(styles), per_genre, p=shares / shares.sum())
        made = means[which] * rng.uniform(*_STRENGTHS, (per_genre, 1))
        sings = rng.uniform(size=per_genre)
        by_man, by_woman = prior.singers[genre]
        made[sings < by_man] += _VOICE * man
        made[(sings >= by_man) & (sings < by_man + by_woman)] += _VOICE * woman
        songs.append(made + NOISE * background.deviations(per_genre, rng))
        labels.append(np.full(per_genre, label, np.int64))
    return np.concatenate(songs), np.concatenate(labels)
