"""Synthetic styles: which grooves are chosen, what is played, and that the same command gives the same sounds."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.audio.decode import probe
from mgc_desktop.training.datasets import open_dataset
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.product.render_styles import (
    LIBRARY,
    SOUND_FONT,
    SR,
    RenderedStyle,
    Take,
    choose,
    main,
    play,
    read_styles,
    render_all,
    require_tools,
)
from mgc_desktop.training.product.style_songs import ANY, MANNERS, song

tools = pytest.mark.skipif(
    shutil.which("mma") is None or shutil.which("fluidsynth") is None or not SOUND_FONT.is_file(),
    reason="needs mma, fluidsynth and fluid-soundfont-gm",
)
BEBOP = RenderedStyle("stdlib/bebop", ("Bebop",), 4, False)
SHUFFLE = RenderedStyle("casio/shuffle", tuple(f"S{i}" for i in range(50)), 4, False)


@pytest.mark.parametrize(
    ("name", "genre"),
    [
        ("stdlib/bebop", "Jazz"),
        ("zoom/hiphop", "Hip-Hop"),
        ("casio/hip-hop", "Hip-Hop"),
        ("zoom/dnb", "Electronica"),
        ("pflib/metal1", "Hard Rock"),
        ("stdlib/salsa", "World"),
        ("casio/ambient2", "Ambient"),
        ("casio/digitalrock", "Electro Rock"),
        ("casio/jazzrock", None),
        ("stdlib/folkyjazz", None),
        ("stdlib/westernswing", None),
        ("stdlib/waltz", None),
    ],
)
def test_a_style_has_a_genre_only_where_its_name_is_plain(name: str, genre: str | None) -> None:
    assert RenderedStyle(name, ("x",), 4, False).genre == genre


def test_intros_fills_and_endings_are_no_grooves(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    grooves = "".join(f"DefGroove {name}\n" for name in ("Waltz", "WaltzIntro8", "WaltzEnd", "WaltzFill"))
    text = f"Time 3\nBegin Drum-Kick\nEnd\n{grooves}"
    (tmp_path / "lib" / "waltz.mma").write_text(text)
    assert read_styles(tmp_path) == [RenderedStyle("lib/waltz", ("Waltz",), 3, True)]
    with pytest.raises(TrainingError, match="no grooves"):
        read_styles(tmp_path / "lib")


def test_the_songs_are_dealt_out_evenly_and_a_rare_genre_is_played_again() -> None:
    takes = choose([SHUFFLE, BEBOP], 16)
    assert Counter(t.style.genre for t in takes) == {None: 12, "Jazz": 4}
    assert [t.path for t in takes if t.style is BEBOP][:2] == ["stdlib/bebop/Bebop-1.flac", "stdlib/bebop/Bebop-2.flac"]
    assert len({t.path for t in takes}) == 16


def test_a_song_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    first, again, other = (song("x:y", "Jazz", 4, 20, seed, band=True) for seed in ("a", "a", "b"))
    assert first == again != other
    assert "Chord-Band" in first and "Chord-Band" not in song("x:y", "Jazz", 4, 20, "a", band=False)


def test_missing_tools_are_named_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="apt-get install"):
        require_tools(tmp_path / "none.sf2")


@tools
def test_the_library_has_styles_of_all_these_genres() -> None:
    styles = read_styles(LIBRARY)
    assert len(styles) > 200
    assert {s.genre for s in styles} == {*MANNERS, None}


@tools
@pytest.mark.parametrize("genre", [*MANNERS, ""])
def test_every_voice_and_every_chord_of_a_manner_is_one_that_mma_knows(genre: str) -> None:
    manner = MANNERS.get(genre, ANY)
    style = RenderedStyle("zoom/rock", ("ROCK01",), 4, True)
    assert manner.chords
    y = play(Take(style, "ROCK01", 1), 3, 0, SOUND_FONT)
    assert len(y) == 3 * SR and 0.89 < np.abs(y).max() < 0.91


@tools
def test_makes_songs_and_a_list_that_opens_as_a_data_set_and_goes_on_where_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [str(tmp_path), "--seconds", "3", "--most", "11"]
    assert main(command) == 0
    rows = list(csv.DictReader((tmp_path / "tracks.tsv").open(encoding="utf-8"), delimiter="\t"))
    assert len(rows) == 11
    assert all(row["evidence"] == ("guess" if row["genre"] else "") for row in rows)
    dataset = open_dataset(tmp_path / "tracks.tsv", "tracks")
    assert len(dataset) == 11 and dataset.labelled == (), "a guess never measures"
    first = tmp_path / rows[0]["path"]
    heard = probe(first)
    assert heard.sr == SR and abs(heard.duration - 3) < 0.01

    before, kept = first.read_bytes(), tmp_path / rows[1]["path"]
    stamp = kept.stat().st_mtime_ns
    first.unlink()
    assert main(command) == 0
    assert first.read_bytes() == before, "the same command makes the same sound"
    assert kept.stat().st_mtime_ns == stamp, "what is there is not made again"


@tools
def test_a_groove_that_fails_is_named_and_the_rest_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    takes = [Take(BEBOP, "Bebop", 1), Take(BEBOP, "NoSuchGroove", 1)]
    failed = render_all(takes, tmp_path, 3, 0, SOUND_FONT)
    assert len(failed) == 1 and "NoSuchGroove" in failed[0] and "mma:" in failed[0]
    assert (tmp_path / "stdlib/bebop/Bebop-1.flac").is_file()
