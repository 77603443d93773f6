"""The decoded frames of a file's audio: the one module that decodes with FFmpeg (through PyAV).

FFmpeg's errors are handled here: a file that cannot be used becomes a `DecodeError` that says what to do, and damaged
packets are skipped and counted.
"""

from __future__ import annotations

import errno
import os
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import av.error
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet

from mgc_desktop.audio.comments import MOST_COMMENTS, number_of_comments
from mgc_desktop.audio.file_view import FileView, open_view
from mgc_desktop.audio.formats import input_options, is_playlist
from mgc_desktop.audio.frames import samples
from mgc_desktop.audio.layouts import retain_channel_map, without_channel_map
from mgc_desktop.audio.plausible import is_free_format, is_plausible_rate, longest
from mgc_desktop.errors import MISSING, DecodeError
from mgc_desktop.foundation.arrays import FloatArray

# All channels of one frame may not have more samples than this: headers of some formats claim any size, and that much
# memory is allocated. A second of 16 channels at 768 kHz fits.
_DECODER_OPTIONS = {"max_samples": str(1 << 24)}
_UNPACKED = frozenset({"wav", "w64", "aiff", "au", "caf"})  # containers without compression of their own
_OPEN_SECONDS = 30.0  # a sleeping drive needs ten; FFmpeg checks the time between two reads
_CHUNK = 1 << 20  # bytes that are read at a time to find out whether a file is readable
_MAX_FAILED_READS = 64  # in a row; a damaged container causes a few, some would cause them endlessly


class FrameSource:
    """Opens a file and returns the frames of its best audio stream, one after the other; pictures are left out.

    `stream`: PyAV's stream. `damaged`: the number of packets that could not be decoded so far.
    Raises DecodeError if the file cannot be opened or contains no audio.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = 0
        self._opened = _open(path)
        self.container, self.stream = self._opened.container, self._opened.stream
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
        failure: OSError | None = None
        for _ in range(_MAX_FAILED_READS):
            try:
                return next(self._packets, None)
            except av.error.FFmpegError as error:
                failure = error if isinstance(error, OSError) and error.errno != errno.EPERM else None
            except OSError as error:  # raised by the file object that skips leading tags
                failure = error
            self.damaged += 1
            self._packets = self._demux()  # the failed iterator has ended; a new one continues after the damage
        # FFmpeg's demuxers return errors of the operating system for damaged audio as well: -1, which is EPERM, always,
        # EIO often. Reading the file shows whether it is unreadable.
        if failure is not None and (reading := _reading_error(self.path)) is not None:
            raise _unreadable(self.path, reading) from failure
        return None

    def _decode(self, packet: Packet[AudioStream]) -> list[AudioFrame]:
        try:
            frames = packet.decode()
        except av.error.EOFError:  # drained before
            return []
        except av.error.FFmpegError:
            self.damaged += 1
            return []
        for frame in frames:
            retain_channel_map(frame)
        return [frame for frame in frames if frame.samples]

    @property
    def codec(self) -> str:
        """FFmpeg's short name of the codec."""
        return self.stream.codec_context.codec.canonical_name

    @property
    def claimed_duration(self) -> float | None:
        """Seconds that the header claims or FFmpeg estimates; None if there are none."""
        if self.stream.duration and self.stream.time_base:
            return float(self.stream.duration * self.stream.time_base)
        return self.container.duration / av.time_base if self.container.duration else None

    @property
    def longest_duration(self) -> float:
        """The longest possible duration for the size of the file, in seconds."""
        bit_rate = self.stream.codec_context.bit_rate if self.container.format.name in _UNPACKED else None
        return longest(self.container.size, self.codec, bit_rate)

    @property
    def is_unpacked(self) -> bool:
        """Whether the duration follows from the file's size: PCM that its container stores uncompressed."""
        return self.container.format.name in _UNPACKED and self.codec.startswith("pcm_")

    def samples(self, frame: AudioFrame) -> FloatArray | None:
        """The frame as `(1 or 2, samples)` float32, see `frames.samples`; None, and counted, if it is invalid."""
        if is_plausible_rate(frame.sample_rate, self.codec):
            try:
                return samples(frame, self._opened.layout)
            except ValueError:
                pass
        self.damaged += 1
        return None

    def seek(self, pts: int) -> bool:
        """Seek to the last key frame at or before `pts` (in the stream's time base); False if that is impossible."""
        try:
            self.container.seek(pts, stream=self.stream)
        except (av.error.FFmpegError, OverflowError, OSError):
            return False
        self._packets = self._demux()
        self._ready.clear()
        return True

    def reopen(self) -> None:
        """Start again from the first frame. If that raises DecodeError, the present file stays open."""
        opened = _open(self.path)
        self.close()
        self._opened = opened
        self.container, self.stream = opened.container, opened.stream
        self._packets = self._demux()

    def close(self) -> None:
        """Close the file; may be called more than once."""
        self._packets = iter(())
        self._ready.clear()
        self._opened.close()


