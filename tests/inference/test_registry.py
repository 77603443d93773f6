"""Models are listed, unusable ones with their reason, and loaded by name."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mgc_desktop.errors import ModelError
from mgc_desktop.inference.registry import DEFAULT, list_models, load
from mgc_desktop.paths import models_dir

Edited = Callable[[str, Callable[[dict[str, Any]], Any]], Path]


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def test_every_bundled_model_is_usable_and_one_is_the_default() -> None:
    entries = list_models(models_dir())
    assert [entry.reason for entry in entries] == [None] * len(entries)
    defaults = [entry.name for entry in entries if entry.metadata and entry.metadata.role == "default"]
    assert defaults == [DEFAULT] == [entries[0].name]


def test_models_of_the_user_are_listed_with_the_bundled_ones(
    report_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = report_model.parent / "home"
    shutil.copytree(report_model, home / "data" / "models" / "cnn-mine")
    monkeypatch.setenv("MGC_HOME", str(home))
    entry = next(entry for entry in list_models() if entry.name == "cnn-mine")
    assert not entry.usable
    assert "Rename the folder" in str(entry.reason)


@pytest.mark.parametrize(
    ("name", "damage", "complaint"),
    [
        ("model.onnx", truncate, "damaged"),
        ("model.onnx", flip_a_bit, "damaged"),
        ("model.onnx", Path.unlink, "missing"),
        ("head.json", flip_a_bit, "damaged"),
        ("head.json", Path.unlink, "missing"),
        ("metadata.json", truncate, "not understood"),
        ("metadata.json", Path.unlink, "missing"),
    ],
)
def test_damage_is_listed_and_named(copied: Path, name: str, damage: Callable[[Path], None], complaint: str) -> None:
    path = copied / "musicnn" / name
    damage(path)
    (entry,) = list_models(copied)
    assert not entry.usable
    assert complaint in str(entry.reason)
    assert str(path) in str(entry.reason)
    with pytest.raises(ModelError, match=complaint) as caught:
        load("musicnn", copied)
    assert caught.value.path == path


def test_a_damaged_model_does_not_hide_the_others(copied: Path, report_model: Path) -> None:
    shutil.move(report_model, copied)
    truncate(copied / "musicnn" / "model.onnx")
    assert [(entry.name, entry.usable) for entry in list_models(copied)] == [
        ("cnn-sixteenth", True),
        ("musicnn", False),
    ]


def test_a_head_with_other_genres_is_refused(copied: Path, edited: Edited) -> None:
    edited("head.json", lambda head: head["genres"].reverse())
    with pytest.raises(ModelError, match="not those that the model's metadata names"):
        load("musicnn", copied)


def test_a_head_that_does_not_fit_the_network_is_refused(copied: Path, edited: Edited) -> None:
    def halve(head: dict[str, Any]) -> None:
        for name in ("mean", "scale"):
            head[name] = head[name][::2]
        head["weights"] = [row[::2] for row in head["weights"]]

    edited("head.json", halve)
    with pytest.raises(ModelError, match="does not have"):
        load("musicnn", copied)


@pytest.mark.parametrize("name", ["nothing", "../musicnn", "."])
def test_the_error_for_an_unknown_name_lists_the_known_ones(name: str) -> None:
    with pytest.raises(ModelError, match=r"Choose one of: .*musicnn"):
        load(name, models_dir())


def test_an_empty_folder_has_no_models(tmp_path: Path) -> None:
    assert list_models(tmp_path) == []
    assert list_models(tmp_path / "absent") == []
    with pytest.raises(ModelError, match="none"):
        load(None, tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes of Unix")
@pytest.mark.parametrize("name", ["model.onnx", "head.json", "metadata.json"])
@pytest.mark.parametrize("kind", ["huge", "pipe"])
def test_one_bad_model_is_named_and_the_others_work(copied: Path, name: str, kind: str) -> None:
    """A file of 20 GB, or one that never ends, is not read."""
    shutil.copytree(copied / "musicnn", copied / "bad")
    metadata = json.loads((copied / "bad/metadata.json").read_text("utf-8"))
    (copied / "bad/metadata.json").write_text(json.dumps({**metadata, "name": "bad"}), "utf-8")
    path = copied / "bad" / name
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    else:
        with path.open("wb") as file:
            file.truncate(20_000_000_000)
    good, bad = list_models(copied)
    assert (good.name, good.reason) == ("musicnn", None)
    assert bad.name == "bad"
    assert name in str(bad.reason)
    assert load("musicnn", copied).name == "musicnn"
    with pytest.raises(ModelError, match=r"at most|a pipe"):
        load("bad", copied)
