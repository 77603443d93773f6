"""The map of the library: the places of all songs that were analysed by a model with maps."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.analysis.colouring import Colouring, by_file, by_prediction
from mgc_desktop.analysis.columns import vocabulary_in_use
from mgc_desktop.analysis.fitted_maps import fit_projections
from mgc_desktop.analysis.neighbours import Neighbours
from mgc_desktop.errors import ModelError
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference import registry
from mgc_desktop.inference.genres import REPORT_GENRES
from mgc_desktop.inference.metadata import ModelMetadata
from mgc_desktop.inference.projection import Method, ProjectionSet
from mgc_desktop.library.bulk_queries import BY_USER, map_rows, readable_and_analysed
from mgc_desktop.library.store import LibraryStore

Table = tuple[tuple[str, ...], list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True, eq=False)
class Maps:
    """A model that has maps."""

    model: str
    embedding: int
    projection_set: ProjectionSet


@dataclass(frozen=True, slots=True, eq=False)
class SongMap:
    """`n` songs, in the order of their ids `(n,)`.

    `predicted`: the most probable genre, `sure` `(n,)` whether that is the verdict, `confidence` `(n,)` 0..1; `genres`:
    in the file. `places`: `(n, 3)` in a cube of side 1 for each method and number of dimensions; flat maps lie in its
    middle plane. `by_user` `(n,)`: whether the genre is the user's. `songs`: how many songs of the library can be
    analysed, `predicted_by_others`: how many of them were analysed, but only by models without maps.
    """

    ids: NDArray[np.int64]
    paths: tuple[bytes, ...]
    titles: tuple[str, ...]
    artists: tuple[str, ...]
    genres: tuple[tuple[str, ...], ...]
    predicted: tuple[str, ...]
    sure: NDArray[np.bool_]
    by_user: NDArray[np.bool_]
    confidence: FloatArray
    places: Mapping[tuple[Method, int], FloatArray]
    neighbours: Neighbours
    songs: int
    predicted_by_others: int
    maps: Maps
    vocabulary: tuple[str, ...] = REPORT_GENRES

    def __len__(self) -> int:
        return len(self.ids)

    def path(self, song: int) -> Path:
        """The path of the song in a row."""
        return Path(os.fsdecode(self.paths[song]))

    def rows(self, ids: Sequence[int] | NDArray[np.int64]) -> NDArray[np.intp]:
        """The rows of songs with these ids; songs that are not on the map are left out."""
        wanted = np.asarray(ids, np.int64)
        if not len(self):
            return np.zeros(0, np.intp)
        at = np.minimum(np.searchsorted(self.ids, wanted), len(self) - 1)
        rows: NDArray[np.intp] = at[self.ids[at] == wanted]
        return rows

    def row_at(self, path: Path | None) -> int | None:
        """The row of a file, None if it is not on the map."""
        try:
            return None if path is None else self.paths.index(os.fsencode(path))
        except ValueError:
            return None

    def colouring(self, by: str) -> Colouring:
        """The songs in groups: by what was heard, or by "file"."""
        if by == "file":
            return by_file(self.genres, self.predicted, self.vocabulary)
        return by_prediction(self.predicted, self.sure, self.vocabulary)

    def table(self, method: Method, dimensions: int) -> Table:
        """The rows of a CSV file, one for each song."""
        places = self.places[method, dimensions][:, :dimensions]
        names = tuple(f"{method} {i + 1}" for i in range(dimensions))
        rows = [
            (os.fsdecode(path), title, artist, "; ".join(genres), predicted if sure else "", round(confidence, 4), *at)
            for path, title, artist, genres, predicted, sure, confidence, at in zip(
                self.paths, self.titles, self.artists, self.genres, self.predicted, self.sure.tolist(),
                self.confidence.tolist(), places.round(4).tolist(), strict=True,
            )
        ]  # fmt: skip
        return ("path", "title", "artist", "in the file", "heard", "confidence", *names), rows


class NothingToMap(Enum):
    """The reason why there is no map."""

    NO_SONGS = "no songs"
    NOT_ANALYSED = "no song was analysed"
    OTHER_MODEL = "songs were analysed only by models without maps"
    NO_MAPS = "no model has maps"


def reason(found: SongMap) -> NothingToMap | None:
    """Why a map is empty, None if it is not empty."""
    if len(found):
        return None
    if not found.songs:
        return NothingToMap.NO_SONGS
    return NothingToMap.OTHER_MODEL if found.predicted_by_others else NothingToMap.NOT_ANALYSED


def maps_for(store: LibraryStore, preferred: str) -> Maps | None:
    """The maps of the preferred model. Where it came from outside, and brings none, they are fitted to the user's own
    songs; with too few of these the maps of another model are taken, as by `load_maps`."""
    try:
        metadata = registry.find(preferred).metadata
    except ModelError:
        metadata = None
    if metadata is not None and metadata.imported and metadata.projections is None and metadata.embedding:
        fitted = fit_projections(store, metadata.name, metadata.embedding)
        if fitted is not None:
            return Maps(metadata.name, metadata.embedding, fitted)
    return load_maps(preferred)


def load_maps(preferred: str | None = None) -> Maps | None:
    """The maps of the preferred model, else of the default one, else of any; None if no model has maps.

    Raises ModelError if the maps are damaged.
    """
    for metadata, folder in sorted(_with_maps(), key=lambda found: _rank(found[0].name, preferred)):
        if (record := metadata.projections) is not None:
            projection_set = ProjectionSet.load(folder / record.file, record.sha256)
            if len(projection_set.mean) != metadata.embedding:
                raise ModelError("Its maps are of other embeddings. Install it again.", path=folder / record.file)
            return Maps(metadata.name, metadata.embedding, projection_set)
    return None


def _with_maps() -> Iterator[tuple[ModelMetadata, Path]]:
    seen: set[str] = set()
    for parent in registry.model_folders():
        for folder in sorted(parent.glob("*/")):
            if folder.name.startswith((".", "_")) or folder.name in seen:
                continue
            seen.add(folder.name)
            try:
                metadata = ModelMetadata.load(folder)
            except ModelError:  # the list of models reports it
                continue
            if metadata.projections is not None:
                yield metadata, folder


def _rank(name: str, preferred: str | None) -> tuple[bool, bool, str]:
    return name != preferred, name != registry.DEFAULT, name


def read_map(store: LibraryStore, maps: Maps) -> SongMap:
    """All songs that the model of the maps has heard; 20,000 of them in some tenths of a second."""
    rows = map_rows(store, maps.model, maps.embedding)
    rows = list({row[0]: row for row in rows}.values())  # of several versions the last
    ids, paths, titles, artists, genres, predicted, confidence, sure, blobs = (
        zip(*rows, strict=True) if rows else ((),) * 9
    )
    embeddings = np.frombuffer(b"".join(blobs), "<f4").reshape(len(rows), maps.embedding)
    standard = maps.projection_set.standard(embeddings)
    known = {text: tuple(json.loads(text)) for text in set(genres)}
    places = {key: _in_cube(maps.projection_set.place(standard, *key)) for key in maps.projection_set.maps}
    songs, rescored = readable_and_analysed(store)
    return SongMap(
        ids=np.array(ids, np.int64),
        paths=paths,
        titles=tuple(title or Path(os.fsdecode(path)).stem for title, path in zip(titles, paths, strict=True)),
        artists=tuple(artist or "" for artist in artists),
        genres=tuple(known[text] for text in genres),
        predicted=tuple(name or "" for name in predicted),
        sure=np.array(sure, bool),
        by_user=np.array(sure, np.int64) == BY_USER,
        confidence=np.array([value or 0.0 for value in confidence], np.float32),
        places=places,
        neighbours=Neighbours(standard),
        songs=songs,
        predicted_by_others=max(0, rescored - len(rows)),
        maps=maps,
        vocabulary=vocabulary_in_use(store),
    )


def _in_cube(places: FloatArray) -> FloatArray:
    """`(n, 2 or 3)` places to `(n, 3)`."""
    cube = np.full((len(places), 3), 0.5, np.float32)
    cube[:, : places.shape[1]] = places
    return cube
