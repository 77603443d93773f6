"""`Description`: what lies beside a network from outside, in the program's own form or in Essentia's.

The own form, in TOML (or the same in JSON); docs/models-from-outside.md explains each key:

    name = "my-network"                # of the model in the program
    version = "1"
    title = "My network"               # optional, as are summary, claims, source, licence, network and unsure_below
    network = "my-network.onnx"        # a file in the same folder
    kind = "genre"                     # or "labels": several may be true at once
    names = ["Rock", "Jazz"]           # in the order of the output; "Electronic---House" is House under Electronic

    [input]
    frames = 128
    hop = 64
    layout = ["frames", "bands"]
    mel = {sr = 16000, n_fft = 512, hop_length = 256, n_mels = 96, fmin = 0.0, fmax = 8000.0, scaling = "log10_1_10000"}

    [outputs.names]
    name = "activations"
    activation = "sigmoid"             # or "softmax", or "none" for logits

    [outputs.embedding]                # optional
    name = "embeddings"

A network that hears another network's embedding has, in place of `input`, `[embedding]` with `of` and `numbers`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

from mgc_desktop.errors import MgcError
from mgc_desktop.inference.jsonfile import check_keys, read_object
from mgc_desktop.inference.patchinput import PatchInput
from mgc_desktop.inference.vocabularies import read_toml
from mgc_desktop.inference.vocabulary import LONGEST_ID, Kind, Vocabulary

Activation = Literal["sigmoid", "softmax", "none"]

LONGEST_TEXT: Final = 2000
_SEPARATOR: Final = "---"
_KEYS: Final = frozenset(
    "name version title summary claims source licence network kind names unsure_below input embedding outputs".split()
)
_NAME_CHARACTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
_UNSURE: Final[dict[Kind, float]] = {"genre": 0.3, "labels": 0.3}


@dataclass(frozen=True, slots=True)
class Description:
    """A network as its author describes it.

    `input` is None for a network on another one's embedding, of `embedding_of` (a model's name, "" where it is not
    said). `columns`: which numbers of the output are the vocabulary's. `output`, `embedding_output`: names in the
    network as far as they are known; `width`: how many numbers the output has. `embedding`: how many the embedding
    has, 0 where there is none or it is not said.
    """

    name: str
    version: str
    title: str
    summary: str
    vocabulary: Vocabulary
    columns: tuple[int, ...]
    width: int
    output: str
    activation: Activation
    unsure_below: float
    claims: str
    source: str = ""
    licence: str = ""
    input: PatchInput | None = None
    embedding: int = 0
    embedding_output: str = ""
    has_embedding: bool = False
    embedding_of: str = ""

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.activation not in get_args(Activation):
            raise ValueError(f"activation {self.activation!r} is not known")
        if not 0 <= self.unsure_below <= 1:
            raise ValueError("unsure_below must lie between 0 and 1")


def read_description(path: Path, stem: str) -> Description:
    """The description in a `.toml` or `.json` file of a network that is called `stem`. ValueError says what is wrong
    with it."""
    from mgc_desktop.model_import.essentia import essentia_description, is_essentia

    try:
        values = read_toml(path) if path.suffix.lower() == ".toml" else read_object(path)
        return essentia_description(values, stem) if is_essentia(values) else own_description(values, stem)
    except MgcError as error:
        raise ValueError(error.message) from error
    except KeyError as error:
        raise ValueError(f"the key {error} is missing") from error
    except (TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from error


def network_named(values: Mapping[str, Any]) -> str:
    """The file that a description in the program's own form names, "" if it names none; ValueError for a path."""
    named = values.get("network", "")
    if not isinstance(named, str) or Path(named).name != named or "\\" in named or named in (".", ".."):
        raise ValueError("the network must be a file in the same folder, named without a path")
    return named


