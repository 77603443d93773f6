"""`ModelMetadata`: the properties of a model that are known without loading it, from `models/<name>/metadata.json`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, get_args

from mgc_desktop.features.config import MelConfig
from mgc_desktop.foundation.atomic_write import atomic_write
from mgc_desktop.inference.calibration import Calibration
from mgc_desktop.inference.jsonfile import check_format, check_keys, model_errors, read_object
from mgc_desktop.inference.outputs import NetworkOutput
from mgc_desktop.inference.patchinput import PatchInput
from mgc_desktop.inference.vocabularies import described, description, find_vocabulary
from mgc_desktop.inference.vocabulary import Vocabulary

Role = Literal["default", "offered", "exhibit"]

FORMAT: Final = 1
FILE_NAME: Final = "metadata.json"
_KEYS: Final = (
    "format",
    "name",
    "version",
    "title",
    "summary",
    "role",
    "genres",
    "tags",
    "tag_rates",
    "embedding",
    "input",
    "model",
    "head",
    "heads",
    "vocabulary",
    "projections",
    "calibration",
    "learned_from",
    "weaknesses",
    "source",
    "licence",
    "figures",
    "outputs",
    "claims",
)


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file of the model beside the metadata, and the SHA-256 of its content in hexadecimal digits."""

    file: str
    sha256: str

    def __post_init__(self) -> None:
        if Path(self.file).name != self.file:
            raise ValueError(f"{self.file!r} is not a plain file name")
        if not re.fullmatch(r"[0-9a-f]{64}", self.sha256):
            raise ValueError(f"the checksum of {self.file} is not a SHA-256")


