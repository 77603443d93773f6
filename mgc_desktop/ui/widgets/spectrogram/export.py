"""The whole picture with its rulers as a PNG file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QIODevice, QRectF, QSaveFile, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from PySide6.QtWidgets import QGraphicsScene

from mgc_desktop.errors import MgcError
from mgc_desktop.features.picture import SpectrogramPicture
from mgc_desktop.ui import fonts
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.spectrogram.plot import SpectrogramPlot

_USUAL_HEIGHT: Final = 600  # at this height a pixel is a pixel; on larger pictures all is drawn larger
_MARGIN: Final = 20
_TITLE: Final = 32


def draw_picture(
    picture: SpectrogramPicture,
    seconds: float,
    palette: Palette,
    colour_map: str,
    *,
    width: int,
    height: int,
    title: str = "",
) -> QImage:
    """All `seconds` of a picture, `width` by `height` pixels, with axes, colour bar and a title."""
    ratio = max(1.0, height / _USUAL_HEIGHT)
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor(palette.panel))
    page = QRectF(0, 0, width / ratio, height / ratio)
    body = page.adjusted(_MARGIN, _MARGIN + (_TITLE if title else 0), -_MARGIN, -_MARGIN)
    body.setRect(round(body.x()), round(body.y()), round(body.width()), round(body.height()))

    scene = QGraphicsScene()
    plot = SpectrogramPlot(palette)
    plot.set_colour_map(colour_map)
    plot.set_picture(picture)
    scene.addItem(plot)
    plot.setGeometry(body)
    plot.set_window(0.0, seconds)

    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    scene.render(painter, page, page)
    if title:
        painter.setFont(fonts.font(15, QFont.Weight.DemiBold))
        painter.setPen(QColor(palette.text))
        place = QRectF(_MARGIN, _MARGIN - 4, page.width() - 2 * _MARGIN, _TITLE)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, title)
    painter.end()
    return image


def save_png(image: QImage, path: Path) -> None:
    """Write an image; what was there before stays until all is written. Raises MgcError."""
    file = QSaveFile(str(path))
    written = (
        file.open(QIODevice.OpenModeFlag.WriteOnly) and image.save(file, "PNG") and file.commit()  # type: ignore[call-overload]
    )
    if not written:
        raise MgcError(f"The picture cannot be saved here: {file.errorString()}. Choose another folder.", path=path)
