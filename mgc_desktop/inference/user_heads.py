"""The user heads, one file each: `data_dir()/heads/NAME.json`.

A file holds the adapter (`HeadAdapter`), the labelled songs that it was fitted on, its measured figures, and the model
that it is made for. The songs include the model's predictions and embeddings, so that a head from another computer can
be fitted again with more songs. The bundled genres are part of the model and cannot be lost with these files.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from mgc_desktop.errors import MgcError, ModelError
from mgc_desktop.file_access import MB
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.foundation.atomic_write import atomic_write
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.head import Head
from mgc_desktop.inference.head_adapter import HeadAdapter, check_adaptable
from mgc_desktop.inference.jsonfile import WAY_OUT, check_format, check_keys, parse, read_bytes
from mgc_desktop.paths import data_dir

_log = logging.getLogger(__name__)


FORMAT: Final = 1
KIND: Final = "mgc-desktop head"
SUFFIX: Final = ".json"
LONGEST: Final = 60
_LARGEST: Final = 100 * MB  # a head with 50,000 songs
_KEYS: Final = ("format", "kind", "name", "made_for", "made", "taught", "lessons", "measured")
_LABELLED_SONG_KEYS: Final = ("checksum", "genre", "title", "artist", "heard", "embedding")
_FORBIDDEN: Final = re.compile(r'[/\\:*?"<>|+@\x00-\x1f\x7f]')
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # names of Windows' devices


class HeadError(MgcError):
    """A user head that cannot be used or saved, or a name that a head cannot have."""

    title = "This head cannot be used"


@dataclass(frozen=True, slots=True, eq=False)
class LabelledSong:
    """A labelled song: the `checksum` of its audio, its genre, title and artist.

    `artist` may be "". `probabilities` `(bundled,)` and `embedding` `(E,)`: the prediction under the bundled head.
    """

    checksum: str
    genre: str
    title: str
    artist: str
    probabilities: FloatArray
    embedding: FloatArray

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> LabelledSong:
        """The inverse of `to_dict`; raises ValueError, TypeError or KeyError if the values are invalid."""
        check_keys(values, _LABELLED_SONG_KEYS)
        texts = {key: values[key] for key in ("checksum", "genre", "title", "artist")}
        if not all(isinstance(text, str) for text in texts.values()):
            raise TypeError("a song's checksum, genre, title and artist must be text")
        logs = _unpacked(values["heard"])
        analysed_seconds = np.exp(logs - logs.max(initial=-np.inf))
        if not len(analysed_seconds) or not np.isfinite(analysed_seconds).all():
            raise ValueError("the prediction of a song is not a list of probabilities")
        return cls(
            **texts, probabilities=analysed_seconds / analysed_seconds.sum(), embedding=_unpacked(values["embedding"])
        )

    def to_dict(self) -> dict[str, Any]:
        """The song as plain JSON values; numbers have 16 bits each, probabilities are stored as logarithms."""
        logs = np.log(np.maximum(self.probabilities, np.float32(1e-37)))
        texts = {"checksum": self.checksum, "genre": self.genre, "title": self.title, "artist": self.artist}
        return {**texts, "heard": _packed(logs), "embedding": _packed(self.embedding)}


@dataclass(frozen=True, slots=True, eq=False)
class UserHead:
    """A head that a user trained. `made_for`: `name@version` of the model with its bundled head; `made`: time in UTC.

    `measured`: figures of the cross-validation. `version` is different for each head, and changes when the head is
    fitted again on other labels; it is part of the version of verdicts. Heads are equal if their versions are.
    """

    name: str
    made_for: str
    adapter: HeadAdapter
    examples: tuple[LabelledSong, ...] = ()
    measured: dict[str, Any] = field(default_factory=dict)
    made: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    version: str = field(init=False)

    def __post_init__(self) -> None:
        text = json.dumps([self.made_for, self.adapter.to_dict()], sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        object.__setattr__(self, "version", f"head:{self.name}-{digest}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UserHead) and self.version == other.version

    def __hash__(self) -> int:
        return hash(self.version)

    def suits(self, classifier: Classifier) -> bool:
        """Whether it was made for this model, with the bundled head."""
        return self.made_for == f"{classifier.name}@{classifier.version}"

    def on(self, classifier: Classifier) -> Classifier:
        """The model with this head in place of the bundled one; raises HeadError if it was made for another model."""
        return classifier.with_head(BaseModel.of(classifier).head_of(self))

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> UserHead:
        """The inverse of `to_dict`; raises ValueError, TypeError or KeyError if the values are invalid."""
        check_format(values, FORMAT)
        check_keys(values, _KEYS)
        if values["kind"] != KIND:
            raise ValueError("it does not contain a user head")
        return cls(
            name=checked_name(str(values["name"])),
            made_for=str(values["made_for"]),
            adapter=HeadAdapter.from_dict(values["taught"]),
            examples=tuple(LabelledSong.from_dict(example) for example in values["lessons"]),
            measured=dict(values["measured"]),
            made=datetime.fromisoformat(str(values["made"])),
        )

    def to_dict(self) -> dict[str, Any]:
        """The head as plain JSON values."""
        return {
            "format": FORMAT,
            "kind": KIND,
            "name": self.name,
            "made_for": self.made_for,
            "made": self.made.isoformat(),
            "taught": self.adapter.to_dict(),
            "lessons": [example.to_dict() for example in self.examples],
            "measured": self.measured,
        }


@dataclass(frozen=True, slots=True, eq=False)
class BaseModel:
    """A model that user heads can be made for, without its network: its `name`, `version` and `bundled` head."""

    name: str
    version: str
    bundled: Head

    @classmethod
    def of(cls, classifier: Classifier) -> BaseModel:
        """The base model of a loaded model; raises ModelError if user heads cannot be made for it."""
        return cls(classifier.name, classifier.metadata.version, check_adaptable(classifier.head))

    @property
    def base(self) -> str:
        """The version under the bundled head, as verdicts have it."""
        return f"{self.version}+{self.bundled.version}"

    @property
    def identity(self) -> str:
        """`name@version` under the bundled head."""
        return f"{self.name}@{self.base}"

    def version_with(self, head: UserHead) -> str:
        """The version under a user head."""
        return f"{self.version}+{head.version}"

    def head_of(self, head: UserHead) -> Head:
        """The adapter and the bundled head as one head; raises HeadError if it was made for another model."""
        if head.made_for != self.identity:
            raise HeadError(
                f"The head '{head.name}' was made for {head.made_for}, not for {self.identity}. Choose that model, or "
                "open the Teach view: there it is trained again on the same songs."
            )
        return head.adapter.head(self.bundled, head.version)


@dataclass(frozen=True, slots=True, eq=False)
class HeadEntry:
    """A head in the list, or the reason why it cannot be used."""

    name: str
    path: Path
    head: UserHead | None
    reason: str | None = None


def heads_dir() -> Path:
    """The folder of the heads."""
    return data_dir() / "heads"


def list_heads(made_for: str | None = None, folder: Path | None = None) -> list[HeadEntry]:
    """All heads by name; with `made_for` (`BaseModel.identity`), heads for other models have a reason."""
    folder = folder or heads_dir()
    paths = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: path.stem.casefold()) if folder.is_dir() else []
    return [_entry(path, made_for) for path in paths if not path.name.startswith(".")]


def _entry(path: Path, made_for: str | None) -> HeadEntry:
    try:
        head = read_head(path)
        if head.name != path.stem:
            raise HeadError(f"The name of the head is '{head.name}'. Give the file that name.", path=path)
    except MgcError as error:
        return HeadEntry(path.stem, path, None, error.message)
    if made_for is not None and head.made_for != made_for:
        return HeadEntry(head.name, path, head, f"It was made for {head.made_for}, but the program now has {made_for}.")
    return HeadEntry(head.name, path, head)


def read_head(path: Path) -> UserHead:
    """The head in a file; raises HeadError if it is missing or damaged, or not a head."""
    try:
        values = parse(read_bytes(path, limit=_LARGEST))
        if not isinstance(values, dict):
            raise ValueError("it does not contain a JSON object")
        return UserHead.from_dict(values)
    except ModelError as error:
        reason = error.message.removesuffix(WAY_OUT).strip()
        raise HeadError(f"{reason} Choose another one.", path=path) from error
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        what = f"the key {error} is missing" if isinstance(error, KeyError) else str(error)
        raise HeadError(
            f"It is damaged or not a head of this program: {what}. Choose another one.", path=path
        ) from error


def load_head(name: str, folder: Path | None = None) -> UserHead:
    """The head of that name; if there is none, raises HeadError with the names that exist."""
    folder = folder or heads_dir()
    path = folder / f"{checked_name(name)}{SUFFIX}"
    if not path.is_file():
        known = ", ".join(entry.name for entry in list_heads(folder=folder)) or "none yet"
        raise HeadError(f"There is no head named '{name}'. Choose one of: {known}.", path=folder)
    return read_head(path)


def head_in_use(name: str) -> UserHead | None:
    """The head of that name as it is in use, None for "" and for an unreadable one: the bundled head is used instead.

    Until the user agrees to the effects of a new fit, the head before it stays in use (`hold_head`).
    """
    try:
        if not name:
            return None
        return load_head(name, _held()) if _held_path(name).is_file() else load_head(name)
    except HeadError as error:
        _log.warning("the head in use cannot be read: %s", error)
        return None


def _held() -> Path:
    return heads_dir() / ".before"


def _held_path(name: str) -> Path:
    return _held() / f"{checked_name(name)}{SUFFIX}"


def hold_head(head: UserHead) -> None:
    """Keep this state of a head in use, also after a new fit, until `let_count`. Raises as `save_head` does."""
    if not _held_path(head.name).is_file():
        save_head(head, _held())


def let_count(name: str) -> None:
    """Put the newest state of a head into use."""
    with contextlib.suppress(OSError):
        _held_path(name).unlink(missing_ok=True)


def save_head(head: UserHead, folder: Path | None = None) -> Path:
    """Write the head atomically; raises HeadError if the folder cannot be written."""
    path = (folder or heads_dir()) / f"{checked_name(head.name)}{SUFFIX}"
    write_head(head, path)
    return path


def write_head(head: UserHead, path: Path) -> None:
    """Write a head to any path, such as for another computer. Raises as `save_head` does."""
    text = json.dumps(head.to_dict())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(path, text, private=True)
    except OSError as error:
        raise HeadError(
            f"The head could not be saved ({error.strerror}). Check that the folder can be written.", path=path
        ) from error


def delete_head(name: str, folder: Path | None = None) -> None:
    """Delete a head's file, if there is one; raises HeadError if that fails."""
    path = (folder or heads_dir()) / f"{checked_name(name)}{SUFFIX}"
    try:
        path.unlink(missing_ok=True)
        if folder is None:
            let_count(name)
    except OSError as error:
        raise HeadError(f"The head could not be deleted ({error.strerror}).", path=path) from error


