"""Which sources there are, and which one is meant; sources that are missing, refused or gone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mgc_desktop.capture import portaudio, pulse, sources
from mgc_desktop.capture.source import Source
from mgc_desktop.capture.sources import choose, find_source, list_sources, missing_computer_sound, open_source
from mgc_desktop.errors import CaptureError
from mgc_desktop.playback import devices

sys.path.append(str(Path(__file__).parents[1]))
from sound_card import SoundCard

MONITOR = Source("pulse/speakers.monitor", "Speakers", "computer", default=True)
MICROPHONE = Source("pulse/mic", "Microphone", "input", default=True)
LINE = Source("pulse/line", "Line In", "input")

LISTING = """Source #3
\tState: SUSPENDED
\tName: alsa_output.pci.analog-stereo.monitor
\tDescription: Monitor of Häuslicher Lautsprecher
\tDriver: PipeWire
\tSample Specification: s32le 2ch 48000Hz
\tChannel Map: front-left,front-right
\tMonitor of Sink: alsa_output.pci.analog-stereo
\tProperties:
\t\tdevice.description = "Häuslicher Lautsprecher"
\t\tName: not this one

Source #17
\tState: RUNNING
\tName: alsa_input.usb-mic
\tDescription: USB: a "microphone", 8 channels
\tSample Specification: float32le 8ch 96000Hz
\tMonitor of Sink: n/a

Source #18
\tName: broken
"""


def test_what_pactl_prints_is_read() -> None:
    monitor, microphone = pulse.parse_sources(LISTING)
    assert monitor.index == 3
    assert monitor.description == "Monitor of Häuslicher Lautsprecher"
    assert (monitor.monitor_of, monitor.sr, monitor.channels) == ("alsa_output.pci.analog-stereo", 48000, 2)
    assert (microphone.index, microphone.monitor_of, microphone.sr, microphone.channels) == (17, "", 96000, 8)
    assert microphone.description == 'USB: a "microphone", 8 channels'
    assert pulse.parse_sources("") == []
    assert pulse.parse_defaults("Default Sink: a\nDefault Source: b c\n") == ("a", "b c")
    assert pulse.parse_defaults("nothing") == ("", "")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [(None, MONITOR), ("mic", MICROPHONE), ("pulse/line", LINE), ("Line In", LINE), ("speak", MONITOR)],
)
def test_a_source_is_found(wanted: str | None, found: Source) -> None:
    assert choose([MONITOR, MICROPHONE, LINE], wanted) is found


def test_without_a_computers_sound_the_microphone_is_taken() -> None:
    assert choose([LINE, MICROPHONE]) is MICROPHONE
    assert choose([LINE]) is LINE


def test_no_source_or_the_wrong_name_is_a_sentence() -> None:
    with pytest.raises(CaptureError, match=r"No microphone .* Connect one"):
        choose([])
    with pytest.raises(CaptureError, match=r"named “horn”. Choose one of: “Speakers”"):
        choose([MONITOR, LINE], "horn")
    with pytest.raises(CaptureError, match="may mean"):
        choose([MONITOR, MICROPHONE, LINE], "n")


def test_the_way_to_the_computers_own_sound_is_told() -> None:
    assert missing_computer_sound([MICROPHONE])
    assert missing_computer_sound([MICROPHONE, MONITOR]) == ""


def test_portaudios_loopback_is_the_computers_own_sound() -> None:
    """GIVEN a list as PortAudio gives it on Windows THEN inputs come once, the loopback as what it is."""
    apis = [
        {"name": "MME", "default_input_device": 0, "default_output_device": -1},
        {"name": "Windows WASAPI", "default_input_device": 2, "default_output_device": -1},
    ]
    found = [
        {
            "name": name,
            "hostapi": api,
            "index": index,
            "max_input_channels": channels,
            "max_output_channels": 2 - channels,
        }
        for index, (name, api, channels) in enumerate(
            [("Microphone", 0, 2), ("Speakers", 1, 0), ("Microphone", 1, 2), ("Speakers [Loopback]", 1, 2)]
        )
    ]
    chosen = devices.select(found, apis, "input")
    assert [portaudio._source(device) for device, _ in chosen] == [
        Source("portaudio/Windows WASAPI/Microphone", "Microphone", "input", default=True),
        Source("portaudio/Windows WASAPI/Speakers [Loopback]", "Speakers", "computer"),
    ]
    assert [info["index"] for _, info in chosen] == [2, 3]


@pytest.mark.sound
def test_the_server_lists_what_its_outputs_play(card: SoundCard) -> None:
    found = list_sources()
    assert [(each.id, each.kind) for each in found] == [
        ("pulse/test.monitor", "computer"),
        ("pulse/control.monitor", "computer"),
    ]
    assert [each.default for each in found] == [True, False]
    assert len({each.name for each in found}) == 2
    assert find_source().id == "pulse/test.monitor"
    assert find_source("control.monitor").id == "pulse/control.monitor"


@pytest.mark.sound
def test_a_source_that_is_not_there_is_a_sentence(card: SoundCard) -> None:
    with pytest.raises(CaptureError, match=r"“Old microphone” is not connected"):
        open_source(Source("pulse/old", "Old microphone", "input"))
    with pytest.raises(CaptureError, match=r"“Old microphone” is not connected"):
        open_source(Source("portaudio/ALSA/old", "Old microphone", "input"))


@pytest.mark.sound
def test_sound_comes_through_portaudio_as_well(
    card: SoundCard, monkeypatch: pytest.MonkeyPatch, wait_until: Callable[..., None]
) -> None:
    """Where there are no programs for the sound server, PortAudio gives the system's own input."""
    devices.refresh()
    monkeypatch.setattr(pulse, "is_installed", lambda: False)
    (source,) = list_sources()
    assert source.kind == "input" and source.id.startswith("portaudio/")
    assert pulse.PACKAGE in missing_computer_sound([source])
    stream = open_source(source)
    try:
        devices.refresh()  # does nothing now: it would end the stream
        frames = 0

        def enough() -> bool:
            nonlocal frames
            y = stream.read(0.1)
            frames += 0 if y is None else y.shape[1]
            return frames > stream.sr

        wait_until(enough)
    finally:
        stream.close()
        stream.close()
    assert not devices.captures
    devices.refresh()


