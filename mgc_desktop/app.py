"""The window program: creates all parts in the order of their dependencies, and shuts them down."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from mgc_desktop import __version__, crash, log
from mgc_desktop import settings as s
from mgc_desktop.paths import data_dir
from mgc_desktop.settings import Settings
from mgc_desktop.ui import fonts, icons, session
from mgc_desktop.ui.appearance import Appearance
from mgc_desktop.ui.application import Application
from mgc_desktop.ui.error_reporter import ErrorReporter
from mgc_desktop.ui.interrupts import Interrupts
from mgc_desktop.ui.main_window import NAME, MainWindow
from mgc_desktop.ui.parts import Parts
from mgc_desktop.workers.single_instance import Claim, SingleInstance
from mgc_desktop.workers.tasks import end_if_hung

if TYPE_CHECKING:
    from mgc_desktop.workers.player_events import PlayerEvents

_log = logging.getLogger(__name__)

_QT_LEVELS: Final = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}

_LATER_MS: Final = 1500


@dataclass(slots=True)
class Program:
    """The running program: Qt's application object, the window, and what works behind it."""

    app: QApplication
    window: MainWindow
    parts: Parts
    events: PlayerEvents
    _is_closed: bool = field(default=False, init=False)

    def start(self, paths: Sequence[Path]) -> None:
        """Show the window if it is not visible yet, then start the slower parts."""
        _show(self.window)
        if isinstance(self.app, Application):
            self.app.open_requested.connect(self.window.open_file)
        session.restore_queue(self.parts.playback, self.parts.settings, stand=not paths)
        if paths:  # they are played now, and the stored queue is kept
            self.window.open(paths)
        self.parts.analysis_service.warm_up()
        if paths:  # slow work waits, so that the first song plays smoothly
            timer = QTimer(self.window, singleShot=True, interval=_LATER_MS)
            timer.timeout.connect(lambda: self._settle())  # Qt would hold a bound method weakly
            timer.start()
        else:
            self._settle()

    def _settle(self) -> None:
        """Start the work that may wait: reading the library, checking for damage."""
        if self.window.isVisible():
            self.parts.head_trainer.start()
            self.window.library.start()

    def close(self) -> None:
        """Stop all threads and delete the window and its services. May be called more than once.

        The window and the services connect to each other by functions that Qt holds, where Python's garbage collector
        cannot see a cycle: only deleting the Qt objects frees them. It happens in the next round of the event loop.
        """
        if self._is_closed:
            return
        self._is_closed = True
        parts = self.parts
        parts.appearance.close()
        parts.head_trainer.close()
        parts.analysis_service.close()
        self.window.close_views()
        parts.reader.close()
        parts.devices.close()
        parts.playback.close()
        services = (parts.head_trainer, parts.analysis_service, parts.library_service, parts.reader, parts.devices)
        for part in (self.window, *services, parts.playback, self.events, parts.appearance):
            part.deleteLater()


