"""The metadata of a model is validated strictly."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mgc_desktop.errors import ModelError
from mgc_desktop.features.config import MUSICNN
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.metadata import ModelMetadata
from mgc_desktop.inference.tag_names import SYNONYMS
from mgc_desktop.paths import models_dir

Edited = Callable[[str, Callable[[dict[str, Any]], Any]], Path]


def test_the_bundled_backbone_describes_itself() -> None:
    metadata = ModelMetadata.load(models_dir() / "musicnn")
    assert (metadata.name, metadata.role, metadata.genres) == ("musicnn", "default", GENRES)
    assert (metadata.mel, metadata.patch_frames, metadata.patch_hop) == (MUSICNN, 187, 187)
    assert (metadata.resolution, metadata.embedding) == ("full", 400)
    assert [name.partition(":")[0] for name in metadata.tags] == ["mtt"] * 50 + ["msd"] * 50
    assert len(set(metadata.tags)) == 100
    assert "ISC" in metadata.licence
    assert set(metadata.tag_rates) == set(SYNONYMS)
    assert all(0 < rate < 1 for rate in metadata.tag_rates.values())


def test_metadata_is_loaded_as_it_was_saved(tmp_path: Path) -> None:
    metadata = ModelMetadata.load(models_dir() / "musicnn")
    metadata.save(tmp_path)
    assert ModelMetadata.load(tmp_path).to_dict() == metadata.to_dict()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda m: m.pop("genres"), "'genres' is missing"),
        (lambda m: m.update(format=99), "format 99"),
        (lambda m: m.update(colour="red"), "unknown keys colour"),
        (lambda m: m["genres"].append("jazz"), "must differ"),
        (lambda m: m.update(vocabulary="everyday"), "not those of the vocabulary"),
        (lambda m: m.update(role="star"), "role 'star'"),
        (lambda m: m.update(title=7), "title must be text"),
        (lambda m: m["model"].update(sha256="12"), "not a SHA-256"),
        (lambda m: m["model"].update(file="../../other.onnx"), "plain file name"),
        (lambda m: m.update(head=None), "a head or a calibration"),
        (lambda m: m["input"].pop("hop"), "'hop' is missing"),
        (lambda m: m["input"]["mel"].pop("sr"), "sr"),
        (lambda m: m["input"]["mel"].update(window="hann"), "window"),
        (lambda m: m.update(tag_rates=[1]), "not understood"),
        (lambda m: m.update(figures=None), "not understood"),
    ],
)
def test_invalid_metadata_names_the_file(edited: Edited, change: Any, complaint: str) -> None:
    path = edited("metadata.json", change)
    with pytest.raises(ModelError, match=complaint) as caught:
        ModelMetadata.load(path.parent)
    assert caught.value.path == path
    assert "choose another model" in caught.value.message


def test_metadata_of_a_report_model_carry_their_calibration(report_model: Path) -> None:
    values = json.loads((report_model / "metadata.json").read_text(encoding="utf-8"))
    assert values["head"] is None
    metadata = ModelMetadata.load(report_model)
    assert metadata.calibration is not None
    assert metadata.calibration.unsure_below == 0.2
    assert metadata.resolution == "sixteenth"