@dataclass(frozen=True, slots=True, eq=False)
class ModelMetadata:
    """One model.

    `role`: "default", "offered" for choice, or "exhibit": too weak to tag with, shown with the report's results.
    `vocabulary`: the classes of the model, unless another of its heads is chosen.
    `tags`: the labels of its descriptive tags, "family:tag", () if it has none.
    `tag_rates`: how often each displayed tag occurs in music in general. `embedding`: its length, 0 if there is none.
    `projections`: the file of its `inference.projection.ProjectionSet`, None for models without maps.
    Exactly one of `head` (the genres come from a head file) and `calibration` (from the network itself) is given.
    `heads`: files of further heads on the same network, by the id of the vocabulary of each.
    `outputs`: for a model from outside, which outputs of its network are "logits", "tags" and "embedding". `claims`:
    what its author says of it, "" for a model of this program.
    `learned_from`, `weaknesses`, `source`, `licence`: text for the model card. `figures`: what was measured.
    """

    name: str
    version: str
    title: str
    summary: str
    role: Role
    input: PatchInput
    model: FileRecord
    vocabulary: Vocabulary = field(default_factory=lambda: find_vocabulary("report"))
    tags: tuple[str, ...] = ()
    tag_rates: dict[str, float] = field(default_factory=dict)
    embedding: int = 0
    head: FileRecord | None = None
    heads: dict[str, FileRecord] = field(default_factory=dict)
    projections: FileRecord | None = None
    calibration: Calibration | None = None
    learned_from: str = ""
    weaknesses: str = ""
    source: str = ""
    licence: str = ""
    figures: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, NetworkOutput] = field(default_factory=dict)
    claims: str = ""

    def __post_init__(self) -> None:
        if self.role not in get_args(Role):
            raise ValueError(f"role {self.role!r} is not known")
        if (self.head is None) == (self.calibration is None):
            raise ValueError("either a head or a calibration is needed")
        if self.calibration and (self.vocabulary.kind == "labels") != (self.calibration.activation == "sigmoid"):
            raise ValueError("labels go with the activation sigmoid, genres with softmax")
        if unknown := set(self.outputs) - {"logits", "tags", "embedding"}:
            raise ValueError(f"the output {min(unknown)!r} is not known")
        if self.vocabulary.id in self.heads:
            raise ValueError(f"it has two heads for the vocabulary '{self.vocabulary.id}'")

    @property
    def genres(self) -> tuple[str, ...]:
        """The names of the vocabulary."""
        return self.vocabulary.names

    @property
    def imported(self) -> bool:
        """Whether it came from outside."""
        return bool(self.claims)

    @property
    def mel(self) -> MelConfig:
        """The configuration of the spectrogram that is the model's input."""
        return self.input.mel

    @property
    def patch_frames(self) -> int:
        """Frames in a patch."""
        return self.input.frames

    @property
    def patch_hop(self) -> int:
        """Frames from one patch to the next."""
        return self.input.hop

    @property
    def resolution(self) -> str:
        """full, quarter or sixteenth."""
        return self.input.resolution

    @classmethod
    def load(cls, folder: Path) -> ModelMetadata:
        """Read `folder/metadata.json`; raises ModelError if it is missing, damaged or not understood."""
        path = folder / FILE_NAME
        values = read_object(path)
        with model_errors(path):
            return cls.from_dict(values)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ModelMetadata:
        """The inverse of `to_dict`; raises ValueError, TypeError or KeyError if the values are invalid."""
        check_format(values, FORMAT)
        check_keys(values, _KEYS)
        texts = ("name", "version", "title", "summary", "role", "learned_from", "weaknesses", "source", "licence")
        if wrong := [key for key in texts if not isinstance(values[key], str)]:
            raise TypeError(f"{', '.join(wrong)} must be text")
        calibration, head = values["calibration"], values["head"]
        projections = values.get("projections")  # older models have none
        heads = values.get("heads") or {}
        return cls(
            **{key: values[key] for key in texts},
            input=PatchInput.from_dict(values["input"]),
            model=FileRecord(**values["model"]),
            vocabulary=described(tuple(values["genres"]), values.get("vocabulary")),
            tags=tuple(values["tags"]),
            tag_rates={str(name): float(rate) for name, rate in values["tag_rates"].items()},
            embedding=int(values["embedding"]),
            head=None if head is None else FileRecord(**head),
            heads={str(name): FileRecord(**record) for name, record in heads.items()},
            projections=None if projections is None else FileRecord(**projections),
            calibration=None if calibration is None else Calibration(**calibration),
            figures=dict(values["figures"]),
            outputs={key: NetworkOutput.from_dict(output) for key, output in (values.get("outputs") or {}).items()},
            claims=str(values.get("claims", "")),
        )

    def to_dict(self) -> dict[str, Any]:
        """The metadata as plain JSON values."""
        maps, heads = self.projections, self.heads
        return {
            "format": FORMAT,
            "name": self.name,
            "version": self.version,
            "title": self.title,
            "summary": self.summary,
            "role": self.role,
            "genres": list(self.genres),
            **description(self.vocabulary),
            "tags": list(self.tags),
            "tag_rates": self.tag_rates,
            "embedding": self.embedding,
            "input": self.input.to_dict(),
            "model": {"file": self.model.file, "sha256": self.model.sha256},
            "head": None if self.head is None else {"file": self.head.file, "sha256": self.head.sha256},
            **({"heads": {name: {"file": r.file, "sha256": r.sha256} for name, r in heads.items()}} if heads else {}),
            **({"projections": {"file": maps.file, "sha256": maps.sha256}} if maps else {}),
            "calibration": None if self.calibration is None else self.calibration.to_dict(),
            "learned_from": self.learned_from,
            "weaknesses": self.weaknesses,
            "source": self.source,
            "licence": self.licence,
            "figures": self.figures,
            **({"outputs": {key: output.to_dict() for key, output in self.outputs.items()}} if self.outputs else {}),
            **({"claims": self.claims} if self.claims else {}),
        }

    def save(self, folder: Path) -> None:
        """Write `folder/metadata.json`."""
        text = json.dumps(self.to_dict(), indent=1, ensure_ascii=False)
        atomic_write(folder / FILE_NAME, text + "\n")
