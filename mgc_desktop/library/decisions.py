"""A log of the user's decisions beside the database: folders, labels, genres, and whether to write each song.

`library.decisions.jsonl` holds one JSON object a line and is only appended to. It is read when a damaged database is
rebuilt, since nothing else holds these decisions. A damaged or incomplete line is skipped.
"""

from __future__ import annotations

import base64
import json
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mgc_desktop.errors import MgcError
from mgc_desktop.foundation.atomic_write import atomic_write
from mgc_desktop.library.opening import opening

if TYPE_CHECKING:
    from mgc_desktop.library.database import Database

_log = logging.getLogger(__name__)
_LARGE: Final = 4 << 20  # bytes; a larger log is compacted

Note = dict[str, Any]


@dataclass
class Decisions:
    """The decisions in force after all notes.

    `choices`: by path, whether to write and which genres. `labels`: notes by head and checksum. `genres`: by checksum.
    """

    folders: dict[str, bool] = field(default_factory=dict)
    choices: dict[str, tuple[bool | None, list[str] | None]] = field(default_factory=dict)
    labels: dict[tuple[str, str], Note] = field(default_factory=dict)
    genres: dict[str, list[str]] = field(default_factory=dict)

    def add(self, note: Note) -> None:
        """Apply one note; raises KeyError, TypeError or ValueError for a damaged one."""
        match note["kind"]:
            case "folder":
                self.folders[str(note["path"])] = bool(note["watched"])
            case "folder removed":
                self.folders.pop(note["path"], None)
            case "choice":
                before = self.choices.get(note["path"], (None, None))
                genres = _texts(note["genres"]) if note["genres"] is not None else before[1]
                self.choices[str(note["path"])] = (note["accepted"], genres)
            case "choice forgotten":
                self.choices.pop(note["path"], None)
            case "moved":
                if note["path"] in self.choices:
                    self.choices[str(note["to"])] = self.choices.pop(note["path"])
            case "label":
                self.labels[str(note["head"]), str(note["checksum"])] = note
            case "label removed":
                self.labels.pop((note["head"], note["checksum"]), None)
            case "head renamed":
                for head, checksum in [key for key in self.labels if key[0] == note["head"]]:
                    label = self.labels.pop((head, checksum))
                    self.labels[str(note["to"]), checksum] = {**label, "head": note["to"]}
            case "head removed":
                for key in [key for key in self.labels if key[0] == note["head"]]:
                    del self.labels[key]
            case "genre renamed":
                for key, label in self.labels.items():
                    if key[0] == note["head"] and label["genre"] == note["genre"]:
                        self.labels[key] = {**label, "genre": note["to"]}
            case "user genre":
                self.genres[str(note["checksum"])] = _texts(note["genres"])
            case "user genre removed":
                self.genres.pop(note["checksum"], None)

    def notes(self) -> Iterator[Note]:
        """The fewest notes that lead to the same decisions."""
        for path, watched in self.folders.items():
            yield {"kind": "folder", "path": path, "watched": watched}
        for path, (accepted, genres) in self.choices.items():
            yield {"kind": "choice", "path": path, "accepted": accepted, "genres": genres}
        yield from self.labels.values()
        for checksum, names in self.genres.items():
            yield {"kind": "user genre", "checksum": checksum, "genres": names}


