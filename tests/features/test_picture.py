"""The picture of a song: what is stored, what is drawn from it, what it costs."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mgc_desktop.features.config import REPORT
from mgc_desktop.features.picture import FLOOR_DB, RANGE_DB, UNKNOWN, SpectrogramPicture

FRAME = REPORT.frame_seconds
HOUR = 3600.0
Decibels = NDArray[np.float32]

# from ten hours on a thousand pixels to a second on a screen of 4K
ZOOMS = (1000 / (10 * HOUR), 1000 / HOUR, 5.0, 20.0, 1 / FRAME, 50.0, 333.3, 3840.0)


def noise(frames: int, seed: int = 0) -> Decibels:
    """`(128, frames)` decibels between -60 and +20."""
    return np.random.default_rng(seed).uniform(-60, 20, (REPORT.n_mels, frames)).astype(np.float32)


def flat(frames: int, db: float) -> Decibels:
    """`(128, frames)` of the same decibels."""
    return np.full((REPORT.n_mels, frames), db, np.float32)


def filled(db: Decibels, duration: float | None = None, block: int = 500) -> SpectrogramPicture:
    """A picture that got all of `db` in blocks."""
    picture = SpectrogramPicture(duration)
    for start in range(0, db.shape[1], block):
        picture.add(start, db[:, start : start + block])
    return picture


def with_click(frame: int, frames: int, duration: float | None = None) -> SpectrogramPicture:
    """Silence with one loud frame."""
    db = flat(frames, -60)
    db[:, frame] = 20
    return filled(db, duration, block=4000)


class TestReading:
    def test_decibels_are_relative_to_the_loudest_and_right_within_half_a_step(self) -> None:
        db = noise(200)
        picture = filled(db)
        truth = db - db.max()
        for frame, row in ((0, 0), (57, 100), (199, 127)):
            assert picture.db_at(frame * FRAME, row) == pytest.approx(truth[row, frame], abs=0.5)

    def test_a_moment_belongs_to_the_frame_whose_centre_is_nearest(self) -> None:
        picture = with_click(100, 200)
        assert picture.db_at(100.49 * FRAME, 5) == 0
        assert picture.db_at(99.51 * FRAME, 5) == 0
        assert picture.db_at(100.51 * FRAME, 5) == -80
        assert picture.db_at(99.49 * FRAME, 5) == -80

    def test_nothing_is_read_where_nothing_is_known(self) -> None:
        picture = SpectrogramPicture(60.0)
        assert picture.db_at(1.0, 0) is None
        assert picture.loudest_row(1.0) is None
        picture.add(0, noise(10))
        assert picture.db_at(5 * FRAME, 0) is not None
        assert picture.db_at(12 * FRAME, 0) is None
        assert picture.db_at(-1.0, 0) is None
        assert picture.db_at(1e6, 0) is None

    def test_the_loudest_row_is_found(self) -> None:
        db = flat(10, -50)
        db[77, 4] = 10
        picture = filled(db)
        assert picture.loudest_row(4 * FRAME) == 77

    def test_what_grows_louder_later_lowers_what_came_before(self) -> None:
        picture = filled(flat(10, -10))
        assert picture.db_at(0.0, 0) == 0
        picture.add(10, flat(10, 20))
        assert picture.db_at(0.0, 0) == -30

    def test_silence_is_silent_although_nothing_is_louder(self) -> None:
        picture = filled(flat(50, -100))
        assert picture.db_at(0.5, 3) == -RANGE_DB
        assert picture.loudest_row(0.5) is None

    def test_levels_beyond_the_scale_stay_on_it(self) -> None:
        picture = filled(np.concatenate([flat(5, 90), flat(5, -300)], axis=1))
        assert picture.db_at(0.0, 0) == 0
        assert picture.db_at(8 * FRAME, 0) == -RANGE_DB


class TestDrawing:
    @pytest.mark.parametrize("pixels_per_second", ZOOMS)
    @pytest.mark.parametrize("frame", [0, 1, 997, 12_345])
    def test_a_click_is_drawn_at_its_moment_at_every_zoom(self, pixels_per_second: float, frame: int) -> None:
        picture = with_click(frame, 20_000)
        exact = frame * FRAME * pixels_per_second
        first = max(0, int(exact) - 400)
        column = picture.sample(first, 800, pixels_per_second).max(axis=1)
        peaks = first + np.flatnonzero(column == column.max())
        within = max(1.0, FRAME * pixels_per_second)
        assert abs(peaks.mean() + 0.5 - exact) <= within + 0.5 * (frame == 0) * within

    @pytest.mark.parametrize("pixels_per_second", ZOOMS)
    def test_a_click_in_ten_hours_is_drawn_at_its_moment_within_a_column(self, pixels_per_second: float) -> None:
        frame = 1_234_567
        picture = SpectrogramPicture(10 * HOUR)
        picture.add(frame - 3000, flat(6000, -60))
        picture.add(frame, flat(1, 20))
        exact = frame * FRAME * pixels_per_second
        first = max(0, int(exact) - 2000)
        column = picture.sample(first, 4000, pixels_per_second).max(axis=1)
        peaks = first + np.flatnonzero(column == column.max())
        assert abs(peaks.mean() + 0.5 - exact) <= max(1.0, picture.column_seconds * pixels_per_second)

    @pytest.mark.parametrize("pixels_per_second", ZOOMS)
    def test_a_steady_tone_is_equally_bright_at_every_zoom(self, pixels_per_second: float) -> None:
        picture = filled(flat(20_000, -17.5))
        count = int(20_000 * FRAME * pixels_per_second)
        assert set(np.unique(picture.sample(0, min(count, 5000), pixels_per_second))) == {picture.loudest}

    def test_wide_columns_blend_into_each_other(self) -> None:
        db = flat(3, -20)
        db[:, 1] = 20
        ramp = filled(db).sample(0, 300, 100 / FRAME)[:, 0].astype(int)
        assert ramp[100] == ramp.max()
        assert (np.diff(ramp[:100]) >= 0).all()
        assert (np.diff(ramp[100:200]) <= 0).all()
        assert ramp[50] == pytest.approx((ramp[0] + ramp[100]) / 2, abs=1)

    def test_short_runs_show_their_loudest_long_ones_the_mean(self) -> None:
        db = flat(8192, -60)
        db[:, ::64] = 20
        picture = filled(db)
        a_few_frames = picture.sample(0, 500, 1 / FRAME / 8).max()
        many_frames = picture.sample(0, 8, 1 / FRAME / 1024).max()
        assert a_few_frames == picture.loudest
        assert many_frames < picture.loudest - 100

    def test_what_is_not_decoded_is_marked_and_nothing_else(self) -> None:
        picture = SpectrogramPicture(100 * FRAME)
        picture.add(20, noise(30))
        drawn = picture.sample(0, 1500, 10 / FRAME)[:, 0] != UNKNOWN
        frames = np.round((np.arange(1500) + 0.5) / 10)
        assert np.array_equal(drawn, (frames >= 20) & (frames < 50))

    def test_nothing_is_drawn_beyond_the_end_of_memory(self) -> None:
        picture = filled(noise(1024))
        for zoom in (0.01 / FRAME, 0.3 / FRAME, 3 / FRAME):
            beyond = picture.sample(int(1030 * FRAME * zoom) + 200, 50, zoom)
            assert (beyond == UNKNOWN).all()


class TestBlocks:
    @given(
        cuts=st.lists(st.integers(1, 19_999), max_size=8, unique=True),
        order=st.randoms(use_true_random=False),
        duration=st.sampled_from([None, 1.0, 20_000 * FRAME]),
    )
    @settings(max_examples=20, deadline=None)
    def test_the_picture_is_the_same_however_it_comes(
        self, cuts: list[int], order: random.Random, duration: float | None
    ) -> None:
        db = noise(20_000)
        blocks = [(a, db[:, a:b]) for a, b in itertools.pairwise([0, *sorted(cuts), 20_000])]
        order.shuffle(blocks)
        picture = SpectrogramPicture(duration, max_columns=1024)  # so that its columns grow on the way
        for start, block in blocks:
            picture.add(start, block)
        whole = SpectrogramPicture(20_000 * FRAME, max_columns=1024)
        whole.add(0, db)
        assert picture.frames_per_column == whole.frames_per_column == 32
        for zoom in (1.0, 20.0, 200.0):
            assert np.array_equal(picture.sample(0, 400, zoom), whole.sample(0, 400, zoom))

    def test_an_empty_block_changes_nothing(self) -> None:
        picture = SpectrogramPicture()
        picture.add(0, noise(0))
        assert picture.end == 0
        assert picture.loudest == UNKNOWN

    def test_the_change_is_told_in_seconds(self) -> None:
        start, stop = SpectrogramPicture().add(100, noise(50))
        assert start <= 99.5 * FRAME
        assert stop >= 149.5 * FRAME
        assert stop - start < 60 * FRAME

    def test_the_end_is_that_of_the_last_block(self) -> None:
        assert filled(noise(321)).end == pytest.approx(321 * FRAME)


class TestMemory:
    @pytest.mark.parametrize(
        ("hours", "frames_per_column"), [(0.05, 1), (0.98, 1), (1.5, 2), (3.0, 4), (10.0, 16), (24.0, 32)]
    )
    def test_long_songs_have_longer_columns_and_never_more_than_forty_megabytes(
        self, hours: float, frames_per_column: int
    ) -> None:
        picture = SpectrogramPicture(hours * HOUR)
        assert picture.frames_per_column == frames_per_column
        assert picture.nbytes <= 40e6

    def test_a_length_that_was_not_told_ends_in_the_same_picture(self) -> None:
        db = noise(2500)
        surprised, told = SpectrogramPicture(max_columns=1024), SpectrogramPicture(2500 * FRAME, max_columns=1024)
        for picture in (surprised, told):
            picture.add(0, db)
        assert surprised.frames_per_column == told.frames_per_column == 4
        assert np.array_equal(surprised.sample(0, 300, 5.0), told.sample(0, 300, 5.0))
        assert surprised.nbytes <= told.nbytes

    def test_levels_fit_a_byte_from_silence_to_more_than_full_scale(self) -> None:
        assert FLOOR_DB + 254 / 2 >= 45
