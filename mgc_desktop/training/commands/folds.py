"""`mgc train --folds K --repeats N`: the same training on K splits and with N seeds, and the mean and spread of all.

One split of few artists, or one seed, says little: another one may well give a macro accuracy that is ten points
higher. Each run is kept in a folder of its own, so that a killed command goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from mgc_desktop.training.baselines import BASELINES
from mgc_desktop.training.commands.train import RUNS, train
from mgc_desktop.training.config import TrainingConfig
from mgc_desktop.training.datasets.clip import Dataset
from mgc_desktop.training.distributed import ProcessGroup
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.metrics import Scores, measure
from mgc_desktop.training.plots import draw_confusion
from mgc_desktop.training.result import TrainingResult
from mgc_desktop.training.run_report import genre_lines, mean_and_spread
from mgc_desktop.training.splits import Split, fold_splits, leaky_split

Say = Callable[[str], None]
FIGURES: Final = ("accuracy", "macro_accuracy", "macro_f1")


@dataclass(frozen=True)
class Repeated:
    """The figures of several runs of one configuration.

    `runs`: fold (from 1; 0 for the one split), seed and figures of each. `rivals`: the figures of baselines and members
    on the same parts, by name, one a run. `pooled`: all folds' test clips together (of the first seed). `folder`: where
    all of it is kept.
    """

    config: TrainingConfig
    runs: tuple[tuple[int, int, Mapping[str, Any]], ...]
    rivals: Mapping[str, tuple[Mapping[str, Any], ...]]
    pooled: Mapping[str, Any]
    folder: Path

    def spread(self, name: str) -> dict[str, float]:
        """Mean of a figure over all runs, and its standard deviation over folds and over seeds.

        Over folds: of the means of each fold over its seeds. Over seeds: within a fold, the mean of all folds. Either
        is left out where there is only one.
        """
        by_fold: dict[int, list[float]] = {}
        for fold, _, figures in self.runs:
            by_fold.setdefault(fold, []).append(figures[name][0])
        values = [figures[name][0] for _, _, figures in self.runs]
        spread = {"mean": float(np.mean(values))}
        if len(by_fold) > 1:
            spread["over_folds"] = mean_and_spread(float(np.mean(own)) for own in by_fold.values())[1]
        if len(by_fold) < len(values):
            spread["over_seeds"] = float(np.mean([mean_and_spread(own)[1] for own in by_fold.values()]))
        return spread


def train_repeatedly(
    dataset: Dataset,
    config: TrainingConfig,
    output: Path | None = None,
    cache: Path | None = None,
    *,
    folds: int = 0,
    repeats: int = 1,
    baselines: Sequence[str] = tuple(BASELINES),
    group: ProcessGroup | None = None,
    workers: int = 1,
    say: Say = print,
) -> Repeated:
    """Train on each of `folds` folds of artists (0: on one split) with the seeds `config.seed` and the next ones.

    With `config.leaky` the folds are as many random splits, with `config.split_seed` and the next ones.

    Raises TrainingError as `train` does, and if the numbers cannot be or there are too few artists for the folds.
    """
    config.check()
    if folds < 0 or folds == 1 or repeats < 1:
        raise TrainingError(f"--folds must be 2 or more and --repeats 1 or more, not {folds} and {repeats}.")
    splits: list[Split | None] = [None]
    if folds and not config.leaky:
        splits = list(fold_splits(dataset.clips, folds, config.split_seed))
    elif folds:
        splits = [leaky_split(dataset.clips, config.split_seed + i) for i in range(folds)]
    output = output or RUNS / f"{config.name}-{folds or 1}-folds-{repeats}-repeats"
    results: list[tuple[int, int, TrainingResult]] = []
    for number, split in enumerate(splits, start=1 if folds else 0):
        for seed in range(config.seed, config.seed + repeats):
            place = output / (f"fold-{number}-seed-{seed}" if folds else f"seed-{seed}")
            say(f"fold {number} of {folds}, seed {seed}" if folds else f"seed {seed}")
            one = replace(config, seed=seed)
            if split is None and config.leaky:
                split = leaky_split(dataset.clips, config.split_seed)
            result = train(
                dataset, one, place, cache, split=split, baselines=baselines if seed == config.seed else (),
                group=group, workers=workers, say=say,
            )  # fmt: skip
            if not result.figures:
                raise TrainingError("A fold has no clip with a stated genre to measure on. Use fewer --folds.")
            results.append((number, seed, result))
    repeated = _repeated(config, results, output)
    if group is None or group.leads:
        _keep(repeated)
    return repeated


def _repeated(config: TrainingConfig, results: Sequence[tuple[int, int, TrainingResult]], output: Path) -> Repeated:
    first = [result for _, seed, result in results if seed == config.seed]
    rivals: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for name in BASELINES:
        found = tuple(r.baselines[name] for r in first if name in r.baselines)
        if found:
            rivals[f"baseline: {BASELINES[name]}"] = found
    for name in results[0][2].members:
        rivals[f"its {name.upper()} alone"] = tuple(r.members[name] for _, _, r in results)
    all_scores = [result.scores for result in first if result.scores is not None]
    pooled = Scores(
        np.concatenate([s.probabilities for s in all_scores]),
        np.concatenate([s.labels for s in all_scores]),
        tuple(artist for s in all_scores for artist in s.artists),
        all_scores[0].genres,
    )
    runs = tuple((fold, seed, result.figures) for fold, seed, result in results)
    return Repeated(config, runs, rivals, measure(pooled), output)


def _keep(repeated: Repeated) -> None:
    values = {
        "config": repeated.config.to_dict(),
        "runs": [{"fold": fold, "seed": seed, "figures": figures} for fold, seed, figures in repeated.runs],
        "rivals": {name: list(found) for name, found in repeated.rivals.items()},
        "pooled": repeated.pooled,
        "spread": {name: repeated.spread(name) for name in FIGURES},
    }
    (repeated.folder / "repeated.json").write_text(json.dumps(values, indent=1, ensure_ascii=False), encoding="utf-8")
    pooled = repeated.pooled
    draw_confusion(
        pooled["confusion"], pooled["genres"], f"{repeated.folder.name}, all folds", repeated.folder / "confusion.png"
    )


def describe(repeated: Repeated) -> str:
    """Mean and spread beside those of baselines and members, then each genre over all folds: lines for people."""
    folds, seeds = ({run[i] for run in repeated.runs} for i in (0, 1))
    lines = [
        f"{len(repeated.runs)} runs: {len(folds)} folds, {len(seeds)} seeds; mean ± spread over folds ± over seeds"
    ]
    rows = {f"this network ({repeated.config.name})": {name: repeated.spread(name) for name in FIGURES}}
    rows |= {rival: {name: rival_spread(found, name) for name in FIGURES} for rival, found in repeated.rivals.items()}
    width = max(len(row) for row in rows) + 2
    lines.append(f"  {'':<{width}}" + "".join(f"{name.replace('_', ' '):>36}" for name in FIGURES))
    for row, spreads in rows.items():
        cells = "".join(f"{spread_text(spreads[name]):>36}" for name in FIGURES)
        lines.append(f"  {row:<{width}}{cells}")
    first = repeated.config.seed
    lines += ["", f"all folds together, seed {first}:", *genre_lines(repeated.pooled)]
    return "\n".join(lines)


def rival_spread(found: Sequence[Mapping[str, Any]], name: str) -> dict[str, float]:
    """Mean and spread of a figure of a baseline or a member, in the form of `Repeated.spread`."""
    mean, spread = mean_and_spread(figures[name][0] for figures in found)
    return {"mean": mean, "over_folds": spread} if len(found) > 1 else {"mean": mean}


def spread_text(spread: Mapping[str, float]) -> str:
    """0.51 ± 0.04 (folds) ± 0.02 (seeds)."""
    parts = [f"{spread['mean']:.2f}"]
    parts += [f"± {spread[key]:.2f} ({key.removeprefix('over_')})" for key in spread if key != "mean"]
    return " ".join(parts)
