"""`NetworkHead`: a head that is a network of its own, on the embedding of the model that it was made for.

Kept as JSON beside the network: `{"format": 1, "kind": "network head", "network": {"file": ..., "sha256": ...}, ...}`.
The network is loaded when it is first asked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from mgc_desktop.errors import ModelError
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.calibration import Calibration
from mgc_desktop.inference.head import Head
from mgc_desktop.inference.jsonfile import check_format, check_keys, model_errors, read_object
from mgc_desktop.inference.metadata import FileRecord
from mgc_desktop.inference.novelty import Novelty
from mgc_desktop.inference.outputs import NetworkOutput
from mgc_desktop.inference.session import OnnxSession
from mgc_desktop.inference.vocabulary import Vocabulary

FORMAT: Final = 1
KIND: Final = "network head"
_KEYS: Final = (
    "format",
    "kind",
    "version",
    "network",
    "output",
    "columns",
    "embedding",
    "vocabulary",
    "calibration",
    "claims",
    "source",
    "licence",
)


@dataclass(frozen=True, eq=False)
class NetworkHead:
    """The `columns` of a network's `output`, one for each name of the `vocabulary`, from embeddings of `embedding`
    numbers. `claims`: what its author says of it. ValueError where names and columns disagree."""

    version: str
    folder: Path
    network: FileRecord
    output: NetworkOutput
    columns: tuple[int, ...]
    embedding: int
    vocabulary: Vocabulary
    calibration: Calibration
    claims: str = ""
    source: str = ""
    licence: str = ""
    novelty: Novelty | None = field(default=None, init=False)
    own: tuple[str, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        if len(self.columns) != len(self.vocabulary) or min(self.columns) < 0:
            raise ValueError("its columns are not as many as its names")
        if (self.vocabulary.kind == "labels") != (self.calibration.activation == "sigmoid"):
            raise ValueError("labels go with the activation sigmoid, genres with softmax")

    @property
    def genres(self) -> tuple[str, ...]:
        """The names of the vocabulary."""
        return self.vocabulary.names

    @cached_property
    def _session(self) -> OnnxSession:
        session = OnnxSession(self.folder / self.network.file, sha256=self.network.sha256)
        if self.output.name not in session.outputs or len(session.inputs) != 1:
            raise ModelError("The network is not what its description says. Import it again.", path=session.path)
        return session

    def logits(self, *, tags: FloatArray | None, embedding: FloatArray | None) -> FloatArray:
        """Embeddings `(n, E)` -> logits `(n, names)`; ModelError if the model gives other embeddings."""
        if embedding is None or embedding.shape[1] != self.embedding:
            raise ModelError(f"The head '{self.version}' needs embeddings of {self.embedding} numbers.")
        if not len(embedding):
            return np.zeros((0, len(self.columns)), np.float32)
        outputs = self._session.run_batches(embedding)
        return np.ascontiguousarray(self.output.apply(outputs[self.output.name])[:, list(self.columns)])

    @classmethod
    def from_dict(cls, values: dict[str, Any], folder: Path) -> NetworkHead:
        """From what `to_dict` gave; ValueError, TypeError or KeyError if it is not that."""
        check_format(values, FORMAT)
        check_keys(values, _KEYS)
        return cls(
            version=str(values["version"]),
            folder=folder,
            network=FileRecord(**values["network"]),
            output=NetworkOutput.from_dict(values["output"]),
            columns=tuple(int(column) for column in values["columns"]),
            embedding=int(values["embedding"]),
            vocabulary=Vocabulary.from_dict(values["vocabulary"]),
            calibration=Calibration(**values["calibration"]),
            **{key: str(values[key]) for key in ("claims", "source", "licence")},
        )

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "format": FORMAT,
            "kind": KIND,
            "version": self.version,
            "network": {"file": self.network.file, "sha256": self.network.sha256},
            "output": self.output.to_dict(),
            "columns": list(self.columns),
            "embedding": self.embedding,
            "vocabulary": self.vocabulary.to_dict(),
            "calibration": self.calibration.to_dict(),
            "claims": self.claims,
            "source": self.source,
            "licence": self.licence,
        }

    def save(self, path: Path) -> None:
        """Write the description; the network lies beside it."""
        path.write_text(json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


AnyHead = Head | NetworkHead


def load_head_file(path: Path, sha256: str | None = None) -> AnyHead:
    """The head in a file, of either sort; ModelError names the file if it is missing, damaged or not understood."""
    if path.suffix == ".npz":
        return Head.load(path, sha256)
    values = read_object(path, sha256)
    with model_errors(path):
        return NetworkHead.from_dict(values, path.parent) if values.get("kind") == KIND else Head.from_dict(values)
