"""One order, from a data set to a trained network: what `mgc train` does.

Features are computed (or found), artists are split, the network learns on one part, its best epoch and calibration are
chosen on the second, and it is measured once on the third.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from mgc_desktop.inference.calibration import Calibration
from mgc_desktop.inference.patchinput import PatchInput
from mgc_desktop.training import augment
from mgc_desktop.training.augment import Augmentation
from mgc_desktop.training.cache import FeatureCache
from mgc_desktop.training.datasets.clip import Clip, Dataset
from mgc_desktop.training.distributed import Group
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.examples import Pictures, labelled_pictures
from mgc_desktop.training.extract import Representation
from mgc_desktop.training.inputs import backbone_input, report_input, sequence_input
from mgc_desktop.training.judge import calibrate, logits_of, score, validation
from mgc_desktop.training.loop import TrainConfig, Trained, train
from mgc_desktop.training.metrics import measure
from mgc_desktop.training.networks.report import ReportCnn, ReportLstm
from mgc_desktop.training.networks.stacked import Stacked
from mgc_desktop.training.product.backbone.fuse import Fused, fuse
from mgc_desktop.training.product.backbone.wheel import read_taggers
from mgc_desktop.training.product.pretrained import FRAMES, PretrainedCnn, PretrainedLstm, PretrainedStack
from mgc_desktop.training.progress import ProgressFile
from mgc_desktop.training.splits import Split, grouped_split
from mgc_desktop.training.stacking import fit_meta, out_of_fold, weigh

Kind = Literal["cnn", "lstm", "stacked"]
Architecture = Literal["report", "pretrained"]
Features = dict[str, NDArray[np.float16]]
Say = Callable[[str], None]
KINDS: Final = get_args(Kind)
ARCHITECTURES: Final = get_args(Architecture)


@dataclass(frozen=True)
class Order:
    """What is to be trained. `plain` leaves out every measure against overfitting, as the report's first LSTM did.

    `wheel`: the backbone's weights, for `pretrained`. `frames`: the patch of the report's networks.
    """

    kind: Kind = "cnn"
    resolution: str = "full"
    architecture: Architecture = "report"
    plain: bool = False
    linear: bool = False
    frames: int = 1248
    folds: int = 4
    wheel: Path | None = None
    config: TrainConfig = field(default_factory=TrainConfig)

    @property
    def name(self) -> str:
        """As in `models/<name>`."""
        return f"{self.kind}-{self.resolution}"

    @property
    def input(self) -> PatchInput:
        """The patches that its network hears."""
        if self.architecture == "report":
            return report_input(self.resolution, self.frames)
        return backbone_input(self.resolution) if self.kind == "cnn" else sequence_input(self.resolution)

    @property
    def networks(self) -> int:
        """How many learn one after the other: members on all folds but one, and those that an LSTM follows."""
        alone = 2 if self.architecture == "pretrained" else 1
        if self.kind == "stacked":
            return self.folds * (1 + alone) + 2
        return alone if self.kind == "lstm" else 1

    @property
    def augmentation(self) -> Augmentation:
        """How patches are varied."""
        return augment.NONE if self.plain else augment.USUAL


@dataclass(frozen=True)
class Taught:
    """A trained network, how its logits are read, and what the test part says of it (None if it was left empty)."""

    network: nn.Module
    calibration: Calibration
    figures: dict[str, Any]


@dataclass(frozen=True)
class _Room:
    """What all steps of one order share."""

    genres: tuple[str, ...]
    features: Features
    group: Group
    say: Say
    progress: ProgressFile


def teach(
    dataset: Dataset,
    order: Order,
    output: Path,
    cache: Path,
    *,
    split: Split | None = None,
    group: Group | None = None,
    workers: int = 1,
    say: Say = print,
) -> Taught:
    """Train what is ordered; checkpoints, curves and the split are kept in `output`, and a killed run goes on there.

    How far it is stands in `output/progress.json` meanwhile.

    Raises TrainingError if the data cannot teach: no clips, one genre, too few artists.
    """
    clips = dataset.require_trainable().clips
    group = group or Group()
    representation = Representation(order.input.mel, order.linear)
    progress = ProgressFile(output if group.leads else None, order.networks)
    progress.step("features")
    features, failed = FeatureCache(cache, representation).fill(
        clips, workers=workers, progress=_bar(say, progress.features)
    )
    for fault in failed:
        say(f"skipped {fault.what}: {fault.reason}")
    clips = tuple(c for c in clips if c.clip_id in features)
    replace(dataset, clips=clips).require_trainable()
    split = split or _split(clips, output, order.config.seed, group)
    say(split.describe(clips))
    room = _Room(dataset.genres, features, group, say, progress)
    learning, choosing = split.pick(clips, "train"), split.pick(clips, "valid")
    network = _learn(order, learning, choosing, output, room)
    progress.step("measuring")
    held = [c for c in split.pick(clips, "test") if c.evidence == "stated"]
    chosen = _pictures(order, choosing, room)
    calibration = calibrate(logits_of(network, chosen), chosen.labels)
    tested = _pictures(order, held, room)
    if not len(tested):
        return Taught(network, calibration, {})
    figures = measure(score(logits_of(network, tested), held, room.genres, calibration))
    how = "grouped by artist" if split.grouped else "random, the same artists on both sides: too good to be true"
    return Taught(network, calibration, {**figures, "split": f"test part of {dataset.name}, {how}"})


def _split(clips: Sequence[Clip], output: Path, seed: int, group: Group) -> Split:
    path = output / "split.json"
    if group.leads and not path.is_file():
        grouped_split(clips, seed).save(path)
    group.tell(True)
    return Split.load(path)


def _learn(order: Order, learning: Sequence[Clip], choosing: Sequence[Clip], output: Path, room: _Room) -> nn.Module:
    if order.kind == "stacked":
        return _learn_stacked(order, learning, choosing, output, room)
    network = _build(order, learning, choosing, output, room)
    _fit(network, order, learning, choosing, output, room)
    return network


def _fit(
    network: nn.Module, order: Order, learning: Sequence[Clip], choosing: Sequence[Clip], output: Path, room: _Room
) -> Trained:
    examples = _pictures(order, learning, room, order.augmentation)
    if len(np.unique(examples.labels)) < 2:
        raise TrainingError("The part that teaches holds a single genre. There are too few artists to split this data.")
    chosen = _pictures(order, choosing, room)
    known = [c for c in choosing if c.clip_id in room.features and c.genre is not None]

    def validate(learner: nn.Module) -> dict[str, float]:
        return validation(score(logits_of(learner, chosen), known, room.genres))

    tick = room.progress.network(output, order.config.epochs)
    return train(network, examples, validate, order.config, output, group=room.group, say=room.say, tick=tick)


def _build(order: Order, learning: Sequence[Clip], choosing: Sequence[Clip], output: Path, room: _Room) -> nn.Module:
    network = empty_network(order, len(room.genres))
    if isinstance(network, PretrainedLstm):
        room.say("first the CNN that the LSTM follows")
        cnn = network.cnn.requires_grad_(True)
        _fit(cnn, replace(order, kind="cnn"), learning, choosing, output / "cnn", room)
        cnn.requires_grad_(False)
    return network


def empty_network(order: Order, genres: int) -> nn.Module:
    """The network that is ordered, before it learned anything."""
    torch.manual_seed(order.config.seed)
    if order.architecture == "pretrained":
        cnn = PretrainedCnn(_taggers(order), order.input.reduction, genres=genres)
        if order.kind == "cnn":
            return cnn
        return PretrainedLstm(cnn) if order.kind == "lstm" else PretrainedStack(PretrainedLstm(cnn))
    if order.kind == "stacked":
        kinds: tuple[Kind, ...] = ("cnn", "lstm")
        return Stacked([empty_network(replace(order, kind=kind), genres) for kind in kinds], genres)
    dropout = 0.0 if order.plain else 0.3
    if order.kind == "cnn":
        return ReportCnn(genres, dropout=dropout)
    return ReportLstm(genres, order.input.shape[0], layers=1 if order.plain else 2, dropout=dropout)


def _taggers(order: Order) -> list[Fused]:
    if order.wheel is None:
        raise TrainingError("The pretrained layers come from musicnn's wheel: give it with --wheel.")
    return [fuse(tagger, FRAMES) for tagger in read_taggers(order.wheel)]


def _learn_stacked(
    order: Order, learning: Sequence[Clip], choosing: Sequence[Clip], output: Path, room: _Room
) -> nn.Module:
    """CNN and LSTM on all folds but one, asked about that one; the meta-learner on the answers; members on all."""
    kinds: tuple[Kind, ...] = ("cnn", "lstm")

    def member(kind: Kind) -> Callable[[Sequence[Clip], Sequence[Clip]], NDArray[np.floating]]:
        def teach_and_ask(known: Sequence[Clip], asked: Sequence[Clip]) -> NDArray[np.floating]:
            own = replace(order, kind=kind)
            place = output / f"fold-{kind}-{min(c.clip_id for c in asked).replace('/', '_')}"
            network = _learn(own, known, choosing, place, room)
            rows = logits_of(network, _pictures(order, asked, room))
            means = np.stack([row.mean(axis=0) for row in rows])
            views: NDArray[np.floating] = means - np.log(np.exp(means).sum(axis=1, keepdims=True))
            return views

        return teach_and_ask

    views = out_of_fold(learning, [member(kind) for kind in kinds], order.folds, order.config.seed)
    targets = np.eye(len(room.genres))[[room.genres.index(c.genre or "") for c in learning]]
    weight, bias = fit_meta(views, targets)
    lstm = _learn(replace(order, kind="lstm"), learning, choosing, output / "lstm", room)
    if isinstance(lstm, PretrainedLstm):  # which holds the CNN that it follows
        return weigh(PretrainedStack(lstm), weight, bias)
    cnn = _learn(replace(order, kind="cnn"), learning, choosing, output / "cnn", room)
    return weigh(Stacked([cnn, lstm], len(room.genres)), weight, bias)


def _pictures(order: Order, clips: Sequence[Clip], room: _Room, augmentation: Augmentation = augment.NONE) -> Pictures:
    return labelled_pictures(clips, room.features, room.genres, order.input, augmentation)


def _bar(say: Say, also: Callable[[int, int, float], None]) -> Callable[[int, int, float], None]:
    def progress(done: int, total: int, left: float) -> None:
        also(done, total, left)
        if done == total or done % max(1, total // 20) == 0:
            say(f"features {done}/{total}, {left / 60:.1f} min to go")

    return progress
