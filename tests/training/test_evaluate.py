"""What is measured is what the program says; guesses never count; the page can be written again and again."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
from mgc_desktop.inference.calibration import Calibration  # noqa: E402
from mgc_desktop.inference.metadata import FileRecord, ModelMetadata  # noqa: E402
from mgc_desktop.inference.registry import list_models, load  # noqa: E402
from mgc_desktop.pipeline import Excerpt, analyze  # noqa: E402
from mgc_desktop.training.commands.evaluate import (  # noqa: E402
    Measured,
    evaluate,
    evaluate_run,
    parameters,
    part_of_run,
)
from mgc_desktop.training.commands.train import train  # noqa: E402
from mgc_desktop.training.config import TrainingConfig  # noqa: E402
from mgc_desktop.training.datasets import Dataset, open_dataset  # noqa: E402
from mgc_desktop.training.errors import TrainingError  # noqa: E402
from mgc_desktop.training.export import export  # noqa: E402
from mgc_desktop.training.inputs import report_input  # noqa: E402
from mgc_desktop.training.networks.report import ReportCnn  # noqa: E402
from mgc_desktop.training.product.publish import publish  # noqa: E402
from mgc_desktop.training.results import write_results  # noqa: E402
from mgc_desktop.training.run_report import describe  # noqa: E402
from mgc_desktop.training.saved_run import export_run  # noqa: E402

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for name, resolution in (("cnn-full", "full"), ("cnn-sixteenth", "sixteenth")):
        torch.manual_seed(0)
        export(
            ReportCnn(10, channels=(4, 8, 8)),
            ModelMetadata(
                name=name, version="1", title=name, summary="", role="exhibit", input=report_input(resolution, 64),
                model=FileRecord("model.onnx", "0" * 64), calibration=Calibration(),
            ),
            folder,
        )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def dataset(small_tree: Path) -> Dataset:
    whole = open_dataset(small_tree)
    return replace(whole, clips=whole.clips[::3])


@pytest.fixture(scope="module")
def measured(models: Path, dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> list[Measured]:
    output = tmp_path_factory.mktemp("out")
    return evaluate(["cnn-full", "cnn-sixteenth"], dataset, output, folders=[models], say=lambda _: None)


def test_accuracy_is_that_of_the_programs_own_verdicts(
    measured: list[Measured], models: Path, dataset: Dataset
) -> None:
    model = load("cnn-full", models)
    right = [analyze(clip.path, model).ranked[0][0] == clip.genre for clip in dataset]
    assert measured[0].figures["accuracy"][0] == pytest.approx(sum(right) / len(right), abs=1e-4)
    assert measured[0].figures["clips"] == 10


def test_cost_counts_numbers_bytes_and_time(measured: list[Measured], models: Path) -> None:
    network = ReportCnn(10, channels=(4, 8, 8))
    trained = sum(p.numel() for p in network.parameters())
    assert parameters(models / "cnn-full" / "model.onnx") == pytest.approx(trained, rel=0.05), "some are folded"
    assert measured[0].cost["megabytes"] > 0
    assert all(m.cost["ms_per_clip"] > 0 for m in measured), "which one is faster is for a benchmark to say"


def test_figures_reach_the_models_metadata_and_card(measured: list[Measured], models: Path, tmp_path: Path) -> None:
    shutil.copytree(models, tmp_path / "models")
    good = {**measured[0].figures, "macro_accuracy": [0.7, 0.6, 0.8]}
    bad = {**measured[1].figures, "macro_accuracy": [0.4, 0.3, 0.5]}
    two = [replace(measured[0], figures=good), replace(measured[1], figures=bad)]
    assert publish(two, tmp_path / "models") == ["cnn-full: offered", "cnn-sixteenth: exhibit"]
    entries = {entry.name: entry for entry in list_models(tmp_path / "models")}
    assert all(entry.usable for entry in entries.values())
    assert entries["cnn-full"].metadata.figures["clips"] == 10  # type: ignore[union-attr]
    assert "0.70" in (tmp_path / "models" / "cnn-full" / "MODEL_CARD.md").read_text()


def test_guesses_never_count(models: Path, dataset: Dataset, tmp_path: Path) -> None:
    guessed = replace(dataset, clips=tuple(replace(c, evidence="guess") for c in dataset))
    with pytest.raises(TrainingError, match="stated genre"):
        evaluate(["cnn-full"], guessed, tmp_path, folders=[models])


def test_the_middle_of_a_recording_can_stand_for_it(models: Path, dataset: Dataset, tmp_path: Path) -> None:
    one = replace(dataset, clips=dataset.clips[:2])
    (part,) = evaluate(["cnn-full"], one, tmp_path, seconds=2, folders=[models], say=lambda _: None)
    assert "2 s in the middle" in part.figures["split"]
    (answers,) = (json.loads(path.read_text()) for path in tmp_path.rglob("*.json"))
    model = load("cnn-full", models)
    expected = analyze(one.clips[0].path, model, excerpts=[Excerpt(1.0, 2.0)]).probabilities
    assert next(iter(answers.values())) == pytest.approx(expected.tolist(), abs=1e-6)


def test_answers_are_kept_and_not_asked_again(models: Path, dataset: Dataset, tmp_path: Path) -> None:
    one = replace(dataset, clips=dataset.clips[:2])
    evaluate(["cnn-full"], one, tmp_path, folders=[models], say=lambda _: None)
    kept = next(tmp_path.rglob("*.json"))
    answers = json.loads(kept.read_text())
    flipped = {name: row[::-1] for name, row in answers.items()}
    kept.write_text(json.dumps(flipped))
    said: list[str] = []
    evaluate(["cnn-full"], one, tmp_path, folders=[models], say=said.append)
    assert json.loads(kept.read_text()) == flipped
    assert not any("min to go" in line for line in said)


def test_the_page_keeps_what_people_wrote_around_it(measured: list[Measured], tmp_path: Path) -> None:
    page = tmp_path / "docs" / "results.md"
    write_results(measured, page, tmp_path / "docs" / "images")
    first = page.read_text()
    page.write_text("Before.\n\n" + first + "\nAfter.\n")
    write_results(measured[:1], page, tmp_path / "docs" / "images")
    text = page.read_text()
    assert text.startswith("Before.") and text.rstrip().endswith("After.")
    assert "cnn-full" in text and "cnn-sixteenth" not in text
    for line in text.splitlines():
        if line.startswith("!["):
            assert (page.parent / line.split("(")[-1].rstrip(")")).is_file()
    assert json.loads(page.with_suffix(".json").read_text())[0]["name"] == "cnn-full"


def test_other_sound_under_the_same_name_is_asked_about_anew(models: Path, dataset: Dataset, tmp_path: Path) -> None:
    songs = [dataset.clips[0].path, dataset.clips[-1].path]
    one = tmp_path / "song.wav"
    answers = []
    for song in songs:
        shutil.copy(song, one)
        changed = replace(dataset, clips=(replace(dataset.clips[0], path=one), dataset.clips[1]))
        evaluate(["cnn-full"], changed, tmp_path, folders=[models], say=lambda _: None)
        kept = json.loads(next(tmp_path.rglob("*.json")).read_text())
        answers.append(len(kept))
    assert answers == [2, 3]


@pytest.fixture(scope="module")
def run(small_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    config = TrainingConfig(resolution="sixteenth", frames=64, epochs=1, examples=16, batch=16)
    train(open_dataset(small_tree), config, folder / "out", folder / "cache", baselines=(), say=lambda _: None)
    return folder / "out"


def test_a_run_is_measured_on_its_own_test_part(run: Path, small_tree: Path, tmp_path: Path) -> None:
    said: list[str] = []
    dataset = open_dataset(small_tree)
    figures = evaluate_run(run, dataset, cache=tmp_path, say=said.append)
    assert figures["accuracy"] == json.loads((run / "trained.json").read_text())["figures"]["accuracy"]
    assert (figures["clips"], figures["artists"], said) == (6, 3, [])
    whole = evaluate_run(run, dataset, "all", cache=tmp_path, say=said.append)
    assert whole["clips"] == 30
    assert "learned from 24 of the 30 clips, and from 12 of their 15 artists" in said[0]


def test_a_part_of_other_music_is_refused(run: Path, small_tree: Path, tmp_path: Path) -> None:
    for genre in ("Classical", "Hard Rock"):
        shutil.copytree(small_tree / genre, tmp_path / genre / "elsewhere")
    with pytest.raises(TrainingError, match="None of the clips"):
        evaluate_run(run, open_dataset(tmp_path), cache=tmp_path / "cache")


def test_an_exported_model_is_warned_of_on_what_it_learned_from(run: Path, small_tree: Path, tmp_path: Path) -> None:
    export_run(run, tmp_path / "models", "mine")
    said: list[str] = []
    dataset = open_dataset(small_tree)
    (all_,) = evaluate(["mine"], dataset, tmp_path, folders=[tmp_path / "models"], say=said.append)
    assert "24 of the 30 clips" in all_.warning and any("WARNING" in line for line in said)
    (test,) = evaluate(["mine"], part_of_run(run, dataset, "test"), tmp_path, folders=[tmp_path / "models"])
    assert test.warning == "" and test.figures["clips"] == 6


def test_the_model_card_counts_what_was_learned_from_and_not_the_test_part(run: Path, tmp_path: Path) -> None:
    made = export_run(run, tmp_path, "mine")
    card = (made / "MODEL_CARD.md").read_text()
    assert "18 clips of 9 artists" in card and "6 clips of 3 artists were held back" in card


def test_clips_of_unknown_artists_are_never_counted_as_artists(small_tree: Path, tmp_path: Path) -> None:
    songs = sorted(small_tree.rglob("*.wav"))
    for number, song in enumerate(songs):
        genre = song.parents[1].name
        (tmp_path / "flat" / genre).mkdir(parents=True, exist_ok=True)
        shutil.copy(song, tmp_path / "flat" / genre / f"{genre}.{number:05}.wav")
    config = TrainingConfig(resolution="sixteenth", frames=64, epochs=1, examples=16, batch=16)
    dataset = open_dataset(tmp_path / "flat")
    result = train(dataset, config, tmp_path / "run", tmp_path / "cache", baselines=(), say=lambda _: None)
    told = describe(result)
    assert "clips of unknown artists" in told and "BY RECORDING" in told and "grouped by artist" not in told
    said: list[str] = []
    assert (
        evaluate_run(tmp_path / "run", dataset, cache=tmp_path / "cache", say=said.append)["who"] == "unknown artists"
    )
    assert any("artists" in line and "unknown" in line for line in said)
