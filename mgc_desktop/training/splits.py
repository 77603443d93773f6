"""Which clips teach, choose and measure: grouped by artist, stratified by genre, seeded, kept as files.

MagnaTagATune has 25,863 clips but 230 artists. A random split puts the same artist (often the same song) on both
sides and measures how well a network remembers albums; `leaky_split` exists only to show by how much.
"""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from mgc_desktop.foundation.atomic_write import atomic_write
from mgc_desktop.training.datasets.clip import Clip, artists_text
from mgc_desktop.training.errors import TrainingError

PARTS: Final = ("train", "valid", "test")
FRACTIONS: Final = {"train": 0.7, "valid": 0.1, "test": 0.2}


@dataclass(frozen=True)
class Split:
    """Clip ids of the three parts, and how they were chosen: `fold` of `folds`, or (0 of 0) one split by a seed."""

    train: tuple[str, ...]
    valid: tuple[str, ...]
    test: tuple[str, ...]
    seed: int
    grouped: bool = True
    fold: int = 0
    folds: int = 0

    def save(self, path: Path) -> None:
        """As JSON, replaced in one step."""
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(path, json.dumps(asdict(self), indent=1))

    @classmethod
    def load(cls, path: Path) -> Split:
        """What `save` wrote; TrainingError if the file is damaged."""
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            train, valid, test = (tuple(values[part]) for part in PARTS)
            fold, folds = values.get("fold", 0), values.get("folds", 0)  # older splits have none
            return cls(train, valid, test, values["seed"], values["grouped"], fold, folds)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise TrainingError("This split cannot be read; delete it to make a new one.", path=path) from error

    def pick(self, clips: Sequence[Clip], part: str) -> list[Clip]:
        """The clips of one part, in the order given."""
        wanted = set(getattr(self, part))
        return [clip for clip in clips if clip.clip_id in wanted]

    def how(self, clips: Sequence[Clip]) -> str:
        """How artists were kept apart, and what that means for the figures."""
        if not self.grouped:
            return "RANDOM, the same artists on both sides: too good to be true"
        unknown = sum(not c.artist_known for c in clips)
        if unknown == len(clips):
            return "BY RECORDING, as the artists are unknown: too good wherever an artist is on both sides"
        if unknown:
            return f"grouped by artist, but for {unknown} of {len(clips)} clips the artist is UNKNOWN: maybe too good"
        return "grouped by artist"

    def part_of(self) -> dict[str, str]:
        """The part that each clip is in, by clip id."""
        return {clip_id: part for part in PARTS for clip_id in getattr(self, part)}

    def describe(self, clips: Sequence[Clip]) -> str:
        """Clips and artists of each part: lines for people."""
        which = f"fold {self.fold} of {self.folds} of the " if self.folds else ""
        lines = [f"{which}split with seed {self.seed}, {self.how(clips)}"]
        for part in PARTS:
            own = self.pick(clips, part)
            counts = Counter(c.genre for c in own)
            lines.append(
                f"  {part:<6}{len(own):>6} clips, {artists_text(own)}: "
                + ", ".join(f"{genre} {n}" for genre, n in sorted(counts.items(), key=lambda item: str(item[0])))
            )
        if left := sum(c.genre is not None for c in clips) - sum(len(self.pick(clips, part)) for part in PARTS):
            lines.append(
                f"  {left} clips came after this split was made and are left out; delete split.json to use them"
            )
        return "\n".join(lines)


def grouped_split(clips: Sequence[Clip], seed: int, fractions: Mapping[str, float] = FRACTIONS) -> Split:
    """Parts that share no artist and hold each genre in about the given fractions.

    A genre with fewer artists than parts teaches first, then measures; it is then missing in the others.
    Raises TrainingError if there are fewer artists than parts, or too few of every genre to fill a part.
    """
    labelled = _labelled(clips)
    if len({c.artist for c in labelled}) < len(PARTS):
        raise TrainingError(
            f"There are {len({c.artist for c in labelled})} artists: at least {len(PARTS)} are needed so that "
            "no artist both teaches and measures. A folder in a genre's folder is one artist."
        )
    order = sorted(fractions, key=lambda part: -fractions[part])
    found = _distribute(labelled, order, [fractions[part] for part in order], seed)
    if not all(found.values()):
        counts = {g: len({c.artist for c in labelled if c.genre == g}) for g in {c.genre for c in labelled}}
        named = ", ".join(f"{g} has {n}" for g, n in sorted(counts.items(), key=str))
        raise TrainingError(
            f"At least one genre needs {len(PARTS)} artists, so that some are held back to choose and to measure by: "
            f"{named}. Add artists; a folder in a genre's folder is one."
        )
    return Split(tuple(found["train"]), tuple(found["valid"]), tuple(found["test"]), seed)


