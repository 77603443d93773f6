"""MagnaTagATune in its own form: tables with tabs, folders 0 to f, genres from one of Magnatune's lists."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mgc_desktop.training.commands.magnatagatune import describe, read_list
from mgc_desktop.training.datasets.magnatagatune import open_magnatagatune, parse_name
from mgc_desktop.training.datasets.magnatune import read_genres
from mgc_desktop.training.datasets.open import ALBUM_GENRES
from mgc_desktop.training.errors import TrainingError

HEADER = "clip_id\ttrack_number\ttitle\tartist\talbum\turl\tsegmentStart\tsegmentEnd\toriginal_url\tmp3_path\n"
BACH = "f/american_bach_soloists-j_s__bach_solo_cantatas-01-bwv54__i_aria-30-59.mp3"
ROWS = [
    f"2\t1\tBWV54 - I Aria\tAmerican Bach Soloists\tJ.S. Bach Solo Cantatas\tu\t30\t59\to\t{BACH}\n",
    "8543\t2\tNi\tTilopa\tPictures of Silence\tu\t291\t320\to\ta/tilopa-pictures_of_silence-02-ni-291-320.mp3\n",
    "9\t3\tLost\tNobody Known\tNowhere\tu\t0\t29\to\t0/nobody_known-nowhere-03-lost-0-29.mp3\n",
    "10\t3\tNo file\tTilopa\tPictures of Silence\tu\t0\t29\to\t\n",
]
ALBUMS = [
    ("American Bach Soloists", "J. S. Bach - Solo Cantatas", "Classical"),
    ("Tilopa", "Pictures of Silence", "World"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "clip_info_final.csv").write_text(HEADER + "".join(ROWS), encoding="utf-8")
    return tmp_path


@pytest.fixture
def tsv(tmp_path: Path) -> Path:
    path = tmp_path / "album_genres.tsv"
    path.write_text("artist\talbum\tgenre\n" + "".join("\t".join(row) + "\n" for row in ALBUMS), encoding="utf-8")
    return path


@pytest.fixture
def csv_list(tmp_path: Path) -> Path:
    path = tmp_path / "song_info.csv"
    lines = [f'"{artist}","Some song","{album}","{genre},Other"\n' for artist, album, genre in ALBUMS]
    path.write_text('"artist","trackname","albumname","magnatunegenres"\n' + "".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def xml(tmp_path: Path) -> Path:
    path = tmp_path / "song_info.xml"
    tracks = "".join(
        f"<Track><artist>{a}</artist><albumname>{b}</albumname><trackname>x</trackname>"
        f"<magnatunegenres>{g}</magnatunegenres></Track>"
        for a, b, g in ALBUMS
    )
    path.write_text(f"<AllSongs>{tracks}</AllSongs>", encoding="utf-8")
    return path


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "sqlite_normalized.db"
    connection = sqlite3.connect(path)
    connection.executescript(
        """
        CREATE TABLE artists (artists_id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE albums (album_id INTEGER PRIMARY KEY, artist_id INTEGER, name TEXT);
        CREATE TABLE genres (genre_id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE genres_albums (genre_id INTEGER, album_id INTEGER);
        """
    )
    for i, (artist, album, genre) in enumerate(ALBUMS):
        connection.execute("INSERT INTO artists VALUES (?, ?)", (i, artist))
        connection.execute("INSERT INTO albums VALUES (?, ?, ?)", (i, i, album))
        connection.execute("INSERT INTO genres VALUES (?, ?)", (i, genre))
        connection.execute("INSERT INTO genres_albums VALUES (?, ?)", (i, i))
    connection.commit()
    connection.close()
    return path


@pytest.mark.parametrize("kind", ["tsv", "csv_list", "xml", "db"])
def test_genres_come_from_any_of_magnatunes_lists(folder: Path, kind: str, request: pytest.FixtureRequest) -> None:
    dataset, _ = open_magnatagatune(folder, request.getfixturevalue(kind))
    assert {c.clip_id: c.genre for c in dataset} == {"2": "Classical", "8543": "World"}
    assert dataset.clips[0].path.name == "american_bach_soloists-j_s__bach_solo_cantatas-01-bwv54__i_aria-30-59.mp3"


def test_says_how_many_match_and_why_the_rest_does_not(folder: Path, tsv: Path) -> None:
    dataset, report = open_magnatagatune(folder, tsv)
    assert (report.matched, sum(report.steps.values())) == (2, 3)
    assert dataset.reasons() == {"no genre: artist unknown": 1}
    assert "Nobody Known - Nowhere" in report.describe()


def test_reads_the_file_names_where_there_is_no_table(tmp_path: Path, tsv: Path) -> None:
    (tmp_path / "f").mkdir()
    (tmp_path / BACH).write_bytes(b"x")
    dataset, _ = open_magnatagatune(tmp_path, tsv)
    assert [c.genre for c in dataset] == ["Classical"]


def test_parses_artist_album_and_title_out_of_a_name() -> None:
    info = parse_name(BACH)
    assert info is not None
    assert (info.artist, info.album) == ("american bach soloists", "j s  bach solo cantatas")
    assert parse_name("cover.jpg") is None


def test_a_folder_with_nothing_in_it_is_an_error(tmp_path: Path, tsv: Path) -> None:
    with pytest.raises(TrainingError, match="clip_info_final"):
        open_magnatagatune(tmp_path, tsv)


@pytest.mark.parametrize(("name", "text"), [("a.tsv", "artist\talbum\nx\ty\n"), ("a.tsv", ""), ("a.db", "no database")])
def test_a_list_that_cannot_be_used_is_named(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TrainingError, match=name):
        read_genres(path)


def test_every_album_without_a_genre_is_listed(tmp_path: Path, tsv: Path) -> None:
    (tmp_path / "f").mkdir()
    for number in range(8):
        (tmp_path / "f" / f"artist_{number}-album_{number}-01-title-0-29.mp3").write_bytes(b"x")
    _, report = open_magnatagatune(tmp_path, tsv)
    assert report.describe().count("unmatched: ") == 8


def test_the_list_that_comes_along_has_magnatunes_own_genres_where_they_are_known() -> None:
    genres = {(entry.artist, entry.album): entry.genre for entry in read_genres(ALBUM_GENRES)}
    assert len(genres) == 384
    assert genres["Four Stones", "La Vie Chill"] == "Alt Rock"
    assert genres["Shiva In Exile", "Ethnic"] == "Electronica"
    assert genres["Stargarden", "Step Off"] == "Ambient"
    assert genres["Brad Sucks", "I Dont Know What Im Doing"] == "Alt Rock"


def test_what_can_be_used_is_told_without_the_audio(tmp_path: Path, tsv: Path) -> None:
    table = tmp_path / "clips.tsv"
    artists = [
        "zeta",
        "quartet_of_oaks",
        "marble",
        "wolfhound",
        "juniper_lane",
        "sixpence",
        "old_harbour",
        "unheard_of",
    ]
    names = [f"f/{a}-{a}_songs-01-title-{n * 29}-{n * 29 + 29}.mp3" for a in artists for n in range(3)]
    table.write_text("clip_id\tmp3_path\n" + "".join(f"{i}\t{name}\n" for i, name in enumerate(names)))
    named = enumerate(artist.replace("_", " ") for artist in artists[:7])
    albums = "".join(f"{a}\t{a} songs\t{'Jazz' if i % 2 else 'World'}\n" for i, a in named)
    tsv.write_text("artist\talbum\tgenre\n" + albums)
    told = describe(read_list(table), tsv)
    assert "Of 24 clips, 21 (88%) find a genre" in told
    assert "| World | 12 | 4 |" in told and "At most 3 folds" in told
