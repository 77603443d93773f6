"""Which networks there are. One call of `register`, or `--network my_net.py:Net`, adds another.

A network takes patches `(n, bands, frames)`, as `TrainingConfig.input` prepares them, and gives logits `(n, genres)`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import torch
from torch import nn

from mgc_desktop.inference.patchinput import PatchInput
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.inputs import backbone_input, report_input, sequence_input
from mgc_desktop.training.networks.report import ReportCnn, ReportLstm
from mgc_desktop.training.networks.stacked import Stacked

if TYPE_CHECKING:
    from mgc_desktop.training.config import TrainingConfig

Build = Callable[["TrainingConfig", int], nn.Module]


def _report_input(config: TrainingConfig) -> PatchInput:
    return report_input(config.resolution, config.frames)


def _no_part(_: nn.Module) -> nn.Module | None:
    return None


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """How a network is made: `build(config, genres)` with fresh weights, and the patches that it takes.

    `first(network)` is a part that learns alone before the rest is added, None if all of it learns at once.
    """

    build: Build
    input: Callable[[TrainingConfig], PatchInput] = _report_input
    stages: int = 1
    first: Callable[[nn.Module], nn.Module | None] = _no_part


STACKED: Final = "stacked"
MEMBERS: Final = ("cnn", "lstm")  # of the stacked model
_registered: dict[str, NetworkSpec] = {}


def register(name: str, build: Build, **rest: object) -> None:
    """Make a network known by a name: `register("mine", lambda config, genres: Net(genres, *config.input.shape))`."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name) or name == STACKED:
        raise ValueError(f"{name!r} cannot be the name of a network")
    _registered[name] = NetworkSpec(build, **rest)  # type: ignore[arg-type]


def names() -> list[str]:
    """What `--model` takes."""
    return sorted({name.removeprefix("pretrained-") for name in _registered} | {STACKED})


def short_name(network: str) -> str:
    """For file names: the class of a network of one's own in lower case, else its name."""
    return network.rpartition(":")[2].lower() if ":" in network else network


def spec_of(config: TrainingConfig) -> NetworkSpec:
    """The network that is asked for; TrainingError if there is none of that name."""
    if ":" in config.network:
        return NetworkSpec(lambda asked, genres: _own_network(asked, genres))
    prefix = "pretrained-" if config.architecture == "pretrained" else ""
    found = _registered.get(prefix + config.network)
    if found is None:
        raise TrainingError(
            f"There is no {prefix}network named {config.network!r}. Choose one of {', '.join(names())}, or name one of "
            "your own with --network FILE.py:CLASS."
        )
    return found


def check(config: TrainingConfig) -> None:
    """TrainingError if the network cannot be built or its output has not one number a genre."""
    if config.architecture == "pretrained" and (config.wheel is None or not config.wheel.is_file()):
        raise TrainingError(
            "The pretrained layers come from musicnn's wheel: give it with --wheel. It is had with: "
            "pip download musicnn==0.1.0 --no-deps"
        )
    if config.architecture == "pretrained" and config.linear:
        raise TrainingError("The pretrained layers know mel spectrograms only: --linear is for the report's networks.")
    if config.network == STACKED:
        return
    spec = spec_of(config)
    if ":" not in config.network:
        return
    bands, frames = config.input.shape
    network = spec.build(config, 3)
    try:
        with torch.inference_mode():
            given = network.eval()(torch.zeros(2, bands, frames))
    except Exception as error:
        raise TrainingError(
            f"The network {config.network} fails on patches (2, {bands}, {frames}): {type(error).__name__}: {error}"
        ) from error
    if getattr(given, "shape", None) != (2, 3):
        raise TrainingError(
            f"The network {config.network} must give logits (patches, genres): for 2 patches and 3 genres it gave "
            f"{tuple(getattr(given, 'shape', ()))} instead of (2, 3)."
        )


def build(config: TrainingConfig, genres: int) -> nn.Module:
    """A network with fresh weights, drawn from the seed."""
    torch.manual_seed(config.seed)
    return spec_of(config).build(config, genres)


def input_of(config: TrainingConfig) -> PatchInput:
    """The patches that a network takes; those of the stacked model are the LSTM's."""
    if config.network == STACKED:
        return sequence_input(config.resolution) if config.architecture == "pretrained" else _report_input(config)
    return spec_of(config).input(config)


def stages(config: TrainingConfig, network: str) -> int:
    """How many networks learn one after the other for one of that name."""
    if ":" in network:
        return 1
    prefix = "pretrained-" if config.architecture == "pretrained" else ""
    return _registered[prefix + network].stages


def stack(config: TrainingConfig, members: Mapping[str, nn.Module], genres: int) -> nn.Module:
    """The stacked model of trained members, its meta-learner not yet fitted."""
    if config.architecture == "pretrained":  # the LSTM holds the CNN that it follows
        from mgc_desktop.training.product.pretrained import PretrainedLstm, PretrainedStack

        lstm = members["lstm"]
        assert isinstance(lstm, PretrainedLstm)
        return PretrainedStack(lstm)
    return Stacked([members[name] for name in MEMBERS], genres)


def source_digest(config: TrainingConfig) -> str:
    """A checksum of the files that a network is built from, beyond this program: "" where there are none."""
    files = []
    if ":" in config.network:
        files.append(Path(config.network.rpartition(":")[0]))
    if config.architecture == "pretrained" and config.wheel is not None:
        files.append(config.wheel)
    return " ".join(hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in files)


def _own_network(config: TrainingConfig, genres: int) -> nn.Module:
    """`CLASS(genres=, bands=, frames=)` out of a Python file, which is run for it."""
    file, _, name = config.network.rpartition(":")
    path = Path(file)
    if not path.is_file():
        raise TrainingError("This file with a network of your own does not exist.", path=path)
    spec = importlib.util.spec_from_file_location(f"own_network_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise TrainingError("A network of your own is a class in a Python file: FILE.py:CLASS.", path=path)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        made = getattr(module, name)
        bands, frames = config.input.shape
        network = made(genres=genres, bands=bands, frames=frames)
    except AttributeError as error:
        raise TrainingError(f"There is no class {name} in this file ({error}).", path=path) from error
    except Exception as error:
        raise TrainingError(
            f"{name}(genres=..., bands=..., frames=...) cannot be made: {type(error).__name__}: {error}", path=path
        ) from error
    if not isinstance(network, nn.Module):
        raise TrainingError(f"{name} is not a torch.nn.Module.", path=path)
    return network


def _pretrained_cnn(config: TrainingConfig, genres: int) -> nn.Module:
    from mgc_desktop.training.product.pretrained import pretrained_cnn

    assert config.wheel is not None
    return pretrained_cnn(config.wheel, config.input.reduction, genres)


def _pretrained_lstm(config: TrainingConfig, genres: int) -> nn.Module:
    from mgc_desktop.training.product.pretrained import PretrainedLstm, pretrained_cnn

    assert config.wheel is not None
    return PretrainedLstm(pretrained_cnn(config.wheel, config.input.reduction, genres))


def _cnn_inside(network: nn.Module) -> nn.Module | None:
    return network.get_submodule("cnn")


register("cnn", lambda config, genres: ReportCnn(genres, dropout=config.dropout))
register(
    "lstm",
    lambda config, genres: ReportLstm(genres, config.input.shape[0], layers=config.layers, dropout=config.dropout),
)
register("pretrained-cnn", _pretrained_cnn, input=lambda config: backbone_input(config.resolution))
register(
    "pretrained-lstm",
    _pretrained_lstm,
    input=lambda config: sequence_input(config.resolution),
    stages=2,
    first=_cnn_inside,
)
