"""`Classifier`: from patches to genre logits, and to the backbone's tags and embedding.

A model may have several bundled heads, each for a vocabulary of its own. One pass of the network serves them all:
`Classifier.open(folder, vocabulary="everyday")` names genres by that head, and its scores carry those of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mgc_desktop.errors import ModelError
from mgc_desktop.features.config import MelConfig
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.calibration import Calibration, sigmoid
from mgc_desktop.inference.jsonfile import WAY_OUT
from mgc_desktop.inference.metadata import ModelMetadata
from mgc_desktop.inference.network_head import AnyHead, load_head_file
from mgc_desktop.inference.novelty import Novelty
from mgc_desktop.inference.session import OnnxSession
from mgc_desktop.inference.vocabulary import Vocabulary

# Small batches are fastest, because they fit into the processor's cache, and need little memory.
_BATCH = 2


@dataclass(frozen=True, slots=True, eq=False)
class PatchScores:
    """The output of a model for `n` patches.

    `logits` `(n, genres)`; `tags` `(n, T)` probabilities, None for models without; `embedding` `(n, E)`, likewise.
    `others`: the logits of `Classifier.others`, in that order.
    """

    logits: FloatArray
    tags: FloatArray | None = None
    embedding: FloatArray | None = None
    others: tuple[FloatArray, ...] = ()

    def __len__(self) -> int:
        return len(self.logits)


@dataclass(frozen=True, slots=True, eq=False)
class Readout:
    """How genres are read from a network's outputs: by a `head`, or without one as its own output `logits`.

    `version`: of network and head together. Verdicts of different versions should not be mixed.
    """

    version: str
    vocabulary: Vocabulary
    calibration: Calibration
    head: AnyHead | None = None

    @classmethod
    def of(cls, metadata: ModelMetadata, head: AnyHead | None) -> Readout:
        """By a head on this model, or without one by the network itself."""
        calibration = head.calibration if head else metadata.calibration
        assert calibration is not None  # the metadata has one or the other
        vocabulary = head.vocabulary if head else metadata.vocabulary
        return cls(joint_version(metadata, head), vocabulary, calibration, head)

    @property
    def novelty(self) -> Novelty | None:
        """The novelty score that finds songs of none of the genres, None if it was not fitted."""
        return self.head.novelty if self.head else None

    @property
    def own(self) -> tuple[str, ...]:
        """Which of the genres are the user's own."""
        return self.head.own if self.head else ()

    def logits(self, outputs: dict[str, FloatArray]) -> FloatArray:
        """`(n, names)` logits from the outputs of the network."""
        if self.head is None:
            return outputs["logits"]
        return self.head.logits(tags=outputs.get("tags"), embedding=outputs.get("embedding"))


