"""What `mgc train` does: from a data set to a trained network, and what it is worth.

Features are computed (or found), artists are split, the network learns on one part, its best epoch and calibration are
chosen on the second, and it is measured once on the third, beside simple baselines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from torch import nn

from mgc_desktop.foundation.file_lock import FileLock, LockTakenError
from mgc_desktop.paths import cache_dir
from mgc_desktop.training import board, checkpoint
from mgc_desktop.training.baselines import BASELINES, measure_baselines
from mgc_desktop.training.cache import FeatureCache, Pictures, check_folder
from mgc_desktop.training.config import TrainingConfig
from mgc_desktop.training.datasets.clip import Clip, Dataset
from mgc_desktop.training.distributed import ProcessGroup
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.examples import labelled_pictures, usable
from mgc_desktop.training.extract import Representation
from mgc_desktop.training.identity import RunIdentity, identity_of
from mgc_desktop.training.identity import check_folder as check_output
from mgc_desktop.training.loop import fit
from mgc_desktop.training.metrics import Scores, measure
from mgc_desktop.training.networks import registry
from mgc_desktop.training.progress import ProgressFile
from mgc_desktop.training.result import TrainingResult
from mgc_desktop.training.saved_run import same_network, save_run
from mgc_desktop.training.scoring import calibrate, logits_of, score, validation
from mgc_desktop.training.splits import Split, grouped_split, leaky_split
from mgc_desktop.training.stacking import balanced_weights, fit_meta, out_of_fold, weigh

Say = Callable[[str], None]
RUNS: Final = Path("trained")  # where runs go that are given no folder
# How firmly the meta-learner is held to the mean of its members; the last is hardly more than that mean.
FIRMNESS: Final = (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)
WATCHED: Final = 100  # clips of the part that teaches that are measured after each epoch, to see overfitting


@dataclass(frozen=True)
class _Context:
    """What all steps of one run share. `start`: weights to begin with, None for fresh ones."""

    genres: tuple[str, ...]
    pictures: Pictures
    group: ProcessGroup
    say: Say
    progress: ProgressFile
    identity: str
    start: Path | None = None
    tensorboard: bool = False


def default_cache() -> Path:
    """Where spectrograms are kept unless `--cache` says otherwise."""
    return cache_dir() / "training"


def train(
    dataset: Dataset,
    config: TrainingConfig,
    output: Path | None = None,
    cache: Path | None = None,
    *,
    split: Split | None = None,
    start_from: Path | None = None,
    baselines: Sequence[str] = tuple(BASELINES),
    tensorboard: bool = False,
    group: ProcessGroup | None = None,
    workers: int = 1,
    say: Say = print,
) -> TrainingResult:
    """Train a network as `config` says, measure it, and keep both in `output` (default: a folder named by the run).

    A run that was killed goes on from its last epoch; a folder that holds another run is refused. `split`: the parts
    (default: by artist, from `config.split_seed`). `start_from`: the folder of a finished run whose weights and split
    are taken over. How far it is stands in `output/progress.json` meanwhile.

    Raises TrainingError for options that cannot be, for data that cannot teach (no clips, one genre, too few artists),
    and for a folder that cannot be used.
    """
    group = group or ProcessGroup()
    cache = cache or default_cache()
    _check(config, output, cache, start_from, tensorboard)
    dataset.require_trainable()
    progress = ProgressFile(output if group.leads else None, config.networks)
    progress.step("features")
    clips, pictures = _features(dataset, config, cache, workers, say, progress)
    split = split or _split(clips, config, start_from)
    start = start_from / "network.pt" if start_from else None
    identity = _with_start(identity_of(config, clips, dataset.genres, split), start)
    output = output or RUNS / f"{config.name}-{identity.digest[:8]}"
    progress.move(output if group.leads else None)
    context = _Context(
        dataset.genres, pictures, group, say, progress, identity.digest, start, tensorboard and group.leads
    )
    with _claimed(identity, split, output, group):
        say(split.describe(clips))
        network, members = _learn(config, split.pick(clips, "train"), split.pick(clips, "valid"), output, context)
        progress.step("measuring")
        result = _measure(network, members, replace(dataset, clips=clips), config, split, output, context)
        if baselines:
            simple = measure_baselines(clips, dataset.genres, split, pictures, cache, baselines, say)
            result = replace(result, baselines=simple)
        if group.leads:
            save_run(result)
            progress.step("done")
    return result


def _check(
    config: TrainingConfig, output: Path | None, cache: Path, start_from: Path | None, tensorboard: bool
) -> None:
    config.check()
    check_folder(cache)
    if tensorboard:
        board.require()
    if output is not None:
        check_output(output, config)
    if start_from is not None:
        same_network(start_from, config)


def _features(
    dataset: Dataset, config: TrainingConfig, cache: Path, workers: int, say: Say, progress: ProgressFile
) -> tuple[tuple[Clip, ...], Pictures]:
    representation = Representation(config.input.mel, config.linear)
    bar = _bar(say, progress.features)
    pictures, failed = FeatureCache(cache, representation).fill(dataset.clips, workers=workers, progress=bar)
    for fault in failed:
        say(f"skipped {fault.what}: {fault.reason}")
    clips = tuple(c for c in dataset.clips if c.clip_id in pictures)
    replace(dataset, clips=clips, skipped=(*dataset.skipped, *failed)).require_trainable()
    return clips, pictures


def _split(clips: Sequence[Clip], config: TrainingConfig, start_from: Path | None) -> Split:
    if start_from is not None:  # another split would measure on what was learned from
        return Split.load(start_from / "split.json")
    return leaky_split(clips, config.split_seed) if config.leaky else grouped_split(clips, config.split_seed)


def _with_start(identity: RunIdentity, start: Path | None) -> RunIdentity:
    if start is None:
        return identity
    digest = hashlib.sha256(start.read_bytes()).hexdigest()[:16]
    return replace(identity, code=f"{identity.code} begun with {digest}")


@contextmanager
def _claimed(identity: RunIdentity, split: Split, output: Path, group: ProcessGroup) -> Iterator[None]:
    """The folder is this run's and no other process works in it; only the leading process has to ask."""
    if not group.leads:
        group.tell(None)
        yield
        return
    identity.claim(output)
    lock = FileLock(output / "run.lock")
    try:
        lock.acquire()
    except LockTakenError as error:
        raise TrainingError(
            "Another training is at work here. Wait for it, or choose another --output.", path=output
        ) from error
    try:
        split.save(output / "split.json")
        group.tell(True)
        yield
    finally:
        lock.release()


