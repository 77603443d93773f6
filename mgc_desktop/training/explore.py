"""Exploration: the classes, and where clips lie when rows of numbers (summaries, embeddings) are projected to 2-D, 3-D.

A projection is written in a form that needs neither scikit-learn nor umap: layers of a small network
(`mgc_desktop.inference.projection`), of which a linear method (PCA, LDA) has one and UMAP three, fitted to where UMAP
put the clips.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.foundation.arrays import RealArray
from mgc_desktop.inference.projection import Method, Projection
from mgc_desktop.training.datasets.clip import Clip
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.libraries import import_pyplot, import_umap

_MAIN_AXES: Final = 30  # of the features, for UMAP: what lies beyond them is mostly chance
_NEIGHBOURS: Final = 15
_APART: Final = 0.25  # UMAP's min_dist: loose enough for single songs to be told apart on a map
_HIDDEN: Final = 64
_STEPS: Final = 2000
_BATCH: Final = 256
_DECAY: Final = 0.03


def project(
    features: RealArray,
    labels: Sequence[str],
    method: Method,
    dimensions: int,
    seed: int = 0,
    *,
    verbose: bool = False,
) -> Projection:
    """Fit a projection to `(n, features)`. Raises TrainingError where there is too little to fit it to.

    LDA separates the `labels`; it has at most one dimension fewer than there are genres. `verbose`: UMAP, which takes
    minutes on thousands of clips, tells how far it is.
    """
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    standard = (features - mean) / spread
    return _standardised(fit(standard, labels, method, dimensions, seed, verbose=verbose), mean, spread)


def fit(
    standard: RealArray,
    labels: Sequence[str],
    method: Method,
    dimensions: int,
    seed: int = 0,
    *,
    verbose: bool = False,
) -> Projection:
    """Fit a projection to `(n, features)` of mean 0 and spread 1. Raises as `project` does."""
    if len(standard) <= dimensions + 1:
        raise TrainingError(f"{len(standard)} clips are too few to project to {dimensions} dimensions.")
    if method == "umap":
        return imitate(standard, umap_layout(standard, dimensions, seed, verbose=verbose), seed=seed)
    axes = _pca(standard, dimensions) if method == "pca" else _lda(standard, labels, dimensions)
    return Projection(method, (axes,), (np.zeros(dimensions),))


def quality(projection: Projection, features: RealArray) -> str:
    """How far a projection can be believed, in words that say which figure it is."""
    if projection.method == "umap":
        return f"a small network stands in for UMAP and reproduces its layout with R² = {projection.fidelity:.2f}"
    if projection.method == "lda":
        return "separates the genres as well as it can on these very clips; on others it would look worse"
    standard = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-6)
    shown = projection.apply(features).var(axis=0).sum() / standard.var(axis=0).sum()
    return f"shows {shown:.0%} of the variance"


def _pca(standard: RealArray, dimensions: int) -> RealArray:
    from sklearn.decomposition import PCA

    axes: RealArray = PCA(dimensions, random_state=0).fit(standard).components_
    return axes


def _lda(standard: RealArray, labels: Sequence[str], dimensions: int) -> RealArray:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    if len(set(labels)) <= dimensions:
        raise TrainingError(f"LDA to {dimensions} dimensions needs more than {dimensions} genres.")
    fitted = LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto", n_components=dimensions)
    fitted.fit(standard, list(labels))
    axes: RealArray = fitted.scalings_[:, :dimensions].T
    return axes


def umap_layout(standard: RealArray, dimensions: int, seed: int = 0, *, verbose: bool = False) -> RealArray:
    """Where UMAP puts `(n, features)`, seen along their main axes: `(n, dimensions)`; `verbose`: tell how far it is."""
    main = standard @ _main_axes(standard).T
    neighbours = min(_NEIGHBOURS, len(standard) - 1)
    umap = import_umap()(
        n_components=dimensions, n_neighbors=neighbours, min_dist=_APART, random_state=seed, n_jobs=1, verbose=verbose
    )  # fmt: skip
    return np.asarray(umap.fit_transform(main), np.float32)


def imitate(
    standard: RealArray, layout: RealArray, owners: NDArray[np.intp] | None = None, *, seed: int = 0
) -> Projection:
    """A network of two hidden layers that puts songs where UMAP put them.

    `standard` `(m, features)` are songs or parts of songs; row i belongs at `layout[owners[i]]` (default: at row i).
    They are seen along their main axes first, which is a part of the first layer afterwards. `fidelity` is the R² on
    these very rows.
    """
    import torch
    from torch import nn

    torch.manual_seed(seed)
    owners = np.arange(len(standard)) if owners is None else owners
    centre, scale = layout.mean(axis=0), layout.std(axis=0) + 1e-6
    axes = _main_axes(standard)
    axes = axes / (standard @ axes.T).std()
    x = torch.from_numpy(np.asarray(standard @ axes.T, np.float32))
    y = torch.from_numpy(np.asarray(((layout - centre) / scale)[owners], np.float32))
    linear = [nn.Linear(x.shape[1], _HIDDEN), nn.Linear(_HIDDEN, _HIDDEN), nn.Linear(_HIDDEN, layout.shape[1])]
    network = nn.Sequential(linear[0], nn.Tanh(), linear[1], nn.Tanh(), linear[2])
    optimizer = torch.optim.AdamW(network.parameters(), 3e-3, weight_decay=_DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, _STEPS)
    for _ in range(_STEPS):
        some = torch.randint(len(x), (min(_BATCH, len(x)),))
        error = (network(x[some]) - y[some]).square().mean()
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        fidelity = 1 - float((network(x) - y).square().mean())
    weights, biases = (list(p) for p in zip(*((a.weight.detach().numpy(), a.bias.detach().numpy()) for a in linear),
                                            strict=True))  # fmt: skip
    weights[0] = weights[0] @ axes
    weights[-1], biases[-1] = weights[-1] * scale[:, np.newaxis], biases[-1] * scale + centre
    return Projection("umap", tuple(weights), tuple(biases), fidelity)


def _main_axes(standard: RealArray) -> RealArray:
    return _pca(standard, min(_MAIN_AXES, *standard.shape))


def _standardised(projection: Projection, mean: RealArray, spread: RealArray) -> Projection:
    """The same for features as they are: what standardised them goes into the first layer."""
    first = projection.weights[0] / spread
    bias = projection.biases[0] - first @ mean
    weights, biases = (first, *projection.weights[1:]), (bias, *projection.biases[1:])
    return Projection(projection.method, weights, biases, projection.fidelity)


def class_table(clips: Sequence[Clip]) -> str:
    """Clips and artists of each genre, as Markdown."""
    counts = Counter(clip.genre or "no genre" for clip in clips)
    rows = ["| genre | clips | artists |", "|---|---|---|"]
    for genre, count in counts.most_common():
        artists = len({c.artist for c in clips if (c.genre or "no genre") == genre})
        rows.append(f"| {genre} | {count} | {artists} |")
    return "\n".join(rows)


def draw(points: RealArray, labels: Sequence[str], title: str, path: Path) -> None:
    """A scatter plot of `(n, 2)` or `(n, 3)`, one colour a genre."""
    pyplot = import_pyplot()

    figure = pyplot.figure(figsize=(6, 5))
    axes: Any = figure.add_subplot(projection="3d" if points.shape[1] == 3 else None)
    for genre in sorted(set(labels)):
        own = np.array([label == genre for label in labels])
        axes.scatter(*points[own].T, s=12, label=genre)
    axes.set_title(title)
    axes.legend(fontsize=7)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(path, dpi=80)
    pyplot.close(figure)
