"""The Train page: how to get the extra, an invitation, the form, or the runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from mgc_desktop.training_runs.extra import Extra
from mgc_desktop.training_runs.run import TrainingRun
from mgc_desktop.ui.fonts import SMALL, font
from mgc_desktop.ui.theme import GAP, Palette
from mgc_desktop.ui.views.train.form import ConfigForm
from mgc_desktop.ui.views.train.run_panel import RunPanel
from mgc_desktop.ui.views.train.words import NO_RUNS, head_line, state_line
from mgc_desktop.ui.widgets.own_keys import ALONG, OwnKeys
from mgc_desktop.ui.widgets.page_frame import EmptyState, PageFrame

_LIST_WIDTH: Final = 216
_NAME: Final = Qt.ItemDataRole.UserRole
_STATE: Final = Qt.ItemDataRole.UserRole + 1


class RunList(QListWidget):
    """The runs, newest first, each with its state below its name."""

    chosen = Signal(str)

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self.setObjectName("runs")
        self.setFixedWidth(_LIST_WIDTH)
        self.setAccessibleName("Runs")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.delegate = _RunDelegate(palette, self)
        self.setItemDelegate(self.delegate)
        OwnKeys(self, ALONG)
        self.currentItemChanged.connect(self._on_current)
        self.set_palette(palette)

    @property
    def chosen_name(self) -> str | None:
        """The run that is chosen."""
        item = self.currentItem()
        return str(item.data(_NAME)) if item is not None else None

    def show_runs(self, runs: Sequence[TrainingRun], wanted: str | None) -> None:
        """Show these; `wanted` is chosen, or the one that was, or the newest."""
        names = [run.name for run in runs]
        before = self.chosen_name
        if names != [self.item(i).data(_NAME) for i in range(self.count())]:
            self.blockSignals(True)
            self.clear()
            for name in names:
                item = QListWidgetItem()
                item.setData(_NAME, name)
                self.addItem(item)
            self.blockSignals(False)
        for number, run in enumerate(runs):
            self.item(number).setText(f"{run.name}, {state_line(run)}")  # what is read aloud
            self.item(number).setData(_STATE, state_line(run))
        chosen = next((name for name in (wanted, before, *names) if name in names), None)
        if chosen is not None:
            self.setCurrentRow(names.index(chosen))

    def set_palette(self, palette: Palette) -> None:
        """Colours that the program's style sheet does not know."""
        self.delegate.palette = palette
        self.setStyleSheet(_LIST_SHEET.format(p=palette))

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(str(item.data(_NAME)))


class TrainPage(PageFrame):
    """The widgets of the view; `controller` decides what they show."""

    new_requested = Signal()
    chosen = Signal(str)

    def __init__(self, palette: Palette, extra: Extra, run: RunPanel) -> None:
        super().__init__("Train")
        self.new = QPushButton("New training…")
        self.new.setProperty("kind", "primary")
        self.new.setFont(font(weight=QFont.Weight.DemiBold))
        self.list = RunList(palette)
        self.run = run
        self.form = ConfigForm(palette)
        self.empty = EmptyState(
            "train", "A network that learns your genres", NO_RUNS, palette, "New training…",
            note="The command line does the same: mgc train --help",
        )  # fmt: skip
        self.tools.addWidget(self.new)
        for button in (self.new, self.empty.button):
            button.clicked.connect(self.new_requested)
        self.list.chosen.connect(self.chosen)
        self._head = ""
        self._lay_out()
        self.show_empty(self.empty if extra.installed else _how_to_get(extra, palette))

    @property
    def chosen_name(self) -> str | None:
        """The run that is chosen in the list."""
        return self.list.chosen_name

    @property
    def ordering(self) -> bool:
        """Whether the form is seen."""
        return not self.is_empty and self._stack.currentWidget() is self.form

    def show_list(self, runs: Sequence[TrainingRun], wanted: str | None) -> None:
        """How the runs stand; without any, the invitation."""
        self.list.show_runs(runs, wanted)
        self._head = head_line(runs)
        if not self.ordering:
            if runs:
                self.show_runs()
            else:
                self.show_invitation()

    def show_invitation(self) -> None:
        """There are no runs yet."""
        self.show_empty(self.empty)

    def show_form(self) -> None:
        """Order a training."""
        self.line.setText("What to learn from, and what is to learn")
        self.new.hide()
        self._stack.setCurrentWidget(self.form)
        self.show_body()
        self.form.source.line.setFocus()

    def show_runs(self) -> None:
        """The list, and the run that is chosen in it."""
        self.line.setText(self._head)
        self.new.show()
        self._stack.setCurrentIndex(0)
        self.show_body()

    def _lay_out(self) -> None:
        runs = QWidget()
        row = QHBoxLayout(runs)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self.list)
        row.addWidget(self.run, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(runs)
        self._stack.addWidget(self.form)
        self.body.addWidget(self._stack, 1)


def _how_to_get(extra: Extra, palette: Palette) -> EmptyState:
    state = EmptyState(
        "train", "Training is not installed", extra.sentence, palette, "Copy the command", note=extra.command
    )
    state.button.clicked.connect(lambda: QGuiApplication.clipboard().setText(extra.command))
    return state


class _RunDelegate(QStyledItemDelegate):
    """Name over state."""

    def __init__(self, palette: Palette, parent: QWidget) -> None:
        super().__init__(parent)
        self.palette = palette

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Two lines."""
        return QSize(120, 50)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """One row."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.palette.hover if chosen else self.palette.raised))
            painter.drawRoundedRect(QRectF(option.rect).adjusted(0, 1, 0, -1), 8, 8)
        lines = (
            (str(index.data(_NAME)), font(weight=QFont.Weight.DemiBold), self.palette.text, 6),
            (str(index.data(_STATE)), font(SMALL), self.palette.muted, 25),
        )
        for words, face, colour, top in lines:
            painter.setFont(face)
            painter.setPen(QColor(colour))
            box = option.rect.adjusted(10, top, -8, top + 19 - option.rect.height())
            shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.restore()


_LIST_SHEET: Final = """
QListWidget#runs {{ background: {p.panel}; border: 1px solid {p.line}; border-radius: 12px; padding: 6px; }}
QListWidget#runs:focus {{ border: 2px solid {p.accent}; padding: 5px; }}
"""
