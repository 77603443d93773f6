"""A folder for each genre: GTZAN (`genres_original/blues/blues.00000.wav`) and any tree of that form.

The artist, which the split needs, is the folder below the genre's if there is one (`Jazz/Miles Davis/So What.mp3`),
else what the file name says before ` - `. Where neither says it the artist is unknown and each file stands for one of
its own: so it is in GTZAN, whose artists Sturm (2013) found out (`datasets.artists` reads his list).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from mgc_desktop.audio.files import AUDIO_SUFFIXES
from mgc_desktop.errors import MgcError
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.tags.read import read_tags
from mgc_desktop.training.datasets.clip import Clip, Dataset, Skipped, genres_of
from mgc_desktop.training.datasets.labels import plain, sounds_like_genre, to_genre
from mgc_desktop.training.errors import TrainingError


def open_folders(folder: Path) -> Dataset:
    """The audio below each subfolder of `folder`, which names its genre.

    If all the names are spellings of the ten genres, they become those; otherwise they stay as they are. Artists'
    folders of one name in several genres are different artists; a note names them.
    Raises TrainingError if the folders are plainly artists, not genres.
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
            name = path.relative_to(folder).as_posix()
            if path.suffix.lower() not in AUDIO_SUFFIXES:
                skipped.append(Skipped(name, "not an audio file"))
                continue
            artist = artist_of(path, top)
            clips.append(Clip(name, path, 0.0, None, genre, artist or name, artist_known=artist is not None))
    refuse_artists_as_genres(folder, tops, clips)
    clips, notes = apart_by_genre(clips)
    names = [top.name for top in tops]
    if clips and not any(sounds_like_genre(name) for name in names):
        notes += (
            f"the folders are taken for genres ({some(names)}), though none of them has the name of a known one. If "
            "they are artists, put them into a folder for each genre.",
        )
    return Dataset(folder.name, tuple(clips), genres_of(clips, GENRES), tuple(skipped), notes)


def artist_of(path: Path, top: Path) -> str | None:
    """Who is heard, as well as folders and file names tell; None if they do not."""
    between = path.relative_to(top).parts[:-1]
    if between:
        return between[0]
    stem = re.sub(r"^\d+[\s._-]+", "", path.stem)
    return stem.split(" - ", 1)[0].strip() or None if " - " in stem else None


def apart_by_genre(clips: Sequence[Clip]) -> tuple[list[Clip], tuple[str, ...]]:
    """Artists of one name in several genres become several, as folders of one name (`Various`, `Disc 1`) mostly are."""
    genres: dict[str, set[str | None]] = defaultdict(set)
    for clip in clips:
        genres[clip.artist].add(clip.genre)
    shared = {artist for artist, of in genres.items() if len(of) > 1}
    if not shared:
        return list(clips), ()
    kept = [replace(c, artist=f"{c.genre}/{c.artist}") if c.artist in shared else c for c in clips]
    return kept, (
        f"{len(shared)} artists' names are in more than one genre ({some(shared)}). They count as different artists; "
        "if they are the same ones, say so with --artists FILE.",
    )


def refuse_artists_as_genres(folder: Path, tops: Sequence[Path], clips: Sequence[Clip]) -> None:
    """TrainingError where most of the folders are named after the artist that is heard in them."""
    below: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        below[clip.clip_id.split("/", 1)[0]].append(clip)
    matching = []
    for top in tops:
        own = below.get(top.name, [])
        if own and _named_after_its_artist(top, own[:: max(1, len(own) // 3)][:3]):
            matching.append(top.name)
    if matching and 2 * len(matching) > len(below):
        raise TrainingError(
            f"These folders are artists, not genres ({some(matching)}): their songs name them as the artist. Put the "
            "artists' folders into a folder for each genre, or use --dataset tagged to learn the genres in the tags.",
            path=folder,
        )


def _named_after_its_artist(top: Path, clips: Sequence[Clip]) -> bool:
    wanted = plain(top.name)
    if not wanted or to_genre(top.name):
        return False
    artists = []
    for clip in clips:
        if clip.artist_known and plain(clip.artist) == wanted:
            artists.append(wanted)
            continue
        try:
            tags = read_tags(clip.path, cover=False)
        except MgcError:
            continue
        artists.append(plain(tags.artist or ""))
    return bool(artists) and all(artist == wanted for artist in artists)


def some(names: Iterable[str]) -> str:
    """The first three names, and how many more there are."""
    first = sorted(names)
    return ", ".join(first[:3]) + (f" and {len(first) - 3} more" if len(first) > 3 else "")
