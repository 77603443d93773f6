"""The calls that a worker process runs for one song: the checksum of its audio, and its analysis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mgc_desktop.errors import DecodeError, MgcError, ModelError
from mgc_desktop.tags.fingerprint import audio_checksum

if TYPE_CHECKING:
    from mgc_desktop.inference.classifier import Classifier
    from mgc_desktop.inference.prediction import TrackPrediction
    from mgc_desktop.inference.user_heads import UserHead


class ModelNotLoadedError(ModelError):
    """A worker cannot load the model. This concerns every song of the run."""


@dataclass(frozen=True, slots=True)
class SoundIdentity:
    """The checksum of a file's audio, and inode, size in bytes and mtime in ns of the file when it was read."""

    checksum: str
    stamp: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class AnalysisResult:
    """The prediction for a song, and the checksum of the analysed audio."""

    checksum: str
    prediction: TrackPrediction


def identify_sound(path: Path) -> SoundIdentity:
    """Read a file once and compute the checksum of its audio. Raises DecodeError if it cannot be read."""
    try:
        stamp = _stamp(path)  # before reading, so that a change during it is noticed
        return SoundIdentity(audio_checksum(path), stamp)
    except FileNotFoundError as error:
        raise DecodeError("The file is not there any more.", path=path) from error
    except OSError as error:
        raise DecodeError(f"The file cannot be read ({error.strerror or error}).", path=path) from error


@dataclass(frozen=True, slots=True)
class AnalyseSong:
    """Analyses songs with one model; picklable, so that the workers of any executor can run it.

    `vocabulary`: the id of the genres to name, by default the model's own. `head`: the user head that replaces the
    bundled head; it is part of the call, so that other machines need no copy. `full_length`: analyse the entire song,
    with a timeline, instead of excerpts (`library.excerpts`).
    """

    model: str
    head: UserHead | None = None
    full_length: bool = False
    vocabulary: str | None = None

    def __call__(self, path: Path, sound: SoundIdentity | None = None) -> AnalysisResult:
        """Analyse a song; `sound`: its identity if known. Raises MgcError if it cannot be analysed."""
        classifier = self._classifier()
        if sound is None or _stamp_or_none(path) != sound.stamp:
            sound = identify_sound(path)
        prediction = self._analyse(path, classifier)
        if _stamp_or_none(path) != sound.stamp and identify_sound(path).checksum != sound.checksum:
            raise DecodeError("It was replaced while it was analysed. Analyse it again.", path=path)
        return AnalysisResult(sound.checksum, prediction)

    def load(self) -> None:
        """Load the model ahead of the first song. Raises ModelNotLoadedError if that fails."""
        self._classifier()

    def _classifier(self) -> Classifier:
        try:
            return _load(self.model, self.head, self.vocabulary)
        except MgcError as error:
            raise ModelNotLoadedError(error.message, path=error.path) from error

    def _analyse(self, path: Path, classifier: Classifier) -> TrackPrediction:
        if self.full_length:
            from mgc_desktop.pipeline import analyze

            return analyze(path, classifier)
        from mgc_desktop.library.excerpts import analyse_excerpts

        return analyse_excerpts(path, classifier)


@cache
def _load(model: str, head: UserHead | None, vocabulary: str | None) -> Classifier:
    """One classifier for each process: loading takes longer than analysing a short song."""
    from mgc_desktop.inference.registry import load

    return load(model, head=head, vocabulary=vocabulary)


def _stamp(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _stamp_or_none(path: Path) -> tuple[int, int, int] | None:
    try:
        return _stamp(path)
    except OSError:
        return None
