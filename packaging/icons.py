"""The program's icon in the forms that systems want, all drawn from the one SVG: PNG, ICO and ICNS."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

from project import PROJECT

SOURCE: Final = PROJECT / "resources" / "icons" / "mgc-desktop.svg"
PNG_SIZES: Final = (16, 22, 24, 32, 48, 64, 128, 256, 512)
_ICO_SIZES: Final = (16, 20, 24, 32, 40, 48, 64, 256)
# The kinds of picture in an ICNS file and their pixels; those with 2 are for dense screens.
_ICNS_KINDS: Final = {
    b"ic11": 32, b"ic12": 64, b"ic07": 128, b"ic13": 256, b"ic08": 256, b"ic14": 512, b"ic09": 512, b"ic10": 1024,
}  # fmt: skip


def png(size: int) -> bytes:
    """The icon as a PNG file of `size` x `size` pixels."""
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(SOURCE)).render(painter)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return data.data()


def ico() -> bytes:
    """An icon file of Windows: a directory of 16 bytes an entry, then the PNG files."""
    pictures = [png(size) for size in _ICO_SIZES]
    place = 6 + 16 * len(pictures)
    entries = b""
    for size, picture in zip(_ICO_SIZES, pictures, strict=True):
        side = size % 256  # 256 is written as 0
        entries += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(picture), place)
        place += len(picture)
    return struct.pack("<HHH", 0, 1, len(pictures)) + entries + b"".join(pictures)


def icns() -> bytes:
    """An icon file of macOS: chunks of kind, length and PNG file."""
    chunks = b""
    for kind, size in _ICNS_KINDS.items():
        picture = png(size)
        chunks += kind + struct.pack(">I", 8 + len(picture)) + picture
    return b"icns" + struct.pack(">I", 8 + len(chunks)) + chunks


def write(folder: Path, ending: str) -> Path:
    """`mgc-desktop.ico` or `.icns` in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"mgc-desktop.{ending}"
    path.write_bytes({"ico": ico, "icns": icns}[ending]())
    return path
