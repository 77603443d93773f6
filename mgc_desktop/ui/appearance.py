"""Light or dark: as the system is, also when it changes, or as the user wants."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from mgc_desktop.paths import resources_dir
from mgc_desktop.ui.theme import DARK, LIGHT, Palette, style_sheet

_log = logging.getLogger(__name__)

_SCHEMES = {"auto": Qt.ColorScheme.Unknown, "light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}


class Appearance(QObject):
    """Owns the palette in use; `changed` brings the new one."""

    changed = Signal(object)  # Palette

    def __init__(self, app: QApplication, theme: str = "auto") -> None:
        super().__init__()
        self._app = app
        self._theme = theme
        self.palette = DARK
        self._applied: Palette | None = None
        self._system = app.styleHints().colorScheme()
        self._following = app.styleHints().colorSchemeChanged.connect(self._on_system)
        self.set_theme(theme)

    @property
    def theme(self) -> str:
        """auto, light or dark."""
        return self._theme

    def set_theme(self, theme: str) -> None:
        """auto, light or dark; native dialogs follow too, where the platform can."""
        self._theme = theme
        self._app.styleHints().setColorScheme(_SCHEMES[theme])
        self._system = self._app.styleHints().colorScheme()
        self._apply()

    def close(self) -> None:
        """Follow the system no longer. Safe to call more than once."""
        QObject.disconnect(self._following)

    def _on_system(self, scheme: Qt.ColorScheme) -> None:
        self._system = scheme
        self._apply()

    def _apply(self) -> None:
        chosen = {"light": LIGHT, "dark": DARK}.get(self._theme)
        if chosen is None:
            # Where the system does not say, dark: the spectrogram is.
            chosen = LIGHT if self._system == Qt.ColorScheme.Light else DARK
        if chosen is self._applied:
            return
        self.palette = self._applied = chosen
        self._app.setPalette(_qt_palette(chosen))
        self._app.setStyleSheet(style_sheet(chosen, (resources_dir() / "icons").as_posix()))
        _log.info("theme %s", chosen.name)
        self.changed.emit(chosen)


def _qt_palette(colours: Palette) -> QPalette:
    """For what the style sheet does not reach: dialogs, selections, placeholders."""
    roles = {
        QPalette.ColorRole.Window: colours.window,
        QPalette.ColorRole.WindowText: colours.text,
        QPalette.ColorRole.Base: colours.panel,
        QPalette.ColorRole.AlternateBase: colours.raised,
        QPalette.ColorRole.Text: colours.text,
        QPalette.ColorRole.Button: colours.raised,
        QPalette.ColorRole.ButtonText: colours.text,
        QPalette.ColorRole.PlaceholderText: colours.muted,
        QPalette.ColorRole.ToolTipBase: colours.raised,
        QPalette.ColorRole.ToolTipText: colours.text,
        QPalette.ColorRole.Highlight: colours.accent,
        QPalette.ColorRole.HighlightedText: colours.on_accent,
        QPalette.ColorRole.Link: colours.accent,
        QPalette.ColorRole.Accent: colours.accent,
    }
    palette = QPalette()
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.muted))
    return palette
