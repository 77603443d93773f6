"""Which songs of the library would change their genre if a head came into use, computed before it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.library.rescore import Rescorer
from mgc_desktop.library.song import State
from mgc_desktop.library.store import LibraryStore

_BATCH: Final = 1000  # songs whose embeddings are in memory at a time
# The current genre of each song that the model analysed, and the probabilities under the bundled head. Songs with a
# genre of the user are left out, since no head changes that.
_SELECT: Final = f"""
SELECT song.id, current.genre, base.probabilities, base.embedding
FROM song JOIN analysis AS base ON base.checksum = song.checksum AND base.model = ? AND base.version = ?
    JOIN analysis AS current ON current.checksum = song.checksum
    AND current.model || '@' || current.version = song.model
WHERE song.id > ? AND base.embedding IS NOT NULL AND song.state != '{State.STALE}'
    AND NOT EXISTS (SELECT 1 FROM user_genres WHERE user_genres.checksum = song.checksum)
ORDER BY song.id LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class GenreChange:
    """A song of the library whose genre would change; None means an unsure verdict."""

    song: int
    before: str | None
    after: str | None


def effects(store: LibraryStore, rescorer: Rescorer, *, cancel: CancelToken | None = None) -> tuple[GenreChange, ...]:
    """The songs that would change, in no particular order. Raises `Cancelled`."""
    cancel = cancel or CancelToken()
    changes = []
    for rows in _batches(store, rescorer):
        cancel.check()
        bundled = np.stack([np.frombuffer(row[2], "<f4") for row in rows])
        embedding = np.stack([np.frombuffer(row[3], "<f4") for row in rows])
        found = rescorer.probabilities(bundled, embedding)
        for (song, before, *_), probabilities, vector in zip(rows, found, embedding, strict=True):
            after = rescorer.verdict(probabilities, vector).genre
            if after != before:
                changes.append(GenreChange(song, before, after))
    return tuple(changes)


def describe_changes(changes: Iterable[GenreChange], most: int = 3) -> str:
    """The changes in words, the most frequent first: 7 from Classical to Jazz, 3 from Ambient to Jazz, 2 others."""
    pairs = Counter((change.before or "unsure", change.after or "unsure") for change in changes).most_common()
    parts = [f"{count:,} from {before} to {after}" for (before, after), count in pairs[:most]]
    rest = sum(count for _, count in pairs[most:])
    return ", ".join([*parts, *([f"{rest:,} other{'' if rest == 1 else 's'}"] if rest else [])])


def _batches(store: LibraryStore, rescorer: Rescorer) -> Iterator[list[tuple[Any, ...]]]:
    last = 0
    while rows := store.select(_SELECT, (rescorer.base_model.name, rescorer.base_model.base, last, _BATCH)):
        last = rows[-1][0]
        yield rows
