"""Numbers of songs by genre, folder and decade, and what counts as "much" or "little"."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgc_desktop.analysis.columns import read_columns
from mgc_desktop.analysis.distribution import (
    Distribution,
    Division,
    Side,
    Weight,
    balance,
    by_decade,
    by_folder,
    distribution,
    divided,
    short_names,
)
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.library.song import FileTags
from mgc_desktop.library.store import LibraryStore


@pytest.fixture
def found(store: LibraryStore) -> Distribution:
    return distribution(read_columns(store))


def numbers(found: Distribution) -> dict[str, tuple[int, int]]:
    return {genre.name: (len(genre.tagged), len(genre.predicted)) for genre in found.genres}


def in_part(part: Division) -> dict[str, int]:
    return {genre: count for genre, count, _ in part.balances() if count}


def test_a_song_counts_for_each_genre_of_its_file_and_for_the_predicted_one(found: Distribution) -> None:
    counts = numbers(found)
    assert counts["Jazz"] == (5, 3), "bebop is jazz; also the song that is Rock and Jazz; and one not listened to"
    assert counts["Alt Rock"] == (1, 0)
    assert counts["Classical"] == (0, 3)
    assert counts["Soundtrack"] == (3, 0) and counts["Chipcore"] == (1, 0)
    assert {name for name, _ in zip(counts, GENRES, strict=False)} == set(GENRES), "known genres first, all of them"
    assert list(counts)[:2] == ["Jazz", "Classical"], "the most songs first"


def test_songs_without_genre_and_without_verdict_are_counted_separately(found: Distribution, titles) -> None:  # type: ignore[no-untyped-def]
    assert titles(found.untagged) == ["nine"]
    assert titles(found.unsure) == ["seven"]
    assert titles(found.not_analysed) == ["ten"]
    assert found.verdicts == 8


def test_the_songs_of_a_genre_are_listed_by_id(found: Distribution, titles) -> None:  # type: ignore[no-untyped-def]
    jazz = found.genres[0]
    assert titles(jazz.songs(Side.PREDICTED)) == ["one", "two", "four"]
    assert titles(jazz.songs(Side.TAGGED)) == ["one", "two", "three", "four", "ten"]


def test_a_genre_that_is_named_twice_counts_once(store: LibraryStore) -> None:
    store.put([FileTags(Path("/music/eleven.mp3"), 1, 1, "eleven", genres=("Swing", "Bebop", "fado", "Fado!"))])
    assert numbers(distribution(read_columns(store)))["Jazz"] == (6, 3)


def test_folders_have_their_songs_and_genres_and_the_largest_is_first(found: Distribution) -> None:
    game, jazz, rest = by_folder(found, Side.PREDICTED)
    assert (game.name, len(game.ids), in_part(game)) == ("game", 5, {"Classical": 2, "Electronica": 2})
    assert (jazz.name, len(jazz.ids), in_part(jazz)) == ("jazz", 4, {"Jazz": 3, "Classical": 1})
    assert (rest.name, len(rest.ids), in_part(rest)) == ("music", 1, {})
    assert in_part(by_folder(found, Side.TAGGED)[0]) == {"Soundtrack": 3, "Chipcore": 1}


def test_decades_leave_out_songs_without_a_plausible_year(found: Distribution) -> None:
    parts = by_decade(found, Side.PREDICTED)
    assert [(part.name, len(part.ids)) for part in parts] == [("1950s", 2), ("1960s", 1), ("2000s", 2), ("2010s", 1)]
    assert in_part(parts[0]) == {"Jazz": 2}


@pytest.mark.parametrize(
    ("folders", "sizes", "expected"),
    [
        (["/m/a", "/m/b"], [5, 5], ["/m/a", "/m/b"]),
        (["/m/x/a/one", "/m/x/a/two", "/m/x/b"], [2, 2, 4], ["/m/x/a", "/m/x/a", "/m/x/b"]),  # nothing but x in m
        (["/m", "/m/a"], [3, 3], ["/m", "/m/a"]),  # songs in the added folder itself
        (["/m/a/one", "/m/a/two", "/m/b"], [4, 4, 1], ["/m/a/one", "/m/a/two", "/m/b"]),  # a alone tells nothing
        (["/m/a", "/other/b/c"], [6, 1], ["/m/a", "/other/b/c"]),  # outside all added folders
    ],
)
def test_a_folder_that_holds_more_than_half_is_divided(
    folders: list[str], sizes: list[int], expected: list[str]
) -> None:
    assert divided([Path(f) for f in folders], sizes, [Path("/m")]) == [Path(e) for e in expected]


@pytest.mark.parametrize(
    ("folders", "names"),
    [
        (["/m/jazz", "/m/rock"], ["jazz", "rock"]),
        (["/g/colobot/music", "/g/asc/music", "/g/tunes"], ["colobot/music", "asc/music", "tunes"]),
        (["/a/x/music", "/b/x/music"], ["a/x/music", "b/x/music"]),
        (["/music", "/a/music"], ["/music", "a/music"]),
        (["/same", "/same"], ["/same", "/same"]),
        (["/"], ["/"]),
        ([], []),
    ],
)
def test_folder_names_are_as_long_as_needed_to_distinguish_them(folders: list[str], names: list[str]) -> None:
    assert short_names([Path(f) for f in folders]) == [str(Path(name)) for name in names]


@pytest.mark.parametrize(
    ("count", "total", "expected", "weight"),
    [
        (50, 100, 0.1, Weight.MUCH),
        (0, 100, 0.1, Weight.LITTLE),
        (10, 100, 0.1, Weight.USUAL),
        (2, 5, 0.2, Weight.USUAL),  # twice the share, but two songs may be chance
        (2, 20, 0.001, Weight.USUAL),  # a hundred times the share, but two songs
        (1200, 10_000, 0.1, Weight.USUAL),  # no chance, but hardly more
        (3, 0, 0.1, Weight.USUAL),
        (3, 10, 0.0, Weight.USUAL),
    ],
)
def test_much_needs_a_large_and_significant_difference(count: int, total: int, expected: float, weight: Weight) -> None:
    assert balance(count, total, expected).weight is weight


def test_the_ratio_is_the_share_over_the_expected_share() -> None:
    assert balance(50, 100, 0.1).ratio == pytest.approx(5.0)


def test_the_predicted_share_is_compared_with_a_uniform_one(found: Distribution) -> None:
    jazz = found.genres[0]
    assert found.against_even(jazz).ratio == pytest.approx(3 / 8 / 0.1)


def test_an_empty_library_has_all_genres_and_no_songs(empty: LibraryStore) -> None:
    found = distribution(read_columns(empty))
    assert len(found.genres) == 10 and found.verdicts == 0
    assert by_folder(found, Side.PREDICTED) == [] and by_decade(found, Side.PREDICTED) == []


def test_the_table_has_rows_for_genres_and_for_songs_without_one(found: Distribution) -> None:
    header, rows = found.table()
    assert header == ("genre", "in the file", "heard")
    assert rows[0] == ("Jazz", 5, 3)
    assert rows[-3:] == [("no genre in the file", 1, ""), ("unsure", "", 1), ("not analysed", "", 1)]
