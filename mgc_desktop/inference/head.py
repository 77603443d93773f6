"""The genre head: a linear layer from the backbone's tags or embedding to genres, with its calibration.

A head is kept as JSON, or as `.npz` where it is large: arrays `mean`, `scale`, `weights`, `bias` (and `novelty_mean`,
`novelty_projection`, `novelty_centres`), and in `head` the rest as JSON text. No machine-learning library is needed.

A model may have several bundled heads, one for each vocabulary. That of the model's own vocabulary is its `head`; the
metadata's `heads` names the others: `{"everyday": {"file": "head.everyday.npz", "sha256": "..."}}`. Each has its own
`version`, which the stored verdicts carry.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, get_args

import numpy as np

from mgc_desktop.errors import ModelError
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.foundation.atomic_write import atomic_write
from mgc_desktop.inference.calibration import Calibration
from mgc_desktop.inference.jsonfile import check_format, check_keys, model_errors, parse, read_bytes, read_object
from mgc_desktop.inference.novelty import ARRAYS as NOVELTY_ARRAYS
from mgc_desktop.inference.novelty import Novelty
from mgc_desktop.inference.npzfile import read_arrays
from mgc_desktop.inference.vocabularies import described, description, vocabulary_of
from mgc_desktop.inference.vocabulary import Vocabulary

HeadInput = Literal["tags", "embedding"]

FORMAT: Final = 1
_CALIBRATION_KEYS: Final = ("pooling", "segment_temperature", "song_temperature", "unsure_below")
_KEYS: Final = (
    "format",
    "version",
    "genres",
    "inputs",
    "tag_range",
    "mean",
    "scale",
    "weights",
    "bias",
    *_CALIBRATION_KEYS,
    "fitted_on",
    "measured",
    "activation",
    "vocabulary",
    "novelty",
)
_ARRAYS: Final = ("mean", "scale", "weights", "bias")
_BY_NAMES: Final = Vocabulary("by-names", ("-",))  # stands for: the one that has these names


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """logits = weights @ ((x - mean) / scale) + bias, where x is `inputs` concatenated.

    "tags" are the tag logits `(n, T)`, first clipped to `tag_range` if there is one; "embedding" is `(n, E)`.
    Shapes: `mean`, `scale` `(F,)`; `weights` `(genres, F)`; `bias` `(genres,)`. Raises ValueError if they disagree.
    `fitted_on`: the training data in words; `measured`: figures of the evaluation. `vocabulary`: its names are the
    `genres`; without one it is the known vocabulary with these names. `novelty`: finds songs of none of the genres.
    `own`: which of the genres are the user's own.
    """

    version: str
    genres: tuple[str, ...]
    inputs: tuple[HeadInput, ...]
    mean: FloatArray
    scale: FloatArray
    weights: FloatArray
    bias: FloatArray
    calibration: Calibration = field(default_factory=Calibration)
    tag_range: tuple[float, float] | None = None
    fitted_on: str = ""
    measured: dict[str, Any] = field(default_factory=dict)
    vocabulary: Vocabulary = field(default=_BY_NAMES)
    novelty: Novelty | None = None
    own: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.inputs or not set(self.inputs) <= set(get_args(HeadInput)):
            raise ValueError(f"inputs {list(self.inputs)} are not known")
        if len(set(self.genres)) != len(self.genres) or len(self.genres) < 2:
            raise ValueError("it needs two or more different genres")
        if self.weights.shape != (len(self.genres), len(self.mean)):
            raise ValueError(f"weights have shape {self.weights.shape}, not {(len(self.genres), len(self.mean))}")
        if self.mean.shape != self.scale.shape or self.bias.shape != (len(self.genres),):
            raise ValueError("mean, scale and bias do not fit the weights")
        if self.vocabulary is _BY_NAMES:
            object.__setattr__(self, "vocabulary", vocabulary_of(self.genres))
        if self.vocabulary.names != self.genres:
            raise ValueError("its genres are not the names of its vocabulary")
        if (self.vocabulary.kind == "labels") != (self.calibration.activation == "sigmoid"):
            raise ValueError("labels go with the activation sigmoid, genres with softmax")
        if self.novelty is not None and self.novelty.method == "energy" and self.calibration.pooling != "mean_logits":
            raise ValueError("novelty by energy needs the pooling mean_logits")
        if not all(np.isfinite(a).all() for a in (self.mean, self.scale, self.weights, self.bias)):
            raise ValueError("some numbers are not finite")
        if not (self.scale > 0).all():
            raise ValueError("every scale must be above 0")
        if self.tag_range is not None and not self.tag_range[0] < self.tag_range[1]:
            raise ValueError("tag_range must rise")

    def logits(self, *, tags: FloatArray | None, embedding: FloatArray | None) -> FloatArray:
        """Tag logits `(n, T)` and embedding `(n, E)` -> genre logits `(n, genres)`.

        Raises ModelError if the model's features are not those that the head needs.
        """
        if tags is not None and self.tag_range is not None:
            tags = np.clip(tags, *self.tag_range)
        given = {"tags": tags, "embedding": embedding}
        parts = [part for name in self.inputs if (part := given[name]) is not None]
        if len(parts) != len(self.inputs) or sum(part.shape[1] for part in parts) != len(self.mean):
            raise ModelError(
                f"The head '{self.version}' needs {' and '.join(self.inputs)} of {len(self.mean)} numbers, "
                "which this model does not have. Choose the model that the head was made for."
            )
        x = (np.concatenate(parts, axis=1) - self.mean) / self.scale
        result: FloatArray = (x @ self.weights.T + self.bias).astype(np.float32)
        return result

    @classmethod
    def load(cls, path: Path, sha256: str | None = None) -> Head:
        """Read a head; raises ModelError, with the path, if it is missing, damaged or not understood."""
        if path.suffix == ".npz":
            data = read_bytes(path, sha256)
            with model_errors(path):
                return cls.from_dict(_unpacked(data))
        values = read_object(path, sha256)
        with model_errors(path):
            return cls.from_dict(values)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Head:
        """The inverse of `to_dict`; raises ValueError, TypeError or KeyError if the values are invalid."""
        check_format(values, FORMAT)
        check_keys(values, _KEYS)
        genres = tuple(str(name) for name in values["genres"])
        novelty = values.get("novelty")
        more = {"activation": values["activation"]} if "activation" in values else {}
        return cls(
            version=str(values["version"]),
            genres=genres,
            inputs=tuple(values["inputs"]),
            mean=np.array(values["mean"], np.float32),
            scale=np.array(values["scale"], np.float32),
            weights=np.array(values["weights"], np.float32),
            bias=np.array(values["bias"], np.float32),
            calibration=Calibration(**{key: values[key] for key in _CALIBRATION_KEYS}, **more),
            tag_range=_range(values["tag_range"]),
            fitted_on=str(values["fitted_on"]),
            measured=dict(values["measured"]),
            vocabulary=described(genres, values.get("vocabulary")),
            novelty=None if novelty is None else Novelty.from_dict(novelty),
        )

    def to_dict(self) -> dict[str, Any]:
        """The head as plain JSON values, numbers to six significant digits."""
        return {
            "format": FORMAT,
            "version": self.version,
            "genres": list(self.genres),
            "inputs": list(self.inputs),
            "tag_range": None if self.tag_range is None else list(self.tag_range),
            **description(self.vocabulary),
            **self.calibration.to_dict(),
            **({"novelty": self.novelty.to_dict()} if self.novelty else {}),
            "fitted_on": self.fitted_on,
            "measured": self.measured,
            "mean": _rounded(self.mean),
            "scale": _rounded(self.scale),
            "bias": _rounded(self.bias),
            "weights": [_rounded(row) for row in self.weights],
        }

    def save(self, path: Path) -> None:
        """Write the head: as `.npz` if the path has that suffix, else as JSON, one list a line."""
        values = self.to_dict()
        if path.suffix == ".npz":
            path.write_bytes(_packed(self, values))
            return
        rows = ",\n  ".join(json.dumps(row) for row in values.pop("weights"))
        lines = [f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in values.items()]
        lines.append(f'"weights": [\n  {rows}\n ]')
        atomic_write(path, "{\n " + ",\n ".join(lines) + "\n}\n")


def _packed(head: Head, values: dict[str, Any]) -> bytes:
    """The content of a `.npz` file; equal for equal heads."""
    arrays = {name: getattr(head, name) for name in _ARRAYS}
    if head.novelty is not None and head.novelty.method == "distance":
        arrays |= {f"novelty_{name}": getattr(head.novelty, name) for name in NOVELTY_ARRAYS}
        for name in NOVELTY_ARRAYS:
            del values["novelty"][name]
    text = json.dumps({key: value for key, value in values.items() if key not in _ARRAYS}, ensure_ascii=False)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, head=np.frombuffer(text.encode(), np.uint8), **arrays)
    return buffer.getvalue()


def _unpacked(data: bytes) -> dict[str, Any]:
    arrays = read_arrays(data)
    values = parse(arrays.pop("head").tobytes())
    if not isinstance(values, dict):
        raise ValueError("it does not contain a head")
    for name, array in arrays.items():
        if name in _ARRAYS:
            values[name] = array
        elif name.startswith("novelty_") and isinstance(values.get("novelty"), dict):
            values["novelty"][name.removeprefix("novelty_")] = array
        else:
            raise ValueError(f"unknown table {name}, perhaps from a newer version of the program")
    return values


def _range(values: list[float] | None) -> tuple[float, float] | None:
    if values is None:
        return None
    low, high = values
    return float(low), float(high)


def _rounded(numbers: Iterable[float]) -> list[float]:
    return [float(f"{number:.6g}") for number in numbers]
