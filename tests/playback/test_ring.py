"""The ring buffer gives back what was put in, in order, whatever the pieces."""

from __future__ import annotations

import threading

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mgc_desktop.playback.ring import RingBuffer


def numbered(start: int, count: int) -> np.ndarray:
    return np.repeat(np.arange(start, start + count, dtype=np.float32)[:, np.newaxis], 2, axis=1)


def test_an_empty_ring_gives_nothing_and_leaves_the_target_alone() -> None:
    out = np.full((4, 2), 7.0, np.float32)

    assert RingBuffer(8).read_into(out) == 0
    assert (out == 7.0).all()


def test_a_full_ring_takes_only_what_fits() -> None:
    ring = RingBuffer(8)

    assert ring.write(numbered(0, 5)) == 5
    assert ring.write(numbered(5, 5)) == 3
    assert (ring.readable, ring.writable) == (8, 0)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 20)), max_size=60))
def test_any_order_of_writing_and_reading_gives_the_frames_in_their_order(steps: list[tuple[bool, int]]) -> None:
    ring, written, seen = RingBuffer(13), 0, []
    for writes, count in steps:
        if writes:
            written += ring.write(numbered(written, count))
        else:
            out = np.zeros((count, 2), np.float32)
            seen.append(out[: ring.read_into(out)])
        assert ring.readable + ring.writable == 13

    out = np.zeros((13, 2), np.float32)
    seen.append(out[: ring.read_into(out)])
    assert np.array_equal(np.concatenate(seen), numbered(0, written))


def test_two_threads_lose_and_mix_up_nothing() -> None:
    ring, total, seen = RingBuffer(64), 50_000, []

    def produce() -> None:
        done = 0
        while done < total:
            done += ring.write(numbered(done, min(37, total - done)))

    producer = threading.Thread(target=produce)
    producer.start()
    while sum(map(len, seen)) < total:
        out = np.zeros((29, 2), np.float32)
        seen.append(out[: ring.read_into(out)])
    producer.join()

    assert np.array_equal(np.concatenate(seen), numbered(0, total))
