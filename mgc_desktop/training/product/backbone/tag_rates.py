"""How often each descriptive word is heard in music at large: what the program compares a song with.

The mean over the free game music of what the backbone says leans to electronic and instrumental music; so where
volunteers of MagnaTagATune used the word too, the share of their clips counts half.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from mgc_desktop.audio.decode import probe
from mgc_desktop.errors import MgcError
from mgc_desktop.features.framing import patches
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.tag_names import SYNONYMS, shown_probabilities
from mgc_desktop.training.extract import Representation, extract

_SECONDS = 30.0
_HUMAN = "mtt:"


def heard_rates(classifier: Classifier, songs: Iterable[Path]) -> dict[str, float]:
    """Mean probability of each word over half a minute from the middle of each song; bad files are named, skipped."""
    rows = []
    for path in songs:
        try:
            tags = _tags(classifier, path)
        except MgcError as error:
            print(f"left out: {error}")
            continue
        rows.append(shown_probabilities(classifier.metadata.tags, tags))
    return {word: float(np.mean([row[word] for row in rows])) for word in rows[0]}


def _tags(classifier: Classifier, path: Path) -> FloatArray:
    start = max(0.0, ((probe(path).duration or 0.0) - _SECONDS) / 2)
    wanted = classifier.metadata.input
    mel = extract(path, Representation(wanted.mel), start, start + _SECONDS)
    tags = classifier.predict(patches(mel, wanted.frames, wanted.hop)).tags
    assert tags is not None
    mean: FloatArray = tags.mean(axis=0)
    return mean


def human_rates(tables: Sequence[Path]) -> dict[str, float]:
    """The share of clips to which a volunteer gave the word, from tables `clip id <tab> tag|tag|...` with a heading."""
    clips = [
        set(line.partition("\t")[2].split("|"))
        for table in tables
        for line in table.read_text(encoding="utf-8").splitlines()[1:]
    ]
    said = {
        word: {tag.removeprefix(_HUMAN) for tag in tags if tag.startswith(_HUMAN)} for word, tags in SYNONYMS.items()
    }
    return {
        word: sum(bool(tags & clip) for clip in clips) / len(clips) for word, tags in said.items() if tags and clips
    }


def tag_rates(classifier: Classifier, songs: Iterable[Path], tables: Sequence[Path]) -> dict[str, float]:
    """Both together."""
    human = human_rates(tables)
    heard = heard_rates(classifier, songs)
    return {word: round((rate + human.get(word, rate)) / 2, 4) for word, rate in heard.items()}
