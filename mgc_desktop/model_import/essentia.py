"""The JSON that Essentia publishes beside each of its models, read as it is.

Its `classes` are the names in order, `inference.algorithm` says what the network hears, and `schema` what goes in and
comes out: outputs whose `output_purpose` is "predictions" or "embeddings". The names in `schema` are those of the
TensorFlow file; the ONNX file may have others, so outputs are found by their number of values as well.
"""

from __future__ import annotations

from typing import Any, Final

from mgc_desktop.features.config import ESSENTIA_MUSICNN
from mgc_desktop.inference.patchinput import PatchInput
from mgc_desktop.inference.vocabulary import Kind
from mgc_desktop.model_import.description import Activation, Description, clean, vocabulary_of_classes

LICENCE: Final = "CC BY-NC-SA 4.0, as the page of Essentia's models says: not for commercial use"

_LAYOUT: Final = ("frames", "bands")
_INPUTS: Final = {
    "TensorflowPredictEffnetDiscogs": PatchInput(ESSENTIA_MUSICNN, frames=128, hop=62, layout=_LAYOUT),
    "TensorflowPredictMusiCNN": PatchInput(ESSENTIA_MUSICNN, frames=187, hop=93, layout=_LAYOUT),
}
_ON_EMBEDDINGS: Final = "TensorflowPredict2D"
_ACTIVATIONS: Final[dict[str, Activation]] = {"sigmoid": "sigmoid", "softmax": "softmax"}
_UNSURE_GENRE: Final = 0.3
_LEAST_OF_MANY: Final = 0.2  # labels of which each is right or wrong by itself
_LEAST_OF_TWO: Final = 0.7  # happy or not
_NEGATIONS: Final = ("non_", "non-", "not_", "not ")


def is_essentia(values: dict[str, Any]) -> bool:
    """Whether it has this form."""
    return {"classes", "schema", "inference"} <= set(values)


def essentia_description(values: dict[str, Any], stem: str) -> Description:
    """From the form; ValueError, TypeError or KeyError if it is not that, or of a network that hears something else."""
    inference, schema = values["inference"], values["schema"]
    algorithm = clean(inference["algorithm"])
    classes = [str(name) for name in values["classes"]]
    predictions = _output(schema, "predictions")
    embeddings = _output(schema, "embeddings") if algorithm in _INPUTS else None
    if predictions is None:
        raise ValueError("it has no output of predictions; choose the file of a model with classes")
    activation = _ACTIVATIONS.get(str(predictions.get("op", "")).lower(), "none")
    kind: Kind = "genre" if algorithm == "TensorflowPredictEffnetDiscogs" or "genre" in stem.lower() else "labels"
    columns = tuple(range(len(classes)))
    if kind == "labels" and activation == "softmax":
        columns = tuple(i for i in columns if not classes[i].lower().startswith(_NEGATIONS)) or columns
    chosen = [classes[i] for i in columns]
    heard = _INPUTS.get(algorithm)
    if heard is None and algorithm != _ON_EMBEDDINGS:
        raise ValueError(f"it hears {algorithm}, which this program does not compute; it knows {', '.join(_INPUTS)}")
    if heard is not None:
        _check_patch(schema, heard)
    of_two = kind == "labels" and activation == "softmax" and len(classes) == 2
    return Description(
        name=stem,
        version=clean(str(values.get("version", "1"))),
        title=clean(values.get("name", stem)),
        summary=clean(values.get("description", "")),
        vocabulary=vocabulary_of_classes(chosen, kind, stem, clean(values.get("name", stem))),
        columns=columns,
        width=len(classes),
        output=clean(predictions["name"]),
        activation=activation,
        unsure_below=_UNSURE_GENRE if kind == "genre" else _LEAST_OF_TWO if of_two else _LEAST_OF_MANY,
        claims=_claims(values),
        source=clean(str(values.get("link", ""))),
        licence=LICENCE,
        input=heard,
        embedding=_width(embeddings) if embeddings else _width(schema["inputs"][0]) if heard is None else 0,
        embedding_output=clean(embeddings["name"]) if embeddings else "",
        has_embedding=embeddings is not None,
        embedding_of=clean(inference.get("embedding_model", {}).get("model_name", "")) if heard is None else "",
    )


def _output(schema: dict[str, Any], purpose: str) -> dict[str, Any] | None:
    found: list[dict[str, Any]] = [one for one in schema["outputs"] if one.get("output_purpose") == purpose]
    return found[0] if found else None


def _width(node: dict[str, Any]) -> int:
    width = node["shape"][-1]
    if not isinstance(width, int) or not 0 < width <= 1 << 16:
        raise ValueError(f"{width!r} cannot be the number of values of {str(node.get('name'))[:60]!r}")
    return width


def _check_patch(schema: dict[str, Any], heard: PatchInput) -> None:
    """Where the form gives the patch's size, it must be the one that the algorithm is known to have."""
    given = [axis for axis in schema["inputs"][0]["shape"] if isinstance(axis, int)][-2:]
    if len(given) == 2 and tuple(given) != heard.network_shape:
        raise ValueError(f"its patches have {given[0]} x {given[1]} numbers, not {heard.network_shape}")


def _claims(values: dict[str, Any]) -> str:
    """What the author says of the training data and of how good the model is, in one line."""
    data = values.get("dataset")
    if not isinstance(data, dict):
        return "Nothing."
    metrics = data.get("metrics")
    figures = [f"{name} {value}" for name, value in metrics.items()] if isinstance(metrics, dict) else []
    parts = [str(data.get("name", "")), str(data.get("size", "")), *figures]
    return clean("; ".join(part for part in parts if part)) or "Nothing."
