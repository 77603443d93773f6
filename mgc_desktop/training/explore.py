"""Exploration: the classes, and where clips lie when their pictures or embeddings are projected to 2-D and 3-D.

A projection is written in a form that needs neither scikit-learn nor umap: layers of a small network, of which a linear
method (PCA, LDA) has one and UMAP three, fitted to where UMAP put the clips. `apply` runs it with numpy alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.training.datasets.clip import Clip
from mgc_desktop.training.errors import TrainingError

FloatArray = NDArray[np.floating]
Method = Literal["pca", "lda", "umap"]
_HIDDEN: Final = 64
_STEPS: Final = 2000


@dataclass(frozen=True)
class Projection:
    """Weights `(outputs, inputs)` and bias of each layer; between layers is a tanh.

    `fidelity`: how much of the method's own layout the layers reproduce (R², 1 for the linear ones).
    """

    method: str
    weights: tuple[FloatArray, ...]
    biases: tuple[FloatArray, ...]
    fidelity: float = 1.0

    def apply(self, features: FloatArray) -> FloatArray:
        """`(n, features)` to `(n, 2 or 3)`."""
        x = features
        for i, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            x = (np.tanh(x) if i else x) @ weight.T + bias
        return x

    def save(self, path: Path) -> None:
        """As `.npz`: `method`, `fidelity`, `weight0`, `bias0`, `weight1` ..."""
        layers: dict[str, Any] = {f"weight{i}": w.astype(np.float32) for i, w in enumerate(self.weights)}
        layers |= {f"bias{i}": b.astype(np.float32) for i, b in enumerate(self.biases)}
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            np.savez(file, method=self.method, fidelity=self.fidelity, **layers)

    @classmethod
    def load(cls, path: Path) -> Projection:
        """What `save` wrote."""
        with np.load(path) as values:
            count = sum(name.startswith("weight") for name in values.files)
            weights, biases = (tuple(values[f"{kind}{i}"] for i in range(count)) for kind in ("weight", "bias"))
            return cls(str(values["method"]), weights, biases, float(values["fidelity"]))


def summary(picture: NDArray[np.floating]) -> FloatArray:
    """A clip's mel-spectrogram `(bands, frames)` as one row: mean and spread of each band over time."""
    values = np.asarray(picture, np.float32)
    return np.concatenate([values.mean(axis=1), values.std(axis=1)])


def project(features: FloatArray, labels: Sequence[str], method: Method, dimensions: int, seed: int = 0) -> Projection:
    """Fit a projection to `(n, features)`. Raises TrainingError where there is too little to fit it to.

    LDA separates the `labels`; it has at most one dimension fewer than there are genres.
    """
    if len(features) <= dimensions + 1:
        raise TrainingError(f"{len(features)} clips are too few to project to {dimensions} dimensions.")
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    standard = (features - mean) / spread
    if method == "umap":
        return _umap(standard, mean, spread, dimensions, seed)
    axes = _pca(standard, dimensions) if method == "pca" else _lda(standard, labels, dimensions)
    return _standardised(Projection(method, (axes,), (np.zeros(dimensions),)), mean, spread)


def _pca(standard: FloatArray, dimensions: int) -> FloatArray:
    from sklearn.decomposition import PCA

    axes: FloatArray = PCA(dimensions, random_state=0).fit(standard).components_
    return axes


def _lda(standard: FloatArray, labels: Sequence[str], dimensions: int) -> FloatArray:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    if len(set(labels)) <= dimensions:
        raise TrainingError(f"LDA to {dimensions} dimensions needs more than {dimensions} genres.")
    fitted = LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto", n_components=dimensions)
    fitted.fit(standard, list(labels))
    axes: FloatArray = fitted.scalings_[:, :dimensions].T
    return axes


def _umap(standard: FloatArray, mean: FloatArray, spread: FloatArray, dimensions: int, seed: int) -> Projection:
    from umap import UMAP

    neighbours = min(15, len(standard) - 1)
    layout = UMAP(n_components=dimensions, n_neighbors=neighbours, random_state=seed, n_jobs=1).fit_transform(standard)
    layout = np.asarray(layout, np.float32)
    return _standardised(_imitate(standard.astype(np.float32), layout, seed), mean, spread)


def _imitate(standard: FloatArray, layout: FloatArray, seed: int) -> Projection:
    """A network of two hidden layers that puts clips where UMAP put them."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    centre, scale = layout.mean(axis=0), layout.std(axis=0) + 1e-6
    x, y = torch.from_numpy(standard), torch.from_numpy((layout - centre) / scale)
    linear = [nn.Linear(x.shape[1], _HIDDEN), nn.Linear(_HIDDEN, _HIDDEN), nn.Linear(_HIDDEN, layout.shape[1])]
    network = nn.Sequential(linear[0], nn.Tanh(), linear[1], nn.Tanh(), linear[2])
    optimizer = torch.optim.AdamW(network.parameters(), 3e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, _STEPS)
    error = torch.zeros(())
    for _ in range(_STEPS):
        error = (network(x) - y).square().mean()
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        schedule.step()
    weights, biases = zip(*((a.weight.detach().numpy(), a.bias.detach().numpy()) for a in linear), strict=True)
    last = weights[-1] * scale[:, np.newaxis], biases[-1] * scale + centre
    return Projection("umap", (*weights[:-1], last[0]), (*biases[:-1], last[1]), 1 - float(error.detach()))


def _standardised(projection: Projection, mean: FloatArray, spread: FloatArray) -> Projection:
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


def draw(points: FloatArray, labels: Sequence[str], title: str, path: Path) -> None:
    """A scatter plot of `(n, 2)` or `(n, 3)`, one colour a genre."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

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