def fold_splits(clips: Sequence[Clip], folds: int, seed: int) -> list[Split]:
    """One split a fold: it measures, and of the other folds an eighth chooses and the rest teaches.

    No artist is in two parts of a split, and each clip measures once. Raises TrainingError as `grouped_folds` does, or
    if too few artists are left to choose by.
    """
    parts = [set(ids) for ids in grouped_folds(clips, folds, seed, complete=False, option="--folds")]
    splits = []
    for number, part in enumerate(parts, start=1):
        test = tuple(c.clip_id for c in clips if c.clip_id in part)
        rest = [c for c in _labelled(clips) if c.clip_id not in part]
        found = _distribute(rest, ["train", "valid"], [7 / 8, 1 / 8], seed)
        if not all(found.values()):
            raise TrainingError(
                f"There are too few artists for {folds} folds: none is left to choose the best epoch by. Use fewer "
                "--folds."
            )
        splits.append(Split(tuple(found["train"]), tuple(found["valid"]), test, seed, fold=number, folds=folds))
    return splits


def grouped_folds(
    clips: Sequence[Clip], folds: int, seed: int, *, complete: bool = True, option: str = "--folds"
) -> list[tuple[str, ...]]:
    """The ids of the clips of each fold; no artist is in two folds, and no fold is empty.

    With `complete` every fold must hold every genre: raises TrainingError naming the genres with too few artists.
    Raises TrainingError if there are fewer artists than folds; `option` is what the sentence calls the folds.
    """
    labelled = _labelled(clips)
    artists = {c.artist for c in labelled}
    if len(artists) < folds:
        raise TrainingError(
            f"There are {len(artists)} artists for {folds} folds. Use at most {len(artists)} folds ({option}), or add "
            "artists."
        )
    names = [str(i) for i in range(folds)]
    found = _distribute(labelled, names, [1 / folds] * folds, seed)
    if not all(found.values()):
        filled = sum(bool(ids) for ids in found.values())
        raise TrainingError(f"The artists fill {filled} of {folds} folds only. Use at most {filled} folds ({option}).")
    if complete:
        _require_complete(labelled, found)
    return [tuple(found[name]) for name in names]


def leaky_split(clips: Sequence[Clip], seed: int, fractions: Mapping[str, float] = FRACTIONS) -> Split:
    """A random split, artists on both sides: only to show what it inflates, never to report."""
    ids = [c.clip_id for c in _labelled(clips)]
    random.Random(seed).shuffle(ids)
    first = round(len(ids) * fractions["train"])
    second = first + round(len(ids) * fractions["valid"])
    return Split(tuple(ids[:first]), tuple(ids[first:second]), tuple(ids[second:]), seed, grouped=False)


def _labelled(clips: Sequence[Clip]) -> list[Clip]:
    return [c for c in clips if c.genre is not None]


def _distribute(
    clips: Sequence[Clip], parts: Sequence[str], shares: Sequence[float], seed: int
) -> dict[str, list[str]]:
    """Artists one by one, the rarest genre and the most clips first, each to the part that lacks most."""
    by_artist: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        by_artist[clip.artist].append(clip)
    totals = Counter(c.genre for c in clips)
    artists_of = Counter(genre for own in by_artist.values() for genre in {c.genre for c in own})
    names = sorted(by_artist)
    random.Random(seed).shuffle(names)
    main = {name: Counter(c.genre for c in by_artist[name]).most_common(1)[0][0] for name in names}
    names.sort(key=lambda name: (artists_of[main[name]], main[name] or "", -len(by_artist[name])))
    have = {part: Counter[str | None]() for part in parts}
    result: dict[str, list[str]] = {part: [] for part in parts}
    for name in names:
        genre = main[name]

        def lack(part: str, genre: str | None = genre) -> tuple[bool, float, int]:
            target = totals[genre] * shares[parts.index(part)]
            # Where two parts lack as much of the genre, the emptier one takes the artist: no fold stays empty.
            return have[part][genre] == 0, (target - have[part][genre]) / totals[genre], -have[part].total()

        best = max(parts, key=lack)
        have[best].update(c.genre for c in by_artist[name])
        result[best] += [c.clip_id for c in by_artist[name]]
    return result


def _require_complete(clips: Sequence[Clip], found: Mapping[str, Sequence[str]]) -> None:
    genre_of = {c.clip_id: c.genre for c in clips}
    every = set(genre_of.values())
    missing = {str(g) for ids in found.values() for g in every - {genre_of[i] for i in ids}}
    if missing:
        artists = {g: len({c.artist for c in clips if c.genre == g}) for g in missing}
        named = ", ".join(f"{g} ({n} artists)" for g, n in sorted(artists.items()))
        raise TrainingError(
            f"Too few artists for {len(found)} folds: {named}. Use fewer folds or leave these genres out."
        )
