"""The review: what would be written to each song, by which rules; accepted, edited, and only then written."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from mgc_desktop.library.review import counts
from mgc_desktop.settings import Settings
from mgc_desktop.tags.writer import RunReport
from mgc_desktop.ui.fonts import font
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.views.library import outcome
from mgc_desktop.ui.views.library.page import table_sheet
from mgc_desktop.ui.views.library.review_model import ReviewModel, split
from mgc_desktop.ui.views.library.review_table import ReviewTable
from mgc_desktop.ui.views.library.rules import WIDTH, Rules
from mgc_desktop.ui.views.library.strip import ThinBar
from mgc_desktop.ui.views.library.words import number, songs
from mgc_desktop.ui.widgets.labels import ElidedLabel, muted
from mgc_desktop.workers.library_writer import LibraryWriter

_SIZE = (1120, 720)
_SCROLL_BAR = 14
_SMALL = (560, 300)  # when there is nothing more to read than a line


class ReviewDialog(QDialog):
    """Plans, shows, writes. `wanted`: ids of the songs, None for all that have something to decide."""

    written = Signal(object)  # RunReport
    choices_made = Signal(list)  # ReviewRows that were decided by hand
    undo_requested = Signal()

    def __init__(
        self, writer: LibraryWriter, settings: Settings, palette: Palette, wanted: Sequence[int] | None,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle("Review")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._writer = writer
        self._wanted = None if wanted is None else list(wanted)
        self.model = ReviewModel()
        self.rules = Rules(settings, palette)
        self.table = ReviewTable(self.model, palette)
        self.headline = QLabel("Review")
        self.headline.setFont(font(20, QFont.Weight.DemiBold))
        self.line = ElidedLabel(tone="muted")
        self.accept_button = QPushButton("Accept")
        self.decline_button = QPushButton("Decline")
        self.edit_button = QPushButton("Set genre…")
        self.cancel = QPushButton("Close")
        self.write = QPushButton("Write")
        self.write.setProperty("kind", "primary")
        self.write.setFont(font(weight=QFont.Weight.DemiBold))
        self.bar = ThinBar(palette)
        self.undo = QPushButton("Undo…")
        self.refused = QTextBrowser()
        self.refused.setAccessibleName("Files that were left alone")
        self._lay_out(palette)
        self._connect()
        self.resize(*_SIZE)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocus()
        self._plan()

    def _connect(self) -> None:
        self.rules.changed.connect(self._plan)
        self.model.decided.connect(self._tell)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._tell())
        self.accept_button.clicked.connect(lambda: self.model.accept(self._chosen(), accepted=True))
        self.decline_button.clicked.connect(lambda: self.model.accept(self._chosen(), accepted=False))
        self.edit_button.clicked.connect(self._set_genre)
        self.write.clicked.connect(self._write)
        self.cancel.clicked.connect(self._on_cancel)
        self.undo.clicked.connect(self._on_undo)
        self._writer.progressed.connect(self._on_progress)
        self._writer.ended.connect(self._on_ended)
        self._writer.failed.connect(self._on_failed)

    # The plan

    def _plan(self) -> None:
        self.line.setText("Looking at what was heard…")
        self.write.setEnabled(False)
        self._asked = self._writer.plan(
            self.rules.policy, self._wanted, self.model.show_rows, min_confidence=self.rules.min_confidence
        )

    def done(self, result: int) -> None:
        """Closed: no answer is wanted any more."""
        self._asked.cancel()
        super().done(result)

    def _tell(self) -> None:
        rows = self.model.rows
        writes, replaced = counts(rows)
        self.headline.setText(f"{songs(writes)} will be written" if rows else "Nothing to review")
        stays = len(rows) - writes
        parts = ["1 stays as it is" if stays == 1 else f"{number(stays)} stay as they are"] if stays else []
        if replaced:
            parts.append(f"{number(replaced)} of the written lose{'s' if replaced == 1 else ''} a genre they had")
        parts.append("nothing is written before you press Write, and every write can be undone")
        self.line.setText("  ·  ".join(parts))
        self.write.setText(f"Write {songs(writes)}" if writes else "Write")
        self.write.setEnabled(writes > 0 and not self._writer.writing)
        chosen = len(self.table.chosen())
        on = f" {number(chosen)} selected" if chosen else " all"
        self.accept_button.setText(f"Accept{on}")
        self.decline_button.setText(f"Decline{on}")
        self.edit_button.setEnabled(chosen > 0)

    def _chosen(self) -> Sequence[int]:
        """The selected rows; all of them where none is."""
        return self.table.chosen() or range(len(self.model.rows))

    def _set_genre(self) -> None:
        text, given = QInputDialog.getText(self, "Set genre", "Genres for the selected songs, commas between:")
        if given:
            self.model.edit(self.table.chosen(), split(text))

    # The write

    def _write(self) -> None:
        self._keep_choices()
        self._rules_area.hide()
        self.headline.setText("Writing")
        self._pages.setCurrentIndex(1)
        self.refused.hide()
        self.undo.hide()
        self.bar.show()
        self.cancel.setText("Stop")
        self.write.hide()
        self._writer.write(self.model.rows, note=self.rules.note, options=self.rules.options)

    def _on_progress(self, done: int, total: int, path: object) -> None:
        self.bar.set_share(done / total if total else 0.0)
        self.outcome.setText(f"{number(done)} of {number(total)}  ·  {getattr(path, 'name', '')}")

    def _on_ended(self, report: RunReport) -> None:
        self.headline.setText("Written" if report.written else "Nothing was written")
        self.outcome.setText(outcome.headline(report, undoing=False))
        outcome.show_refused(self.refused, report)
        self._finish(undoable=bool(report.written))
        self.written.emit(report)

    def _on_failed(self, error: Exception) -> None:
        self.headline.setText("This cannot be done now")
        self.outcome.setText(str(error))
        self._pages.setCurrentIndex(1)
        self._rules_area.hide()
        self.write.hide()
        self._finish(undoable=False)

    def _finish(self, *, undoable: bool) -> None:
        self.line.setText("")
        self.bar.hide()
        if self.refused.isHidden():
            self.resize(*_SMALL)
        self.undo.setVisible(undoable)
        self.cancel.setText("Close")

    def _on_cancel(self) -> None:
        if self._writer.writing and self.cancel.text() == "Stop":
            self._writer.cancel()
        else:
            self.reject()

    def _on_undo(self) -> None:
        self.undo_requested.emit()
        self.accept()

    def reject(self) -> None:
        """Close; what was decided by hand is remembered. While files are written, stop first."""
        if self._writer.writing and self.cancel.text() == "Stop":
            self._writer.cancel()
            return
        self._keep_choices()
        super().reject()

    def _keep_choices(self) -> None:
        self.choices_made.emit([row for row in self.model.rows if row.song.id in self.model.touched])

    def _lay_out(self, palette: Palette) -> None:
        frame = QFrame()
        frame.setObjectName("songs")
        frame.setStyleSheet(table_sheet(palette))
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self.table)
        bulk = QHBoxLayout()
        bulk.setSpacing(8)
        for button in (self.accept_button, self.decline_button, self.edit_button):
            bulk.addWidget(button)
        bulk.addStretch(1)
        plan = QWidget()
        planned = QVBoxLayout(plan)
        planned.setContentsMargins(0, 0, 0, 0)
        planned.setSpacing(10)
        planned.addWidget(frame, 1)
        planned.addLayout(bulk)
        self.outcome = muted("", 14)
        self.outcome.setWordWrap(True)
        self.outcome.setAlignment(Qt.AlignmentFlag.AlignCenter)
        result = QWidget()
        told = QVBoxLayout(result)
        told.setContentsMargins(0, 0, 0, 0)
        told.setSpacing(12)
        told.addStretch(1)
        told.addWidget(self.outcome)
        told.addWidget(self.bar)
        told.addWidget(self.refused, 4)
        told.addWidget(self.undo, 0, Qt.AlignmentFlag.AlignHCenter)
        told.addStretch(1)
        self._pages = QStackedWidget()
        self._pages.addWidget(plan)
        self._pages.addWidget(result)
        middle = QHBoxLayout()
        middle.setSpacing(24)
        self._rules_area = QScrollArea()  # a small screen has no room for all of them
        self._rules_area.setWidget(self.rules)
        self._rules_area.setWidgetResizable(True)
        self._rules_area.setFrameShape(QFrame.Shape.NoFrame)
        self._rules_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._rules_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._rules_area.setFixedWidth(WIDTH + _SCROLL_BAR)
        middle.addWidget(self._rules_area)
        middle.addWidget(self._pages, 1)
        foot = QHBoxLayout()
        foot.setSpacing(10)
        foot.addStretch(1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.write)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 18)
        column.setSpacing(4)
        column.addWidget(self.headline)
        column.addWidget(self.line)
        column.addSpacing(12)
        column.addLayout(middle, 1)
        column.addSpacing(10)
        column.addLayout(foot)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
