"""The picture as coloured tiles in the screen's own pixels.

Colouring and scaling are done once for each tile; as the song passes by, tiles are only copied to the screen.
Tiles lie on a ruler of device pixels that begins with the song, so a tile stays right wherever the window stands.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from mgc_desktop.features.picture import Levels, SpectrogramPicture
from mgc_desktop.ui.widgets.spectrogram.colours import DEFAULT_COLOUR_MAP, level_colours

TILE: Final = 128  # device pixels wide
_SPARE: Final = 1.5  # tiles kept, in screenfuls


class TileCache:
    """Tiles of one picture at one scale; another scale or other colours start it anew."""

    def __init__(self) -> None:
        self._picture = SpectrogramPicture()
        self._map = DEFAULT_COLOUR_MAP
        self._ground = QColor()
        self._loudest = -1
        self._colours: list[int] = []
        self._scale = (0.0, 0)  # device pixels per second, device pixels of height
        self._rows = _Stretch(0, 1)
        self._tiles: OrderedDict[int, QImage] = OrderedDict()

    def set_picture(self, picture: SpectrogramPicture) -> None:
        """Another song."""
        self._picture = picture
        self._recolour()

    def set_colours(self, name: str, ground: QColor) -> None:
        """Another colour map, or another colour for what is not known."""
        self._map, self._ground = name, ground
        self._recolour()

    def refresh(self, start: float, stop: float) -> None:
        """The picture has changed between these seconds."""
        if self._picture.loudest != self._loudest:
            self._recolour()
            return
        pixels_per_second = self._scale[0]
        first, last = (int(seconds * pixels_per_second // TILE) for seconds in (start, stop))
        for index in [i for i in self._tiles if first <= i <= last]:
            del self._tiles[index]

    def set_scale(self, pixels_per_second: float, height: int, width: int) -> None:
        """What the next tiles are for: pixels are the device's; `width` says how many tiles are worth keeping."""
        if (pixels_per_second, height) != self._scale:
            self._scale = (pixels_per_second, height)
            self._rows = _Stretch(self._picture.n_mels, height)
            self._tiles.clear()
        while len(self._tiles) > 3 + _SPARE * width / TILE:
            self._tiles.popitem(last=False)

    def tile(self, index: int) -> QImage:
        """The tile that begins at device pixel `index * TILE` after the song's beginning."""
        image = self._tiles.get(index)
        if image is None:
            image = self._tiles[index] = self._paint(index)
        self._tiles.move_to_end(index)
        return image

    @property
    def held(self) -> int:
        """How many tiles are in memory."""
        return len(self._tiles)

    def _recolour(self) -> None:
        self._loudest = self._picture.loudest
        self._colours = level_colours(self._map, self._loudest, self._ground)
        self._tiles.clear()

    def _paint(self, index: int) -> QImage:
        pixels_per_second, height = self._scale
        levels = self._rows(self._picture.sample(index * TILE, TILE, pixels_per_second))
        image = QImage(levels.data, TILE, height, TILE, QImage.Format.Format_Indexed8)
        image.setColorTable(self._colours)
        return image.convertToFormat(QImage.Format.Format_RGB32)


class _Stretch:
    """Mel rows blended into `height` lines, the highest first; the outermost rows reach to the edges."""

    def __init__(self, rows: int, height: int) -> None:
        self._position: NDArray[np.float64] = (rows + 1) * (1 - (np.arange(height) + 0.5) / height) - 1
        within = np.clip(self._position, 0, max(0, rows - 1))
        self._low = within.astype(np.int64)
        self._high = np.minimum(self._low + 1, max(0, rows - 1))
        self._weight = np.rint((within - self._low) * 256).astype(np.uint16)[:, None]

    def __call__(self, columns: Levels) -> Levels:
        """`(count, rows)` levels as `(height, count)`."""
        lines = np.ascontiguousarray(columns.T)
        mixed = (lines[self._low] * (256 - self._weight) + lines[self._high] * self._weight + 128) >> 8
        return mixed.astype(np.uint8)
