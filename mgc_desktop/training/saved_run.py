"""What `mgc train` leaves for `mgc export-model` and `mgc evaluate`: the weights, and how to build the network."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from torch import nn

from mgc_desktop.foundation.atomic_write import atomic_write
from mgc_desktop.inference.calibration import Calibration
from mgc_desktop.inference.metadata import FileRecord, ModelMetadata
from mgc_desktop.inference.vocabularies import vocabulary_of
from mgc_desktop.training import checkpoint
from mgc_desktop.training.card import role_of
from mgc_desktop.training.config import TrainingConfig
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.export import export
from mgc_desktop.training.learned import FILE_NAME as LEARNED
from mgc_desktop.training.learned import learned_clips
from mgc_desktop.training.networks import registry
from mgc_desktop.training.result import TrainingResult
from mgc_desktop.training.run_report import write_report

FORMAT: Final = 2
_SHAPE: Final = ("network", "resolution", "architecture", "linear", "frames", "layers")


@dataclass(frozen=True)
class SavedRun:
    """A finished run as its folder tells it."""

    folder: Path
    config: TrainingConfig
    genres: tuple[str, ...]
    calibration: Calibration
    figures: Mapping[str, Any]
    learned_from: str
    notes: tuple[str, ...] = ()

    def network(self) -> nn.Module:
        """The network with its trained weights. Raises TrainingError if they are damaged."""
        config, genres = self.config, len(self.genres)
        if config.network == registry.STACKED:
            members = {name: registry.build(replace(config, network=name), genres) for name in _members(config)}
            network = registry.stack(config, members, genres)
        else:
            network = registry.build(config, genres)
        try:
            network.load_state_dict(checkpoint.load(self.folder / "network.pt")["network"])
        except (RuntimeError, KeyError) as error:
            raise TrainingError("These weights are of another network.", path=self.folder) from error
        return network.eval()


def _members(config: TrainingConfig) -> tuple[str, ...]:
    return ("lstm",) if config.architecture == "pretrained" else registry.MEMBERS


def save_run(result: TrainingResult) -> None:
    """Write the reports, `network.pt` and, last, `trained.json`, without which the others are ignored."""
    folder = result.folder
    checkpoint.save(folder / "network.pt", {"network": result.network.state_dict()})
    config = result.config
    if ":" in config.network:  # the run can be exported even when the file has changed or gone
        file, _, name = config.network.rpartition(":")
        kept = folder / "network.py"
        if Path(file).absolute() != kept.absolute():
            shutil.copyfile(file, kept)
        config = replace(config, network=f"{kept.absolute()}:{name}")
    write_report(result)
    _write_json(folder / LEARNED, learned_clips(result))
    described = {
        "format": FORMAT,
        "config": config.to_dict(),
        "genres": list(result.genres),
        "calibration": result.calibration.to_dict(),
        "figures": result.figures,
        "baselines": result.baselines,
        "members": result.members,
        "learned_from": result.learned_from,
        "notes": list(result.notes),
    }
    _write_json(folder / "trained.json", described)


def _write_json(path: Path, values: object) -> None:
    atomic_write(path, json.dumps(values, indent=1, ensure_ascii=False))


def load_run(folder: Path) -> SavedRun:
    """The finished run in `folder`. Raises TrainingError if there is none."""
    try:
        values: dict[str, Any] = json.loads((folder / "trained.json").read_text(encoding="utf-8"))
        if values.get("format") == FORMAT:
            config = TrainingConfig.from_dict(values["config"])
        else:
            config = _older(values["order"])
        return SavedRun(
            folder, config, tuple(values["genres"]), Calibration(**values["calibration"]), values["figures"],
            values["learned_from"], tuple(values.get("notes", ())),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        several = sorted(path.parent.name for path in folder.glob("*/trained.json"))
        if several:
            raise TrainingError(
                f"This folder holds {len(several)} runs. Name one of them: {folder / several[0]}", path=folder
            ) from error
        raise TrainingError("There is no finished training here. Run `mgc train` first.", path=folder) from error


def _older(order: Mapping[str, Any]) -> TrainingConfig:
    """From the form of version 0.1, where `plain` also took a layer of the LSTM."""
    wheel, loop = order["wheel"], order["config"]
    config = TrainingConfig(
        network=order["kind"], resolution=order["resolution"], architecture=order["architecture"],
        linear=order["linear"], frames=order["frames"], stack_folds=order["folds"],
        wheel=Path(wheel) if wheel else None,
        split_seed=loop["seed"], seed=loop["seed"], epochs=loop["epochs"], examples=loop["examples_per_epoch"],
        batch=loop["batch_size"], learning_rate=loop["learning_rate"], patience=loop["patience"],
    )  # fmt: skip
    return replace(config.plain(), layers=1) if order["plain"] else config


def same_network(folder: Path, config: TrainingConfig) -> None:
    """TrainingError if the run in `folder` cannot be gone on from with `config`."""
    before = load_run(folder).config
    if config.network == registry.STACKED:
        raise TrainingError("--start-from cannot go on with a stacked model, as its folds would be lost.")
    wrong = [
        name for name in _SHAPE
        if getattr(before, name) != getattr(config, name) and (name != "network" or ":" not in config.network)
    ]  # fmt: skip
    if wrong:
        differing = ", ".join(f"--{name} {getattr(before, name)}" for name in wrong)
        raise TrainingError(f"The run to start from is another network: it was trained with {differing}.", path=folder)


def export_run(output: Path, models: Path, name: str | None = None, taken: Collection[str] = ()) -> Path:
    """The model of a finished run, in `models/<name>`.

    Raises TrainingError if the run is not finished, learned from linear spectrograms, has genres that the program
    cannot use, or its name is one of `taken`: a bundled model of that name would hide it.
    """
    run = load_run(output)
    if run.config.linear:
        raise TrainingError(
            "This network learned from linear spectrograms, and the program gives its models mel spectrograms. It "
            "can be compared with others, but not used. Train it again without --linear.",
            path=output,
        )
    name = name or run.config.name
    if name in taken:
        raise TrainingError(f"A bundled model is named {name}, too. Choose another name: --name my-{name}", path=output)
    try:
        metadata = _metadata(run, name)
    except ValueError as error:
        raise TrainingError(
            f"The program cannot use this network: {error}. The run itself is complete, and can be measured with "
            "mgc evaluate --run.",
            path=output,
        ) from error
    made = export(run.network(), metadata, models)
    if (output / LEARNED).is_file():
        shutil.copyfile(output / LEARNED, made / LEARNED)
    return made


def _metadata(run: SavedRun, name: str) -> ModelMetadata:
    figures, config = run.figures, run.config
    kind = registry.short_name(config.network)
    few = [g for g, row in figures.get("per_genre", {}).items() if row["artists"] < 3]
    weak = [f"Fewer than three artists measured {', '.join(few)}: nothing can be said of them."] if few else []
    return ModelMetadata(
        name=name,
        version="1",
        title=f"{'Stacked' if kind == 'stacked' else kind.upper()}, {config.resolution} resolution",
        summary=f"The {config.architecture} architecture, trained by `mgc train` with {config.measures}.",
        role=role_of(figures),
        input=config.input,
        vocabulary=vocabulary_of(run.genres),
        model=FileRecord("model.onnx", "0" * 64),
        calibration=run.calibration,
        learned_from=run.learned_from,
        weaknesses="\n\n".join([*weak, *run.notes]),
        source="Trained by its user.",
        figures=dict(figures),
    )
