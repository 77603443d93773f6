"""Compare over the library: a run with its progress, how often the models agree, and the songs on which they do not."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from mgc_desktop.analysis.model_comparison import Comparison
from mgc_desktop.library.progress import JobProgress, JobReport
from mgc_desktop.library.song import Song
from mgc_desktop.ui.fonts import SMALL
from mgc_desktop.ui.theme import GAP, Palette
from mgc_desktop.ui.views.library.strip import ThinBar
from mgc_desktop.ui.views.library.words import number
from mgc_desktop.ui.views.models import words
from mgc_desktop.ui.views.models.agreement import AgreementChart
from mgc_desktop.ui.views.models.genre_table import GenreTable, Heads
from mgc_desktop.ui.widgets.labels import ElidedLabel, muted
from mgc_desktop.ui.widgets.panel import Panel

_TEXTS = ("Title", "Artist", "Apart")


class LibraryComparisonPage(QWidget):
    """Shows what it is told."""

    listen_requested = Signal()
    cancel_requested = Signal()
    play_requested = Signal(object)  # Song
    show_requested = Signal(object)  # list[Song]: in the library

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Comparison | None = None
        self._running = False
        self.line = ElidedLabel()
        self.bar = ThinBar(palette)
        self.listen = QPushButton("Listen")
        self.listen.clicked.connect(self.listen_requested)
        self.cancel = QPushButton("Cancel")
        self.cancel.clicked.connect(self.cancel_requested)
        self.chart = AgreementChart(palette)
        self.table = GenreTable("Songs on which the models disagree", palette)
        self.table.opened.connect(lambda row: self.play_requested.emit(self._song(row)))
        self.table.menu_requested.connect(self._offer)
        self.nothing = muted("", 14)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setWordWrap(True)
        self._ground = QStackedWidget()
        self._ground.addWidget(self.table)
        self._ground.addWidget(self.nothing)
        self.show_all = QPushButton("Show in library")
        self.show_all.setProperty("kind", "quiet")
        self.show_all.clicked.connect(lambda: self.show_requested.emit(self._songs()))
        self._lay_out()
        self._show_state()

    @property
    def found(self) -> Comparison | None:
        """What is shown."""
        return self._found

    def show_comparison(self, found: Comparison) -> None:
        """What the models heard in the library."""
        self._found = found
        self.chart.show_comparison(found)
        rows = [words.dispute_cells(dispute) for dispute in found.disputes]
        self.table.show_rows(Heads(_TEXTS, found.models), rows)
        self.nothing.setText("" if rows else words.why_nothing(found))
        self._ground.setCurrentIndex(0 if rows else 1)
        self._show_state()

    def show_progress(self, progress: JobProgress) -> None:
        """Models are listening."""
        self._running = True
        self.line.setText(words.progress_line(progress))
        self.bar.set_share(progress.done / progress.total if progress.total else 0.0)
        self._show_state()

    def show_end(self, report: JobReport | None) -> None:
        """They are through, or were stopped."""
        self._running = False
        self._show_state()
        self.line.setText(words.outcome(report))

    def set_running(self) -> None:
        """A run was asked for."""
        self._running = True
        self.bar.set_share(0.0)
        self.line.setText("Getting ready to listen")
        self._show_state()

    def _show_state(self) -> None:
        found = self._found
        missing = sum(found.songs - predicted for predicted in found.predicted) if found is not None else 0
        self.bar.setVisible(self._running)
        self.cancel.setVisible(self._running)
        self.listen.setVisible(not self._running)
        self.listen.setEnabled(missing > 0)
        self.listen.setText(f"Listen {number(missing)} times" if missing else "Listen")
        self.listen.setProperty("kind", "primary" if missing else "")
        self.listen.style().unpolish(self.listen)
        self.listen.style().polish(self.listen)
        self.show_all.setEnabled(bool(found and found.disputes))
        if not self._running and found is not None:
            self.line.setText(words.library_line(found))

    def _song(self, row: int) -> Song:
        assert self._found is not None
        return self._found.disputes[row].song

    def _songs(self) -> list[Song]:
        return [dispute.song for dispute in self._found.disputes] if self._found is not None else []

    def _offer(self, row: int, at: QPoint) -> None:
        song = self._song(row)
        menu = QMenu(self)
        menu.addAction("Play", lambda: self.play_requested.emit(song))
        menu.addAction("Show in library", lambda: self.show_requested.emit([song]))
        menu.popup(at)

    def _lay_out(self) -> None:
        strip = QFrame()
        strip.setObjectName("panel")
        texts = QVBoxLayout()
        texts.setSpacing(8)
        texts.addStretch(1)
        texts.addWidget(self.line)
        texts.addWidget(self.bar)
        texts.addStretch(1)
        row = QHBoxLayout(strip)
        row.setContentsMargins(16, 11, 16, 11)
        row.setSpacing(10)
        row.addLayout(texts, 1)
        row.addWidget(self.cancel)
        row.addWidget(self.listen)
        left = Panel("How often they agree", spacing=6)
        left.add_note(ElidedLabel("% of the songs that both heard", px=SMALL, tone="muted"))
        left.body.addWidget(self.chart, 1)
        right = Panel("Where they are furthest apart", spacing=6)
        right.head.addWidget(self.show_all)
        right.body.addWidget(self._ground, 1)
        middle = QHBoxLayout()
        middle.setSpacing(GAP)
        middle.addWidget(left, 2)
        middle.addWidget(right, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(middle, 1)
        column.addWidget(strip)
