"""What a frame of the live spectrogram costs: python benchmarks/bench_spectrogram.py [WIDTH HEIGHT]

CPU milliseconds a frame and the share of one core at 30 frames a second, each beside two fixed things in the same
run: an empty window of the same size that paints its ground, and pyqtgraph's own ImageItem given the whole song anew
each frame. Machines differ, and are busy: compare the ratios. Without a screen it draws offscreen.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform in ("darwin", "win32")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from mgc_desktop.features.config import REPORT
from mgc_desktop.pipeline import MelBlock
from mgc_desktop.ui import fonts, theme
from mgc_desktop.ui.widgets.spectrogram import SpectrogramView

FRAMES = 300
RATE = 30
SONG = 200.0  # seconds
BLOCK = 430  # frames: ten seconds of song


class Empty(QWidget):
    """The least that a window can paint."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        QPainter(self).fillRect(self.rect(), QColor(theme.DARK.panel))


def music(frames: int) -> NDArray[np.float32]:
    """`(128, frames)` decibels that move like music: held tones, beats, noise."""
    rng = np.random.default_rng(0)
    tones = np.repeat(rng.uniform(-50, 25, (REPORT.n_mels, frames // 20 + 1)), 20, axis=1)[:, :frames]
    beats = 15 * (np.arange(frames) % 21 < 3)
    return (tones + beats + rng.normal(0, 4, (REPORT.n_mels, frames)) - 20).astype(np.float32)


def fill(view: SpectrogramView, song: NDArray[np.float32], seconds: float) -> None:
    """Give the view `seconds` of a song, repeated as often as needed."""
    view.set_song(seconds)
    total = int(seconds / REPORT.frame_seconds)
    for start in range(0, total, song.shape[1]):
        view.add_block(MelBlock(start, song[:, : total - start]))
    while not view.is_settled:
        QApplication.processEvents()


def measure(widget: QWidget, step: Callable[[int], None]) -> tuple[float, float]:
    """CPU milliseconds a frame, and the longest frame in milliseconds of the clock."""
    widget.show()
    longest = 0.0
    for frame in range(-30, FRAMES):
        if frame == 0:
            cpu = time.process_time()
        began = time.perf_counter()
        step(frame)
        QApplication.processEvents()
        if frame >= 0:
            longest = max(longest, time.perf_counter() - began)
    spent = (time.process_time() - cpu) / FRAMES
    widget.hide()
    return spent * 1e3, longest * 1e3


def image_item(song: NDArray[np.float32]) -> tuple[QWidget, Callable[[int], None]]:
    """pyqtgraph's way: the image of the whole song is set in each frame."""
    view = pg.PlotWidget(background=theme.DARK.panel)
    image = pg.ImageItem(axisOrder="row-major")
    view.addItem(image)
    line = pg.InfiniteLine(0)
    view.addItem(line)
    levels = np.clip((song - song.max() + 80) * 3, 0, 255).astype(np.uint8)
    image.setLookupTable(pg.colormap.get("magma").getLookupTable(nPts=256))

    def step(frame: int) -> None:
        image.setImage(levels, levels=(0, 255), autoLevels=False)
        line.setPos(2000 + frame)

    return view, step


def steps(view: SpectrogramView, song: NDArray[np.float32]) -> dict[str, Callable[[int], None]]:
    """What is measured, by name."""
    beat = 1 / RATE

    def play(frame: int) -> None:
        view.set_position(60 + frame * beat)

    def play_all_painted(frame: int) -> None:
        play(frame)
        view.viewport().update()

    def zoom(frame: int) -> None:
        view.zoom(0.3 if frame % 20 < 10 else -0.3)

    def decode(frame: int) -> None:
        play(frame)
        at = (frame % 18) * BLOCK
        view.add_block(MelBlock(at, song[:, at : at + BLOCK]))

    return {
        "overview, only the cursor": play,
        "overview, everything painted": play_all_painted,
        "overview, while decoding": decode,
        "follow": play,
        "follow, while decoding": decode,
        "zooming in each frame": zoom,
        "10 h overview, everything painted": play_all_painted,
    }


def main() -> None:
    width, height = (int(a) for a in sys.argv[1:3]) if len(sys.argv) > 2 else (1360, 820)
    app = QApplication.instance() or QApplication([])
    fonts.install(app)
    song = music(int(SONG / REPORT.frame_seconds))
    results: dict[str, tuple[float, float]] = {}

    def run(name: str, widget: QWidget, step: Callable[[int], None]) -> None:
        widget.resize(width, height)
        results[name] = measure(widget, step)

    empty = Empty()
    run("empty window", empty, lambda _frame: empty.update())
    run("pyqtgraph ImageItem, set anew", *image_item(song))
    view = SpectrogramView(theme.DARK)
    for name, step in steps(view, song).items():
        view.set_mode("overview")
        fill(view, song, 36_000.0 if name.startswith("10 h") else SONG)
        view.set_mode("follow" if name.startswith(("follow", "zoom")) else "overview")
        view.set_position(60.0)
        run(name, view, step)

    ground, image = results["empty window"][0], results["pyqtgraph ImageItem, set anew"][0]
    print(f"{width} x {height}, {QApplication.platformName()}, {FRAMES} frames each")
    print(f"{'':36}{'CPU ms':>8}{f'% at {RATE}/s':>10}{'x empty':>9}{'x image':>9}{'longest ms':>12}")
    for name, (cpu, longest) in results.items():
        print(f"{name:36}{cpu:8.2f}{cpu * RATE / 10:10.1f}{cpu / ground:9.1f}{cpu / image:9.2f}{longest:12.1f}")


if __name__ == "__main__":
    main()
