"""Learning curves in TensorBoard, where it is installed and asked for (`--tensorboard`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from mgc_desktop.training.errors import TrainingError


def require() -> None:
    """TrainingError with the way out if TensorBoard is not installed."""
    if find_spec("tensorboard") is None:
        raise TrainingError("TensorBoard is not installed. Install it with: pip install 'mgc-desktop[tensorboard]'")


@contextmanager
def opened(folder: Path | None) -> Iterator[Callable[[dict[str, float]], None] | None]:
    """What takes a row of the learning curves and writes it to `folder`; None without a folder."""
    if folder is None:
        yield None
        return
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(str(folder))

    def record(row: dict[str, float]) -> None:
        for name, value in row.items():
            if name != "epoch":
                part, _, figure = name.partition("_")
                writer.add_scalar(f"{figure}/{part}", value, int(row["epoch"]))
        writer.flush()

    try:
        yield record
    finally:
        writer.close()
