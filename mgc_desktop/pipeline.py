"""From a file to its verdict: decodes, computes spectrograms and runs the network.

The live view, the batch, the command line and the evaluation of training all call `analyze`, so that all get the same
numbers. The file is decoded once. The calling thread decodes and computes spectrograms, at about a thousand times real
time; a second thread runs the network on the patches, at some hundred times real time. The queue between them lets the
picture run ahead and is bounded, so that memory does not grow with the length of the song.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

import numpy as np

from mgc_desktop.audio.decode import AudioReader
from mgc_desktop.audio.frames import to_mono
from mgc_desktop.audio.resample import StreamResampler
from mgc_desktop.cancellation import Cancelled, CancelToken
from mgc_desktop.errors import NoAudioError
from mgc_desktop.features.config import REPORT, MelConfig
from mgc_desktop.features.framing import PatchStream
from mgc_desktop.features.mel import LogMelStream, noise_level
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.calibration import segment_probabilities
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.pooling import SongPool, SongVerdict
from mgc_desktop.inference.prediction import Timeline, TrackPrediction

PICTURE: Final = REPORT  # the spectrogram configuration of `AnalysisListener.picture`

_QUEUE_BYTES: Final = 32 << 20  # largest size of the queue: 23 minutes of music for musicnn
_TOGETHER: Final = 12  # patches in one batch without a listener: its weights stay in the cache
_PARTIAL_SECONDS: Final = 0.2  # least time between two partial predictions
_SILENCE_RMS: Final = 10 ** (-75 / 20)  # audio below noise of -75 dB is silence; dither has -96 dB
_SILENT: Final = "The song is silent from beginning to end, so it has no genre."


@dataclass(frozen=True, slots=True, eq=False)
class MelBlock:
    """Columns of the picture: `db` `(128, k)` float32, decibels; `start_frame`: the index of the first one in the song,
    which is at `start_frame * PICTURE.frame_seconds`."""

    start_frame: int
    db: FloatArray


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a song, in seconds."""

    start: float
    seconds: float


class AnalysisListener(Protocol):
    """Gets the results of a running analysis. Called from two threads; an exception here ends the analysis."""

    def picture(self, block: MelBlock) -> None:
        """The next columns, as fast as the file is decoded."""

    def prediction(self, partial: TrackPrediction) -> None:
        """The verdict so far: after the first patch, and then at most five times a second."""


def analyze(
    path: str | os.PathLike[str],
    classifier: Classifier,
    *,
    cancel: CancelToken | None = None,
    listener: AnalysisListener | None = None,
    excerpts: Sequence[Excerpt] = (),
    alone: bool = True,
) -> TrackPrediction:
    """Analyse a song, or only `excerpts` of it.

    `alone`: the network runs in a thread of its own beside the decoder. Workers of a pool pass False: each uses one
    core, on which a second thread gains nothing and costs the transfer between threads.

    A silent song has no genre, confidence 0 and a warning. Raises DecodeError if the file cannot be read to its end,
    NoAudioError if it has no samples, ModelError if the network fails, Cancelled if the token was cancelled; in
    each case the second thread ends.
    """
    cancel = cancel or CancelToken()
    config = classifier.mel_config
    analysed_seconds = 0.0
    inference_of = _ThreadedInference if alone else _Inference
    with AudioReader(path) as reader, inference_of(reader, classifier, cancel, listener) as inference:
        for excerpt in excerpts or (None,):
            start = excerpt.start if excerpt else 0.0
            sound = _Excerpt(reader, excerpt, cancel)
            cutter = Patcher(classifier, start, analysed_seconds)
            frame = round(start / PICTURE.frame_seconds)
            for spectra in _spectrograms(sound, {config, PICTURE} if listener else {config}):
                if listener and spectra[PICTURE].shape[1]:
                    listener.picture(MelBlock(frame, spectra[PICTURE]))
                    frame += spectra[PICTURE].shape[1]
                inference.process(cutter.cut(spectra[config]))
            inference.process(cutter.rest(sound.seconds))
            analysed_seconds += sound.seconds
        if not analysed_seconds:
            raise NoAudioError("There is no sound at the chosen place. Choose an earlier one.", path=Path(path))
        return inference.verdict(analysed_seconds)


