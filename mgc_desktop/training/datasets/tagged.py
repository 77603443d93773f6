"""A library whose files carry genres in their own tags."""

from __future__ import annotations

from pathlib import Path

from mgc_desktop.audio.files import find_audio
from mgc_desktop.errors import MgcError
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.tags.read import read_tags
from mgc_desktop.training.datasets.clip import Clip, Dataset, Skipped
from mgc_desktop.training.datasets.labels import to_genre
from mgc_desktop.training.errors import TrainingError


def open_tagged(folder: Path) -> Dataset:
    """All audio below `folder` whose genre tag is (a spelling of) one of the ten genres."""
    if not folder.is_dir():
        raise TrainingError("This folder does not exist.", path=folder)
    clips: list[Clip] = []
    skipped: list[Skipped] = []
    for path in find_audio([folder]):
        name = str(path.relative_to(folder))
        try:
            tags = read_tags(path)
        except MgcError:
            skipped.append(Skipped(name, "the tags cannot be read"))
            continue
        genre = to_genre(*tags.genres)
        if not tags.genres:
            skipped.append(Skipped(name, "no genre tag"))
        elif genre is None:
            skipped.append(Skipped(name, "the genre is none of the ten"))
        else:
            clips.append(Clip(name, path, 0.0, None, genre, tags.artist or path.parent.name))
    return Dataset(folder.name, tuple(clips), GENRES, tuple(skipped))
