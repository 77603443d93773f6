"""The warning that a model is measured on what it learned from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mgc_desktop.training.learned import note_learned, overlap


def test_recordings_and_artists_that_a_model_met_are_counted(
    tmp_path: Path, write_audio: Callable[..., Path], sounds: Any
) -> None:
    first, second = (write_audio(f"{name}.wav", sounds.noise(1.0 + i, 16000), sr=16000) for i, name in enumerate("ab"))
    model = tmp_path / "model"
    model.mkdir()
    assert overlap(model, [(first, "Ada")]) == ""
    note_learned(model, [first], ["Ada"])
    copy = first.rename(first.with_name("another name.wav"))
    found = overlap(model, [(copy, "Ada"), (second, "Ben"), (second, None)])
    assert found.startswith("it learned from 1 of the 3 clips, and from 1 of their 2 artists")
    assert overlap(model, [(second, "Ben")]) == ""
    assert overlap(model, [(second, "Ada")]).startswith("it learned from 0 of the 1 clips, and from 1 of their 1")


def test_the_bundled_model_names_what_its_heads_learned_from() -> None:
    from mgc_desktop.paths import models_dir
    from mgc_desktop.training.learned import FILE_NAME

    assert (models_dir() / "musicnn" / FILE_NAME).is_file()
