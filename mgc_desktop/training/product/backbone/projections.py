"""The bundled model's maps: PCA, LDA and UMAP of what it heard in some hundred songs.

UMAP has no formula, so a network learns where it put the songs. To place songs that it never saw, the network also
learns that the parts of a song belong where the song is. How well it does is measured on songs of other artists than
those that it learned from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.audio.files import find_audio
from mgc_desktop.features.framing import patches
from mgc_desktop.foundation.arrays import RealArray
from mgc_desktop.foundation.atomic_write import Durability, replacing
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.pooling import SongPool
from mgc_desktop.inference.projection import DIMENSIONS, Method, Projection, ProjectionSet
from mgc_desktop.library.excerpts import PLAN
from mgc_desktop.library.scanner import read_file
from mgc_desktop.training.cache import FeatureCache
from mgc_desktop.training.datasets.clip import Clip, sound_digest
from mgc_desktop.training.datasets.open import open_dataset
from mgc_desktop.training.explore import fit, imitate, umap_layout
from mgc_desktop.training.extract import Representation

TITLE: Final = "Maps of the embeddings"
_PARTS: Final = 3
_SILENT: Final = 0.01  # a patch that is nowhere louder than this has nothing to hear
_FEWEST: Final = 5  # songs of a genre, for LDA to learn what sets it apart
_FOLDS: Final = 5
_EDGE: Final = 0.02  # of the square is left free around the middle 98 % of the songs on each axis


@dataclass(frozen=True, eq=False)
class HeardSong:
    """A song as a library run hears it: verdict (None: unsure), embedding `(E,)` and those of parts `(k, E)`."""

    artist: str
    genre: str | None
    embedding: RealArray
    parts: RealArray


def find_songs(sources: Sequence[Path], root: Path | None) -> list[Clip]:
    """The songs of folders, and of lists of recordings (`.tsv`, paths from `root`)."""
    songs: list[Clip] = []
    for source in sources:
        if source.suffix == ".tsv":
            songs += open_dataset(source, root=root).clips
        else:
            paths = sorted(find_audio([source]))
            songs += [
                Clip(path.name, path, 0.0, None, None, read_file(path, (0, 0)).artist or path.stem) for path in paths
            ]
    return songs


def hear(classifier: Classifier, songs: Sequence[Clip], cache: Path) -> list[HeardSong]:
    """Listen to the stretches of each song that a library run listens to; spectrograms and embeddings are kept in the
    folder `cache`. Songs that cannot be heard are told and left out.
    """
    pictures = FeatureCache(cache, Representation(classifier.mel_config))
    network = f"{classifier.metadata.model.sha256[:16]}-{classifier.version}"
    heard = []
    for number, song in enumerate(songs, start=1):
        kept = cache / "embeddings" / network / f"{sound_digest(song.path)[:32]}.npz"
        if not kept.is_file():
            found, skipped = pictures.fill([song])
            if skipped:
                print(f"left out: {skipped[0].what}: {skipped[0].reason}")
                continue
            _keep(classifier, np.asarray(found[song.clip_id], np.float32), kept)
        with np.load(kept) as stored:
            if len(stored["embedding"]):
                genre = str(stored["genre"]) or None
                heard.append(HeardSong(song.artist, genre, stored["embedding"], stored["parts"]))
        if number % 50 == 0:
            print(f"heard {number} of {len(songs)}", flush=True)
    return heard


def _keep(classifier: Classifier, mel: RealArray, kept: Path) -> None:
    """What the model says of a song with the spectrogram `(n_mels, frames)`; nothing of a silent one."""
    stretches = _stretches(mel, classifier.metadata.patch_frames)
    scores = classifier.predict(np.asarray(stretches[stretches.max(axis=(1, 2)) > _SILENT], np.float32))
    pool = SongPool(classifier)
    pool.add(scores)
    said = pool.verdict()
    nothing = np.zeros(0, np.float32)
    whole = nothing if said.embedding is None else said.embedding
    rows = nothing if scores.embedding is None else scores.embedding
    parts = [rows[i::_PARTS].mean(axis=0) for i in range(min(_PARTS, len(rows)))]
    kept.parent.mkdir(parents=True, exist_ok=True)
    with replacing(kept, durability=Durability.BUFFERED) as unfinished, unfinished.open("wb") as file:
        np.savez(file, genre=said.genre or "", embedding=whole, parts=np.stack(parts) if parts else nothing)


def _stretches(mel: RealArray, frames: int) -> RealArray:
    """`(n, n_mels, frames)`: patches in the middle of their shares of the song, or all where there are no more."""
    if mel.shape[1] <= PLAN.number * frames:
        return patches(np.asarray(mel, np.float32), frames, frames)
    share = mel.shape[1] / PLAN.number
    starts = [int((i + 0.5) * share - frames / 2) for i in range(PLAN.number)]
    return np.stack([mel[:, start : start + frames] for start in starts])


def fit_atlas(songs: Sequence[HeardSong], seed: int = 0) -> tuple[ProjectionSet, dict[str, Any]]:
    """All six maps, and what is to be known of them. Raises TrainingError where there are too few songs."""
    embeddings = np.stack([song.embedding for song in songs]).astype(np.float64)
    mean, spread = embeddings.mean(axis=0), embeddings.std(axis=0)
    spread = np.where(spread > 1e-6, spread, 1.0)  # a number that is the same in all songs tells nothing
    standard = (embeddings - mean) / spread
    counts = Counter(song.genre for song in songs if song.genre)
    taught = np.array([song.genre is not None and counts[song.genre] >= _FEWEST for song in songs])
    labels = [song.genre or "" for song, has_user_head in zip(songs, taught, strict=True) if has_user_head]
    told = _told(songs, labels)
    projection_set = ProjectionSet(mean, spread, {}, told)
    maps: dict[tuple[Method, int], Projection] = {}
    figures: dict[str, Any] = {"fitted_on": told, "songs": len(songs), "artists": len({s.artist for s in songs})}
    examples, owners = _examples(songs, projection_set)
    for dimensions in DIMENSIONS:
        maps["pca", dimensions] = fit(standard, (), "pca", dimensions, seed)
        maps["lda", dimensions] = fit(standard[taught], labels, "lda", dimensions, seed)
        layout = umap_layout(standard, dimensions, seed)
        print(f"UMAP to {dimensions} dimensions is laid out", flush=True)
        held_out = _held_out(songs, layout, examples, owners, seed)
        network = imitate(examples, layout, owners, seed=seed)
        seen = _r2(network.apply(standard), layout)
        maps["umap", dimensions] = replace(network, fidelity=held_out)
        figures[f"UMAP, {dimensions}-D: R² of the network"] = {
            "songs of artists that it did not learn from": round(held_out, 3),
            "all songs, the bundled network": round(seen, 3),
        }
    kept = sum(np.var(standard @ maps["pca", 3].weights[0].T, axis=0)) / standard.var(axis=0).sum()
    figures["PCA, 3-D: share of the variance"] = round(float(kept), 3)
    framed = {key: _framed(projection, standard) for key, projection in maps.items()}
    return replace(projection_set, maps=framed), figures


def _told(songs: Sequence[HeardSong], labels: Sequence[str]) -> str:
    shares = ", ".join(f"{genre} {count}" for genre, count in Counter(labels).most_common())
    return (
        f"Fitted to {len(songs)} songs, mostly free game music, as a library run hears them. PCA and UMAP know no "
        f"genres. LDA separates what the genre head itself says of {len(labels)} of them ({shares}), so that it shows "
        "how the model sees the genres, not how right it is. Each axis is stretched so that these songs fill a square "
        "or a cube."
    )


def _examples(songs: Sequence[HeardSong], projection_set: ProjectionSet) -> tuple[RealArray, NDArray[np.intp]]:
    """Standard embeddings of all songs and their parts, and which song each is of."""
    rows = [row for song in songs for row in (song.embedding, *song.parts)]
    owners = np.repeat(np.arange(len(songs)), [1 + len(song.parts) for song in songs])
    return (np.stack(rows) - projection_set.mean) / projection_set.spread, owners


def _held_out(
    songs: Sequence[HeardSong], layout: RealArray, examples: RealArray, owners: NDArray[np.intp], seed: int
) -> float:
    """R² on songs of artists that the network did not learn from, all artists in turn."""
    artists = sorted({song.artist for song in songs})
    folds = {artist: number % _FOLDS for number, artist in enumerate(np.random.default_rng(seed).permutation(artists))}
    fold = np.array([folds[song.artist] for song in songs])
    firsts = np.flatnonzero(np.diff(owners, prepend=-1))  # the whole songs among the examples
    placed = np.zeros_like(layout)
    for out in range(_FOLDS):
        learns = fold[owners] != out
        if not learns.any() or learns.all():
            continue
        network = imitate(examples[learns], layout, owners[learns], seed=seed)
        placed[fold == out] = network.apply(examples[firsts[fold == out]])
    return _r2(placed, layout)


def _r2(placed: RealArray, layout: RealArray) -> float:
    """Mean over the axes."""
    return float(1 - (np.square(placed - layout).mean(axis=0) / layout.var(axis=0)).mean())


def _framed(projection: Projection, standard: RealArray) -> Projection:
    """The same, moved and stretched so that the songs fill a square or cube of side 1."""
    low, high = np.percentile(projection.apply(standard), [1, 99], axis=0)
    scale = (1 - 2 * _EDGE) / (high - low)
    weights = (*projection.weights[:-1], projection.weights[-1] * scale[:, np.newaxis])
    biases = (*projection.biases[:-1], (projection.biases[-1] - low) * scale + _EDGE)
    return replace(projection, weights=weights, biases=biases)
