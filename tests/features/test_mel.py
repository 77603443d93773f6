"""Mel-spectrograms agree with librosa, and a stream gives to the bit what the whole gives."""

from __future__ import annotations

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mgc_desktop.features.config import MUSICNN, REPORT, MelConfig
from mgc_desktop.features.mel import (
    CHUNK,
    LogMelStream,
    filter_bank,
    frame_count,
    log_mel,
    mel_frequencies,
    noise_level,
)

LOW = MelConfig(8000, 256, 80, 40, 50.0, 3000.0, "db", "reflect")
CONFIGS = [REPORT, MUSICNN, LOW]
NAMES = ["report", "musicnn", "low"]


def reference(y, config):
    power = librosa.feature.melspectrogram(
        y=y,
        sr=config.sr,
        n_fft=config.n_fft,
        hop_length=config.hop_length,
        n_mels=config.n_mels,
        fmin=config.fmin,
        fmax=config.fmax,
        pad_mode=config.pad_mode,
    )
    if config.scaling == "db":
        return librosa.power_to_db(power, ref=1.0, amin=1e-10, top_db=None)
    return np.log10(1 + 10000 * power)


@pytest.mark.parametrize("config", CONFIGS, ids=NAMES)
class TestAgainstLibrosa:
    def test_filters(self, config):
        wanted = librosa.filters.mel(
            sr=config.sr, n_fft=config.n_fft, n_mels=config.n_mels, fmin=config.fmin, fmax=config.fmax
        )
        np.testing.assert_allclose(filter_bank(config), wanted, atol=1e-8)

    def test_centres(self, config):
        wanted = librosa.mel_frequencies(n_mels=config.n_mels + 2, fmin=config.fmin, fmax=config.fmax)[1:-1]
        np.testing.assert_allclose(mel_frequencies(config), wanted)

    @pytest.mark.parametrize("sound", ["noise", "chirp", "silence", "quiet"])
    def test_spectrogram(self, config, sound, sounds):
        y = {
            "noise": sounds.noise(3, config.sr),
            "chirp": sounds.chirp(3, config.sr, 50, config.sr / 2.1),
            "silence": sounds.silence(3, config.sr),
            "quiet": sounds.noise(3, config.sr) * np.float32(1e-4),
        }[sound][0]
        found = log_mel(y, config)
        assert found.dtype == np.float32
        assert found.shape == (config.n_mels, 1 + len(y) // config.hop_length)
        wanted = reference(y, config)
        audible = wanted > wanted.max() - 90 if config.scaling == "db" else np.full(wanted.shape, True)
        np.testing.assert_allclose(found[audible], wanted[audible], atol=0.001)
        np.testing.assert_allclose(found, wanted, atol=0.05)  # deeper than that float32 rounds

    @pytest.mark.parametrize("length", [1.0, 1.5, 2.0, 3.7])
    def test_short_sounds(self, config, length, sounds):
        y = sounds.noise(1, config.sr)[0, : int(length * config.n_fft)]
        np.testing.assert_allclose(log_mel(y, config), reference(y, config), atol=0.001)


@pytest.mark.parametrize("config", CONFIGS, ids=NAMES)
class TestEdges:
    @pytest.mark.parametrize("samples", [1, 2, 10, 128, 129, 255, 256, 257, 1023, 1024, 1025])
    def test_a_few_samples(self, config, samples, sounds):
        mel = log_mel(sounds.noise(1, config.sr)[0, :samples], config)
        assert mel.shape == (config.n_mels, frame_count(samples, config))
        assert np.isfinite(mel).all()

    def test_no_samples(self, config):
        assert log_mel(np.zeros(0, np.float32), config).shape == (config.n_mels, 0)
        assert frame_count(0, config) == 0

    def test_silence_is_the_floor(self, config, sounds):
        floor = -100.0 if config.scaling == "db" else 0.0
        np.testing.assert_allclose(log_mel(sounds.silence(1, config.sr)[0], config), floor, atol=1e-5)

    def test_a_click_is_where_it_is(self, config):
        y = np.zeros(config.sr * 4, np.float32)
        frame = 70
        y[frame * config.hop_length] = 1.0
        assert int(np.argmax(log_mel(y, config).sum(axis=0))) == frame

    def test_a_tone_is_where_it_is(self, config, sounds):
        mel = log_mel(sounds.tone(1, config.sr, 1000)[0], config)
        loudest = mel_frequencies(config)[np.argmax(mel[:, mel.shape[1] // 2])]
        assert loudest == pytest.approx(1000, rel=0.05)


@pytest.mark.parametrize("config", CONFIGS, ids=NAMES)
def test_noise_level(config, sounds):
    """White noise has on average the power that is foretold, in every band."""
    rms = 0.1
    mel = log_mel(sounds.noise(20, config.sr)[0], config).astype(np.float64)
    if config.scaling == "db":
        power = (10 ** (mel / 10)).mean(axis=1)
        wanted = 10 ** (noise_level(config, rms) / 10)
    else:
        power, wanted = (10**mel - 1).mean(axis=1), 10 ** noise_level(config, rms).astype(np.float64) - 1
    np.testing.assert_allclose(power, wanted, rtol=0.15)


class TestStream:
    @settings(max_examples=60, deadline=None)
    @given(
        config=st.sampled_from(CONFIGS),
        samples=st.integers(0, 120_000),
        sizes=st.lists(st.integers(0, 30_000) | st.integers(0, 300), min_size=1, max_size=12).filter(any),
    )
    def test_blocks_of_any_size_give_the_whole(self, config, samples, sizes):
        y = (0.1 * np.random.default_rng(samples).standard_normal(samples)).astype(np.float32)
        stream, parts, start = LogMelStream(config), [], 0
        while start < samples:
            size = sizes[len(parts) % len(sizes)]
            parts.append(stream.process(y[start : start + size]))
            start += size
        streamed = np.concatenate([*parts, stream.flush()], axis=1)
        np.testing.assert_array_equal(streamed, log_mel(y, config))

    def test_frames_come_as_soon_as_a_chunk_is_complete(self, sounds):
        stream = LogMelStream(REPORT)
        y = sounds.noise(10, REPORT.sr)[0]
        needed = (CHUNK - 1) * REPORT.hop_length + REPORT.n_fft // 2  # the first frame begins half a window early
        assert stream.process(y[: needed - 1]).shape == (128, 0)
        assert stream.process(y[needed - 1 : needed]).shape == (128, CHUNK)

    def test_memory_is_bounded(self, sounds):
        import tracemalloc

        stream, y = LogMelStream(REPORT), sounds.noise(1, REPORT.sr)[0]
        stream.process(y)
        tracemalloc.start()
        for _ in range(300):  # five minutes: 26 MB of samples
            stream.process(y)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 4_000_000

    def test_what_is_given_is_not_held(self, sounds):
        """A caller may use its buffer again."""
        stream, y = LogMelStream(MUSICNN), sounds.noise(2, 16000)[0]
        expected = log_mel(np.concatenate([y, y]), MUSICNN)
        buffer = y.copy()
        parts = [stream.process(buffer)]
        buffer[:] = 7.0
        parts += [stream.process(y), stream.flush()]
        np.testing.assert_array_equal(np.concatenate(parts, axis=1), expected)


class TestConfig:
    def test_there_and_back(self):
        for config in CONFIGS:
            assert MelConfig.from_dict(config.to_dict()) == config

    @pytest.mark.parametrize(
        "wrong",
        [{"n_fft": 511}, {"hop_length": 0}, {"fmax": 9000.0}, {"fmin": -1.0}, {"scaling": "ln"}, {"pad_mode": "wrap"}],
    )
    def test_impossible_values(self, wrong):
        with pytest.raises(ValueError):
            MelConfig.from_dict({**MUSICNN.to_dict(), **wrong})

    def test_unknown_keys(self):
        with pytest.raises(TypeError):
            MelConfig.from_dict({**MUSICNN.to_dict(), "colour": 1})
