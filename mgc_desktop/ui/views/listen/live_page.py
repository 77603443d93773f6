"""The page of live input: the source and its level, the moving picture, the genres of the last minutes."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from mgc_desktop.ui import icons
from mgc_desktop.ui.theme import GAP, Palette
from mgc_desktop.ui.views.listen.source_menu import SourceMenu
from mgc_desktop.ui.views.listen.spectrogram_panel import SpectrogramPanel
from mgc_desktop.ui.views.listen.verdict_panel import VerdictPanel
from mgc_desktop.ui.widgets.buttons import IconButton
from mgc_desktop.ui.widgets.chips import ChipRow
from mgc_desktop.ui.widgets.genre_bars import GenreBars
from mgc_desktop.ui.widgets.labels import ElidedLabel
from mgc_desktop.ui.widgets.level_meter import LevelMeter
from mgc_desktop.ui.widgets.panel import Panel
from mgc_desktop.ui.widgets.ribbon import Ribbon

_SIDE_WIDTH: Final = 322
_SIGN: Final = 34


class LiveHeader(QWidget):
    """What is listened to, how loud it is, and what can be done."""

    toggle_requested = Signal()  # stop, or listen again
    close_requested = Signal()
    picture_requested = Signal()
    table_requested = Signal()

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = palette
        self._running = False
        self._sign = QLabel()
        self.title = ElidedLabel(px=20, weight=QFont.Weight.DemiBold)
        self.line = ElidedLabel(tone="muted")
        self.meter = LevelMeter(palette)
        self.sources = SourceMenu(self)
        self.source = QPushButton("Source")
        self.source.setToolTip("Choose what to listen to")
        self.source.setMenu(self.sources)
        self.save = QPushButton("Save")
        self.save.setToolTip("Save this session as a picture or as a table")
        menu = QMenu(self.save)
        menu.addAction("Save picture as PNG…", self.picture_requested.emit)
        menu.addAction("Save genres as CSV…", self.table_requested.emit)
        self.save.setMenu(menu)
        self.toggle = QPushButton("Stop")
        self.toggle.setProperty("kind", "primary")
        self.toggle.clicked.connect(self.toggle_requested)
        self.close_button = IconButton("close", "Close the live session", palette)
        self.close_button.clicked.connect(self.close_requested)
        for button in (self.source, self.save, self.toggle):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._lay_out()
        self.set_palette(palette)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        colour = palette.accent if self._running else palette.muted
        self._sign.setPixmap(icons.pixmap("microphone", colour, _SIGN, self.devicePixelRatioF()))

    def set_running(self, running: bool) -> None:
        """Whether a source is being listened to."""
        self._running = running
        self.toggle.setText("Stop" if running else "Listen again")
        self.toggle.setToolTip("End the session; it stays here to be saved" if running else "Begin a new session")
        if not running:
            self.meter.clear()
        self.set_palette(self._palette)

    def _lay_out(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(3)
        names.addStretch(1)
        names.addWidget(self.title)
        names.addWidget(self.line)
        names.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self._sign)
        row.addLayout(names, 1)
        for widget in (self.meter, self.source, self.save, self.toggle, self.close_button):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)


class LiveSide(QWidget):
    """The verdict on the last minutes, the bars of the last seconds, and, where there is room, the tags."""

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.recent = VerdictPanel(palette, "Last 5 minutes", correctable=False)
        self.now = Panel("Last 10 seconds")
        self.now_words = ElidedLabel()
        self.now.add_note(self.now_words)
        self.bars = GenreBars((), palette)
        self.now.body.addWidget(self.bars, 1)
        self.tag_panel = Panel("Heard")
        self.chips = ChipRow(palette)
        self.tag_panel.body.addWidget(self.chips)
        self.setFixedWidth(_SIDE_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for panel in (self.recent, self.now, self.tag_panel):
            column.addWidget(panel)
            panel.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        column.addStretch(1)
        self.refit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See what fits."""
        super().resizeEvent(event)
        self.refit()

    def refit(self) -> None:
        """Show the tags where there are any, and room for them."""
        room = self.height() - self.minimumSizeHint().height()
        self.tag_panel.setVisible(bool(self.chips.words) and room >= self.tag_panel.minimumSizeHint().height() + GAP)

    def minimumSizeHint(self) -> QSize:
        """What always stays."""
        size = super().minimumSizeHint()
        size.setHeight(self.recent.minimumSizeHint().height() + GAP + self.now.minimumSizeHint().height())
        return size


class LivePage(QWidget):
    """Lays out; the controller brings it to life."""

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = LiveHeader(palette)
        self.spectrogram = SpectrogramPanel(palette)
        self.ribbon = Ribbon(palette, gaps=True)
        self.ribbon.setAccessibleName("Genre over the session")
        self.ribbon.setCursor(Qt.CursorShape.ArrowCursor)
        self.side = LiveSide(palette)
        over_time = Panel("Genre over the session")
        over_time.body.addWidget(self.ribbon)
        over_time.body.setContentsMargins(14, 10, 14, 14)
        left = QVBoxLayout()
        left.setSpacing(GAP)
        left.addWidget(self.spectrogram, 1)
        left.addWidget(over_time)
        columns = QHBoxLayout()
        columns.setSpacing(GAP)
        columns.addLayout(left, 1)
        columns.addWidget(self.side)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GAP)
        rows.addWidget(self.header)
        rows.addLayout(columns, 1)
