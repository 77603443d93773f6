"""What of MagnaTagATune can be used, without its audio:

    python -m mgc_desktop.training.commands.magnatagatune LIST [--genres LIST] [--page docs/results.md]

LIST is `clip_info_final.csv`, or any table with tabs and a column `mp3_path`. Says how many clips find a genre, how
many would if names were spelled with a letter less, who would teach and measure, and how many folds there can be.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mgc_desktop.training.datasets.clip import Clip
from mgc_desktop.training.datasets.magnatagatune import ClipInfo, parse_name, read_clip_info
from mgc_desktop.training.datasets.magnatune import read_genres
from mgc_desktop.training.datasets.matching import Catalogue
from mgc_desktop.training.datasets.open import ALBUM_GENRES
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.results import replace_between
from mgc_desktop.training.splits import PARTS, grouped_folds, grouped_split

MARKS: Final = ("<!-- magnatagatune: from here -->", "<!-- magnatagatune: to here -->")
_SAMPLE: Final = 26  # every so many clips are looked for again with a letter dropped


def read_list(path: Path) -> list[ClipInfo]:
    """The clips of a table. Raises TrainingError if it has no column `mp3_path`, or names that are no clip's."""
    try:
        return read_clip_info(path)
    except TrainingError:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
    infos = [parse_name(row.get("mp3_path") or "") for row in rows]
    found = [info for info in infos if info is not None]
    if not found:
        raise TrainingError("There is no column mp3_path with names of clips in this table.", path=path)
    return found


def matched(infos: Sequence[ClipInfo], catalogue: Catalogue) -> tuple[list[Clip], Counter[str]]:
    """The clips that find a genre, and how many each step of the search matched."""
    clips, steps = [], Counter[str]()
    for info in infos:
        match = catalogue.find(info.artist, info.album, info.title)
        steps[match.how] += 1
        if match.entry is not None:
            path = Path(info.mp3_path)
            clips.append(Clip(info.clip_id, path, 0.0, None, match.entry.genre, match.entry.artist))
    return clips, steps


def misspelled(infos: Sequence[ClipInfo], catalogue: Catalogue) -> tuple[int, int]:
    """How many of how many sampled clips with a genre find it with a letter less in the artist's and album's name."""
    found = asked = 0
    for info in infos[::_SAMPLE]:
        true = catalogue.find(info.artist, info.album, info.title).entry
        if true is not None:
            asked += 1
            entry = catalogue.find(_shorter(info.artist), _shorter(info.album), info.title).entry
            found += entry is not None and entry.genre == true.genre
    return found, asked


def _shorter(name: str) -> str:
    middle = len(name) // 2
    return name[:middle] + name[middle + 1 :]


def describe(infos: Sequence[ClipInfo], genres: Path) -> str:
    """The section of the results page."""
    catalogue = Catalogue(read_genres(genres))
    clips, steps = matched(infos, catalogue)
    found, asked = misspelled(infos, catalogue)
    split = grouped_split(clips, 0)
    parts = []
    for part, word in zip(PARTS, ("teach", "choose", "measure"), strict=True):
        own = split.pick(clips, part)
        parts.append(f"{len(own):,} clips of {len({c.artist for c in own})} artists {word}")
    counts = Counter(clip.genre for clip in clips)
    artists = {genre: len({c.artist for c in clips if c.genre == genre}) for genre in counts}
    return "\n".join(
        (
            f"Of {len(infos):,} clips, {len(clips):,} ({len(clips) / len(infos):.0%}) find a genre "
            f"({', '.join(f'{n:,} {how}' for how, n in steps.most_common())}). With a letter less in the artist's and "
            f"the album's name, {found:,} of {asked:,} sampled clips still find theirs.",
            "",
            "| genre | clips | artists |",
            "|---|---|---|",
            *(f"| {genre} | {n:,} | {artists[genre]} |" for genre, n in counts.most_common()),
            "",
            f"Split by artist (seed 0): {', '.join(parts)}. At most {most_folds(clips)} folds hold every genre.",
        )
    )


def most_folds(clips: Sequence[Clip]) -> int:
    """The most folds by artist, up to ten, of which each holds every genre; 1 if there are none."""
    most = 1
    for folds in range(2, 11):
        try:
            grouped_folds(clips, folds, 0)
        except TrainingError:
            break
        most = folds
    return most


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m mgc_desktop.training.commands.magnatagatune", description=__doc__)
    parser.add_argument("list", type=Path)
    parser.add_argument("--genres", type=Path, default=ALBUM_GENRES)
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    text = describe(read_list(options.list), options.genres)
    print(text)
    if options.page:
        before = options.page.read_text(encoding="utf-8")
        text = f"{MARKS[0]}\n\n{text}\n\n{MARKS[1]}"
        options.page.write_text(replace_between(before, text, MARKS), encoding="utf-8")


if __name__ == "__main__":
    main()
