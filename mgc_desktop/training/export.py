"""From a trained network to a model that the program loads: ONNX, metadata and a card, complete or not there at all."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from mgc_desktop.errors import ModelError
from mgc_desktop.inference.metadata import FileRecord, ModelMetadata
from mgc_desktop.inference.registry import load
from mgc_desktop.training.card import write_card
from mgc_desktop.training.errors import TrainingError

_OPSET: Final = 18
_TOLERANCE: Final = 1e-4  # logits; float32 sums in another order
_EXAMPLES: Final = 3


def export(network: nn.Module, metadata: ModelMetadata, folder: Path, *, limit: int | None = None) -> Path:
    """Write `folder/<metadata.name>` with `model.onnx`, `metadata.json` and `MODEL_CARD.md`; the checksum is filled in.

    The model is loaded by the program's own code and compared with torch before it appears under its name; what was
    there before is replaced only then. Raises TrainingError if the two disagree or the file is above `limit` bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as temporary:
        made = Path(temporary) / metadata.name
        made.mkdir()
        model = made / metadata.model.file
        write_onnx(network, metadata.input.shape, model)
        size = model.stat().st_size
        if limit is not None and size > limit:
            raise TrainingError(f"The model has {size / 1e6:.1f} MB, more than {limit / 1e6:.0f} MB.", path=model)
        complete = replace(metadata, model=FileRecord(model.name, hashlib.sha256(model.read_bytes()).hexdigest()))
        complete.save(made)
        write_card(complete, size, made / "MODEL_CARD.md")
        check_parity(network, Path(temporary), metadata.name)
        final = folder / metadata.name
        if final.exists():
            final.rename(Path(temporary) / "before")
        shutil.move(made, final)
    return final


def write_onnx(network: nn.Module, shape: tuple[int, int], path: Path) -> None:
    """One input `patches (n, bands, frames)`, prepared; one output `logits (n, genres)`; n is free."""
    network = network.eval().cpu()
    example = torch.zeros(2, *shape)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        torch.onnx.export(
            network,
            (example,),
            str(path),
            input_names=["patches"],
            output_names=["logits"],
            dynamic_axes={"patches": {0: "n"}, "logits": {0: "n"}},
            opset_version=_OPSET,
            dynamo=False,
        )


def check_parity(network: nn.Module, folder: Path, name: str) -> float:
    """The greatest difference between torch's and the program's logits; TrainingError if there is one that matters."""
    try:
        classifier = load(name, folder)
    except ModelError as error:
        raise TrainingError(f"The program cannot load what was exported: {error}") from error
    heard = classifier.metadata.input
    rng = np.random.default_rng(0)
    patches = rng.uniform(0, 3, (_EXAMPLES, heard.mel.n_mels, heard.frames)).astype(np.float32)
    if heard.mel.scaling == "db":
        patches = patches * 20 - 80
    prepared: Tensor = torch.from_numpy(heard.prepare(patches))
    with torch.inference_mode():
        expected = network.eval()(prepared).numpy()
    difference = float(np.abs(classifier.predict(patches).logits - expected).max())
    if not difference <= _TOLERANCE * max(1.0, float(np.abs(expected).max())):
        raise TrainingError(f"The exported model differs from the trained one by {difference:.2g}.", path=folder / name)
    return difference
