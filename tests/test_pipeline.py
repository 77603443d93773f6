"""The analysis of a song: equal results for all callers, and no thread left after any error."""

from __future__ import annotations

import subprocess
import sys
import threading

import numpy as np
import pytest
import soxr

from mgc_desktop import pipeline
from mgc_desktop.audio.decode import AudioReader
from mgc_desktop.cancellation import Cancelled, CancelToken
from mgc_desktop.errors import DecodeError, ModelError, NoAudioError
from mgc_desktop.features.config import MUSICNN, REPORT
from mgc_desktop.features.framing import patches
from mgc_desktop.features.mel import log_mel
from mgc_desktop.inference.calibration import segment_probabilities, song_probabilities
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.registry import load
from mgc_desktop.pipeline import Excerpt, MelBlock, analyze

PATCH_SECONDS = 187 * 256 / 16000


@pytest.fixture(scope="module")
def classifier():
    return load()


@pytest.fixture
def song(sounds, write_audio):
    """Fourteen seconds of chirps over noise, in stereo: four patches and a rest."""
    y = sounds.chirp(14, channels=2) + sounds.noise(14, channels=2)
    return write_audio("song.mp3", y)


@pytest.fixture(autouse=True)
def no_thread_stays():
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


class Notes:
    """A listener that writes everything down."""

    def __init__(self):
        self.blocks: list[MelBlock] = []
        self.partials = []

    def picture(self, block):
        self.blocks.append(block)

    def prediction(self, partial):
        self.partials.append(partial)


def same(a, b):
    assert (a.genre, a.confidence, a.tags, a.duration, a.analysed_seconds) == (
        b.genre,
        b.confidence,
        b.tags,
        b.duration,
        b.analysed_seconds,
    )
    np.testing.assert_array_equal(a.probabilities, b.probabilities)
    np.testing.assert_array_equal(a.embedding, b.embedding)
    np.testing.assert_array_equal(a.timeline.times, b.timeline.times)
    np.testing.assert_array_equal(a.timeline.probabilities, b.timeline.probabilities)


def whole(path, sr):
    """The song in one piece, mono, at another rate."""
    with AudioReader(path) as reader:
        y = np.concatenate(list(reader), axis=1).mean(axis=0, dtype=np.float32)
        return soxr.resample(y, reader.info.sr, sr, quality="HQ")


class TestNumbers:
    def test_are_those_of_the_steps_done_by_hand(self, song, classifier):
        found = analyze(song, classifier)
        cut = patches(log_mel(whole(song, 16000), MUSICNN), 187, 187)
        scores = classifier.predict(cut)
        calibration = classifier.calibration
        np.testing.assert_allclose(
            found.timeline.probabilities, segment_probabilities(scores.logits, calibration), atol=2e-5
        )
        np.testing.assert_allclose(found.probabilities, song_probabilities(scores.logits, calibration), atol=2e-5)
        np.testing.assert_allclose(found.embedding, scores.embedding.mean(axis=0), atol=1e-3)

    def test_are_the_same_live_and_in_the_batch(self, song, classifier):
        live = analyze(song, classifier, listener=Notes())
        same(live, analyze(song, classifier))
        same(live, analyze(str(song), load()))

    def test_are_the_same_for_the_report_s_own_configuration(self, song, classifier, monkeypatch):
        """A picture in the model's own configuration shares its spectrogram and changes nothing."""
        alone = analyze(song, classifier)
        monkeypatch.setattr(pipeline, "PICTURE", MUSICNN)
        same(analyze(song, classifier, listener=Notes()), alone)

    def test_what_a_prediction_holds(self, song, classifier):
        found = analyze(song, classifier)
        assert (found.path, found.model, found.model_version) == (song, "musicnn", classifier.version)
        assert found.genres == GENRES
        assert found.duration == pytest.approx(14, abs=0.1) == found.analysed_seconds
        assert found.probabilities.sum() == pytest.approx(1, abs=1e-5)
        assert found.confidence == found.probabilities.max()
        assert found.genre in (None, found.ranked[0][0])
        assert found.tags and found.embedding.shape == (400,)
        assert found.warnings == ()
        starts, ends = found.timeline.times.T
        np.testing.assert_allclose(starts, PATCH_SECONDS * np.arange(4), atol=1e-4)
        np.testing.assert_allclose(ends - starts, PATCH_SECONDS, atol=1e-4)

    @pytest.mark.parametrize(("sr", "channels"), [(8000, 1), (11025, 2), (48000, 6), (96000, 2)])
    def test_rates_and_channels(self, sr, channels, sounds, write_audio, classifier):
        y = sounds.chirp(7, sr, 100, 3000, channels)
        found = analyze(write_audio("song.flac", y, sr), classifier)
        assert len(found.timeline) == 2
        if sr >= 48000:  # the same sound gives the same verdict whatever it comes in
            plain = analyze(write_audio("plain.flac", sounds.chirp(7, 44100, 100, 3000)), classifier)
            np.testing.assert_allclose(found.probabilities, plain.probabilities, atol=0.03)


