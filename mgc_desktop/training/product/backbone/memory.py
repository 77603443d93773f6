"""The model's memory of the free music (`mgc_desktop.inference.reference_set`), made as the library analyses."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from onnx import numpy_helper

from mgc_desktop.audio.decode import probe
from mgc_desktop.errors import MgcError
from mgc_desktop.inference.calibration import softmax
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.reference_set import ReferenceSet
from mgc_desktop.library.excerpts import PLAN
from mgc_desktop.pipeline import analyze
from mgc_desktop.training.product.backbone.describe import MODEL_FILE
from mgc_desktop.training.product.backbone.wheel import TAGGERS

TABLE: Final = Path(__file__).parents[2] / "data" / "free_music.tsv"


def free_music() -> list[dict[str, str]]:
    """The rows of the list of free music: package, path, title, artist, genre, licence."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [{key: value or "" for key, value in row.items()} for row in csv.DictReader(file, delimiter="\t")]


def made_by(row: dict[str, str]) -> str:
    """The artist; where none is named the package stands for one: what was made together stays together."""
    return row["artist"] or row["package"]


def remember(classifier: Classifier, music: Path) -> ReferenceSet:
    """Listen to twelve stretches of every song of the list that lies below `music`."""
    heard: list[tuple[int, np.ndarray, np.ndarray]] = []
    for number, row in enumerate(free_music()):
        path = music / row["path"]
        try:
            prediction = analyze(path, classifier, excerpts=PLAN.excerpts(probe(path).duration or 0.0))
        except MgcError as error:
            print(f"left out: {error}")
            continue
        if prediction.embedding is not None:
            heard.append((number, prediction.probabilities, prediction.embedding))
        if number % 50 == 49:
            print(f"heard {number + 1}", flush=True)
    rows, probabilities, embedding = zip(*heard, strict=True)
    return ReferenceSet(np.stack(probabilities), np.stack(embedding), np.array(rows))


def rescore(folder: Path) -> ReferenceSet:
    """The model's memory with the probabilities that its present head gives, without the music.

    The tags' logits are linear in the stored mean embedding; they are clipped after the mean over the patches where
    the program clips each patch. Over 386 recordings of 20 to 30 s that moved a probability by 0.01 in the median, and
    by less than 0.05 in 95 of 100.
    """
    classifier = Classifier.open(folder)
    memory = ReferenceSet.load(folder)
    head = classifier.head
    assert head is not None
    weights = {w.name: numpy_helper.to_array(w) for w in onnx.load(folder / MODEL_FILE).graph.initializer}
    parts = np.split(memory.embedding, len(TAGGERS), axis=1)
    tags = np.concatenate(
        [
            part @ weights[f"{name}_logits_kernel"].T + weights[f"{name}_logits_bias"]
            for name, part in zip(TAGGERS, parts, strict=True)
        ],
        axis=1,
    )
    logits = head.logits(tags=tags, embedding=memory.embedding)
    return ReferenceSet(softmax(logits, head.calibration.song_temperature), memory.embedding, memory.rows)
