"""The analysis of sound as it arrives: the same spectrograms, patches, network and pooling as for a file.

Memory is bounded, however long it runs: the scores of the last minutes are kept to be pooled, the genres of the last
hour to be shown and saved, and no sound at all.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from mgc_desktop.audio.frames import sane, to_mono
from mgc_desktop.audio.resample import StreamResampler
from mgc_desktop.features.mel import LogMelStream
from mgc_desktop.foundation.arrays import FloatArray
from mgc_desktop.inference.calibration import segment_probabilities
from mgc_desktop.inference.classifier import Classifier, PatchScores
from mgc_desktop.inference.pooling import SongPool, SongVerdict
from mgc_desktop.inference.prediction import Timeline
from mgc_desktop.pipeline import PICTURE, MelBlock, Patch, Patcher

NOW_SECONDS: Final = 10.0  # "the last seconds": three patches of musicnn
RECENT_SECONDS: Final = 300.0  # "the last minutes"
TIMELINE_SECONDS: Final = 3600.0  # how much of a session is kept to be shown and saved
_PICTURE_CHUNK: Final = 2  # frames: the picture moves on every 46 ms


@dataclass(frozen=True, slots=True, eq=False)
class LiveState:
    """What is known of a session at a moment.

    `seconds`: since its beginning. `peak`: the highest absolute sample since the last state, full scale is 1.
    `silent_seconds`: how long every sample has been exactly 0. `now`, `recent`: the verdicts on the last
    `NOW_SECONDS` and `RECENT_SECONDS`, None where these were silent. `timeline`: of the last hour, in seconds since the
    beginning. `lost_seconds`: sound that came while the computer was too busy, and is missing.
    """

    seconds: float
    peak: float
    silent_seconds: float
    now: SongVerdict | None
    recent: SongVerdict | None
    timeline: Timeline
    lost_seconds: float = 0.0


class LiveAnalysis:
    """Takes blocks of sound at `sr` Hz; gives pieces of the picture and, at any time, the state. One thread uses it."""

    def __init__(self, classifier: Classifier, sr: int) -> None:
        self._classifier = classifier
        self._sr = sr
        config = classifier.mel_config
        self._resamplers = {rate: StreamResampler(sr, rate, 1) for rate in {config.sr, PICTURE.sr}}
        self._mel = LogMelStream(config)
        self._picture = LogMelStream(PICTURE, chunk=_PICTURE_CHUNK)
        self._patcher = Patcher(classifier, 0.0, 0.0)
        self._frames = 0  # columns of the picture so far
        self._samples = 0
        self._silent_samples = 0
        self._peak = 0.0
        self._scores: deque[tuple[Patch, PatchScores]] = deque()
        self._segments: deque[tuple[float, float, FloatArray]] = deque()
        self._verdicts: tuple[SongVerdict | None, SongVerdict | None] = (None, None)
        self._timeline = self._empty_timeline()

    @property
    def seconds(self) -> float:
        """How much sound has been analysed."""
        return self._samples / self._sr

    def process(self, y: FloatArray) -> list[MelBlock]:
        """The next `(channels, n)` samples; the columns of the picture that they complete."""
        mono = to_mono(sane(y))
        self._samples += len(mono)
        peak = float(np.abs(y).max(initial=0.0))
        self._peak = max(self._peak, peak)
        self._silent_samples = self._silent_samples + len(mono) if peak == 0.0 else 0
        at = {rate: resampler.process(mono[np.newaxis])[0] for rate, resampler in self._resamplers.items()}
        self._listen(list(self._patcher.cut(self._mel.process(at[self._classifier.mel_config.sr]))))
        return self._blocks(self._picture.process(at[PICTURE.sr]))

    def finish(self) -> list[MelBlock]:
        """No more will come: analyse what was kept back. The verdicts are then those of a file of the same sound."""
        at = {rate: resampler.flush()[0] for rate, resampler in self._resamplers.items()}
        mel = self._mel.process(at[self._classifier.mel_config.sr])
        self._listen(list(self._patcher.cut(np.concatenate([mel, self._mel.flush()], axis=1))))
        self._listen(list(self._patcher.rest(self.seconds)))
        picture = self._picture.process(at[PICTURE.sr])
        return self._blocks(np.concatenate([picture, self._picture.flush()], axis=1))

    def state(self, lost_seconds: float = 0.0) -> LiveState:
        """What is known now; `lost_seconds`: sound that did not come here."""
        peak, self._peak = self._peak, 0.0
        self._forget()
        now, recent = self._verdicts
        silent = self._silent_samples / self._sr
        return LiveState(self.seconds, peak, silent, now, recent, self._timeline, lost_seconds)

    def verdict(self, seconds: float) -> SongVerdict | None:
        """On the patches of the last `seconds`, at most `RECENT_SECONDS`; None if all of these were silent."""
        pool = SongPool(self._classifier)
        since = self._patcher.until - seconds - 1e-6
        chosen = [scores for patch, scores in self._scores if patch.start >= since]
        for scores in chosen:
            pool.add(scores)
        return pool.verdict() if chosen else None

    def _blocks(self, db: FloatArray) -> list[MelBlock]:
        if not db.shape[1]:
            return []
        block = MelBlock(self._frames, db)
        self._frames += db.shape[1]
        return [block]

    def _listen(self, patches: list[Patch]) -> None:
        if not patches:
            return
        for patch in patches:
            scores = self._classifier.predict(patch.mel[np.newaxis])
            self._scores.append((patch, scores))
            row = segment_probabilities(scores.logits, self._classifier.calibration)[0]
            self._segments.append((patch.start, patch.end, row))
        self._forget()
        self._renew()

    def _forget(self) -> None:
        """Let go of what is too old; silence makes things old, too."""
        until = self._patcher.until
        before = len(self._scores)
        while self._scores and self._scores[0][0].start < until - RECENT_SECONDS - 1e-6:
            self._scores.popleft()
        while self._segments and self._segments[0][1] < until - TIMELINE_SECONDS:
            self._segments.popleft()
        if len(self._scores) != before or self._is_over(self._verdicts[0]):
            self._renew()

    def _is_over(self, now: SongVerdict | None) -> bool:
        """Whether a verdict on the last seconds stands although these have become silent."""
        return now is not None and (not self._scores or self._scores[-1][0].start < self._patcher.until - NOW_SECONDS)

    def _renew(self) -> None:
        self._verdicts = (self.verdict(NOW_SECONDS), self.verdict(RECENT_SECONDS))
        if not self._segments:
            self._timeline = self._empty_timeline()
            return
        times = np.array([segment[:2] for segment in self._segments], np.float32)
        self._timeline = Timeline(self._classifier.genres, times, np.stack([segment[2] for segment in self._segments]))

    def _empty_timeline(self) -> Timeline:
        genres = self._classifier.genres
        return Timeline(genres, np.zeros((0, 2), np.float32), np.zeros((0, len(genres)), np.float32))
