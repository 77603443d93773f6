"""Look at a data set: its classes, and PCA, LDA and UMAP of its pictures or of a model's embeddings."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mgc_desktop.cli.output import printable
from mgc_desktop.cli.training_options import add_dataset, add_work_folders, dataset_of, require_extra

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mgc_desktop.training.datasets import Clip

HELP = "look at a data set: classes, PCA, LDA, UMAP (needs the extra [train])"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `mgc explore`."""
    add_dataset(parser)
    add_work_folders(parser)
    parser.add_argument("--embeddings", metavar="MODEL", help="project this model's embeddings instead of pictures")
    parser.add_argument("--methods", nargs="+", choices=("pca", "lda", "umap"), default=["pca", "lda", "umap"])
    parser.add_argument("--dimensions", type=int, nargs="+", choices=(2, 3), default=[2, 3])


def run(options: argparse.Namespace) -> int:
    """Print the class table; write a projection (`.npz`) and a scatter plot (`.png`) for each method and dimension."""
    require_extra()
    from mgc_desktop.training.errors import TrainingError
    from mgc_desktop.training.explore import class_table, draw, project

    dataset = dataset_of(options).require_trainable()
    print(printable(class_table(dataset.clips), keep="\n"))
    clips, features = _features(options, list(dataset.clips))
    output = options.output or Path("exploration")
    source = options.embeddings or "mel"
    labels = [clip.genre or "no genre" for clip in clips]
    for method in options.methods:
        for dimensions in options.dimensions:
            try:
                projection = project(features, labels, method, dimensions)
            except TrainingError as error:
                print(printable(f"{method} to {dimensions} dimensions: {error}"))
                continue
            name = f"{source}-{method}-{dimensions}d"
            projection.save(output / f"{name}.npz")
            draw(projection.apply(features), labels, name, output / f"{name}.png")
            print(printable(f"{output / name}.npz: {projection.fidelity:.2f} of the layout is reproduced"))
    return 0


def _features(options: argparse.Namespace, clips: list[Clip]) -> tuple[list[Clip], NDArray[np.floating]]:
    """One row for each clip that could be heard."""
    import numpy as np

    from mgc_desktop.errors import MgcError
    from mgc_desktop.inference.registry import load
    from mgc_desktop.pipeline import analyze
    from mgc_desktop.training.cache import FeatureCache
    from mgc_desktop.training.explore import summary
    from mgc_desktop.training.extract import Representation

    if options.embeddings is None:
        pictures, _ = FeatureCache(options.cache, Representation()).fill(clips, workers=options.workers)
        kept = [clip for clip in clips if clip.clip_id in pictures]
        return kept, np.stack([summary(pictures[clip.clip_id]) for clip in kept])
    model = load(options.embeddings)
    heard, rows = [], []
    for clip in clips:
        embedding = analyze(clip.path, model).embedding
        if embedding is None:
            raise MgcError(f"The model {model.name} gives no embeddings.")
        heard.append(clip)
        rows.append(embedding)
    return heard, np.stack(rows)
