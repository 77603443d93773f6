"""What the player tells of its own accord."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from mgc_desktop.errors import MgcError


class EventKind(Enum):
    """What happened.

    LOADED: the song is open, its duration known if the file says it. ENDED: the song was heard to its end, or could
    not go on; with an error before it in the latter case. ADVANCED: the song that was to follow is heard now.
    ERROR: a file cannot be played, or not to its end. SILENT: there is no sound device, or it is gone; the song runs
    on without sound, `error` says why. DEVICE: sound comes out of a device again, or of another one.
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
