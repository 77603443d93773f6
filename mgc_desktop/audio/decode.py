"""Reading a sound file of any format as float32 blocks, with a position that is exact to the sample.

Time zero is the first sample that decoding from the start gives. Timestamps decide where everything else is: a
passage that is lost becomes silence of its length, and a seek lands on the very sample, so that what is seen,
heard and analysed agree.
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
from numpy.typing import NDArray

from mgc_desktop.audio import frames
from mgc_desktop.audio.plausible import is_plausible_duration, is_plausible_rate
from mgc_desktop.audio.resample import StreamResampler
from mgc_desktop.audio.source import FrameSource
from mgc_desktop.audio.timeline import Clock, Health
from mgc_desktop.errors import DecodeError, NoAudioError

FloatArray = NDArray[np.float32]

BLOCK: Final = 16384  # samples that a block has at least, save the last
_LONGEST_PROMISE: Final = 360_000  # seconds; a header that claims more is damaged, and not a file that was cut off
_LAST_PLACE: Final = 1e7  # seconds; no seek goes further
# What a decoder needs to hear before a place to decode it right: MP3's bit reservoir, Opus' 80 ms, and some more
# for timestamps that are off. Where that is not enough, more.
_PREROLLS: Final = (0.5, 5.0)
# Single timestamps are off (Vorbis at a change of block size, milliseconds in Matroska): the last few vote.
_VOTES: Final = 9
_JITTER = 0.1  # seconds that timestamps may be off without meaning anything ...
_JITTER_AFTER_DAMAGE = 0.005  # ... and where something was just lost
# Where timestamps lead astray, a seek decodes from the start: raw streams whose rounded durations are added
# up, and FLAC in Ogg, which is up to four frames off behind a seek.
_DRIFTING = ("ac3", "eac3", "dts", "mlp", "truehd")


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What a file holds.

    `duration`: seconds, as the container says until the file is decoded to its end; None where it does not say.
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
    """What a file holds, from its header and first frame. Raises DecodeError."""
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
    return replace(info, duration=None, bit_rate=None)  # FFmpeg's bit rate is the size divided by what is claimed


def _duration_is_promise(source: FrameSource) -> bool:
    """Whether the container's duration is a number in its header, not FFmpeg's guess from size and bit rate."""
    if not is_plausible_duration(source.claimed_duration or 0.0, _LONGEST_PROMISE):
        return False
    declared, found = source.stream.codec_context.bit_rate, source.container.bit_rate
    return not declared or not found or abs(found - declared) > 0.001 * declared


class AudioReader:
    """Decodes a sound file block by block at its own rate; use as a context manager. For one thread at a time.

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
        self._converter: StreamResampler | None = None  # for a sampling rate that changes on the way
        self._converter_rate = self._info.sr
        self._channels = min(2, self._info.channels)  # of the blocks; more are folded
        self._silence = 0  # samples of silence to give before the pending frame
        self._silence_told = False  # whether the pending frame's silence was given already
        self._cursor = 0  # sample that the next decoded frame starts with
        self._target = 0  # samples before this one are dropped
        self._damage_seen = self._source.damaged  # trouble before the first sample harms nobody

    def _first_frame(self) -> AudioFrame:
        frame = self._source.next()
        if frame is not None:
            return frame
        if self._source.damaged:
            raise DecodeError(
                "Nothing in this file can be decoded: it is damaged, or no sound file in spite of its name. "
                "Copy, download or rip it again.",
                path=self._path,
            )
        raise NoAudioError("The file has a header but no sound in it. Copy, download or rip it again.", path=self._path)

    def _check_rate(self, sr: int) -> None:
        if not is_plausible_rate(sr, self._source.codec):
            raise DecodeError(
                f"The file says that its sound has {sr:,} samples a second, which cannot be right: usual are 8,000 to "
                "192,000. Its header is damaged; copy, download or rip it again.",
                path=self._path,
            )

    @property
    def info(self) -> AudioInfo:
        """What the file holds; `duration` is exact once it was decoded to its end."""
        return self._info

    @property
    def position(self) -> float:
        """Seconds of the next sample that `read` gives."""
        return max(self._cursor, self._target) / self._info.sr

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for the user on what was wrong with the file so far."""
        return self._health.warnings(self._info.sr)

    def read(self) -> FloatArray | None:
        """The next block, float32 in [-1, 1] at `info.sr`, never empty; None at the end.

        `(1, samples)` of mono, `(2, samples)` of all else: more channels than two are folded, see `downmix.fold`.
        """
        parts: list[FloatArray] = []
        count = 0
        while count < BLOCK and (part := self._next_part()) is not None:
            if part.shape[1]:
                parts.append(part)
                count += part.shape[1]
        return self._mended(parts) if parts else None

    def _mended(self, parts: list[FloatArray]) -> FloatArray:
        """The parts as one block, what cannot be music as silence, and nothing beyond full scale."""
        block = np.concatenate(parts, axis=1)
        if frames.peak(block) <= 1.0:
            return block
        if not self._info.codec.startswith("pcm_"):  # PCM is what somebody wrote, and only clipped
            start = self._cursor - block.shape[1]
            for part in parts:
                if not frames.peak(part) <= frames.LOUDEST:
                    part[:] = 0.0
                    self._health.mended(start, part.shape[1])
                start += part.shape[1]
            block = np.concatenate(parts, axis=1)
        return frames.sane(block)

    def __iter__(self) -> Iterator[FloatArray]:
        """The blocks from here to the end."""
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
        if not self._silence_told:
            self._silence = self._silence_before(frame)
            if self._silence:
                self._pending, self._silence_told = frame, True
                return np.zeros((self._channels, 0), np.float32)
        self._silence_told = False
        y = self._source.samples(frame)
        if y is None:
            return np.zeros((self._channels, 0), np.float32)
        return self._dropped(self._at_rate(frames.with_channels(y, self._channels), frame.sample_rate))

    def _dropped(self, y: FloatArray) -> FloatArray:
        """What of the next samples lies behind the target of a seek."""
        drop = min(max(0, self._target - self._cursor), y.shape[1])
        self._cursor += y.shape[1]
        return y[:, drop:]

    def _silence_before(self, frame: AudioFrame) -> int:
        """How many samples are missing between what was read so far and this frame."""
        lost = self._source.damaged != self._damage_seen
        self._damage_seen = self._source.damaged
        gap = self._clock.gap(self._cursor, frame.pts, _JITTER_AFTER_DAMAGE if lost else _JITTER)
        if (lost or gap) and self._cursor >= self._target:  # before a target the decoder is still warming up
            self._health.mended(self._cursor, gap)
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
        if self._source.damaged != self._damage_seen and not cut_short:
            self._health.mended(self._cursor, 0)
        self._target = self._cursor
        self._info = replace(self._info, duration=duration)
        return None

    def seek(self, seconds: float) -> None:
        """Make `read` go on with exactly the sample at `seconds`; beyond the end there is nothing to read."""
        sr = self._info.sr
        target = max(0, round(min(seconds, _LAST_PLACE) * sr))
        known_end = round(self._info.duration * sr) if self._info.duration is not None else target
        if not any(self._jump(min(target, known_end), round(preroll * sr)) for preroll in _PREROLLS):
            self._restart()
        self._target = target
        self._silence, self._silence_told = 0, False
        self._converter, self._converter_rate = None, sr
        self._damage_seen = self._source.damaged

    def _jump(self, target: int, preroll: int) -> bool:
        """Try to go on decoding some way before `target`; False if that cannot be had."""
        if target <= preroll or not self._clock.reliable or not self._source.seek(self._clock.pts(target - preroll)):
            return False
        offsets: deque[int] = deque(maxlen=_VOTES)  # of the frames' timestamps against the samples counted
        passed = 0
        while (frame := self._source.next()) is not None:
            index = self._clock.index(frame.pts)
            if index is None or (passed == 0 and index > target - preroll // 2):
                return False
            if passed and index - self._cursor > _JITTER * self._info.sr:  # something is missing here
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
        """Only a file that is opened anew begins with the same sample: seeking would bring the encoder's delay back."""
        try:
            self._source.reopen()
        except DecodeError:  # deleted meanwhile; what is open can be played all the same
            if not self._source.seek(self._clock.pts(0)):
                raise
        self._pending, self._cursor = None, 0

    def close(self) -> None:
        """Let go of the file; safe to call more than once."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
