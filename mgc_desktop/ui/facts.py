"""What the widgets are fed with: frozen facts about a song."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QImage

from mgc_desktop.ui.wording import clock, codec_name, joined


@dataclass(frozen=True, slots=True)
class SongFacts:
    """What a file says of itself; the title is the file's name where it says none.

    `duration`: seconds, None if unknown. `genres`: as written in the file. `cover`: small, for the header.
    """

    path: Path
    title: str
    artist: str = ""
    album: str = ""
    duration: float | None = None
    codec: str = ""
    bit_rate: int | None = None
    genres: tuple[str, ...] = ()
    cover: QImage | None = None

    @classmethod
    def bare(cls, path: Path) -> SongFacts:
        """What is known before the file is opened."""
        return cls(path, path.stem)

    @property
    def line(self) -> str:
        """artist · album · 2:27 · MP3 192 kb/s."""
        length = clock(self.duration) if self.duration else None
        return joined(self.artist, self.album, length, codec_name(self.codec, self.bit_rate) if self.codec else None)
