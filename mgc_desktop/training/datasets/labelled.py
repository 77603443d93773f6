"""Recordings whose genre somebody stated, in the words of a vocabulary: a table, a folder for each genre, or file tags.

A table (`tracks.tsv`) has the columns `path` (from the table's folder) and `artist`, and the genre in the column of the
vocabulary: `ten_genre` for `report`, `everyday_genre` for `everyday`, else `genre`. Optional: `part` (a row of the
part `doubt` is never used), `source`, `evidence` (`guess`: never used).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mgc_desktop.audio.files import find_audio
from mgc_desktop.errors import MgcError
from mgc_desktop.file_access import MB, read_limited
from mgc_desktop.inference.vocabulary import Vocabulary
from mgc_desktop.tags.read import read_tags
from mgc_desktop.training.errors import TrainingError

_LARGEST: Final = 64 * MB
_COLUMNS: Final = {"report": "ten_genre", "everyday": "everyday_genre"}
_DOUBT: Final = "doubt"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A recording. `genre`: a name of the vocabulary, None where its genre is none of them (`stated` says which it
    is, "" where nobody has said). `source`: where it is from, "" if nobody has said."""

    path: Path
    artist: str
    genre: str | None
    stated: str
    part: str = ""
    source: str = ""


def name_in(vocabulary: Vocabulary, stated: str) -> str | None:
    """The name of the vocabulary that is meant: the same word first, then an alias; None if there is none."""
    wanted = stated.strip().casefold()
    if not wanted:
        return None
    for name in vocabulary.names:
        if name.casefold() == wanted:
            return name
    for name, aliases in zip(vocabulary.names, vocabulary.aliases, strict=True):
        if wanted in {alias.casefold() for alias in aliases}:
            return name
    return None


def read_labelled(source: Path, vocabulary: Vocabulary, parts: Sequence[str] = ()) -> list[Labelled]:
    """The recordings of a `.tsv` table or a folder; with `parts` only those of these parts.

    A folder with a `tracks.tsv` is that table; otherwise the genre is what the file's own tags say, or without any the
    name of the folder below `source`, and the artist that of the tags, else the folder. TrainingError if nothing can be
    used.
    """
    if source.is_dir() and (source / "tracks.tsv").is_file():
        source = source / "tracks.tsv"
    found = _of_folder(source, vocabulary) if source.is_dir() else _of_table(source, vocabulary)
    kept = [one for one in found if one.part != _DOUBT and (not parts or one.part in parts)]
    if not kept:
        raise TrainingError("No recording is listed here that can be used.", path=source)
    return kept


def _of_table(table: Path, vocabulary: Vocabulary) -> list[Labelled]:
    try:
        text = read_limited(table, _LARGEST).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter="\t"))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingError(f"This table of recordings cannot be read: {error}.", path=table) from error
    column = _COLUMNS.get(vocabulary.id, "genre")
    if not rows or "path" not in rows[0] or not {column, "genre"} & set(rows[0]):
        raise TrainingError(
            f"This table needs a column `path` and the genre in `{column}` or `genre`, separated by tabs.", path=table
        )
    column = column if column in rows[0] else "genre"
    found = []
    for row in rows:
        name = (row["path"] or "").strip()
        if not name or row.get("evidence") == "guess":
            continue
        stated = (row.get(column) or "").strip()
        genre = name_in(vocabulary, stated)
        outside = stated or (row.get("source_genre") or "").strip()
        artist = (row.get("artist") or row.get("package") or "").strip() or name
        part, source = (row.get("part") or "").strip(), (row.get("source") or "").strip()
        found.append(Labelled(table.parent / name, artist, genre, outside, part, source))
    return found


def _of_folder(folder: Path, vocabulary: Vocabulary) -> list[Labelled]:
    found = []
    for path in sorted(find_audio([folder])):
        inside = path.relative_to(folder).parts
        try:
            tags = read_tags(path, cover=False)
        except MgcError:
            continue
        stated = tags.genres[0] if tags.genres else (inside[0] if len(inside) > 1 else "")
        genre = next((name for one in tags.genres if (name := name_in(vocabulary, one))), name_in(vocabulary, stated))
        artist = tags.artist or (inside[-2] if len(inside) > 2 else path.stem)
        found.append(Labelled(path, artist, genre, stated))
    return found
