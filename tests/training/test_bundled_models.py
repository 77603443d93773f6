"""The report models that come with the program: whole, small, described, and no better than they were measured."""

from __future__ import annotations

import numpy as np
import pytest

from mgc_desktop.inference.registry import list_models, load
from mgc_desktop.paths import models_dir

KINDS = ("cnn", "lstm", "stacked")
REPORT_MODELS = [
    entry for entry in list_models(models_dir()) if entry.name.split("-")[0] in KINDS and "-" in entry.name
]


@pytest.mark.parametrize("entry", REPORT_MODELS, ids=lambda entry: entry.name)
def test_a_report_model_is_whole_small_and_described(entry) -> None:  # type: ignore[no-untyped-def]
    assert entry.usable, entry.reason
    meta = entry.metadata
    assert (entry.folder / meta.model.file).stat().st_size < 4_000_000
    assert meta.name == f"{meta.name.split('-')[0]}-{meta.resolution}"
    card = (entry.folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert meta.learned_from in card and meta.weaknesses in card
    patches = np.random.default_rng(0).uniform(0, 3, (2, meta.mel.n_mels, meta.patch_frames)).astype(np.float32)
    logits = load(entry.name).predict(patches).logits
    assert logits.shape == (2, 10) and np.isfinite(logits).all()


@pytest.mark.parametrize("entry", REPORT_MODELS, ids=lambda entry: entry.name)
def test_what_finds_less_than_half_of_the_genres_is_not_offered(entry) -> None:  # type: ignore[no-untyped-def]
    measured = entry.metadata.figures.get("macro_accuracy", [0.0])[0]
    assert entry.metadata.role == ("offered" if measured >= 0.5 else "exhibit")
