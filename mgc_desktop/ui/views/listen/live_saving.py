"""A session of live input as a picture and as a table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from mgc_desktop.features.picture import SpectrogramPicture
from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.ribbon import Ribbon
from mgc_desktop.ui.widgets.saving import Cell, Numbers
from mgc_desktop.ui.widgets.spectrogram.axes import AXIS_WIDTH, BAR_WIDTH
from mgc_desktop.ui.widgets.spectrogram.export import draw_picture, save_png
from mgc_desktop.ui.wording import clock, joined

if TYPE_CHECKING:
    from mgc_desktop.inference.prediction import Timeline
    from mgc_desktop.workers.live_service import LiveSession

_WIDTH: Final = 1920
_PICTURE_HEIGHT: Final = 900
_RIBBON_HEIGHT: Final = 150
_RATIO: Final = 1.5  # pixels for each logical one, as `draw_picture` has at this height
_MARGIN: Final = 20


def file_name(session: LiveSession) -> str:
    """The proposed name, without an ending."""
    return f"Live {session.started:%Y-%m-%d %H.%M}"


def title(session: LiveSession, seconds: float) -> str:
    """The headline of the picture."""
    return joined(session.source.name, f"{session.started:%Y-%m-%d %H:%M}", clock(seconds), session.model)


def save_picture(
    path: Path,
    picture: SpectrogramPicture,
    session: LiveSession,
    timeline: Timeline,
    seconds: float,
    palette: Palette,
    colour_map: str,
) -> None:
    """The whole spectrogram with its axes, and the genres below it, as PNG. Raises MgcError."""
    image = QImage(_WIDTH, _PICTURE_HEIGHT + _RIBBON_HEIGHT, QImage.Format.Format_RGB32)
    image.fill(QColor(palette.panel))
    upper = draw_picture(
        picture, seconds, palette, colour_map,
        width=_WIDTH, height=_PICTURE_HEIGHT, title=title(session, seconds),
    )  # fmt: skip
    upper.setDevicePixelRatio(1.0)
    ribbon = Ribbon(palette, gaps=True)
    left, right = _MARGIN + AXIS_WIDTH, _MARGIN + BAR_WIDTH  # as wide as the spectrogram above
    ribbon.resize(round(_WIDTH / _RATIO) - left - right, round(_RIBBON_HEIGHT / _RATIO) - _MARGIN)
    ribbon.set_timeline(timeline, seconds, complete=True)
    ribbon.set_position(seconds)
    lower = QImage(ribbon.size() * _RATIO, QImage.Format.Format_ARGB32_Premultiplied)
    lower.setDevicePixelRatio(_RATIO)
    lower.fill(QColor(palette.panel))
    ribbon.render(lower, QPoint())
    ribbon.deleteLater()
    lower.setDevicePixelRatio(1.0)
    painter = QPainter(image)
    painter.drawImage(QPoint(0, 0), upper)
    painter.drawImage(QRectF(left * _RATIO, _PICTURE_HEIGHT, lower.width(), lower.height()), lower)
    painter.end()
    save_png(image, path)


def table(session: LiveSession, timeline: Timeline) -> Numbers:
    """A row for each part that was analysed as one: its clock time, its seconds in the session, its genre and the
    probabilities of all."""
    header = ("time", "start", "end", "genre", *timeline.genres)

    def rows() -> Iterator[list[Cell]]:
        for (start, end), shares in zip(timeline.times.tolist(), timeline.probabilities.tolist(), strict=True):
            at = session.started + timedelta(seconds=start)
            best = timeline.genres[max(range(len(shares)), key=shares.__getitem__)]
            rounded = [round(share, 6) for share in shares]
            yield [at.isoformat(timespec="seconds"), round(start, 3), round(end, 3), best, *rounded]

    return header, rows()
