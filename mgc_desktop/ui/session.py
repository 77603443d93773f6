"""What comes back on the next start."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow

from mgc_desktop import settings as s
from mgc_desktop.errors import SettingsError
from mgc_desktop.playback.queue import QueueItem, Repeat
from mgc_desktop.settings import Settings

if TYPE_CHECKING:
    from mgc_desktop.workers.playback_controller import PlaybackController

_log = logging.getLogger(__name__)

_SIZE = (1360, 820)
_QUEUE_LIMIT = 5000  # songs; more would make the settings large and slow


def restore_window(window: QMainWindow, settings: Settings) -> None:
    """Place and size; a first start, or a screen that is gone, gets the usual ones."""
    window.resize(*_SIZE)
    stored = settings[s.GEOMETRY]
    if stored:
        window.restoreGeometry(QByteArray.fromBase64(stored.encode()))


def restore_playback(playback: PlaybackController, settings: Settings) -> None:
    """Volume, device, repeat; and the last queue, standing still."""
    playback.queue.repeat = Repeat(settings[s.REPEAT])
    playback.player.set_device(settings[s.DEVICE] or None)
    playback.set_volume(settings[s.VOLUME])
    playback.set_muted(settings[s.MUTED])


def restore_queue(playback: PlaybackController, settings: Settings, *, stand: bool = True) -> None:
    """The last queue, standing still. `stand`: open the song that was current.

    No file is looked at here: songs that are gone stay in the queue, since their drive may only be unplugged, and the
    player says of the current one that it is not there.
    """
    stored = settings[s.QUEUE] if settings[s.KEEP_QUEUE] else []
    if not stored:
        return
    playback.queue.add(QueueItem(Path(name)) for name in stored)
    current = min(max(0, int(settings[s.QUEUE_INDEX])), len(stored) - 1)
    if stand:
        playback.stand_at(current)
    else:
        playback.queue.select(current)


def remember(window: QMainWindow, playback: PlaybackController, settings: Settings) -> None:
    """Keep it all. A folder that cannot be written is no reason not to close."""
    settings[s.GEOMETRY] = bytes(window.saveGeometry().toBase64().data()).decode()
    settings[s.REPEAT] = playback.queue.repeat.value
    settings[s.VOLUME] = playback.volume
    settings[s.MUTED] = playback.muted
    items = playback.queue.items[:_QUEUE_LIMIT] if settings[s.KEEP_QUEUE] else ()
    settings[s.QUEUE] = [str(item.path) for item in items]
    settings[s.QUEUE_INDEX] = playback.queue.index if playback.queue.index is not None else -1
    try:
        settings.save()
    except SettingsError as error:
        _log.error("%s", error)
