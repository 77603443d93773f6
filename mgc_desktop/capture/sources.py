"""Which sources there are, and opening one: through the sound server where there is one, else through PortAudio."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from mgc_desktop.capture import portaudio, pulse
from mgc_desktop.capture.source import Source
from mgc_desktop.capture.stream import CaptureStream
from mgc_desktop.errors import CaptureError

_NONE: Final = (
    "No microphone and no other source of sound was found. Connect one, or check the system's sound settings."
)
_ON_WINDOWS: Final = (
    "What the computer itself plays can be listened to where Windows offers it as an input, such as “Stereo Mix”: "
    "switch that on in the sound settings, under recording."
)
_ON_MACOS: Final = (
    "What the computer itself plays can be listened to through a virtual sound device, such as BlackHole."
)


def list_sources() -> list[Source]:
    """All sources, what the computer plays before inputs, the system's own first of each; [] where there is none.

    Takes up to seconds. Raises CaptureError where the sound system cannot be asked.
    """
    if _has_server():
        return pulse.sources()
    found = portaudio.sources()
    return sorted(found, key=lambda each: (each.kind != "computer", not each.default))


def find_source(wanted: str | None = None) -> Source:
    """A source by its id, its name or a part of its name; None: what the computer plays, else the system's own input.

    Raises CaptureError where there is none, or a part of a name fits several.
    """
    return choose(list_sources(), wanted)


def choose(sources: Sequence[Source], wanted: str | None = None) -> Source:
    """The same, of these sources."""
    if not sources:
        raise CaptureError(_NONE)
    if wanted is None:
        return next((each for each in sources if each.default), sources[0])
    exact = [each for each in sources if wanted in (each.id, each.id.partition("/")[2], each.name)]
    fitting = exact[:1] or [each for each in sources if wanted.casefold() in each.name.casefold()]
    names = ", ".join(f"“{each.name}”" for each in (fitting or sources))
    if not fitting:
        raise CaptureError(f"There is no source of sound named “{wanted}”. Choose one of: {names}.")
    if len(fitting) > 1:
        raise CaptureError(f"“{wanted}” may mean {names}. Give more of the name.")
    return fitting[0]


def open_source(source: Source) -> CaptureStream:
    """Sound begins to arrive. Raises CaptureError; close the stream in the end."""
    if source.id.startswith(pulse.PREFIX):
        return pulse.PulseCapture(source)
    return portaudio.PortAudioCapture(source)


def missing_computer_sound(sources: Sequence[Source]) -> str:
    """What to do to listen to the computer's own sound where no source offers it, "" where one does."""
    if any(each.kind == "computer" for each in sources):
        return ""
    if sys.platform == "win32":
        return _ON_WINDOWS
    if sys.platform == "darwin":
        return _ON_MACOS
    return f"To listen to what the computer itself plays, install the package {pulse.PACKAGE}."


def _has_server() -> bool:
    return sys.platform.startswith("linux") and pulse.is_installed() and pulse.available()
