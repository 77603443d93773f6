"""Takes in networks from files, and removes them again. What is imported lies in the user's data folder.

A network is copied first, and the copy is looked into and tried out by a process of its own, with limits of time and
memory. Only when all is well does the copy get its place; whatever goes wrong, nothing stays behind.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mgc_desktop.errors import MgcError
from mgc_desktop.file_access import MB, read_limited
from mgc_desktop.foundation.atomic_write import atomic_write
from mgc_desktop.inference.jsonfile import read_object
from mgc_desktop.inference.metadata import FILE_NAME, FileRecord, ModelMetadata
from mgc_desktop.inference.registry import ModelEntry, list_models
from mgc_desktop.inference.vocabularies import read_toml
from mgc_desktop.library.executor import IsolatedPool, WorkerCrashedError, WorkerHungError
from mgc_desktop.model_import.description import check_name, network_named
from mgc_desktop.model_import.essentia import is_essentia
from mgc_desktop.model_import.examination import LARGEST_NETWORK, Examined, examine
from mgc_desktop.paths import data_dir

SECONDS: Final = 120.0  # that looking into a network and trying it out may take
MOST_NETWORKS: Final = 100  # in one folder
_LARGEST_DESCRIPTION: Final = MB
_DESCRIPTIONS: Final = (".toml", ".json")
_ARCHIVES: Final = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"\xfd7zXZ", b"Rar!", b"BZh")
_NETWORK: Final = "network.onnx"


class ImportFailedError(MgcError):
    """A network that was not taken in."""

    title = "This model was not imported"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A network and the description beside it."""

    network: Path
    description: Path


@dataclass(frozen=True, slots=True)
class Imported:
    """What was taken in: a model, or a head on the embedding of the model `on`."""

    name: str
    title: str
    names: int
    claims: str
    on: str = ""


def user_models() -> Path:
    """Where the user's models lie."""
    return data_dir() / "models"


def candidates(path: Path) -> list[Candidate]:
    """The networks in a folder, or the one in a file (its description will do as well), those that hear spectrograms
    first; ImportFailedError if there are none."""
    if path.is_dir():
        try:
            files = sorted(path.iterdir())
        except OSError as error:
            raise ImportFailedError(f"The folder cannot be read ({error.strerror}).", path=path) from error
        named = {_network_of(one): one for one in files if one.suffix.lower() == ".toml"}
        found = [one for one in files if one.suffix.lower() == ".onnx"]
        if not found:
            raise ImportFailedError("There is no network (a file that ends in .onnx) in this folder.", path=path)
        if len(found) > MOST_NETWORKS:
            raise ImportFailedError(f"There are more than {MOST_NETWORKS} networks in this folder.", path=path)
        described = [Candidate(one, named.get(one) or _description_of(one)) for one in found]
        return sorted(described, key=lambda one: _hears_embeddings(one.description))
    if path.suffix.lower() in _DESCRIPTIONS:
        return [Candidate(_network_of(path), path)]
    return [Candidate(path, _description_of(path))]


def _description_of(network: Path) -> Path:
    for suffix in _DESCRIPTIONS:
        for beside in (network.with_suffix(suffix), network.with_name(network.name + suffix)):
            if beside.exists() or beside.is_symlink():
                return beside
    if not network.exists():
        raise ImportFailedError("The file is not there.", path=network)
    raise ImportFailedError(
        f"There is no description beside it. Put {network.stem}.json (as Essentia publishes it) or {network.stem}.toml "
        "in the same folder; docs/models-from-outside.md says what stands in it.",
        path=network,
    )


def _network_of(description: Path) -> Path:
    _regular(description)
    try:
        read_limited(description, _LARGEST_DESCRIPTION)
        values = read_toml(description) if description.suffix.lower() == ".toml" else read_object(description)
        named = "" if is_essentia(values) else network_named(values)
    except MgcError as error:
        raise ImportFailedError(error.message, path=description) from error
    except FileNotFoundError as error:
        raise ImportFailedError("The file is not there.", path=description) from error
    except OSError as error:
        raise ImportFailedError(f"The file cannot be read: {error.strerror}.", path=description) from error
    except ValueError as error:
        raise ImportFailedError(f"The description is not understood: {error}.", path=description) from error
    return description.with_name(named) if named else description.with_suffix(".onnx")


