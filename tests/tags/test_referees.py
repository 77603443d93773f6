"""After each write mutagen, TagLib and FFmpeg see the new genre, and everything that they saw before."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import av
import mutagen
import pytest
from made_songs import ENCODERS, encode, tag_fully
from odd_songs import wraps

from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.read import read_tags
from mgc_desktop.tags.write import commit, prepare, prepare_undo

taglib = pytest.importorskip("taglib")

GENRE = "Hip-Hop"
ENDINGS = (*ENCODERS, ".aac", ".ape")
AROUND = (
    "plain",
    "id3v1 behind",
    "apev2 behind",
    "apev2 and id3v1 behind",
    "id3v2.3 with padding in front",
    "id3v2.4 in front",
    "id3v2 twice in front",
    "everything at once",
)
# FFmpeg takes "APETAGEX" for the "TAG" of ID3v1 if the tag has just that length, and finds APEv2 at the very end alone.
CANNOT = {
    ("FFmpeg", "*", "apev2 behind"),
    ("FFmpeg", ".ape", "id3v1 behind"),
    ("FFmpeg", ".ape", "apev2 and id3v1 behind"),
    ("FFmpeg", ".ape", "everything at once"),
}
# None of the three knows a tag in front of these.
NEVER_IN_FRONT = (".wma", ".wav", ".aiff")
Seen = dict[str, list[str]]


def seen_by_taglib(path: Path) -> Seen:
    with taglib.File(path) as file:
        return {key.upper(): list(values) for key, values in file.tags.items()}


def seen_by_ffmpeg(path: Path) -> Seen:
    """What ffprobe shows where it is installed, else FFmpeg's libraries as PyAV brings them."""
    if probe := shutil.which("ffprobe"):
        asked = [probe, "-v", "quiet", "-of", "json", "-show_entries", "format_tags:stream_tags", str(path)]
        shown: dict[str, Any] = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
        tags = [shown.get("format", {}), *shown.get("streams", [])]
        return {key.upper(): [text] for each in tags for key, text in each.get("tags", {}).items()}
    with av.open(str(path)) as container:
        found = {**container.streams.audio[0].metadata, **container.metadata}
    return {key.upper(): [text] for key, text in found.items()}


def seen_by_mutagen(path: Path) -> Seen:
    """The texts under mutagen's own names; a new tag may hold what an old one says, under further names."""
    if path.suffix == ".aac":  # mutagen takes AAC with a tag in front for a damaged MP3
        return {str(key).upper(): [str(v) for v in frame.text] for key, frame in mutagen.id3.ID3(path).items()}
    audio = mutagen.File(path)
    if audio is None:
        raise ValueError("mutagen does not know this file")
    tags = audio.tags if audio.tags is not None else {}
    return {
        str(key).upper(): [str(v) for v in (values if isinstance(values, list) else [values])]
        for key, values in tags.items()
    }


REFEREES = {"TagLib": seen_by_taglib, "FFmpeg": seen_by_ffmpeg, "mutagen": seen_by_mutagen}
GENRE_KEYS = {"GENRE", "TCON", "\xa9GEN", "WM/GENRE"}
# Counted or made anew by the program that shows it, or the same comment under a name that says where it stood.
OF_THEIR_OWN = {"ENCODER", "COMM:ID3V1 COMMENT:ENG"}


def make(folder: Path, ending: str, outer: str) -> Path:
    """A song with these tags around it; "tagged": fully tagged in the way of its format."""
    path = folder / f"song{ending}"
    if ending == ".ape":
        shutil.copyfile(Path(__file__).with_name("tones.ape"), path)
    elif ending == ".aac":
        encode(folder / "song.m4a", ".m4a", 0.4)
        with av.open(str(folder / "song.m4a")) as source, av.open(str(path), "w", format="adts") as target:
            stream = target.add_stream_from_template(source.streams.audio[0])
            for packet in source.demux(source.streams.audio[0]):
                if packet.dts is not None:
                    packet.stream = stream
                    target.mux(packet)
    else:
        encode(path, ending, 0.4)
    if outer == "tagged":
        tag_fully(path)
    else:
        scratch = folder / "scratch"
        scratch.mkdir()
        path.write_bytes(wraps(scratch)[outer](path.read_bytes()))
    return path


def genres_of(seen: Seen) -> list[str]:
    return [text for key in GENRE_KEYS for text in seen.get(key, [])]


@pytest.mark.parametrize("outer", [*AROUND, "tagged"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_all_see_the_new_genre_and_what_they_saw_before(tmp_path: Path, ending: str, outer: str) -> None:
    if ending == ".aac" and outer == "tagged":
        pytest.skip("mutagen does not tag AAC")
    if ending in NEVER_IN_FRONT and outer.endswith(("front", "once")):
        pytest.skip("not known to other programs")
    path = make(tmp_path, ending, outer)
    original = path.read_bytes()
    before: dict[str, Seen] = {}
    for name, see in REFEREES.items():
        if (name, ending, outer) in CANNOT or (name, ending, "*") in CANNOT or (name, "*", outer) in CANNOT:
            continue
        with contextlib.suppress(Exception):  # not every program knows every tag around every sound
            before[name] = see(path)
    assert before
    known = read_tags(path)
    prepared = prepare(path, Field.GENRE, (GENRE,))
    assert prepared is not None
    commit(prepared)
    for name in before:
        after = REFEREES[name](path)
        assert GENRE in genres_of(after), (name, after)
        if name != "mutagen" or len(genres_of(before[name])) == len(genres_of(after)):
            assert set(genres_of(after)) == {GENRE}, (name, after)
        for key, values in before[name].items():
            if key not in GENRE_KEYS | OF_THEIR_OWN:
                # A tag that the program did not read before may say more than the one that it did.
                fuller = [known.title, known.artist, known.album]
                text = " ".join(after.get(key, []))
                assert after.get(key) == values or values[0] in text or text in fuller, (name, key, after)
    now = read_tags(path)
    assert now.genres == (GENRE,)
    assert (now.title, now.artist, now.album, now.cover) == (known.title, known.artist, known.album, known.cover)
    back = prepare_undo(path, Field.GENRE, prepared.undo, written=prepared.after, original=prepared.before, modified=1)
    assert back is not None
    commit(back)
    assert path.read_bytes() == original
