"""The backbone's `metadata.json` and model card, from the files that lie in its folder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from mgc_desktop.features.config import MUSICNN
from mgc_desktop.inference.metadata import FILE_NAME, FileRecord, ModelMetadata
from mgc_desktop.inference.patchinput import PatchInput
from mgc_desktop.inference.projection import FILE_NAME as MAPS_FILE
from mgc_desktop.training.product.backbone.card import write_card
from mgc_desktop.training.product.backbone.network import UNITS
from mgc_desktop.training.product.backbone.wheel import TAGGERS, Tagger

PATCH_FRAMES: Final = 187
MODEL_FILE: Final = "model.onnx"
HEAD_FILE: Final = "head.json"

_SUMMARY = (
    "The default model. Two networks of the musicnn family (Pons & Serra 2019) hear three seconds at a time and give "
    "a hundred descriptive tags; a linear head on top of them names the genre. The tags that are shown beside the "
    "genre come from here, too."
)
_LEARNED_FROM = (
    "`MTT` learned from MagnaTagATune: about 19,000 half-minute clips of the independent label Magnatune with tags by "
    "volunteers of the game TagATune. `MSD` learned from the Million Song Dataset: about 200,000 half-minute previews "
    "with tags by users of Last.fm. The weights are its authors' own, unchanged; they report ROC-AUC / PR-AUC 0.907 / "
    "0.383 (MTT) and 0.880 / 0.289 (MSD) on the tags of unseen clips."
)
_WEAKNESSES = (
    "It hears up to 8 kHz, in mono, three seconds at a time, and no lyrics. MTT knows no jazz, hip-hop or blues, MSD "
    "no classical music: each speaks for half of the genres. Both learned mostly from Western music before 2011. "
    "Electro Rock, World and Reggae are found seldom; Hard Rock and Alt Rock, Blues and Rock are taken for each other. "
    "A solo piano is taken for Classical, ragtime too. MTT learned from other clips of many of the labelled recordings "
    "by Magnatune, and settings of the head were chosen on the folds that measure it: its figures are too good. They "
    "cannot be compared with those of the report's models, which were measured on other recordings."
)
_SOURCE = (
    "Weights: the wheel of `musicnn` 0.1.0, read without TensorFlow, filters that died in training left out, both "
    "networks written as one ONNX graph by `python -m mgc_desktop.training.product.backbone`, the top three bands "
    "turned down by what today's resampler lets through and that of 2019 did not. Paper: J. Pons, X. Serra, "
    "“musicnn: pre-trained convolutional neural networks for music audio tagging”, 2019, arXiv:1909.06654."
)
_LICENCE = (
    "Network: ISC, © Music Technology Group, Universitat Pompeu Fabra 2019, code developed by Jordi Pons; the text is "
    "in `LICENSE-musicnn.md`. Genre head: GPL-3.0-or-later, like the program. Memory: what the network said of 506 "
    "freely licensed pieces, as numbers, no sound; they are listed with their licences in "
    "`mgc_desktop/training/data/free_music.tsv`."
)


def describe(folder: Path, taggers: Sequence[Tagger] | None = None) -> None:
    """Write `metadata.json` and `MODEL_CARD.md` for the model and the head in `folder`.

    Tag names come from `taggers`, or from the metadata that is there already; measured figures and tag rates are kept.
    """
    known = ModelMetadata.load(folder) if (folder / FILE_NAME).exists() else None
    tags = tuple(f"{t.name.lower()}:{tag}" for t in taggers for tag in t.tags) if taggers else ()
    metadata = ModelMetadata(
        name="musicnn",
        version="1.0",
        title="musicnn: the pretrained backbone",
        summary=_SUMMARY,
        role="default",
        input=PatchInput(MUSICNN, PATCH_FRAMES, PATCH_FRAMES),
        model=_record(folder / MODEL_FILE),
        tags=tags or (known.tags if known else ()),
        tag_rates=known.tag_rates if known else {},
        embedding=UNITS * len(TAGGERS),
        head=_record(folder / HEAD_FILE),
        heads={path.name.split(".")[1]: _record(path) for path in sorted(folder.glob("head.*.json"))},
        projections=_record(folder / MAPS_FILE) if (folder / MAPS_FILE).exists() else None,
        learned_from=_LEARNED_FROM,
        weaknesses=_WEAKNESSES,
        source=_SOURCE,
        licence=_LICENCE,
        figures=known.figures if known else {},
    )
    metadata.save(folder)
    write_card(folder)


def record_figure(folder: Path, title: str, value: object) -> None:
    """Put one measured figure into the metadata and the card."""
    metadata = ModelMetadata.load(folder)
    replace(metadata, figures={**metadata.figures, title: value}).save(folder)
    write_card(folder)


def _record(path: Path) -> FileRecord:
    return FileRecord(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
