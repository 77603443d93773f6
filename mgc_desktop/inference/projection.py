"""The places of songs on a map: PCA, LDA and UMAP of a model's embeddings, applied with numpy alone.

A projection is stored as the layers of a small network. A linear method (PCA, LDA) has one layer; UMAP, which has no
formula, has two or three that were fitted to its layout of some songs. Projections do not change after they were
fitted: a song always has the same place, whatever other songs are in the library. The fitting is in
`mgc_desktop.training.explore` and, for the bundled model, `mgc_desktop.training.product.backbone.projections`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.foundation.arrays import RealArray
from mgc_desktop.foundation.atomic_write import replacing
from mgc_desktop.inference.jsonfile import model_errors, read_bytes
from mgc_desktop.inference.npzfile import read_arrays

Arrays = Mapping[str, NDArray[Any]]
Method = Literal["pca", "lda", "umap"]

METHODS: Final[tuple[Method, ...]] = get_args(Method)
DIMENSIONS: Final = (2, 3)
FILE_NAME: Final = "projections.npz"


@dataclass(frozen=True, eq=False)
class Projection:
    """Weights `(outputs, inputs)` and bias `(outputs,)` of each layer, with a tanh between layers.

    `fidelity`: how much of the method's own layout the layers reproduce (R², 1 for the linear ones).
    """

    method: str
    weights: tuple[RealArray, ...]
    biases: tuple[RealArray, ...]
    fidelity: float = 1.0

    def __post_init__(self) -> None:
        if not self.weights or len(self.weights) != len(self.biases):
            raise ValueError("a projection needs weights and as many biases")
        widths = [weight.shape[1] for weight in self.weights[1:]] + [self.dimensions]
        if any(len(weight) != width or bias.shape != (width,) for weight, bias, width in zip(
            self.weights, self.biases, widths, strict=True)):  # fmt: skip
            raise ValueError("the layers of a projection do not fit each other")

    @property
    def inputs(self) -> int:
        """The number of input features."""
        return int(self.weights[0].shape[1])

    @property
    def dimensions(self) -> int:
        """2 or 3."""
        return len(self.weights[-1])

    def apply(self, features: RealArray) -> RealArray:
        """`(n, inputs)` features -> `(n, dimensions)` places."""
        x = features
        for i, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            x = (np.tanh(x) if i else x) @ weight.T + bias
        return x

    def arrays(self, prefix: str = "", weights: type[np.floating] = np.float32) -> dict[str, Any]:
        """The arrays to store: `method`, `fidelity`, `weight0`, `bias0`, `weight1` ..., each after `prefix`."""
        layers: dict[str, Any] = {f"{prefix}weight{i}": w.astype(weights) for i, w in enumerate(self.weights)}
        layers |= {f"{prefix}bias{i}": b.astype(np.float32) for i, b in enumerate(self.biases)}
        return {f"{prefix}method": self.method, f"{prefix}fidelity": self.fidelity, **layers}

    @classmethod
    def of(cls, values: Arrays, prefix: str = "") -> Projection:
        """The inverse of `arrays`; raises KeyError or ValueError if the values are invalid."""
        count = sum(name.startswith(f"{prefix}weight") for name in values)
        weights, biases = (
            tuple(np.asarray(values[f"{prefix}{kind}{i}"], np.float32) for i in range(count))
            for kind in ("weight", "bias")
        )
        return cls(str(values[f"{prefix}method"]), weights, biases, float(values[f"{prefix}fidelity"]))

    def save(self, path: Path) -> None:
        """Write the projection as `.npz`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as unfinished, unfinished.open("wb") as file:
            np.savez(file, **self.arrays())

    @classmethod
    def load(cls, path: Path) -> Projection:
        """Read a file that `save` wrote."""
        return cls.of(read_arrays(read_bytes(path)))


@dataclass(frozen=True, eq=False)
class ProjectionSet:
    """All projections of one model, for embeddings that are standardised to mean 0 and standard deviation 1.

    `mean`, `spread`: `(E,)` mean and standard deviation over the songs that the maps were fitted to; those songs fill
    a square or cube of side 1. `maps`: the projections by method and dimensions. `fitted_on`: these songs in words.
    """

    mean: RealArray
    spread: RealArray
    maps: Mapping[tuple[Method, int], Projection]
    fitted_on: str = ""

    def __post_init__(self) -> None:
        if self.mean.ndim != 1 or self.spread.shape != self.mean.shape or not (self.spread > 0).all():
            raise ValueError("the mean and the spread of the embeddings do not fit each other")
        if any(p.inputs != len(self.mean) or p.dimensions != key[1] for key, p in self.maps.items()):
            raise ValueError("its projections are not of these embeddings")

    def standard(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """`(n, E)` embeddings, standardised as the maps and the comparison of songs need them."""
        return np.asarray((embeddings - self.mean) / self.spread, np.float32)

    def place(self, standard: NDArray[np.float32], method: Method, dimensions: int) -> NDArray[np.float32]:
        """`(n, E)` standardised embeddings to `(n, dimensions)` places."""
        return np.asarray(self.maps[method, dimensions].apply(standard), np.float32)

    def save(self, path: Path) -> None:
        """Write `.npz` with weights in half precision: `mean`, `spread`, `fitted_on`, and `pca2.weight0` ..."""
        values: dict[str, Any] = {"fitted_on": self.fitted_on}
        values |= {"mean": self.mean.astype(np.float32), "spread": self.spread.astype(np.float32)}
        for (method, dimensions), projection in self.maps.items():
            values |= projection.arrays(f"{method}{dimensions}.", np.float16)
        with replacing(path) as unfinished, unfinished.open("wb") as file:
            np.savez_compressed(file, **values)

    @classmethod
    def load(cls, path: Path, sha256: str | None = None) -> ProjectionSet:
        """Read a file that `save` wrote; raises ModelError if it is missing, damaged or not understood."""
        data = read_bytes(path, sha256)
        with model_errors(path):
            values = read_arrays(data)
            maps = {
                (method, dimensions): Projection.of(values, f"{method}{dimensions}.")
                for method in METHODS
                for dimensions in DIMENSIONS
                if f"{method}{dimensions}.method" in values
            }
            return cls(values["mean"], values["spread"], maps, str(values["fitted_on"]))
