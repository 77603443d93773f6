"""A folder for each genre: GTZAN (`genres_original/blues/blues.00000.wav`) and any tree of that form.

The artist, which the split needs, is the folder below the genre's if there is one (`Jazz/Miles Davis/So What.mp3`),
else what the file name says before ` - `, else the file's name: GTZAN gives no artists, so each of its files stands
alone and every figure measured on it is too good (Sturm 2013 names the repeated artists).
"""

from __future__ import annotations

import re
from pathlib import Path

from mgc_desktop.audio.files import AUDIO_SUFFIXES
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.training.datasets.clip import Clip, Dataset, Skipped, genres_of
from mgc_desktop.training.datasets.labels import to_genre
from mgc_desktop.training.errors import TrainingError


def open_folders(folder: Path) -> Dataset:
    """The audio below each subfolder of `folder`, which names its genre.

    If all the names are spellings of the ten genres, they become those; otherwise they stay as they are.
    """
    if not folder.is_dir():
        raise TrainingError("This folder does not exist.", path=folder)
    tops = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    named = {top: to_genre(top.name) for top in tops}
    among_ten = all(named.values())
    clips: list[Clip] = []
    skipped: list[Skipped] = []
    for top in tops:
        genre = (named[top] if among_ten else None) or top.name
        for path in sorted(p for p in top.rglob("*") if p.is_file()):
            name = str(path.relative_to(folder))
            if path.suffix.lower() in AUDIO_SUFFIXES:
                clips.append(Clip(name, path, 0.0, None, genre, artist_of(path, top)))
            else:
                skipped.append(Skipped(name, "not an audio file"))
    return Dataset(folder.name, tuple(clips), genres_of(clips, GENRES), tuple(skipped))


def artist_of(path: Path, top: Path) -> str:
    """Who is heard, as well as folders and file names tell."""
    between = path.relative_to(top).parts[:-1]
    if between:
        return between[0]
    stem = re.sub(r"^\d+[\s._-]+", "", path.stem)
    return stem.split(" - ", 1)[0].strip() if " - " in stem else path.stem
