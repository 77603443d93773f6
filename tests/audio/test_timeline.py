"""Where frames belong, and what is said about damage."""

from __future__ import annotations

from fractions import Fraction

import pytest

from mgc_desktop.audio.timeline import Clock, Health


class TestClock:
    @pytest.mark.parametrize("time_base", [Fraction(1, 44100), Fraction(1, 14112000), Fraction(1, 1000)])
    def test_timestamps_and_samples_there_and_back(self, time_base):
        clock = Clock(44100, time_base, first_pts=1000)
        assert clock.index(1000) == 0
        for index in (0, 4410, 441000, 10 * 3600 * 44100):
            assert clock.index(clock.pts(index)) == index

    def test_small_differences_are_rounding(self):
        clock = Clock(1000, Fraction(1, 1000), 0)
        assert clock.gap(cursor=500, pts=510, tolerance=0.01) == 0
        assert clock.gap(cursor=500, pts=490, tolerance=0.01) == 0

    def test_a_gap_is_found(self):
        assert Clock(1000, Fraction(1, 1000), 0).gap(cursor=500, pts=700, tolerance=0.01) == 200

    @pytest.mark.parametrize("pts", [0, 10**9, None])
    def test_timestamps_that_jump_are_not_believed_again(self, pts):
        clock = Clock(1000, Fraction(1, 1000), 0)
        assert clock.reliable
        assert clock.gap(cursor=5000, pts=pts, tolerance=0.01) == 0
        assert not clock.reliable
        assert clock.index(6000) is None
        assert clock.gap(cursor=5000, pts=6000, tolerance=0.01) == 0

    @pytest.mark.parametrize(("time_base", "first"), [(None, 0), (Fraction(1, 1000), None)])
    def test_without_timestamps(self, time_base, first):
        assert not Clock(1000, time_base, first).reliable


class TestHealth:
    def test_nothing_wrong(self):
        health = Health()
        health.ended(10, 10.2)
        assert health.warnings(1000) == ()

    def test_neighbours_are_one_passage(self):
        health = Health()
        health.add_damage(100, 50)
        health.add_damage(150, 50)
        assert health.warnings(1000) == ("1 damaged passage was skipped or silenced (0.10 s in all).",)
        health.add_damage(5000, 400)
        assert health.warnings(1000) == ("2 damaged passages were skipped or silenced (0.50 s in all).",)

    def test_second_visit_does_not_count(self):
        health = Health()
        health.add_damage(5000, 400)
        health.add_damage(5000, 400)
        health.add_damage(100, 400)
        assert "1 damaged passage was" in health.warnings(1000)[0]

    @pytest.mark.parametrize(
        ("duration", "promised", "cut"), [(50, 180, True), (179, 180, False), (180, None, False), (3, 2, False)]
    )
    def test_cut_off(self, duration, promised, cut):
        health = Health()
        health.ended(duration, promised)
        assert bool(health.warnings(1000)) is cut
