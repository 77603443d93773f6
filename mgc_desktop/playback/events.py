"""Events that the player emits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from mgc_desktop.errors import MgcError


class EventKind(Enum):
    """The kind of an event.

    LOADED: the song is open, its duration known if the file has it. ENDED: the song was played to its end, or could not
    go on; in the latter case an error came before it. ADVANCED: the song that was to follow is playing now. ERROR: a
    file cannot be played, or not to its end. SILENT: there is no audio device, or it was disconnected; the song runs on
    without sound, and `error` says why. DEVICE: playback uses a device again, or another one.
    """

    LOADED = "loaded"
    ENDED = "ended"
    ADVANCED = "advanced"
    ERROR = "error"
    SILENT = "silent"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class PlayerEvent:
    """`path`: the song concerned, or None. `error`: for the user, with ERROR and SILENT."""

    kind: EventKind
    path: Path | None = None
    error: MgcError | None = None