class TestPicture:
    def test_is_the_whole_song_without_seams(self, song, classifier):
        notes = Notes()
        analyze(song, classifier, listener=notes)
        starts = [block.start_frame for block in notes.blocks]
        widths = [block.db.shape[1] for block in notes.blocks]
        assert starts == [0, *np.cumsum(widths)[:-1]]
        assert min(widths) > 0
        picture = np.concatenate([block.db for block in notes.blocks], axis=1)
        np.testing.assert_allclose(picture, log_mel(whole(song, 22050), REPORT), atol=1e-3)

    def test_a_click_is_drawn_where_it_is_heard(self, sounds, write_audio, classifier):
        y = sounds.noise(8) * 0.001
        y[0, 5 * 44100] = 0.9
        notes = Notes()
        analyze(write_audio("click.flac", y), classifier, listener=notes)
        picture = np.concatenate([block.db for block in notes.blocks], axis=1)
        assert np.argmax(picture.sum(axis=0)) * REPORT.frame_seconds == pytest.approx(5, abs=REPORT.frame_seconds)


class TestPartials:
    def test_the_first_comes_with_the_first_patch(self, song, classifier):
        notes = Notes()
        final = analyze(song, classifier, listener=notes)
        first = notes.partials[0]
        assert len(first.timeline) == 1
        assert first.analysed_seconds == pytest.approx(PATCH_SECONDS)
        assert first.duration == pytest.approx(14, abs=0.2)
        np.testing.assert_array_equal(first.timeline.probabilities[0], final.timeline.probabilities[0])

    def test_each_knows_more(self, song, classifier, monkeypatch):
        monkeypatch.setattr(pipeline, "_PARTIAL_SECONDS", 0.0)
        notes = Notes()
        final = analyze(song, classifier, listener=notes)
        assert [len(partial.timeline) for partial in notes.partials] == [1, 2, 3, 4]
        np.testing.assert_array_equal(notes.partials[-1].probabilities, final.probabilities)
        np.testing.assert_array_equal(notes.partials[1].timeline.probabilities, final.timeline.probabilities[:2])

    def test_are_rare(self, song, classifier, monkeypatch):
        monkeypatch.setattr(pipeline, "_PARTIAL_SECONDS", 1000.0)
        notes = Notes()
        analyze(song, classifier, listener=notes)
        assert len(notes.partials) == 1


