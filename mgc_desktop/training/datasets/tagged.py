"""A library whose files carry genres in their own tags."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mgc_desktop.audio.files import find_audio
from mgc_desktop.errors import MgcError
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.tags.read import read_tags
from mgc_desktop.training.datasets.clip import Clip, Dataset, Skipped, genres_of
from mgc_desktop.training.datasets.labels import plain, to_genre
from mgc_desktop.training.errors import TrainingError


def open_tagged(folder: Path, genres: Sequence[str] | None = GENRES) -> Dataset:
    """All audio below `folder` whose genre tag is (a spelling of) one of `genres`; None takes any genre, as tagged.

    Where tags name no artist, the folder stands for one.
    """
    if not folder.is_dir():
        raise TrainingError("This folder does not exist.", path=folder)
    clips: list[Clip] = []
    skipped: list[Skipped] = []
    for path in find_audio([folder]):
        name = path.relative_to(folder).as_posix()
        try:
            tags = read_tags(path, cover=False)
        except MgcError:
            skipped.append(Skipped(name, "the tags cannot be read"))
            continue
        genre = _genre(tags.genres, genres)
        if not tags.genres:
            skipped.append(Skipped(name, "no genre tag"))
        elif genre is None:
            skipped.append(Skipped(name, "the genre is none of those asked for (--vocabulary own takes any)"))
        else:
            clips.append(Clip(name, path, 0.0, None, genre, tags.artist or path.parent.name))
    kept = clips if genres is not None else _one_spelling(clips)
    order = tuple(genres) if genres is not None else genres_of(kept, ())
    return Dataset(folder.name, tuple(kept), order, tuple(skipped))


def _genre(tagged: Sequence[str], genres: Sequence[str] | None) -> str | None:
    if genres is None:
        return next((name.strip() for name in tagged if name.strip()), None)
    if tuple(genres) == GENRES:
        return to_genre(*tagged)
    spelled = {plain(genre): genre for genre in genres}
    return next((spelled[plain(name)] for name in tagged if plain(name) in spelled), None)


def _one_spelling(clips: Sequence[Clip]) -> list[Clip]:
    """`hip hop` and `Hip-Hop` become one genre, in the spelling that is used most."""
    counts = Counter(clip.genre for clip in clips)
    chosen: dict[str, str] = {}
    for genre, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0] or "")):
        chosen.setdefault(plain(genre or "") or genre or "", genre or "")
    return [replace(clip, genre=chosen[plain(clip.genre or "") or clip.genre or ""]) for clip in clips]
