"""`open_dataset`: which reader a folder or file needs, found from what is in it or said by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Literal

from mgc_desktop.inference.genres import GENRES
from mgc_desktop.training.datasets.artists import read_artists, with_artists
from mgc_desktop.training.datasets.clip import Dataset, check
from mgc_desktop.training.datasets.folders import open_folders
from mgc_desktop.training.datasets.magnatagatune import open_magnatagatune
from mgc_desktop.training.datasets.tagged import open_tagged
from mgc_desktop.training.datasets.tracks import open_tracks

Kind = Literal["auto", "magnatagatune", "folders", "tagged", "tracks"]
# Assigned by hand, not by Magnatune; see the README beside it.
ALBUM_GENRES: Final = Path(__file__).parents[1] / "data" / "album_genres.tsv"
KINDS: Final[tuple[Kind, ...]] = ("auto", "magnatagatune", "folders", "tagged", "tracks")


def open_dataset(
    source: Path,
    kind: Kind = "auto",
    *,
    genres: Path | None = None,
    root: Path | None = None,
    artists: Path | None = None,
    vocabulary: Sequence[str] | None = GENRES,
    genre_column: str = "genre",
    say: Callable[[str], None] = print,
) -> Dataset:
    """The clips of a folder (or of a `.tsv` list of recordings), checked for missing, empty and repeated files.

    `genres`: a list of Magnatune's, for MagnaTagATune (default: the one that comes along). `root`: where the paths of a
    list of recordings start. `artists`: a list of who is heard in which file (`datasets.artists`). `vocabulary`: the
    genres that tags are looked through for, None for any (kind `tagged`). `genre_column`: where a list says the genre.
    Raises TrainingError if it cannot be read.
    """
    chosen = _guess(source) if kind == "auto" else kind
    if chosen == "magnatagatune":
        dataset, report = open_magnatagatune(source, genres or ALBUM_GENRES)
        say(report.describe())
    elif chosen == "tracks":
        dataset = open_tracks(source, root, genre_column)
    elif chosen == "tagged":
        dataset = open_tagged(source, vocabulary)
    else:
        dataset = open_folders(source)
    if artists is not None:
        dataset = with_artists(dataset, read_artists(artists))
    return check(dataset)


def _guess(source: Path) -> Kind:
    if source.is_file():
        return "tracks"
    if (source / "clip_info_final.csv").is_file():
        return "magnatagatune"
    return "folders"
