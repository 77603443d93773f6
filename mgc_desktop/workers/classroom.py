"""What the teacher does on its thread, without Qt: the model to be taught, its memory, and the marks in the library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.errors import sentence_of
from mgc_desktop.inference import heads, registry
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.heads import HeadEntry, HeadError, Lesson, UserHead
from mgc_desktop.inference.memory import Memory
from mgc_desktop.inference.prediction import FloatArray, TrackPrediction
from mgc_desktop.insight import school
from mgc_desktop.insight.school import Learned
from mgc_desktop.library import marks
from mgc_desktop.library.head_effects import GenreChange, effects
from mgc_desktop.library.rejudge import Judge
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.library.user_words import Said, identified, say
from mgc_desktop.paths import models_dir
from mgc_desktop.tags.fingerprint import audio_checksum
from mgc_desktop.workers.marking import Marked, Undo


class Classroom:
    """Made once, on the thread. Raises HeadError and ModelError with a way out."""

    def __init__(self) -> None:
        self.pupil = registry.pupil()
        self.memory = Memory.load(models_dir() / self.pupil.name)

    def learn(self, store: LibraryStore, name: str) -> Learned:
        """Make the head from its marks."""
        return school.learn(store, name, self.pupil, self.memory)

    def entries(self, store: LibraryStore) -> tuple[HeadEntry, ...]:
        """All heads."""
        return tuple(school.all_heads(store, self.pupil))

    def mark_songs(self, store: LibraryStore, head: str, songs: Sequence[int], genre: str) -> Marked:
        """Mark songs of the library, as far as they were listened to. What the user says of the others counts, too."""
        genre = self._proper(store, head, genre)
        heard = marks.as_lessons(store, songs, genre, self.pupil.name, self.pupil.base)
        said = dict.fromkeys(identified(store, songs).values(), (genre,))
        return Marked(self._mark(store, head, heard.lessons, said), heard.unheard)

    def mark_prediction(
        self,
        store: LibraryStore,
        head: str,
        prediction: TrackPrediction,
        title: str,
        artist: str,
        genre: str,
        applied: UserHead | None,
    ) -> Marked:
        """Mark a song that was heard, perhaps under the head `applied`."""
        if prediction.embedding is None or prediction.model != self.pupil.name:
            raise HeadError(
                f"Only songs that {self.pupil.name} has heard can be marked. Choose this model and listen again.",
                path=prediction.path,
            )
        bundled = self._bundled(prediction, prediction.embedding, applied)
        try:
            checksum = audio_checksum(prediction.path)
        except OSError as error:
            raise HeadError(f"{sentence_of(error)} Then mark it.", path=prediction.path) from error
        genre = self._proper(store, head, genre)
        lesson = Lesson(checksum, genre, title, artist or prediction.path.parent.name, bundled, prediction.embedding)
        return Marked(self._mark(store, head, (lesson,), {checksum: (genre,)}))

    def mark_again(self, store: LibraryStore, head: str, checksums: Iterable[str], genre: str) -> Marked:
        """Let marked songs be of another genre."""
        genre = self._proper(store, head, genre)
        lessons = [replace(lesson, genre=genre) for lesson in self._lessons(store, head, set(checksums))]
        return Marked(self._mark(store, head, lessons, {lesson.checksum: (genre,) for lesson in lessons}))

    def unmark(self, store: LibraryStore, head: str, checksums: Iterable[str]) -> Undo:
        """Take marks away; of these songs the user has said nothing any more."""
        gone = set(checksums)
        undo = Undo(head, self._lessons(store, head, gone), (), say(store, dict.fromkeys(gone)))
        marks.unmark(store, head, gone)
        school.drop_empty(store, head)
        return undo

    def rename_genre(self, store: LibraryStore, head: str, old: str, new: str) -> Undo:
        """Call a genre otherwise."""
        new = school.proper_genre(new, GENRES)
        mine = {each.lesson.checksum for each in marks.marks(store, head) if each.lesson.genre == old}
        said = {checksum: (new,) for checksum, genres in store.user_genres(mine).items() if genres == (old,)}
        undo = Undo(head, self._lessons(store, head, mine), (), say(store, said))
        marks.rename_genre(store, head, old, new)
        return undo

    def undo(self, store: LibraryStore, undo: Undo) -> None:
        """Put the marks as they were."""
        marks.unmark(store, undo.head, undo.none)
        marks.mark(store, undo.head, undo.before, self.pupil.identity)
        school.drop_empty(store, undo.head)
        say(store, undo.said)

    def rename(self, store: LibraryStore, old: str, new: str) -> str:
        """Give a head another name."""
        return school.rename(store, old, new)

    def delete(self, store: LibraryStore, name: str) -> None:
        """Remove a head and its marks."""
        school.delete(store, name)

    def export(self, name: str, path: Path) -> None:
        """Write a head to a file."""
        heads.write_head(heads.load_head(name), path)

    def effects(self, store: LibraryStore, head: UserHead, cancel: CancelToken) -> tuple[GenreChange, ...]:
        """Which songs of the library would get another genre by a head."""
        return effects(store, Judge(self.pupil, head), cancel=cancel)

    def bring_in(self, store: LibraryStore, path: Path) -> str:
        """Take in a head; its name here."""
        return school.bring_in(store, path).name

    def _mark(self, store: LibraryStore, head: str, lessons: Sequence[Lesson], said: Said) -> Undo | None:
        if not lessons and not said:
            return None
        checksums = {lesson.checksum for lesson in lessons}
        before = self._lessons(store, head, checksums)
        if lessons:
            marks.mark(store, head, lessons, self.pupil.identity)
        return Undo(head, before, tuple(checksums - {lesson.checksum for lesson in before}), say(store, said))

    def _lessons(self, store: LibraryStore, head: str, checksums: set[str]) -> tuple[Lesson, ...]:
        return tuple(each.lesson for each in marks.marks(store, head) if each.lesson.checksum in checksums)

    def _proper(self, store: LibraryStore, head: str, genre: str) -> str:
        own = (each.lesson.genre for each in marks.marks(store, head))
        return school.proper_genre(genre, (*GENRES, *own))

    def _bundled(self, prediction: TrackPrediction, embedding: FloatArray, applied: UserHead | None) -> FloatArray:
        """What the bundled head says of the song."""
        if prediction.model_version == self.pupil.base:
            return prediction.probabilities
        if applied is None or prediction.model_version != self.pupil.version_with(applied):
            raise HeadError("It was heard under another head. Play it again, then mark it.", path=prediction.path)
        temperature = self.pupil.bundled.calibration.song_temperature
        found = applied.taught.bundled(prediction.probabilities[np.newaxis], embedding[np.newaxis], temperature)
        bundled: FloatArray = found[0]
        return bundled
