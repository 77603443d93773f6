"""The training commands, as a person would type them."""

from __future__ import annotations

import argparse
import csv
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
    made = {path.name for path in output.iterdir()}
    assert {"curves.csv", "split.json", "confusion.png", "curves.png", "predictions.csv", "run.toml"} <= made
    with (output / "predictions.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6 and all(row["predicted"] in row for row in rows)
    with (output / "curves.csv").open() as file:
        header = next(csv.reader(file))
    assert {"shown_loss", "train_loss", "train_macro_accuracy", "valid_loss", "valid_macro_accuracy"} <= set(header)

    again = tmp_path / "again"
    assert mgc("train", "--config", output / "run.toml", *cache, "--output", again, "--baselines") == 0
    assert (again / "curves.csv").read_bytes() == (output / "curves.csv").read_bytes()
    assert (again / "predictions.csv").read_bytes() == (output / "predictions.csv").read_bytes()
    assert mgc("evaluate", "--run", output, "--dataset", small_tree, *cache) == 0
    assert "test part" in capsys.readouterr().out

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
    assert {"bands-pca-2d.npz", "bands-pca-2d.png", "bands-lda-2d.npz"} <= {p.name for p in explored.iterdir()}


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


def test_options_in_a_file_are_checked_and_those_given_win(
    small_tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "class.toml"
    file.write_text(f'dataset = ["folders", "{small_tree.as_posix()}"]\nmodel = "lstm"\nepochs = 7\nmixup = false\n')
    options = parsed("--config", file, "--epochs", "3", "--mixup")
    assert (options.epochs, options.model, options.mixup) == (3, "lstm", True)
    assert parsed("--config", file).mixup is False
    assert parsed("--config", file, "--network", "x.py:Net").model is None
    file.write_text("dropout = 0.5\nmixup = true\n")
    assert (parsed("--config", file, "--plain").dropout, parsed("--config", file).dropout) == (None, 0.5)
    for text, told in (("epoch = 3", "Is epochs meant"), ("epochs = 0", "epochs"), ("epochs = ", "file of options"),
                       ('model = "cnnn"', "model"), ("", "--dataset")):  # fmt: skip
        file.write_text(text)
        with pytest.raises(MgcError, match=told):
            mgc("train", "--config", file)


def parsed(*arguments: str | Path) -> argparse.Namespace:
    from mgc_desktop.cli import train
    from mgc_desktop.cli.run_file import read_options

    parser = argparse.ArgumentParser()
    train.add_arguments(parser)
    return read_options(parser.parse_args([str(a) for a in arguments]))


def test_a_check_says_what_would_be_learned_and_does_nothing(
    small_tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert mgc("train", "--dataset", small_tree, "--check", "--cache", tmp_path / "cache") == 0
    said = capsys.readouterr().out
    assert "30 clips of 15 artists" in said and "grouped by artist" in said
    assert list(tmp_path.iterdir()) == []


def test_folds_and_repeats_by_one_command(small_tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quick = (
        "--frames 64 --epochs 1 --examples 16 --resolution sixteenth --folds 2 --repeats 2 --baselines bands".split()
    )
    arguments = ["--dataset", small_tree, "--cache", tmp_path / "cache", "--output", tmp_path / "runs", *quick]
    assert mgc("train", *arguments) == 0
    said = capsys.readouterr().out
    assert "4 runs: 2 folds, 2 seeds" in said and "±" in said
    with pytest.raises(MgcError, match="fold-1-seed-0"):
        mgc("export_model", tmp_path / "runs", "--models", tmp_path / "models")


def test_learning_curves_go_to_tensorboard_where_it_is_installed(small_tree: Path, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    quick = "--frames 64 --epochs 2 --examples 16 --resolution sixteenth --tensorboard --baselines".split()
    arguments = ["--dataset", small_tree, "--cache", tmp_path / "cache", "--output", tmp_path / "run", *quick]
    assert mgc("train", *arguments) == 0
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(tmp_path / "run" / "tensorboard"))
    events.Reload()
    assert "loss/valid" in events.Tags()["scalars"] and len(events.Scalars("macro_accuracy/train")) == 2
