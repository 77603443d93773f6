"""The strip at the foot of the Library view: what runs, how far it is, and the next thing to do."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from mgc_desktop.library.progress import JobProgress
from mgc_desktop.library.scanner import ScanProgress
from mgc_desktop.library.song import State
from mgc_desktop.ui.fonts import font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.library.words import Counts, idle_line, job_line, number, scan_line, songs
from mgc_desktop.ui.widgets.labels import ElidedLabel


class ThinBar(QWidget):
    """How much is done, as a line; hidden while there is nothing to measure."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette
        self._share = 0.0
        self.setFixedHeight(4)
        self.setAccessibleName("Progress")

    def set_share(self, share: float) -> None:
        """0 to 1."""
        self._share = min(1.0, max(0.0, share))
        self.setAccessibleDescription(f"{100 * self._share:.0f} %")
        self.update()

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Track and line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(0, 0, 0, 0))
        box = QRectF(self.rect())
        painter.setBrush(QColor(self._palette.line))
        painter.drawRoundedRect(box, 2, 2)
        painter.setBrush(QColor(self._palette.accent))
        painter.drawRoundedRect(QRectF(0, 0, box.width() * self._share, box.height()), 2, 2)


class Strip(QFrame):
    """One line of words, one thin line, and the buttons that make sense now."""

    listen_requested = Signal(str)  # new, chosen, all
    go_on_requested = Signal()
    pause_toggled = Signal()
    cancel_requested = Signal()
    undo_requested = Signal()
    review_requested = Signal()

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._counts = Counts({})
        self._chosen = 0
        self._job: JobProgress | None = None
        self._scan: ScanProgress | None = None
        self._scanning = False
        self.words = ElidedLabel()
        self.bar = ThinBar(palette)
        self.listen = QPushButton("Listen")
        self.listen.setMenu(self._listen_menu())
        self.go_on = _button("Go on", self.go_on_requested)
        self.pause = _button("Pause", self.pause_toggled)
        self.cancel = _button("Cancel", self.cancel_requested)
        self.undo = _button("Undo…", self.undo_requested)
        self.undo.setToolTip("Take back what was written, a whole run or single files")
        self.review = _button("Review and write…", self.review_requested)
        self.review.setProperty("kind", "primary")
        self.review.setFont(font(weight=QFont.Weight.DemiBold))
        self._lay_out()
        self._show()

    def show_counts(self, counts: Counts, *, undoable: bool) -> None:
        """How the library stands."""
        self._counts = counts
        self.undo.setVisible(undoable)
        self._show()

    def show_chosen(self, count: int) -> None:
        """How many songs are selected."""
        self._chosen = count
        self._show()

    def show_scan(self, progress: ScanProgress | None, *, running: bool) -> None:
        """How far the scan is."""
        self._scan, self._scanning = progress, running
        self._show()

    def show_job(self, progress: JobProgress | None) -> None:
        """How far the listening is; None when it ended."""
        self._job = progress
        self._show()

    def _show(self) -> None:
        job, counts = self._job, self._counts
        if job is not None:
            self.words.setText(job_line(job))
            self.bar.set_share(job.done / job.total if job.total else 0.0)
            self.pause.setText("Resume" if job.paused else "Pause")
        elif self._scanning:
            self.words.setText(scan_line(self._scan))
            self.bar.set_share(self._scan.read / self._scan.found if self._scan and self._scan.found else 0.0)
        else:
            self.words.setText(idle_line(counts))
        idle = job is None
        self.bar.setVisible(job is not None or self._scanning)
        self.pause.setVisible(not idle)
        self.cancel.setVisible(not idle or counts.waiting > 0 or self._scanning)
        self.go_on.setVisible(idle and counts.waiting > 0)
        self.listen.setVisible(idle and counts.songs > 0 and not counts.waiting)
        fresh = counts.not_analysed
        stale = counts[State.STALE]
        again = f"Analyse {songs(stale)} again" if stale == fresh else f"Listen to {songs(fresh)}"
        self.listen.setText(again if fresh else "Listen")
        earlier = "what an earlier model analysed" if stale == fresh else "what is not up to date"
        what = earlier if stale else "what is new"
        self._new.setText(f"Only {what} ({number(fresh)})")
        self._new.setEnabled(fresh > 0)
        self._only.setText(f"The selection ({number(self._chosen)})")
        self._only.setEnabled(self._chosen > 0)
        self._all.setText(f"All of them ({number(counts.songs)})")
        self.review.setText(f"Review and write {number(counts.accepted)}…" if counts.accepted else "Review and write…")
        self.review.setEnabled(counts.to_review > 0)
        self.review.setVisible(counts.songs > 0)
        main = counts.accepted > 0
        if self.review.property("kind") != ("primary" if main else ""):
            self.review.setProperty("kind", "primary" if main else "")
            self.review.style().unpolish(self.review)
            self.review.style().polish(self.review)

    def _listen_menu(self) -> QMenu:
        menu = QMenu(self)
        self._new = menu.addAction("", lambda: self.listen_requested.emit("new"))
        self._only = menu.addAction("", lambda: self.listen_requested.emit("chosen"))
        self._all = menu.addAction("", lambda: self.listen_requested.emit("all"))
        return menu

    def _lay_out(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(8)
        texts.addStretch(1)
        texts.addWidget(self.words)
        texts.addWidget(self.bar)
        texts.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 11, 16, 11)
        row.setSpacing(10)
        row.addLayout(texts, 1)
        for button in (self.listen, self.go_on, self.pause, self.cancel, self.undo, self.review):
            row.addWidget(button)


def _button(text: str, signal: object) -> QPushButton:
    button = QPushButton(text)
    button.clicked.connect(lambda: signal.emit())  # type: ignore[attr-defined]
    return button
