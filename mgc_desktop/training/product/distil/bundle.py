"""The nine report models, from free music to `models/`: all that the issue of bundling them needs, by one command.

    python -m mgc_desktop.training.product.distil MUSIC_FOLDER --wheel WHEEL --work FOLDER [--resolution sixteenth]

Every step is kept in the work folder and not done again: spectrograms, the corpus, each network's training.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import nn

from mgc_desktop.features.config import MUSICNN
from mgc_desktop.inference.calibration import Calibration
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.head import Head
from mgc_desktop.inference.metadata import FileRecord, ModelMetadata
from mgc_desktop.inference.patchinput import PatchInput
from mgc_desktop.training.cache import FeatureCache
from mgc_desktop.training.datasets import Dataset
from mgc_desktop.training.export import export
from mgc_desktop.training.extract import Representation
from mgc_desktop.training.inputs import FRAMES, backbone_input, sequence_input
from mgc_desktop.training.loop import LoopConfig
from mgc_desktop.training.product.backbone.fuse import fuse
from mgc_desktop.training.product.backbone.wheel import read_taggers
from mgc_desktop.training.product.distil import corpus as corpora
from mgc_desktop.training.product.distil.school import (
    School,
    calibrate,
    teach_members,
    teach_stack,
    views_of_strangers,
)
from mgc_desktop.training.splits import Split

Say = Callable[[str], None]
VERSION: Final = "2"
SIZE_LIMIT: Final = 4_000_000  # bytes
# As long as half an hour of two cores allows, and a quarter of that for each fold of the stack.
CNN: Final = {
    "full": LoopConfig(),  # learns nothing: it is the backbone
    "quarter": LoopConfig(epochs=10, examples_per_epoch=4096, batch_size=16, learning_rate=8e-4, patience=8),
    "sixteenth": LoopConfig(epochs=14, examples_per_epoch=6144, batch_size=16, learning_rate=8e-4, patience=8),
}
LSTM: Final = LoopConfig(epochs=20, examples_per_epoch=4096, batch_size=64, learning_rate=1e-3, patience=4)
FOLDS: Final = {"full": 4, "quarter": 2, "sixteenth": 2}
_FOLD_SHARE: Final = 4


@dataclass(frozen=True)
class Place:
    """Where things are: the backbone's wheel and, beside its network, its head; the folder for work in progress, and
    the models' folder."""

    wheel: Path
    head: Path
    work: Path
    models: Path


