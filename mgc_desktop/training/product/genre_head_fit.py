"""Fitting the genre head: multinomial logistic regression on the tags, from little that is known and a strong prior.

Three kinds of songs are mixed. Made songs say what the tags mean (`prior`). Clips that people tagged say which tags
go with which genre in real music; the network's answers are filled in from the background. Real labelled recordings
come last and count little: they are few, of few artists, and mostly game music.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch

from mgc_desktop.foundation.arrays import DoubleArray, IntArray
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.training.product.genre_head_data import Recording, TaggedClip, with_genre
from mgc_desktop.training.product.prior import NOISE, PriorBackground, made_songs

# How often the genres are met in a person's music library; a belief, not a count.
SHARES: Final[Mapping[str, float]] = {
    "Alt Rock": 0.18,
    "Ambient": 0.06,
    "Classical": 0.17,
    "Electro Rock": 0.02,
    "Electronica": 0.12,
    "Hard Rock": 0.12,
    "Hip-Hop": 0.12,
    "Jazz": 0.13,
    "New Age": 0.02,
    "World": 0.06,
}
# MagnaTagATune has Jazz of three artists, whom people tagged rock, and Hip-Hop of one: left to the meaning of the tags.
TAGGED_GENRES: Final = ("Alt Rock", "Ambient", "Classical", "Electronica", "Hard Rock", "New Age", "World")
# Nearly constant where nobody sings, far off where somebody does, and said better by the tags for voices.
UNUSED: Final = ("mtt:no vocals", "mtt:no vocal", "mtt:no voice")

# Logits of tags are clipped to this: a choir in one song of 250 or in one of 3,000 is the same absence of a choir, and
# must not speak for jazz. What is far beyond the ordinary is not to outvote all the rest either.
TAG_RANGE: Final = (-5.5, 2.0)

_DRAWS: Final = 4
_MADE_PER_GENRE: Final = 1500
_TAGGED_MASS: Final = 0.15  # of a genre, against 1 for its made songs
_ARTIST_MASS: Final = 0.1  # of an artist with three excerpts
_GUESSED: Final = 0.4  # what a guessed label counts against a stated one
_JITTER: Final = 0.4  # of every tag: the values in the prior are rough
_PENALTY: Final = 0.003
_TAGGED_STRENGTHS: Final = (0.8, 1.7)


@dataclass(frozen=True, slots=True, eq=False)
class Songs:
    """Standardised tag logits `(n, T)`, indices of the genres `(n,)`, weights `(n,)`."""

    x: DoubleArray
    labels: IntArray
    weights: DoubleArray


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """logits = weights @ x + bias; `(genres, T)` and `(genres,)`."""

    weights: DoubleArray
    bias: DoubleArray

    def logits(self, x: DoubleArray) -> DoubleArray:
        """`(n, T)` -> `(n, genres)`."""
        result: DoubleArray = x @ self.weights.T + self.bias
        return result


def background_of(recordings: Sequence[Recording], tags: Sequence[str]) -> PriorBackground:
    """From all recordings, labelled or not; each counts once."""
    means = [r.means for r in recordings]
    weights = np.concatenate([np.full(len(m), 1 / len(m)) for m in means])
    return PriorBackground.of(tags, np.concatenate(means), weights)


def fit(
    recordings: Sequence[Recording], tagged: Sequence[TaggedClip], tags: Sequence[str], *, seed: int = 0
) -> tuple[PriorBackground, Linear]:
    """The background and the head. `recordings` with a genre teach, all of them make the background.

    The head is the mean of several, each from its own made songs: what chance put into one of them evens out.
    """
    background = background_of(recordings, tags)
    drawn = [_fit_once(background, recordings, tagged, np.random.default_rng([seed, i])) for i in range(_DRAWS)]
    weights = np.mean([linear.weights for linear in drawn], axis=0)
    return background, Linear(weights, np.mean([linear.bias for linear in drawn], axis=0))


def _fit_once(
    background: PriorBackground, recordings: Sequence[Recording], tagged: Sequence[TaggedClip], rng: np.random.Generator
) -> Linear:
    x, labels = made_songs(background, GENRES, _MADE_PER_GENRE, rng)
    parts = [Songs(x, labels, np.full(len(x), 1 / _MADE_PER_GENRE))]
    if own := [clip for clip in tagged if clip.genre in TAGGED_GENRES and len(_meant(clip)) > 1]:
        parts.append(tagged_songs(background, own, rng))
    if labelled := with_genre(recordings, GENRES):
        parts.append(real_songs(background, labelled))
    songs = mix(parts)
    jittered = clipped(background, songs.x + _JITTER * rng.normal(size=songs.x.shape))
    unused = [i for i, tag in enumerate(background.tags) if tag in UNUSED]
    jittered[:, unused] = 0
    return regress(jittered, songs.labels, songs.weights, len(GENRES), _PENALTY)


def clipped(background: PriorBackground, x: DoubleArray) -> DoubleArray:
    """Standardised logits as they are after clipping to `TAG_RANGE`."""
    low, high = (background.standardised(np.full(len(background.tags), end)) for end in TAG_RANGE)
    result: DoubleArray = np.clip(x, low, high)
    return result


def tagged_songs(background: PriorBackground, clips: Sequence[TaggedClip], rng: np.random.Generator) -> Songs:
    """Clips as people tagged them, as if the network had heard them.

    A tag that was given stands at the mean that the network, if its probabilities are right, gives to songs with that
    tag; a tag that was not given may still be true, and is left to the background.
    """
    present = 1 / (1 + np.exp(-(background.songs * background.scale + background.mean)))
    heard = (present * background.songs).sum(axis=0) / present.sum(axis=0)
    given = {tag: float(heard[i]) for i, tag in enumerate(background.tags)}
    rows: dict[tuple[str, ...], DoubleArray] = {}
    for clip in clips:
        names = _meant(clip)
        if names not in rows:
            rows[names] = background.expected({name: given[name] for name in names if name in given})
    x = np.stack([rows[_meant(clip)] for clip in clips]) * rng.uniform(*_TAGGED_STRENGTHS, (len(clips), 1))
    x += NOISE * background.deviations(len(clips), rng)
    labels = np.array([GENRES.index(clip.genre) for clip in clips])
    per_artist = Counter(clip.artist for clip in clips)
    weights = np.array([per_artist[clip.artist] ** -0.5 for clip in clips])
    totals = np.bincount(labels, weights, minlength=len(GENRES))
    return Songs(x, labels, _TAGGED_MASS * weights / totals[labels])


def _meant(clip: TaggedClip) -> tuple[str, ...]:
    return tuple(name for tag in clip.tags if (name := f"mtt:{tag}") not in UNUSED)


def real_songs(background: PriorBackground, recordings: Sequence[Recording]) -> Songs:
    """Labelled recordings, by excerpts: an artist counts as the root of the excerpts, up to 18; a genre at most 1.

    What a genre sounds like cannot be told from one artist: with n artists, it counts (n - 1) / n.
    """
    x = np.concatenate([background.standardised(r.means) for r in recordings])
    excerpts = [len(r.excerpts) for r in recordings]
    labels = np.repeat([GENRES.index(r.genre or "") for r in recordings], excerpts)
    weights = np.repeat(artist_weights(recordings), excerpts)
    totals = np.bincount(labels, weights, minlength=len(GENRES))
    artists = np.array([len({r.artist for r in recordings if r.genre == genre}) for genre in GENRES])
    trust = np.maximum(0, artists - 1) / np.maximum(1, artists)
    return Songs(x, labels, weights * (trust * np.minimum(1, 1 / np.maximum(totals, 1e-9)))[labels])


def artist_weights(recordings: Sequence[Recording]) -> DoubleArray:
    """What each excerpt of each recording counts."""
    excerpts: Counter[str] = Counter()
    for r in recordings:
        excerpts[r.artist] += len(r.excerpts)
    mass = {a: _ARTIST_MASS * min(n / 3, 6) ** 0.5 / n for a, n in excerpts.items()}
    return np.array([mass[r.artist] * (_GUESSED if r.evidence == "guess" else 1) for r in recordings])


def mix(parts: Sequence[Songs]) -> Songs:
    """All songs together, every genre with its share."""
    x, labels, weights = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("x", "labels", "weights")
    )
    totals = np.bincount(labels, weights, minlength=len(GENRES))
    shares = np.array([SHARES[genre] for genre in GENRES])
    return Songs(x, labels, weights * (shares / np.maximum(totals, 1e-9))[labels])


def regress(x: DoubleArray, labels: IntArray, weights: DoubleArray, genres: int, penalty: float) -> Linear:
    """Multinomial logistic regression: weighted cross-entropy and half the penalty times the squared weights."""
    share = torch.from_numpy(weights / weights.sum())
    centre = share.numpy() @ x  # the bias takes it up; without it the search is many times slower
    inputs, targets = torch.from_numpy(x - centre), torch.from_numpy(labels)
    matrix = torch.zeros(genres, x.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(genres, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([matrix, bias], max_iter=200, tolerance_grad=1e-6, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        errors = torch.nn.functional.cross_entropy(inputs @ matrix.T + bias, targets, reduction="none")
        total = (share * errors).sum() + penalty / 2 * matrix.square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    found = matrix.detach().numpy()
    return Linear(found, bias.detach().numpy() - found @ centre)
