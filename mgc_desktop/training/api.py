"""The laboratory in Python: `from mgc_desktop import training`.

    X, y, artists = training.load_features("music")                 # for scikit-learn, or anything else
    result = training.train("music", training.TrainingConfig(network="lstm", epochs=10), output="runs/lstm")
    figures = training.evaluate("runs/lstm", "music")               # on the test part of that run

`music` is a folder of genres, a list of recordings, or a `Dataset` that `open_dataset` gave. Wrong values raise
`TrainingError`, whose text is a sentence with the way out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.training.baselines import BASELINES, embeddings
from mgc_desktop.training.cache import FeatureCache
from mgc_desktop.training.commands.evaluate import evaluate_run
from mgc_desktop.training.commands.folds import Repeated, train_repeatedly
from mgc_desktop.training.commands.train import default_cache
from mgc_desktop.training.commands.train import train as train_once
from mgc_desktop.training.config import TrainingConfig
from mgc_desktop.training.datasets import Dataset, open_dataset
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.extract import Representation
from mgc_desktop.training.result import TrainingResult
from mgc_desktop.training.summaries import coarse_picture, summary

Music = str | os.PathLike[str] | Dataset
Features = Literal["bands", "pictures", "embedding"]
Say = Callable[[str], None]


def load_features(
    music: Music,
    features: Features = "bands",
    *,
    cache: str | os.PathLike[str] | None = None,
    workers: int = 1,
    say: Say = print,
    **options: Any,
) -> tuple[NDArray[np.float32], NDArray[np.str_], NDArray[np.str_]]:
    """`X` `(clips, numbers)`, `y` `(clips,)` genres and `artists` `(clips,)`, for classifiers that group by artist.

    `features`: `bands` (256: mean and spread of each of 128 mel bands, in dB), `pictures` (512: a coarse spectrogram,
    in dB), or `embedding` (400: what the bundled backbone makes of the song). Clips without a genre, and those that
    cannot be decoded, are left out and named. `options`: those of `open_dataset` (`kind`, `root`, `artists`, ...).
    Raises TrainingError if there is no music, or `features` is not known.
    """
    dataset = _dataset(music, say, options).require_trainable()
    clips = [clip for clip in dataset if clip.genre is not None]
    folder = _path(cache) or default_cache()
    if features == "embedding":
        rows = embeddings(clips, folder, say)
    elif features in ("bands", "pictures"):
        pictures, skipped = FeatureCache(folder, Representation()).fill(clips, workers=workers)
        for fault in skipped:
            say(f"skipped {fault.what}: {fault.reason}")
        row_of = summary if features == "bands" else coarse_picture
        rows = {name: row_of(pictures[name]) for name in pictures}
    else:
        raise TrainingError(f"The features are bands, pictures or embedding, not {features!r}.")
    kept = [clip for clip in clips if clip.clip_id in rows]
    if not kept:
        raise TrainingError(f"None of the clips of {dataset.name} could be used.")
    x = np.stack([rows[clip.clip_id] for clip in kept]).astype(np.float32)
    return x, np.array([clip.genre for clip in kept]), np.array([clip.artist for clip in kept])


def train(
    music: Music,
    config: TrainingConfig | None = None,
    output: str | os.PathLike[str] | None = None,
    *,
    folds: int = 0,
    repeats: int = 1,
    cache: str | os.PathLike[str] | None = None,
    baselines: Sequence[str] = tuple(BASELINES),
    workers: int = 1,
    say: Say = print,
    **options: Any,
) -> TrainingResult | Repeated:
    """What `mgc train` does: a `TrainingResult`, or with `folds` or `repeats` the figures of all runs, `Repeated`.

    Everything is kept in `output` (default: a folder in `trained` that carries the run's identity); the same call goes
    on where it was stopped. Raises TrainingError as `commands.train.train` does.
    """
    config = (config or TrainingConfig()).check()
    dataset = _dataset(music, say, options)
    where, place = _path(output), _path(cache)
    if folds or repeats != 1:
        return train_repeatedly(
            dataset, config, where, place, folds=folds, repeats=repeats, baselines=baselines, workers=workers, say=say
        )
    return train_once(dataset, config, where, place, baselines=baselines, workers=workers, say=say)


def evaluate(
    run: str | os.PathLike[str] | TrainingResult,
    music: Music,
    part: Literal["train", "valid", "test", "all"] = "test",
    *,
    cache: str | os.PathLike[str] | None = None,
    say: Say = print,
    **options: Any,
) -> dict[str, Any]:
    """The figures of a finished run on one part of its split, or with `all` on any music: accuracy and others as
    [value, low, high], `per_genre`, `confusion`. A warning is said where the network learned from the clips."""
    folder = run.folder if isinstance(run, TrainingResult) else Path(run)
    return evaluate_run(folder, _dataset(music, say, options), part, _path(cache), say)


def _dataset(music: Music, say: Say, options: dict[str, Any]) -> Dataset:
    if isinstance(music, Dataset):
        return music
    dataset = open_dataset(Path(music), say=say, **options)
    say(dataset.describe())
    return dataset


def _path(given: str | os.PathLike[str] | None) -> Path | None:
    return None if given is None else Path(given)
