"""Reads an audio file of any format as float32 blocks, with a position that is exact to the sample.

Time zero is the first sample when decoding from the start. Timestamps determine all other positions: a lost passage
becomes silence of the same length, and a seek is exact to the sample, so that picture, playback and analysis agree.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Final, Self

import numpy as np
from av.audio.frame import AudioFrame

from mgc_desktop.audio import frames
from mgc_desktop.audio.plausible import is_plausible_duration, is_plausible_rate
from mgc_desktop.audio.resample import StreamResampler
from mgc_desktop.audio.source import FrameSource
from mgc_desktop.audio.timeline import Clock, Health
from mgc_desktop.errors import DecodeError, NoAudioError
from mgc_desktop.foundation.arrays import FloatArray

BLOCK: Final = 16384  # least samples of a block, except the last one
_LONGEST_PROMISE: Final = 360_000  # seconds; a header that claims more is damaged, and the file is not cut off
_LAST_PLACE: Final = 1e7  # seconds; seeks are limited to this
# How much audio before a position a decoder needs to decode it correctly: MP3's bit reservoir, Opus' 80 ms, and a
# margin for inexact timestamps. If it is not enough, a seek tries more.
_PREROLLS: Final = (0.5, 5.0)
# Single timestamps are inexact (Vorbis at a change of block size, milliseconds in Matroska): the last few vote.
_VOTES: Final = 9
_JITTER = 0.1  # seconds of deviation of timestamps that are ignored ...
_JITTER_AFTER_DAMAGE = 0.005  # ... and directly after damage
# Where timestamps are misleading, a seek decodes from the start: raw streams, whose rounded durations are added up,
# and FLAC in Ogg, which is up to four frames off after a seek.
_DRIFTING = ("ac3", "eac3", "dts", "mlp", "truehd")


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """Properties of an audio file.

    `duration`: seconds, from the container until the file is decoded to its end; None if the container has none.
    `sr`: Hz. `codec`, `container`: FFmpeg's short names. `bit_rate`: bit/s, None if unknown.
    """

    path: Path
    duration: float | None
    sr: int
    channels: int
    codec: str
    container: str
    bit_rate: int | None


def probe(path: str | os.PathLike[str]) -> AudioInfo:
    """The properties of a file, from its header and first frame. Raises DecodeError."""
    with AudioReader(path) as reader:
        return reader.info


def _describe(path: Path, source: FrameSource, first: AudioFrame) -> AudioInfo:
    stream, container = source.stream, source.container
    names = container.format.name.split(",")
    suffix = path.suffix.lower().lstrip(".")
    claimed, most = source.claimed_duration, source.longest_duration
    info = AudioInfo(
        path=path,
        duration=claimed,
        sr=first.sample_rate,
        channels=first.layout.nb_channels,
        codec=source.codec,
        container=suffix if suffix in names else names[0],
        bit_rate=stream.codec_context.bit_rate or container.bit_rate or None,
    )
    if claimed is None or is_plausible_duration(claimed, most):
        return info
    if source.is_unpacked:  # cut off, or the header was never completed
        return replace(info, duration=most)
    return replace(info, duration=None, bit_rate=None)  # FFmpeg computes the bit rate from the claimed duration


def _duration_is_promise(source: FrameSource) -> bool:
    """Whether the container's duration is a number in its header, not FFmpeg's estimate from size and bit rate."""
    if not is_plausible_duration(source.claimed_duration or 0.0, _LONGEST_PROMISE):
        return False
    declared, found = source.stream.codec_context.bit_rate, source.container.bit_rate
    return not declared or not found or abs(found - declared) > 0.001 * declared


class AudioReader:
    """Decodes an audio file block by block at its own rate; a context manager. For one thread at a time.

    Raises DecodeError, here or while reading, when the file cannot be opened, read or decoded; NoAudioError
    when it has no samples.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._source = FrameSource(self._path)
        try:
            first = self._first_frame()
            self._check_rate(first.sample_rate)
            self._info = _describe(self._path, self._source, first)
        except BaseException:
            self._source.close()
            raise
        self._promised = self._source.claimed_duration if _duration_is_promise(self._source) else None
        misled = self._info.container in _DRIFTING or (self._info.container, self._info.codec) == ("ogg", "flac")
        self._clock = Clock(self._info.sr, None if misled else self._source.stream.time_base, first.pts)
        self._health = Health()
        self._pending: AudioFrame | None = first
        self._converter: StreamResampler | None = None  # for a sampling rate that changes in the file
        self._converter_rate = self._info.sr
        self._channels = min(2, self._info.channels)  # of the blocks; more are downmixed
        self._silence = 0  # samples of silence to return before the pending frame
        self._silence_returned = False  # whether the silence before the pending frame was returned
        self._cursor = 0  # index of the first sample of the next decoded frame
        self._target = 0  # samples before this index are dropped
        self._damage_counted = self._source.damaged  # damage before the first sample is ignored

    def _first_frame(self) -> AudioFrame:
        frame = self._source.next()
        if frame is not None:
            return frame
        if self._source.damaged:
            raise DecodeError(
                "Nothing in this file can be decoded: it is damaged, or not an audio file in spite of its name. "
                "Copy, download or rip it again.",
                path=self._path,
            )
        raise NoAudioError(
            "The file has a header but contains no audio. Copy, download or rip it again.", path=self._path
        )

    def _check_rate(self, sr: int) -> None:
        if not is_plausible_rate(sr, self._source.codec):
            raise DecodeError(
                f"The header states a sampling rate of {sr:,} Hz, which is impossible; usual rates are 8,000 to "
                "192,000 Hz. The header is damaged; copy, download or rip it again.",
                path=self._path,
            )

    @property
    def info(self) -> AudioInfo:
        """Properties of the file; `duration` is exact once it was decoded to its end."""
        return self._info

    @property
    def position(self) -> float:
        """Position of the next sample that `read` returns, in seconds."""
        return max(self._cursor, self._target) / self._info.sr

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for the user about damage found in the file so far."""
        return self._health.warnings(self._info.sr)

    def read(self) -> FloatArray | None:
        """The next block, float32 in [-1, 1] at `info.sr`, never empty; None at the end.

        `(1, samples)` for mono, `(2, samples)` for all else: more channels than two are downmixed, see `downmix.fold`.
        """
        parts: list[FloatArray] = []
        count = 0
        while count < BLOCK and (part := self._next_part()) is not None:
            if part.shape[1]:
                parts.append(part)
                count += part.shape[1]
        return self._sanitised(parts) if parts else None

    def _sanitised(self, parts: list[FloatArray]) -> FloatArray:
        """The parts as one block, with impossible values as silence, clipped to full scale."""
        block = np.concatenate(parts, axis=1)
        if frames.peak(block) <= 1.0:
            return block
        if not self._info.codec.startswith("pcm_"):  # PCM values are as they were written, and are only clipped
            start = self._cursor - block.shape[1]
            for part in parts:
                if not frames.peak(part) <= frames.LOUDEST:
                    part[:] = 0.0
                    self._health.add_damage(start, part.shape[1])
                start += part.shape[1]
            block = np.concatenate(parts, axis=1)
        return frames.sane(block)

    def __iter__(self) -> Iterator[FloatArray]:
        """The blocks from the present position to the end."""
        while (block := self.read()) is not None:
            yield block

    def _next_part(self) -> FloatArray | None:
        if self._silence:
            count = min(self._silence, BLOCK)
            self._silence -= count
            return self._dropped(np.zeros((self._channels, count), np.float32))
        frame = self._pending or self._source.next()
        self._pending = None
        if frame is None:
            return self._finish()
        if not self._silence_returned:
            self._silence = self._silence_before(frame)
            if self._silence:
                self._pending, self._silence_returned = frame, True
                return np.zeros((self._channels, 0), np.float32)
        self._silence_returned = False
        y = self._source.samples(frame)
        if y is None:
            return np.zeros((self._channels, 0), np.float32)
        return self._dropped(self._at_rate(frames.with_channels(y, self._channels), frame.sample_rate))

    def _dropped(self, y: FloatArray) -> FloatArray:
        """The part of the next samples that lies after the target of a seek."""
        drop = min(max(0, self._target - self._cursor), y.shape[1])
        self._cursor += y.shape[1]
        return y[:, drop:]

    def _silence_before(self, frame: AudioFrame) -> int:
        """The number of samples missing between the last frame and this one."""
        lost = self._source.damaged != self._damage_counted
        self._damage_counted = self._source.damaged
        gap = self._clock.gap(self._cursor, frame.pts, _JITTER_AFTER_DAMAGE if lost else _JITTER)
        if (lost or gap) and self._cursor >= self._target:  # before the target the decoder's output is not exact yet
            self._health.add_damage(self._cursor, gap)
        return gap

    def _at_rate(self, y: FloatArray, rate: int) -> FloatArray:
        if rate != self._converter_rate:
            left = [self._converter.flush()] if self._converter is not None else []
            self._converter = StreamResampler(rate, self._info.sr, len(y))
            self._converter_rate = rate
            return np.concatenate([*left, self._converter.process(y)], axis=1)
        return self._converter.process(y) if self._converter is not None else y

    def _finish(self) -> FloatArray | None:
        if self._converter is not None:
            y = self._converter.flush()
            self._converter, self._converter_rate = None, self._info.sr
            self._cursor += y.shape[1]
            return y
        duration = self._cursor / self._info.sr
        cut_short = self._health.ended(duration, self._promised)
        if self._source.damaged != self._damage_counted and not cut_short:
            self._health.add_damage(self._cursor, 0)
        self._target = self._cursor
        self._info = replace(self._info, duration=duration)
        return None

    def seek(self, seconds: float) -> None:
        """Continue `read` with exactly the sample at `seconds`; beyond the end there is nothing to read."""
        sr = self._info.sr
        target = max(0, round(min(seconds, _LAST_PLACE) * sr))
        known_end = round(self._info.duration * sr) if self._info.duration is not None else target
        if not any(self._jump(min(target, known_end), round(preroll * sr)) for preroll in _PREROLLS):
            self._restart()
        self._target = target
        self._silence, self._silence_returned = 0, False
        self._converter, self._converter_rate = None, sr
        self._damage_counted = self._source.damaged

    def _jump(self, target: int, preroll: int) -> bool:
        """Try to continue decoding `preroll` samples before `target`; False if that is impossible."""
        if target <= preroll or not self._clock.reliable or not self._source.seek(self._clock.pts(target - preroll)):
            return False
        offsets: deque[int] = deque(maxlen=_VOTES)  # differences between timestamps and counted samples
        passed = 0
        while (frame := self._source.next()) is not None:
            index = self._clock.index(frame.pts)
            if index is None or (passed == 0 and index > target - preroll // 2):
                return False
            if passed and index - self._cursor > _JITTER * self._info.sr:  # samples are missing here
                if index > target:
                    break
                offsets.clear()
            offsets.append(index - passed)
            self._cursor = int(median(offsets)) + passed
            if self._cursor + frame.samples > target:
                break
            passed += frame.samples
            self._cursor += frame.samples
        self._pending = frame
        return passed > 0

    def _restart(self) -> None:
        """Open the file again: after a seek to the start, some decoders return the encoder's delay as well."""
        try:
            self._source.reopen()
        except DecodeError:  # deleted meanwhile; the open file can still be played
            if not self._source.seek(self._clock.pts(0)):
                raise
        self._pending, self._cursor = None, 0

    def close(self) -> None:
        """Close the file; may be called more than once."""

        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
