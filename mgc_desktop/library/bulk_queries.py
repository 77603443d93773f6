"""Queries over all songs at once, as rows of plain values: for what counts, maps or fits a whole library.

Each takes some tenths of a second for 100,000 songs: not for the GUI thread.
"""

from __future__ import annotations

from typing import Any, Final

from mgc_desktop.library.database import Database
from mgc_desktop.library.song import State

Rows = list[tuple[Any, ...]]

BY_USER: Final = 2  # in the place of "sure": the user said it

# Whether a verdict was sure stands in the song's state, but for songs that wait, are out of date or were written:
# only for these the analysis is looked up.
_COLUMNS: Final = f"""
SELECT song.id, song.genres, song.heard, song.confidence, song.folder, coalesce(song.year, 0), song.state,
    CASE song.state
        WHEN '{State.UNSURE}' THEN 0 WHEN '{State.NONE}' THEN 0
        WHEN '{State.DIFFERS}' THEN 1 WHEN '{State.TO_WRITE}' THEN 1 WHEN '{State.AGREES}' THEN 1
        ELSE EXISTS (
            SELECT 1 FROM analysis WHERE analysis.checksum = song.checksum
            AND analysis.model || '@' || analysis.version = song.model AND analysis.genre IS NOT NULL)
            OR EXISTS (SELECT 1 FROM user_genres WHERE user_genres.checksum = song.checksum)
    END
FROM song NOT INDEXED
"""

# A song that another model judged since lies where it lay; whether its verdict is sure stands in its state then.
_MAP: Final = f"""
SELECT song.id, song.path, song.title, song.artist, song.genres, song.heard, song.confidence,
    CASE WHEN EXISTS (SELECT 1 FROM user_genres WHERE user_genres.checksum = song.checksum) THEN {BY_USER}
    WHEN analysis.model || '@' || analysis.version = song.model THEN analysis.genre IS NOT NULL
    ELSE song.state NOT IN ('{State.UNSURE}', '{State.NONE}') END,
    analysis.embedding
FROM song JOIN analysis ON analysis.checksum = song.checksum
WHERE analysis.model = ? AND length(analysis.embedding) = ? ORDER BY song.id, analysis.version
"""

_BACKGROUND: Final = """
SELECT analysis.checksum, probabilities, embedding,
    (SELECT coalesce(artist, album, '') FROM song WHERE song.checksum = analysis.checksum LIMIT 1)
FROM analysis WHERE model = ? AND version = ? AND embedding IS NOT NULL ORDER BY analysis.checksum LIMIT ?
"""


def column_rows(store: Database) -> Rows:
    """For each song: id, genres of the file, predicted genre, confidence, folder, year (0: unknown), state, whether
    the verdict is sure."""
    return store.select(_COLUMNS)


def map_rows(store: Database, model: str, embedding: int) -> Rows:
    """For each song that `model` analysed with an embedding of that many float32 numbers: id, path, title, artist,
    genres, predicted genre, confidence, whether that is sure (or `BY_USER`), the embedding's bytes."""
    return store.select(_MAP, (model, 4 * embedding))


def readable_and_analysed(store: Database) -> tuple[int, int]:
    """How many songs can be read, and how many were analysed by any model."""
    (readable,) = store.select(f"SELECT count(*) FROM song WHERE state <> '{State.FAILED}'")[0]
    (analysed,) = store.select("SELECT count(*) FROM song WHERE heard IS NOT NULL")[0]
    return readable, analysed


def background_rows(store: Database, model: str, version: str, limit: int) -> Rows:
    """At most `limit` analyses of a model: checksum, bytes of the probabilities and of the embedding, and the artist
    (or the album, or ""), None where no song has this checksum."""
    return store.select(_BACKGROUND, (model, version, limit))


def embedding_blobs(store: Database, model: str, embedding: int, limit: int) -> list[bytes]:
    """At most `limit` embeddings of a model, one for each checksum: the bytes of `embedding` float32 numbers each."""
    rows = store.select(
        "SELECT embedding FROM analysis WHERE model = ? AND length(embedding) = ? "
        "GROUP BY checksum ORDER BY checksum LIMIT ?",
        (model, 4 * embedding, limit),
    )
    return [blob for (blob,) in rows]


def latest_genres(store: Database) -> Rows:
    """The vocabulary's id and the genre names (JSON) of one verdict in use; no row where there is none."""
    return store.select(
        "SELECT analysis.vocabulary, analysis.genres FROM song JOIN analysis ON analysis.checksum = song.checksum "
        f"AND analysis.model || '@' || analysis.version = song.model "
        f"WHERE song.state NOT IN ('{State.STALE}', '{State.NEW}') LIMIT 1"
    )
