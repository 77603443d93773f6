"""How well genres are learned from five songs each, on the free music, with artists kept apart.

    python benchmarks/bench_teach.py [--music FOLDER] [--draws N]

Packages of the free music are made two genres: the music of one kind of game and that of another. Five songs of each
are marked, of five artists. Then all songs of their other artists, and other music, must be told apart: one genre, the
other, or neither. The figure is the balanced accuracy of the three (chance: 0.33), as the mean of several draws of
artists. Half of the packages of neither genre are the background from which the head learns what is neither; those of
the other half are asked about.

The bundled head does not know the made genres: as it is, it finds none of their songs. Beside the taught head stands
the best that can be made of it without learning, which is to rename: what it calls by the bundled genre that the marked
songs of a made genre were mostly heard as, is called by that made genre's name. "one or other" is how often a song of
the two genres is given to the right one of them, if it must be one of the two.

What the model heard is its memory, as it ships (the repository's own test, tests/heads/test_free_music.py, judges
from the same numbers); with --music all of it is listened to anew, which takes minutes.
"""

from __future__ import annotations

import argparse
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from mgc_desktop.heads.training_set import Background, TrainingSet
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.reference_set import ReferenceSet
from mgc_desktop.inference.user_heads import LabelledSong
from mgc_desktop.paths import models_dir
from mgc_desktop.training.product.backbone.memory import free_music, made_by, remember

MARKED: Final = 5
MODEL: Final = models_dir() / "musicnn"

Packages = tuple[str, ...]
ARCADE: Final[Packages] = tuple(
    "blobwars-data xmoto-data zaz-data starfighter-data marsshooter-data wizznic-data neverball-common noiz2sa-data "
    "gunroar-data tumiki-fighters-data parsec47-data torus-trooper-data".split()
)
DARK: Final[Packages] = ("nexuiz-music", "warzone2100-music", "ufoai-music", "singularity-music")
FANTASY: Final[Packages] = tuple(
    "wesnoth-1.16-music lordsawar-data flare-game ardentryst freecol unknown-horizons 0ad-data glob2-data".split()
)
HISTORY: Final[Packages] = ("unknown-horizons", "lordsawar-data", "freecol")
PUZZLE: Final[Packages] = tuple(
    "drascula-music fillets-ng-data planetblupi-music-ogg pathological gigalomania-data glob2-data asc-music".split()
)
PAIRS: Final[dict[str, tuple[Packages, Packages]]] = {
    "arcade / dark science fiction": (ARCADE, DARK),
    "space shooters / arena and war": (("blobwars-data", "xmoto-data", "zaz-data", "starfighter-data"), DARK[:2]),
    "history / Wesnoth": (HISTORY, FANTASY[:1]),
    "puzzle and adventure / fantasy": (PUZZLE, tuple(p for p in FANTASY if p != "glob2-data")),
    "fantasy / science fiction": (FANTASY, (*DARK, "colobot-common-sounds", *ARCADE[:1], *ARCADE[3:5], *ARCADE[7:])),
}


@dataclass(frozen=True)
class Made:
    """A made genre: the rows in the memory of its marked songs, and of those by other artists."""

    name: str
    labelled: list[int]
    tested: list[int]


@dataclass(frozen=True)
class Outcome:
    """Balanced accuracy of one genre, the other, or neither, and of one or the other; other music that stays so."""

    adapter: float
    renamed: float
    one_taught: float
    one_bundled: float
    kept_taught: float
    kept_renamed: float
    songs: int
    artists: int
    others: int