class TestShortAndSilent:
    @pytest.mark.parametrize("seconds", [0.001, 0.1, 1.0, 2.9])
    def test_shorter_than_a_patch(self, seconds, sounds, write_audio, classifier):
        path = write_audio("short.wav", sounds.noise(seconds))
        found = analyze(path, classifier)
        assert len(found.timeline) == 1
        np.testing.assert_allclose(found.timeline.times, [[0, found.duration]], atol=1e-6)
        mel = log_mel(whole(path, 16000), MUSICNN)
        np.testing.assert_allclose(
            found.probabilities,
            song_probabilities(classifier.predict(patches(mel, 187, 187)).logits, classifier.calibration),
            atol=1e-4,
        )

    @pytest.mark.parametrize("seconds", [0.1, 10])
    @pytest.mark.parametrize("kind", ["wav", "mp3", "flac"])
    def test_silence_has_no_genre(self, seconds, kind, sounds, write_audio, classifier):
        found = analyze(write_audio(f"silent.{kind}", sounds.silence(seconds)), classifier)
        assert (found.genre, found.confidence, found.tags, len(found.timeline)) == (None, 0.0, (), 0)
        assert found.embedding is None
        assert any("silent" in warning for warning in found.warnings)
        np.testing.assert_allclose(found.probabilities, 0.1)
        assert found.analysed_seconds == found.duration

    def test_dither_is_silence(self, sounds, write_audio, classifier):
        y = (np.random.default_rng(0).integers(-1, 2, (2, 44100 * 5)) / 32768).astype(np.float32)
        assert analyze(write_audio("dither.wav", y), classifier).genre is None

    def test_quiet_music_is_not(self, sounds, write_audio, classifier):
        found = analyze(write_audio("quiet.flac", sounds.chirp(7) * 0.003), classifier)
        assert len(found.timeline) == 2

    def test_silent_passages_are_left_out(self, sounds, write_audio, classifier):
        y = np.concatenate([sounds.silence(10), sounds.chirp(10), sounds.silence(10)], axis=1)
        found = analyze(write_audio("gaps.flac", y), classifier)
        assert 9 - PATCH_SECONDS < found.timeline.times[0, 0] < 10
        assert 20 < found.timeline.times[-1, 1] < 20 + PATCH_SECONDS
        assert found.analysed_seconds == pytest.approx(30, abs=0.01)
        assert found.warnings == ()


class TestExcerpts:
    def test_only_they_are_heard(self, sounds, write_audio, classifier):
        y = np.concatenate([sounds.noise(20), sounds.chirp(20)], axis=1)
        path = write_audio("song.flac", y)
        found = analyze(path, classifier, excerpts=[Excerpt(22, 7), Excerpt(31, 4)])
        np.testing.assert_allclose(found.timeline.times[:, 0], [22, 22 + PATCH_SECONDS, 31], atol=1e-4)
        assert found.analysed_seconds == 11
        assert found.duration == 40
        cut = analyze(write_audio("cut.flac", y[:, 22 * 44100 : 29 * 44100]), classifier)
        np.testing.assert_allclose(found.timeline.probabilities[:2], cut.timeline.probabilities, atol=1e-4)

    def test_one_that_reaches_beyond_the_end(self, sounds, write_audio, classifier):
        found = analyze(write_audio("song.flac", sounds.chirp(10)), classifier, excerpts=[Excerpt(8, 30)])
        assert found.analysed_seconds == 2
        np.testing.assert_allclose(found.timeline.times, [[8, 10]], atol=1e-4)

    def test_one_behind_the_end(self, sounds, write_audio, classifier):
        with pytest.raises(NoAudioError, match="Choose an earlier"):
            analyze(write_audio("song.flac", sounds.chirp(3)), classifier, excerpts=[Excerpt(100, 30)])

    def test_the_picture_stands_at_its_place(self, sounds, write_audio, classifier):
        notes = Notes()
        path = write_audio("song.flac", sounds.chirp(20))
        analyze(path, classifier, excerpts=[Excerpt(10, 5)], listener=notes)
        assert notes.blocks[0].start_frame == round(10 / REPORT.frame_seconds)


