"""The decoded frames of a file's sound: the one module that talks to FFmpeg (through PyAV).

FFmpeg's errors end here: what cannot be used at all becomes a `DecodeError` that names the way out, what is
damaged in between is skipped and counted.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import av
import av.error
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet

from mgc_desktop.audio.formats import input_options, is_playlist
from mgc_desktop.errors import DecodeError

_MAX_FAILED_READS = 64  # in a row; a damaged container gives a few, a broken one would give them for ever


class FrameSource:
    """Opens a file and gives the frames of its best sound stream, one after the other; pictures are left out.

    `stream`: PyAV's stream. `damaged`: how many packets could not be decoded so far.
    Raises DecodeError when the file cannot be opened or holds no sound.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = 0
        self.container, self.stream = _open(path)
        self._packets = self._demux()
        self._ready: deque[AudioFrame] = deque()

    def _demux(self) -> Iterator[Packet[AudioStream]]:
        return self.container.demux(self.stream)

    def next(self) -> AudioFrame | None:
        """The next frame that can be decoded, None at the end."""
        while not self._ready:
            packet = self._next_packet()
            if packet is None:
                return None
            self._ready.extend(self._decode(packet))
        return self._ready.popleft()

    def _next_packet(self) -> Packet[AudioStream] | None:
        for _ in range(_MAX_FAILED_READS):
            try:
                return next(self._packets, None)
            except av.error.InvalidDataError:
                self.damaged += 1
                self._packets = self._demux()  # the failed iterator is spent; a new one reads on behind the damage
            except av.error.FFmpegError as error:
                raise _unreadable(self.path, error) from error
        return None

    def _decode(self, packet: Packet[AudioStream]) -> list[AudioFrame]:
        try:
            frames = packet.decode()
        except av.error.EOFError:  # drained before
            return []
        except av.error.FFmpegError:
            self.damaged += 1
            return []
        return [frame for frame in frames if frame.samples]

    def seek(self, pts: int) -> bool:
        """Go to the last key frame at or before `pts` (in the stream's time base); False if that is impossible."""
        try:
            self.container.seek(pts, stream=self.stream)
        except av.error.FFmpegError:
            return False
        self._packets = self._demux()
        self._ready.clear()
        return True

    def reopen(self) -> None:
        """Start again from the first frame. If that raises DecodeError, the file is still open where it was."""
        container, stream = _open(self.path)
        self.close()
        self.container, self.stream = container, stream
        self._packets = self._demux()

    def close(self) -> None:
        """Let go of the file; safe to call more than once."""
        self._packets = iter(())
        self._ready.clear()
        self.container.close()


def _check_file(path: Path) -> None:
    """Raise a DecodeError that names the way out for all that is not a readable file with something in it."""
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise DecodeError(
            "The file is not there. If it was moved or renamed, open it again from its new place.", path=path
        ) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    if stat.S_ISDIR(status.st_mode):
        raise DecodeError("This is a folder. Open the songs inside it, or add the folder to the queue.", path=path)
    if not stat.S_ISREG(status.st_mode):
        raise DecodeError("This is not a file but a device or a pipe. Save the sound as a file first.", path=path)
    if not os.access(path, os.R_OK):
        raise _unreadable(path, PermissionError())
    if status.st_size == 0:
        raise DecodeError("The file is empty (0 bytes). Copy or download it again.", path=path)


def _open(path: Path) -> tuple[InputContainer, AudioStream]:
    _check_file(path)
    try:
        # With "file:" a name such as "concat:a|b.mp3" is a name, and no instruction to FFmpeg.
        container = av.open(f"file:{path}", options=input_options(), metadata_errors="replace")
    except (av.error.PermissionError, av.error.FileNotFoundError, av.error.OSError) as error:
        raise _unreadable(path, error) from error
    except (av.error.FFmpegError, ValueError) as error:
        if is_playlist(path):
            raise DecodeError(
                "This is a playlist or a description of a stream: it holds no sound, it only names other files. "
                "Open the songs themselves.",
                path=path,
            ) from error
        raise DecodeError(
            "This is not a sound file, or it is damaged from its very beginning. "
            "If it should be music, download it or rip it again.",
            path=path,
        ) from error
    try:
        return container, _best_stream(path, container)
    except DecodeError:
        container.close()
        raise


def _best_stream(path: Path, container: InputContainer) -> AudioStream:
    best = container.streams.best("audio")
    if best is None:
        raise DecodeError(
            "There is no sound in this file: it holds only pictures or text, or it is badly damaged. "
            "Choose a music file, or download this one again.",
            path=path,
        )
    assert isinstance(best, AudioStream)
    if best.codec_context is None:
        raise DecodeError(
            "The sound is in a format that cannot be decoded, perhaps because it is copy-protected. "
            "Convert it to FLAC, MP3 or Ogg with the program it came from.",
            path=path,
        )
    best.codec_context.thread_count = 1  # sound decodes a thousand times faster than it plays; spare the threads
    return best


def _unreadable(path: Path, error: Exception) -> DecodeError:
    """What the operating system says, with the way out."""
    if isinstance(error, PermissionError):
        return DecodeError(
            "You are not allowed to read this file. Change its permissions, or copy it to a folder of your own.",
            path=path,
        )
    reason = getattr(error, "strerror", None) or str(error)
    return DecodeError(
        f"The file cannot be read ({reason}). Check that its disk or network drive is still connected.", path=path
    )
