"""The Listen view: everything about the song that plays, laid out."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from mgc_desktop.ui.genres_choice import GenresButton
from mgc_desktop.ui.queue_model import QueueModel
from mgc_desktop.ui.queue_panel import QueuePanel
from mgc_desktop.ui.theme import GAP, Palette
from mgc_desktop.ui.views.listen.header import Header
from mgc_desktop.ui.views.listen.next_panel import NextPanel
from mgc_desktop.ui.views.listen.spectrogram_panel import SpectrogramPanel
from mgc_desktop.ui.views.listen.verdict_panel import VerdictPanel
from mgc_desktop.ui.views.listen.welcome import Welcome
from mgc_desktop.ui.widgets import ribbon
from mgc_desktop.ui.widgets.chips import ChipRow
from mgc_desktop.ui.widgets.genre_bars import GenreBars
from mgc_desktop.ui.widgets.labels import muted
from mgc_desktop.ui.widgets.panel import Panel
from mgc_desktop.ui.widgets.ribbon import Ribbon

_SIDE_WIDTH: Final = 322
_WIDE_SIDE_WIDTH: Final = 380
_WIDE: Final = 1800
_HIGH: Final = 1100
_SIDE_AND_QUEUE_FROM: Final = 1240  # pixels of width from which both fit beside the spectrogram


class SideColumn(QWidget):
    """Verdict, bars, tags, what comes next; where the window is low, the last of them give way."""

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.verdict = VerdictPanel(palette)
        self.now = Panel("Now")
        self.genres = GenresButton()
        self.now.head.addWidget(self.genres)
        self.bars = GenreBars((), palette)
        self.now.body.addWidget(self.bars, 1)
        self.tag_panel = Panel("Heard")
        self.chips = ChipRow(palette)
        self.tag_panel.body.addWidget(self.chips)
        self.next = NextPanel(palette)
        self._guest: QWidget | None = None
        self.setFixedWidth(_SIDE_WIDTH)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GAP)
        for panel in (self.verdict, self.now, self.tag_panel, self.next):
            self._column.addWidget(panel)
            panel.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._column.addStretch(1)
        self.refit()

    def host(self, guest: QWidget | None) -> None:
        """Give all the room under the verdict to a guest, None: to the own panels again."""
        if guest is not None:
            self._column.addWidget(guest, 100)
        self._guest = guest
        self.refit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See what fits."""
        super().resizeEvent(event)
        self.refit()

    def refit(self) -> None:
        """Show the panels that have something to say, as many as there is room for."""
        self.now.setVisible(self._guest is None)
        room = self.height() - self.verdict.minimumSizeHint().height() - GAP - self.now.minimumSizeHint().height()
        for panel, wanted in ((self.tag_panel, bool(self.chips.words)), (self.next, not self.next.is_empty)):
            needed = panel.minimumSizeHint().height() + GAP
            fits = wanted and room >= needed and self._guest is None
            panel.setVisible(fits)
            room -= needed if fits else 0

    def minimumSizeHint(self) -> QSize:
        """What always stays."""
        size = super().minimumSizeHint()
        size.setHeight(self.verdict.minimumSizeHint().height() + GAP + self.now.minimumSizeHint().height())
        return size


class ListenPage(QWidget):
    """Lays out; the controllers bring it to life."""

    def __init__(self, palette: Palette, queue: QueueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.header = Header(palette)
        self.spectrogram = SpectrogramPanel(palette)
        self.ribbon = Ribbon(palette)
        self.side = SideColumn(palette)
        self.queue = QueuePanel(queue, palette)
        self.queue.hide()
        self._queue_open = False
        self._queue_inside = False
        self._live: QWidget | None = None
        self._behind_live = 0
        self.welcome = Welcome(palette)
        self._stack = QStackedLayout()
        song = QWidget()
        self._lay_out_song(song)
        self._columns = QHBoxLayout(self)
        self._columns.setContentsMargins(18, 16, 18, 16)
        self._columns.setSpacing(GAP)
        self._columns.addLayout(self._stack, 1)
        self._columns.addWidget(self.queue)
        self._stack.addWidget(self.welcome)  # last: a stack that stands nowhere would show it as a window
        self._stack.addWidget(song)

    @property
    def has_song(self) -> bool:
        """Whether a song is shown, not the welcome."""
        return self._stack.currentIndex() == 1

    @property
    def is_live(self) -> bool:
        """Whether live input is shown."""
        return self._live is not None and self._stack.currentWidget() is self._live

    def show_welcome(self, welcome: bool) -> None:
        """The empty page, or the song; live input gives way to either."""
        self._behind_live = 0 if welcome else 1
        self._stack.setCurrentIndex(self._behind_live)
        self._make_room()

    def add_live(self, page: QWidget) -> None:
        """Take in the page of live input, which is made when it is first wanted."""
        self._live = page
        self._stack.addWidget(page)

    def show_live(self) -> None:
        """Live input in the place of the song."""
        if self._live is not None:
            self._stack.setCurrentWidget(self._live)
            self._make_room()

    def leave_live(self) -> None:
        """The song again, or the welcome."""
        self._stack.setCurrentIndex(self._behind_live)
        self._make_room()

    def set_queue_open(self, is_open: bool) -> None:
        """Show or hide the queue; in a narrow window it takes the place of all but the verdict."""
        self._queue_open = is_open
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See what fits."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        self.side.setFixedWidth(_SIDE_WIDTH if self.width() < _WIDE else _WIDE_SIDE_WIDTH)
        self.ribbon.setFixedHeight(ribbon.HEIGHT if self.height() < _HIGH else ribbon.HIGH)
        narrow = self.width() < _SIDE_AND_QUEUE_FROM
        self.queue.setVisible(self._queue_open and not (narrow and self.is_live))
        inside = self.has_song and self._queue_open and narrow
        if inside == self._queue_inside:
            return
        self._queue_inside = inside
        if inside:
            self._columns.removeWidget(self.queue)
            self.side.host(self.queue)
        else:
            self.side.host(None)
            self._columns.addWidget(self.queue)

    def _lay_out_song(self, song: QWidget) -> None:
        over_the_song = Panel("Genre over the song")
        over_the_song.head.addWidget(muted("click to seek"))
        over_the_song.body.addWidget(self.ribbon)
        over_the_song.body.setContentsMargins(14, 10, 14, 14)
        left = QVBoxLayout()
        left.setSpacing(GAP)
        left.addWidget(self.spectrogram, 1)
        left.addWidget(over_the_song)
        columns = QHBoxLayout()
        columns.setSpacing(GAP)
        columns.addLayout(left, 1)
        columns.addWidget(self.side)
        rows = QVBoxLayout(song)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GAP)
        rows.addWidget(self.header)
        rows.addLayout(columns, 1)
