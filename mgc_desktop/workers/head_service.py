"""What the teacher does on its thread, without Qt: the model to be taught, its memory, and the marks in the library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.errors import sentence_of
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.heads import head_training
from mgc_desktop.heads.head_training import FittedHead
from mgc_desktop.inference import registry, user_heads
from mgc_desktop.inference.prediction import TrackPrediction
from mgc_desktop.inference.reference_set import ReferenceSet
from mgc_desktop.inference.user_heads import HeadEntry, HeadError, LabelledSong, UserHead
from mgc_desktop.library import labels
from mgc_desktop.library.genre_overrides import GenresByChecksum, checksums_of, set_user_genres
from mgc_desktop.library.head_effects import GenreChange, effects
from mgc_desktop.library.pending_labels import restore_pending
from mgc_desktop.library.rescore import Rescorer
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.paths import models_dir
from mgc_desktop.tags.fingerprint import audio_checksum
from mgc_desktop.workers.label_change import LabelChange, LabelUndo


class HeadService:
    """Made once, on the thread. Raises HeadError and ModelError with a way out."""

    def __init__(self) -> None:
        self.base_model = registry.base_model()
        self.memory = ReferenceSet.load(models_dir() / self.base_model.name)

    def learn(self, store: LibraryStore, name: str) -> FittedHead:
        """Make the head from its marks."""
        return head_training.fit_head(store, name, self.base_model, self.memory)

    def entries(self, store: LibraryStore) -> tuple[HeadEntry, ...]:
        """All heads."""
        return tuple(head_training.all_heads(store, self.base_model))

    def label_songs(self, store: LibraryStore, head: str, songs: Sequence[int], genre: str) -> LabelChange:
        """Mark songs of the library, as far as they were listened to. What the user says of the others counts, too."""
        genre = self._proper(store, head, genre)
        analysed = labels.as_labelled_songs(store, songs, genre, self.base_model.name, self.base_model.base)
        said = dict.fromkeys(checksums_of(store, songs).values(), (genre,))
        return LabelChange(self._label_all(store, head, analysed.examples, said), analysed.not_analysed)

    def label_prediction(
        self,
        store: LibraryStore,
        head: str,
        prediction: TrackPrediction,
        title: str,
        artist: str,
        genre: str,
        applied: UserHead | None,
    ) -> LabelChange:
        """Mark a song that was heard, perhaps under the head `applied`."""
        if prediction.embedding is None or prediction.model != self.base_model.name:
            raise HeadError(
                f"Only songs that {self.base_model.name} has heard can be marked. Choose this model and listen again.",
                path=prediction.path,
            )
        bundled = self._bundled(prediction, prediction.embedding, applied)
        try:
            checksum = audio_checksum(prediction.path)
        except OSError as error:
            raise HeadError(f"{sentence_of(error)} Then mark it.", path=prediction.path) from error
        genre = self._proper(store, head, genre)
        example = LabelledSong(
            checksum, genre, title, artist or prediction.path.parent.name, bundled, prediction.embedding
        )
        return LabelChange(self._label_all(store, head, (example,), {checksum: (genre,)}))

    def relabel(self, store: LibraryStore, head: str, checksums: Iterable[str], genre: str) -> LabelChange:
        """Let marked songs be of another genre."""
        genre = self._proper(store, head, genre)
        examples = [replace(example, genre=genre) for example in self._examples(store, head, set(checksums))]
        return LabelChange(self._label_all(store, head, examples, {example.checksum: (genre,) for example in examples}))

    def remove_labels(self, store: LibraryStore, head: str, checksums: Iterable[str]) -> LabelUndo:
        """Take marks away; of these songs the user has said nothing any more."""
        gone = set(checksums)
        undo = LabelUndo(head, self._examples(store, head, gone), (), set_user_genres(store, dict.fromkeys(gone)))
        labels.remove_labels(store, head, gone)
        head_training.delete_if_empty(store, head)
        return undo

    def rename_genre(self, store: LibraryStore, head: str, old: str, new: str) -> LabelUndo:
        """Call a genre otherwise."""
        new = head_training.canonical_genre(new, self.base_model.bundled.genres)
        mine = {each.example.checksum for each in labels.labels(store, head) if each.example.genre == old}
        said = {checksum: (new,) for checksum, genres in store.user_genres(mine).items() if genres == (old,)}
        undo = LabelUndo(head, self._examples(store, head, mine), (), set_user_genres(store, said))
        labels.rename_genre(store, head, old, new)
        return undo

    def undo(self, store: LibraryStore, undo: LabelUndo) -> None:
        """Put the marks as they were."""
        labels.remove_labels(store, undo.head, undo.none)
        labels.add_labels(store, undo.head, undo.before, self.base_model.identity)
        head_training.delete_if_empty(store, undo.head)
        set_user_genres(store, undo.said)
        restore_pending(store, undo.head, undo.waiting)

    def rename(self, store: LibraryStore, old: str, new: str) -> str:
        """Give a head another name."""
        return head_training.rename(store, old, new)

    def delete(self, store: LibraryStore, name: str) -> None:
        """Remove a head and its marks."""
        head_training.delete(store, name)

    def export(self, name: str, path: Path) -> None:
        """Write a head to a file."""
        user_heads.write_head(user_heads.load_head(name), path)

    def effects(self, store: LibraryStore, head: UserHead, cancel: CancelToken) -> tuple[GenreChange, ...]:
        """Which songs of the library would get another genre by a head."""
        return effects(store, Rescorer(self.base_model, head), cancel=cancel)

    def import_head(self, store: LibraryStore, path: Path) -> str:
        """Take in a head; its name here."""
        return head_training.import_head(store, path).name

    def _label_all(
        self, store: LibraryStore, head: str, examples: Sequence[LabelledSong], said: GenresByChecksum
    ) -> LabelUndo | None:
        if not examples and not said:
            return None
        checksums = {example.checksum for example in examples}
        before = self._examples(store, head, checksums)
        if examples:
            labels.add_labels(store, head, examples, self.base_model.identity)
        return LabelUndo(
            head, before, tuple(checksums - {example.checksum for example in before}), set_user_genres(store, said)
        )

    def _examples(self, store: LibraryStore, head: str, checksums: set[str]) -> tuple[LabelledSong, ...]:
        return tuple(each.example for each in labels.labels(store, head) if each.example.checksum in checksums)

    def _proper(self, store: LibraryStore, head: str, genre: str) -> str:
        own = (each.example.genre for each in labels.labels(store, head))
        return head_training.canonical_genre(genre, (*self.base_model.bundled.genres, *own))

    def _bundled(self, prediction: TrackPrediction, embedding: FloatArray, applied: UserHead | None) -> FloatArray:
        """What the bundled head says of the song."""
        for each in (prediction, *prediction.others):
            if each.model_version == self.base_model.base:
                return each.probabilities
        if applied is None or prediction.model_version != self.base_model.version_with(applied):
            raise HeadError("It was heard under another head. Play it again, then mark it.", path=prediction.path)
        temperature = self.base_model.bundled.calibration.song_temperature
        found = applied.adapter.bundled(prediction.probabilities[np.newaxis], embedding[np.newaxis], temperature)
        bundled: FloatArray = found[0]
        return bundled