def unlabelled_split(dataset: Dataset, made: Dataset | None = None, seed: int = 0) -> Split:
    """Artists with a stated label measure; of the others, one in eight chooses and the rest teach; `made` teaches."""
    measuring = {clip.artist for clip in dataset.labelled}
    others = sorted({clip.artist for clip in dataset} - measuring)
    shuffled = list(np.random.default_rng(seed).permutation(others))
    choosing = set(shuffled[: max(1, len(others) // 8)])
    ids: dict[str, list[str]] = {"train": [], "valid": [], "test": []}
    for clip in dataset:
        part = "test" if clip.artist in measuring else "valid" if clip.artist in choosing else "train"
        ids[part].append(clip.clip_id)
    ids["train"] += [clip.clip_id for clip in made or ()]
    return Split(tuple(ids["train"]), tuple(ids["valid"]), tuple(ids["test"]), seed)


def open_service(
    dataset: Dataset,
    place: Place,
    *,
    made: Dataset | None = None,
    varied_share: float = 0.5,
    most: int | None = None,
    segments: int | None = None,
    workers: int = 1,
    say: Say = print,
) -> School:
    """Spectrograms, corpus and the teacher's verdicts. `made`: synthetic music, which only teaches."""
    split = unlabelled_split(dataset, made)
    split.save(place.work / "split.json")
    cache = FeatureCache(place.work / "cache", Representation(MUSICNN))
    heard = [c for c in (*dataset, *(made or ())) if c.clip_id in {*split.train, *split.valid}]
    features, failed = cache.fill(heard, workers=workers)
    for fault in failed:
        say(f"skipped {fault.what}: {fault.reason}")
    clips = [clip for clip in heard if clip.clip_id in features]
    taggers = [fuse(tagger, FRAMES) for tagger in read_taggers(place.wheel)]
    corpus = corpora.build(
        [features[clip.clip_id] for clip in clips],
        ["train" if clip.clip_id in set(split.train) else "valid" for clip in clips],
        Classifier.open(place.head.parent).features,
        place.work / "corpus",
        varied_share=varied_share,
        most=most,
        segments=segments,
        progress=lambda done, total: say(f"corpus {done}/{total}"),
    )
    return School.found(corpus, clips, taggers, Head.load(place.head), split)


def bundle(school: School, resolution: str, place: Place, *, say: Say = print) -> list[Path]:
    """CNN, LSTM and stacked model of a resolution, trained and exported as exhibits until they are measured."""
    work = place.work / resolution
    configs = (CNN[resolution], LSTM)
    short = (replace(configs[0], epochs=max(1, configs[0].epochs // _FOLD_SHARE)), LSTM)
    members = teach_members(school, resolution, configs, work, say)
    strangers = views_of_strangers(school, resolution, short, FOLDS[resolution], work, say)
    stack = teach_stack(school, members.lstm, *strangers)
    followed, genres = torch.from_numpy(members.heard), len(school.head.genres)
    with torch.inference_mode():
        said = {
            "cnn": members.heard[:, :, :genres],
            "lstm": members.lstm.judge(followed).numpy()[:, np.newaxis],
            "stacked": stack.meta(stack.views(followed)).numpy()[:, np.newaxis],
        }
    networks: dict[str, nn.Module] = {"cnn": members.cnn, "lstm": members.lstm, "stacked": stack}
    inputs = {"cnn": backbone_input(resolution), "lstm": sequence_input(resolution)}
    made = []
    for kind, network in networks.items():
        metadata = describe(kind, resolution, inputs.get(kind, inputs["lstm"]))
        metadata = replace(metadata, calibration=calibrate(school, said[kind]))
        made.append(export(network, metadata, place.models, limit=SIZE_LIMIT))
        say(f"{made[-1].name}: exported")
    return made


_TITLES: Final = {"cnn": "CNN", "lstm": "LSTM", "stacked": "Stacked"}
_SUMMARIES: Final = {
    "cnn": "The convolutions of the backbone (two of musicnn's taggers side by side), carried to the {resolution}-"
    "resolution picture, with a genre layer. More than the report's three convolution layers: four in a row, of which "
    "the first has several kernel shapes, and maximum pooling over frequency and time.",
    "lstm": "The CNN of the same resolution hears four windows in a row; an LSTM follows them and adds to its verdict.",
    "stacked": "CNN and LSTM of the same resolution, weighed by a linear meta-learner.",
}
_LEARNED: Final = {
    "full": "The convolutions are the backbone's, untouched: MagnaTagATune and the Million Song Dataset, by their "
    "authors (Pons and Serra 2019). The genre layer is the backbone's head.",
    "quarter": "The convolutions began as the backbone's (MagnaTagATune and the Million Song Dataset, by their authors "
    "Pons and Serra 2019) and were tuned to give the full-resolution backbone's genres, tags and embedding.",
}
_MUSIC: Final = (
    " The music for this was freely licensed game music from Debian packages without stated genres and accompaniments "
    "made in named styles (MMA, FluidSynth), plain and varied (mixed, equalised, stretched, transposed), labelled by "
    "the backbone itself; artists with a stated genre were left out and measure. Genre labels came in by the backbone's"
    " head only, and by guesses for some pieces (of made ones, the name of the style), which weigh three tenths in "
    "what LSTM and meta-learner take for a song's genre."
)
_MORE: Final = {
    "cnn": "",
    "lstm": " The LSTM learned the backbone's verdict on the whole song from twelve seconds of it.",
    "stacked": " The LSTM learned the backbone's verdict on the whole song from twelve seconds of it; the meta-learner "
    "was fitted on what members, taught once more for each fold of artists without these, said of them.",
}
_WEAKNESSES: Final = (
    "It knows no more than the backbone that taught it, and repeats its mistakes. Game music has hardly any Hip-Hop, "
    "Jazz or singing, so what it makes of these was tuned on little. Electro Rock, New Age and World blur into their "
    "neighbours. The test has few artists, and none of some genres: see the table. Its figures are too good: the head "
    "of the backbone, which taught this model, was fitted on the labels of 59 of the 69 recordings and debugged with "
    "the other ten; this model itself never heard any of them. They compare models; docs/genre-head.md has the "
    "backbone's figures for artists that nothing met."
)
_SOURCE: Final = (
    "Weights derived from the package musicnn 0.1.0 (ISC licence, Music Technology Group, Universitat Pompeu Fabra; "
    "LICENSE-musicnn.md beside the backbone's model)."
)


def describe(kind: str, resolution: str, heard: PatchInput) -> ModelMetadata:
    """The metadata of a bundled report model, before it is measured and calibrated."""
    learned = _LEARNED.get(resolution, _LEARNED["quarter"])
    taught = learned if (kind, resolution) == ("cnn", "full") else learned + _MORE[kind] + _MUSIC
    return ModelMetadata(
        name=f"{kind}-{resolution}",
        version=VERSION,
        title=f"{_TITLES[kind]}, {resolution} resolution",
        summary=_SUMMARIES[kind].format(resolution=resolution),
        role="exhibit",
        input=heard,
        model=FileRecord("model.onnx", "0" * 64),
        calibration=Calibration(),
        learned_from=taught,
        weaknesses=_WEAKNESSES,
        source=_SOURCE,
        licence="ISC",
    )
