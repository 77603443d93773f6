"""Live sound from a PulseAudio server, or from PipeWire, which answers as one: inputs, and what each output plays.

The server is reached by its own command-line programs, `pactl` and `parec`, each in a process of its own: see
docs/decisions/0014-live-input.md.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import IO, Final

import numpy as np

from mgc_desktop.capture.source import Source
from mgc_desktop.capture.stream import SILENT_DEVICE_SECONDS, CaptureStream
from mgc_desktop.errors import CaptureError

PREFIX: Final = "pulse/"
PACKAGE: Final = "pulseaudio-utils"
_TIMEOUT: Final = 4.0  # seconds; a server that has not answered after so long will not
_LATENCY_MS: Final = 40
_BLOCK: Final = 1 << 16  # bytes that are read at once at most
_NO_ANSWER: Final = "The system's sound service does not answer. Restart it, or log out and in again."
_MONITOR: Final = re.compile(r"^Monitor of ")


@dataclass(frozen=True, slots=True)
class PulseSource:
    """What the server says of a source. `monitor_of`: the output whose sound it is, "" for inputs; `sr` in Hz."""

    index: int
    name: str
    description: str
    monitor_of: str
    sr: int
    channels: int


def available() -> bool:
    """Whether there is a PulseAudio server, or PipeWire, to be asked. Raises CaptureError where it hangs."""
    return _run("info").returncode == 0


def is_installed() -> bool:
    """Whether the programs are there that speak to the server."""
    return all(shutil.which(program) for program in ("pactl", "parec"))


def sources() -> list[Source]:
    """Outputs to listen in on and inputs, the system's own first of each kind. Raises CaptureError."""
    found = parse_sources(_ask("list", "sources"))
    sink, source = parse_defaults(_ask("info"))
    named: list[Source] = []
    for entry in found:
        kind, default = "input", entry.name == source
        name = entry.description or entry.name
        if entry.monitor_of:
            kind, default = "computer", entry.monitor_of == sink
            name = _MONITOR.sub("", name)
        taken = {other.name for other in named if other.kind == kind}
        number, plain = 2, name
        while name in taken:  # two of the same make
            name = f"{plain} {number}"
            number += 1
        named.append(Source(PREFIX + entry.name, name, "computer" if kind == "computer" else "input", default))
    return sorted(named, key=lambda each: (each.kind != "computer", not each.default))


class PulseCapture(CaptureStream):
    """A source of the server, in its own rate and, of more than two channels, folded to two by the server.

    Raises CaptureError.
    """

    def __init__(self, source: Source) -> None:
        name = source.id.removeprefix(PREFIX)
        found = next((entry for entry in parse_sources(_ask("list", "sources")) if entry.name == name), None)
        if found is None:
            raise CaptureError(f"“{source.name}” is not connected. Connect it, or choose another source.")
        super().__init__(source, found.sr, min(2, found.channels))
        self._closing = False
        self._received = threading.Event()
        self._parec = _start(
            "parec", f"--device={name}", "--format=float32le", f"--rate={self.sr}", f"--channels={self.channels}",
            f"--latency-msec={_LATENCY_MS}", "--client-name=MGC Desktop", "--stream-name=Live", "--raw",
        )  # fmt: skip
        # The server moves a stream whose source has gone to another one without a word: somebody must look.
        try:
            self._watch = _start("pactl", "subscribe")
        except CaptureError:
            self._parec.kill()
            self._parec.wait()
            raise
        self._threads = [
            threading.Thread(target=self._receive, args=(self._parec,), name="capture", daemon=True),
            threading.Thread(target=self._watch_for_removal, args=(found.index,), name="capture watch", daemon=True),
            threading.Thread(target=self._watch_for_standstill, name="capture timeout", daemon=True),
        ]
        self._ended = threading.Event()
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """End it. Safe to call more than once."""
        self._closing = True
        self._ended.set()
        for process in (self._parec, self._watch):
            process.kill()
            process.wait()
        for thread in self._threads:
            thread.join()
        for process in (self._parec, self._watch):
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()

    def _receive(self, process: subprocess.Popen[bytes]) -> None:
        width = 4 * self.channels
        rest = b""
        assert process.stdout is not None
        while data := os.read(process.stdout.fileno(), _BLOCK):
            self._received.set()
            data = rest + data
            whole = len(data) // width * width
            rest = data[whole:]
            self._deliver(np.frombuffer(data[:whole], np.float32).reshape(-1, self.channels).T.copy())
        if not self._closing:
            self._fail(self._gone(_said(process.stderr)))

    def _watch_for_removal(self, index: int) -> None:
        gone = re.compile(rb"'remove' \S+ source #%d\b" % index)
        assert self._watch.stdout is not None
        for line in self._watch.stdout:
            if gone.search(line) and not self._closing:
                self._fail(self._gone("removed"))
                self._parec.kill()
                return

    def _watch_for_standstill(self) -> None:
        """A server that hangs keeps its connections; inputs and monitors deliver silence where there is no sound."""
        while not self._ended.wait(SILENT_DEVICE_SECONDS):
            if not self._received.is_set():
                self._fail(CaptureError(f"No sound comes from “{self.source.name}” any more. {_NO_ANSWER}"))
                return
            self._received.clear()

    def _gone(self, said: str) -> CaptureError:
        if "Access denied" in said:
            return CaptureError(
                f"The system does not let this program listen to “{self.source.name}”. "
                "Allow it in the system's privacy settings, or choose another source."
            )
        return CaptureError(
            f"“{self.source.name}” is gone: it was unplugged, or the sound service ended. "
            "Connect it again, or choose another source."
        )


