"""Train a network on a folder of music, MagnaTagATune, a tagged library or a list of recordings.

What it is worth stands beside simple baselines. --folds and --repeats train several times and give mean and spread.
Every run writes run.toml, from which --config trains the same again.
"""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mgc_desktop.cli.background import in_background
from mgc_desktop.cli.run_file import read_options, write_options
from mgc_desktop.cli.training_options import add_dataset, add_work_folders, dataset_of, real, require_extra, say, whole
from mgc_desktop.errors import MgcError
from mgc_desktop.training_runs.config import ARCHITECTURES, MODELS, RESOLUTIONS

if TYPE_CHECKING:
    from mgc_desktop.training.config import TrainingConfig
    from mgc_desktop.training.datasets import Dataset
    from mgc_desktop.training.distributed import ProcessGroup

HELP = "train a model on your own music (needs the extra [train])"
BASELINES = ("majority", "bands", "embedding")
_SWITCH = argparse.BooleanOptionalAction


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `mgc train`. None stands for the default of `TrainingConfig`, or for what --config says."""
    parser.add_argument("--config", type=Path, metavar="RUN.TOML", help="options from a file; those given here win")
    add_dataset(parser, required=False)
    _add_network(parser)
    _add_measures(parser)
    _add_learning(parser)
    _add_measuring(parser)
    parser.add_argument("--device", help="cpu, cuda, cuda:1 or mps (default: a GPU if there is one)")
    parser.add_argument("--tensorboard", action="store_true", help="write learning curves for TensorBoard, too")
    parser.add_argument("--check", action="store_true", help="say what would be learned from, and stop")
    parser.add_argument(
        "--background", action="store_true", help="give way to other processes, and end when standard input ends"
    )
    add_work_folders(parser)


def _add_network(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("network")
    group.add_argument("--model", choices=tuple(MODELS), help="a network of the report (default: cnn)")
    group.add_argument("--network", metavar="FILE.py:CLASS", help="a network of your own: CLASS(genres, bands, frames)")
    group.add_argument("--resolution", choices=tuple(RESOLUTIONS), help="(default: quarter)")
    group.add_argument(
        "--architecture", choices=tuple(ARCHITECTURES),
        help="the report's plain networks (default), or ones that begin as the backbone",
    )  # fmt: skip
    group.add_argument("--wheel", type=Path, help="musicnn's wheel, for pretrained layers")
    group.add_argument("--linear", action=_SWITCH, help="linear spectrograms, for the report's comparison")
    group.add_argument("--frames", type=whole(32, 100_000), help="length of a patch of the report's networks")
    group.add_argument(
        "--stack-folds", type=whole(2, 50), help="folds of the stacked model's meta-learner (default: 4)"
    )


def _add_measures(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("measures against overfitting, one switch each")
    group.add_argument("--dropout", type=real(0, 0.95), help="share of units left out while learning (default: 0.3)")
    group.add_argument("--weight-decay", type=real(0, 1), help="(default: 1e-4)")
    group.add_argument("--spec-augment", action=_SWITCH, help="blank stretches of time and frequency")
    group.add_argument("--mixup", action=_SWITCH, help="mix two patches and their labels")
    group.add_argument("--time-shift", action=_SWITCH, help="turn patches in time")
    group.add_argument("--balance", action=_SWITCH, help="show each genre equally often")
    group.add_argument("--layers", type=whole(1, 8), help="layers of the report's LSTM (default: 2)")
    group.add_argument(
        "--plain", action="store_true", help="none of the first five (dropout, weight decay, the three augmentations)"
    )


def _add_learning(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("learning")
    group.add_argument("--epochs", type=whole(1, 100_000), help="at most so many (default: 30)")
    group.add_argument("--examples", type=whole(1, 10_000_000), help="patches shown in an epoch (default: 2048)")
    group.add_argument("--batch", type=whole(1, 100_000), help="patches in a step (default: 32)")
    group.add_argument("--learning-rate", type=real(1e-9, 10), help="(default: 0.001)")
    group.add_argument("--patience", type=whole(1, 100_000), help="epochs without a better result before it stops")
    group.add_argument("--seed", type=whole(0), help="of the weights and all that is drawn while learning (default: 0)")
    group.add_argument("--start-from", type=Path, metavar="RUN", help="go on from a finished run, on its split")


def _add_measuring(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("split and measuring")
    group.add_argument("--split-seed", type=whole(0), help="which artists teach and which measure (default: 0)")
    group.add_argument("--leaky", action=_SWITCH, help="split at random, to see what that inflates")
    group.add_argument("--folds", type=whole(2, 100), help="train and measure on so many folds of artists")
    group.add_argument("--repeats", type=whole(1, 100), help="train with so many seeds, one after the other")
    group.add_argument(
        "--baselines", nargs="*", choices=BASELINES, help="what to measure beside the network (default: all)"
    )


def run(options: argparse.Namespace) -> int:
    """Train, print the figures of the test part and keep the run in its folder."""
    with in_background() if options.background else nullcontext():
        return _run(options)


def _run(options: argparse.Namespace) -> int:
    options = read_options(options) if options.config else options
    require_extra()
    from mgc_desktop.training.distributed import join

    config = config_of(options)
    config.check()
    with join(options.device) as group:
        tell = say if group.leads else _silent
        dataset = dataset_of(options, tell)
        tell(dataset.describe())
        if options.check:
            _check(dataset, config, options)
            return 0
        if options.folds or options.repeats:
            return _repeat(dataset, config, options, group)
        return _once(dataset, config, options, group)


def config_of(options: argparse.Namespace) -> TrainingConfig:
    """The configuration that the options ask for; what they leave out stays as `TrainingConfig` has it."""
    from mgc_desktop.training.config import OPTIONS, PLAIN, TrainingConfig

    if options.network and options.model:
        raise MgcError("Give either --model or --network.")
    given = {name: getattr(options, name, None) for name in OPTIONS}
    given["network"] = _absolute(options.network) or options.model
    chosen = {name: value for name, value in given.items() if value is not None}
    return TrainingConfig(**{**(PLAIN if options.plain else {}), **chosen})


def _absolute(network: str | None) -> str | None:
    if not network:
        return None
    file, colon, name = network.rpartition(":")
    if not colon or not name.isidentifier():
        raise MgcError("--network takes a file and a class in it: my_net.py:Net.")
    return f"{Path(file).absolute()}:{name}"


def _check(dataset: Dataset, config: TrainingConfig, options: argparse.Namespace) -> None:
    from mgc_desktop.training.splits import fold_splits, grouped_split, leaky_split

    dataset.require_trainable()
    if options.folds:
        for split in fold_splits(dataset.clips, options.folds, config.split_seed):
            say(split.describe(dataset.clips))
        return
    chosen = leaky_split if config.leaky else grouped_split
    say(chosen(dataset.clips, config.split_seed).describe(dataset.clips))


def _once(dataset: Dataset, config: TrainingConfig, options: argparse.Namespace, group: ProcessGroup) -> int:
    from mgc_desktop.training.commands.train import train
    from mgc_desktop.training.run_report import describe

    result = train(
        dataset, config, options.output, options.cache, start_from=options.start_from,
        baselines=_baselines(options), tensorboard=options.tensorboard, group=group, workers=options.workers,
        say=say if group.leads else _silent,
    )  # fmt: skip
    if group.leads:
        path = write_options(options, config, result.folder)
        say(describe(result))
        say(f"\n{result.folder}: confusion.png, curves.png, predictions.csv, figures.json")
        say(f"The same again: mgc train --config {path} --output FOLDER")
    return 0


def _repeat(dataset: Dataset, config: TrainingConfig, options: argparse.Namespace, group: ProcessGroup) -> int:
    from mgc_desktop.training.commands.folds import describe, train_repeatedly

    if options.start_from:
        raise MgcError("--start-from goes on from one run: it cannot be used with --folds or --repeats.")
    repeated = train_repeatedly(
        dataset, config, options.output, options.cache, folds=options.folds or 0, repeats=options.repeats or 1,
        baselines=_baselines(options), group=group, workers=options.workers, say=say if group.leads else _silent,
    )  # fmt: skip
    if group.leads:
        path = write_options(options, config, repeated.folder)
        say(describe(repeated))
        say(f"The same again: mgc train --config {path} --output FOLDER")
    return 0


def _baselines(options: argparse.Namespace) -> tuple[str, ...]:
    return BASELINES if options.baselines is None else tuple(options.baselines)


def _silent(_: str) -> Any:
    """What processes other than the first one say."""
