"""The error report, seen and copied; and the window that says why there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from mgc_desktop.errors import ModelError
from mgc_desktop.notice import ERROR_REPORT
from mgc_desktop.ui import error_report_dialog
from mgc_desktop.ui.error_report_dialog import ErrorReportDialog


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "mgc-desktop.log"
    path.write_text("something broke\n", encoding="utf-8")
    return path


@pytest.fixture
def dialog(log: Path, place: Any) -> ErrorReportDialog:
    dialog = ErrorReportDialog("Read this.", log)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    place(dialog, 720, 520)
    return dialog


def test_what_is_copied_is_what_is_seen(dialog: ErrorReportDialog, qtbot: QtBot) -> None:
    qtbot.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == dialog.text.toPlainText()
    assert "something broke" in dialog.text.toPlainText()


def test_the_log_can_be_opened(
    dialog: ErrorReportDialog, qtbot: QtBot, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    qtbot.mouseClick(dialog.show_log, Qt.MouseButton.LeftButton)
    assert opened == [str(log)]


def test_without_a_log_there_is_nothing_to_open(place: Any) -> None:
    dialog = ErrorReportDialog("Read this.", None)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    place(dialog)
    assert not dialog.show_log.isEnabled()


def test_a_start_that_fails_is_said_in_a_window(
    log: Path, qapp: QApplication, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ErrorReportDialog)
        seen.extend(label.text() for label in dialog.findChildren(QLabel))
        dialog.reject()

    QTimer.singleShot(200, look)
    error_report_dialog.say_cannot_start(ModelError("It is damaged.", path=Path("/opt/model.onnx")), log)
    assert "cannot start" in seen[0]
    assert "/opt/model.onnx: It is damaged." in seen[0]
    assert "cannot start" in capsys.readouterr().err


def test_a_crash_of_the_last_run_leads_to_the_report(program: Any, qtbot: QtBot) -> None:
    window = program.window
    window.report_crash()
    assert window.notices.action_button.text() == ERROR_REPORT
    qtbot.mouseClick(window.notices.action_button, Qt.MouseButton.LeftButton)
    (dialog,) = window.findChildren(ErrorReportDialog)
    assert dialog.isVisible()
    dialog.close()


def test_the_menu_leads_to_it_too(program: Any) -> None:
    window = program.window
    window.commands["error_report"].trigger()
    (dialog,) = window.findChildren(ErrorReportDialog)
    assert "from source" in dialog.text.toPlainText()
    dialog.close()
