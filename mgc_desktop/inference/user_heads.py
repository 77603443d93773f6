"""The heads that a user taught, one file each: `data_dir()/heads/NAME.json`.

A file holds what was taught (`Taught`), the songs that taught it, what was measured, and which model it is made for.
With the songs goes what the model heard in them, so that a head that came from another computer can be taught further.
The bundled genres are in the model, not here: nothing that happens to these files can lose them.
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
    """A taught head that cannot be used, saved or named so."""

    title = "This head cannot be used"


@dataclass(frozen=True, slots=True, eq=False)
class LabelledSong:
    """A song that was marked: the `checksum` of its audio, the genre that it is, and how it is called.

    `artist` may be "". `probabilities` `(bundled,)` and `embedding` `(E,)`: what the model with its bundled head heard.
    """

    checksum: str
    genre: str
    title: str
    artist: str
    probabilities: FloatArray
    embedding: FloatArray

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> LabelledSong:
        """From what `to_dict` gave; ValueError, TypeError or KeyError if it is not that."""
        check_keys(values, _LABELLED_SONG_KEYS)
        texts = {key: values[key] for key in ("checksum", "genre", "title", "artist")}
        if not all(isinstance(text, str) for text in texts.values()):
            raise TypeError("a song's checksum, genre, title and artist must be text")
        logs = _unpacked(values["heard"])
        analysed_seconds = np.exp(logs - logs.max(initial=-np.inf))
        if not len(analysed_seconds) or not np.isfinite(analysed_seconds).all():
            raise ValueError("what was heard in a song is no list of probabilities")
        return cls(
            **texts, probabilities=analysed_seconds / analysed_seconds.sum(), embedding=_unpacked(values["embedding"])
        )

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values; the numbers as 16 bits each, probabilities by their logarithm."""
        logs = np.log(np.maximum(self.probabilities, np.float32(1e-37)))
        texts = {"checksum": self.checksum, "genre": self.genre, "title": self.title, "artist": self.artist}
        return {**texts, "heard": _packed(logs), "embedding": _packed(self.embedding)}


