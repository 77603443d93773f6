"""What comes next, in two or three lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from mgc_desktop.ui.fonts import font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.panel import Panel

LINES: Final = 2
_HEIGHT: Final = 24
_DOT: Final = 8.0


@dataclass(frozen=True, slots=True)
class NextSong:
    """A line: `position` in the queue, `genre` as far as it is known."""

    position: int
    title: str
    artist: str = ""
    genre: str | None = None


class SongLine(QWidget):
    """A dot in the colour of the genre, the title, the artist; a double click plays it."""

    chosen = Signal(int)

    def __init__(self, song: NextSong, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._song = song
        self._palette = palette
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_song(song)

    def show_song(self, song: NextSong) -> None:
        """Show another song."""
        self._song = song
        words = ", ".join(part for part in (song.title, song.artist, song.genre) if part)
        self.setAccessibleName(words)
        self.setToolTip(f"{words}\nDouble click to play")
        self.update()

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.update()

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(200, _HEIGHT)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Play it."""
        self.chosen.emit(self._song.position)

    def enterEvent(self, event: QEnterEvent) -> None:
        """A ground under the mouse."""
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """And none without."""
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The artist gets at most two fifths of the room, the title what is left."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = self.height() / 2
        if self.underMouse():
            painter.setBrush(QColor(self._palette.hover))
            painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        painter.setBrush(QColor(self._palette.genre(self._song.genre) if self._song.genre else self._palette.line))
        painter.drawEllipse(QRectF(1, middle - _DOT / 2, _DOT, _DOT))
        painter.setFont(font())
        metrics = QFontMetricsF(font())
        artist = metrics.elidedText(self._song.artist, Qt.TextElideMode.ElideRight, self.width() * 0.4)
        artist_width = metrics.horizontalAdvance(artist)
        room = QRectF(_DOT + 9, 0, self.width() - _DOT - 9 - artist_width - (12 if artist else 0), self.height())
        title = metrics.elidedText(self._song.title, Qt.TextElideMode.ElideRight, room.width())
        painter.setPen(QColor(self._palette.text))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)
        painter.setPen(QColor(self._palette.muted))
        painter.drawText(
            QRectF(self.rect()).adjusted(0, 0, -2, 0),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
            artist,
        )


class NextPanel(Panel):
    """The songs that follow; hidden where none does."""

    play_requested = Signal(int)  # position in the queue

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__("Next", spacing=6, parent=parent)
        self._palette = palette
        self._lines: list[SongLine] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(0)
        self.body.addLayout(self._column)

    @property
    def is_empty(self) -> bool:
        """Whether nothing follows."""
        return not self._lines

    def set_palette(self, palette: Palette) -> None:
        """For the lines to come; those that are here are told themselves."""
        self._palette = palette

    def show_songs(self, songs: Sequence[NextSong]) -> None:
        """Show the first of these."""
        songs = songs[:LINES]
        while len(self._lines) > len(songs):
            line = self._lines.pop()
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        for line, song in zip(self._lines, songs, strict=False):
            line.show_song(song)
        for song in songs[len(self._lines) :]:
            line = SongLine(song, self._palette)
            line.chosen.connect(self.play_requested)
            self._lines.append(line)
            self._column.addWidget(line)
