"""What a network has to beat: three simple answers to the same question, on the same parts.

`majority` always says the genre with the most clips. `bands` is a logistic regression on the mean and the spread of
each band of the spectrogram over time. `embedding` is the same on the song's embedding by the bundled backbone.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.errors import MgcError, ModelError
from mgc_desktop.foundation.arrays import RealArray
from mgc_desktop.inference.registry import DEFAULT, load
from mgc_desktop.pipeline import Excerpt, analyze
from mgc_desktop.training.cache import write_array
from mgc_desktop.training.datasets.clip import Clip, sound_digest
from mgc_desktop.training.metrics import Scores, measure
from mgc_desktop.training.splits import Split
from mgc_desktop.training.summaries import summary

Pictures = Mapping[str, NDArray[np.floating]]
Say = Callable[[str], None]
BASELINES: Final[Mapping[str, str]] = {
    "majority": "the most frequent genre",
    "bands": "logistic regression on mean and spread of the bands",
    "embedding": "logistic regression on the backbone's embedding",
}


def logistic_regression(x: RealArray, labels: NDArray[np.int64], asked: RealArray, genres: int) -> RealArray:
    """Probabilities `(m, genres)` of `asked` `(m, features)` by balanced logistic regression on `x` `(n, features)`."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=2000))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it did not converge to the last digit
        model.fit(x, labels)
    probabilities = np.zeros((len(asked), genres))
    probabilities[:, model.classes_] = model.predict_proba(asked)
    return probabilities


def majority(labels: NDArray[np.int64], asked: int, genres: int) -> RealArray:
    """Probabilities `(asked, genres)`: the share of each genre among `labels`."""
    counts = np.bincount(labels, minlength=genres) / len(labels)
    return np.tile(counts, (asked, 1))


def embeddings(
    clips: Sequence[Clip], cache: Path, say: Say = print, *, model_name: str = DEFAULT
) -> dict[str, RealArray]:
    """A model's embedding of each clip, `(units,)`, kept in the cache; clips that it cannot analyse are left out.

    Raises ModelError if the model is missing or gives no embeddings.
    """
    model = load(model_name)
    if not model.metadata.embedding:
        raise ModelError(f"The model {model.name} gives no embeddings.")
    folder = cache / "embeddings" / f"{model.name}-{model.metadata.model.sha256[:16]}"
    found: dict[str, RealArray] = {}
    for number, clip in enumerate(clips, start=1):
        path = folder / f"{sound_digest(clip.path)[:32]}-{clip.start:.3f}-{clip.end}.npy"
        row = _kept(path)
        if row is None:
            excerpts = () if clip.end is None else (Excerpt(clip.start, clip.end - clip.start),)
            try:
                row = analyze(clip.path, model, excerpts=excerpts).embedding
            except MgcError as error:
                say(f"skipped {clip.clip_id}: {error.message}")
            if row is None:
                continue
            write_array(path, row)
            if number % 100 == 0:
                say(f"embeddings {number}/{len(clips)}")
        found[clip.clip_id] = row
    return found


def _kept(path: Path) -> RealArray | None:
    try:
        row: RealArray = np.load(path)
    except (OSError, ValueError, EOFError):
        return None
    return row if row.ndim == 1 else None


def measure_baselines(
    clips: Sequence[Clip],
    genres: Sequence[str],
    split: Split,
    pictures: Pictures,
    cache: Path,
    wanted: Sequence[str] = tuple(BASELINES),
    say: Say = print,
) -> dict[str, dict[str, Any]]:
    """The figures of the wanted baselines on the test part, by name; {} if nothing is there to measure on.

    They learn from the part that the network learns from, and from nothing else.
    """
    known = [c for c in split.pick(clips, "train") if c.genre in genres]
    asked = [c for c in split.pick(clips, "test") if c.genre in genres and c.evidence == "stated"]
    if not asked or not known or not wanted:
        return {}
    rows: dict[str, Mapping[str, RealArray]] = {"majority": {c.clip_id: np.zeros(1) for c in (*known, *asked)}}
    if "bands" in wanted:
        rows["bands"] = {c.clip_id: summary(pictures[c.clip_id]) for c in (*known, *asked)}
    if "embedding" in wanted:
        try:
            rows["embedding"] = embeddings([*known, *asked], cache, say)
        except MgcError as error:
            say(f"no baseline on embeddings: {error}")
    return {
        name: _measured(name, rows[name], known, asked, tuple(genres))
        for name in BASELINES
        if name in wanted and name in rows
    }


def _measured(
    name: str, rows: Mapping[str, RealArray], known: Sequence[Clip], asked: Sequence[Clip], genres: tuple[str, ...]
) -> dict[str, Any]:
    known = [c for c in known if c.clip_id in rows]
    asked = [c for c in asked if c.clip_id in rows]
    labels, true = (np.array([genres.index(c.genre or "") for c in part], np.int64) for part in (known, asked))
    if name == "majority" or len(np.unique(labels)) < 2:
        probabilities = majority(labels, len(asked), len(genres))
    else:
        x, y = (np.stack([rows[c.clip_id] for c in part]) for part in (known, asked))
        probabilities = logistic_regression(x, labels, y, len(genres))
    return measure(Scores(probabilities, true, tuple(c.artist for c in asked), genres))
