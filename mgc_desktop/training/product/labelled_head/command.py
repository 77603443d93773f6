"""What `mgc fit-head` does: analyse the recordings, fit one head for each vocabulary, and put them into the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import torch

from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.figures import FIGURES_FORMAT, MEASURED_KEYS
from mgc_desktop.inference.head import Head
from mgc_desktop.inference.metadata import ModelMetadata
from mgc_desktop.inference.reference_set import FILE_NAME as REFERENCE_FILE
from mgc_desktop.inference.vocabularies import find_vocabulary
from mgc_desktop.inference.vocabulary import Vocabulary
from mgc_desktop.training.datasets.labelled import read_labelled
from mgc_desktop.training.learned import note_learned
from mgc_desktop.training.metrics import measure
from mgc_desktop.training.product.backbone.describe import HEAD_FILE, describe
from mgc_desktop.training.product.backbone.memory import rescore
from mgc_desktop.training.product.labelled_head.fit import cross_fitted, fit_head, usable
from mgc_desktop.training.product.labelled_head.hear import Heard, hear
from mgc_desktop.training.product.labelled_head.tag_prior import read_prior

Say = Callable[[str], None]
_SPLIT: Final = (
    "recordings with stated genres, each by a head that met none of its artists; settings were chosen on the same folds"
)


def fit_heads(
    music: Path,
    folder: Path,
    genres: Sequence[str],
    *,
    parts: Sequence[str],
    version: str,
    seed: int,
    cache: Path,
    write: bool,
    say: Say,
) -> list[Head]:
    """The heads for the vocabularies with these ids, fitted on `music` over the model in `folder`; with `write` they
    replace those of the model. TrainingError if there is too little to fit on."""
    torch.set_num_threads(1)
    classifier = Classifier.open(folder)
    heads: list[Head] = []
    learned: list[Heard] = []
    for identity in genres:
        vocabulary = find_vocabulary(identity)
        heard = hear(classifier, read_labelled(music, vocabulary, parts), cache, say)
        prior = read_prior(vocabulary, classifier.metadata.tags)
        head, unseen = fit_head(heard, vocabulary, prior, f"{version}-{identity}", seed)
        head = replace(head, fitted_on=_fitted_on(heard, vocabulary))
        heads.append(head)
        learned += heard
        _tell(head, say)
        if write:
            own = identity == classifier.metadata.vocabulary.id
            head.save(folder / (HEAD_FILE if own else f"head.{identity}.json"))
            if own:
                _publish(folder, measure(cross_fitted(unseen, vocabulary).scores))
    if write:
        note_learned(folder, (one.recording.path for one in learned), (one.recording.artist for one in learned))
        describe(folder)
        if (folder / REFERENCE_FILE).is_file():
            rescore(folder).save(folder / REFERENCE_FILE)
    return heads


def _publish(folder: Path, figures: dict[str, Any]) -> None:
    """Put the figures of the new head, which the views of models show, in place of those of the head before."""
    metadata = ModelMetadata.load(folder)
    kept = {key: value for key, value in metadata.figures.items() if key not in MEASURED_KEYS or key == "cost"}
    replace(metadata, figures={**kept, "format": FIGURES_FORMAT, **figures, "split": _SPLIT}).save(folder)


def _fitted_on(heard: Sequence[Heard], vocabulary: Vocabulary) -> str:
    known = [one.recording for one in usable(heard, vocabulary)[0] if one.recording.genre is not None]
    counts = {name: sum(one.genre == name for one in known) for name in vocabulary.names}
    without = [name for name, count in counts.items() if not count]
    text = (
        f"Fitted on {len(known)} recordings of {len({one.artist for one in known})} artists with stated genres ("
        + ", ".join(f"{name} {count}" for name, count in counts.items() if count)
        + "), starting from what the hundred tags mean."
    )
    return text + (
        f" Without recordings of two artists, by the meaning of tags alone: {', '.join(without)}." if without else ""
    )


def _tell(head: Head, say: Say) -> None:
    say(f"{head.version}: {head.calibration}")
    for title, figures in head.measured["figures"].items():
        say(f"  {title}: " + ", ".join(f"{name} {value}" for name, value in figures.items()))
    for name, row in head.measured["by_genre"].items():
        say(f"  {name}: " + ", ".join(f"{key} {value}" for key, value in row.items()))
