"""MagnaTagATune (Law et al. 2009): 25,863 clips of 29 seconds, in the folders `0` to `f`.

The genres come from a list of Magnatune's (`datasets.magnatune`). Without `clip_info_final.csv` the artist, the album
and the title are read from the file names.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mgc_desktop.inference.genres import GENRES
from mgc_desktop.training.datasets.clip import Clip, Dataset, Skipped
from mgc_desktop.training.datasets.magnatune import read_genres
from mgc_desktop.training.datasets.matching import Catalogue
from mgc_desktop.training.errors import TrainingError

_NAME: Final = re.compile(
    r"^(?P<artist>[^-]+)-(?P<album>.+)-(?P<track>\d+)-(?P<title>.*?)-(?P<start>\d+)-(?P<end>\d+)\.mp3$"
)


@dataclass(frozen=True, slots=True)
class ClipInfo:
    """A row of `clip_info_final.csv`, or what a file name says."""

    clip_id: str
    artist: str
    album: str
    title: str
    mp3_path: str


@dataclass
class MatchReport:
    """How the clips found their genres."""

    steps: Counter[str] = field(default_factory=Counter)
    unmatched_albums: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def matched(self) -> int:
        """Clips with a genre."""
        return sum(n for step, n in self.steps.items() if not step.endswith("unknown"))

    def describe(self) -> str:
        """How many clips each step matched, and every album without a genre, one a line."""
        total = sum(self.steps.values())
        lines = [f"{self.matched} of {total} clips have a genre"]
        lines += [f"  {count:>6} {step}" for step, count in self.steps.most_common()]
        lines += [
            f"  unmatched: {artist} - {album} ({n})" for (artist, album), n in self.unmatched_albums.most_common()
        ]
        return "\n".join(lines)


def parse_name(mp3_path: str) -> ClipInfo | None:
    """Artist, album and title as the file name spells them (`_` for spaces); None if it is not such a name."""
    match = _NAME.match(mp3_path.rsplit("/", 1)[-1])
    if match is None:
        return None
    artist, album, title = (match[part].replace("_", " ") for part in ("artist", "album", "title"))
    return ClipInfo(mp3_path, artist, album, title, mp3_path)


def read_clip_info(path: Path) -> list[ClipInfo]:
    """The rows of `clip_info_final.csv` that name an MP3; columns are found by name, ignoring case."""
    rows = _rows(path, ("clip_id", "artist", "album", "title", "mp3_path"))
    return [ClipInfo(*values) for values in rows if values[-1]]


def open_magnatagatune(folder: Path, genres: Path) -> tuple[Dataset, MatchReport]:
    """The clips of `folder` whose album has one of the ten genres in the list `genres`.

    Raises TrainingError if the folder has neither the table nor MP3 files in the folders `0` to `f`.
    """
    table = folder / "clip_info_final.csv"
    infos = read_clip_info(table) if table.is_file() else list(_from_names(folder))
    if not infos:
        raise TrainingError("There is no clip_info_final.csv and no MP3 in the folders 0 to f here.", path=folder)
    catalogue = Catalogue(read_genres(genres))
    report = MatchReport()
    clips: list[Clip] = []
    skipped: list[Skipped] = []
    for info in infos:
        match = catalogue.find(info.artist, info.album, info.title)
        report.steps[match.how] += 1
        if match.entry is None:
            report.unmatched_albums[info.artist, info.album] += 1
            skipped.append(Skipped(info.clip_id, f"no genre: {match.how}"))
        else:
            path = folder / info.mp3_path
            clips.append(Clip(info.clip_id, path, 0.0, None, match.entry.genre, match.entry.artist))
    return Dataset("MagnaTagATune", tuple(clips), GENRES, tuple(skipped)), report


def _from_names(folder: Path) -> Iterator[ClipInfo]:
    for part in "0123456789abcdef":
        for path in sorted((folder / part).glob("*.mp3")):
            info = parse_name(f"{part}/{path.name}")
            if info is not None:
                yield info


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t")
        names = [name.strip().lower() for name in next(rows, [])]
        try:
            places = [names.index(column) for column in columns]
        except ValueError as error:
            raise TrainingError(f"A column is missing from this table: {error}.", path=path) from error
        for row in rows:
            if len(row) == len(names):
                yield tuple(row[place].strip() for place in places)
