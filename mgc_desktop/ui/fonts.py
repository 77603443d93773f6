"""Inter, shipped with the program, and the few sizes in which it is used."""

from __future__ import annotations

import logging
from typing import Final

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from mgc_desktop.paths import resources_dir

_log = logging.getLogger(__name__)

FAMILY: Final = "Inter"
BODY: Final = 13
SMALL: Final = 12
CAPTION: Final = 11


def install(app: QApplication) -> None:
    """Load the font files and make Inter the font of the program; other scripts use the system's fonts."""
    for path in sorted((resources_dir() / "fonts").glob("*.otf")):
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            _log.warning("font %s cannot be loaded", path)
    app.setFont(font())


def font(
    px: int = BODY, weight: QFont.Weight = QFont.Weight.Normal, *, tabular: bool = False, spacing: float = 0.0
) -> QFont:
    """A font of `px` pixels; `tabular` gives all figures one width (for numbers that change)."""
    made = QFont([FAMILY, "Segoe UI", "SF Pro Text", "Noto Sans"])
    made.setPixelSize(px)
    made.setWeight(weight)
    if tabular:
        made.setFeature(QFont.Tag("tnum"), 1)
    if spacing:
        made.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, spacing)
    return made


def caption_font() -> QFont:
    """Small capitals over a panel."""
    return font(CAPTION, QFont.Weight.DemiBold, spacing=1.0)
