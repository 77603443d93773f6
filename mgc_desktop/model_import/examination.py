"""What the worker process does with a copy of somebody else's network: look into it, try it out, describe it.

Whatever is wrong comes back as a ValueError with the end of a sentence.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from mgc_desktop.errors import ModelError
from mgc_desktop.features.framing import patches
from mgc_desktop.features.mel import log_mel
from mgc_desktop.file_access import MB
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.calibration import Calibration
from mgc_desktop.inference.classifier import fits
from mgc_desktop.inference.head import Head
from mgc_desktop.inference.jsonfile import WAY_OUT
from mgc_desktop.inference.metadata import FileRecord, ModelMetadata
from mgc_desktop.inference.network_head import NetworkHead
from mgc_desktop.inference.outputs import NetworkOutput, Transform
from mgc_desktop.inference.patchinput import PatchInput
from mgc_desktop.inference.session import OnnxSession
from mgc_desktop.model_import.description import Description, read_description
from mgc_desktop.model_import.onnx_check import RefusedModelError, check_onnx

LARGEST_NETWORK: Final = 300 * MB
_MEMORY: Final = 6_000 * MB  # address space that the trial may take, where the system can limit it
_TRIED: Final = 3  # patches
_WIDEST: Final = 1 << 16  # numbers of one output for one patch
HEAD_SUFFIX: Final = ".head.json"


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found. `head`: the file of its description where it is a head on the embedding of `embedding_of`."""

    name: str
    title: str
    names: int
    claims: str
    head: str = ""
    embedding_of: str = ""
    embedding: int = 0


def examine(folder: Path, network: str, description: str, stem: str, name: str | None) -> Examined:
    """Check the copies `network` and `description` in a folder of their own, and write there what the program needs.

    `stem`: how the network was called; `name`: how the model is to be called, if not as its author says.
    """
    _limit_memory()
    try:
        check_onnx((folder / network).read_bytes())
    except RefusedModelError as error:
        raise ValueError(f"it {error}") from error
    described = read_description(folder / description, stem)
    record = FileRecord(network, hashlib.sha256((folder / network).read_bytes()).hexdigest())
    called = name or described.name
    try:
        session = OnnxSession(folder / network, sha256=record.sha256)
        if described.input is None:
            return _write_head(folder, called, described, record, session)
        return _write_model(folder, called, described, described.input, record, session)
    except ModelError as error:
        raise ValueError(error.message.removesuffix(WAY_OUT).strip()) from error


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        with contextlib.suppress(ValueError, OSError):  # the system may have a lower limit already
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _write_model(
    folder: Path, name: str, described: Description, heard: PatchInput, record: FileRecord, session: OnnxSession
) -> Examined:
    if not _takes(session, heard.network_shape):
        raise ValueError(f"it takes {_shapes(session.inputs)}, not patches of {_shape(heard.network_shape)}")
    outputs = _tried(session, heard.arrange(heard.prepare(_noise(heard))))
    names = _find(outputs, described.output, described.width, "names")
    _check_values(outputs[names], described)
    width, embedding_name = 0, ""
    if described.has_embedding:
        embedding_name = _find(outputs, described.embedding_output, described.embedding, "the embedding", names)
        width = outputs[embedding_name].shape[1]
    taught = described.vocabulary.kind == "genre" and width > 0 and len(described.vocabulary) > 1
    role = "tags" if taught else "logits"
    found = {role: NetworkOutput(names, _transform(described))}
    if width:
        found["embedding"] = NetworkOutput(embedding_name)
    version = f"{described.version}-{record.sha256[:8]}"
    ModelMetadata(
        name=name,
        version=version,
        title=described.title or name,
        summary=described.summary,
        role="offered",
        input=heard,
        model=record,
        vocabulary=described.vocabulary,
        tags=described.vocabulary.names if taught else (),
        embedding=width,
        head=_identity_head(folder, described) if taught else None,
        calibration=None if taught else _calibration(described),
        source=described.source,
        licence=described.licence,
        outputs=found,
        claims=described.claims,
    ).save(folder)
    return Examined(name, described.title, len(described.vocabulary), described.claims, embedding=width)


def _identity_head(folder: Path, described: Description) -> FileRecord:
    """A head that hands on the network's own genres: heads that a user teaches are put on top of it."""
    number = len(described.vocabulary)
    head = Head(
        version="own",
        genres=described.vocabulary.names,
        inputs=("tags",),
        mean=np.zeros(number, np.float32),
        scale=np.ones(number, np.float32),
        weights=np.eye(number, dtype=np.float32),
        bias=np.zeros(number, np.float32),
        calibration=_calibration(described, "mean_logits"),
        fitted_on="The network names these itself.",
        vocabulary=described.vocabulary,
    )
    path = folder / "head.npz"
    head.save(path)
    return FileRecord(path.name, hashlib.sha256(path.read_bytes()).hexdigest())


