"""Messages that lie over the window instead of shoving it about."""

from __future__ import annotations

from collections import deque
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QColor, QFont, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsDropShadowEffect,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from mgc_desktop.notice import Notice
from mgc_desktop.ui import icons
from mgc_desktop.ui.fonts import SMALL, font
from mgc_desktop.ui.theme import GAP, Palette
from mgc_desktop.ui.widgets.buttons import IconButton
from mgc_desktop.ui.widgets.labels import muted

_WIDTH: Final = 620
_WAITING: Final = 50
PASSING_MS: Final = 8000
ACTION_MS: Final = 20_000  # there is something to press


class NoticeBar(QFrame):
    """One notice at a time over the head of its parent, where nothing can be pressed; the others wait.

    Escape or the cross sends it away; what is no problem goes by itself.
    """

    action_requested = Signal(object)  # the Notice

    def __init__(self, palette: Palette, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self._palette = palette
        self._notice: Notice | None = None
        self._waiting: deque[Notice] = deque(maxlen=_WAITING)
        self._sign = QLabel()
        self._title = QLabel()
        self._title.setFont(font(weight=QFont.Weight.DemiBold))
        self._message = muted(px=SMALL)
        self._message.setWordWrap(True)
        self.action_button = QPushButton()
        self.action_button.clicked.connect(self._on_action)
        self.dismiss_button = QPushButton()
        self.dismiss_button.clicked.connect(self.dismiss)
        self.close_button = IconButton("close", "Dismiss", palette, keys="Esc", size=16)
        self.close_button.clicked.connect(self.dismiss)
        self._passing = QTimer(self)
        self._passing.setSingleShot(True)
        self._passing.timeout.connect(self.dismiss)
        self._lay_out()
        self._cast_shadow()
        self.set_palette(palette)
        self.hide()
        parent.installEventFilter(self)

    @property
    def notice(self) -> Notice | None:
        """What is shown."""
        return self._notice

    @property
    def waiting(self) -> int:
        """How many more there are."""
        return len(self._waiting)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.setStyleSheet(
            f"QFrame#notice {{ background: {palette.raised}; border: 1px solid {palette.line}; border-radius: 12px; }}"
        )
        self._draw_sign()

    def post(self, notice: Notice) -> None:
        """Show a notice, or let it wait; the same one is not shown twice in a row."""
        if notice.dismissal:
            self.withdraw(notice.subject)
        if self._notice is None:
            self._show(notice)
        elif not any(notice.same_as(other) for other in (self._notice, *self._waiting)):
            self._waiting.append(notice)
            self._count()

    def withdraw(self, subject: str) -> None:
        """Take back the questions on a subject: they are answered, or asked otherwise."""
        kept = [other for other in self._waiting if not (other.dismissal and other.subject == subject)]
        self._waiting = deque(kept, maxlen=_WAITING)
        if self._notice is not None and self._notice.dismissal and self._notice.subject == subject:
            self.dismiss()

    def dismiss(self) -> None:
        """Send the notice away; the next one takes its place."""
        self._notice = None
        self._passing.stop()
        if self._waiting:
            self._show(self._waiting.popleft())
        else:
            self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape dismisses."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep to the middle of the parent."""
        if watched is self.parent() and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _show(self, notice: Notice) -> None:
        self._notice = notice
        self._message.setText(notice.message)
        self.action_button.setText(notice.action)
        self.action_button.setVisible(bool(notice.action))
        self.dismiss_button.setText(notice.dismissal)
        self.dismiss_button.setVisible(bool(notice.dismissal))
        self._count()
        self._draw_sign()
        self.show()
        self._place()
        self.raise_()
        if not notice.problem and not notice.dismissal:
            self._passing.start(ACTION_MS if notice.action else PASSING_MS)
        said = QAccessibleAnnouncementEvent(self, f"{notice.title}. {notice.message}")
        said.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(said)

    def _count(self) -> None:
        if self._notice is not None:
            more = f"   +{len(self._waiting)}" if self._waiting else ""
            self._title.setText(self._notice.title + more)

    def _draw_sign(self) -> None:
        problem = self._notice is None or self._notice.problem
        colour = self._palette.danger if problem else self._palette.accent
        self._sign.setPixmap(icons.pixmap("warning" if problem else "info", colour, 20, self.devicePixelRatioF()))

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None or self.isHidden():
            return
        width = min(_WIDTH, parent.width() - 4 * GAP)
        layout = self.layout()
        height = max(layout.heightForWidth(width), layout.minimumSize().height()) if layout is not None else 60
        self.setGeometry((parent.width() - width) // 2, GAP, width, height)

    def _on_action(self) -> None:
        notice = self._notice
        self.dismiss()
        if notice is not None:
            self.action_requested.emit(notice)

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._message)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 10, 12)
        row.setSpacing(14)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        row.addWidget(self.action_button)
        row.addWidget(self.dismiss_button)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignVCenter)

    def _cast_shadow(self) -> None:
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(32)
        shadow.setOffset(0, 8)
        shadow.setColor(QColor(0, 0, 0, 110))
        self.setGraphicsEffect(shadow)