class TestTrouble:
    def test_bad_file(self, tmp_path, classifier):
        with pytest.raises(DecodeError, match="not there"):
            analyze(tmp_path / "gone.mp3", classifier)

    def test_damage_is_told(self, sounds, write_audio, classifier):
        path = write_audio("cut.flac", sounds.noise(20))
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        found = analyze(path, classifier)
        assert any("cut off" in warning for warning in found.warnings)
        assert found.duration == pytest.approx(10, abs=0.5)

    def test_cancelled_before(self, song, classifier):
        cancel = CancelToken()
        cancel.cancel()
        with pytest.raises(Cancelled):
            analyze(song, classifier, cancel=cancel)

    @pytest.mark.parametrize("where", ["picture", "prediction"])
    def test_cancelled_on_the_way(self, where, song, classifier):
        cancel, notes = CancelToken(), Notes()
        setattr(notes, where, lambda _: cancel.cancel())
        with pytest.raises(Cancelled):
            analyze(song, classifier, cancel=cancel, listener=notes)

    @pytest.mark.parametrize("where", ["picture", "prediction"])
    def test_what_a_listener_raises_ends_it(self, where, song, classifier):
        def fail(_):
            raise RuntimeError("the window is gone")

        notes = Notes()
        setattr(notes, where, fail)
        with pytest.raises(RuntimeError, match="window is gone"):
            analyze(song, classifier, listener=notes)

    def test_a_network_that_fails(self, song):
        with pytest.raises(ModelError, match="third"):
            analyze(song, failing(load(), after=2))

    def test_a_network_that_fails_while_the_line_is_full(self, song, monkeypatch):
        monkeypatch.setattr(pipeline, "_QUEUE_BYTES", 1)  # room for one patch
        with pytest.raises(ModelError, match="third"):
            analyze(song, failing(load(), after=2))

    def test_cancelled_while_the_line_is_full(self, song, monkeypatch):
        monkeypatch.setattr(pipeline, "_QUEUE_BYTES", 1)
        cancel, notes = CancelToken(), Notes()
        notes.prediction = lambda _: cancel.cancel()
        with pytest.raises(Cancelled):
            analyze(song, load(), cancel=cancel, listener=notes)

    def test_a_short_line_changes_no_number(self, song, classifier, monkeypatch):
        long = analyze(song, classifier)
        monkeypatch.setattr(pipeline, "_QUEUE_BYTES", 1)
        same(analyze(song, classifier), long)


def failing(classifier, after):
    """The same model, whose network breaks down behind `after` patches: the real one never does."""

    class Failing(Classifier):
        left = after

        def predict(self, mel):
            if not self.left:
                raise ModelError("the third patch broke it")
            self.left -= 1
            return super().predict(mel)

    return Failing(classifier.metadata, classifier._session, classifier.head)


class TestLine:
    def test_holds_no_more_than_its_room(self):
        line = pipeline._BoundedQueue(3)

        def produce():
            for n in range(200):
                line.put(n)
            line.complete()

        producer = threading.Thread(target=produce)
        producer.start()
        got = []
        while (item := line.get()) is not None:
            got.append(item)
            assert len(line._patches) <= 3
        producer.join()
        assert got == list(range(200))

    def test_broken_off_wakes_a_waiting_producer(self):
        line = pipeline._BoundedQueue(1)
        line.put(1)
        raised = []

        def put():
            try:
                line.put(2)
            except ModelError as error:
                raised.append(error)

        producer = threading.Thread(target=put)
        producer.start()
        first, second = ModelError("first"), ModelError("second")
        line.break_off(first)
        line.break_off(second)
        producer.join()
        assert raised == [first]
        assert line.get() is None


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no resource module")
def test_hours_need_no_more_memory_than_minutes(sounds, write_audio):
    """Peak memory of a process that analyses a song, pictures included."""
    code = (
        "import resource, sys\n"
        "from mgc_desktop.inference.registry import load\n"
        "from mgc_desktop.pipeline import analyze\n"
        "class Nobody:\n"
        "    def picture(self, block): pass\n"
        "    def prediction(self, partial): pass\n"
        "found = analyze(sys.argv[1], load(), listener=Nobody())\n"
        "print(found.duration, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )

    def run(path):
        done = subprocess.run([sys.executable, "-c", code, path], check=True, capture_output=True, text=True)
        duration, peak = map(float, done.stdout.split())
        return duration, peak * (1 if sys.platform == "darwin" else 1024)

    minute = write_audio("minute.mp3", sounds.noise(60, 16000), 16000, kind="mp3-bare")
    _, short = run(minute)
    long = minute.with_name("long.mp3")
    data = minute.read_bytes()
    with long.open("wb") as file:
        for _ in range(120):  # the line to the network is full long before
            file.write(data)
    duration, peak = run(long)
    assert duration == pytest.approx(7200, rel=0.02)
    assert peak - short < 80e6