def parse_sources(text: str) -> list[PulseSource]:
    """What `pactl list sources` prints, in English."""
    found: list[PulseSource] = []
    for part in re.split(r"^Source #", text, flags=re.MULTILINE)[1:]:
        index = re.match(r"\d+", part)
        values = dict(re.findall(r"^\t(\w[\w ]*): (.*)$", part, flags=re.MULTILINE))
        spec = re.search(r"(\d+)ch (\d+)Hz", values.get("Sample Specification", ""))
        if index is None or spec is None or not values.get("Name"):
            continue
        monitor = values.get("Monitor of Sink", "n/a")
        found.append(
            PulseSource(
                index=int(index[0]),
                name=values["Name"],
                description=values.get("Description", ""),
                monitor_of="" if monitor == "n/a" else monitor,
                sr=int(spec[2]),
                channels=int(spec[1]),
            )
        )
    return found


def parse_defaults(text: str) -> tuple[str, str]:
    """The system's own output and input in what `pactl info` prints; "" for none."""
    values = dict(re.findall(r"^(Default S\w+): (.*)$", text, flags=re.MULTILINE))
    return values.get("Default Sink", ""), values.get("Default Source", "")


def _environment() -> dict[str, str]:
    """The user's, with English messages and, in an installed program, without the libraries it brings along."""
    environment = dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE="")
    if getattr(sys, "frozen", False):
        own = environment.pop("LD_LIBRARY_PATH_ORIG", None)
        environment.pop("LD_LIBRARY_PATH", None)
        if own:
            environment["LD_LIBRARY_PATH"] = own
    return environment


def _run(*question: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["pactl", *question], env=_environment(), stdin=subprocess.DEVNULL, capture_output=True,
            timeout=_TIMEOUT, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise CaptureError(_NO_ANSWER) from error
    except OSError as error:
        raise _not_installed() from error


def _ask(*question: str) -> str:
    """What `pactl` answers. Raises CaptureError."""
    answer = _run(*question)
    if answer.returncode:
        said = answer.stderr.decode(errors="replace")
        if "Access denied" in said:
            raise CaptureError("The sound service refuses this program. Check the system's privacy settings.")
        raise CaptureError("The system's sound service does not run. Start it, or log out and in again.")
    return answer.stdout.decode(errors="replace")


def _start(*command: str) -> subprocess.Popen[bytes]:
    """In a session of its own, so that Ctrl-C in a terminal does not reach it."""
    try:
        return subprocess.Popen(
            command, env=_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise _not_installed() from error


def _not_installed() -> CaptureError:
    return CaptureError(f"The programs that listen to the sound service are missing. Install the package {PACKAGE}.")


def _said(pipe: IO[bytes] | None) -> str:
    return pipe.read().decode(errors="replace") if pipe is not None else ""
