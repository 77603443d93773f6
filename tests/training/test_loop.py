"""The loop learns what can be learned and nothing else, and ends the same however it was interrupted or shared."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

from mgc_desktop.features.config import REPORT  # noqa: E402
from mgc_desktop.inference.patchinput import PatchInput  # noqa: E402
from mgc_desktop.training.errors import TrainingError  # noqa: E402
from mgc_desktop.training.examples import Pictures, batches  # noqa: E402
from mgc_desktop.training.loop import LoopConfig, cross_entropy, fit  # noqa: E402
from mgc_desktop.training.networks.report import ReportCnn  # noqa: E402

pytestmark = pytest.mark.train
HEARD = PatchInput(replace(REPORT, n_mels=16), 32, 16, reference="maximum", top_db=80.0)
CONFIG = LoopConfig(epochs=4, examples_per_epoch=64, batch_size=16, learning_rate=3e-3, patience=10, seed=1)


def pictures() -> Pictures:
    """Two genres that differ in where the energy is, one with three times as many clips."""
    rng = np.random.default_rng(0)
    labels = np.array([0] * 12 + [1] * 4)
    made = []
    for label in labels:
        picture = rng.normal(-60, 3, (16, 48))
        picture[slice(0, 8) if label else slice(8, 16)] += 40
        made.append(picture.astype(np.float16))
    return Pictures(made, labels, 2, HEARD)


def network() -> nn.Module:
    torch.manual_seed(7)
    return ReportCnn(2, channels=(4, 8, 8), dropout=0.0)


def validate(net: nn.Module) -> dict[str, float]:
    examples = pictures()
    x = torch.from_numpy(np.concatenate([examples.windows(i)[:1] for i in range(len(examples))]))
    target = torch.eye(2)[examples.labels]
    logits = net(x)
    right = (logits.argmax(1) == target.argmax(1)).float().mean()
    return {"loss": float(cross_entropy(logits, target)), "accuracy": float(right)}


def silent(_: str) -> None:
    pass


def weights(net: nn.Module) -> np.ndarray:
    return torch.cat([p.detach().flatten() for p in net.parameters()]).numpy()


def test_it_learns(tmp_path: Path) -> None:
    result = fit(network(), pictures(), validate, CONFIG, tmp_path, say=silent)
    assert result.figures["accuracy"] == 1.0
    assert result.curves[-1]["train_loss"] < 0.5 * result.curves[0]["train_loss"]
    with (tmp_path / "curves.csv").open() as file:
        assert len(list(csv.DictReader(file))) == CONFIG.epochs


def test_the_same_seed_gives_the_same_network(tmp_path: Path) -> None:
    nets = [network() for _ in range(3)]
    for i, (net, seed) in enumerate(zip(nets, (1, 1, 2), strict=True)):
        fit(net, pictures(), validate, replace(CONFIG, epochs=2, seed=seed), tmp_path / str(i), say=silent)
    assert np.array_equal(weights(nets[0]), weights(nets[1]))
    assert not np.array_equal(weights(nets[0]), weights(nets[2]))


@pytest.mark.parametrize("killed_in_epoch", [1, 3])
def test_a_killed_run_ends_where_an_undisturbed_one_does(tmp_path: Path, killed_in_epoch: int) -> None:
    class Killed(BaseException):
        pass

    calls = 0

    def killing(net: nn.Module) -> dict[str, float]:
        nonlocal calls
        calls += 1
        if calls == killed_in_epoch + 1:
            raise Killed
        return validate(net)

    whole, parts = network(), network()
    fit(whole, pictures(), validate, CONFIG, tmp_path / "whole", say=silent)
    with pytest.raises(Killed):
        fit(parts, pictures(), killing, CONFIG, tmp_path / "parts", say=silent)
    resumed = network()
    fit(resumed, pictures(), validate, CONFIG, tmp_path / "parts", say=silent)
    assert np.array_equal(weights(whole), weights(resumed))
    assert (tmp_path / "whole/curves.csv").read_text() == (tmp_path / "parts/curves.csv").read_text()


def test_it_stops_when_nothing_gets_better_and_gives_the_best(tmp_path: Path) -> None:
    losses = iter([3.0, 1.0, 2.0, 2.0, 2.0, 2.0])
    states: list[np.ndarray] = []

    def falling_then_rising(net: nn.Module) -> dict[str, float]:
        states.append(weights(net))
        return {"loss": next(losses)}

    net = network()
    config = replace(CONFIG, epochs=6, patience=2)
    result = fit(net, pictures(), falling_then_rising, config, tmp_path, say=silent)
    assert len(result.curves) == 4
    assert result.best_epoch == 1
    assert np.array_equal(weights(net), states[1])


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 cut short", b"\x80\x02}q\x00."])
def test_a_corrupt_checkpoint_is_a_clear_error(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "last.pt").write_bytes(damage)
    with pytest.raises(TrainingError, match="Delete it"):
        fit(network(), pictures(), validate, CONFIG, tmp_path, say=silent)


def test_a_checkpoint_of_other_options_is_not_continued(tmp_path: Path) -> None:
    fit(network(), pictures(), validate, replace(CONFIG, epochs=1), tmp_path, say=silent)
    with pytest.raises(TrainingError, match="other options"):
        fit(network(), pictures(), validate, CONFIG, tmp_path, say=silent)


def test_a_loss_that_is_no_number_stops_the_run(tmp_path: Path) -> None:
    bad = pictures()
    bad.pictures[0][:] = np.nan
    with pytest.raises(TrainingError, match="learning-rate"):
        fit(network(), bad, validate, CONFIG, tmp_path, say=silent)


def test_every_genre_is_shown_equally_often() -> None:
    examples = pictures()
    plan = examples.plan(4000, np.random.default_rng(0))
    assert np.bincount(examples.labels[plan]) / 4000 == pytest.approx([0.5, 0.5], abs=0.03)


def test_processes_share_the_same_examples() -> None:
    alone = [x for x, _ in batches(pictures(), 32, 8, (0, 0))]
    shared = [[x for x, _ in batches(pictures(), 32, 8, (0, 0), rank=r, world=2)] for r in (0, 1)]
    for whole, even, odd in zip(alone, *shared, strict=True):
        assert np.array_equal(whole[0::2], even)
        assert np.array_equal(whole[1::2], odd)


_SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import numpy as np, test_loop
from mgc_desktop.training.distributed import join
from mgc_desktop.training.loop import fit
with join("cpu") as group:
    net = test_loop.network()
    fit(net, test_loop.pictures(), test_loop.validate, test_loop.CONFIG, Path(sys.argv[2]), group=group)
    if group.leads:
        np.save(Path(sys.argv[2]) / "weights.npy", test_loop.weights(net))
"""


@pytest.mark.slow
def test_two_processes_end_where_one_does(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(_SCRIPT)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    arguments = [str(script), str(Path(__file__).parent), str(tmp_path / "two")]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    run = subprocess.run([*command, *arguments], env=environment, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    alone = network()
    fit(alone, pictures(), validate, CONFIG, tmp_path / "one", say=silent)
    assert np.allclose(weights(alone), np.load(tmp_path / "two" / "weights.npy"), atol=1e-3)
    logs = [np.genfromtxt(tmp_path / way / "curves.csv", delimiter=",")[1:] for way in ("one", "two")]
    assert np.allclose(logs[0], logs[1], atol=1e-3), "the learning curves are those of all processes together"
    assert run.stdout.count("epoch 4/4") == 1, "only one process talks"
