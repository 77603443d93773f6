"""The real program in a real window, used: `used_program.py FOLDER`.

Somebody drops the folder `music` of FOLDER on the library, lets it be listened to, and does in each view what it is
for, with the mouse and the keys. What was seen goes to FOLDER: `seen.json`, pictures of the screen, saved files.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import used_views
from hand import wait
from PySide6.QtCore import QPoint, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication
from visit import Seen, Visit
from watched_program import drop

from mgc_desktop.app import build_app
from mgc_desktop.library.query import Filter
from mgc_desktop.ui.settings_dialog import SettingsDialog
from mgc_desktop.ui.view_registry import VIEWS


def use_library(visit: Visit) -> Seen:
    """Drop a folder, let it be listened to."""
    hand, library = visit.hand, visit.window.library
    page, controller = library.page, library.controller
    visit.go(1)
    welcomed = page.empty.isVisible()
    for _ in range(2):  # a song again and again: it must not matter how long anything takes
        hand.click(visit.window.bar.repeat)
    drop(visit.program, visit.folder / "music")
    wait(lambda: controller.model.songs and not controller.library_service.scanning, "the folder is read")
    fresh = controller.store.number(Filter.NOT_ANALYSED)
    hand.answer(lambda: hand.click(page.strip.listen), hand.entry("Only what is new"))
    wait(
        lambda: controller.store.number(Filter.NOT_ANALYSED) == 0 and not controller.library_service.listening,
        "all is heard",
    )
    wait(lambda: page.strip.listen.isVisible(), "the strip is at rest")
    visit.photograph("library")
    verdicts = {str(song.path): [song.predicted, song.state.value] for song in visit.songs()}
    return {
        "welcomed": welcomed,
        "fresh": fresh,
        "line": page.line.text(),
        "titles": visit.listed(),
        "verdicts": verdicts,
    }


def use_light(visit: Visit) -> Seen:
    """Choose the light theme in the settings, and look at every view again."""
    hand, window = visit.hand, visit.window

    def choose(dialog: SettingsDialog) -> None:
        hand.click(dialog.theme.button("light"))
        hand.press(Qt.Key.Key_Escape)

    hand.answer(lambda: hand.click(window.rail.settings), choose)
    seen: Seen = {}
    for number, key in enumerate(("listen", "library", *(entry.key for entry in VIEWS))):
        visit.go(number)
        hand.point(window.rail, QPoint(3, 500))
        wait(lambda key=key: _is_drawn(visit, key), f"{key} is drawn")  # type: ignore[misc]
        visit.photograph(f"{key}-light")
        seen[key] = visit.eye.where(window.views)
    return seen


def _is_drawn(visit: Visit, key: str) -> bool:
    """Whether a view that needs a moment shows what it has to show."""
    view: Any = visit.window.views.seen
    if key == "map":
        return view.map is not None and not view.page.canvas.motion.moving
    if key == "hears":
        return view.body.explained is not None
    if key == "models":
        return bool(view.list.cards)
    return True


# The whole visit

VISITS: dict[str, Callable[[Visit], Seen]] = {
    "library": use_library,
    "map": used_views.use_map,
    "genres": used_views.use_genres,
    "confusion": used_views.use_confusion,
    "hears": used_views.use_explain,
    "models": used_views.use_models,
    "teach": used_views.use_teach,
    "train": used_views.use_train,
    "light": use_light,
}


@contextmanager
def complaints() -> Iterator[list[str]]:
    """What Qt, the program's log or Python has to warn of."""
    predicted: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            predicted.append(self.format(record))

    def on_qt(kind: QtMsgType, context: object, message: str) -> None:
        if kind is not QtMsgType.QtDebugMsg and kind is not QtMsgType.QtInfoMsg:
            predicted.append(f"Qt: {message}")

    ear = Ear(logging.WARNING)
    logging.getLogger().addHandler(ear)
    qInstallMessageHandler(on_qt)
    before, sys.excepthook = sys.excepthook, lambda kind, error, trace: predicted.append(f"{kind.__name__}: {error}")
    try:
        yield predicted
    finally:
        sys.excepthook = before
        qInstallMessageHandler(None)
        logging.getLogger().removeHandler(ear)


def main(folder: Path) -> int:
    with complaints() as predicted:
        program = build_app(show=True)
        QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)  # the same on every desktop
        program.start([])
        visit = Visit(program, folder)
        seen: Seen = {"platform": program.app.platformName()}
        try:
            for name, use in VISITS.items():
                seen[name] = use(visit)
        except Exception:
            visit.eye.photograph("failed")
            raise
        finally:
            program.window.close()
            program.close()
    seen["complaints"] = predicted
    (folder / "seen.json").write_text(json.dumps(seen, indent=1, ensure_ascii=False), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
