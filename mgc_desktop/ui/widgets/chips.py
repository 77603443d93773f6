"""Small pills with a word in them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from mgc_desktop.ui.fonts import SMALL, font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.flow_layout import FlowLayout
from mgc_desktop.ui.wording import percent


class Chip(QLabel):
    """One word in a pill."""

    def __init__(self, text: str, palette: Palette) -> None:
        super().__init__(text)
        self._palette = palette
        self.setFont(font(SMALL))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setContentsMargins(11, 4, 11, 4)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The pill, then the word."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(self._palette.line), 1))
        painter.setBrush(QColor(self._palette.raised))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.end()
        super().paintEvent(event)


class ChipRow(QWidget):
    """Words with probabilities, in as many rows as they need but no more than `rows`."""

    def __init__(self, palette: Palette, *, rows: int = 2, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = palette
        self._rows = rows
        self._words: tuple[tuple[str, float], ...] = ()
        self._flow = FlowLayout(self)
        self.setAccessibleName("Heard")
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def words(self) -> tuple[str, ...]:
        """What is shown."""
        return tuple(word for word, _ in self._words)

    @property
    def shown(self) -> list[QWidget]:
        """The chips, in their order; rows beyond the last lie out of sight."""
        items = (self._flow.itemAt(index) for index in range(self._flow.count()))
        return [widget for item in items if item is not None and (widget := item.widget()) is not None]

    def set_palette(self, palette: Palette) -> None:
        """For the chips to come; those that are here are told themselves."""
        self._palette = palette

    def set_words(self, words: Sequence[tuple[str, float]]) -> None:
        """Show these, the strongest first."""
        words = tuple(words)
        if tuple(word for word, _ in words) != self.words:
            while (item := self._flow.takeAt(0)) is not None:
                if (widget := item.widget()) is not None:
                    widget.hide()
                    widget.deleteLater()
            for word, _ in words:
                self._flow.addWidget(Chip(word, self._palette))
        self._words = words
        for chip, (word, probability) in zip(self.shown, words, strict=True):
            chip.setToolTip(f"{word}: {percent(probability)}")
        self.setAccessibleDescription(", ".join(self.words))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """The height of its rows."""
        return QSize(200, self._height())

    def minimumSizeHint(self) -> QSize:
        """The same height."""
        return QSize(120, self._height())

    def heightForWidth(self, width: int) -> int:
        """The same for all widths: what does not fit into the rows is left out."""
        return self._height()

    def _height(self) -> int:
        row = Chip("x", self._palette).sizeHint().height()
        return self._rows * row + (self._rows - 1) * 6