class Classifier:
    """A loaded model. Thread-safe; can be pickled to other processes, which open the files again."""

    def __init__(
        self,
        metadata: ModelMetadata,
        session: OnnxSession,
        head: AnyHead | None,
        *,
        bundled: Iterable[AnyHead | None] = (),
        threads: int = 1,
    ) -> None:
        """`head` names the genres; `bundled`: all heads of the model, whose scores are computed too. Raises ModelError
        if the network does not match the metadata, or a head does not fit the network."""
        self.metadata = metadata
        self._session = session
        self._bundled = tuple(bundled) or (head,)
        self._threads = threads
        self.readout = Readout.of(metadata, head)
        self.others = tuple(Readout.of(metadata, other) for other in self._bundled if other is not head)
        self._check()

    @classmethod
    def open(cls, folder: Path, vocabulary: str | None = None, *, threads: int = 1) -> Classifier:
        """Load the model in `folder`, with its head for a vocabulary (by default the model's own); raises ModelError if
        a file is missing, damaged or not understood, or if it has no such head."""
        metadata = ModelMetadata.load(folder)
        session = OnnxSession(folder / metadata.model.file, sha256=metadata.model.sha256, threads=threads)
        heads = load_heads(folder, metadata)
        return cls(metadata, session, chosen(heads, metadata, vocabulary), bundled=heads.values(), threads=threads)

    def _check(self) -> None:
        meta, path = self.metadata, self._session.path
        expected: dict[str, tuple[int | None, ...]] = {}
        if meta.tags:
            expected["tags"] = (None, len(meta.tags))
        if meta.embedding:
            expected["embedding"] = (None, meta.embedding)
        if any(head is None for head in (*self._bundled, self.head)):
            expected["logits"] = (None, len(meta.genres))
        shapes = list(self._session.inputs.values())
        if len(shapes) != 1 or not fits(shapes[0], meta.input.network_shape):
            raise ModelError(f"The network's input is not what the metadata says. {WAY_OUT}", path=path)
        given = self._session.outputs
        if meta.outputs:  # a network from outside: it was tried out when it was imported
            wrong = any(role not in meta.outputs or meta.outputs[role].name not in given for role in expected)
        else:
            wrong = any(given.get(name) != shape for name, shape in expected.items())
        if wrong:
            raise ModelError(f"The network's outputs are not what the metadata says. {WAY_OUT}", path=path)
        for head in (*self._bundled, self.head):
            if head is not None:
                head.logits(tags=_nothing(len(meta.tags)), embedding=_nothing(meta.embedding))

    @property
    def name(self) -> str:
        """The model's name, as in `models/<name>`."""
        return self.metadata.name

    @property
    def version(self) -> str:
        """Changes when the network or the head changes; verdicts of different versions must not be mixed."""
        return self.readout.version

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of the logits."""
        return self.readout.vocabulary

    @property
    def vocabularies(self) -> tuple[Vocabulary, ...]:
        """Those for which the model has a bundled head, its own first."""
        return tuple(Readout.of(self.metadata, head).vocabulary for head in self._bundled)

    @property
    def genres(self) -> tuple[str, ...]:
        """The names of the logits: those of the vocabulary."""
        return self.vocabulary.names

    @property
    def mel_config(self) -> MelConfig:
        """The configuration of the spectrogram from which the patches are cut."""
        return self.metadata.mel

    @property
    def head(self) -> AnyHead | None:
        """The head in use, None for networks that give genres themselves."""
        return self.readout.head

    @property
    def calibration(self) -> Calibration:
        """The calibration of the logits."""
        return self.readout.calibration

    def with_head(self, head: AnyHead) -> Classifier:
        """The same network under another head; ModelError if the head needs what the network does not give."""
        return Classifier(self.metadata, self._session, head, bundled=self._bundled, threads=self._threads)

    def with_vocabulary(self, vocabulary: str | None) -> Classifier:
        """The same network with its bundled head for this vocabulary, by default the model's own; raises ModelError if
        it has none."""
        heads = {Readout.of(self.metadata, head).vocabulary.id: head for head in self._bundled}
        head = chosen(heads, self.metadata, vocabulary)
        return Classifier(self.metadata, self._session, head, bundled=self._bundled, threads=self._threads)

    def preferring(self, vocabulary: str) -> Classifier:
        """The same network under its head for this vocabulary, or as it is where it has none or none is named."""
        known = vocabulary and any(each.id == vocabulary for each in self.vocabularies)
        return self.with_vocabulary(vocabulary) if known else self

    def predict(self, patches: FloatArray) -> PatchScores:
        """`(n, n_mels, frames)` patches of the `mel_config` spectrogram -> their scores; n may be 0."""
        outputs = self._run(patches)
        tags, embedding = outputs.get("tags"), outputs.get("embedding")
        others = tuple(other.logits(outputs) for other in self.others)
        shown = None if tags is None else sigmoid(tags)
        return PatchScores(self.readout.logits(outputs), shown, embedding, others)

    def features(self, patches: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The inputs of a head: tag logits `(n, T)` and embedding `(n, E)`; width 0 where the model has none."""
        outputs = self._run(patches)
        nothing = np.zeros((len(patches), 0), np.float32)
        return outputs.get("tags", nothing), outputs.get("embedding", nothing)

    def _run(self, patches: FloatArray) -> dict[str, FloatArray]:
        meta = self.metadata
        prepared = meta.input.arrange(meta.input.prepare(patches))
        if not len(prepared):
            if not meta.outputs:
                return {name: _nothing(shape[1] or 0) for name, shape in self._session.outputs.items()}
            widths = {"tags": len(meta.tags), "embedding": meta.embedding, "logits": len(meta.genres)}
            return {role: _nothing(widths[role]) for role in meta.outputs}
        given = self._session.run_batches(prepared, _BATCH)
        return {role: output.apply(given[output.name]) for role, output in meta.outputs.items()} or given

    def __reduce__(self) -> tuple[Callable[..., Classifier], tuple[Any, ...]]:
        head = self.head
        bundled = any(head is other for other in self._bundled)
        return _reopen, (
            self._session.path.parent,
            self._threads,
            self.vocabulary.id if bundled else None,
            None if bundled else head,
        )


def fits(shape: tuple[int | None, ...], wanted: tuple[int, ...]) -> bool:
    """Whether a network's input, whose first axis is that of the patches, takes patches of this shape."""
    return len(shape) == len(wanted) + 1 and all(
        axis is None or axis == length for axis, length in zip(shape[1:], wanted, strict=True)
    )


def joint_version(metadata: ModelMetadata, head: AnyHead | None) -> str:
    """Of a network and the head on it."""
    return f"{metadata.version}+{head.version}" if head else metadata.version


def load_heads(folder: Path, metadata: ModelMetadata) -> dict[str, AnyHead | None]:
    """The bundled heads of a model by the id of the vocabulary of each, the model's own first; None stands for the
    network itself. No network is loaded. ModelError if one is missing, damaged or for other genres."""
    heads: dict[str, AnyHead | None] = {metadata.vocabulary.id: None}
    for vocabulary, record in ((metadata.vocabulary.id, metadata.head), *metadata.heads.items()):
        if record is None:
            continue
        path = folder / record.file
        head = load_head_file(path, record.sha256)
        if head.vocabulary.id != vocabulary or (record is metadata.head and head.genres != metadata.genres):
            raise ModelError(f"Its genres are not those that the model's metadata names. {WAY_OUT}", path=path)
        if any(other and other.version == head.version for other in heads.values()):
            raise ModelError(f"Another head of the model has the same version. {WAY_OUT}", path=path)
        heads[vocabulary] = head
    return heads


def chosen(heads: dict[str, AnyHead | None], metadata: ModelMetadata, vocabulary: str | None) -> AnyHead | None:
    """The head for a vocabulary, by default the model's own; ModelError where there is none."""
    wanted = vocabulary or metadata.vocabulary.id
    if wanted not in heads:
        known = ", ".join(heads)
        raise ModelError(f"The model '{metadata.name}' has no head for the genres '{wanted}', only for: {known}.")
    return heads[wanted]


def _reopen(folder: Path, threads: int, vocabulary: str | None, head: AnyHead | None) -> Classifier:
    classifier = Classifier.open(folder, vocabulary, threads=threads)
    return classifier if head is None else classifier.with_head(head)


def _nothing(width: int) -> FloatArray:
    return np.zeros((0, width), np.float32)
