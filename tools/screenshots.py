"""Makes the pictures in docs/images from the real program.

python tools/screenshots.py [SONG...] [--home FOLDER] [--teach GENRE=WORD,WORD...] [--live]

The Listen view shows the bundled demo songs, or those that are named. The views of a library need one whose songs were
listened to: `--home` names the folder of settings and data that holds it (as MGC_HOME does); a copy of it is used.
`--teach` marks the songs whose path has one of the words. The Train view shows the runs of that folder, if it has any.
`--live` takes the picture of live input alone, of what another program plays meanwhile.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QElapsedTimer, QEventLoop, QTimer

from mgc_desktop.app import Program, build_app
from mgc_desktop.audio.files import find_audio
from mgc_desktop.library.query import Query
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.ui.opener import demo_songs
from mgc_desktop.ui.screenshot import Screenshot

OUT = Path(__file__).resolve().parent.parent / "docs" / "images"
USUAL = (1360, 820)
SMALL = (1024, 640)
_SETTLE_MS = 12_000  # for what a view reads and computes in the background
_LEARN_MS = 60_000
_LIVE_MS = 26_000

Scene = tuple[str, str, tuple[int, int], Callable[[Program], object]]


def _nothing(program: Program) -> None:
    pass


def _queue_and_overview(program: Program) -> None:
    program.window.commands["queue"].trigger()
    program.window.page.spectrogram.view.set_mode("overview")


def _live(program: Program) -> None:
    """What the computer plays."""
    program.window.commands["live"].trigger()
    loop = QEventLoop()
    QTimer.singleShot(_LIVE_MS, loop.quit)
    loop.exec()


def _view(key: str) -> Callable[[Program], object]:
    return lambda program: program.window.commands[f"{key}_view"].trigger()


# File name, theme, size, what is done before the picture is taken. Each one starts from what the last one left.
LISTEN: tuple[Scene, ...] = (
    ("listen-dark", "dark", USUAL, _nothing),
    ("listen-light", "light", USUAL, _nothing),
    ("queue-light", "light", USUAL, _queue_and_overview),
    ("small-dark", "dark", SMALL, _nothing),
)
# With --live: play music in another program meanwhile.
LIVE: tuple[Scene, ...] = (("live-dark", "dark", USUAL, _live),)
LIBRARY: tuple[Scene, ...] = (
    ("library-dark", "dark", USUAL, _view("library")),
    ("library-light", "light", USUAL, _view("library")),
    ("map-dark", "dark", USUAL, _view("map")),
    ("genres-light", "light", USUAL, _view("genres")),
    ("confusion-dark", "dark", USUAL, _view("confusion")),
    ("hears-dark", "dark", USUAL, _view("hears")),
    ("models-light", "light", USUAL, _view("models")),
    ("teach-dark", "dark", USUAL, _view("teach")),
    ("train-light", "light", USUAL, _view("train")),
)


def main() -> int:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("songs", nargs="*", type=Path, metavar="SONG")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--teach", nargs="*", default=[], metavar="GENRE=WORD,WORD")
    parser.add_argument("--live", action="store_true")
    options = parser.parse_args()
    songs = list(find_audio(options.songs)) or demo_songs()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        if options.home:
            shutil.copytree(options.home, home)
        os.environ["MGC_HOME"] = str(home)
        program = build_app()
        screenshot = Screenshot(program.window, program.parts)
        if options.home:
            program.window.library.start()
            program.parts.head_trainer.start()
            screenshot.listen_to(songs, None)
            _teach(program, screenshot, options.teach)
            _take(program, screenshot, LIBRARY, _SETTLE_MS)
        elif options.live:
            _take(program, screenshot, LIVE, 0)
        else:
            program.parts.appearance.set_theme("dark")
            screenshot.take([], OUT / "welcome-dark.png")
            screenshot.listen_to(songs, None)
            program.window.bar.set_playing(True)
            _take(program, screenshot, LISTEN, 0)
        program.window.close()
    return 0


def _take(program: Program, screenshot: Screenshot, scenes: Sequence[Scene], settle: int) -> None:
    program.window.show()
    for name, theme, size, prepare in scenes:
        program.parts.appearance.set_theme(theme)
        program.window.resize(*size)
        prepare(program)
        timer = QElapsedTimer()
        timer.start()
        screenshot.wait(lambda timer=timer: timer.hasExpired(settle))  # type: ignore[misc]
        screenshot.rest()
        program.window.grab().toImage().save(str(OUT / f"{name}.png"))
        print(OUT / f"{name}.png")


def _teach(program: Program, screenshot: Screenshot, wanted: Sequence[str]) -> None:
    head_trainer = program.parts.head_trainer
    with LibraryStore(program.parts.library_service.database, check=False) as store:
        songs = store.songs(store.ids(Query()))
    for entry in wanted:
        genre, _, words = entry.partition("=")
        head_trainer.mark([s.id for s in songs if any(word in str(s.path) for word in words.split(","))], genre)
    timer = QElapsedTimer()
    timer.start()
    if wanted:
        screenshot.wait(lambda: head_trainer.state.report is not None or timer.hasExpired(_LEARN_MS))


if __name__ == "__main__":
    sys.exit(main())
