"""The available models: the bundled ones, and those that the user trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from mgc_desktop.errors import ModelError
from mgc_desktop.inference.classifier import Classifier, Readout, chosen, joint_version, load_heads
from mgc_desktop.inference.genres import REPORT_GENRES
from mgc_desktop.inference.head_adapter import check_adaptable
from mgc_desktop.inference.jsonfile import read_bytes
from mgc_desktop.inference.metadata import FILE_NAME, ModelMetadata
from mgc_desktop.inference.user_heads import BaseModel, UserHead, load_head
from mgc_desktop.inference.vocabulary import Vocabulary
from mgc_desktop.paths import data_dir, models_dir

DEFAULT: Final = "musicnn"
_ROLES: Final = ("default", "offered", "exhibit")


@dataclass(frozen=True, slots=True, eq=False)
class ModelEntry:
    """A model in the list, with its metadata, or with the reason why it cannot be used."""

    name: str
    folder: Path
    metadata: ModelMetadata | None
    reason: str | None = None

    @property
    def usable(self) -> bool:
        """Whether the model can probably be loaded."""
        return self.metadata is not None and self.reason is None


def model_folders() -> tuple[Path, ...]:
    """The folders that are searched for models; of several models with one name the first is used."""
    return models_dir(), data_dir() / "models"


def list_models(*folders: Path) -> list[ModelEntry]:
    """All models in `folders` (default: `model_folders`), the default first, unusable ones last with their reason.

    Files are read and their checksums compared; no network is loaded.
    """
    entries: dict[str, ModelEntry] = {}
    for folder in folders or model_folders():
        for path in sorted(folder.glob("*/")):
            if not path.name.startswith((".", "_")):
                entries.setdefault(path.name, _entry(path))
    return sorted(entries.values(), key=_rank)


def _rank(entry: ModelEntry) -> tuple[bool, int, str]:
    role = _ROLES.index(entry.metadata.role) if entry.metadata else len(_ROLES)
    return not entry.usable, role, entry.name


def _entry(folder: Path) -> ModelEntry:
    metadata = None
    try:
        metadata = ModelMetadata.load(folder)
        if metadata.name != folder.name:
            raise ModelError(f"The name of the model is {metadata.name!r}. Rename the folder.", path=folder / FILE_NAME)
        for record in filter(None, (metadata.model, metadata.head, *metadata.heads.values())):
            read_bytes(folder / record.file, record.sha256)
    except ModelError as error:
        return ModelEntry(folder.name, folder, metadata, str(error))
    return ModelEntry(folder.name, folder, metadata)


def identify(entry: ModelEntry, vocabulary: str | None = None) -> tuple[str, str]:
    """Name and version of the model with its head for this vocabulary (by default its own), without loading the
    network. Raises ModelError if it cannot be used, or has no head for these genres."""
    if entry.metadata is None or entry.reason is not None:
        raise ModelError(entry.reason or "It cannot be used.", path=entry.folder)
    head = chosen(load_heads(entry.folder, entry.metadata), entry.metadata, vocabulary)
    return entry.name, joint_version(entry.metadata, head)


def find(name: str | None = None, *folders: Path) -> ModelEntry:
    """The model of that name, or without a name the default; raises ModelError if there is none."""
    return _entry(_folder(name, folders or model_folders()))


def _folder(name: str | None, searched: Sequence[Path]) -> Path:
    name = name or DEFAULT
    for folder in searched:
        if Path(name).name == name and (folder / name).is_dir():
            return folder / name
    known = ", ".join(entry.name for entry in list_models(*searched) if entry.usable) or "none"
    raise ModelError(f"There is no model named '{name}'. Choose one of: {known}.", path=searched[0])


def load(
    name: str | None = None,
    *folders: Path,
    vocabulary: str | None = None,
    threads: int = 1,
    head: UserHead | str | None = None,
) -> Classifier:
    """Load the model of that name, or without a name the default. Raises ModelError if it cannot be used.

    `vocabulary`: the id of the genres, by default the model's own; raises ModelError if it has no head for them.
    `head`: a user head or its name, in place of the bundled head that it was made for, whatever the `vocabulary`;
    raises HeadError if it cannot be used.
    """
    classifier = Classifier.open(_folder(name, folders or model_folders()), vocabulary, threads=threads)
    if not head:
        return classifier
    user_head = load_head(head) if isinstance(head, str) else head
    bases = (classifier.with_vocabulary(other.id) for other in classifier.vocabularies)
    return user_head.on(next((base for base in bases if user_head.suits(base)), classifier))


def vocabularies(name: str | None = None, *folders: Path) -> tuple[Vocabulary, ...]:
    """Those for which the model of that name has a head, its own first; no network is loaded. ModelError if it cannot
    be used."""
    entry = find(name, *folders)
    if entry.metadata is None or entry.reason is not None:
        raise ModelError(entry.reason or "It cannot be used.", path=entry.folder)
    heads = load_heads(entry.folder, entry.metadata)
    return tuple(Readout.of(entry.metadata, head).vocabulary for head in heads.values())


@cache
def teachable_genres() -> tuple[str, ...]:
    """The genres of the default model, on which users' heads are built."""
    metadata = find().metadata
    return metadata.genres if metadata is not None else REPORT_GENRES


def base_model_of(head: UserHead, name: str | None = None, *folders: Path) -> BaseModel:
    """The model of that name with the bundled head that this head was made for, without loading its network; HeadError
    if it was made for another model, ModelError if the model cannot be taught."""
    bases = [base_model(name, *folders, vocabulary=each.id) for each in vocabularies(name, *folders)]
    base = next((each for each in bases if each.identity == head.made_for), bases[0])
    base.head_of(head)
    return base


def base_model(name: str | None = None, *folders: Path, vocabulary: str | None = None) -> BaseModel:
    """The model of that name with its head for a vocabulary, as the base of user heads, without loading its network.
    Raises ModelError if user heads cannot be made for it."""
    name = name or DEFAULT
    for folder in folders or model_folders():
        if Path(name).name == name and (folder / name).is_dir():
            metadata = ModelMetadata.load(folder / name)
            head = chosen(load_heads(folder / name, metadata), metadata, vocabulary)
            return BaseModel(metadata.name, metadata.version, check_adaptable(head))
    raise ModelError(f"There is no model named '{name}'. Choose another one.")
