"""Sound that arrives block by block gives the numbers of a file of the same sound, in bounded memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mgc_desktop.capture import analysis as module
from mgc_desktop.capture.analysis import NOW_SECONDS, LiveAnalysis
from mgc_desktop.features.mel import log_mel
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.prediction import TrackPrediction
from mgc_desktop.pipeline import PICTURE, MelBlock, analyze

SR = 44100


def fed(analysis: LiveAnalysis, y: NDArray[np.float32], block: int) -> list[MelBlock]:
    """Feed a sound in blocks of so many samples, to its end."""
    blocks: list[MelBlock] = []
    for start in range(0, y.shape[1], block):
        blocks += analysis.process(y[:, start : start + block].copy())
    return blocks + analysis.finish()


def test_the_numbers_are_those_of_a_file(musicnn: Classifier, write_audio: Any, sounds: Any) -> None:
    """GIVEN a sound of 14 s WHEN it arrives in uneven blocks THEN all numbers are the file's."""
    y = np.concatenate([sounds.chirp(8.0, SR, channels=2), sounds.noise(6.0, SR, channels=2)], axis=1)
    path: Path = write_audio("song.wav", y, sr=SR, kind="wav-float")
    file_blocks: list[MelBlock] = []

    class Listener:
        def picture(self, block: MelBlock) -> None:
            file_blocks.append(block)

        def prediction(self, partial: TrackPrediction) -> None:
            pass

    expected = analyze(path, musicnn, listener=Listener())
    analysis = LiveAnalysis(musicnn, SR)
    blocks = fed(analysis, y, 1777)
    state = analysis.state()
    assert state.recent is not None and state.recent.genre == expected.genre
    np.testing.assert_allclose(state.recent.probabilities, expected.probabilities, atol=1e-5)
    assert [name for name, _ in state.recent.tags] == [name for name, _ in expected.tags]
    np.testing.assert_array_equal(state.timeline.times, expected.timeline.times)
    np.testing.assert_allclose(state.timeline.probabilities, expected.timeline.probabilities, atol=1e-5)
    assert state.seconds == pytest.approx(14.0)
    live = np.concatenate([block.db for block in blocks], axis=1)
    filed = np.concatenate([block.db for block in file_blocks], axis=1)
    assert live.shape == filed.shape
    np.testing.assert_allclose(live, filed, atol=0.01)  # decibels


def test_the_picture_moves_on_many_times_a_second(musicnn: Classifier, sounds: Any) -> None:
    analysis = LiveAnalysis(musicnn, SR)
    y = sounds.noise(2.0, SR)
    times = [analysis.process(y[:, start : start + 2205]) for start in range(0, y.shape[1], 2205)]
    assert sum(bool(blocks) for blocks in times) > 20


def test_a_session_shorter_than_a_patch_has_a_verdict(musicnn: Classifier, sounds: Any) -> None:
    analysis = LiveAnalysis(musicnn, SR)
    fed(analysis, sounds.chirp(1.2, SR), 4410)
    assert analysis.state().recent is not None
    assert len(analysis.state().timeline) == 1


def test_nothing_at_all(musicnn: Classifier) -> None:
    analysis = LiveAnalysis(musicnn, SR)
    assert analysis.finish() == []
    state = analysis.state()
    assert (state.seconds, state.now, state.recent, len(state.timeline)) == (0.0, None, None, 0)


def test_silence_is_no_genre_and_takes_the_place_of_what_was_heard(musicnn: Classifier, sounds: Any) -> None:
    analysis = LiveAnalysis(musicnn, 16000)
    analysis.process(sounds.noise(7.0, 16000))
    assert analysis.state().now is not None
    analysis.process(sounds.silence(NOW_SECONDS + 8, 16000))
    state = analysis.state()
    assert state.now is None
    assert state.recent is not None
    assert state.silent_seconds == pytest.approx(NOW_SECONDS + 8)


def test_the_last_seconds_are_another_thing_than_the_last_minutes(musicnn: Classifier, sounds: Any) -> None:
    analysis = LiveAnalysis(musicnn, 16000)
    analysis.process(sounds.noise(30.0, 16000))
    analysis.process(sounds.tone(12.0, 16000))
    analysis.finish()
    alone = LiveAnalysis(musicnn, 16000)
    alone.process(sounds.tone(12.0, 16000))
    state, of_tone = analysis.state(), alone.state()
    assert state.now is not None and state.recent is not None and of_tone.now is not None
    assert np.abs(state.now.probabilities - of_tone.now.probabilities).max() < 0.1
    assert np.abs(state.now.probabilities - state.recent.probabilities).max() > 0.01


def test_memory_is_bounded(musicnn: Classifier, sounds: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is older than the windows is forgotten, and silence makes things old as well."""
    monkeypatch.setattr(module, "RECENT_SECONDS", 12.0)
    monkeypatch.setattr(module, "TIMELINE_SECONDS", 24.0)
    analysis = LiveAnalysis(musicnn, 16000)
    length = musicnn.metadata.patch_hop * musicnn.mel_config.frame_seconds
    for _ in range(20):
        analysis.process(sounds.noise(3.0, 16000))
    timeline = analysis.state().timeline
    assert len(analysis._scores) <= 12 / length + 1
    assert len(timeline) <= 24 / length + 1
    assert float(timeline.times[0, 0]) > 25
    analysis.process(sounds.silence(40.0, 16000))
    state = analysis.state()
    assert (len(state.timeline), state.now, state.recent, len(analysis._scores)) == (0, None, None, 0)


def test_the_peak_is_that_since_the_last_look(musicnn: Classifier, sounds: Any) -> None:
    analysis = LiveAnalysis(musicnn, 16000)
    analysis.process(sounds.tone(0.5, 16000))
    assert analysis.state().peak == pytest.approx(0.5, abs=0.01)
    analysis.process(0.1 * sounds.tone(0.5, 16000))
    assert analysis.state().peak == pytest.approx(0.05, abs=0.01)


def test_impossible_samples_do_no_harm(musicnn: Classifier) -> None:
    y = np.full((2, 64000), np.nan, np.float32)
    y[:, ::7] = np.inf
    analysis = LiveAnalysis(musicnn, 16000)
    blocks = fed(analysis, y, 4000)
    assert all(np.isfinite(block.db).all() for block in blocks)


def test_a_picture_in_small_steps_is_the_same_picture(sounds: Any) -> None:
    from mgc_desktop.features.mel import LogMelStream

    y = sounds.chirp(3.0, PICTURE.sr)[0]
    stream = LogMelStream(PICTURE, chunk=2)
    parts = [stream.process(part) for part in np.array_split(y, 50)]
    np.testing.assert_allclose(np.concatenate([*parts, stream.flush()], axis=1), log_mel(y, PICTURE), atol=0.01)
