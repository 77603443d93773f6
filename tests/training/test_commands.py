"""The training commands, as a person would type them."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

import pytest

pytest.importorskip("torch")
from mgc_desktop.errors import MgcError
from mgc_desktop.inference.registry import load

pytestmark = pytest.mark.train
QUICK = "--frames 64 --epochs 6 --examples 64 --batch 16 --learning-rate 0.01 --device cpu".split()


def mgc(command: str, *arguments: str | Path) -> int:
    module = importlib.import_module(f"mgc_desktop.cli.{command}")
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    status: int = module.run(parser.parse_args([str(a) for a in arguments]))
    return status


def test_train_then_export_then_explore(small_tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cache = ["--cache", tmp_path / "cache"]
    output = tmp_path / "run"
    arguments = ["--dataset", "folders", small_tree, "--model", "cnn", "--resolution", "sixteenth", *QUICK]
    assert mgc("train", *arguments, *cache, "--output", output) == 0
    said = capsys.readouterr().out
    assert "grouped by artist" in said and "macro accuracy" in said and "6 clips of 3 artists" in said
    assert (output / "curves.csv").is_file() and (output / "split.json").is_file()

    assert mgc("export_model", output, "--models", tmp_path / "models", "--name", "mine") == 0
    assert load("mine", tmp_path / "models").genres[2] == "Classical"

    with pytest.raises(MgcError, match="--name my-cnn-sixteenth"):  # a bundled model would hide it
        mgc("export_model", output, "--models", tmp_path / "models")

    explored = tmp_path / "explored"
    assert (
        mgc(
            "explore",
            "--dataset",
            small_tree,
            *cache,
            "--output",
            explored,
            "--dimensions",
            "2",
            "--methods",
            "pca",
            "lda",
        )
        == 0
    )
    assert "| Classical | 10 | 5 |" in capsys.readouterr().out
    assert {"mel-pca-2d.npz", "mel-pca-2d.png", "mel-lda-2d.npz"} <= {p.name for p in explored.iterdir()}


def test_evaluate_measures_a_bundled_model(
    small_tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "results.md"
    arguments = ["musicnn", "--dataset", small_tree, "--output", tmp_path / "out", "--page", page]
    assert mgc("evaluate", *arguments) == 0
    assert "30 clips, 15 artists" in capsys.readouterr().out
    assert "musicnn" in page.read_text()


def test_a_kind_of_data_set_that_is_not_known_is_a_clear_error(small_tree: Path, tmp_path: Path) -> None:
    with pytest.raises(MgcError, match="magnatagatune"):
        mgc("train", "--dataset", "gtzan", small_tree, "--output", tmp_path / "out")
