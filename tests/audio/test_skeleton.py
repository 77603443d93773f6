"""Ogg files with a Skeleton track, versions 3 and 4, which describes the other tracks."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from mgc_desktop.audio.decode import AudioReader

SKELETON = 0x1234
BOS, EOS = 2, 4


def checksum(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc


def page(number: int, flags: int, packet: bytes) -> bytes:
    """An Ogg page of the Skeleton track with one packet."""
    lacing = b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255])
    head = b"OggS\0" + struct.pack("<BqIIIB", flags, 0, SKELETON, number, 0, len(lacing)) + lacing
    return head[:22] + checksum(head + packet).to_bytes(4, "little") + head[26:] + packet


def pages_of(data: bytes) -> list[bytes]:
    pages, at = [], 0
    while at < len(data):
        end = at + 27 + data[at + 26]
        end += sum(data[at + 27 : end])
        pages.append(data[at:end])
        at = end
    return pages


def with_skeleton(song: bytes, version: int) -> bytes:
    pages = pages_of(song)
    serial = struct.unpack_from("<I", song, 14)[0]
    fishead = b"fishead\0" + struct.pack("<HHqqqq", version, 0, 0, 1000, 0, 1000) + bytes(20)
    fishead += struct.pack("<qq", len(song) + 1000, 500) if version == 4 else b""
    fisbone = b"fisbone\0" + struct.pack("<IIIqqqII", 44, serial, 3, 44100, 1, 0, 2, 0)
    index = b"index\0" + struct.pack("<Iqqqq", serial, 200, 1000, 0, 2000) + b"\x81" * 400
    described = [page(1, 0, fisbone + b"Content-Type: audio/vorbis\r\n")]
    if version == 4:
        described.append(page(2, 0, index))
    headers = next(i for i in range(1, len(pages)) if struct.unpack_from("<q", pages[i], 6)[0] > 0)
    return b"".join(
        [page(0, BOS, fishead), pages[0], *described, *pages[1:headers], page(3, EOS, b""), *pages[headers:]]
    )


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("kind", ["ogg", "opus", "oga"])
def test_the_sound_is_heard_as_without_it(kind, version, sounds, write_audio):
    path = write_audio(f"song.{kind}", sounds.chirp(3, 48000, channels=2), 48000, kind=kind)
    with AudioReader(path) as reader:
        y = np.concatenate(list(reader), axis=1)
    path.write_bytes(with_skeleton(path.read_bytes(), version))
    with AudioReader(path) as reader:
        np.testing.assert_array_equal(np.concatenate(list(reader), axis=1), y)
        assert reader.warnings == ()
        reader.seek(2)
        assert reader.read() is not None
