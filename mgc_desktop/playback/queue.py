"""The queue of songs to play."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A song in the queue; unknown values are empty. A song may be in the queue more than once."""

    path: Path
    title: str = ""
    artist: str = ""
    duration: float | None = None


class Repeat(Enum):
    """What happens at the end of a song or of the queue."""

    OFF = "off"
    ALL = "all"
    ONE = "one"


class PlayQueue:
    """A list of songs, of which one is current.

    `on_change` is called after each change of the songs, of the current one, or of `repeat`. Used on one thread.
    """

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self.on_change = on_change
        self._items: list[QueueItem] = []
        self._index: int | None = None
        self._repeat = Repeat.OFF

    def __len__(self) -> int:
        return len(self._items)

    @property
    def items(self) -> tuple[QueueItem, ...]:
        """All songs in their order."""
        return tuple(self._items)

    @property
    def index(self) -> int | None:
        """The position of the current song; None without one."""
        return self._index

    @property
    def current(self) -> QueueItem | None:
        """The current song."""
        return None if self._index is None else self._items[self._index]

    @property
    def repeat(self) -> Repeat:
        """What happens at the end of a song or of the queue."""
        return self._repeat

    @repeat.setter
    def repeat(self, repeat: Repeat) -> None:
        self._repeat = repeat
        self.on_change()

    def add(self, items: Iterable[QueueItem]) -> None:
        """Append songs; the current song stays current."""
        self.insert(len(self._items), items)

    def insert(self, at: int, items: Iterable[QueueItem]) -> None:
        """Insert songs before position `at`; the current song stays current."""
        new = list(items)
        at = min(max(at, 0), len(self._items))
        self._items[at:at] = new
        if self._index is not None and at <= self._index:
            self._index += len(new)
        self.on_change()

    def replace(self, position: int, item: QueueItem) -> None:
        """Replace the data of a song."""
        self._items[position] = item
        self.on_change()

    def remove(self, positions: Sequence[int]) -> list[tuple[int, QueueItem]]:
        """Remove songs, and return them with their positions, as `restore` needs them. If the current one is removed,
        the next remaining song becomes current, else the one before."""
        gone = set(positions)
        removed = [(i, item) for i, item in enumerate(self._items) if i in gone]
        if self._index is not None:
            before = sum(position < self._index for position in gone)
            left = len(self._items) - len(gone)
            self._index = min(self._index - before, left - 1) if left else None
        self._items = [item for i, item in enumerate(self._items) if i not in gone]
        self.on_change()
        return removed

    def restore(self, removed: Sequence[tuple[int, QueueItem]]) -> None:
        """Insert songs that `remove` returned, with ascending positions; the current song stays current.

        If the queue has changed since, they are inserted as near to their positions as possible.
        """
        for position, item in removed:
            at = min(position, len(self._items))
            self._items.insert(at, item)
            if self._index is not None and at <= self._index:
                self._index += 1
        self.on_change()

    def move(self, source: int, target: int) -> None:
        """Move the song at `source` to the position `target`, counted without it; the current one stays current."""
        item = self._items.pop(source)
        self._items.insert(target, item)
        if self._index == source:
            self._index = target
        elif self._index is not None:
            self._index += (target <= self._index - (source < self._index)) - (source < self._index)
        self.on_change()

    def clear(self) -> None:
        """Remove all songs."""
        self._items.clear()
        self._index = None
        self.on_change()

    def select(self, index: int) -> QueueItem:
        """Make the song at `index` current."""
        item = self._items[index]
        self._index = index
        self.on_change()
        return item

    def peek(self) -> QueueItem | None:
        """The song that follows after the end of the current one; None if that is the last."""
        index = self._index if self._repeat is Repeat.ONE else self._neighbour(+1)
        return None if index is None else self._items[index]

    def advance(self) -> QueueItem | None:
        """Go to the song that follows after the end of the current one. None, and no change, if that is the last."""
        return self.current if self._repeat is Repeat.ONE else self.next()

    def next(self) -> QueueItem | None:
        """Go to the next song, even if one song is repeated. None, and no change, if there is none."""
        return self._step(+1)

    def previous(self) -> QueueItem | None:
        """Go to the previous song. None, and no change, if there is none."""
        return self._step(-1)

    def _step(self, by: int) -> QueueItem | None:
        index = self._neighbour(by)
        return None if index is None else self.select(index)

    def _neighbour(self, by: int) -> int | None:
        if not self._items:
            return None
        if self._index is None:
            return 0 if by > 0 else len(self._items) - 1
        index = self._index + by
        if self._repeat is Repeat.OFF and not 0 <= index < len(self._items):
            return None
        return index % len(self._items)
