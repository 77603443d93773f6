"""`mgc self-test`: the bundled numbers hold here, and what is broken is found."""

from __future__ import annotations

import json
import shutil

import pytest

from mgc_desktop.cli import main
from mgc_desktop.cli.self_test import NUMBERS, check, compare
from mgc_desktop.paths import resources_dir

EXPECTED = json.loads((resources_dir() / "demo" / NUMBERS).read_text(encoding="utf-8"))


@pytest.fixture
def demo(tmp_path):
    """A copy of what the test needs."""
    for name in (NUMBERS, EXPECTED["song"]):
        shutil.copy(resources_dir() / "demo" / name, tmp_path)
    return tmp_path


def test_passes_here(capsys):
    """If the model or the song was changed on purpose: python tools/make_self_test.py."""
    status = main(["self-test"])
    assert (status, capsys.readouterr().out) == (0, "PASS\n")


def test_missing_song(demo):
    (demo / EXPECTED["song"]).unlink()
    (problem,) = check(demo)
    assert EXPECTED["song"] in problem and "not there" in problem


def test_another_song(demo, sounds, write_audio):
    shutil.move(write_audio("other.mp3", sounds.chirp(6)), demo / EXPECTED["song"])
    problems = " ".join(check(demo))
    assert "decoding" in problems and "mel-spectrogram" in problems and "genres" in problems


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", '{"song": 1}'])
def test_damaged_numbers(demo, text):
    (demo / NUMBERS).write_text(text)
    (problem,) = check(demo)
    assert NUMBERS in problem


def test_equal_numbers_pass():
    assert list(compare(EXPECTED, json.loads(json.dumps(EXPECTED)))) == []


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [
        ("duration", EXPECTED["duration"] + 0.1, "decoding"),
        ("picture", [level + 0.2 for level in EXPECTED["picture"]], "mel-spectrogram"),
        ("picture", EXPECTED["picture"][:-1], "mel-spectrogram"),
        ("probabilities", {**EXPECTED["probabilities"], EXPECTED["genre"]: 0.5}, "genres"),
        ("tags", {}, "tags"),
        ("genre", None, "is None instead of"),
        ("model", "another 9.9", "another 9.9"),
    ],
)
def test_each_difference_is_named(key, value, what):
    (problem,) = compare(EXPECTED, {**EXPECTED, key: value})
    assert what in problem