@dataclass(frozen=True, slots=True, eq=False)
class UserHead:
    """A head that a user taught. `made_for`: `name@version` of the model with its bundled head; `made`: when, in UTC.

    `measured`: figures of the cross-validation, for people and for lists. `version` tells this head from all others,
    and from itself before it learned more; verdicts carry it. Heads of one version are equal.
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
        """Whether it was made for this model, which has its bundled head."""
        return self.made_for == f"{classifier.name}@{classifier.version}"

    def on(self, classifier: Classifier) -> Classifier:
        """The model with this head in place of its bundled one; HeadError if it was made for another."""
        return classifier.with_head(BaseModel.of(classifier).head_of(self))

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> UserHead:
        """From what `to_dict` gave; ValueError, TypeError or KeyError if it is not that."""
        check_format(values, FORMAT)
        check_keys(values, _KEYS)
        if values["kind"] != KIND:
            raise ValueError("it holds no taught head")
        return cls(
            name=checked_name(str(values["name"])),
            made_for=str(values["made_for"]),
            adapter=HeadAdapter.from_dict(values["taught"]),
            examples=tuple(LabelledSong.from_dict(example) for example in values["lessons"]),
            measured=dict(values["measured"]),
            made=datetime.fromisoformat(str(values["made"])),
        )

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
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
    """A model that can be taught, without its network: its `name`, its own `version`, its `bundled` head."""

    name: str
    version: str
    bundled: Head

    @classmethod
    def of(cls, classifier: Classifier) -> BaseModel:
        """The model that is loaded; ModelError if it cannot be taught."""
        return cls(classifier.name, classifier.metadata.version, check_adaptable(classifier.head))

    @property
    def base(self) -> str:
        """The version under the bundled head, as verdicts carry it."""
        return f"{self.version}+{self.bundled.version}"

    @property
    def identity(self) -> str:
        """`name@version` under the bundled head."""
        return f"{self.name}@{self.base}"

    def version_with(self, head: UserHead) -> str:
        """The version under a taught head."""
        return f"{self.version}+{head.version}"

    def head_of(self, head: UserHead) -> Head:
        """What was taught, as an ordinary head; HeadError if it was made for another model."""
        if head.made_for != self.identity:
            raise HeadError(
                f"The head '{head.name}' was made for {head.made_for}, not for {self.identity}. Choose that model, or "
                "open the Teach view: it is taught anew from the same songs."
            )
        return head.adapter.head(self.bundled, head.version)


@dataclass(frozen=True, slots=True, eq=False)
class HeadEntry:
    """A head in the list: ready, or with the reason why it cannot be used."""

    name: str
    path: Path
    head: UserHead | None
    reason: str | None = None


def heads_dir() -> Path:
    """Where the heads lie."""
    return data_dir() / "heads"


def list_heads(made_for: str | None = None, folder: Path | None = None) -> list[HeadEntry]:
    """All heads by name; with `made_for` (`Pupil.identity`), those that are made for another have a reason."""
    folder = folder or heads_dir()
    paths = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: path.stem.casefold()) if folder.is_dir() else []
    return [_entry(path, made_for) for path in paths if not path.name.startswith(".")]


def _entry(path: Path, made_for: str | None) -> HeadEntry:
    try:
        head = read_head(path)
        if head.name != path.stem:
            raise HeadError(f"The head calls itself '{head.name}'. Give the file that name.", path=path)
    except MgcError as error:
        return HeadEntry(path.stem, path, None, error.message)
    if made_for is not None and head.made_for != made_for:
        return HeadEntry(head.name, path, head, f"It was made for {head.made_for}, the program now has {made_for}.")
    return HeadEntry(head.name, path, head)


def read_head(path: Path) -> UserHead:
    """The head in a file; HeadError if it is missing, damaged or none."""
    try:
        values = parse(read_bytes(path, limit=_LARGEST))
        if not isinstance(values, dict):
            raise ValueError("it holds no JSON object")
        return UserHead.from_dict(values)
    except ModelError as error:
        reason = error.message.removesuffix(WAY_OUT).strip()
        raise HeadError(f"{reason} Choose another one.", path=path) from error
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        what = f"the key {error} is missing" if isinstance(error, KeyError) else str(error)
        raise HeadError(f"It is damaged or no head of this program: {what}. Choose another one.", path=path) from error


def load_head(name: str, folder: Path | None = None) -> UserHead:
    """The head of that name; HeadError names those there are."""
    folder = folder or heads_dir()
    path = folder / f"{checked_name(name)}{SUFFIX}"
    if not path.is_file():
        known = ", ".join(entry.name for entry in list_heads(folder=folder)) or "none yet"
        raise HeadError(f"There is no head named '{name}'. Choose one of: {known}.", path=folder)
    return read_head(path)


def head_in_use(name: str) -> UserHead | None:
    """The head of that name as it counts, None for "" and for one that cannot be read: the bundled one takes its place.

    While the user has not agreed to what a head learned since, it counts as it was before (`hold_head`).
    """
    try:
        if not name:
            return None
        return load_head(name, _held()) if _held_path(name).is_file() else load_head(name)
    except HeadError as error:
        _log.warning("the head in use cannot be: %s", error)
        return None


def _held() -> Path:
    return heads_dir() / ".before"


def _held_path(name: str) -> Path:
    return _held() / f"{checked_name(name)}{SUFFIX}"


def hold_head(head: UserHead) -> None:
    """Let a head count as it is now, also after it has learned more, until `let_count`. Raises as `save_head` does."""
    if not _held_path(head.name).is_file():
        save_head(head, _held())


def let_count(name: str) -> None:
    """Let a head count with all that it has learned."""
    with contextlib.suppress(OSError):
        _held_path(name).unlink(missing_ok=True)


def save_head(head: UserHead, folder: Path | None = None) -> Path:
    """Write the head, whole or not at all; HeadError where the folder cannot be written."""
    path = (folder or heads_dir()) / f"{checked_name(head.name)}{SUFFIX}"
    write_head(head, path)
    return path


def write_head(head: UserHead, path: Path) -> None:
    """Write a head to any place, such as for another computer. Raises as `save_head` does."""
    text = json.dumps(head.to_dict())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(path, text, private=True)
    except OSError as error:
        raise HeadError(
            f"The head could not be saved ({error.strerror}). Check that the folder can be written.", path=path
        ) from error


def delete_head(name: str, folder: Path | None = None) -> None:
    """Remove a head's file; nothing happens where there is none."""
    path = (folder or heads_dir()) / f"{checked_name(name)}{SUFFIX}"
    try:
        path.unlink(missing_ok=True)
        if folder is None:
            let_count(name)
    except OSError as error:
        raise HeadError(f"The head could not be deleted ({error.strerror}).", path=path) from error


def rename_head(old: str, new: str, folder: Path | None = None) -> UserHead:
    """Give a head another name; HeadError if another one has it already."""
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
    """Take in a head from a file; where its name is taken it gets a number behind it."""
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
    """A name that any system takes as that of a file, spaces around it removed; else HeadError says what is wrong."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST:
        raise HeadError(f"A head's name has 1 to {LONGEST} signs. Choose another one.")
    if _FORBIDDEN.search(name) or name.startswith(".") or name.endswith(".") or _RESERVED.fullmatch(name):
        raise HeadError(f"'{name}' cannot be the name of a head. Use letters, digits and spaces.")
    return name


def free_name(name: str, taken: Sequence[str]) -> str:
    """A checked name that no other head has; HeadError if one has it, in capitals or not."""
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
