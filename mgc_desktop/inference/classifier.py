"""`Classifier`: patches in, genre logits (and the backbone's tags and embedding) out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mgc_desktop.errors import ModelError
from mgc_desktop.features.config import MelConfig
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.calibration import Calibration
from mgc_desktop.inference.head import Head
from mgc_desktop.inference.jsonfile import WAY_OUT
from mgc_desktop.inference.metadata import ModelMetadata
from mgc_desktop.inference.session import OnnxSession

# The larger the batch, the less of it stays in the processor's cache: small ones are fastest and need little memory.
_BATCH = 2


@dataclass(frozen=True, slots=True, eq=False)
class PatchScores:
    """What a model says of `n` patches.

    `logits` `(n, genres)`; `tags` `(n, T)` probabilities, None for models without; `embedding` `(n, E)`, likewise.
    """

    logits: FloatArray
    tags: FloatArray | None = None
    embedding: FloatArray | None = None

    def __len__(self) -> int:
        return len(self.logits)


class Classifier:
    """A model that is ready to run; may be shared between threads, and pickled to other processes."""

    def __init__(self, metadata: ModelMetadata, session: OnnxSession, head: Head | None, *, threads: int = 1) -> None:
        """ModelError if the network is not what the metadata says, or the head does not fit it."""
        self.metadata = metadata
        self._session = session
        self._head = head
        self._threads = threads
        self._check()

    @classmethod
    def open(cls, folder: Path, *, threads: int = 1) -> Classifier:
        """The model in `folder`; ModelError if anything of it is missing, damaged or not understood."""
        metadata = ModelMetadata.load(folder)
        session = OnnxSession(folder / metadata.model.file, sha256=metadata.model.sha256, threads=threads)
        head = None
        if metadata.head is not None:
            path = folder / metadata.head.file
            head = Head.load(path, metadata.head.sha256)
            if head.genres != metadata.genres:
                raise ModelError(f"Its genres are not those of the model. {WAY_OUT}", path=path)
        return cls(metadata, session, head, threads=threads)

    def _check(self) -> None:
        meta, path = self.metadata, self._session.path
        expected: dict[str, tuple[int | None, ...]] = {}
        if meta.tags:
            expected["tags"] = (None, len(meta.tags))
        if meta.embedding:
            expected["embedding"] = (None, meta.embedding)
        if meta.head is None:
            expected["logits"] = (None, len(meta.genres))
        if list(self._session.inputs.values()) != [(None, *meta.input.shape)]:
            raise ModelError(f"The network's input is not what the metadata says. {WAY_OUT}", path=path)
        if any(self._session.outputs.get(name) != shape for name, shape in expected.items()):
            raise ModelError(f"The network's outputs are not what the metadata says. {WAY_OUT}", path=path)
        if self._head is not None:
            self._head.logits(tags=_nothing(len(meta.tags)), embedding=_nothing(meta.embedding))

    @property
    def name(self) -> str:
        """The model's name, as in `models/<name>`."""
        return self.metadata.name

    @property
    def version(self) -> str:
        """Changes when the network or the head changes; verdicts of different versions should not be mixed."""
        return joint_version(self.metadata, self._head)

    @property
    def genres(self) -> tuple[str, ...]:
        """The names of the logits: the program's ten, or those of a head that a user taught."""
        return self._head.genres if self._head else self.metadata.genres

    @property
    def mel_config(self) -> MelConfig:
        """The spectrogram that the patches are cut from."""
        return self.metadata.mel

    @property
    def head(self) -> Head | None:
        """The head in use, None for networks that give genres themselves."""
        return self._head

    @property
    def calibration(self) -> Calibration:
        """How the logits become probabilities."""
        calibration = self._head.calibration if self._head else self.metadata.calibration
        assert calibration is not None  # the metadata has one or the other
        return calibration

    def with_head(self, head: Head) -> Classifier:
        """The same network under another head; ModelError if the head needs what the network does not give."""
        return Classifier(self.metadata, self._session, head, threads=self._threads)

    def predict(self, patches: FloatArray) -> PatchScores:
        """`(n, n_mels, frames)` patches of the `mel_config` spectrogram -> their scores; n may be 0."""
        outputs = self._run(patches)
        tags, embedding = outputs.get("tags"), outputs.get("embedding")
        logits = self._head.logits(tags=tags, embedding=embedding) if self._head else outputs["logits"]
        return PatchScores(logits, None if tags is None else sigmoid(tags), embedding)

    def features(self, patches: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The inputs of a head: tag logits `(n, T)` and embedding `(n, E)`; of no width where a model has none."""
        outputs = self._run(patches)
        nothing = np.zeros((len(patches), 0), np.float32)
        return outputs.get("tags", nothing), outputs.get("embedding", nothing)

    def _run(self, patches: FloatArray) -> dict[str, FloatArray]:
        prepared = self.metadata.input.prepare(patches)
        if not len(prepared):
            return {name: _nothing(shape[1] or 0) for name, shape in self._session.outputs.items()}
        parts = [self._session.run(prepared[i : i + _BATCH]) for i in range(0, len(prepared), _BATCH)]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def __reduce__(self) -> tuple[Callable[..., Classifier], tuple[Any, ...]]:
        return _reopen, (self._session.path.parent, self._threads, self._head)


def joint_version(metadata: ModelMetadata, head: Head | None) -> str:
    """Of a network and the head on it."""
    return f"{metadata.version}+{head.version}" if head else metadata.version


def _reopen(folder: Path, threads: int, head: Head | None) -> Classifier:
    classifier = Classifier.open(folder, threads=threads)
    return classifier if head is None else classifier.with_head(head)


def sigmoid(x: FloatArray) -> FloatArray:
    """Logits -> probabilities, without overflow."""
    result: FloatArray = 0.5 * (1 + np.tanh(0.5 * x))
    return result


def _nothing(width: int) -> FloatArray:
    return np.zeros((0, width), np.float32)
