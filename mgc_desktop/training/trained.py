"""What `mgc train` leaves for `mgc export`: the weights, and what is needed to build and describe the network."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from mgc_desktop.foundation.atomic_write import atomic_write
from mgc_desktop.inference.calibration import Calibration
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.metadata import FileRecord, ModelMetadata
from mgc_desktop.training import checkpoint
from mgc_desktop.training.datasets.clip import Dataset
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.export import export
from mgc_desktop.training.loop import TrainConfig
from mgc_desktop.training.product.publish import role_of
from mgc_desktop.training.teach import Order, Taught, empty_network


def keep(taught: Taught, order: Order, dataset: Dataset, output: Path) -> None:
    """Write `network.pt` and then `trained.json`, without which the first is ignored."""
    checkpoint.save(output / "network.pt", {"network": taught.network.state_dict()})
    described = {
        "order": {**asdict(order), "wheel": str(order.wheel) if order.wheel else None},
        "genres": list(dataset.genres),
        "calibration": taught.calibration.to_dict(),
        "figures": taught.figures,
        "learned_from": dataset.describe(),
    }
    atomic_write(output / "trained.json", json.dumps(described, indent=1, ensure_ascii=False))


def export_kept(output: Path, models: Path, name: str | None = None, taken: Collection[str] = ()) -> Path:
    """The model of a finished run, in `models/<name>`. Raises TrainingError if the run is not finished, does not tell
    apart the program's ten genres, or its name is one of `taken`: a bundled model of that name would hide it."""
    try:
        described: dict[str, Any] = json.loads((output / "trained.json").read_text(encoding="utf-8"))
        values = described["order"]
        wheel = Path(values["wheel"]) if values["wheel"] else None
        order = Order(**{**values, "wheel": wheel, "config": TrainConfig(**values["config"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError("There is no finished training here. Run `mgc train` first.", path=output) from error
    if tuple(described["genres"]) != GENRES:
        raise TrainingError(
            "This network tells apart other genres than the program's ten, so the program cannot use it. Name the "
            "genres (the folders) as the program does.",
            path=output,
        )
    name = name or order.name
    if name in taken:
        raise TrainingError(f"A bundled model is named {name}, too. Choose another name: --name my-{name}", path=output)
    network = empty_network(order, len(GENRES))
    network.load_state_dict(checkpoint.load(output / "network.pt")["network"])
    metadata = replace(_metadata(order, described), name=name)
    return export(network, metadata, models)


def _metadata(order: Order, described: dict[str, Any]) -> ModelMetadata:
    figures = described["figures"]
    title = f"{order.kind.upper() if order.kind != 'stacked' else 'Stacked'}, {order.resolution} resolution"
    few = [g for g, row in figures.get("per_genre", {}).items() if row["artists"] < 3]
    return ModelMetadata(
        name=order.name,
        version="1",
        title=title,
        summary=f"The {order.architecture} architecture, trained by `mgc train`.",
        role=role_of(figures),
        input=order.input,
        model=FileRecord("model.onnx", "0" * 64),
        calibration=Calibration(**described["calibration"]),
        learned_from=described["learned_from"],
        weaknesses=f"Fewer than three artists measured {', '.join(few)}: nothing can be said of them." if few else "",
        source="Trained by its user.",
        figures=figures,
    )
