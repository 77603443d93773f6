"""The question of an undo: which file is the one that was written, where that is not sure."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from mgc_desktop.tags.moved import Located
from mgc_desktop.ui.widgets.labels import muted

_NOTE = (
    "These files are no longer where they were written. Others are byte by byte the same: choose which of them is to "
    "be turned back. Nothing else is touched."
)
_LEAVE = "Leave alone"
_SIZE = (760, 320)


class MovedDialog(QDialog):
    """Asks for each of some files which candidate it is; by default none."""

    answered = Signal(list)  # Located, with a path each; those that are left alone are not among them

    def __init__(self, unsure: Sequence[Located], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Which file is it?")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._unsure = list(unsure)
        self.choices = [self._choice(found) for found in self._unsure]
        note = muted(_NOTE)
        note.setWordWrap(True)
        self.cancel = QPushButton("Cancel")
        self.go_on = QPushButton("Undo")
        self.go_on.setProperty("kind", "primary")
        self.cancel.clicked.connect(self.reject)
        self.go_on.clicked.connect(self.accept)
        rows = QWidget()
        form = QFormLayout(rows)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        for found, choice in zip(self._unsure, self.choices, strict=True):
            label = QLabel(found.entry.path.name)
            label.setTextFormat(Qt.TextFormat.PlainText)  # a name may look like HTML
            label.setToolTip(str(found.entry.path))
            form.addRow(label, choice)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(rows)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.go_on)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 18)
        column.addWidget(note)
        column.addWidget(area, 1)
        column.addLayout(foot)
        self.resize(*_SIZE)

    def accept(self) -> None:
        """Give the answers; one file is the answer to one question only."""
        chosen: dict[object, Located] = {}
        for found, choice in zip(self._unsure, self.choices, strict=True):
            if choice.currentIndex() > 0:
                path = found.candidates[choice.currentIndex() - 1]
                chosen.setdefault(path, found.at(path))
        super().accept()
        self.answered.emit(list(chosen.values()))

    def _choice(self, found: Located) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(f"Which file is {found.entry.path.name} now")
        box.addItems([_LEAVE, *(str(path) for path in found.candidates)])
        return box
