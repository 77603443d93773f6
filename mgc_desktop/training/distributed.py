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

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Group:
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
def join(device: str | None = None) -> Iterator[Group]:
    """The group that torch's launcher described in the environment; without one, this process alone."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    rank = int(os.environ.get("RANK", "0"))
    cuda = device != "cpu" and torch.cuda.is_available()
    place = f"cuda:{os.environ.get('LOCAL_RANK', '0')}" if cuda else device or "cpu"
    if world == 1:
        yield Group(device=place)
        return
    dist.init_process_group("nccl" if cuda else "gloo")
    try:
        yield Group(rank, world, place)
    finally:
        dist.destroy_process_group()
