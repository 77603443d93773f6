"""Look at a data set: its classes, and PCA, LDA and UMAP of its sounds.

What is projected is, for each clip, the mean and the spread of each band of its mel-spectrogram (--features bands), a
coarse picture of it (--features pictures), or what a model makes of it (--embeddings MODEL).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mgc_desktop.cli.training_options import add_dataset, add_work_folders, dataset_of, require_extra, say
from mgc_desktop.errors import MgcError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mgc_desktop.inference.projection import Method
    from mgc_desktop.training.datasets import Clip

HELP = "look at a data set: classes, PCA, LDA, UMAP (needs the extra [train])"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `mgc explore`."""
    add_dataset(parser)
    add_work_folders(parser)
    parser.add_argument(
        "--features", choices=("bands", "pictures"), default="bands",
        help="mean and spread of the bands (default), or coarse pictures of 16 bands and 32 moments",
    )  # fmt: skip
    parser.add_argument("--embeddings", metavar="MODEL", help="project this model's embeddings instead")
    parser.add_argument("--methods", nargs="+", choices=("pca", "lda", "umap"), default=["pca", "lda", "umap"])
    parser.add_argument("--dimensions", type=int, nargs="+", choices=(2, 3), default=[2, 3])


def run(options: argparse.Namespace) -> int:
    """Print the class table; write a projection (`.npz`) and a scatter plot (`.png`) for each method and dimension.

    Files that cannot be used are named and left out.
    """
    require_extra()
    from mgc_desktop.training.explore import class_table

    output: Path = options.output or Path("exploration")
    if output.exists() and not output.is_dir():
        raise MgcError("The output must be a folder, and this is a file. Choose another --output.", path=output)
    dataset = dataset_of(options)
    if dataset.skipped or dataset.notes:
        say(dataset.describe())
    dataset.require_trainable()
    say(class_table(dataset.clips))
    clips, features = _features(options, [clip for clip in dataset.clips if clip.genre is not None])
    if len(clips) < 2:
        raise MgcError("Fewer than two clips could be used, so there is nothing to look at.")
    say(f"{len(clips)} clips, {features.shape[1]} numbers each")
    for method in options.methods:
        for dimensions in options.dimensions:
            _project(method, dimensions, clips, features, output, options.embeddings or options.features)
    return 0


def _project(
    method: Method, dimensions: int, clips: list[Clip], features: NDArray[np.floating], output: Path, source: str
) -> None:
    from mgc_desktop.training.errors import TrainingError
    from mgc_desktop.training.explore import draw, project, quality

    labels = [clip.genre or "" for clip in clips]
    if method == "umap":
        say(f"UMAP of {len(clips)} clips to {dimensions} dimensions; this can take minutes")
    try:
        projection = project(features, labels, method, dimensions, verbose=True)
    except TrainingError as error:
        say(f"{method} to {dimensions} dimensions: {error}")
        return
    name = f"{source}-{method}-{dimensions}d"
    try:
        projection.save(output / f"{name}.npz")
        draw(projection.apply(features), labels, name, output / f"{name}.png")
    except OSError as error:
        raise MgcError(f"This folder cannot be written: {error.strerror}.", path=output) from error
    say(f"{output / name}.npz: {quality(projection, features)}")


def _features(options: argparse.Namespace, clips: list[Clip]) -> tuple[list[Clip], NDArray[np.floating]]:
    """The clips that could be used, and one row for each."""
    import numpy as np

    from mgc_desktop.training.baselines import embeddings
    from mgc_desktop.training.cache import FeatureCache
    from mgc_desktop.training.extract import Representation
    from mgc_desktop.training.summaries import coarse_picture, summary

    if options.embeddings is not None:
        rows = embeddings(clips, options.cache, say, model_name=options.embeddings)
    else:
        row_of = summary if options.features == "bands" else coarse_picture
        pictures, skipped = FeatureCache(options.cache, Representation()).fill(clips, workers=options.workers)
        for fault in skipped:
            say(f"skipped {fault.what}: {fault.reason}")
        rows = {clip.clip_id: row_of(pictures[clip.clip_id]) for clip in clips if clip.clip_id in pictures}
    kept = [clip for clip in clips if clip.clip_id in rows]
    return kept, np.stack([rows[clip.clip_id] for clip in kept]) if kept else np.zeros((0, 1))
