"""What the genre head is fitted on: recordings as the backbone hears them, and clips as people tagged them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.errors import MgcError
from mgc_desktop.features.framing import patches
from mgc_desktop.foundation.arrays import FloatArray, IntArray
from mgc_desktop.foundation.atomic_write import Durability, replacing
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.training.datasets.clip import Clip, Dataset, Evidence, sound_digest
from mgc_desktop.training.datasets.magnatagatune import parse_name
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.extract import Representation, extract

PER_EXCERPT: Final = 10  # patches of 3 s: an excerpt is about 30 s, as the clips of the usual data sets are


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A song as the backbone hears it: tag logits `(n, T)` of its patches and the excerpt `(n,)` each is from.

    `genre` is None where nobody has said; `evidence` "guess" may teach but never measure.
    """

    name: str
    genre: str | None
    artist: str
    evidence: Evidence
    tags: FloatArray
    excerpt: IntArray

    @property
    def excerpts(self) -> list[FloatArray]:
        """The tag logits of each excerpt."""
        return [self.tags[self.excerpt == i] for i in np.unique(self.excerpt)]

    @property
    def means(self) -> NDArray[np.float64]:
        """`(excerpts, T)` mean logits."""
        return np.stack([part.mean(axis=0, dtype=np.float64) for part in self.excerpts])


@dataclass(frozen=True, slots=True)
class TaggedClip:
    """A clip that people listened to: its genre, its artist and the tags they gave it."""

    genre: str
    artist: str
    tags: tuple[str, ...]


class Listener:
    """Runs the backbone over recordings and keeps what it says in a folder."""

    def __init__(self, classifier: Classifier, cache: Path, *, excerpts: int) -> None:
        """At most `excerpts` of about 30 s are heard of each file, spread evenly over it."""
        self._classifier = classifier
        self._cache = cache
        self._excerpts = excerpts
        self._network = f"{classifier.metadata.model.sha256[:16]}-{excerpts}x{PER_EXCERPT}"

    def hear(self, dataset: Dataset) -> tuple[list[Recording], list[str]]:
        """The recordings of a data set, and what could not be heard and why."""
        heard: list[Recording] = []
        failed: list[str] = [f"{skipped.what}: {skipped.reason}" for skipped in dataset.skipped]
        self._cache.mkdir(parents=True, exist_ok=True)
        for number, clip in enumerate(dataset):
            try:
                tags, excerpt = self._features(clip)
            except MgcError as error:
                failed.append(f"{clip.clip_id}: {error.message}")
            else:
                heard.append(Recording(clip.clip_id, clip.genre, clip.artist, clip.evidence, tags, excerpt))
            if number % 50 == 49:
                print(f"{dataset.name}: heard {number + 1} of {len(dataset)}", flush=True)
        return heard, failed

    def _features(self, clip: Clip) -> tuple[FloatArray, IntArray]:
        path = self._cache / f"{sound_digest(clip.path)[:32]}-{self._network}.npz"
        if not path.is_file():
            picked, excerpt = self._patches(clip)
            tags, embedding = self._classifier.features(picked)
            with replacing(path, durability=Durability.BUFFERED) as unfinished, unfinished.open("wb") as file:
                np.savez(file, tags=tags, embedding=embedding, excerpt=excerpt)
        with np.load(path) as stored:
            return stored["tags"], stored["excerpt"]

    def _patches(self, clip: Clip) -> tuple[FloatArray, IntArray]:
        length = self._classifier.metadata.input.frames
        mel = extract(clip.path, Representation(self._classifier.mel_config), clip.start, clip.end)
        whole = patches(mel, length, length)
        if len(whole) <= self._excerpts * PER_EXCERPT:
            return whole, np.arange(len(whole)) // PER_EXCERPT
        centres = (np.arange(self._excerpts) + 0.5) / self._excerpts * mel.shape[1]
        starts = (centres - PER_EXCERPT * length / 2).astype(int)
        parts = [patches(mel[:, s : s + PER_EXCERPT * length], length, length) for s in starts]
        return np.concatenate(parts), np.repeat(np.arange(self._excerpts), PER_EXCERPT)


def read_tagged_clips(folder: Path) -> list[TaggedClip]:
    """MagnaTagATune's human tags with the genres of the albums.

    `folder` holds `tags50_valid.tsv` and `tags50_test.tsv` (`clip_id`, `tags` between bars), `clip_paths.tsv`
    (`clip_id`, `mp3_path`) and `album_genres.tsv` (`artist_slug`, `album_slug`, `genre`). Clips of albums without a
    genre are left out.
    """
    genres = {(r["artist_slug"], r["album_slug"]): r["genre"] for r in _rows(folder / "album_genres.tsv")}
    paths = {r["clip_id"]: r["mp3_path"] for r in _rows(folder / "clip_paths.tsv")}
    clips = []
    for row in (*_rows(folder / "tags50_valid.tsv"), *_rows(folder / "tags50_test.tsv")):
        info = parse_name(paths[row["clip_id"]])
        if info is None:
            continue
        artist, album = info.artist.replace(" ", "_"), info.album.replace(" ", "_")
        if genre := genres.get((artist, album)):
            clips.append(TaggedClip(genre, artist, tuple(filter(None, row["tags"].split("|")))))
    return clips


def _rows(table: Path) -> list[dict[str, str]]:
    try:
        with table.open(encoding="utf-8", newline="") as file:
            return [{k: v or "" for k, v in row.items()} for row in csv.DictReader(file, delimiter="\t")]
    except OSError as error:
        raise TrainingError(f"This table cannot be read: {error.strerror}.", path=table) from error


def with_genre(recordings: Iterable[Recording], genres: Sequence[str]) -> list[Recording]:
    """Those of the recordings whose genre is one of these."""
    return [r for r in recordings if r.genre in genres]