def _hears_embeddings(description: Path) -> bool:
    """Whether it may be of a head: these come after the models that they need."""
    try:
        return b"TensorflowPredict2D" in (text := read_limited(description, MB)) or b"[embedding]" in text
    except OSError:
        return False


def import_model(candidate: Candidate, name: str | None = None, *, seconds: float = SECONDS) -> Imported:
    """Take in one network; ImportFailedError says in a sentence why not."""
    if name is not None:
        _checked(name, candidate.network)
    models = user_models()
    with _staging(models, candidate) as folder:
        description = f"description{candidate.description.suffix.lower()}"
        _copy(candidate.network, folder / _NETWORK, LARGEST_NETWORK)
        _copy(candidate.description, folder / description, _LARGEST_DESCRIPTION)
        examined = _examined(folder, description, candidate, name, seconds)
        if examined.head:
            return _attach(folder, examined, candidate)
        _free(examined.name, candidate)
        try:
            folder.rename(models / examined.name)
        except OSError as error:
            raise ImportFailedError(f"It could not be saved ({error.strerror}).", path=candidate.network) from error
    return Imported(examined.name, examined.title, examined.names, examined.claims)


def _examined(folder: Path, description: str, candidate: Candidate, name: str | None, seconds: float) -> Examined:
    with IsolatedPool(1, timeout=seconds, low_priority=True) as pool:
        try:
            return pool.submit(examine, folder, _NETWORK, description, candidate.network.stem, name).result()
        except WorkerHungError as error:
            raise ImportFailedError(
                f"Its trial run took more than {seconds:.0f} seconds.", path=candidate.network
            ) from error
        except (WorkerCrashedError, MemoryError) as error:
            raise ImportFailedError(
                "Its trial run ended the process that tried it: it is damaged, or needs too much memory.",
                path=candidate.network,
            ) from error
        except (ValueError, TypeError, OverflowError, OSError) as error:
            reason = str(error).rstrip(".")
            raise ImportFailedError(
                f"The network or its description is refused: {reason}.", path=candidate.network
            ) from error


def _attach(folder: Path, examined: Examined, candidate: Candidate) -> Imported:
    """Put a head beside the model whose embedding it hears."""
    entry = _model_for(examined, candidate)
    metadata = entry.metadata
    assert metadata is not None
    values = read_object(folder / examined.head)
    head_id = values["vocabulary"]["id"]
    network = f"{examined.name}.onnx"
    if head_id in (metadata.vocabulary.id, *metadata.heads) or (entry.folder / network).exists():
        raise ImportFailedError(
            f"The model '{entry.name}' has a head '{examined.name}' already. Remove it first: mgc models remove "
            f"{examined.name}",
            path=candidate.network,
        )
    values["network"]["file"] = network
    description = (json.dumps(values, indent=1, ensure_ascii=False) + "\n").encode()
    record = FileRecord(examined.head, hashlib.sha256(description).hexdigest())
    wanted = replace(metadata, heads={**metadata.heads, head_id: record})
    try:
        atomic_write(entry.folder / network, (folder / _NETWORK).read_bytes())
        atomic_write(entry.folder / examined.head, description)
        _save(wanted, entry.folder)
    except OSError as error:
        for file in (network, examined.head):
            (entry.folder / file).unlink(missing_ok=True)
        raise ImportFailedError(f"It could not be saved ({error.strerror}).", path=candidate.network) from error
    return Imported(examined.name, examined.title, examined.names, examined.claims, entry.name)