def _learn(
    config: TrainingConfig, learning: Sequence[Clip], choosing: Sequence[Clip], output: Path, context: _Context
) -> tuple[nn.Module, dict[str, nn.Module]]:
    """The trained network, and the members of a stacked one by name."""
    if config.network == registry.STACKED:
        return _learn_stacked(config, learning, choosing, output, context)
    network = registry.build(config, len(context.genres))
    if context.start is not None:
        network.load_state_dict(checkpoint.load(context.start)["network"])
    first = registry.spec_of(config).first(network)
    if first is not None:
        context.say("first the CNN that the LSTM follows")
        first.requires_grad_(True)
        _fit(first, replace(config, network="cnn"), learning, choosing, output / "cnn", context)
        first.requires_grad_(False)
    _fit(network, config, learning, choosing, output, context)
    return network, {}


def _fit(
    network: nn.Module,
    config: TrainingConfig,
    learning: Sequence[Clip],
    choosing: Sequence[Clip],
    output: Path,
    context: _Context,
) -> None:
    shown = labelled_pictures(
        learning, context.pictures, context.genres, config.input, config.augmentation, balanced=config.balance
    )
    if len(np.unique(shown.labels)) < 2:
        raise TrainingError("The part that teaches holds a single genre. There are too few artists to split this data.")
    if not usable(choosing, context.pictures):
        raise TrainingError("The part that chooses the best epoch is empty. There are too few artists to split this.")

    def figures_of(clips: Sequence[Clip]) -> Callable[[nn.Module], dict[str, float]]:
        known = usable(clips, context.pictures)
        examples = labelled_pictures(known, context.pictures, context.genres, config.input)
        return lambda learner: validation(score(logits_of(learner, examples), known, context.genres))

    with board.opened(output / "tensorboard" if context.tensorboard else None) as record:
        fit(
            network, shown, figures_of(choosing), config.loop, output, watch=figures_of(_some(learning)),
            identity=context.identity, record=record, group=context.group, say=context.say,
            tick=context.progress.network(output, config.epochs),
        )  # fmt: skip


