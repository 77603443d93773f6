"""The checksum of the sound does not care for tags, and misses no other change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import mutagen
import numpy as np
import pytest

from mgc_desktop.tags.fingerprint import audio_checksum, fingerprint
from mgc_desktop.tags.formats import sniff
from mgc_desktop.tags.formats.layout import Layout, Range

Song = Callable[..., Path]
Tag = Callable[[Path], None]


def layout(file: BinaryIO, path: Path) -> Layout:
    found = sniff(file, path)
    assert found is not None
    return found.layout(file)


def test_other_programs_tags_do_not_change_it(song: Song, tag: Tag, ending: str) -> None:
    path = song(ending)
    before = fingerprint(path)
    tag(path)
    after = fingerprint(path)
    assert after.audio == before.audio
    assert after.rest != before.rest
    audio = mutagen.File(path)
    audio.delete()
    assert audio_checksum(path) == before.audio


def test_no_flipped_bit_is_missed(song: Song, tag: Tag, ending: str) -> None:
    path = song(ending)
    tag(path)
    data, before = path.read_bytes(), fingerprint(path)
    random = np.random.default_rng(3)
    for place in [*range(0, 64, 3), *random.integers(0, len(data), 150), len(data) - 1]:
        flipped = bytearray(data)
        flipped[place] ^= 1 << int(random.integers(8))
        path.write_bytes(flipped)
        assert fingerprint(path) != before, place


def test_a_flipped_bit_in_the_sound_changes_the_checksum_of_the_sound(song: Song, tag: Tag, ending: str) -> None:
    path = song(ending)
    tag(path)
    data, before = path.read_bytes(), fingerprint(path)
    with path.open("rb") as file:
        ranges = [piece for piece in layout(file, path) if isinstance(piece, Range)]
    longest = max(ranges, key=lambda piece: piece.end - piece.start)
    for place in np.linspace(longest.start, longest.end - 1, 40).astype(int):
        flipped = bytearray(data)
        flipped[place] ^= 0x10
        path.write_bytes(flipped)
        assert fingerprint(path).audio != before.audio, place


def test_nearly_all_of_the_file_is_sound(song: Song, ending: str) -> None:
    path = song(ending)
    with path.open("rb") as file:
        ranges = [piece for piece in layout(file, path) if isinstance(piece, Range)]
    covered = sum(piece.end - piece.start for piece in ranges)
    assert covered > 0.7 * path.stat().st_size


@pytest.mark.parametrize("data", [b"", b"x", b"RIFF", b"fLaC", b"OggS" + bytes(40), bytes(100), b"ID3" + b"\x7f" * 20])
def test_what_is_no_song_has_a_checksum_as_well(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "file.mp3"
    path.write_bytes(data)
    first = fingerprint(path)
    assert first.size == len(data)
    path.write_bytes(data + b"more")
    assert fingerprint(path) != first
