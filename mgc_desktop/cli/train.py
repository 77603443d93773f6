"""Teach a network on a folder of music, MagnaTagATune, a tagged library or a list of recordings."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from mgc_desktop.cli.background import in_background
from mgc_desktop.cli.training_options import add_dataset, add_work_folders, dataset_of, require_extra
from mgc_desktop.errors import MgcError
from mgc_desktop.foundation.file_lock import FileLock, LockTakenError

HELP = "train a model on your own music (needs the extra [train])"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `mgc train`."""
    add_dataset(parser)
    parser.add_argument("--model", choices=("cnn", "lstm", "stacked"), default="cnn")
    parser.add_argument("--resolution", choices=("full", "quarter", "sixteenth"), default="full")
    parser.add_argument(
        "--architecture", choices=("report", "pretrained"), default="report",
        help="the report's plain networks, or ones that begin as the backbone",
    )  # fmt: skip
    parser.add_argument("--plain", action="store_true", help="no dropout and no augmentation (the report's first LSTM)")
    parser.add_argument("--linear", action="store_true", help="linear spectrograms, for the report's comparison")
    parser.add_argument("--wheel", type=Path, help="musicnn's wheel, for pretrained layers")
    parser.add_argument("--frames", type=int, default=1248, help="length of a patch of the report's networks")
    parser.add_argument("--folds", type=int, default=4, help="folds of the stacked model")
    parser.add_argument("--leaky", action="store_true", help="split at random, to see what that inflates")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--examples", type=int, default=2048, help="patches shown in an epoch")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--patience", type=int, default=8, help="epochs without a better result before it stops")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", help="cpu or cuda (default: a GPU if there is one)")
    parser.add_argument(
        "--background", action="store_true", help="give way to other processes, and end when standard input ends"
    )
    add_work_folders(parser)


def run(options: argparse.Namespace) -> int:
    """Train, print the figures of the test part and keep the model as `trained.json` and `network.pt`."""
    with in_background() if options.background else nullcontext():
        return _run(options)


def _run(options: argparse.Namespace) -> int:
    require_extra()
    from mgc_desktop.training.distributed import join
    from mgc_desktop.training.loop import TrainConfig
    from mgc_desktop.training.progress import ProgressFile
    from mgc_desktop.training.splits import leaky_split
    from mgc_desktop.training.teach import Order, teach
    from mgc_desktop.training.trained import keep

    config = TrainConfig(
        epochs=options.epochs, examples_per_epoch=options.examples, batch_size=options.batch,
        learning_rate=options.learning_rate, patience=options.patience, seed=options.seed,
    )  # fmt: skip
    order = Order(
        options.model, options.resolution, options.architecture, options.plain, options.linear, options.frames,
        options.folds, options.wheel, config,
    )  # fmt: skip
    output = options.output or Path("trained") / order.name
    with join(options.device) as group, _alone_in(output) if group.leads else nullcontext():
        say = print if group.leads else _silent
        progress = ProgressFile(output if group.leads else None)
        progress.step("reading")
        dataset = dataset_of(options)
        say(dataset.describe())
        split = leaky_split(dataset.clips, options.seed) if options.leaky else None
        adapter = teach(
            dataset, order, output, options.cache, split=split, group=group, workers=options.workers, say=say
        )
        if group.leads:
            keep(adapter, order, dataset, output)
            progress.step("done")
            _tell(adapter.figures)
    return 0


@contextmanager
def _alone_in(output: Path) -> Iterator[None]:
    """Two trainings in one folder would overwrite each other's checkpoints."""
    lock = FileLock(output / "run.lock")
    try:
        lock.acquire()
    except LockTakenError as error:
        raise MgcError(
            "Another training is at work here. Wait for it, or choose another --output.", path=output
        ) from error
    except OSError as error:
        raise MgcError(f"The folder of the training cannot be used ({error.strerror}).", path=output) from error
    try:
        yield
    finally:
        lock.release()


def _tell(figures: dict[str, Any]) -> None:
    if not figures:
        print("No clip with a stated genre was left to measure on.")
        return
    print(f"{figures['split']}: {figures['clips']} clips of {figures['artists']} artists")
    for name in ("accuracy", "macro_accuracy", "macro_f1", "top_3", "roc_auc", "calibration_error"):
        value, low, high = figures[name]
        print(f"  {name.replace('_', ' '):<18}{value:.3f}  ({low:.3f} to {high:.3f})")


def _silent(_: str) -> None:
    """What processes other than the first one say."""
