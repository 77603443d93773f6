"""One process or many, by the same command: `torchrun --nproc-per-node 2 --no-python mgc train ...`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import nn

from mgc_desktop.training.errors import TrainingError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ProcessGroup:
    """The processes that train together; alone, rank 0 of 1."""

    rank: int = 0
    world: int = 1
    device: str = "cpu"

    @property
    def leads(self) -> bool:
        """Whether this process writes the files and talks."""
        return self.rank == 0

    def share(self, network: nn.Module) -> nn.Module:
        """The network with its gradients averaged over all processes."""
        network = network.to(self.device)
        if self.world == 1:
            return network
        return nn.parallel.DistributedDataParallel(network)

    def tell(self, value: T | None) -> T:
        """What the leading process has, in every process."""
        box = [value]
        if self.world > 1:
            dist.broadcast_object_list(box, src=0)
        assert box[0] is not None
        return box[0]

    def mean(self, value: float) -> float:
        """Of what all processes have."""
        if self.world == 1:
            return value
        box = torch.tensor(value, device=self.device)
        dist.all_reduce(box)
        return float(box) / self.world


@contextmanager
def join(device: str | None = None) -> Iterator[ProcessGroup]:
    """The group that torch's launcher described in the environment; without one, this process alone.

    `device`: `cpu`, `cuda`, `cuda:1`, `mps` (default: a GPU if there is one). Raises TrainingError if it is not there.
    """
    world = int(os.environ.get("WORLD_SIZE", "1"))
    rank = int(os.environ.get("RANK", "0"))
    place = _place(device, int(os.environ.get("LOCAL_RANK", "0")) if world > 1 else None)
    cuda = place.startswith("cuda")
    if world == 1:
        yield ProcessGroup(device=place)
        return
    dist.init_process_group("nccl" if cuda else "gloo")
    try:
        yield ProcessGroup(rank, world, place)
    finally:
        dist.destroy_process_group()


def _place(device: str | None, local_rank: int | None) -> str:
    """The device that is asked for; of several processes each takes the GPU of its number unless one is named."""
    if device is None:
        return f"cuda:{local_rank or 0}" if torch.cuda.is_available() else "cpu"
    kind, _, number = device.partition(":")
    if kind not in ("cpu", "cuda", "mps") or (number and not (kind == "cuda" and number.isdecimal())):
        raise TrainingError(f"--device is cpu, cuda, cuda:N or mps, not {device!r}.")
    if kind == "mps" and not torch.backends.mps.is_available():
        raise TrainingError("--device mps: this computer has no Apple GPU that torch can use. Use --device cpu.")
    if kind == "cuda":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        wanted = int(number) if number else local_rank or 0
        if wanted >= count:
            there = f"there are {count} (cuda:0 to cuda:{count - 1})" if count else "torch finds none here"
            raise TrainingError(f"--device {device}: there is no such GPU; {there}. Use --device cpu.")
        return f"cuda:{wanted}"
    return kind
