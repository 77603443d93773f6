"""The queue of songs: what is current, what comes next, whatever is put in, moved or taken out."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mgc_desktop.playback.queue import PlayQueue, QueueItem, Repeat


def songs(names: str) -> list[QueueItem]:
    return [QueueItem(Path(f"{name}.mp3"), title=name) for name in names]


def names(queue: PlayQueue) -> str:
    return "".join(item.title for item in queue.items)


def queue_of(letters: str, current: str = "", repeat: Repeat = Repeat.OFF) -> PlayQueue:
    queue = PlayQueue()
    queue.add(songs(letters))
    if current:
        queue.select(letters.index(current))
    queue.repeat = repeat
    return queue


def title(item: QueueItem | None) -> str | None:
    return None if item is None else item.title


def test_a_new_queue_is_empty_and_has_no_current_song() -> None:
    queue = PlayQueue()

    assert (len(queue), queue.items, queue.current, queue.index) == (0, (), None, None)
    assert queue.next() is queue.previous() is queue.peek() is None


def test_the_first_song_to_come_is_the_first_of_the_queue() -> None:
    assert title(queue_of("abc").peek()) == "a"
    assert title(queue_of("abc").next()) == "a"
    assert title(queue_of("abc").previous()) == "c"


@pytest.mark.parametrize(
    ("repeat", "current", "ended", "next_", "previous"),
    [
        (Repeat.OFF, "a", "b", "b", None),
        (Repeat.OFF, "c", None, None, "b"),
        (Repeat.ALL, "c", "a", "a", "b"),
        (Repeat.ALL, "a", "b", "b", "c"),
        (Repeat.ONE, "b", "b", "c", "a"),
        (Repeat.ONE, "c", "c", "a", "b"),
    ],
)
def test_what_follows(repeat: Repeat, current: str, ended: str | None, next_: str | None, previous: str | None) -> None:
    assert title(queue_of("abc", current, repeat).peek()) == ended
    assert title(queue_of("abc", current, repeat).advance()) == ended
    assert title(queue_of("abc", current, repeat).next()) == next_
    assert title(queue_of("abc", current, repeat).previous()) == previous


def test_at_the_end_the_last_song_stays_current() -> None:
    queue = queue_of("abc", "c")

    assert queue.next() is None
    assert title(queue.current) == "c"


@pytest.mark.parametrize(
    ("at", "result"),
    [(0, "xyabc"), (1, "axybc"), (3, "abcxy"), (99, "abcxy"), (-5, "xyabc")],
)
def test_inserting_keeps_the_current_song_current(at: int, result: str) -> None:
    queue = queue_of("abc", "b")
    queue.insert(at, songs("xy"))

    assert names(queue) == result
    assert title(queue.current) == "b"


@pytest.mark.parametrize(
    ("gone", "result", "current"),
    [
        ("a", "bcd", "c"),
        ("d", "abc", "c"),
        ("c", "abd", "d"),
        ("cd", "ab", "b"),
        ("bc", "ad", "d"),
        ("abd", "c", "c"),
        ("abcd", "", None),
    ],
)
def test_where_the_current_song_is_taken_out_the_next_becomes_current(
    gone: str, result: str, current: str | None
) -> None:
    queue = queue_of("abcd", "c")
    queue.remove(["abcd".index(letter) for letter in gone])

    assert names(queue) == result
    assert title(queue.current) == current


def test_knowledge_about_a_song_can_be_added() -> None:
    queue = queue_of("abc", "b")
    queue.replace(1, QueueItem(Path("b.mp3"), title="Bolero", artist="Ravel", duration=900.0))

    assert queue.current == QueueItem(Path("b.mp3"), "Bolero", "Ravel", 900.0)


def test_every_change_is_told_and_nothing_else() -> None:
    told = []
    queue = PlayQueue(lambda: told.append(names(queue)))

    queue.add(songs("ab"))
    queue.select(0)
    queue.repeat = Repeat.ALL
    queue.move(0, 1)
    queue.next()
    queue.remove([0])
    queue.clear()
    assert told == ["ab", "ab", "ab", "ba", "ba", "a", ""]

    queue.peek()
    queue.next()
    assert len(told) == 7


@given(st.integers(1, 7), st.data())
def test_moving_is_taking_out_and_putting_in(count: int, data: st.DataObject) -> None:
    letters = "abcdefg"[:count]
    source, target, current = (data.draw(st.integers(0, count - 1)) for _ in range(3))
    queue = queue_of(letters, letters[current])

    queue.move(source, target)

    expected = list(letters)
    expected.insert(target, expected.pop(source))
    assert names(queue) == "".join(expected)
    assert title(queue.current) == letters[current]


class AnyUse(RuleBasedStateMachine):
    """Whatever is done: the current song is one of the queue, and stays current unless it is taken out."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = PlayQueue()
        self.made = 0

    def fresh(self, count: int) -> list[QueueItem]:
        self.made += count
        return [QueueItem(Path(f"{i}.mp3")) for i in range(self.made - count, self.made)]

    @rule(at=st.integers(0, 9), count=st.integers(0, 3))
    def insert(self, at: int, count: int) -> None:
        before = self.queue.current
        self.queue.insert(at, self.fresh(count))
        assert self.queue.current is before

    @precondition(lambda self: len(self.queue))
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        positions = data.draw(st.sets(st.integers(0, len(self.queue) - 1)))
        before, stays = self.queue.current, self.queue.index not in positions
        self.queue.remove(sorted(positions))
        if stays:
            assert self.queue.current is before

    @precondition(lambda self: len(self.queue))
    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        before = self.queue.current
        self.queue.move(*(data.draw(st.integers(0, len(self.queue) - 1)) for _ in range(2)))
        assert self.queue.current is before

    @rule(step=st.sampled_from(["next", "previous", "advance"]), repeat=st.sampled_from(Repeat))
    def step(self, step: str, repeat: Repeat) -> None:
        self.queue.repeat = repeat
        item = getattr(self.queue, step)()
        assert item is None or item is self.queue.current

    @invariant()
    def the_current_song_is_in_the_queue(self) -> None:
        if self.queue.index is None:
            assert self.queue.current is None
        else:
            assert self.queue.items[self.queue.index] is self.queue.current


TestAnyUse = AnyUse.TestCase


@pytest.mark.parametrize("current", [None, 0, 2, 4])
@pytest.mark.parametrize("gone", [(0, 1, 2, 3, 4), (0, 1, 3, 4), (2,), (4, 0)])
def test_what_was_taken_out_comes_back_to_its_places(current: int | None, gone: tuple[int, ...]) -> None:
    queue = PlayQueue()
    items = [QueueItem(Path(f"/m/{i}.mp3")) for i in range(5)]
    queue.add(items)
    if current is not None:
        queue.select(current)
    removed = queue.remove(gone)
    playing = queue.current
    queue.restore(removed)
    assert list(queue.items) == items
    assert queue.current == playing


def test_songs_that_came_meanwhile_stay_behind_those_that_come_back() -> None:
    queue = PlayQueue()
    items = [QueueItem(Path(f"/m/{i}.mp3")) for i in range(3)]
    queue.add(items)
    queue.select(1)
    removed = queue.remove([0, 2])
    late = QueueItem(Path("/m/late.mp3"))
    queue.add([late])
    queue.restore(removed)
    assert list(queue.items) == [*items, late]
    assert queue.current == items[1]
