"""Where MagnaTagATune's genres come from: Magnatune's song list, its SQLite catalogue, or `album_genres.tsv`.

MagnaTagATune itself has no genres. Magnatune gives each album some; the first that is one of the ten counts.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from mgc_desktop.training.datasets.labels import to_genre
from mgc_desktop.training.datasets.matching import CatalogueEntry
from mgc_desktop.training.errors import TrainingError

_COLUMNS: Final = {  # the names that the lists of different years use
    "artist": ("artist", "artist_name", "artist_slug"),
    "album": ("albumname", "album", "album_name", "album_slug"),
    "title": ("trackname", "title", "track", "song", "song_name", "desc"),
    "genre": ("genre", "magnatunegenres", "genres"),
}
_QUERY: Final = """
    SELECT artists.name, albums.name, group_concat(genres.name, ','), ''
    FROM albums
    JOIN artists ON artists.artists_id = albums.artist_id
    JOIN genres_albums ON genres_albums.album_id = albums.album_id
    JOIN genres ON genres.genre_id = genres_albums.genre_id
    GROUP BY albums.album_id
"""


def read_genres(path: Path) -> list[CatalogueEntry]:
    """The albums (or songs) of a list with the genre of each; what has none of the ten genres is left out.

    Raises TrainingError for a file that is none of the known kinds.
    """
    readers = {".csv": _table, ".tsv": _table, ".txt": _table, ".xml": _xml, ".db": _sqlite, ".sqlite": _sqlite}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise TrainingError("A list of genres is a .tsv, .csv, .xml or .db file.", path=path)
    try:
        rows = list(reader(path))
    except (OSError, UnicodeDecodeError, sqlite3.Error, ElementTree.ParseError, csv.Error) as error:
        raise TrainingError(f"This list of genres cannot be read: {error}.", path=path) from error
    entries = [
        CatalogueEntry(artist, album, genre, title)
        for artist, album, stated, title in rows
        if (genre := to_genre(stated)) is not None and artist
    ]
    if not entries:
        raise TrainingError("None of the ten genres is in this list.", path=path)
    return entries


def _table(path: Path) -> Iterator[tuple[str, str, str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        head = file.readline()
        separator = "\t" if "\t" in head else ";" if head.count(";") > head.count(",") else ","
        file.seek(0)
        rows = csv.DictReader(file, delimiter=separator)
        names = {(name or "").strip().lower(): name for name in rows.fieldnames or ()}
        found = {field: [names[c] for c in known if c in names] for field, known in _COLUMNS.items()}
        missing = [field for field in ("artist", "album", "genre") if not found[field]]
        if missing:
            raise TrainingError(f"This list of genres has no column for {', '.join(missing)}.", path=path)
        for row in rows:
            values = {f: next((v.strip() for c in columns if (v := row[c])), "") for f, columns in found.items()}
            yield values["artist"], values["album"], values["genre"], values["title"]


def _sqlite(path: Path) -> Iterator[tuple[str, str, str, str]]:
    with sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True) as connection:
        yield from connection.execute(_QUERY)
    connection.close()


def _xml(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """Magnatune's `song_info.xml`: one element a track, its fields as children."""
    for track in ElementTree.parse(path).getroot():
        values = {child.tag: (child.text or "").strip() for child in track}
        yield (
            values.get("artist", ""),
            values.get("albumname", ""),
            values.get("magnatunegenres", ""),
            values.get("trackname", ""),
        )