def _write_head(folder: Path, name: str, described: Description, record: FileRecord, session: OnnxSession) -> Examined:
    if not _takes(session, (described.embedding,)):
        raise ValueError(f"it takes {_shapes(session.inputs)}, not embeddings of {described.embedding} numbers")
    made = np.random.default_rng(0).standard_normal((_TRIED, described.embedding)).astype(np.float32)
    outputs = _tried(session, made)
    output = _find(outputs, described.output, described.width, "names")
    _check_values(outputs[output], described)
    head = NetworkHead(
        version=f"{name}-{record.sha256[:8]}",
        folder=folder,
        network=record,
        output=NetworkOutput(output, _transform(described)),
        columns=described.columns,
        embedding=described.embedding,
        vocabulary=described.vocabulary,
        calibration=_calibration(described),
        claims=described.claims,
        source=described.source,
        licence=described.licence,
    )
    head.save(folder / f"{name}{HEAD_SUFFIX}")
    return Examined(
        name,
        described.title,
        len(described.vocabulary),
        described.claims,
        f"{name}{HEAD_SUFFIX}",
        described.embedding_of,
        described.embedding,
    )


def _calibration(described: Description, pooling: Any = "mean_probabilities") -> Calibration:
    labels = described.vocabulary.kind == "labels"
    return Calibration(
        pooling=pooling,
        unsure_below=described.unsure_below,
        activation="sigmoid" if labels else "softmax",
    )


def _transform(described: Description) -> Transform:
    if described.activation == "none":
        return "none"
    return "logit" if described.vocabulary.kind == "labels" else "log"


def _noise(heard: PatchInput) -> FloatArray:
    """Patches of a quiet noise."""
    seconds = (heard.frames + (_TRIED - 1) * heard.hop) * heard.mel.hop_length
    y = 0.05 * np.random.default_rng(0).standard_normal(seconds)
    return patches(log_mel(y.astype(np.float32), heard.mel), heard.frames, heard.hop)[:_TRIED]


def _tried(session: OnnxSession, inputs: FloatArray) -> dict[str, FloatArray]:
    """The outputs that have one row of finite numbers for each input; ValueError if there are none."""
    found = {}
    for name, values in session.run_batches(inputs).items():
        if (
            isinstance(values, np.ndarray)
            and values.dtype.kind == "f"
            and values.ndim >= 2
            and len(values) == len(inputs)
            and values[0].size <= _WIDEST
            and np.isfinite(values).all()
        ):
            found[name] = values.reshape(len(values), -1).astype(np.float32)
    if not found:
        raise ValueError("its trial run gave no finite numbers, one row for each patch")
    return found


def _find(outputs: dict[str, FloatArray], wanted: str, width: int, what: str, taken: str = "") -> str:
    """The output of that name; else the only one of `width` numbers (of any number, where `width` is 0)."""
    fitting = [name for name, values in outputs.items() if name != taken and width in (0, values.shape[1])]
    for name in fitting:
        if name == wanted or name.removesuffix(":0") == wanted.removesuffix(":0"):
            return name
    if len(fitting) == 1:
        return fitting[0]
    there = ", ".join(f"{name[:40]!r} ({values.shape[1]})" for name, values in list(outputs.items())[:8])
    raise ValueError(f"the output of {what} ({width} numbers) is not to be found among its outputs: {there}")


def _check_values(values: FloatArray, described: Description) -> None:
    if described.activation == "none":
        return
    if values.min() < -1e-4 or values.max() > 1 + 1e-4:
        raise ValueError("its outputs are not probabilities, as its description says they are")
    if described.activation == "softmax" and np.abs(values.sum(axis=1) - 1).max() > 1e-2:
        raise ValueError("its probabilities do not add up to 1, as those of a softmax do")


def _takes(session: OnnxSession, wanted: tuple[int, ...]) -> bool:
    shapes = list(session.inputs.values())
    return len(shapes) == 1 and fits(shapes[0], wanted)


def _shapes(inputs: dict[str, tuple[int | None, ...]]) -> str:
    return " and ".join(_shape(shape) for shape in list(inputs.values())[:4]) or "nothing"


def _shape(axes: tuple[int | None, ...]) -> str:
    return " x ".join("n" if axis is None else str(axis) for axis in axes[:8])
