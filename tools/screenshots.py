"""Makes the pictures in docs/images from the real program, with the bundled demo songs or those that are named.

python tools/screenshots.py [SONG...]
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from mgc_desktop.app import Program, build_app
from mgc_desktop.audio.files import find_audio
from mgc_desktop.ui.opener import demo_songs
from mgc_desktop.ui.screenshot import Photographer

OUT = Path(__file__).resolve().parent.parent / "docs" / "images"
USUAL = (1360, 820)
SMALL = (1024, 640)

Scene = tuple[str, str, tuple[int, int], Callable[[Program], object]]


def _nothing(program: Program) -> None:
    pass


def _queue_and_overview(program: Program) -> None:
    program.window.commands["queue"].trigger()
    program.window.page.spectrogram.view.set_mode("overview")


# File name, theme, size, what is done before the picture is taken. Each one starts from what the last one left.
SCENES: tuple[Scene, ...] = (
    ("listen-dark", "dark", USUAL, _nothing),
    ("listen-light", "light", USUAL, _nothing),
    ("queue-light", "light", USUAL, _queue_and_overview),
    ("small-dark", "dark", SMALL, _nothing),
)


def main() -> int:
    """Take all pictures."""
    songs = list(find_audio(sys.argv[1:])) or demo_songs()
    with tempfile.TemporaryDirectory() as home:
        os.environ["MGC_HOME"] = home
        program = build_app()
        photographer = Photographer(program.window, program.parts)
        program.parts.appearance.set_theme("dark")
        photographer.take([], OUT / "welcome-dark.png")
        photographer.listen_to(songs, None)
        program.window.bar.set_playing(True)
        for name, theme, size, prepare in SCENES:
            program.parts.appearance.set_theme(theme)
            program.window.resize(*size)
            prepare(program)
            photographer.rest()
            program.window.grab().save(str(OUT / f"{name}.png"))
            print(OUT / f"{name}.png")
        program.window.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
