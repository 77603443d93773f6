"""An order: what it asks `mgc train` for, what it refuses, and that it comes back from its file as it was."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import pytest

from mgc_desktop.cli import train
from mgc_desktop.training_runs.config import FILE_NAME, MODELS, RESOLUTIONS, ConfigError, TrainingRequest, free_name


@pytest.fixture
def order(tmp_path: Path) -> TrainingRequest:
    (tmp_path / "music").mkdir()
    return TrainingRequest("mine", str(tmp_path / "music"), learning_rate=0.01, frames=64, plain=True, created=5.5)


def parsed(order: TrainingRequest) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    train.add_arguments(parser)
    return parser.parse_args(order.arguments(Path("out"), Path("cache"), 2))


def test_its_arguments_are_ones_that_mgc_train_understands(order: TrainingRequest) -> None:
    options = parsed(order)
    assert options.dataset == ["folders", order.source]
    assert (options.model, options.resolution, options.frames, options.learning_rate) == ("cnn", "quarter", 64, 0.01)
    assert options.plain and options.background
    assert options.output == Path("out") and options.cache == Path("cache") and options.workers == 2
    assert options.wheel is None and options.root is None


def test_the_weights_go_along_with_pretrained_layers_only(order: TrainingRequest) -> None:
    given = replace(order, wheel="/a.whl")
    assert parsed(given).wheel is None
    assert parsed(replace(given, architecture="pretrained")).wheel == Path("/a.whl")


def test_comes_back_from_its_file(order: TrainingRequest, tmp_path: Path) -> None:
    order.save(tmp_path / "run")
    assert TrainingRequest.load(tmp_path / "run") == order


@pytest.mark.parametrize(
    "damage",
    [
        lambda values: {**values, "format": 2},
        lambda values: {**values, "model": "transformer"},
        lambda values: {**values, "epochs": "thirty"},
        lambda values: {**values, "surprise": 1},
        lambda values: [values],
        lambda values: {},
    ],
)
def test_a_damaged_file_is_a_clear_error(order: TrainingRequest, tmp_path: Path, damage: object) -> None:
    order.save(tmp_path)
    path = tmp_path / FILE_NAME
    path.write_text(json.dumps(damage(json.loads(path.read_text()))))  # type: ignore[operator]
    with pytest.raises(ConfigError, match="cannot be read"):
        TrainingRequest.load(tmp_path)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": "a/b"}, "letters"),
        ({"name": ""}, "letters"),
        ({"name": ".."}, "letters"),
        ({"name": "taken"}, "already"),
        ({"source": ""}, "Choose the music"),
        ({"source": "/nowhere"}, "not there"),
        ({"kind": "tracks"}, "tabs"),
        ({"architecture": "pretrained"}, "musicnn"),
    ],
)
def test_what_cannot_be_trained_is_refused_with_the_way_out(
    order: TrainingRequest, change: dict[str, str], why: str
) -> None:
    with pytest.raises(ConfigError, match=why):
        replace(order, **change).check({"taken"})  # type: ignore[arg-type]
    assert order.check({"taken"}) is order


def test_a_name_is_proposed_that_is_free() -> None:
    assert free_name("cnn", "full", ()) == "my-cnn-full"
    assert free_name("cnn", "full", {"my-cnn-full", "my-cnn-full-2"}) == "my-cnn-full-3"


@pytest.mark.train
def test_the_training_knows_all_that_can_be_ordered() -> None:
    pytest.importorskip("torch")
    from mgc_desktop.training.inputs import FACTORS
    from mgc_desktop.training.networks import registry

    assert set(MODELS) <= set(registry.names())
    assert set(RESOLUTIONS) == set(FACTORS)