class FreeMusic:
    """The memory with what the list says of its songs."""

    def __init__(self, memory: ReferenceSet) -> None:
        rows = free_music()
        self.memory = memory
        self.packages = [rows[row]["package"] for row in memory.rows]
        self.artists = [made_by(rows[row]) for row in memory.rows]
        self.titles = [rows[row]["title"] for row in memory.rows]

    def make(self, name: str, packages: Packages, rng: np.random.Generator) -> Made:
        """Mark a song each of five artists; the songs of all the others are tested."""
        mine = [i for i, package in enumerate(self.packages) if package in packages]
        artists = sorted({self.artists[i] for i in mine})
        rng.shuffle(artists)
        taken = artists[:MARKED]
        labelled = [int(rng.choice([i for i in mine if self.artists[i] == artist])) for artist in taken]
        return Made(name, labelled, [i for i in mine if self.artists[i] not in taken])

    def draw(self, pair: tuple[Packages, Packages], rng: np.random.Generator) -> Outcome:
        """Make the two genres, teach them, and ask about all other songs."""
        one, other = self.make("One", pair[0], rng), self.make("Other", pair[1], rng)
        rest = sorted(set(self.packages) - {*pair[0], *pair[1]})
        remembered = [i for i, package in enumerate(self.packages) if package in rest[::2]]
        others = [i for i, package in enumerate(self.packages) if package in rest[1::2]]
        return self._rescorer(one, other, remembered, others)

    def _rescorer(self, one: Made, other: Made, remembered: list[int], others: list[int]) -> Outcome:
        labelled = [*self._examples(one), *self._examples(other)]
        background = Background(*self._heard(remembered), (), len(remembered))
        adapter = TrainingSet(labelled, background, GENRES).adapter()
        asked = {made.name: adapter.probabilities(*self._heard(made.tested)) for made in (one, other)}
        best = {name: found.argmax(axis=1) for name, found in asked.items()}
        mine = {name: 10 + adapter.own.index(name) for name in asked}
        kept = float((adapter.probabilities(*self._heard(others)).argmax(axis=1) < 10).mean())
        names = self._renaming(one, other)
        bundled = self.memory.probabilities.argmax(axis=1)
        kept_renamed = float(np.mean([bundled[i] not in names for i in others]))
        renamed = [np.mean([names.get(bundled[i]) == made.name for i in made.tested]) for made in (one, other)]
        found = [np.mean(best[name] == mine[name]) for name in asked]
        apart = [np.mean(asked[a][:, mine[a]] > asked[a][:, mine[b]]) for a, b in (("One", "Other"), ("Other", "One"))]
        nearest = [np.mean([self._nearest(i, one, other) is made for i in made.tested]) for made in (one, other)]
        tested = one.tested + other.tested
        return Outcome(
            (sum(found) + kept) / 3, (sum(renamed) + kept_renamed) / 3, float(np.mean(apart)), float(np.mean(nearest)),
            kept, kept_renamed, len(tested), len({self.artists[i] for i in tested}), len(others),
        )  # fmt: skip

    def _examples(self, made: Made) -> list[LabelledSong]:
        titles, artists, memory = self.titles, self.artists, self.memory
        return [
            LabelledSong(f"{i:032x}", made.name, titles[i], artists[i], memory.probabilities[i], memory.embedding[i])
            for i in made.labelled
        ]

    def _heard(self, songs: list[int]) -> tuple[np.ndarray, np.ndarray]:
        return self.memory.probabilities[songs], self.memory.embedding[songs]

    def _renaming(self, one: Made, other: Made) -> dict[int, str]:
        """Bundled genres by the made genre whose marked songs were heard so more often (or with more right)."""
        bundled = self.memory.probabilities
        names: dict[int, str] = {}
        for genre in range(len(GENRES)):
            counts = [(bundled[made.labelled].argmax(axis=1) == genre).sum() for made in (one, other)]
            shares = [bundled[made.labelled, genre].sum() for made in (one, other)]
            if any(counts):
                names[genre] = one.name if (counts[0], shares[0]) > (counts[1], shares[1]) else other.name
        return names

    def _nearest(self, song: int, one: Made, other: Made) -> Made:
        """The made genre whose marked songs have bundled probabilities most like the song's, by their cosine."""
        mine = self.memory.probabilities[song]

        def likeness(made: Made) -> float:
            theirs = self.memory.probabilities[made.labelled].mean(axis=0)
            return float(mine @ theirs / np.linalg.norm(theirs))

        return one if likeness(one) >= likeness(other) else other


def draws(music: FreeMusic, pair: tuple[Packages, Packages], number: int) -> np.ndarray:
    """The mean of the outcomes of so many draws, in the order of the fields of `Outcome`."""
    rng = np.random.default_rng(0)
    mean: np.ndarray = np.mean([astuple(music.draw(pair, rng)) for _ in range(number)], axis=0)
    return mean


def main() -> None:
    """Print a line a pair of made genres, and the mean."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--music", type=Path, help="listen anew to the free music below this folder")
    parser.add_argument("--draws", type=int, default=20, help="draws of artists for each pair (default: 20)")
    options = parser.parse_args()
    memory = remember(Classifier.open(MODEL), options.music) if options.music else ReferenceSet.load(MODEL)
    music = FreeMusic(memory)
    print(f"{len(memory)} songs; {MARKED} marked a genre, of {MARKED} artists; mean of {options.draws} draws")
    print(f"{'':<34}{'one, other, neither':^20}  {'one or other':^16}  {'others stay':^16}  songs artists others")
    print(f"{'':<34}{'taught  renamed':^20}  {'taught bundled':^16}  {'taught renamed':^16}")
    means = []
    for name, pair in PAIRS.items():
        mean = draws(music, pair, options.draws)
        means.append(mean)
        print(_line(name, mean), f" {mean[6]:6.0f} {mean[7]:6.0f} {mean[8]:6.0f}", flush=True)
    print(_line("mean", np.mean(means, axis=0)))


def _line(name: str, mean: np.ndarray) -> str:
    return f"{name:<34}{mean[0]:8.2f} {mean[1]:8.2f}     {mean[2]:7.2f} {mean[3]:7.2f}   {mean[4]:8.2f} {mean[5]:7.2f}"


if __name__ == "__main__":
    main()
