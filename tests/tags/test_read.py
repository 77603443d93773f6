"""What `read_tags` understands; the tags are written by mutagen itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from mutagen.apev2 import APEv2
from mutagen.id3 import ID3, TCON, TIT2, TXXX, TYER

from mgc_desktop.errors import TagError
from mgc_desktop.tags.formats import sniff
from mgc_desktop.tags.genre_text import split_joined
from mgc_desktop.tags.read import SongTags, read_tags

Song = Callable[..., Path]
Tag = Callable[[Path], None]


def test_every_format_gives_its_tags_and_cover(song: Song, tag: Tag, png: bytes, ending: str) -> None:
    path = song(ending)
    tag(path)
    tags = read_tags(path)
    assert (tags.title, tags.artist, tags.album, tags.year, tags.track) == ("Ünïcode 曲", "A", "B", 1998, 3)
    assert tags.genres == ("Jazz", "New Age")
    assert (tags.cover, tags.cover_mime) == (png, "image/png")
    assert tags.length is not None
    assert tags.warnings == ()


def test_without_cover_all_else_is_the_same(song: Song, tag: Tag, ending: str) -> None:
    path = song(ending)
    tag(path)
    tags = read_tags(path, cover=False)
    assert tags.cover is None
    assert (tags.title, tags.genres) == ("Ünïcode 曲", ("Jazz", "New Age"))


def test_no_tags_means_empty_fields(song: Song, ending: str) -> None:
    tags = read_tags(song(ending))
    assert (tags.title, tags.genres, tags.cover, tags.warnings) == ("", (), None, ())
    assert tags.format


@pytest.mark.parametrize(
    ("text", "genres"),
    [
        ("(17)", ("Rock",)),
        ("(4)Eurodisco", ("Disco", "Eurodisco")),
        ("8", ("Jazz",)),
        ("Rock; Jazz", ("Rock", "Jazz")),
        ("Rock/Jazz", ("Rock", "Jazz")),
        ("Hip-Hop/Rap", ("Hip-Hop/Rap",)),
        ("Drum/Bass", ("Drum/Bass",)),
        ("Rock; rock;  ; Jazz", ("Rock", "Jazz")),
        ("", ()),
    ],
)
def test_id3v23_genre_texts(song: Song, text: str, genres: tuple[str, ...]) -> None:
    path = song(".mp3")
    tags = ID3()
    tags.add(TCON(encoding=1, text=text))
    tags.save(path, v2_version=3, v23_sep=None)
    assert read_tags(path).genres == genres


def test_id3v24_semicolons_are_the_users_own(song: Song) -> None:
    path = song(".mp3")
    tags = ID3()
    tags.add(TCON(encoding=3, text=["Rock; Roll", "Jazz"]))
    tags.save(path)
    assert read_tags(path).genres == ("Rock; Roll", "Jazz")


def test_id3v1_alone_is_read(song: Song) -> None:
    path = song(".mp3")
    fields = b"TAG" + b"Old title".ljust(30, b"\0") + b"Artist".ljust(30, b"\0") + b"\0" * 30 + b"1987"
    with path.open("ab") as file:
        file.write(fields + b"\0" * 30 + bytes([17]))
    tags = read_tags(path)
    assert (tags.title, tags.year, tags.genres) == ("Old title", 1987, ("Rock",))


def test_an_apev2_tag_behind_an_mp3_fills_what_id3_lacks(song: Song) -> None:
    path = song(".mp3")
    id3 = ID3()
    id3.add(TIT2(encoding=3, text="From ID3"))
    id3.save(path)
    ape = APEv2()
    ape["Title"], ape["Genre"] = "From APE", "Jazz"
    ape.save(path)
    tags = read_tags(path)
    assert (tags.title, tags.genres) == ("From ID3", ("Jazz",))


def test_the_separate_field_is_read(song: Song) -> None:
    path = song(".mp3")
    tags = ID3()
    tags.add(TXXX(encoding=3, desc="MGC_GENRE", text=["Jazz"]))
    tags.save(path)
    assert read_tags(path) == SongTags(separate=("Jazz",), length=read_tags(path).length, format="MP3")


def test_the_name_does_not_matter(song: Song, tag: Tag) -> None:
    right = song(".flac")
    tag(right)
    path = right.rename(right.with_name("wrongly named.mp3"))
    assert read_tags(path).format == "FLAC"
    assert read_tags(path).genres == ("Jazz", "New Age")


def test_an_id3_tag_in_front_of_flac_does_not_hide_it(song: Song, tag: Tag) -> None:
    path = song(".flac")
    tag(path)
    front = ID3()
    front.add(TYER(encoding=3, text="2000"))
    front.save(path)
    with path.open("rb") as file:
        found = sniff(file)
        assert found is not None and found.name == "FLAC"
    assert read_tags(path).title == "Ünïcode 曲"


def test_tags_survive_damaged_audio(song: Song, tag: Tag) -> None:
    path = song(".mp3")
    tag(path)
    data = path.read_bytes()
    size = len(data) - song(".mp3", "bare.mp3").stat().st_size
    path.write_bytes(data[:size] + b"\0" * 2000)
    tags = read_tags(path)
    assert tags.title == "Ünïcode 曲"
    assert tags.warnings


def test_a_truncated_file_gives_what_there_is(song: Song, tag: Tag, ending: str) -> None:
    path = song(ending)
    tag(path)
    data = path.read_bytes()
    for size in (0, 1, 10, 40, 100, 300, len(data) // 2):
        path.write_bytes(data[:size])
        read_tags(path)  # must not raise


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(TagError) as caught:
        read_tags(tmp_path / "gone.mp3")
    assert "gone.mp3" in str(caught.value)


def test_splitting_keeps_names_with_a_slash() -> None:
    assert split_joined("R&B/Soul; Pop / Rock; AC/DC") == ("R&B/Soul", "Pop", "Rock", "AC/DC")