@dataclass(frozen=True, slots=True)
class _Opened:
    """An open file.

    `layout`: the positions of its channels if PyAV cannot handle them, see `without_channel_map`. `file`: the file
    object that FFmpeg reads, None if it reads the file itself.
    """

    container: InputContainer
    stream: AudioStream
    layout: tuple[str, ...] | None
    file: FileView | None

    def close(self) -> None:
        self.container.close()
        if self.file is not None:
            self.file.close()


def _check_file(path: Path) -> None:
    """Raise a DecodeError that says what to do unless `path` is a readable file that is not empty."""
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise DecodeError(
            f"{MISSING}. If it was moved or renamed, open it again from its new place.", path=path
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


def _open(path: Path) -> _Opened:
    _check_file(path)
    try:
        if (comments := number_of_comments(path)) > MOST_COMMENTS:
            raise DecodeError(
                f"The file has {comments:,} texts in its tags, which would take minutes to read. "
                "Remove them with a tag editor, or download it again.",
                path=path,
            )
        file = open_view(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        container = _open_container(path, file)
        try:
            stream = _best_stream(path, container)
            return _Opened(container, stream, without_channel_map(stream.codec_context), file)
        except BaseException:
            container.close()
            raise
    except BaseException:
        if file is not None:
            file.close()
        raise


def _open_container(path: Path, file: FileView | None) -> InputContainer:
    try:
        # With "file:" a name such as "concat:a|b.mp3" is a file name, not a protocol of FFmpeg.
        return av.open(
            file or f"file:{path}",
            "r",
            options=input_options(),
            metadata_errors="replace",
            timeout=(_OPEN_SECONDS, None),
        )
    except av.error.ExitError as error:
        raise DecodeError(
            f"The file could not be opened within {_OPEN_SECONDS:.0f} seconds. Check that its disk or network drive "
            "answers; otherwise the file is damaged: copy, download or rip it again.",
            path=path,
        ) from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        if isinstance(error, OSError) and (reading := _reading_error(path)) is not None:
            raise _unreadable(path, reading) from error
        if is_free_format(path):
            raise DecodeError(
                "This is an MP3 in free format (with an unusual bit rate), which cannot be decoded here. "
                "Convert it to FLAC or to a usual MP3 with another program, for example mpg123 or LAME.",
                path=path,
            ) from error
        if is_playlist(path):
            raise DecodeError(
                "This is a playlist or a description of a stream: it contains no audio, only the names of other files. "
                "Open the songs themselves.",
                path=path,
            ) from error
        raise DecodeError(
            "This is not an audio file, or its beginning is damaged. "
            "If it should be music, download it or rip it again.",
            path=path,
        ) from error


def _best_stream(path: Path, container: InputContainer) -> AudioStream:
    best = container.streams.best("audio")
    if best is None and not container.streams.audio:
        raise DecodeError(
            "There is no audio in this file: it contains only pictures or text, or it is badly damaged. "
            "Choose a music file, or download this one again.",
            path=path,
        )
    if best is None:
        raise DecodeError(
            "There is no audio in this file that can be decoded: it is damaged, is not an audio file despite its name, "
            "or has more channels than can be read here. Download or rip it again, or convert it to FLAC with the "
            "program it came from.",
            path=path,
        )
    if best.codec_context is None:
        raise DecodeError(
            "The audio is in a format that cannot be decoded, perhaps because it is copy-protected. "
            "Convert it to FLAC, MP3 or Ogg with the program it came from.",
            path=path,
        )
    assert isinstance(best, AudioStream)
    best.codec_context.options = dict(_DECODER_OPTIONS)
    best.codec_context.thread_count = 1  # one thread decodes a thousand times faster than real time
    return best


def _reading_error(path: Path) -> OSError | None:
    """The operating system's error when all of the file is read; None without an error."""
    try:
        with path.open("rb", buffering=0) as file:
            while file.read(_CHUNK):
                pass
    except OSError as error:
        return error
    return None


def _unreadable(path: Path, error: Exception) -> DecodeError:
    """The operating system's error as a DecodeError that says what to do."""
    if isinstance(error, PermissionError):
        return DecodeError(
            "This file cannot be read without permission. Change its permissions, or copy it to a folder of your own.",
            path=path,
        )
    reason = getattr(error, "strerror", None) or str(error)
    return DecodeError(
        f"The file cannot be read ({reason}). Check that its disk or network drive is still connected.", path=path
    )