def _some(clips: Sequence[Clip]) -> list[Clip]:
    """At most `WATCHED` clips, spread evenly over all."""
    step = max(1, -(-len(clips) // WATCHED))
    return list(clips[::step])


def _learn_stacked(
    config: TrainingConfig, learning: Sequence[Clip], choosing: Sequence[Clip], output: Path, context: _Context
) -> tuple[nn.Module, dict[str, nn.Module]]:
    """CNN and LSTM on all folds but one, asked about that one; the meta-learner on the answers; members on all."""

    def member(name: str) -> Callable[[Sequence[Clip], Sequence[Clip]], NDArray[np.floating]]:
        own = replace(config, network=name)

        def fit_and_ask(known: Sequence[Clip], asked: Sequence[Clip]) -> NDArray[np.floating]:
            key = hashlib.sha256(" ".join(sorted(c.clip_id for c in asked)).encode()).hexdigest()[:8]
            network, _ = _learn(own, known, choosing, output / f"fold-{name}-{key}", context)
            rows = logits_of(network, labelled_pictures(asked, context.pictures, context.genres, own.input))
            means = np.stack([row.mean(axis=0) for row in rows])
            views: NDArray[np.floating] = means - np.log(np.exp(means).sum(axis=1, keepdims=True))
            return views

        return fit_and_ask

    learning = usable(learning, context.pictures)
    views = out_of_fold(
        learning, [member(name) for name in registry.MEMBERS], config.stack_folds, config.seed, context.say
    )
    lstm, _ = _learn(replace(config, network="lstm"), learning, choosing, output / "lstm", context)
    inside = registry.spec_of(replace(config, network="lstm")).first(lstm)
    cnn = inside or _learn(replace(config, network="cnn"), learning, choosing, output / "cnn", context)[0]
    members = {"cnn": cnn, "lstm": lstm}
    stack = registry.stack(config, members, len(context.genres))
    return _weigh(stack, views, learning, choosing, config, context), members


def _weigh(
    stack: nn.Module,
    views: NDArray[np.floating],
    learning: Sequence[Clip],
    choosing: Sequence[Clip],
    config: TrainingConfig,
    context: _Context,
) -> nn.Module:
    """Fit the meta-learner to out-of-fold `views`, as free as the validation part, asked with the final members, bears.

    The members of the folds learned from less music than the final ones, and with few recordings they are poor: what is
    right for them is then wrong for the final ones, and the mean of the members is better than any fit.
    """
    labels = np.array([context.genres.index(c.genre or "") for c in learning], np.int64)
    targets = np.eye(len(context.genres))[labels]
    weights = balanced_weights(labels) if config.balance else None
    known = usable(choosing, context.pictures)
    examples = labelled_pictures(known, context.pictures, context.genres, config.input)
    fits = {firmness: fit_meta(views, targets, weights=weights, weight_decay=firmness) for firmness in FIRMNESS}

    def loss(firmness: float) -> float:
        logits = logits_of(weigh(stack, *fits[firmness]), examples)
        return validation(score(logits, known, context.genres))["loss"]

    losses = {firmness: loss(firmness) for firmness in FIRMNESS}
    best = min(FIRMNESS, key=lambda firmness: losses[firmness])
    told = ", ".join(f"{firmness:g}: {value:.3f}" for firmness, value in losses.items())
    context.say(f"meta-learner held to the mean of its members with {best:g} (validation loss by firmness: {told})")
    return weigh(stack, *fits[best])


def _measure(
    network: nn.Module,
    members: dict[str, nn.Module],
    dataset: Dataset,
    config: TrainingConfig,
    split: Split,
    output: Path,
    context: _Context,
) -> TrainingResult:
    """How its logits are read, and what the test part says of it and of its members."""
    chosen = usable(split.pick(dataset.clips, "valid"), context.pictures)
    asked = usable([c for c in split.pick(dataset.clips, "test") if c.evidence == "stated"], context.pictures)

    def logits(of: nn.Module, own: TrainingConfig, clips: Sequence[Clip]) -> list[NDArray[np.float32]]:
        return logits_of(of, labelled_pictures(clips, context.pictures, context.genres, own.input))

    labels = np.array([context.genres.index(c.genre or "") for c in chosen], np.int64)
    fitted = calibrate(logits(network, config, chosen), labels)
    result = TrainingResult(
        network, config, dataset, split, output, fitted.calibration, notes=(fitted.note,) if fitted.note else ()
    )
    if not asked:
        return result
    scores = score(logits(network, config, asked), asked, context.genres, fitted.calibration)
    own = {
        name: measure(score(logits(part, replace(config, network=name), asked), asked, context.genres))
        for name, part in members.items()
    }
    return replace(result, scores=scores, tested=tuple(asked), figures=figures_of_test(scores, result), members=own)


def figures_of_test(scores: Scores, result: TrainingResult) -> dict[str, object]:
    """The figures of a test part, with how it was split."""
    how = result.split.how(result.dataset.clips)
    return {**measure(scores), "split": f"test part of {result.dataset.name}, {how}"}


def _bar(say: Say, also: Callable[[int, int, float], None]) -> Callable[[int, int, float], None]:
    def progress(done: int, total: int, left: float) -> None:
        also(done, total, left)
        if done == total or done % max(1, total // 20) == 0:
            say(f"features {done}/{total}, {left / 60:.1f} min to go")

    return progress
