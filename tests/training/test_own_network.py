"""A network of one's own: a class in a file, or one call; checked before anything starts, exported like the others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

from mgc_desktop.inference.registry import load  # noqa: E402
from mgc_desktop.training.commands.train import train  # noqa: E402
from mgc_desktop.training.config import TrainingConfig  # noqa: E402
from mgc_desktop.training.datasets import open_dataset  # noqa: E402
from mgc_desktop.training.errors import TrainingError  # noqa: E402
from mgc_desktop.training.networks import registry  # noqa: E402
from mgc_desktop.training.saved_run import export_run  # noqa: E402

pytestmark = pytest.mark.train
QUICK = TrainingConfig(resolution="sixteenth", frames=64, epochs=1, examples=16, batch=16)
NET = """
from torch import nn

class Net(nn.Module):
    def __init__(self, genres, bands, frames):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(bands * frames, genres))

    def forward(self, patches):
        return self.layers(patches / 80)

class Wrong(Net):
    def forward(self, patches):
        return super().forward(patches)[:, :1]

class Broken(Net):
    def forward(self, patches):
        return self.layers(patches.transpose(0, 1))

not_a_class = 3
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "my_net.py"
    path.write_text(NET)
    return path


def test_a_class_in_a_file_is_trained_measured_and_exported(small_tree: Path, file: Path, tmp_path: Path) -> None:
    config = replace(QUICK, network=f"{file}:Net")
    dataset = open_dataset(small_tree)
    result = train(dataset, config, tmp_path / "run", tmp_path / "cache", baselines=(), say=lambda _: None)
    assert result.figures["clips"] == 6
    file.unlink()  # the run keeps its own copy
    assert load("net", export_run(tmp_path / "run", tmp_path / "models", "net").parent).predict


def test_a_changed_file_is_another_run(small_tree: Path, file: Path, tmp_path: Path) -> None:
    config = replace(QUICK, network=f"{file}:Net")
    dataset = open_dataset(small_tree)
    train(dataset, config, tmp_path / "run", tmp_path / "cache", baselines=(), say=lambda _: None)
    file.write_text(NET + "# changed")
    with pytest.raises(TrainingError, match="has changed"):
        train(dataset, config, tmp_path / "run", tmp_path / "cache", baselines=(), say=lambda _: None)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Missing", "Missing"),
        ("Wrong", "2 patches"),
        ("Broken", "fails on patches"),
        ("not_a_class", "cannot"),
    ],
)
def test_what_is_no_such_network_is_refused_before_anything_starts(file: Path, name: str, told: str) -> None:
    with pytest.raises(TrainingError, match=told):
        replace(QUICK, network=f"{file}:{name}").check()


def test_a_file_with_a_fault_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("def forward(")
    with pytest.raises(TrainingError, match=r"bad\.py"):
        replace(QUICK, network=f"{tmp_path / 'bad.py'}:Net").check()


def test_one_registration_is_enough(small_tree: Path, tmp_path: Path) -> None:
    class Small(nn.Module):
        def __init__(self, genres: int, points: int) -> None:
            super().__init__()
            self.layers = nn.Sequential(nn.Flatten(), nn.Linear(points, genres))

        def forward(self, patches: torch.Tensor) -> torch.Tensor:
            return self.layers(patches / 80)  # type: ignore[no-any-return]

    registry.register("small", lambda config, genres: Small(genres, config.input.shape[0] * config.input.shape[1]))
    config = replace(QUICK, network="small")
    dataset = open_dataset(small_tree)
    result = train(dataset, config, tmp_path / "run", tmp_path / "cache", baselines=(), say=lambda _: None)
    assert result.figures["clips"] == 6
    assert "small" in registry.names()