class _Excerpt:
    """The mono blocks of one part of a song, `(n,)` float32 at the file's rate."""

    def __init__(self, reader: AudioReader, excerpt: Excerpt | None, cancel: CancelToken) -> None:
        self.sr = reader.info.sr
        self._reader = reader
        self._cancel = cancel
        self._left = None if excerpt is None else max(0, round(excerpt.seconds * self.sr))
        self._count = 0
        if excerpt is not None:
            reader.seek(excerpt.start)

    @property
    def seconds(self) -> float:
        """The length of the blocks so far, in seconds."""
        return self._count / self.sr

    def __iter__(self) -> Iterator[FloatArray]:
        """Yield the blocks; those of an excerpt, which is short, as one block, which is processed in one call."""
        if self._left is None:
            yield from self._blocks()
        elif parts := list(self._blocks()):
            yield np.concatenate(parts)

    def _blocks(self) -> Iterator[FloatArray]:
        for block in self._reader:
            self._cancel.check()
            y = to_mono(block)[: None if self._left is None else self._left - self._count]
            self._count += len(y)
            yield y
            if self._left is not None and self._count >= self._left:
                return


def _spectrograms(sound: _Excerpt, configs: set[MelConfig]) -> Iterator[dict[MelConfig, FloatArray]]:
    """The spectrograms of the audio in several configurations, block by block: `(n_mels, k)` each, k may be 0."""
    resamplers = {sr: StreamResampler(sound.sr, sr, 1) for sr in {config.sr for config in configs}}
    streams = {config: LogMelStream(config) for config in configs}
    for y in sound:
        at = {sr: resampler.process(y[np.newaxis])[0] for sr, resampler in resamplers.items()}
        yield {config: stream.process(at[config.sr]) for config, stream in streams.items()}
    at = {sr: resampler.flush()[0] for sr, resampler in resamplers.items()}
    yield {config: stream.process(at[config.sr]) for config, stream in streams.items()}
    yield {config: stream.flush() for config, stream in streams.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """One patch `(n_mels, frames)`, its start and end in the song, and the seconds analysed so far with it."""

    mel: FloatArray
    start: float
    end: float
    analysed_seconds: float


class Patcher:
    """Cuts the spectrogram of one part of a song into patches, and leaves out silent ones.

    The part starts at `start` seconds in the song; `before` seconds of other parts were analysed already.
    """

    def __init__(self, classifier: Classifier, start: float, before: float) -> None:
        meta = classifier.metadata
        self._patches = PatchStream(meta.patch_frames, meta.patch_hop)
        self._length = meta.patch_frames * meta.mel.frame_seconds
        self._hop = meta.patch_hop * meta.mel.frame_seconds
        self._silence = noise_level(meta.mel, _SILENCE_RMS)[:, np.newaxis]
        self._start = start
        self._before = before
        self._number = 0

    @property
    def until(self) -> float:
        """The end of the last patch in seconds, silent ones included; the start if there was none."""
        return self._start + ((self._number - 1) * self._hop + self._length if self._number else 0.0)

    def cut(self, mel: FloatArray) -> Iterator[Patch]:
        """The patches that are complete with the next frames."""
        for patch in self._patches.process(mel):
            begin = self._number * self._hop
            self._number += 1
            yield from self._audible(patch, begin, begin + self._length)

    def rest(self, seconds: float) -> Iterator[Patch]:
        """The single patch of a part that is shorter than a patch and lasts `seconds`."""
        for patch in self._patches.flush():
            yield from self._audible(patch, 0.0, seconds)

    def _audible(self, mel: FloatArray, begin: float, end: float) -> Iterator[Patch]:
        if (mel > self._silence).any():
            yield Patch(mel, self._start + begin, self._start + end, self._before + end)


class _BoundedQueue:
    """The queue of patches for the network: bounded in bytes, and either end can close it with an error."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._patches: deque[Patch] = deque()
        self._complete = False
        self._error: BaseException | None = None
        self._changed = threading.Condition()

    def put(self, patch: Patch) -> None:
        """Add a patch; waits while the queue is full. Raises the error with which the queue was closed."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._patches) < self._capacity or self._error)
            self.check()
            self._patches.append(patch)
            self._changed.notify_all()

    def get(self) -> Patch | None:
        """Wait for a patch; returns None when there will be no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._patches or self._complete or self._error)
            if self._error or not self._patches:
                return None
            self._changed.notify_all()
            return self._patches.popleft()

    def complete(self) -> None:
        """Declare that no more patches will be added."""
        with self._changed:
            self._complete = True
            self._changed.notify_all()

    def break_off(self, error: BaseException) -> None:
        """Discard the waiting patches; later calls of `put` and `check` raise the first error."""
        with self._changed:
            self._error = self._error or error
            self._patches.clear()
            self._changed.notify_all()

    def check(self) -> None:
        """Raise the error with which the queue was closed, if it was."""
        if self._error is not None:
            raise self._error


class _Inference:
    """Runs the network on patches as they come, and pools the scores."""

    def __init__(
        self, reader: AudioReader, classifier: Classifier, cancel: CancelToken, listener: AnalysisListener | None
    ) -> None:
        self._reader = reader
        self._classifier = classifier
        self._cancel = cancel
        self._listener = listener
        self._pool = SongPool(classifier)
        self._times: list[tuple[float, float]] = []
        self._probabilities: list[list[FloatArray]] = [[] for _ in self._pool.readouts]
        self._next_partial = 0.0
        self._waiting: list[Patch] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        pass

    def process(self, patches: Iterable[Patch]) -> None:
        """Add the next patches."""
        for patch in patches:
            self._waiting.append(patch)
            if len(self._waiting) == _TOGETHER:
                self._catch_up()

    def verdict(self, analysed_seconds: float) -> TrackPrediction:
        """The prediction from all patches, `analysed_seconds` in all."""
        self._catch_up()
        return self._prediction(analysed_seconds, self._reader.warnings, last=True)

    def _catch_up(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._infer(*waiting)

    def _infer(self, *patches: Patch) -> None:
        self._cancel.check()
        scores = self._classifier.predict(np.stack([patch.mel for patch in patches]))
        self._pool.add(scores)
        self._times += [(patch.start, patch.end) for patch in patches]
        for parts, logits, readout in zip(
            self._probabilities, (scores.logits, *scores.others), self._pool.readouts, strict=True
        ):
            parts.append(segment_probabilities(logits, readout.calibration))
        if self._listener is not None and time.monotonic() >= self._next_partial:
            self._next_partial = time.monotonic() + _PARTIAL_SECONDS
            self._listener.prediction(self._prediction(patches[-1].analysed_seconds, ()))

    def _prediction(self, analysed_seconds: float, warnings: tuple[str, ...], *, last: bool = False) -> TrackPrediction:
        """On what was analysed so far; under the other bundled heads as well only at the end (`last`)."""
        others: tuple[TrackPrediction, ...] = ()
        if last:
            verdicts = enumerate(self._pool.others(), start=1)
            others = tuple(self._under(number, verdict, analysed_seconds, warnings) for number, verdict in verdicts)
        return self._under(0, self._pool.verdict(), analysed_seconds, warnings, others)

    def _under(
        self,
        number: int,
        verdict: SongVerdict,
        analysed_seconds: float,
        warnings: tuple[str, ...],
        others: tuple[TrackPrediction, ...] = (),
    ) -> TrackPrediction:
        """The prediction under one head: `number` counts the readouts of the pool."""
        readout = self._pool.readouts[number]
        silent = not self._times
        return TrackPrediction(
            path=self._reader.info.path,
            duration=self._reader.info.duration or self._reader.position,
            model=self._classifier.name,
            model_version=readout.version,
            genres=readout.vocabulary.names,
            probabilities=verdict.probabilities,
            genre=verdict.genre,
            confidence=0.0 if silent else verdict.confidence,
            timeline=self._timeline(number),
            tags=verdict.tags,
            embedding=verdict.embedding,
            analysed_seconds=analysed_seconds,
            warnings=(*warnings, _SILENT) if silent else warnings,
            vocabulary=readout.vocabulary,
            outcome=verdict.outcome,
            novelty=verdict.novelty,
            others=others,
        )

    def _timeline(self, number: int) -> Timeline:
        genres = self._pool.readouts[number].vocabulary.names
        if not self._times:
            return Timeline.empty(genres)
        parts = self._probabilities[number]
        parts[:] = [np.concatenate(parts)]  # what was put together once stays so
        return Timeline(genres, np.array(self._times, np.float32), parts[0])


class _ThreadedInference(_Inference):
    """Runs the network in a thread of its own, while the next patches are decoded.

    As a context manager it always ends the thread.
    """

    def __init__(
        self, reader: AudioReader, classifier: Classifier, cancel: CancelToken, listener: AnalysisListener | None
    ) -> None:
        super().__init__(reader, classifier, cancel, listener)
        meta = classifier.metadata
        self._line = _BoundedQueue(max(1, _QUEUE_BYTES // (4 * meta.mel.n_mels * meta.patch_frames)))
        self._thread = threading.Thread(target=self._run, name="mgc-network", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._line.break_off(error or Cancelled())
        self._thread.join()

    def process(self, patches: Iterable[Patch]) -> None:
        """Add patches to the queue; waits while it is full, and raises the error of the network if it failed."""
        for patch in patches:
            self._line.put(patch)

    def verdict(self, analysed_seconds: float) -> TrackPrediction:
        """The prediction from all patches, `analysed_seconds` in all; waits for the network."""
        self._line.complete()
        self._thread.join()
        self._line.check()
        return super().verdict(analysed_seconds)

    def _run(self) -> None:
        try:
            while (patch := self._line.get()) is not None:
                self._infer(patch)
        except BaseException as error:
            self._line.break_off(error)
