"""Tags as other programs wrote them: all are read and count; a new tag takes over what the others say."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import av
import mutagen
import pytest
from made_songs import ENCODERS, encode
from mutagen.apev2 import APETextValue, APEv2
from mutagen.dsf import DSF
from mutagen.id3 import ID3, TIT2
from odd_songs import ID3V1, ape, id3, wraps

from mgc_desktop.errors import TagError
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.genre_text import EMPTY_NAMES
from mgc_desktop.tags.policy import Mode, PlannedChange, Policy, SongPrediction, plan
from mgc_desktop.tags.read import read_tags
from mgc_desktop.tags.write import commit, prepare, prepare_undo

Song = Callable[..., Path]
AROUND = ("apev2 behind", "id3v1 behind", "id3v2.3 with padding in front", "apev2 in front", "id3v2 twice in front")


def written(path: Path, *values: str, field: Field = Field.GENRE) -> Path:
    """Write, and make sure that the way back is exact."""
    original = path.read_bytes()
    prepared = prepare(path, field, values)
    assert prepared is not None
    commit(prepared)
    new = path.read_bytes()
    back = prepare_undo(path, field, prepared.undo, written=prepared.after, original=prepared.before, modified=1)
    assert back is not None
    commit(back)
    assert path.read_bytes() == original
    path.write_bytes(new)
    return path


def planned(existing: tuple[str, ...], policy: Policy, read_only: str = "") -> PlannedChange:
    song = SongPrediction(Path("song.mp3"), "Jazz", {"Jazz": 0.9, "Rock": 0.1}, existing, read_only=read_only)
    return plan([song], policy)[0]


def synchsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def frame(name: bytes, data: bytes, flags: int = 0) -> bytes:
    return name + synchsafe(len(data)) + struct.pack(">H", flags) + data


def tag_of(*frames: bytes) -> bytes:
    body = b"".join(frames)
    return b"ID3\x04\0\0" + synchsafe(len(body)) + body


@pytest.mark.parametrize("around_", AROUND)
@pytest.mark.parametrize("ending_", [*ENCODERS, ".ape"])
def test_a_genre_anywhere_counts(song: Song, tmp_path: Path, ending_: str, around_: str) -> None:
    path = song(ending_)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    path.write_bytes(wraps(scratch)[around_](path.read_bytes()))
    tags = read_tags(path)
    assert tags.title
    assert tags.genres in (("Jazz",), ("Rock",))


def test_a_file_with_id3v1_alone_gets_all_its_fields_in_the_new_tag(song: Song) -> None:
    path = song(".mp3")
    path.write_bytes(path.read_bytes() + ID3V1)
    tags = ID3(written(path, "Jazz"), load_v1=False)
    found = [str(tags[name]) for name in ("TIT2", "TPE1", "TALB", "TDRC", "TRCK", "COMM::eng", "TCON")]
    assert found == ["A title", "An artist", "An album", "1998", "5", "A comment", "Jazz"]


def test_a_new_tag_takes_over_an_apev2_tag(song: Song, tmp_path: Path) -> None:
    path = song(".mp3")
    path.write_bytes(path.read_bytes() + ape(tmp_path, "Rock"))
    tags = ID3(written(path, "Jazz"), load_v1=False)
    assert (str(tags["TIT2"]), tags["TXXX:MOOD"].text) == ("Ünïcode 曲", ["calm", "late"])


def test_a_new_tag_for_the_separate_field_takes_the_genre_along(song: Song, tmp_path: Path) -> None:
    path = song(".mp3")
    path.write_bytes(path.read_bytes() + ape(tmp_path, "Rock"))
    assert ID3(written(path, "Jazz", field=Field.SEPARATE))["TCON"].text == ["Rock"]


@pytest.mark.parametrize("genre", [b"", b"IGNR\x05\0\0\0Rock\0\0"])
def test_texts_of_info_are_taken_over_and_the_genre_is_written_there_too(song: Song, genre: bytes) -> None:
    path = song(".wav")
    info = b"INFOINAM\x08\0\0\0A title\0" + genre
    data = path.read_bytes() + b"LIST" + struct.pack("<I", len(info)) + info
    path.write_bytes(data[:4] + struct.pack("<I", len(data) - 8) + data[8:])
    data = written(path, "Jazz").read_bytes()
    assert b"IGNR\x05\0\0\0Jazz\0" in data
    assert b"TIT2" in data
    tags = read_tags(path)
    assert (tags.title, tags.genres) == ("A title", ("Jazz",))


def test_a_genre_that_claims_to_reach_beyond_its_list_counts_and_is_not_touched(song: Song) -> None:
    path = song(".wav")
    info = b"INFOIGNR\0\0\0\x04Rock\0\0INAM\x08\0\0\0A title\0"
    data = path.read_bytes() + b"LIST" + struct.pack("<I", len(info)) + info
    path.write_bytes(data[:4] + struct.pack("<I", len(data) - 8) + data[8:])
    assert read_tags(path).genres == ("Rock",)
    with pytest.raises(TagError, match="INFO"):
        prepare(path, Field.GENRE, ("Jazz",))


def test_flac_without_comments(song: Song) -> None:
    path = song(".flac")
    data = path.read_bytes()
    size = int.from_bytes(data[5:8], "big")
    position = 4
    while not data[position] & 0x80:
        position += 4 + int.from_bytes(data[position + 1 : position + 4], "big")
    frames = data[position + 4 + int.from_bytes(data[position + 1 : position + 4], "big") :]
    path.write_bytes(b"fLaC\x80" + data[5 : 8 + size] + frames)
    assert read_tags(written(path, "Jazz")).genres == ("Jazz",)


@pytest.mark.parametrize(
    "odd",
    [
        b"TCP\0" + synchsafe(2) + b"\0\0" + b"\x001",
        b"TPE2" + bytes(6),
        b"\x01\x02\x03\x04" + synchsafe(1) + b"\0\0" + b"x",
    ],
)
def test_frames_that_are_passed_over_hide_nothing(song: Song, odd: bytes) -> None:
    path = song(".mp3")
    path.write_bytes(tag_of(frame(b"TIT2", b"\x03Title"), odd, frame(b"TCON", b"\x03Rock")) + path.read_bytes())
    data = written(path, "Jazz").read_bytes()
    assert odd in data
    assert data.count(b"TCON") == 1


@pytest.mark.parametrize("text", [b"(255)", b"255", b"(200)"])
def test_a_number_that_no_genre_has_is_none(song: Song, text: bytes) -> None:
    path = song(".mp3")
    path.write_bytes(tag_of(frame(b"TIT2", b"\x03Title"), frame(b"TCON", b"\0" + text)) + path.read_bytes())
    assert read_tags(path).genres == ()


@pytest.mark.parametrize("name", [*EMPTY_NAMES, "unknown", " OTHER "])
def test_placeholders_count_as_no_genre(name: str) -> None:
    change = planned((name,), Policy())
    assert (change.writes, change.new) == (True, ("Jazz",))
    assert not planned((name,), Policy(empty_names=())).writes
    assert not planned((name, "Polka"), Policy()).writes


def test_texts_of_several_lines_stay_when_a_genre_is_added(song: Song) -> None:
    path = song(".flac")
    written(path, "Rock\nPop", "A / B", "C, D")
    new = planned(read_tags(path).genres, Policy(mode=Mode.APPEND)).new
    assert read_tags(written(path, *new)).genres == ("Rock\nPop", "A / B", "C, D", "Jazz")


def test_all_genres_of_several_tags_stay_when_one_is_added(song: Song, tmp_path: Path) -> None:
    path = song(".mp3")
    path.write_bytes(id3(4, genre="Rock", scratch=tmp_path) + path.read_bytes() + ape(tmp_path, "Indie"))
    assert read_tags(path).genres == ("Rock", "Indie")


@pytest.mark.parametrize("ending_", [".mka", ".caf", ".au", ".w64"])
def test_what_cannot_be_written_is_read_and_says_so_in_the_plan(tmp_path: Path, ending_: str) -> None:
    source, path = encode(tmp_path / "song.wav", ".wav", 0.3), tmp_path / f"song{ending_}"
    with (
        av.open(str(source)) as read,
        av.open(str(path), "w", format=None if ending_ != ".mka" else "matroska") as file,
    ):
        file.metadata.update({"title": "A title", "genre": "Rock"})
        stream = file.add_stream("pcm_s16be" if ending_ == ".au" else "pcm_s16le", rate=44100, layout="stereo")
        for decoded in read.decode(audio=0):
            file.mux(stream.encode(decoded))
        file.mux(stream.encode(None))
    tags = read_tags(path)
    assert tags.read_only
    if ending_ != ".w64":  # FFmpeg writes no tags into it
        assert (tags.title, tags.genres) == ("A title", ("Rock",))
    change = planned((), Policy(), tags.read_only)
    assert not change.writes
    assert "Cannot be written" in change.reason
    with pytest.raises(TagError, match="cannot be written"):
        prepare(path, Field.GENRE, ("Jazz",))


@pytest.mark.parametrize("tagged", [False, True])
def test_dsf(tmp_path: Path, tagged: bool) -> None:
    path, sound = tmp_path / "song.dsf", bytes(8192)
    form = struct.pack("<4sQIIIIIIQII", b"fmt ", 52, 1, 0, 2, 2, 2822400, 1, 32768, 4096, 0)
    data = form + struct.pack("<4sQ", b"data", 12 + len(sound)) + sound
    path.write_bytes(struct.pack("<4sQQQ", b"DSD ", 28, 28 + len(data), 0) + data)
    if tagged:
        audio = DSF(path)
        audio.add_tags()
        audio.tags.add(TIT2(text="Title"))
        audio.save()
    written(path, "Jazz")
    assert DSF(path).tags["TCON"].text == ["Jazz"]
    assert read_tags(path).title == ("Title" if tagged else "")


# ---- what costs too much, and what is damaged ----


def heavy() -> dict[str, bytes]:
    """ID3 tags that would take a reader without bounds gigabytes or minutes."""
    packed = synchsafe(9) + zlib.compress(bytes(100 << 20), 9)
    chapter = b""
    for _ in range(1500):
        chapter = frame(b"CHAP", b"a\0" + bytes(16) + chapter)
    return {
        "a compressed picture": frame(b"APIC", packed, 0x09),
        "a compressed text": frame(b"TPE1", packed, 0x09),
        "a text of a million values": frame(b"TPE1", b"\x03" + b"a\0" * 1_000_000),
        "a long UTF-16 text": frame(b"TXXX", b"\x01\xff\xfe" + b"a\0" * 3_000_000),
        "chapters in chapters": chapter,
        "a list of a million numbers": frame(b"ETCO", b"\x01" + bytes(5_000_000)),
    }


@pytest.mark.parametrize("what", heavy())
def test_what_costs_too_much_is_left_out_and_named(song: Song, what: str) -> None:
    path = song(".mp3")
    path.write_bytes(tag_of(frame(b"TIT2", b"\x03Title"), heavy()[what]) + path.read_bytes())
    tags = read_tags(path)
    assert tags.title == "Title"
    assert "too large" in tags.warnings[0]
    written(path, "Jazz")


@pytest.mark.parametrize(
    "frames",
    [frame(b"TCON", b"\x03" + b"a\0" * 1_000_000), bytes(10).replace(bytes(4), b"TIT2", 1) * 500_000],
    ids=["a million genres", "empty frames"],
)
def test_a_tag_that_cannot_be_read_is_not_written(song: Song, frames: bytes) -> None:
    path = song(".mp3")
    path.write_bytes(tag_of(frames) + path.read_bytes())
    tags = read_tags(path)
    assert tags.warnings
    assert tags.read_only
    with pytest.raises(TagError):
        prepare(path, Field.GENRE, ("Jazz",))


def atom(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + name + data


def damaged() -> dict[str, bytes]:
    """Containers that parsers without bounds run through without an end, or end with errors of any kind."""
    nested = b""
    for _ in range(1100):
        nested = atom(b"moov", nested)
    start = atom(b"ftyp", b"M4A \0\0\0\0")
    return {
        "nested.m4a": start + nested,
        "many.m4a": start + atom(b"free", b"") * 300_000,
        "zeros.wav": b"RIFF\xff\xff\xff\x7fWAVE" + bytes(2_000_000),
        "zeros.aiff": b"FORM\x7f\xff\xff\xffAIFF" + bytes(2_000_000),
        "blocks.flac": b"fLaC\0\0\0\x22" + bytes(34) + b"\x01\0\0\0" * 300_000 + b"\x81\0\0\0",
        "huge.flac": b"fLaC\0\0\0\x22" + bytes(34) + b"\x84\0\0\x08" + b"\xff" * 8,
        "short.wma": bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + struct.pack("<QI", 40, 9) + bytes(12),
        "huge.ape": b"MAC " + bytes(90) + b"APETAGEX" + struct.pack("<4I8x", 2000, 0xFFFFFFF0, 0xFFFFFFF0, 0),
        "empty.ogg": b"OggS\0\x02" + bytes(20) + b"\x01\x1e\x01vorbis" + bytes(23),
        "cut.mka": bytes.fromhex("1a45dfa3") + bytes(1000),
    }


@pytest.mark.parametrize("name", damaged())
def test_damage_of_any_kind_is_a_sentence_about_that_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(damaged()[name])
    assert read_tags(path).warnings
    with pytest.raises(TagError) as caught:
        prepare(path, Field.GENRE, ("Jazz",))
    assert str(path) in str(caught.value)


def test_a_cover_of_a_wrong_kind_costs_the_cover_alone(song: Song, tmp_path: Path) -> None:
    flac, mp3 = song(".flac"), song(".mp3")
    audio = mutagen.File(flac)
    audio["title"], audio["metadata_block_picture"] = "Title", "not base64 é"
    audio.save()
    tags = APEv2()
    tags["Title"], tags["Cover Art (Front)"] = "Title", APETextValue("no picture")
    tags.save(mp3)
    for path in (flac, mp3):
        found = read_tags(path)
        assert (found.title, found.cover) == ("Title", None)
