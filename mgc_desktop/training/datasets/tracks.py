"""Recordings listed in a `tracks.tsv`: path, artist, genre and, if given, what the genre rests on.

The free game music that the bundled models learned from is such a list (`fetch_free_music` gets its files).
"""

from __future__ import annotations

import csv
from pathlib import Path

from mgc_desktop.inference.genres import GENRES
from mgc_desktop.training.datasets.clip import Clip, Dataset, Evidence, Skipped, genres_of
from mgc_desktop.training.errors import TrainingError


def open_tracks(table: Path, root: Path | None = None, genre_column: str = "genre") -> Dataset:
    """The recordings of a table with the columns `path`, `genre`, `artist` (`evidence`, `package` if any).

    `genre_column`: another column that says the genre. `root` is the folder that the paths start from (the table's own
    if None). Where no artist is named, the package (or the folder) stands for one: what was made together stays on one
    side of a split.
    """
    base = table.parent if root is None else root
    try:
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingError(f"This list of recordings cannot be read: {error}.", path=table) from error
    if not rows or "path" not in rows[0]:
        raise TrainingError("This list of recordings has no rows or no column `path`.", path=table)
    if genre_column != "genre" and genre_column not in rows[0]:
        raise TrainingError(f"This list of recordings has no column `{genre_column}`.", path=table)
    clips: list[Clip] = []
    skipped: list[Skipped] = []
    for row in rows:
        if not row["path"]:
            continue
        path = base / row["path"]
        if not path.is_file():
            skipped.append(Skipped(row["path"], "the file is missing"))
            continue
        artist = row.get("artist") or row.get("package") or path.parent.name
        evidence: Evidence = "guess" if row.get("evidence") == "guess" else "stated"
        clips.append(Clip(row["path"], path, 0.0, None, row.get(genre_column) or None, artist, evidence))
    return Dataset(table.parent.name, tuple(clips), genres_of(clips, GENRES), tuple(skipped))
