"""`Clip` and `Dataset`: all that the rest of the training knows of where its music comes from."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from mgc_desktop.errors import TagError
from mgc_desktop.tags.fingerprint import audio_checksum
from mgc_desktop.training.errors import TrainingError

Evidence = Literal["stated", "guess"]


@dataclass(frozen=True, slots=True)
class Clip:
    """A stretch of a file. `start` and `end` are seconds in that file; `end` None means its end.

    `genre` is None where nobody has said. `evidence` is `guess` for labels that may teach but never measure.
    `artist_known` is False where nobody has said who is heard and `artist` is the recording's own name: clips of one
    artist may then be on both sides of a split.
    """

    clip_id: str
    path: Path
    start: float
    end: float | None
    genre: str | None
    artist: str
    evidence: Evidence = "stated"
    artist_known: bool = True


@dataclass(frozen=True, slots=True)
class Skipped:
    """What was left out of a data set, and why."""

    what: str
    reason: str


@dataclass(frozen=True)
class Dataset:
    """Named clips. `genres` is the order of a model's outputs. `notes`: what whoever uses it should know of it."""

    name: str
    clips: tuple[Clip, ...]
    genres: tuple[str, ...]
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.clips)

    def __iter__(self) -> Iterator[Clip]:
        return iter(self.clips)

    @property
    def labelled(self) -> tuple[Clip, ...]:
        """The clips whose genre is stated: the only ones that may measure anything."""
        return tuple(c for c in self.clips if c.genre is not None and c.evidence == "stated")

    def require_trainable(self) -> Dataset:
        """Itself, or TrainingError if there is nothing to tell apart."""
        if not self.clips:
            reasons = "; ".join(f"{n} × {why}" for why, n in self.reasons().most_common(3)) or "no audio was found"
            raise TrainingError(f"The data set {self.name} has no clips ({reasons}). Check the folder that was given.")
        present = {c.genre for c in self.clips if c.genre is not None}
        if len(present) < 2:
            raise TrainingError(
                f"The data set {self.name} has {len(present)} genre(s): at least two are needed to tell apart."
            )
        return self

    def reasons(self) -> Counter[str]:
        """How many were skipped for each reason."""
        return Counter(s.reason for s in self.skipped)

    def describe(self) -> str:
        """Clips and artists of each genre, and what was skipped: lines for people."""
        lines = [f"{self.name}: {len(self.clips)} clips of {artists_text(self.clips)}"]
        for genre in self.genres:
            own = [c for c in self.clips if c.genre == genre]
            if own:
                known = f"{len({c.artist for c in own}):>5} artists" if own[0].artist_known else "  artists unknown"
                lines.append(f"  {genre:<14}{len(own):>7} clips {known}")
        lines += [f"  skipped {count:>6}: {reason}" for reason, count in self.reasons().most_common()]
        if warning := unknown_artists(self.clips):
            lines.append(f"WARNING: {warning}")
        lines += [f"note: {note}" for note in self.notes]
        return "\n".join(lines)


def artists_text(clips: Sequence[Clip]) -> str:
    """How many artists there are, and of how many clips the artist is unknown: "12 artists", "unknown artists"."""
    known = {c.artist for c in clips if c.artist_known}
    unknown = sum(not c.artist_known for c in clips)
    if not unknown:
        return f"{len(known)} artists"
    return "unknown artists" if not known else f"{len(known)} artists and {unknown} clips of unknown artists"


def unknown_artists(clips: Sequence[Clip]) -> str:
    """What it means that artists are unknown, with numbers; "" where all are known."""
    unknown = sum(not c.artist_known for c in clips)
    if not unknown:
        return ""
    return (
        f"the artists of {unknown} of {len(clips)} clips are unknown, so each of these counts as an artist of its own. "
        "The same artist may be in the part that teaches and in the part that measures: every figure is then too good. "
        "Give a list of artists with --artists FILE."
    )


def sound_digest(path: Path) -> str:
    """A checksum of a file's sound, hexadecimal: the same whatever its tags and its name are. Raises OSError."""
    status = path.stat()
    return _sound_digest(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=200_000)
def _sound_digest(path: Path, size: int, modified: int) -> str:
    try:
        return audio_checksum(path)
    except TagError:  # its kind is not known: all of it counts as sound
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def check(dataset: Dataset) -> Dataset:
    """The data set without files that are missing, empty or of the same sound as another one."""
    kept: list[Clip] = []
    skipped = list(dataset.skipped)
    first_with: dict[str, Path] = {}
    verdicts: dict[Path, str | None] = {}
    for clip in dataset.clips:
        if clip.path not in verdicts:
            verdicts[clip.path] = _fault(clip.path, first_with)
        fault = verdicts[clip.path]
        if fault is None:
            kept.append(clip)
        else:
            skipped.append(Skipped(clip.clip_id, fault))
    return replace(dataset, clips=tuple(kept), skipped=tuple(skipped))


def _fault(path: Path, first_with: dict[str, Path]) -> str | None:
    try:
        if path.stat().st_size == 0:
            return "the file is empty"
        content = sound_digest(path)
    except FileNotFoundError:
        return "the file is missing"
    except OSError as error:
        return f"the file cannot be read ({error.strerror})"
    if first_with.setdefault(content, path) != path:
        return "the same sound as another file"
    return None


def genres_of(clips: Iterable[Clip], preferred: Sequence[str]) -> tuple[str, ...]:
    """The genres of these clips: in the preferred order if all are among them, else sorted."""
    present = {c.genre for c in clips if c.genre is not None}
    return tuple(preferred) if present <= set(preferred) else tuple(sorted(present))
