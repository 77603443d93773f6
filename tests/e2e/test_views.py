"""The views beside Listen and Library in a real window, used by mouse and keys, with songs that were really heard.

The program is used once from one end to the other (`used_program.py`); the tests read what was seen.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any

import mutagen
import numpy as np
import pytest
from PySide6.QtGui import QImage

from mgc_desktop.inference.registry import list_models
from mgc_desktop.library.query import Query
from mgc_desktop.library.song import Song, State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.ui.opener import demo_songs
from mgc_desktop.ui.theme import DARK, GENRE_COLOURS, LIGHT

# Part of the name of a demo song: its folder, the genre that is written into the files, the year of the first.
SONGS = {
    "Metal Madness": ("metal", "Metal", 2006),  # another name of Hard Rock, which is heard
    "Stage 3": ("shooters", "Electronica", 2002),
    "Sunflower": ("ragtime", "Jazz", 1994),  # heard as Classical
    "Founders": ("games", "", 2013),
}
ARTISTS = ("First", "Second", "Third", "Fourth")  # the first has the whole of each song, the others a part
PART = 12  # seconds of a part
APART = 18  # seconds from the beginning of one to that of the next
BYTES = 16_000  # of a demo song for a second: 128 kb/s all through
TIMEOUT = 1500  # seconds
VIEWS = ("map", "genres", "confusion", "hears", "models", "teach", "train")

pytestmark = [pytest.mark.screen, pytest.mark.slow]


def make_music(folder: Path) -> None:
    """Each demo song, and three parts of it, in a folder of its own; each by another artist, from another year."""
    for name, (place, genre, year) in SONGS.items():
        song = next(song for song in demo_songs() if name in song.name)
        (folder / place).mkdir(parents=True)
        for number, artist in enumerate(ARTISTS):
            copy = folder / place / (f"{name}, part {number}.mp3" if number else f"{name}, whole.mp3")
            shutil.copyfile(song, copy)
            if number:  # an MP3 can be cut anywhere
                copy.write_bytes(song.read_bytes()[number * APART * BYTES : (number * APART + PART) * BYTES])
            tags = mutagen.File(copy, easy=True)
            if tags.tags is None:
                tags.add_tags()
            tags["title"], tags["artist"], tags["date"] = copy.stem, f"{artist} of {place}", str(year + number)
            tags["genre"] = [genre] if genre else []
            tags.save()


# What can be seen in a picture


def colour(picture: QImage, x: float, y: float) -> str:
    """Of a pixel, as #RRGGBB."""
    return picture.pixelColor(round(x), round(y)).name().upper()


def colours(picture: QImage, where: list[int]) -> set[str]:
    """All that there are in a part of a picture."""
    part = picture.copy(*where).convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(part.constBits(), np.uint32) & 0xFFFFFF
    return {f"#{pixel:06X}" for pixel in np.unique(pixels).tolist()}


def length(picture: QImage, bar: list[int], wanted: str) -> int:
    """Pixels that a bar of one colour is long; it begins within the first of its lane."""
    left, top, width, height = bar
    row = [colour(picture, x, top + height / 2) for x in range(left, left + width)]
    return len(list(takewhile(lambda seen: seen == wanted, row[row.index(wanted) :]))) if wanted in row[:8] else 0


@dataclass(frozen=True)
class Visit:
    """What was seen of a visit to all views, by view, and the folder with the pictures and saved files."""

    seen: dict[str, Any]
    folder: Path

    def __getitem__(self, view: str) -> Any:
        return self.seen[view]

    def picture(self, name: str) -> QImage:
        """The screen as it was then."""
        image = QImage(str(self.folder / f"{name}.png"))
        assert not image.isNull()
        return image


