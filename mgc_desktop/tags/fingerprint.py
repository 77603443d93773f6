"""The checksums of a file: of its audio, of the rest, and of the entire file.

The first one stays the same whatever this or another program writes into the tags, and after the file is moved or
renamed. The last one shows whether a file is unchanged, byte for byte; it depends neither on the file's name nor on
what a version of this program knows about its format.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from mgc_desktop.tags.formats import sniff
from mgc_desktop.tags.formats.layout import Layout, Range

_BLOCK: Final = 1 << 20
_DIGEST: Final = 16  # bytes; collisions are practically impossible


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`size` in bytes; `audio`, `rest` and `whole`: hexadecimal checksums of the audio, of all other bytes, and of all
    bytes in order. `whole` is "" if an older version did not store it."""

    size: int
    audio: str
    rest: str
    whole: str = ""

    def matches(self, other: Fingerprint) -> bool:
        """Whether both are checksums of the same bytes."""
        if self.whole and other.whole:
            return (self.size, self.whole) == (other.size, other.whole)
        return (self.size, self.audio, self.rest) == (other.size, other.audio, other.rest)


def fingerprint(path: Path, name: Path | None = None) -> Fingerprint:
    """The checksums of a file; raises OSError.

    `name`: used to find the format if the contents do not show it; the path itself by default.
    """
    with path.open("rb") as file:
        return fingerprint_of(file, name or path)


def fingerprint_of(file: BinaryIO, name: Path | None = None) -> Fingerprint:
    """The checksums of an open file; `name`: used to find the format if the contents do not show it."""
    format_ = sniff(file, name)
    size = file.seek(0, 2)
    try:
        pieces = format_.layout(file) if format_ is not None else (Range(0, size),)
    except OSError:
        raise
    except Exception:  # damaged: then all bytes count as audio
        pieces = (Range(0, size),)
    audio, rest, whole = (hashlib.blake2b(digest_size=_DIGEST) for _ in range(3))
    position = 0
    for piece in _joined(pieces):
        if isinstance(piece, bytes):
            audio.update(piece)
            continue
        _feed((rest, whole), file, position, piece.start)
        _feed((audio, whole), file, max(position, piece.start), piece.end)  # no byte twice
        position = max(position, piece.end)
    _feed((rest, whole), file, position, size)
    return Fingerprint(size, audio.hexdigest(), rest.hexdigest(), whole.hexdigest())


def audio_checksum(path: Path) -> str:
    """The checksum of the audio alone, hexadecimal; raises OSError."""
    return fingerprint(path).audio


def _joined(pieces: Layout) -> Iterator[Range | bytes]:
    """The pieces in the order of the file, derived ones first, without empty ones."""
    yield from (piece for piece in pieces if isinstance(piece, bytes))
    stretches = [piece for piece in pieces if isinstance(piece, Range) and piece.end > piece.start]
    yield from sorted(stretches, key=lambda piece: piece.start)


def _feed(digests: tuple[Any, ...], file: BinaryIO, start: int, end: int) -> None:
    file.seek(start)
    while start < end:
        block = file.read(min(_BLOCK, end - start))
        if not block:
            return
        for digest in digests:
            digest.update(block)
        start += len(block)