def own_description(values: dict[str, Any], stem: str) -> Description:
    """From the program's own form; ValueError, TypeError or KeyError if it is not that."""
    check_keys(values, _KEYS)
    network_named(values)
    outputs = _table(values["outputs"])
    check_keys(outputs, ("names", "embedding"))
    output = _table(outputs["names"])
    check_keys(output, ("name", "activation"))
    kind = values.get("kind", "genre")
    name = clean(values.get("name", stem))
    vocabulary = vocabulary_of_classes(_texts(values["names"]), kind, name, clean(values.get("title", name)))
    heard = _table(values["embedding"]) if "embedding" in values else None
    if (heard is None) == ("input" not in values):
        raise ValueError("either input or embedding is needed")
    embedding = _table(outputs["embedding"]) if "embedding" in outputs else None
    return Description(
        name=name,
        version=clean(values.get("version", "1")),
        title=vocabulary.title,
        summary=clean(values.get("summary", "")),
        vocabulary=vocabulary,
        columns=tuple(range(len(vocabulary))),
        width=len(vocabulary),
        output=clean(output["name"]),
        activation=output["activation"],
        unsure_below=float(values.get("unsure_below", _UNSURE[kind])),
        claims=clean(values.get("claims", "")) or "Nothing.",
        source=clean(values.get("source", "")),
        licence=clean(values.get("licence", "")),
        input=PatchInput.from_dict(_with_defaults(_table(values["input"]))) if heard is None else None,
        embedding=int(heard["numbers"]) if heard else 0,
        embedding_output=clean(embedding["name"]) if embedding else "",
        has_embedding=embedding is not None,
        embedding_of=clean(heard.get("of", "")) if heard else "",
    )


def _with_defaults(values: dict[str, Any]) -> dict[str, Any]:
    return {"reduction": 1, "reference": "full_scale", "top_db": None, **values}


def vocabulary_of_classes(classes: Sequence[str], kind: Kind, name: str, title: str) -> Vocabulary:
    """The vocabulary of classes such as "Electronic---House", which is House under Electronic.

    A name that two broad genres have, or that is a broad genre itself, has its own behind it: "Disco (Electronic)".
    """
    pairs = [_pair(each) for each in classes]
    often = Counter(leaf.casefold() for _, leaf in pairs)
    broad = {parent.casefold() for parent, _ in pairs if parent}
    names, parents = [], []
    for parent, leaf in pairs:
        same = parent.casefold() == leaf.casefold()
        ambiguous = often[leaf.casefold()] > 1 or leaf.casefold() in broad
        names.append(f"{leaf} ({parent})" if parent and ambiguous and not same else leaf)
        parents.append("" if same else parent)
    aliases = tuple((each,) if _SEPARATOR in each else () for each in classes)
    return Vocabulary(vocabulary_id(name), tuple(names), title, kind, tuple(parents), aliases)


def _pair(name: str) -> tuple[str, str]:
    parent, found, leaf = clean(name).partition(_SEPARATOR)
    return (parent.strip(), leaf.strip()) if found and leaf.strip() else ("", parent.strip())


def vocabulary_id(name: str) -> str:
    """A vocabulary's id from a model's name."""
    return name.lower()[:LONGEST_ID]


def check_name(name: str) -> None:
    """ValueError unless it can be the name of a model, and of its folder on any system."""
    if not 0 < len(name) <= 60 or not set(name) <= _NAME_CHARACTERS or not name[0].isalnum() or name.endswith("."):
        raise ValueError(
            f"{name[:60]!r} cannot be the name of a model: use 1 to 60 letters, digits, dots, hyphens, underscores"
        )


def clean(text: Any) -> str:
    """Any text in one line of bounded length, without control characters. TypeError if it is none."""
    if not isinstance(text, str):
        raise TypeError(f"{str(text)[:40]!r} must be text")
    line = " ".join(text[: 4 * LONGEST_TEXT].split())
    return "".join(character for character in line if character.isprintable())[:LONGEST_TEXT]


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("input, embedding and outputs must be tables")
    return value


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise TypeError("names must be a list of texts")
    return value