@pytest.fixture(scope="module")
def visit(screen: str, tmp_path_factory: pytest.TempPathFactory) -> Visit:
    """The program, used once from one end to the other."""
    folder = tmp_path_factory.mktemp("visit")
    make_music(folder / "music")
    settings = folder / "home" / "config" / "settings.json"
    settings.parent.mkdir(parents=True)
    values = {"theme": "dark", "muted": True, "folder": str(folder)}
    settings.write_text(json.dumps({"version": 1, "values": values}), encoding="utf-8")
    environment = os.environ | {"DISPLAY": screen, "QT_QPA_PLATFORM": "xcb", "MGC_HOME": str(folder / "home")}
    environment.pop("WAYLAND_DISPLAY", None)
    command = [sys.executable, str(Path(__file__).with_name("used_program.py")), str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert done.returncode == 0, f"{done.stderr}\nThe screen then: {folder / 'failed.png'}"
    return Visit(json.loads((folder / "seen.json").read_text(encoding="utf-8")), folder)


@pytest.fixture(scope="module")
def library(visit: Visit) -> list[Song]:
    """The songs as the program's database knows them, with the verdicts that they had before any was corrected."""
    with LibraryStore(visit.folder / "home" / "data" / "library.db") as store:
        songs = store.songs(store.ids(Query()))
    verdicts = visit["library"]["verdicts"]
    found = ((song, *verdicts[str(song.path)]) for song in songs)
    return [replace(song, predicted=predicted, state=State(state)) for song, predicted, state in found]


def verdict(song: Song) -> str:
    """The genre that the program shows for a song."""
    return "unsure" if song.state is State.UNSURE else song.predicted or ""


def titles(songs: list[Song]) -> list[str]:
    return sorted(song.name for song in songs)


def test_it_was_the_real_window_and_nothing_was_wrong(visit: Visit) -> None:
    assert visit["platform"] == "xcb"
    assert visit["complaints"] == []


def test_the_folder_was_read_and_every_song_was_heard(visit: Visit, library: list[Song]) -> None:
    assert visit["library"]["welcomed"]
    assert visit["library"]["fresh"] == len(library) == len(SONGS) * len(ARTISTS)
    assert "4 without a genre" in visit["library"]["line"]
    assert all(song.predicted for song in library)


# Map


@pytest.mark.parametrize("picture", ["map", "map-light"])
def test_every_song_is_a_point_in_the_colour_of_its_genre(visit: Visit, library: list[Song], picture: str) -> None:
    points = {point["path"]: point for point in visit["map"]["points"]}
    assert set(points) == {str(song.path) for song in library}
    for song in library:
        point = points[str(song.path)]
        assert song.predicted is not None
        corrected = song.name in {title for title, _, _ in visit["teach"]["undone"]}  # before the light picture
        if song.state is not State.UNSURE and not (corrected and picture == "map-light"):
            expected = GENRE_COLOURS[song.predicted]
            assert colour(visit.picture(picture), *point["at"]) == point["colour"] == expected, song.name
    assert sum(song.state is not State.UNSURE for song in library) >= len(library) / 2


def test_pointing_at_a_song_shows_its_card(visit: Visit, library: list[Song]) -> None:
    card = visit["map"]["card"]
    song = next(song for song in library if str(song.path) == card["song"])
    title, artist, predicted, _ = card["words"]
    assert (title, artist) == (song.title, song.artist)
    assert song.predicted is not None and predicted.startswith(song.predicted)
    without, shown = (colours(visit.picture(name), card["where"]) for name in ("map", "map-card"))
    assert DARK.raised not in without and {DARK.raised, DARK.text} <= shown


def test_clicking_a_song_plays_it_and_the_map_stays(visit: Visit) -> None:
    played = visit["map"]["played"]
    assert played["path"] == visit["map"]["card"]["song"]
    assert played["position"] > 0
    assert visit["map"]["still_there"]


def test_songs_that_are_drawn_around_are_reviewed_and_saved_as_a_playlist(visit: Visit) -> None:
    left, top, width, height = visit["map"]["lasso"]["around"]
    inside = {
        point["path"]
        for point in visit["map"]["points"]
        if left < point["at"][0] < left + width and top < point["at"][1] < top + height
    }
    assert len(inside) >= len(ARTISTS)
    assert visit["map"]["lasso"]["said"] == f"{len(inside)} songs"
    assert set(visit["map"]["review"]["songs"]) == inside
    lines = (visit.folder / "chosen.m3u").read_text(encoding="utf-8").splitlines()
    assert {line for line in lines if not line.startswith("#")} == inside


def test_the_songs_that_are_most_like_a_song_are_parts_of_it(visit: Visit) -> None:
    similar = visit["map"]["alike"]
    name = similar["of"].split(",")[0]
    assert all(row.startswith(f"{name}, part") for row in similar["rows"][:3])
    distances = [float(row.rsplit(" ", 1)[1]) for row in similar["rows"]]
    assert distances == sorted(distances)


def test_the_cube_turns_under_the_mouse(visit: Visit) -> None:
    cube = visit["map"]["cube"]
    assert cube["by"][0] > 0.5 and cube["by"][1] > 0.2
    moved = [before["at"] != after["at"] for before, after in zip(cube["points"], cube["turned"], strict=True)]
    assert all(moved)
    where = visit["map"]["canvas"]
    before, after = (visit.picture(name).copy(*where) for name in ("map-cube", "map-turned"))
    assert before != after
    assert len(colours(after, [0, 0, *where[2:]])) > 50


# Genres


def test_bars_are_as_long_as_there_are_songs(visit: Visit, library: list[Song]) -> None:
    bars = visit["genres"]["bars"]
    picture = visit.picture("genres")
    predicted = {bar["genre"]: bar["heard"] for bar in bars if bar["heard"]}
    assert predicted == {
        genre: sum(verdict(song) == genre for song in library)
        for genre in {verdict(song) for song in library} - {"unsure"}
    }
    assert {bar["genre"]: bar["in the file"] for bar in bars if bar["in the file"]} == {
        "Hard Rock": 4, "Electronica": 4, "Jazz": 4,
    }  # fmt: skip
    pixels = {bar["genre"]: length(picture, bar["where"], bar["colour"]) for bar in bars}
    most = max(predicted, key=lambda genre: predicted[genre])
    assert pixels[most] > 100
    for bar in bars:
        assert pixels[bar["genre"]] == pytest.approx(pixels[most] * bar["heard"] / predicted[most], abs=6)


def test_clicking_a_bar_shows_its_songs_in_the_library(visit: Visit, library: list[Song]) -> None:
    shown = visit["genres"]["shown"]
    songs = [song for song in library if verdict(song) == shown["genre"]]
    assert visit["genres"]["pointed"][-1].startswith(f"{shown['genre']}: {len(songs)} songs heard")
    assert shown["only"].startswith(f"Only: {shown['genre']} heard")
    assert sorted(shown["titles"]) == titles(songs)


def test_the_decades_are_counted(visit: Visit) -> None:
    assert visit["genres"]["decades"] == [["1990s", 4], ["2000s", 8], ["2010s", 4]]


# Confusion


def test_the_matrix_sets_files_against_ear(visit: Visit, library: list[Song]) -> None:
    meant = {"Metal": "Hard Rock"}
    pairs = [f"{meant.get(song.genres[0], song.genres[0])} / {verdict(song)}" for song in library if song.genres]
    assert visit["confusion"]["counts"] == {pair: pairs.count(pair) for pair in pairs}
    full, empty = (visit["confusion"]["cells"][name] for name in ("full", "empty"))
    picture = visit.picture("confusion")
    ground = [colour(picture, left + 12, top + 8) for left, top, _, _ in (full, empty)]
    assert ground == [DARK.accent, DARK.raised]


def test_clicking_a_cell_lists_its_songs_and_a_double_click_plays_one(visit: Visit, library: list[Song]) -> None:
    songs = [song for song in library if song.genres == ("Jazz",) and song.predicted == "Classical"]
    surest = sorted(songs, key=lambda song: -(song.confidence or 0))
    assert visit["confusion"]["title"] == "Jazz in the file, heard as Classical"
    assert visit["confusion"]["listed"] == [song.name for song in surest]
    assert visit["confusion"]["played"]["path"] in {str(song.path) for song in songs}
    assert visit["confusion"]["share"] == "100"


def test_all_models_stand_in_the_table(visit: Visit) -> None:
    assert visit["confusion"]["models"] == [entry.name for entry in list_models()]
    assert len(visit["confusion"]["models"]) >= 10


# What the model hears


def test_a_moment_stays_while_the_music_goes_on(visit: Visit) -> None:
    before, after = visit["hears"]["music"]
    assert after != before
    assert len(set(visit["hears"]["moments"])) == 1


def test_the_patch_is_drawn_at_three_resolutions(visit: Visit) -> None:
    picture = visit.picture("hears")
    assert len(colours(picture, visit["hears"]["mel"])) > 100
    changes = []
    for key in ("1", "2", "4"):
        left, top, width, height = visit["hears"]["patches"][key]
        row = [colour(picture, x, top + height * 3 // 4) for x in range(left + 4, left + width - 4)]
        changes.append(sum(one != other for one, other in pairwise(row)) / width)
    assert changes[0] > changes[1] > changes[2] > 0.02


def test_another_genre_can_be_asked_for(visit: Visit) -> None:
    hears = visit["hears"]
    assert hears["genres"][0] != hears["genres"][1] == hears["asked"]
    assert hears["asked"] in hears["finding"]


def test_the_figure_is_saved_as_picture_shapes_and_numbers(visit: Visit) -> None:
    assert len(colours(visit.picture("patch"), [0, 0, 900, 500])) > 200
    assert "<svg" in (visit.folder / "patch.svg").read_text(encoding="utf-8")[:500]
    with (visit.folder / "patch.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["genre"] for row in rows} == {visit["hears"]["asked"]}
    assert len(rows) > 20 and all(0 <= float(row["without"]) <= 1 for row in rows)


# Models


def test_another_model_listens_when_it_is_chosen(visit: Visit) -> None:
    assert visit["models"]["used"] == ["musicnn", "cnn-full", "musicnn"]
    assert visit["models"]["said"] == [f"{name} listens" for name in visit["models"]["used"]]


def test_two_models_stand_beside_each_other_on_the_song(visit: Visit) -> None:
    compared = visit["models"]["compared"]
    assert set(compared) == {"musicnn", "cnn-sixteenth"}
    for row in compared.values():
        assert GENRE_COLOURS[row["verdict"]] in colours(visit.picture("models-song"), row["ribbon"])
    assert visit["models"]["agree"].startswith("All 2 agree for ")


def test_clicking_a_ribbon_leads_the_music_there(visit: Visit) -> None:
    sought = visit["models"]["sought"]
    assert sought["position"] == pytest.approx(sought["at"] * sought["duration"], abs=1.0)


# Teach


def test_songs_are_marked_as_genres_of_one_s_own_and_learned(visit: Visit) -> None:
    teach = visit["teach"]
    assert {(title.split(",")[0], genre) for title, _, genre in teach["marks"]} == {
        ("Stage 3", "Danmaku"), ("Sunflower", "Ragtime"),
    }  # fmt: skip
    assert len(teach["marks"]) == 2 * len(ARTISTS)
    headline, method = teach["figures"]
    assert headline.endswith("% right")
    assert method.startswith("8 marked songs of 8 artists")
    assert {DARK.genre("Danmaku"), DARK.genre("Ragtime")} <= colours(visit.picture("teach"), teach["bars"])


def test_switched_on_the_own_genres_are_named_and_switched_off_no_more(visit: Visit) -> None:
    teach = visit["teach"]
    assert {teach["on"][title] for title, _, genre in teach["marks"] if genre == "Danmaku"} == {"Danmaku"}
    assert teach["verdict"] == "Danmaku"
    labelled = {title: genre for title, _, genre in teach["marks"]}
    assert teach["off"] == {**teach["before"], **labelled}, "what the user said of a song stays"


def test_the_last_marking_is_taken_back(visit: Visit) -> None:
    assert visit["teach"]["undone"] == [mark for mark in visit["teach"]["marks"] if mark[2] == "Danmaku"]


# Train


@pytest.mark.train
def test_a_training_begins_and_can_be_stopped(visit: Visit) -> None:
    train = visit["train"]
    if not train["installed"]:
        pytest.skip("the extra [train] is not installed")
    assert "learns from “music”" in train["source"]
    assert "music: 12 clips of 12 artists" in train["log"]  # those with a genre
    assert train["state"] == "stopped" and train["resumable"], train["log"]
    assert len(colours(visit.picture("train-stopped"), train["plots"])) > 10


def test_without_the_extra_it_says_how_to_get_it(visit: Visit) -> None:
    train = visit["train"]
    if train["installed"]:
        pytest.skip("the extra [train] is installed")
    assert "Training is not installed" in train["words"]
    assert any("pip install" in word for word in train["words"])


# Light and dark


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_follows_the_theme(visit: Visit, view: str) -> None:
    left, top, width, height = where = visit["light"][view]
    dark, light = visit.picture(view), visit.picture(f"{view}-light")
    for picture, palette in ((dark, DARK), (light, LIGHT)):
        assert colour(picture, left + 4, top + height - 4) == palette.window
        assert palette.text in colours(picture, where)
    assert not {DARK.window, DARK.panel} & colours(light, [left, top, width, 60])
