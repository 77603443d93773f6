"""Which of PortAudio's many outputs a user sees, and what is said where there is none."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from mgc_desktop.errors import PlaybackError
from mgc_desktop.playback import devices
from mgc_desktop.playback.devices import Device, select

Apis = list[dict[str, Any]]


def system(**apis: tuple[str, ...]) -> tuple[list[dict[str, Any]], Apis]:
    """PortAudio's two lists. By host API, the names of its devices: `*` before the default, `<` before an input."""
    records: list[dict[str, Any]] = []
    hosts: Apis = []
    for number, (api, names) in enumerate(apis.items()):
        default = -1
        for name in names:
            index = len(records)
            default = index if name.startswith("*") else default
            outputs = 0 if name.startswith("<") else 2
            records.append(
                {"index": index, "name": name.lstrip("*<"), "hostapi": number, "max_output_channels": outputs}
            )
        hosts.append({"name": api.replace("_", " "), "default_output_device": default})
    return records, hosts


# As PortAudio lists them: a laptop with PipeWire, one with PulseAudio, a bare ALSA machine, a Mac, a Windows machine.
PIPEWIRE = system(
    ALSA=(
        "HDA Intel PCH: ALC257 Analog (hw:0,0)",
        "HDA Intel PCH: HDMI 0 (hw:0,3)",
        "<Webcam: USB Audio (hw:1,0)",
        *("sysdefault", "front", "surround40", "hdmi", "lavrate", "samplerate", "speexrate", "jack", "oss"),
        *("pipewire", "pulse", "upmix", "vdownmix", "dmix", "*default"),
    ),
    OSS=(),
)
PULSE = system(ALSA=("HDA Intel PCH: ALC257 Analog (hw:0,0)", "pulse", "*default"))
BARE = system(ALSA=("*USB Audio: - (hw:0,0)", "USB Audio: - (hw:1,0)", "sysdefault", "dmix"))
MAC = system(Core_Audio=("<MacBook Pro Microphone", "MacBook Pro Speakers", "*AirPods"))
WINDOWS = system(
    MME=("Microsoft Sound Mapper - Output", "*Speakers (Realtek(R) Audio)"),
    Windows_DirectSound=("*Primary Sound Driver", "Speakers (Realtek(R) Audio)"),
    Windows_WASAPI=("Headphones (USB Audio)", "*Speakers (Realtek(R) Audio)"),
    **{"Windows WDM-KS": ("Speakers 1 (Realtek HD Audio output)",)},
    ASIO=("Focusrite USB ASIO",),
)


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        (PIPEWIRE, ["System default", "HDA Intel PCH: ALC257 Analog", "HDA Intel PCH: HDMI 0"]),
        (PULSE, ["System default", "HDA Intel PCH: ALC257 Analog"]),
        (BARE, ["USB Audio: -", "USB Audio: - 2"]),
        (MAC, ["AirPods", "MacBook Pro Speakers"]),
        (WINDOWS, ["Speakers (Realtek(R) Audio)", "Headphones (USB Audio)", "Focusrite USB ASIO"]),
        (system(ALSA=()), []),
    ],
)
def test_a_user_sees_each_output_once_by_a_name_the_default_first(
    listed: tuple[list[dict[str, Any]], Apis], names: list[str]
) -> None:
    shown = [device for device, _ in select(*listed)]

    assert [device.name for device in shown] == names
    assert [device.default for device in shown] == [True] + [False] * (len(names) - 1) if names else True
    assert len({device.id for device in shown}) == len(names)


def test_the_id_outlives_a_new_numbering() -> None:
    before = select(*system(ALSA=("Card: Analog (hw:0,0)", "*default")))
    after = select(*system(ALSA=("Webcam: Audio (hw:0,0)", "Card: Analog (hw:1,0)", "*default")))

    assert before[1][0] == Device("ALSA/Card: Analog", "Card: Analog", False)
    assert before[1][0] in [device for device, _ in after]


def test_a_system_that_names_no_default_gets_the_first() -> None:
    shown = select(*system(Core_Audio=("Speakers", "Headphones")))

    assert [device.default for device, _ in shown] == [True, False]


def test_without_portaudio_the_way_to_get_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    monkeypatch.setattr(sys, "platform", "linux")

    with pytest.raises(PlaybackError, match="sudo apt install libportaudio2"):
        devices.outputs()


@pytest.mark.sound
def test_a_machine_with_a_sound_card_shows_it(sound_card: object) -> None:
    assert [device.name for device in devices.outputs()] == ["System default"]
    assert devices.find(None).channels == 2
    assert devices.find("ALSA/System default") == devices.find(None)


@pytest.mark.sound
def test_a_card_that_is_not_there_is_named(sound_card: object) -> None:
    with pytest.raises(PlaybackError, match="“USB DAC” is not connected"):
        devices.find("ALSA/USB DAC")


@pytest.mark.sound
def test_a_machine_without_a_sound_card_shows_none_and_says_so(sound_card: object, no_sound_card: None) -> None:
    assert devices.outputs() == []
    with pytest.raises(PlaybackError, match="No sound output was found"):
        devices.find(None)
