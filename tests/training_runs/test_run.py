"""What a run's folder tells, also while it is being written and after everything that can go wrong."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from mgc_desktop.training_runs.config import TrainingRequest
from mgc_desktop.training_runs.run import (
    LOG,
    RunState,
    delete_run,
    last_error,
    list_runs,
    read_curves,
    read_run,
    read_tail,
)

CURVES = "epoch,train_loss,valid_loss,valid_macro_accuracy\n0,1.5,1.2,0.3\n1,1.1,0.9,0.5\n2,0.8,1.0,0.6\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "runs" / "mine"
    TrainingRequest("mine", "/music", created=1).save(folder)
    return folder


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


def test_a_run_that_was_cut_off_can_be_resumed(folder: Path, models: Path) -> None:
    (folder / "progress.json").write_text(json.dumps({"step": "learning", "share": 0.1, "epoch": 3, "epochs": 30}))
    (folder / LOG).write_text("epoch 3/30: …\n")
    run = read_run(folder, models)
    assert run.state is RunState.STOPPED and run.resumable and run.error == ""
    assert (run.progress.epoch, run.progress.epochs) == (3, 30)
    assert read_run(folder, models, running=True).state is RunState.RUNNING


def test_a_run_that_failed_says_why_and_can_be_tried_again(folder: Path, models: Path) -> None:
    (folder / LOG).write_text("reading\nmgc: The data set x has no clips. Check the folder that was given.\n")
    run = read_run(folder, models)
    assert run.state is RunState.FAILED and run.resumable
    assert run.error == "The data set x has no clips. Check the folder that was given."
    assert read_run(folder, models, running=True).error == "", "what is tried again has not failed yet"


def test_a_finished_run_has_figures_and_may_be_a_model(folder: Path, models: Path) -> None:
    (folder / "trained.json").write_text(json.dumps({"figures": {"accuracy": [0.5, 0.4, 0.6]}}))
    run = read_run(folder, models)
    assert run.state is RunState.FINISHED and not run.exported and not run.resumable
    assert run.figures["accuracy"] == [0.5, 0.4, 0.6]
    (models / "mine").mkdir(parents=True)
    (models / "mine" / "metadata.json").write_text("{}")
    assert read_run(folder, models).exported


def test_a_finished_run_that_could_not_become_a_model_says_why(folder: Path, models: Path) -> None:
    (folder / "trained.json").write_text(json.dumps({"figures": {}, "genres": ["a"]}))
    (folder / LOG).write_text("mgc: This network tells apart other genres than the program's ten.\n")
    run = read_run(folder, models)
    assert run.state is RunState.FINISHED and "other genres" in run.error


def test_the_curves_of_the_network_that_learns_now_are_shown(folder: Path, models: Path) -> None:
    for name in ("lstm", "cnn"):
        (folder / name).mkdir()
        (folder / name / "curves.csv").write_text(CURVES)
    (folder / "progress.json").write_text(json.dumps({"step": "learning", "folder": "lstm"}))
    run = read_run(folder, models)
    assert {curves.network for curves in run.networks} == {"lstm", "cnn"}
    assert run.curves.network == "lstm" and len(run.curves) == 3


def test_curves_know_their_best_epoch_and_their_rows(tmp_path: Path) -> None:
    path = tmp_path / "curves.csv"
    path.write_text(CURVES)
    curves = read_curves(path)
    assert curves.best == 1
    assert curves.get("valid_macro_accuracy") == (0.3, 0.5, 0.6)
    assert curves.get("nothing") == ()
    header, rows = curves.rows()
    assert header == ("epoch", "train_loss", "valid_loss", "valid_macro_accuracy")
    assert rows[1] == (2, 1.1, 0.9, 0.5)


@pytest.mark.parametrize(
    ("text", "epochs"),
    [("", 0), ("epoch,train_loss\n", 0), (CURVES + "3,0.7", 3), ("epoch,train_loss\n0,nan\n1,x\n", 2)],
)
def test_curves_that_are_half_written_are_read_as_far_as_they_go(tmp_path: Path, text: str, epochs: int) -> None:
    (tmp_path / "curves.csv").write_text(text)
    assert len(read_curves(tmp_path / "curves.csv")) == epochs


def test_a_number_that_is_none_is_no_best_epoch(tmp_path: Path) -> None:
    (tmp_path / "curves.csv").write_text("epoch,valid_loss\n0,nan\n1,x\n2,0.5\n")
    curves = read_curves(tmp_path / "curves.csv")
    assert math.isnan(curves.get("valid_loss")[1])
    assert curves.best == 2


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"share": "much", "left": [], "epoch": null}'])
def test_progress_that_is_half_written_is_no_error(folder: Path, models: Path, text: str) -> None:
    (folder / "progress.json").write_text(text)
    assert read_run(folder, models).progress.share == 0.0


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ([], ""),
        (["epoch 1/3: …"], ""),
        (["mgc: The disk is full."], "The disk is full."),
        (["mgc: interrupted"], ""),
        (["Traceback (most recent call last):", "KeyboardInterrupt", "Segmentation fault", "--- stopped, now"], ""),
        (["mgc: The disk is full.", "--- mgc train, again"], ""),
        (["Traceback (most recent call last):", "  File", "MemoryError: too much"], "MemoryError: too much"),
        (["Traceback (most recent call last):", "  File", "KeyboardInterrupt"], ""),
    ],
)
def test_the_last_line_says_how_the_command_ended(lines: list[str], error: str) -> None:
    assert last_error(lines) == error


def test_only_the_end_of_a_long_log_is_read(tmp_path: Path) -> None:
    (tmp_path / LOG).write_text("".join(f"line {i}\n" for i in range(50_000)))
    tail = read_tail(tmp_path / LOG)
    assert len(tail) == 200 and tail[-1] == "line 49999"
    assert read_tail(tmp_path / "none") == ()


def test_runs_are_listed_newest_first_and_deleted(folder: Path, models: Path) -> None:
    TrainingRequest("newer", "/music", created=2).save(folder.parent / "newer")
    (folder.parent / "no run").mkdir()
    (folder.parent / "damaged").mkdir()
    (folder.parent / "damaged" / "order.json").write_text("{")
    runs = list_runs(folder.parent, models, "mine")
    assert [run.name for run in runs] == ["newer", "mine", "damaged"]
    assert runs[1].state is RunState.RUNNING
    assert runs[2].state is RunState.FAILED and not runs[2].resumable and "Delete" in runs[2].error
    delete_run(folder)
    assert [run.name for run in list_runs(folder.parent, models)] == ["newer", "damaged"]
