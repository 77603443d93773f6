"""Who is heard in which file, from a list: for data sets that do not say it, such as GTZAN.

Two forms are read: a table with tabs or commas that has the columns `path` (or `file`) and `artist`, and Sturm's index
of GTZAN (`blues.00000.wav ::: John Lee Hooker ::: One Bourbon, One Scotch, One Beer`).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from mgc_desktop.training.datasets.clip import Dataset
from mgc_desktop.training.datasets.labels import plain
from mgc_desktop.training.errors import TrainingError

_STURM: Final = ":::"
_PATHS: Final = ("path", "file", "filename", "clip", "track")


def read_artists(path: Path) -> dict[str, str]:
    """Artists by path or file name, as the list spells them. Raises TrainingError if it is not such a list."""
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise TrainingError(f"This list of artists cannot be read: {error.strerror}.", path=path) from error
    lines = [line for line in text.splitlines() if line.strip()]
    if lines and _STURM in lines[0]:
        rows = [[cell.strip() for cell in line.split(_STURM)] for line in lines]
        found = {row[0]: row[1] for row in rows if len(row) > 1 and row[1]}
    else:
        found = _table(lines, path)
    if not found:
        raise TrainingError("There is no artist in this list.", path=path)
    return found


def _table(lines: list[str], path: Path) -> dict[str, str]:
    rows = csv.DictReader(lines, delimiter="\t" if lines and "\t" in lines[0] else ",")
    names = {(name or "").strip().lower(): name for name in rows.fieldnames or ()}
    column = next((names[name] for name in _PATHS if name in names), None)
    if column is None or "artist" not in names:
        raise TrainingError(
            "A list of artists is a table with the columns path and artist, or lines such as "
            "blues.00000.wav ::: John Lee Hooker ::: Title.",
            path=path,
        )
    pairs = ((row[column] or "", row[names["artist"]] or "") for row in rows)
    return {file.strip(): artist.strip() for file, artist in pairs if file.strip() and artist.strip()}


def with_artists(dataset: Dataset, artists: Mapping[str, str]) -> Dataset:
    """The data set with the artists of a list; clips are found by their id or path, else by the file's name alone.

    Spellings that differ in case, accents or punctuation only are one artist. A note says of how many clips the list
    says nothing. Raises TrainingError if it names none of them.
    """
    by_path = {PurePosixPath(key.replace("\\", "/")).as_posix(): artist for key, artist in artists.items()}
    by_name: dict[str, set[str]] = {}
    for key, artist in by_path.items():
        by_name.setdefault(_stem(key), set()).add(artist)
    spelling: dict[str, str] = {}
    clips, missing = [], 0
    for clip in dataset:
        same_name = by_name.get(_stem(clip.path.name), set())
        found = by_path.get(clip.clip_id) or by_path.get(clip.path.as_posix())
        found = found or (next(iter(same_name)) if len(same_name) == 1 else None)
        if found is None:
            missing += 1
            clips.append(clip)
        else:
            artist = spelling.setdefault(plain(found) or found, found)
            clips.append(replace(clip, artist=artist, artist_known=True))
    if missing == len(dataset):
        raise TrainingError(
            f"The list of artists names none of the clips of {dataset.name}, such as {_example(dataset)}."
        )
    note = (f"the list of artists says nothing of {missing} of {len(dataset)} clips.",) if missing else ()
    return replace(dataset, clips=tuple(clips), notes=(*dataset.notes, *note))


def _stem(name: str) -> str:
    """The file's name without its ending: lists name `.au` files that became `.wav`."""
    return PurePosixPath(name).stem.lower()


def _example(dataset: Dataset) -> str:
    return next((clip.clip_id for clip in dataset), "none")