def build_app(argv: Sequence[str] = (), *, log_file: Path | None = None, show: bool = False) -> Program:
    """The program, ready to `start`. `show`: show the window before its services exist."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else Application([sys.argv[0], *argv])
    app.setApplicationName("mgc-desktop")
    app.setApplicationDisplayName(NAME)
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("mgc-desktop")
    app.setWindowIcon(icons.app_icon())
    fonts.install(app)
    settings = Settings()
    appearance = Appearance(app, settings[s.THEME])
    window = MainWindow(settings, appearance)
    if show:
        _show(window)
    parts, events = _make_parts(settings, appearance, log_file)
    window.attach_services(parts)
    _log.info("the window can be used")
    program = Program(app, window, parts, events)
    window.closed.connect(lambda: program.close())
    return program


def _show(window: MainWindow) -> None:
    if not window.isVisible():
        window.show()
        QApplication.processEvents()
        _log.info("the window is shown")


def _make_parts(settings: Settings, appearance: Appearance, log_file: Path | None) -> tuple[Parts, PlayerEvents]:
    # Imported here, because numpy and the decoders would delay the window.
    from mgc_desktop.inference.user_heads import head_in_use
    from mgc_desktop.playback.player import Player
    from mgc_desktop.playback.queue import PlayQueue
    from mgc_desktop.tags.journal import Journal
    from mgc_desktop.workers.analysis_service import AnalysisService, load_model
    from mgc_desktop.workers.head_trainer import HeadTrainer
    from mgc_desktop.workers.library_service import LibraryService
    from mgc_desktop.workers.playback_controller import PlaybackController
    from mgc_desktop.workers.player_events import PlayerEvents
    from mgc_desktop.workers.tasks import TaskRunner

    events = PlayerEvents()
    player = Player(events.post)
    playback = PlaybackController(player, PlayQueue())
    events.received.connect(playback.on_event)
    head = partial(head_in_use, settings[s.HEAD])
    analysis_service = AnalysisService(partial(load_model, settings[s.MODEL], settings[s.VOCABULARY]), head=head)
    library_service = LibraryService(
        data_dir() / "library.db", Journal(), model=settings[s.MODEL], vocabulary=settings[s.VOCABULARY], head=head
    )
    parts = Parts(
        settings=settings,
        appearance=appearance,
        playback=playback,
        analysis_service=analysis_service,
        library_service=library_service,
        head_trainer=HeadTrainer(library_service, analysis_service, settings),
        reader=TaskRunner(threads=1),
        devices=TaskRunner(threads=1),
        log=log_file,
    )
    return parts, events


def main(argv: Sequence[str] | None = None) -> int:
    """The command `mgc-desktop`."""
    arguments = _parser().parse_args(argv)
    if arguments.screenshot is not None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if _no_screen():
        print(f"{NAME} needs a screen; in a terminal, use the command mgc instead.", file=sys.stderr)  # noqa: T201
        return 1
    instance = SingleInstance(data_dir()) if arguments.screenshot is None else None
    if instance is not None and (claimed := instance.claim(arguments.files)) is not Claim.FIRST:
        return _leave_to_other(claimed)
    log_file = log.set_up()
    crashed = crash.watch(log_file.parent) if log_file is not None else None
    qInstallMessageHandler(_on_qt_message)
    _log.info("%s %s starts", NAME, __version__)
    interrupts = Interrupts()
    try:
        program = build_app(log_file=log_file, show=arguments.screenshot is None)
    except Exception as error:
        interrupts.release()
        if instance is not None:
            instance.close()
        return _cannot_start(error, log_file, alone=arguments.screenshot is not None)
    if crashed is not None:
        program.window.report_crash()
    reporter = ErrorReporter()
    reporter.reported.connect(program.window.report)
    restore = log.install_hooks(reporter.reported.emit)
    interrupts.close(program.window)
    status = 1
    try:
        if arguments.screenshot is not None:
            from mgc_desktop.ui.screenshot import Screenshot

            screenshot = Screenshot(program.window, program.parts)
            status = screenshot.take(arguments.files, arguments.screenshot, seconds=arguments.seconds)
        else:
            program.start(arguments.files)
            if instance is not None:
                instance.requested.connect(program.window.come_forward)
                program.window.closed.connect(instance.stop)
                instance.listen()
            status = program.app.exec() if program.window.isVisible() else 0
        return status
    finally:
        interrupts.stop()
        program.close()
        if instance is not None:
            instance.close()
        restore()
        qInstallMessageHandler(None)
        end_if_hung(status)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mgc-desktop", description="Plays songs, draws their spectrograms and names their genres."
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="songs or folders to play")
    parser.add_argument("--version", action="version", version=f"{NAME} {__version__}")
    parser.add_argument("--screenshot", type=Path, metavar="OUT.png", help="save a picture of the window and exit")
    parser.add_argument("--seconds", type=float, metavar="N", help="position in the song for the picture, in seconds")
    return parser


def _no_screen() -> bool:
    """Whether there is no display, without which Qt would abort."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform.startswith("linux") and not any(os.environ.get(name) for name in screens)


def _cannot_start(error: Exception, log_file: Path | None, *, alone: bool) -> int:
    """Log and report why there is no window. `alone`: no user can close a dialog, so only print it."""
    _log.critical("the window cannot be made", exc_info=error)
    if not alone:
        from mgc_desktop.ui.error_report_dialog import say_cannot_start

        say_cannot_start(error, log_file)
    return 1


def _leave_to_other(claimed: Claim) -> int:
    """Another window of this user gets the files, or should have got them."""
    if claimed is Claim.HANDED_OVER:
        return 0
    sentence = f"{NAME} is running already, but does not answer. Close it or end its process, then start it again."
    print(sentence, file=sys.stderr)  # noqa: T201
    return 1


def _on_qt_message(kind: QtMsgType, context: object, message: str) -> None:
    logging.getLogger("qt").log(_QT_LEVELS.get(kind, logging.WARNING), "%s", message)