def _model_for(examined: Examined, candidate: Candidate) -> ModelEntry:
    """The imported model whose embedding a head hears: the one that it names, else one of the same family and size."""
    usable = [
        entry
        for entry in list_models(user_models())
        if entry.usable
        and entry.metadata
        and entry.metadata.imported
        and entry.metadata.embedding == examined.embedding
    ]
    family = _family(examined.embedding_of)
    named = [entry for entry in usable if entry.name == examined.embedding_of]
    named = named or [entry for entry in usable if family and _family(entry.name) == family]
    if not named:
        wanted = examined.embedding_of or f"a model with an embedding of {examined.embedding} numbers"
        raise ImportFailedError(
            f"It hears the embedding of {wanted}, which is not among the imported models. Import that one first.",
            path=candidate.network,
        )
    return named[0]


def _family(name: str) -> str:
    """discogs-effnet-bs64-1 and discogs-effnet-bsdynamic-1 differ only in how many patches they take at once."""
    return "-".join(part for part in name.lower().split("-") if not part.startswith("bs"))


def remove_model(name: str) -> str:
    """Delete an imported model, or an imported head of one; says in a sentence what was removed. ImportFailedError if
    there is none of that name; the bundled models and those that the user trained stay."""
    for entry in list_models(user_models()):
        metadata = entry.metadata
        if metadata is None or not metadata.imported:
            continue
        if entry.name == name:
            try:
                shutil.rmtree(entry.folder)
            except OSError as error:
                raise ImportFailedError(
                    f"It could not be removed ({error.strerror or error}). Delete the folder yourself.",
                    path=entry.folder,
                ) from error
            return f"The model '{name}' is removed."
        for vocabulary, record in metadata.heads.items():
            if record.file == f"{name}.head.json":
                rest = {key: other for key, other in metadata.heads.items() if key != vocabulary}
                try:
                    _save(replace(metadata, heads=rest), entry.folder)
                except OSError as error:
                    raise ImportFailedError(
                        f"It could not be removed ({error.strerror}). Check that the folder can be written.",
                        path=entry.folder,
                    ) from error
                for file in (record.file, f"{name}.onnx"):
                    (entry.folder / file).unlink(missing_ok=True)
                return f"The head '{name}' of the model '{entry.name}' is removed."
    raise ImportFailedError(f"There is no imported model or head named '{name}'. See: mgc models")


def _save(metadata: ModelMetadata, folder: Path) -> None:
    text = json.dumps(metadata.to_dict(), indent=1, ensure_ascii=False) + "\n"
    atomic_write(folder / FILE_NAME, text.encode())


def _free(name: str, candidate: Candidate) -> None:
    _checked(name, candidate.network)
    if name.casefold() in {entry.name.casefold() for entry in list_models()}:
        raise ImportFailedError(
            f"There is a model named '{name}' already. Give this one another name (--name), or remove the other first.",
            path=candidate.network,
        )


def _checked(name: str, path: Path) -> None:
    try:
        check_name(name)
    except ValueError as error:
        raise ImportFailedError(f"{error}.", path=path) from error


def _regular(path: Path) -> None:
    if path.is_symlink():
        raise ImportFailedError("It is a link, not a file. Import the file that it leads to.", path=path)


def _copy(source: Path, target: Path, limit: int) -> None:
    _regular(source)
    try:
        data = read_limited(source, limit)
    except FileNotFoundError as error:
        raise ImportFailedError("The file is not there.", path=source) from error
    except OSError as error:
        raise ImportFailedError(f"The file cannot be read: {error.strerror}.", path=source) from error
    if data.startswith(_ARCHIVES):
        raise ImportFailedError("It is an archive. Unpack it, and import what is inside.", path=source)
    try:
        target.write_bytes(data)
    except OSError as error:
        raise ImportFailedError(f"It could not be copied ({error.strerror}).", path=source) from error


@contextmanager
def _staging(models: Path, candidate: Candidate) -> Iterator[Path]:
    """A folder beside the models that is not listed, and is gone afterwards unless it was given its place."""
    try:
        models.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".import-", dir=models))
    except OSError as error:
        raise ImportFailedError(f"It could not be saved ({error.strerror}).", path=candidate.network) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
