"""The error report to read and copy; also what is seen when the program cannot open its window."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from mgc_desktop import error_report
from mgc_desktop.log import headline

_SENTENCE: Final = "Nothing of this was sent anywhere. Read it, then copy it where you ask for help."


class ErrorReportDialog(QDialog):
    """A sentence, the report as it would be copied, and buttons to copy it and to open the log."""

    def __init__(self, sentence: str, log: Path | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Error report")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 520)
        self._log = log
        said = QLabel(sentence)
        said.setWordWrap(True)
        self.text = QPlainTextEdit(error_report.compose(log))
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName("Error report")
        self.text.verticalScrollBar().setValue(self.text.verticalScrollBar().maximum())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        self.show_log = buttons.addButton("Show log", QDialogButtonBox.ButtonRole.ActionRole)
        self.show_log.setEnabled(log is not None)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        self.show_log.clicked.connect(lambda: open_log(log))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(said)
        column.addWidget(self.text, 1)
        column.addWidget(buttons)


def for_help(log: Path | None, parent: QWidget) -> ErrorReportDialog:
    """The report as it is asked for in the menu."""
    return ErrorReportDialog(_SENTENCE, log, parent)


def open_log(log: Path | None) -> None:
    """Show the log in the system's viewer of texts."""
    if log is not None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(log)))


def say_cannot_start(error: BaseException, log: Path | None) -> None:
    """Say why there is no window, in one of its own; returns when it is closed."""
    title, message = headline(error)
    print(f"MGC Desktop cannot start: {message}", file=sys.stderr)  # noqa: T201
    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("MGC Desktop")
    ErrorReportDialog(f"MGC Desktop cannot start. {title}: {message}\n{_SENTENCE}", log).exec()