class DecisionLog:
    """The log of the database at `database`. Errors of writing are only logged: the database has each decision too.


    `keep`: False for a database in memory, of which nothing is noted.
    """

    def __init__(self, database: Path, *, keep: bool = True) -> None:
        self._database = database
        self._keep = keep
        self._held = not keep  # whether the lock is held, or none is needed
        self.path = database.with_suffix(".decisions.jsonl")

    def add(self, notes: Iterable[Note]) -> None:
        """Append notes."""
        text = "".join(json.dumps(note, ensure_ascii=True) + "\n" for note in notes)
        if not text or not self._keep:
            return
        try:
            with self._lock(), self.path.open("ab+") as file:
                if (end := file.seek(0, os.SEEK_END)) and _last_byte(file, end) != b"\n":  # an incomplete line
                    text = "\n" + text
                file.write(text.encode("ascii"))
        except (OSError, MgcError) as error:
            _log.warning("%s: the decision could not be logged: %s", self.path, error)

    @contextmanager
    def hold(self, seconds: float) -> Iterator[None]:
        """Hold the lock that `add` needs, after waiting at most `seconds` for it. Raises as `opening` does."""
        if self._held:
            yield
            return
        with opening(self._database, seconds=seconds):
            self._held = True
            try:
                yield
            finally:
                self._held = False

    def _lock(self) -> AbstractContextManager[None]:
        return nullcontext() if self._held else opening(self._database)

    def read(self) -> Decisions:
        """The decisions in force; none if there is no log."""
        decisions = Decisions()
        try:
            with self.path.open("rb") as file:
                for line in file:
                    try:
                        decisions.add(json.loads(line))
                    except (ValueError, KeyError, TypeError, RecursionError):
                        _log.warning("%s: a damaged line is skipped", self.path)
        except FileNotFoundError:
            pass
        except OSError as error:
            _log.warning("%s cannot be read: %s", self.path, error)
        return decisions

    def compact(self) -> None:
        """Remove notes from a large file that later notes replaced."""
        try:
            if self.path.stat().st_size < _LARGE:
                return
            with opening(self._database):
                text = "".join(json.dumps(note) + "\n" for note in self.read().notes())
                atomic_write(self.path, text)
        except (OSError, MgcError) as error:
            _log.info("%s is not compacted: %s", self.path, error)

    def begin(self, store: Database) -> None:
        """Write the decisions of an older library into a log that does not exist yet."""
        if self.path.exists():
            return
        notes: list[Note] = [
            {"kind": "folder", "path": os.fsdecode(path), "watched": bool(watched)}
            for path, watched in store.select("SELECT path, watched FROM folder")
        ]
        notes += [
            {"kind": "choice", "path": os.fsdecode(path), "accepted": accepted if accepted is None else bool(accepted),
             "genres": None if genres is None else json.loads(genres)}
            for path, accepted, genres in store.select(
                "SELECT song.path, accepted, choice.genres FROM choice JOIN song ON song.id = choice.song "
                "WHERE choice.genres IS NULL OR json_valid(choice.genres)"
            )
        ]  # fmt: skip
        notes += [
            label_note(*row)
            for row in store.select(
                "SELECT head, checksum, genre, title, artist, model, probabilities, embedding, made FROM mark"
            )
        ]
        notes += [
            {"kind": "user genre", "checksum": checksum, "genres": json.loads(genres)}
            for checksum, genres in store.select("SELECT checksum, genres FROM user_genres WHERE json_valid(genres)")
        ]
        self.add(notes)


def label_note(
    head: str, checksum: str, genre: str, title: str, artist: str, model: str, probabilities: bytes, embedding: bytes,
    made: int,
) -> Note:  # fmt: skip
    """A row of the table `mark` as a note; the arrays are base64."""
    return {
        "kind": "label", "head": head, "checksum": checksum, "genre": genre, "title": title, "artist": artist,
        "model": model, "made": made, "probabilities": base64.b64encode(probabilities).decode(),
        "embedding": base64.b64encode(embedding).decode(),
    }  # fmt: skip


def restore(store: Database, decisions: Decisions) -> None:
    """Put decisions into a rebuilt database; what it has already is not changed."""
    with store.transaction():
        store.execute_many(
            "INSERT OR IGNORE INTO folder (path, watched) VALUES (?, ?)",
            ((os.fsencode(path), watched) for path, watched in decisions.folders.items()),
        )
        store.execute_many(
            "INSERT OR IGNORE INTO user_genres VALUES (?, ?, 0)",
            ((checksum, json.dumps(genres)) for checksum, genres in decisions.genres.items()),
        )
        store.execute_many(
            "INSERT OR IGNORE INTO choice SELECT id, ?, ? FROM song WHERE path = ?",
            (
                (accepted, None if genres is None else json.dumps(genres), os.fsencode(path))
                for path, (accepted, genres) in decisions.choices.items()
            ),
        )
        for label in decisions.labels.values():
            try:
                row = tuple(label[name] for name in ("head", "checksum", "genre", "title", "artist", "model"))
                arrays = (base64.b64decode(label[name]) for name in ("probabilities", "embedding"))
                store.execute("INSERT OR IGNORE INTO mark VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                              (*row, *arrays, int(label["made"])))  # fmt: skip
            except (KeyError, TypeError, ValueError) as error:
                _log.warning("a label cannot be restored: %s", error)


def _texts(names: object) -> list[str]:
    if not isinstance(names, list):
        raise TypeError("genres are not a list")
    return [str(name) for name in names]


def _last_byte(file: Any, end: int) -> bytes:
    file.seek(end - 1)
    return bytes(file.read(1))