@pytest.mark.sound
def test_a_source_that_is_unplugged_ends_with_a_sentence(
    frail_card: SoundCard, wait_until: Callable[..., None]
) -> None:
    """PulseAudio would move the stream to another source without a word."""
    stream = open_source(find_source("test.monitor"))
    try:
        wait_until(lambda: stream.read(0.1) is not None)
        frail_card.remove_sink("test")
        with pytest.raises(CaptureError, match="is gone"):
            wait_until(lambda: stream.read(0.1) is None and False)
    finally:
        stream.close()


@pytest.mark.sound
def test_a_sound_service_that_ends_is_a_sentence(frail_card: SoundCard, wait_until: Callable[..., None]) -> None:
    stream = open_source(find_source())
    try:
        wait_until(lambda: stream.read(0.1) is not None)
        frail_card.kill()
        with pytest.raises(CaptureError, match="is gone"):
            wait_until(lambda: stream.read(0.1) is None and False)
    finally:
        stream.close()


@pytest.mark.sound
def test_a_sound_service_that_hangs_is_a_sentence(
    frail_card: SoundCard, wait_until: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "SILENT_DEVICE_SECONDS", 2.0)
    monkeypatch.setattr(pulse, "_TIMEOUT", 1.0)
    stream = open_source(find_source())
    try:
        wait_until(lambda: stream.read(0.1) is not None)
        frail_card.hang()
        with pytest.raises(CaptureError, match="No sound comes from"):
            wait_until(lambda: stream.read(0.1) is None and False)
        with pytest.raises(CaptureError, match="does not answer"):
            list_sources()
    finally:
        stream.close()


def test_no_sound_service_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a machine whose sound leads nowhere THEN there is no source, and the sentence says what to do."""
    if not pulse.is_installed():
        pytest.skip("needs pactl (apt install pulseaudio-utils)")
    for name, value in SoundCard(tmp_path / "nothing").environment.items():
        monkeypatch.setenv(name, value)
    devices.refresh()
    assert not pulse.available()
    with pytest.raises(CaptureError, match="does not run"):
        pulse.sources()
    if list_sources():
        pytest.skip("the sound inputs of this machine cannot be hidden")
    with pytest.raises(CaptureError, match="No microphone"):
        find_source()


def test_programs_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not pulse.is_installed()
    with pytest.raises(CaptureError, match="pulseaudio-utils"):
        pulse.sources()
    assert sources.missing_computer_sound([])
