"""Line icons from `resources/icons`, drawn in any colour and sharp at any scale."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from mgc_desktop.paths import resources_dir

SIZE: Final = 18
_SCALES: Final = (1, 2, 3)
_APP_SIZES: Final = (16, 24, 32, 48, 64, 128, 256)


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return (resources_dir() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=256)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))


@lru_cache(maxsize=1024)
def pixmap(name: str, colour: str, size: int = SIZE, scale: float = 1.0) -> QPixmap:
    """The icon as a picture of `size` logical pixels for a screen of `scale` pixels to one."""
    renderer = _renderer(name, colour)
    picture = QPixmap(QSize(round(size * scale), round(size * scale)))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(picture.rect()))
    painter.end()
    picture.setDevicePixelRatio(scale)
    return picture


@lru_cache(maxsize=256)
def icon(name: str, colour: str, size: int = SIZE, *, bright: str = "", disabled: str = "") -> QIcon:
    """An icon in `colour`; `bright` where it is checked or under the mouse, `disabled` where it cannot be used."""
    made = QIcon()
    for scale in _SCALES:
        made.addPixmap(pixmap(name, colour, size, scale), QIcon.Mode.Normal, QIcon.State.Off)
        made.addPixmap(pixmap(name, disabled or colour, size, scale), QIcon.Mode.Disabled, QIcon.State.Off)
        for mode, state in (
            (QIcon.Mode.Normal, QIcon.State.On),
            (QIcon.Mode.Active, QIcon.State.Off),
            (QIcon.Mode.Active, QIcon.State.On),
        ):
            made.addPixmap(pixmap(name, bright or colour, size, scale), mode, state)
    return made


def app_icon() -> QIcon:
    """The program's own icon."""
    made = QIcon()
    for size in _APP_SIZES:
        made.addPixmap(pixmap("mgc-desktop", "", size))
    return made
