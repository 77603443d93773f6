"""What the backbone gives for a recording: tag logits and embedding of its patches, kept in a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.errors import MgcError
from mgc_desktop.features.framing import patches
from mgc_desktop.foundation.atomic_write import Durability, replacing
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.training.datasets.clip import sound_digest
from mgc_desktop.training.datasets.labelled import Labelled
from mgc_desktop.training.extract import Representation, extract

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A recording with the tag logits `(n, T)` and the embeddings `(n, E)` of its patches, one after another."""

    recording: Labelled
    tags: FloatArray
    embedding: FloatArray


def hear(
    classifier: Classifier, recordings: Sequence[Labelled], cache: Path, say: Callable[[str], None] = print
) -> list[Heard]:
    """Each recording in whole. What cannot be analysed is said and left out."""
    cache.mkdir(parents=True, exist_ok=True)
    network = classifier.metadata.model.sha256[:16]
    found = []
    for number, recording in enumerate(recordings, start=1):
        try:
            kept = cache / f"{sound_digest(recording.path)[:32]}-{network}.npz"
            if not kept.is_file():
                _keep(classifier, recording.path, kept)
            with np.load(kept) as stored:
                found.append(Heard(recording, stored["tags"], stored["embedding"]))
        except MgcError as error:
            say(f"left out: {error}")
        if number % 100 == 0:
            say(f"analysed {number} of {len(recordings)}")
    return found


def _keep(classifier: Classifier, path: Path, kept: Path) -> None:
    frames = classifier.metadata.patch_frames
    mel = extract(path, Representation(classifier.mel_config))
    tags, embedding = classifier.features(np.asarray(patches(mel, frames, frames), np.float32))
    with replacing(kept, durability=Durability.BUFFERED) as unfinished, unfinished.open("wb") as file:
        np.savez(file, tags=tags, embedding=embedding)