def rename_head(old: str, new: str, folder: Path | None = None) -> UserHead:
    """Rename a head; raises HeadError if another one has the new name."""
    folder = folder or heads_dir()
    head = load_head(old, folder)
    renamed = replace(head, name=free_name(new, [e.name for e in list_heads(folder=folder) if e.name != head.name]))
    if renamed.name.casefold() == head.name.casefold():  # the same file on a system that ignores case
        with contextlib.suppress(OSError):
            (folder / f"{head.name}{SUFFIX}").rename(folder / f"{renamed.name}{SUFFIX}")
    save_head(renamed, folder)
    if renamed.name.casefold() != head.name.casefold():
        delete_head(head.name, folder)
    return renamed


def import_head(path: Path, folder: Path | None = None) -> UserHead:
    """Import a head from a file; if its name is in use, it gets a number appended."""
    folder = folder or heads_dir()
    head = read_head(path)
    taken = {entry.name.casefold() for entry in list_heads(folder=folder)}
    name, number = head.name, 2
    while name.casefold() in taken:
        name, number = f"{head.name[: LONGEST - 4]} {number}", number + 1
    head = replace(head, name=name)
    save_head(head, folder)
    return head


def checked_name(name: str) -> str:
    """A name that is a valid file name on every system, without spaces around it; raises HeadError with the reason."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST:
        raise HeadError(f"A head's name has 1 to {LONGEST} characters. Choose another one.")
    if _FORBIDDEN.search(name) or name.startswith(".") or name.endswith(".") or _RESERVED.fullmatch(name):
        raise HeadError(f"'{name}' cannot be the name of a head. Use letters, digits and spaces.")
    return name


def free_name(name: str, taken: Sequence[str]) -> str:
    """A checked name that no other head has, ignoring case; raises HeadError if one has it."""
    name = checked_name(name)
    if name.casefold() in {other.casefold() for other in taken}:
        raise HeadError(f"There is a head named '{name}' already. Choose another name.")
    return name


def _packed(numbers: FloatArray) -> str:
    return base64.b64encode(np.clip(numbers, -6e4, 6e4).astype("<f2").tobytes()).decode("ascii")


def _unpacked(text: str) -> FloatArray:
    numbers = np.frombuffer(base64.b64decode(text, validate=True), "<f2").astype(np.float32)
    if not np.isfinite(numbers).all():
        raise ValueError("some numbers of a song are not finite")
    return numbers
