"""What the labels say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mgc_desktop.inference.genres import REPORT_GENRES
from mgc_desktop.inference.prediction import Timeline, TrackPrediction
from mgc_desktop.ui import wording
from mgc_desktop.workers.songs import SongTagsReader


@pytest.mark.parametrize(
    "seconds, text",
    [(0, "0:00"), (63.9, "1:03"), (599, "9:59"), (3600, "1:00:00"), (36123, "10:02:03"), (-1, "0:00")],
)
def test_clock(seconds: float, text: str) -> None:
    assert wording.clock(seconds) == text


@pytest.mark.parametrize("seconds, text", [(58.34, "0:58.3"), (59.96, "0:59.9"), (60.0, "1:00.0"), (0.3, "0:00.3")])
def test_clock_with_tenths_rounds_down(seconds: float, text: str) -> None:
    assert wording.clock(seconds, tenths=True) == text


@pytest.mark.parametrize(
    "codec, rate, text",
    [
        ("mp3", 192_000, "MP3 192 kb/s"),
        ("mp3float", None, "MP3"),
        ("vorbis", 111_800, "Ogg Vorbis 112 kb/s"),
        ("pcm_s16le", 1_411_200, "PCM"),
        ("truehd", None, "TRUEHD"),
    ],
)
def test_codec(codec: str, rate: int | None, text: str) -> None:
    assert wording.codec_name(codec, rate) == text


def test_the_line_under_the_title_leaves_out_what_is_unknown() -> None:
    full = SongTagsReader(Path("a.mp3"), "Confession", "Quesabe", "Jamendo", 147.0, "mp3", 192_000)
    assert wording.song_line(full) == "Quesabe  ·  Jamendo  ·  2:27  ·  MP3 192 kb/s"
    assert wording.song_line(SongTagsReader(Path("a.mp3"), "a")) == ""


@pytest.mark.parametrize("written", ["Hip-Hop", "hip hop", "HIPHOP", "Hip–Hop"])
def test_spellings_of_the_ten_are_recognised(written: str) -> None:
    assert wording.known_genre(written, REPORT_GENRES) == "Hip-Hop"


@pytest.mark.parametrize("written", ["Rap", "Rock", "", "爵士"])
def test_other_genres_are_not(written: str) -> None:
    assert wording.known_genre(written, REPORT_GENRES) is None


def test_the_file_agrees_differs_or_says_nothing_comparable() -> None:
    assert wording.comparison("Jazz", ["Soul", "jazz"], REPORT_GENRES) == "agrees with the file"
    assert wording.comparison("Jazz", ["Classical"], REPORT_GENRES) == "differs from the file"
    assert wording.comparison("Jazz", ["Polka"], REPORT_GENRES) is None
    assert wording.comparison(None, ["Jazz"], REPORT_GENRES) is None
    assert wording.comparison("Jazz", [], REPORT_GENRES) is None


Prediction = Callable[..., TrackPrediction]


def test_verdict_when_done(prediction: Prediction) -> None:
    said = wording.verdict(prediction("Jazz", 0.683), running=False, in_file=["Jazz"])
    assert said == wording.Verdict("Jazz", "Jazz", "68 % sure  ·  agrees with the file  ·  musicnn")


def test_no_verdict_is_wholly_certain(prediction: Prediction) -> None:
    assert wording.verdict(prediction("Jazz", 0.998), running=False).detail == "over 99 % sure  ·  musicnn"


def test_verdict_while_listening(prediction: Prediction) -> None:
    said = wording.verdict(prediction("Jazz", 0.6, analysed_seconds=35.0), running=True, in_file=["Jazz"])
    assert said == wording.Verdict("Jazz", "Jazz", "60 % sure  ·  listening… 35 %")


def test_an_unsure_verdict_has_no_colour_and_says_what_is_most_likely(prediction: Prediction) -> None:
    said = wording.verdict(prediction(None, 0.41), running=False)
    assert said == wording.Verdict("Unsure", None, "most like Jazz, 41 %  ·  musicnn")


def test_before_the_first_verdict() -> None:
    assert wording.verdict(None, running=True).headline == "Listening…"
    assert wording.verdict(None, running=False) == wording.NO_VERDICT


def test_the_timeline_as_a_sentence(timeline: Callable[..., Timeline]) -> None:
    song = timeline({"Jazz": 0.9}, {"Jazz": 0.6}, {"World": 0.9}, {"Jazz": 0.8}, step=10.0)
    assert wording.described(song) == "Jazz from 0:00 to 0:20, World from 0:20 to 0:30, Jazz from 0:30 to 0:40"
    assert wording.described(song, limit=1) == "Jazz from 0:00 to 0:20, and 2 more stretches"
    assert wording.described(timeline()) == ""
