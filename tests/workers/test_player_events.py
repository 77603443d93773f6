"""What the player tells on its thread arrives on the GUI thread."""

from __future__ import annotations

import threading

from pytestqt.qtbot import QtBot

from mgc_desktop.playback.events import EventKind, PlayerEvent
from mgc_desktop.workers.player_events import PlayerEvents


def test_events_keep_their_order_and_change_the_thread(qtbot: QtBot) -> None:
    events = PlayerEvents()
    got: list[EventKind] = []
    threads: set[threading.Thread] = set()

    def receive(event: PlayerEvent) -> None:
        got.append(event.kind)
        threads.add(threading.current_thread())

    events.received.connect(receive)
    sent = [EventKind.LOADED, EventKind.SILENT, EventKind.ENDED] * 20
    thread = threading.Thread(target=lambda: [events.post(PlayerEvent(kind)) for kind in sent])
    thread.start()
    thread.join()
    assert got == []
    qtbot.waitUntil(lambda: len(got) == len(sent))
    assert got == sent
    assert threads == {threading.main_thread()}
