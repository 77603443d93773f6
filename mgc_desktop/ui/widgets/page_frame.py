"""The frame that all views but Listen share: a head line, a body, and what stands there when there is nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from mgc_desktop.ui import icons
from mgc_desktop.ui.fonts import font
from mgc_desktop.ui.theme import GAP, Palette
from mgc_desktop.ui.widgets.labels import ElidedLabel, muted

_READING_WIDTH = 560


class EmptyState(QWidget):
    """A sign, a title, a sentence that says what to do next, and (if it has a word) the button that does it."""

    def __init__(
        self, icon: str, title: str, sentence: str, palette: Palette, button: str = "", *, note: str = ""
    ) -> None:
        super().__init__()
        self._icon = icon
        self._sign = QLabel()
        self._sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = QLabel()
        self._title.setFont(font(24, QFont.Weight.DemiBold))
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence = muted("", 14)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setWordWrap(True)
        self._sentence.setFixedWidth(_READING_WIDTH)
        self.button = QPushButton(button)
        self.button.setProperty("kind", "primary")
        self.button.setFont(font(weight=QFont.Weight.DemiBold))
        if not button:
            self.button.hide()  # and never shown here, where it would be a window of its own
        column = QVBoxLayout(self)
        column.addStretch(3)
        column.addWidget(self._sign)
        column.addSpacing(18)
        column.addWidget(self._title)
        column.addSpacing(6)
        column.addWidget(self._sentence, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(22)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        if note:
            column.addSpacing(12)
            column.addWidget(muted(note), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(4)
        self.say(title, sentence)
        self.set_palette(palette)

    def say(self, title: str, sentence: str, button: str | None = None) -> None:
        """Other words; `button` None leaves the button as it is, "" hides it."""
        self._title.setText(title)
        self._sentence.setText(sentence)
        self._sentence.setFixedHeight(self._sentence.heightForWidth(_READING_WIDTH))
        if button is not None:
            self.button.setText(button)
            self.button.setVisible(bool(button))

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._sign.setPixmap(icons.pixmap(self._icon, palette.accent, 72, self.devicePixelRatioF()))


class PageFrame(QWidget):
    """A view's page: title, a muted `line` under it, `tools` at the right, and `body` below.

    `show_empty` puts an `EmptyState` in the body's place, `show_body` brings it back.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        heading = QLabel(title)
        heading.setFont(font(20, QFont.Weight.DemiBold))
        self.line = ElidedLabel(tone="muted")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(heading)
        words.addWidget(self.line)
        self.tools = QHBoxLayout()
        self.tools.setSpacing(10)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addLayout(words, 1)
        head.addLayout(self.tools)
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(head)
        self.body = QVBoxLayout()
        self.body.setSpacing(GAP)
        column.addLayout(self.body, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(full)
        around = QVBoxLayout(self)
        around.setContentsMargins(20, 16, 20, 16)
        around.addWidget(self._pages)

    def show_empty(self, state: EmptyState) -> None:
        """There is nothing to show: say so, and what to do."""
        if self._pages.indexOf(state) < 0:
            self._pages.addWidget(state)
        self._pages.setCurrentWidget(state)

    def show_body(self) -> None:
        """There is something."""
        self._pages.setCurrentIndex(0)

    @property
    def is_empty(self) -> bool:
        """Whether an `EmptyState` is seen."""
        return self._pages.currentIndex() != 0
