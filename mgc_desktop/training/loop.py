"""The training loop, on one page.

Everything random comes from the seed, the number of the epoch and the place in it, so a run that was killed and
resumed, and a run on several processes, end where an undisturbed one does.
"""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from mgc_desktop.training import checkpoint
from mgc_desktop.training.distributed import ProcessGroup
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.examples import Examples, batches
from mgc_desktop.training.progress import Tick

Loss = Callable[[Any, Tensor], Tensor]
Record = Callable[[dict[str, float]], None]  # one row of the learning curves
Validate = Callable[[nn.Module], dict[str, float]]  # must hold "loss"; what the choice of the best epoch goes by


@dataclass(frozen=True, slots=True)
class LoopConfig:
    """How long and how fast to learn.

    `examples_per_epoch`: patches shown in an epoch. `patience`: epochs without a better validation loss before it
    stops.
    """

    epochs: int = 30
    examples_per_epoch: int = 2048
    batch_size: int = 32
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    patience: int = 8
    seed: int = 0


@dataclass(frozen=True)
class FitResult:
    """The best epoch, its validation figures, and the learning curves (one row an epoch)."""

    best_epoch: int
    figures: dict[str, float]
    curves: tuple[dict[str, float], ...]


def cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Between logits and shares `(n, genres)`."""
    return -(target * functional.log_softmax(logits, dim=1)).sum(dim=1).mean()


def fit(
    network: nn.Module,
    examples: Examples,
    validate: Validate,
    config: LoopConfig,
    folder: Path,
    *,
    loss: Loss = cross_entropy,
    watch: Validate | None = None,
    identity: str = "",
    record: Record | None = None,
    group: ProcessGroup | None = None,
    say: Callable[[str], None] = print,
    tick: Tick | None = None,
) -> FitResult:
    """Fit `network` in place; it ends with the weights of its best epoch. Resumes from the checkpoint in `folder`.

    `validate` gives the figures that choose the best epoch, `watch` the same figures of clips that are learned from,
    without dropout and augmentation: they become the columns `train_...` of `curves.csv`, and the mean loss of the
    varied patches that were shown becomes `shown_loss`. `identity`: a checksum of all that decides the run; a
    checkpoint of another one is refused. `record` gets each epoch's row. `tick` is called after each batch with the
    number of epochs that are done, fractions included.
    Raises TrainingError for a damaged checkpoint, one of another run, or a loss that is not a finite number.
    """
    group = group or ProcessGroup()
    torch.manual_seed(config.seed)
    shared = group.share(network)
    optimizer = torch.optim.AdamW(
        [p for p in network.parameters() if p.requires_grad],
        config.learning_rate,
        weight_decay=config.weight_decay,
    )
    run = {"config": asdict(config), "identity": identity}
    curves, best = _resume(folder, run, network, optimizer)
    begun, resumed_at = time.monotonic(), len(curves)
    tick = tick or _ignore
    tick(resumed_at)
    for epoch in range(len(curves), config.epochs):
        if epoch - best["epoch"] > config.patience:
            break
        torch.manual_seed(config.seed * 100_003 + epoch * 101 + group.rank)  # dropout
        for options in optimizer.param_groups:
            options["lr"] = _learning_rate(config, epoch)
        train_loss = _epoch(shared, examples, optimizer, loss, config, epoch, group, tick)
        figures = group.tell(_measure(validate, network) if group.leads else None)
        row = {"epoch": epoch, "train_loss": train_loss}
        if watch is not None:
            clean = group.tell(_measure(watch, network) if group.leads else None)
            row = {"epoch": epoch, "shown_loss": train_loss, **{f"train_{k}": v for k, v in clean.items()}}
        curves.append({**row, **{f"valid_{k}": v for k, v in figures.items()}})
        better = figures["loss"] < best["loss"]
        if better:
            best = {"epoch": epoch, "loss": figures["loss"]}
        if group.leads:
            _keep(folder, run, network, optimizer, curves, best, better)
            if record is not None:
                record(curves[-1])
            say(_progress(curves[-1], config, (time.monotonic() - begun) / (epoch + 1 - resumed_at)))
        tick(epoch + 1)
    group.tell(True)  # wait until the best weights are written
    network.load_state_dict(checkpoint.load(folder / "best.pt")["network"])
    network.eval()
    epoch = int(best["epoch"])
    chosen = curves[epoch]
    return FitResult(epoch, {k.removeprefix("valid_"): v for k, v in chosen.items()}, tuple(curves))


def _epoch(
    network: nn.Module,
    examples: Examples,
    optimizer: torch.optim.Optimizer,
    loss: Loss,
    config: LoopConfig,
    epoch: int,
    group: ProcessGroup,
    tick: Tick,
) -> float:
    network.train()
    total, steps = 0.0, 0
    size = min(config.batch_size, config.examples_per_epoch)
    every = config.examples_per_epoch // size
    for x, target in batches(
        examples, config.examples_per_epoch, size, (config.seed, epoch), rank=group.rank, world=group.world
    ):
        error = loss(network(torch.from_numpy(x).to(group.device)), torch.from_numpy(target).to(group.device))
        if not torch.isfinite(error):
            raise TrainingError("The loss is not a finite number any more. Try a smaller --learning-rate.")
        optimizer.zero_grad()
        error.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        total, steps = total + error.item(), steps + 1
        if steps < every:
            tick(epoch + steps / every)
    return group.mean(total / steps)


def _ignore(_: float) -> None:
    """Ignore the progress."""


def _measure(validate: Validate, network: nn.Module) -> dict[str, float]:
    network.eval()
    with torch.inference_mode():
        return validate(network)


def _learning_rate(config: LoopConfig, epoch: int) -> float:
    """Half a cosine from the full rate to a hundredth of it."""
    return config.learning_rate * (0.01 + 0.99 * (1 + math.cos(math.pi * epoch / config.epochs)) / 2)


def _resume(
    folder: Path, run: dict[str, Any], network: nn.Module, optimizer: torch.optim.Optimizer
) -> tuple[list[dict[str, float]], dict[str, float | int]]:
    path = folder / "last.pt"
    if not path.is_file():
        return [], {"epoch": 0, "loss": math.inf}
    state = checkpoint.load(path)
    if any(state.get(key, "") != value for key, value in run.items()):
        raise TrainingError(
            "There is a checkpoint of a run with other options, data or split. Choose another --output.", path=path
        )
    try:
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
    except (RuntimeError, ValueError, KeyError) as error:
        raise TrainingError("There is a checkpoint of another network. Choose another --output.", path=path) from error
    return state["curves"], state["best"]


def _keep(
    folder: Path,
    run: dict[str, Any],
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    curves: list[dict[str, float]],
    best: dict[str, Any],
    better: bool,
) -> None:
    if better:
        checkpoint.save(folder / "best.pt", {"network": network.state_dict(), "epoch": best["epoch"]})
    state = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), **run}
    checkpoint.save(folder / "last.pt", {**state, "curves": curves, "best": best})
    with (folder / "curves.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, curves[-1])
        rows.writeheader()
        rows.writerows(curves)


def _progress(row: dict[str, float], config: LoopConfig, seconds: float) -> str:
    left = seconds * (config.epochs - row["epoch"] - 1)
    figures = ", ".join(f"{name.replace('_', ' ')} {value:.3f}" for name, value in row.items() if name != "epoch")
    return f"epoch {row['epoch'] + 1:.0f}/{config.epochs}: {figures}; at most {left / 60:.1f} min to go"
