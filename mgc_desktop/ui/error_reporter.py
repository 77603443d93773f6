"""Errors of any thread, brought to the GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class ErrorReporter(QObject):
    """`reported` may be emitted on any thread; what is connected to it runs on the GUI thread."""

    reported = Signal(str, str)  # title, message
