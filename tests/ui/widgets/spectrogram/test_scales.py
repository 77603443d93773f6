"""What the numbers along the picture say."""

from __future__ import annotations

import itertools

import pytest

from mgc_desktop.features.config import REPORT
from mgc_desktop.features.mel import filter_bank
from mgc_desktop.ui.widgets.spectrogram.scales import (
    HZ_TICKS,
    MelScale,
    decibel_label,
    hz_label,
    note_name,
    reading,
    time_label,
    time_ticks,
)

SCALE = MelScale()

# librosa.mel_frequencies(n_mels=130, fmin=0, fmax=8000): edge, centres of the 128 filters, edge
LIBROSA = {0: 0.0, 1: 23.38276, 43: 1005.64528, 64: 1668.66748, 100: 3975.42952, 128: 7809.39462, 129: 8000.0}


class TestMelScale:
    @pytest.mark.parametrize(("height", "hz"), LIBROSA.items())
    def test_the_centres_of_the_filters_are_where_librosa_has_them(self, height: int, hz: float) -> None:
        assert SCALE.hz(height) == pytest.approx(hz, rel=1e-6)

    @pytest.mark.parametrize("hz", [0, 20, 440, 999, 1000, 1001, 4186, 8000])
    def test_there_and_back(self, hz: float) -> None:
        assert SCALE.hz(SCALE.height(hz)) == pytest.approx(hz)

    def test_each_filter_is_loudest_for_the_frequency_at_its_height(self) -> None:
        bins = filter_bank(REPORT).argmax(axis=1) * REPORT.sr / REPORT.n_fft
        heights = [SCALE.height(hz) for hz in bins]
        assert heights == pytest.approx([row + 1 for row in range(REPORT.n_mels)], abs=0.5)

    def test_the_picture_reaches_from_the_lowest_to_the_highest_frequency(self) -> None:
        assert SCALE.hz(0) == REPORT.fmin
        assert SCALE.hz(SCALE.top) == pytest.approx(REPORT.fmax)

    def test_each_filter_is_nearest_to_its_own_centre(self) -> None:
        assert [SCALE.row(row + 1) for row in range(REPORT.n_mels)] == list(range(REPORT.n_mels))
        assert SCALE.row(0) == 0
        assert SCALE.row(SCALE.top) == REPORT.n_mels - 1

    def test_every_tick_lies_on_the_picture(self) -> None:
        assert all(0 <= SCALE.height(hz) <= SCALE.top for hz in HZ_TICKS)


@pytest.mark.parametrize(
    ("hz", "note"),
    [
        (440, "A4"),
        (1480, "F♯6"),
        (261.63, "C4"),
        (27.5, "A0"),
        (7902.1, "B8"),
        (452, "A4"),
        (16.35, "C0"),
        (5, "–"),
        (0, "–"),
    ],
)
def test_notes(hz: float, note: str) -> None:
    assert note_name(hz) == note


@pytest.mark.parametrize(
    ("seconds", "decimals", "text"),
    [
        (0, 0, "0:00"),
        (58.34, 1, "0:58.3"),
        (59.96, 1, "1:00.0"),
        (59.96, 0, "1:00"),
        (3599.7, 0, "1:00:00"),
        (3723, 0, "1:02:03"),
        (36000, 0, "10:00:00"),
        (-0.01, 1, "0:00.0"),
    ],
)
def test_times(seconds: float, decimals: int, text: str) -> None:
    assert time_label(seconds, decimals) == text


@pytest.mark.parametrize(("hz", "text"), [(100, "100"), (500, "500"), (1000, "1 k"), (8000, "8 k")])
def test_frequencies(hz: int, text: str) -> None:
    assert hz_label(hz) == text


class TestTimeTicks:
    @pytest.mark.parametrize("span", [0.5, 1, 3, 15, 60, 200, 1000, 5000, 36000])
    @pytest.mark.parametrize("start", [0, 0.05, 7.3, 3595])
    @pytest.mark.parametrize("most", [4, 10, 30])
    def test_they_are_round_evenly_spaced_in_sight_and_not_too_many(self, span: float, start: float, most: int) -> None:
        times = [t for t, _ in time_ticks(start, span, most)]
        assert all(start - 1e-6 <= t <= start + span + 1e-6 for t in times)
        assert len(times) <= most + 1
        steps = {round(b - a, 6) for a, b in itertools.pairwise(times)}
        assert len(steps) <= 1

    @pytest.mark.parametrize("span", [1, 15, 200, 36000])
    def test_there_are_enough_to_find_ones_way(self, span: float) -> None:
        assert len(time_ticks(0, span, 10)) >= 4

    def test_labels_differ_at_the_deepest_zoom(self) -> None:
        labels = [label for _, label in time_ticks(58.0, 1.0, 12)]
        assert labels[:3] == ["0:58.0", "0:58.1", "0:58.2"]
        assert len(set(labels)) == len(labels)

    def test_hours_are_named(self) -> None:
        assert ("5:00:00" in [label for _, label in time_ticks(0, 36000, 10)]) is True


class TestReading:
    def test_it_says_time_frequency_note_and_loudness(self) -> None:
        assert reading(58.3, 1479.98, -23.2) == "0:58.3   1,480 Hz   F♯6   −23 dB"

    def test_figures_keep_their_places(self) -> None:
        lengths = {len(reading(58.3, hz, db)) for hz, db in ((95, -5.0), (440, -23.0), (7040, 0.0), (1480, -79.0))}
        assert len(lengths) == 1

    def test_without_decibels_nothing_is_claimed(self) -> None:
        assert "dB" not in reading(58.3, 440, None)

    def test_the_floor_is_said_to_be_one(self) -> None:
        assert decibel_label(-80) == "≤ −80 dB"
        assert decibel_label(0).strip("\N{FIGURE SPACE}") == "0 dB"
