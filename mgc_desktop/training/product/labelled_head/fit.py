"""Fit a head of the backbone on labelled recordings, and measure it by artist on recordings that it did not meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.inference.head import Head
from mgc_desktop.inference.vocabulary import Vocabulary
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.metrics import Scores, calibration, interval, macro_accuracy, per_genre
from mgc_desktop.training.product.labelled_head.calibrate import Unseen, calibrate, nested, per_patch
from mgc_desktop.training.product.labelled_head.hear import Heard
from mgc_desktop.training.product.labelled_head.outside import (
    KEPT,
    KEPT_BY_DISTANCE,
    area,
    fit_direction,
    fit_distance,
)
from mgc_desktop.training.product.labelled_head.regression import Linear, fit, means
from mgc_desktop.training.product.labelled_head.tag_prior import TagPrior

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FOLDS: Final = 5
FEWEST_TO_MEASURE: Final = 5  # recordings of a genre
FEWEST_ARTISTS: Final = 2
_FEWEST_OUTSIDE: Final = 30  # recordings of genres outside, for a detector to be fitted


def usable(heard: Sequence[Heard], vocabulary: Vocabulary) -> tuple[list[Heard], IntArray]:
    """Recordings of genres of which several artists are there, and the indices of these, -1 for a genre outside the
    vocabulary. One artist alone teaches nothing of a genre: the head would know the artist."""
    artists: dict[str, set[str]] = {}
    for one in heard:
        artists.setdefault(one.recording.genre or one.recording.stated.casefold(), set()).add(one.recording.artist)
    kept, labels = [], []
    for one in heard:
        genre, stated = one.recording.genre, one.recording.stated.casefold()
        if (genre or stated) and len(artists[genre or stated]) >= FEWEST_ARTISTS:
            kept.append(one)
            labels.append(-1 if genre is None else vocabulary.index(genre))
    if len({label for label in labels if label >= 0}) < 2:
        raise TrainingError("A head needs recordings of at least two genres.")
    return kept, np.array(labels, np.int64)


def folds_of(heard: Sequence[Heard], seed: int) -> IntArray:
    """`(n,)`: the recordings of an artist are in one fold."""
    artists = sorted({one.recording.artist for one in heard})
    order = np.random.default_rng(seed).permutation(len(artists))
    fold = {artists[place]: number % FOLDS for number, place in enumerate(order)}
    return np.array([fold[one.recording.artist] for one in heard], np.int64)


def cross_fit(heard: Sequence[Heard], labels: IntArray, prior: TagPrior, seed: int = 0) -> Unseen:
    """Every recording by a head and a detector that were fitted without its artist."""
    fold = folds_of(heard, seed)
    tags, embedding = means(heard, prior)
    logits = np.zeros((len(heard), len(prior.weights)))
    novelty = np.full(len(heard), np.nan)
    detects = _detects(labels)
    for number in range(FOLDS):
        held, learns = fold == number, (fold != number) & (labels >= 0)
        linear = fit([one for one, own in zip(heard, learns, strict=True) if own], labels[learns], prior)
        logits[held] = linear.logits(tags[held], embedding[held])
        if not detects:
            distance = fit_distance(embedding[learns], labels[learns])
            novelty[held] = [distance.score(embedding=x) for x in embedding[held].astype(np.float32)]
        else:
            rest = fold != number
            artists = [one.recording.artist for one, own in zip(heard, rest, strict=True) if own]
            novelty[held] = fit_direction(embedding[rest], labels[rest] < 0, artists).score(embedding[held])
    return Unseen(tuple(heard), labels, logits, fold, novelty)


def fit_head(
    heard: Sequence[Heard], vocabulary: Vocabulary, prior: TagPrior, version: str, seed: int = 0
) -> tuple[Head, Unseen]:
    """The head fitted on all recordings, calibrated on cross-fitted ones; these come along."""
    kept, labels = usable(heard, vocabulary)
    unseen = cross_fit(kept, labels, prior, seed)
    known = unseen.take(labels >= 0)
    linear = fit(list(known.heard), known.labels, prior)
    known = known.take(measuring(known.heard))
    honest = per_patch(calibrate(known), _patch_logits(linear, known), known.labels)
    head = Head(
        version=version,
        genres=vocabulary.names,
        inputs=("tags", "embedding"),
        mean=np.concatenate([prior.mean, linear.mean]).astype(np.float32),
        scale=np.concatenate([prior.scale, linear.scale]).astype(np.float32),
        weights=linear.weights.astype(np.float32),
        bias=linear.bias.astype(np.float32),
        calibration=honest,
        tag_range=prior.tag_range,
        vocabulary=vocabulary,
    )
    _, embedding = means(kept, prior)
    limit = _limit(unseen, known)
    if _detects(labels):
        direction = fit_direction(embedding, labels < 0, [one.recording.artist for one in kept])
        head = replace(head, novelty=direction.novelty(limit))
    else:
        inside = labels >= 0
        head = replace(head, novelty=fit_distance(embedding[inside], labels[inside], limit))
    return replace(head, measured=measured(unseen, vocabulary)), unseen


def _detects(labels: IntArray) -> bool:
    return int((labels < 0).sum()) >= _FEWEST_OUTSIDE


def _limit(unseen: Unseen, known: Unseen) -> float:
    """The score above which a recording is none of the genres."""
    kept = KEPT if _detects(unseen.labels) else KEPT_BY_DISTANCE
    return float(np.percentile(known.novelty, kept))


def measuring(heard: Sequence[Heard]) -> NDArray[np.bool_]:
    """`(n,)`: False for sources with a single artist, which teach but measure nothing."""
    artists: dict[str, set[str]] = {}
    for one in heard:
        artists.setdefault(one.recording.source, set()).add(one.recording.artist)
    return np.array([len(artists[one.recording.source]) >= FEWEST_ARTISTS for one in heard])


def _patch_logits(linear: Linear, known: Unseen) -> list[FloatArray]:
    """What each patch says beside what its recording says when unheard: the difference within a recording is kept."""
    found = []
    for one, mean in zip(known.heard, known.logits, strict=True):
        rows = linear.logits(one.tags.astype(np.float64), one.embedding.astype(np.float64))
        found.append(rows - rows.mean(axis=0) + mean)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class CrossFitted:
    """Recordings of the genres that can be measured: what heads say that met none of their artists.

    `part`: the recordings; `scores`: probabilities and truth; `fair`: indices of the genres; `answered` `(n,)`: whether
    a genre is named, by temperature, threshold and novelty; `limit`: of the novelty.
    """

    part: Unseen
    scores: Scores
    fair: tuple[int, ...]
    answered: NDArray[np.bool_]
    limit: float


def cross_fitted(unseen: Unseen, vocabulary: Vocabulary) -> CrossFitted:
    """Verdicts on cross-fitted recordings, temperature and threshold from other folds."""
    known = unseen.take((unseen.labels >= 0) & measuring(unseen.heard))
    probabilities, answered = nested(known)
    limit = _limit(unseen, known)
    answered &= known.novelty <= limit
    artists = np.array(known.artists)
    counts = {g: (known.labels == g) for g in range(len(vocabulary))}
    fair = tuple(
        g for g, own in counts.items()
        if own.sum() >= FEWEST_TO_MEASURE and len(set(artists[own].tolist())) >= FEWEST_ARTISTS
    )  # fmt: skip
    chosen = np.isin(known.labels, fair)
    part = known.take(chosen)
    scores = Scores(probabilities[chosen], part.labels, part.artists, vocabulary.names)
    return CrossFitted(part, scores, fair, answered[chosen], limit)


def measured(unseen: Unseen, vocabulary: Vocabulary) -> dict[str, Any]:
    """Figures of cross-fitted recordings."""
    found_by = cross_fitted(unseen, vocabulary)
    part, scores, fair, said, limit = found_by.part, found_by.scores, found_by.fair, found_by.answered, found_by.limit
    macro = macro_accuracy(scores)
    low, high = interval(scores, macro_accuracy)
    right = scores.predicted == part.labels
    figures: dict[str, Any] = {
        "recordings": len(scores),
        "artists": len(set(part.artists)),
        "genres": len(fair),
        "macro accuracy": round(macro, 3),
        "95 % by artist": f"{low:.2f}-{high:.2f}",
        "accuracy": round(float(right.mean()), 3),
        "calibration error": round(calibration(scores)[1], 3),
        "answered": round(float(said.mean()), 3),
        "right of the answered": round(float(right[said].mean()), 3) if said.any() else 0.0,
    }
    found: dict[str, Any] = {"figures": {"Five folds by artist": figures}, "by_genre": {}}
    apart = np.array([one.recording.part == "test" for one in part.heard])
    if apart.any():
        found["figures"]["Of these the part test"] = {
            "recordings": int(apart.sum()),
            "artists": len(set(np.array(part.artists)[apart].tolist())),
            "accuracy": round(float(right[apart].mean()), 3),
            "answered": round(float(said[apart].mean()), 3),
            "right of the answered": round(float(right[apart & said].mean()), 3) if (apart & said).any() else 0.0,
        }
    rows = per_genre(scores)
    for g in fair:
        row = rows[vocabulary.names[g]]
        found["by_genre"][vocabulary.names[g]] = {
            "recordings": int(row["clips"]), "artists": int(row["artists"]), "found": round(row["recall"], 3),
            "precision": round(row["precision"], 3),
        }  # fmt: skip
    outside = unseen.labels < 0
    if _detects(unseen.labels):
        found["figures"]["Genres outside"] = _outside(unseen, outside, limit)
    return found


def _outside(unseen: Unseen, outside: NDArray[np.bool_], limit: float) -> dict[str, Any]:
    known = unseen.take(~outside)
    temperature = calibrate(known).song_temperature
    beyond = unseen.take(outside)
    logits = beyond.logits / temperature
    confidence = 1 / np.exp(logits - logits.max(axis=1, keepdims=True)).sum(axis=1)
    return {
        "recordings": int(outside.sum()),
        "artists": len(set(beyond.artists)),
        "ROC-AUC": round(area(unseen.novelty, outside), 3),
        "told as none of these": round(float((beyond.novelty > limit).mean()), 3),
        "still named with 0.7 or more": round(float(((beyond.novelty <= limit) & (confidence >= 0.7)).mean()), 3),
    }
