"""The audio output devices, and the one module that loads PortAudio."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from mgc_desktop.errors import PlaybackError

# PortAudio lists a device once for each host API. The first of these APIs that is present is shown.
_PREFERRED_APIS: Final = ("Core Audio", "Windows WASAPI", "Windows DirectSound", "MME", "ALSA", "OSS")
_EXTRA_APIS: Final = ("ASIO", "JACK Audio Connection Kit")  # host APIs that are shown in addition
# ALSA lists dozens of plug-ins; only cards and these names are shown, of which the first that is present leads to the
# sound server, where the user has chosen the output.
_ALSA_SERVERS: Final = {"default": "System default", "pipewire": "PipeWire", "pulse": "PulseAudio"}
_ALSA_CARD: Final = re.compile(r"^(.+?) \(hw:\d+,\d+\)$")


@dataclass(frozen=True, slots=True)
class Device:
    """An audio output, or an input. `id` is the same at every start; `name` is for the user; `default`: whether it is
    the system's default."""

    id: str
    name: str
    default: bool


@dataclass(frozen=True, slots=True)
class Output:
    """PortAudio's parameters of a device: `index`, `channels` (2, or 1 if there is only one), `rate` in Hz."""

    index: int
    channels: int
    rate: int


def sounddevice() -> Any:
    """The library `sounddevice`, loaded when first needed. Raises PlaybackError if it, or PortAudio, is missing."""
    try:
        import sounddevice as library
    except (ImportError, OSError) as error:
        if sys.platform.startswith("linux"):
            way_out = "Install it with: sudo apt install libportaudio2 libasound2-plugins"
        else:
            way_out = "Install the program again."
        raise PlaybackError(f"The library PortAudio, which plays audio, is missing. {way_out}") from error
    return library


# Held while PortAudio is started anew, and while a stream for live input is opened: the first ends all streams.
RESTART: Final = threading.Lock()
captures: set[object] = set()  # the open streams of live input; changed only with RESTART held


def refresh() -> None:
    """Search for devices again: PortAudio does so only when it starts. No stream for playback may be open; if one for
    live input is open, nothing happens."""
    library = sounddevice()
    with RESTART:
        if captures:
            return
        try:
            library._terminate()
        finally:
            library._initialize()


def outputs() -> list[Device]:
    """The audio outputs, the system's default first; an empty list without any. Raises PlaybackError."""
    return [device for device, _ in _selected()]


def find(device_id: str | None) -> Output:
    """A device by its `id`; None is the system's default. Raises PlaybackError if it is not connected."""
    found = _selected()
    for device, info in found:
        if device.id == device_id or (device_id is None and device.default):
            return Output(
                index=info["index"],
                channels=min(2, info["max_output_channels"]),
                rate=round(info["default_samplerate"]),
            )
    if device_id is None or not found:
        raise PlaybackError(
            "No sound output was found. Connect one, or check the system's sound settings, and press play again."
        )
    name = device_id.partition("/")[2]
    raise PlaybackError(f"The sound output “{name}” is not connected. Connect it, or choose another one.")


def _selected() -> list[tuple[Device, Mapping[str, Any]]]:
    library = sounddevice()
    try:
        return select(library.query_devices(), library.query_hostapis())
    except library.PortAudioError as error:
        raise PlaybackError(
            f"The sound outputs cannot be listed ({error.args[0]}). Restart the program, or the system's sound service."
        ) from error


def select(
    devices: Sequence[Mapping[str, Any]],
    apis: Sequence[Mapping[str, Any]],
    direction: Literal["output", "input"] = "output",
) -> list[tuple[Device, Mapping[str, Any]]]:
    """The devices of PortAudio's list that a user can distinguish, each with PortAudio's record; the default first."""
    usable = [(apis[info["hostapi"]]["name"], info) for info in devices if info[f"max_{direction}_channels"] > 0]
    present = {api for api, _ in usable}
    main = next((api for api in _PREFERRED_APIS if api in present), None)
    named = _named([(api, info) for api, info in usable if api == main or api in _EXTRA_APIS])
    if not named:
        return []
    standard = {api["name"]: api[f"default_{direction}_device"] for api in apis}.get(main, -1)
    if standard not in [info["index"] for _, _, info in named]:
        standard = named[0][2]["index"]
    named.sort(key=lambda entry: entry[2]["index"] != standard)
    return [(Device(f"{api}/{name}", name, info["index"] == standard), info) for api, name, info in named]


def _named(usable: list[tuple[str, Mapping[str, Any]]]) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Each device with a unique name for the user, without those that only the system uses."""
    raw = [info["name"] for api, info in usable if api == "ALSA"]
    server = next((name for name in _ALSA_SERVERS if name in raw), None)
    named: dict[tuple[str, str], Mapping[str, Any]] = {}
    for api, info in usable:
        name: str = info["name"]
        if api == "ALSA":
            card = _ALSA_CARD.match(name)
            if card is None and name != server:
                continue
            name = card[1] if card else _ALSA_SERVERS[name]
        number = 2
        while (api, name) in named:  # two devices of the same name
            name = f"{name.removesuffix(f' {number - 1}')} {number}"
            number += 1
        named[api, name] = info
    return [(api, name, info) for (api, name), info in named.items()]
