"""What the rules make of what was heard: a table of cases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.genre_mapping import GenreMapping
from mgc_desktop.tags.policy import Level, Mode, PlannedChange, Policy, SongPrediction, plan

SURE = {"Jazz": 0.6, "World": 0.25, "Ambient": 0.1, "Classical": 0.05}


def heard(
    *existing: str, genre: str | None = "Jazz", probabilities: dict[str, float] = SURE, name: str = "a.mp3", **more: Any
) -> SongPrediction:
    return SongPrediction(Path("/music", name), genre, probabilities, tuple(existing), **more)


def planned(song: SongPrediction, **rules: object) -> PlannedChange:
    (change,) = plan([song], Policy(**rules))  # type: ignore[arg-type]
    return change


@pytest.mark.parametrize(
    ("mode", "existing", "new"),
    [
        (Mode.FILL, (), ("Jazz",)),
        (Mode.FILL, ("Rock",), None),
        (Mode.APPEND, (), ("Jazz",)),
        (Mode.APPEND, ("Rock",), ("Rock", "Jazz")),
        (Mode.APPEND, ("Rock", "jazz"), None),
        (Mode.REPLACE, ("Rock",), ("Jazz",)),
        (Mode.REPLACE, ("JAZZ",), None),
        (Mode.SEPARATE, ("Rock",), ("Jazz",)),
    ],
)
def test_each_mode(mode: Mode, existing: tuple[str, ...], new: tuple[str, ...] | None) -> None:
    change = planned(heard(*existing), mode=mode)
    assert change.writes is (new is not None)
    assert change.new == (new if new is not None else existing)
    assert change.field is (Field.SEPARATE if mode is Mode.SEPARATE else Field.GENRE)
    assert change.reason.endswith(".")


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("album", [False, True])
def test_unsure_is_never_written(mode: Mode, album: bool) -> None:
    change = planned(heard(genre=None), mode=mode, album=album, min_confidence=0.0, top=10)
    assert not change.writes
    assert "sure" in change.reason


def test_too_little_confidence_is_named() -> None:
    change = planned(heard(), min_confidence=0.7)
    assert not change.writes
    assert "60%" in change.reason
    assert "70%" in change.reason


def test_top_n_takes_further_genres_only_if_probable_in_themselves() -> None:
    assert planned(heard(), top=4).new == ("Jazz", "World")
    assert planned(heard(), top=4, min_confidence=0.3).new == ("Jazz",)


def test_ignored_genres_leave_their_place_to_the_next_before_the_cut() -> None:
    assert planned(heard(), mapping=GenreMapping({"Jazz": ()})).new == ("World",)


def test_with_nothing_left_it_says_so() -> None:
    change = planned(heard(probabilities={"Jazz": 0.9, "World": 0.1}), mapping=GenreMapping({"Jazz": ()}))
    assert not change.writes
    assert "ignore" in change.reason


def test_the_users_names_are_written_and_compared() -> None:
    mine = GenreMapping({"Jazz": ("Swing & Bop",)})
    assert planned(heard(), mapping=mine).new == ("Swing & Bop",)
    assert not planned(heard("swing & bop"), mode=Mode.REPLACE, mapping=mine).writes


def test_confidence_counts_after_the_mapping() -> None:
    both = {"Electronica": 0.4, "Electro Rock": 0.35, "Jazz": 0.25}
    mine = GenreMapping({"Electronica": ("Electronic",), "Electro Rock": ("Electronic",)})
    change = planned(heard(genre="Electronica", probabilities=both), mapping=mine, min_confidence=0.7)
    assert change.new == ("Electronic",)
    assert change.confidence == pytest.approx(0.75)


def album(*genres: str | None, folder: str = "one", **more: Any) -> list[SongPrediction]:
    certain = {
        "Jazz": {"Jazz": 0.7, "World": 0.3},
        "World": {"Jazz": 0.4, "World": 0.6},
        None: {"Jazz": 0.5, "World": 0.5},
    }
    return [
        heard(genre=genre, probabilities=certain[genre], name=f"{folder}/{i}.mp3", album="The Album", **more)
        for i, genre in enumerate(genres)
    ]


def test_an_album_gets_one_verdict() -> None:
    changes = plan(album("Jazz", "World", "Jazz", None), Policy(album=True))
    assert [change.new for change in changes] == [("Jazz",)] * 4
    assert len({change.confidence for change in changes}) == 1


def test_an_album_whose_songs_do_not_agree_stays_unsure() -> None:
    assert not any(change.writes for change in plan(album("Jazz", None, None), Policy(album=True)))


def test_albums_of_one_name_in_two_folders_are_two() -> None:
    songs = [*album("Jazz", "Jazz"), *album("World", "World", folder="two")]
    assert [c.new for c in plan(songs, Policy(album=True))] == [("Jazz",), ("Jazz",), ("World",), ("World",)]


def test_two_discs_of_one_artists_album_are_one() -> None:
    songs = [*album("Jazz", "Jazz", album_artist="A"), *album("World", folder="two", album_artist="a")]
    assert {c.new for c in plan(songs, Policy(album=True))} == {("Jazz",)}


def test_songs_without_an_album_stand_for_themselves() -> None:
    songs = [heard(name="1.mp3"), heard(name="2.mp3", genre="World", probabilities={"World": 0.9})]
    assert [c.new for c in plan(songs, Policy(album=True))] == [("Jazz",), ("World",)]


def test_a_plan_can_be_edited_and_declined_by_hand() -> None:
    change = planned(heard("Rock"), mode=Mode.REPLACE)
    assert change.edited([" Blues ", "blues", "Soul"]).new == ("Blues", "Soul")
    assert not change.edited(["Rock"]).writes
    assert not change.declined().writes
    assert change.declined().new == ("Rock",)


def test_the_note_for_the_journal_tells_the_rules() -> None:
    note = Policy(Mode.APPEND, min_confidence=0.5, top=2, album=True).note
    assert all(part in note for part in ("append", "50%", "2", "album"))
    assert all(mode.explanation.endswith(".") for mode in Mode)


ELECTRONIC = {"House": 0.5, "Techno": 0.3, "Jazz": 0.2}
BROAD = {"House": "Electronic", "Techno": "Electronic"}


@pytest.mark.parametrize(
    ("level", "new"),
    [(Level.SPECIFIC, ("House",)), (Level.BROAD, ("Electronic",)), (Level.BOTH, ("Electronic", "House"))],
)
def test_the_level_says_which_name_is_written(level: Level, new: tuple[str, ...]) -> None:
    house = heard(genre="House", probabilities=ELECTRONIC, broad=BROAD)
    assert planned(house, level=level).new == new
    jazz = heard(genre="Jazz", probabilities={"House": 0.1, "Jazz": 0.9}, broad=BROAD)
    assert planned(jazz, level=level).new == ("Jazz",)


def test_levels_take_the_same_care_of_what_stands_there() -> None:
    house = heard("electronic", genre="House", probabilities=ELECTRONIC, broad=BROAD)
    assert not planned(house, level=Level.BOTH).writes  # songs with a genre keep it
    assert not planned(house, level=Level.BROAD, mode=Mode.REPLACE).writes  # it says so already
    assert planned(house, level=Level.BOTH, mode=Mode.APPEND).new == ("electronic", "House")
    unsure = heard(genre=None, probabilities=ELECTRONIC, broad=BROAD)
    assert not planned(unsure, level=Level.BROAD).writes


def test_a_broad_genre_is_as_probable_as_all_in_it_and_has_the_user_s_name() -> None:
    house = heard(genre="House", probabilities=ELECTRONIC, broad=BROAD)
    assert planned(house, level=Level.BROAD, min_confidence=0.75).writes
    assert not planned(house, min_confidence=0.75).writes
    mine = GenreMapping({"Electronic": ("Elektronik",), "House": ("Club",)})
    assert planned(house, level=Level.BOTH, mapping=mine).new == ("Elektronik", "Club")
