"""Decoding: every format, exact positions, and a clear word on every bad file."""

from __future__ import annotations

import os
from pathlib import Path

import av
import mutagen
import numpy as np
import pytest

from mgc_desktop.audio.decode import BLOCK, AudioReader, probe
from mgc_desktop.errors import DecodeError, NoAudioError

LOSSLESS = ["wav", "wav-24", "wav-32", "wav-float", "wav-double", "aiff", "au", "caf", "flac", "oga", "mka", "alac"]
LOSSY = ["mp3", "mp3-bare", "mp2", "m4a", "aac", "ogg", "opus", "webm", "wma", "ac3"]
# Where timestamps count milliseconds only, a seek is as exact as they are.
IN_MILLISECONDS = {"mka", "webm", "wma"}


def read_all(path, seek=None):
    with AudioReader(path) as reader:
        if seek is not None:
            reader.seek(seek)
        blocks = list(reader)
    return np.concatenate(blocks, axis=1) if blocks else np.zeros((reader.info.channels, 0), np.float32)


def lag(found, expected, most=2100):
    """By how many samples `found` comes later than `expected`, from the peak of the correlation."""
    n = 2 ** int(np.ceil(np.log2(len(found) + len(expected))))
    correlation = np.fft.irfft(np.fft.rfft(found, n) * np.conj(np.fft.rfft(expected, n)), n)
    around = np.concatenate([correlation[-most:], correlation[: most + 1]])
    return int(np.argmax(around)) - most


class TestFormats:
    @pytest.mark.parametrize("kind", LOSSLESS)
    def test_lossless_gives_the_very_samples(self, kind, sounds, write_audio):
        y = sounds.chirp(1.5, channels=2)
        y[1] *= 0.5
        found = read_all(write_audio(f"song.{kind}", y, kind=kind))
        assert found.shape == y.shape and found.dtype == np.float32
        np.testing.assert_allclose(found, y, atol=1 / 32000)

    @pytest.mark.parametrize("kind", LOSSY)
    def test_lossy_gives_the_same_sound_in_the_same_channel(self, kind, sounds, write_audio):
        sr = 48000
        y = sounds.chirp(2, sr, 300, 3000, channels=2)
        y[1] *= 0.25
        found = read_all(write_audio(f"song.{kind}", y, sr, kind=kind))
        shift = lag(found[0], y[0])
        assert abs(shift) <= 2100  # the codec's own delay, where the container does not tell it
        middle = slice(sr // 2, 3 * sr // 2)
        for channel in (0, 1):
            there = found[channel][middle.start + shift : middle.stop + shift]
            assert np.corrcoef(there, y[channel][middle])[0, 1] > 0.99
            assert np.std(there) == pytest.approx(np.std(y[channel][middle]), rel=0.1)

    @pytest.mark.parametrize("kind", ["mp3", "m4a", "opus", "ogg"])
    def test_encoder_delay_is_not_heard(self, kind, sounds, write_audio):
        y = sounds.chirp(2, 48000, channels=2)
        assert lag(read_all(write_audio(f"song.{kind}", y, 48000, kind=kind))[0], y[0]) == 0

    @pytest.mark.parametrize("sr", [8000, 11025, 22050, 44100, 48000, 96000])
    def test_sampling_rates(self, sr, sounds, write_audio):
        y = sounds.chirp(0.5, sr, 100, 2000)
        path = write_audio("song.flac", y, sr)
        assert probe(path).sr == sr
        np.testing.assert_allclose(read_all(path), y, atol=1 / 32000)

    @pytest.mark.parametrize(("channels", "kind"), [(1, "flac"), (3, "flac"), (6, "flac"), (6, "m4a"), (6, "wav")])
    def test_channels(self, channels, kind, sounds, write_audio):
        path = write_audio("song.x", sounds.noise(0.3, channels=channels), kind=kind)
        assert probe(path).channels == channels
        assert read_all(path).shape[0] == min(channels, 2)

    def test_eight_bit(self, sounds, write_audio):
        y = sounds.chirp(0.5)
        np.testing.assert_allclose(read_all(write_audio("song.wav", y, kind="wav-u8")), y, atol=1 / 100)

    def test_info(self, sounds, write_audio):
        path = write_audio("song.m4a", sounds.noise(2, channels=2))
        info = probe(path)
        assert (info.path, info.sr, info.channels, info.codec, info.container) == (path, 44100, 2, "aac", "m4a")
        assert info.duration == pytest.approx(2, abs=0.05)
        assert info.bit_rate is not None and 16_000 < info.bit_rate < 400_000

    def test_cover_picture_is_no_sound(self, sounds, write_audio, tmp_path):
        plain = write_audio("plain.mp3", sounds.chirp(1))
        with_cover = tmp_path / "cover.mp3"
        picture = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 200, np.uint8), format="rgb24")
        with av.open(str(plain)) as source, av.open(str(with_cover), "w") as target:
            sound = target.add_stream_from_template(source.streams.audio[0])
            cover = target.add_stream("png", width=64, height=64)
            cover.pix_fmt = "rgb24"
            cover.disposition = av.stream.Disposition.attached_pic
            target.mux(cover.encode(picture))
            target.mux(cover.encode(None))
            for packet in source.demux(audio=0):
                if packet.dts is not None:
                    packet.stream = sound
                    target.mux(packet)
        with av.open(str(with_cover)) as check:
            assert check.streams.video
        np.testing.assert_array_equal(read_all(with_cover), read_all(plain))

    @pytest.mark.parametrize(
        "name", ["Ünïcødé – 日本語 🎵.flac", "concat:a|b.flac", "with space & 'quote'.flac", "%d.flac"]
    )
    def test_names(self, name, sounds, write_audio):
        y = sounds.chirp(0.2)
        path = write_audio("plain.flac", y)
        renamed = path.rename(path.with_name(name))
        assert read_all(renamed).shape == y.shape

    @pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="names there are always Unicode")
    def test_name_that_is_not_utf8(self, sounds, write_audio):
        path = write_audio("plain.flac", sounds.chirp(0.2))
        renamed = path.rename(path.with_name(os.fsdecode(b"caf\xe9.flac")))
        assert probe(renamed).sr == 44100

    def test_relative_path(self, sounds, write_audio, monkeypatch):
        path = write_audio("song.flac", sounds.chirp(0.2))
        monkeypatch.chdir(path.parent)
        assert probe("song.flac").path == Path("song.flac")

    def test_wrongly_named(self, sounds, write_audio):
        y = sounds.chirp(0.5)
        path = write_audio("really_flac.mp3", y, kind="flac")
        assert probe(path).codec == "flac"
        np.testing.assert_allclose(read_all(path), y, atol=1 / 32000)

    def test_two_songs_in_one_file(self, sounds, write_audio, tmp_path):
        once = write_audio("once.ogg", sounds.chirp(2, channels=2))
        twice = tmp_path / "twice.ogg"
        twice.write_bytes(once.read_bytes() * 2)
        y = read_all(once)
        with AudioReader(twice) as reader:
            found = np.concatenate(list(reader), axis=1)
            assert found.shape[1] == pytest.approx(2 * y.shape[1], abs=0.05 * 44100)
            reader.seek(3)  # the second song's timestamps begin at 0 again
            np.testing.assert_array_equal(np.concatenate(list(reader), axis=1), found[:, 3 * 44100 :])

    def test_rate_and_channels_that_change_on_the_way(self, sounds, write_audio, tmp_path):
        first = write_audio("a.mp3", sounds.chirp(1, 44100, channels=2), kind="mp3-bare")
        second = write_audio("b.mp3", sounds.tone(1, 22050, 1000), 22050, kind="mp3-bare")
        both = tmp_path / "both.mp3"
        both.write_bytes(first.read_bytes() + second.read_bytes())
        sr, y = probe(both).sr, read_all(both)
        assert y.shape[0] == probe(both).channels
        assert y.shape[1] / sr == pytest.approx(2, abs=0.2)
        late = y[0, -10000:-5000] * np.hanning(5000)
        assert np.argmax(np.abs(np.fft.rfft(late))) * sr / len(late) == pytest.approx(1000, abs=5)


class TestReading:
    def test_blocks_are_never_empty_and_not_small(self, sounds, write_audio):
        with AudioReader(write_audio("song.mp3", sounds.noise(3, channels=2))) as reader:
            blocks = list(reader)
            assert all(block.shape[1] >= BLOCK for block in blocks[:-1])
            assert blocks[-1].shape[1] > 0
            assert reader.read() is None  # and stays at the end

    def test_position_counts_the_samples(self, sounds, write_audio):
        with AudioReader(write_audio("song.wav", sounds.noise(2))) as reader:
            assert reader.position == 0
            block = reader.read()
            assert reader.position == block.shape[1] / 44100
            list(reader)
            assert reader.position == 2.0

    def test_samples_stay_within_full_scale(self, sounds, write_audio):
        y = sounds.tone(0.5) * 3
        y[0, 1000] = np.nan
        y[0, 2000] = np.inf
        found = read_all(write_audio("loud.wav", y, kind="wav-float"))
        assert found.max() == 1.0 and found.min() == -1.0
        assert found[0, 1000] == 0.0
        quiet = np.abs(y) <= 1
        np.testing.assert_array_equal(found[quiet], y[quiet])

    def test_duration_is_corrected_at_the_end(self, sounds, write_audio):
        loud = np.concatenate([sounds.silence(4), sounds.noise(4)], axis=1)
        path = write_audio("bare.aac", loud)  # has no header: FFmpeg guesses from the first frames
        with AudioReader(path) as reader:
            assert reader.info.duration != pytest.approx(8, abs=0.1)
            n = sum(block.shape[1] for block in reader)
            assert reader.info.duration == n / 44100 == pytest.approx(8, abs=0.1)

    @pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no list of open files")
    def test_close_lets_go_of_the_file(self, sounds, write_audio):
        path = write_audio("song.flac", sounds.noise(1))

        def opened():
            return path in {descriptor.resolve() for descriptor in Path("/proc/self/fd").iterdir()}

        reader = AudioReader(path)
        reader.read()
        assert opened()
        reader.close()
        reader.close()
        assert not opened()


class TestSeeking:
    @pytest.mark.parametrize("kind", [*LOSSLESS, *LOSSY])
    def test_lands_on_the_very_sample(self, kind, sounds, write_audio):
        sr = 48000
        path = write_audio(f"song.{kind}", sounds.chirp(8, sr, channels=2), sr, kind=kind)
        whole = read_all(path)
        with AudioReader(path) as reader:
            for seconds in (5.0, 0.0, 0.02, 0.3, 0.7, 3.21987, 7.9, 1.5):
                reader.seek(seconds)
                assert reader.position == pytest.approx(seconds, abs=1e-3)
                found = reader.read()[:, :2000]
                start = round(seconds * sr)
                if kind in IN_MILLISECONDS:
                    assert abs(lag(found[0], whole[0, start : start + 2000], 100)) <= sr // 1000
                else:
                    np.testing.assert_allclose(found, whole[:, start : start + found.shape[1]], atol=2e-3)

    def test_beyond_the_end_there_is_nothing(self, sounds, write_audio):
        with AudioReader(write_audio("song.mp3", sounds.chirp(2))) as reader:
            reader.seek(100)
            assert reader.read() is None
            assert reader.position == pytest.approx(2, abs=0.1)
            reader.seek(1)
            assert reader.read() is not None

    def test_before_the_start_is_the_start(self, sounds, write_audio):
        path = write_audio("song.flac", sounds.chirp(2))
        np.testing.assert_array_equal(read_all(path, seek=-5), read_all(path))

    def test_back_from_the_end(self, sounds, write_audio):
        path = write_audio("song.mp3", sounds.chirp(3))
        whole = read_all(path)
        with AudioReader(path) as reader:
            list(reader)
            reader.seek(1)
            np.testing.assert_allclose(np.concatenate(list(reader), 1), whole[:, 44100:], atol=2e-3)

    @pytest.mark.skipif(os.name == "nt", reason="open files cannot be deleted there")
    def test_a_file_deleted_while_it_is_read_plays_on(self, sounds, write_audio):
        path = write_audio("song.flac", sounds.chirp(10))
        whole = read_all(path)
        with AudioReader(path) as reader:
            reader.read()
            path.unlink()
            for seconds in (5, 0):
                reader.seek(seconds)
                start = seconds * 44100
                found = reader.read()
                np.testing.assert_array_equal(found, whole[:, start : start + found.shape[1]])


class TestDamage:
    def test_truncated(self, sounds, write_audio):
        path = write_audio("cut.flac", sounds.noise(10))
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
        with AudioReader(path) as reader:
            seconds = sum(block.shape[1] for block in reader) / 44100
            assert 2 < seconds < 4
            assert reader.info.duration == pytest.approx(seconds)
            assert any("cut off" in warning and "10 s" in warning for warning in reader.warnings)

    def test_truncated_mp3(self, sounds, write_audio):
        path = write_audio("cut.mp3", sounds.noise(10))
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
        with AudioReader(path) as reader:
            list(reader)
            assert any("cut off" in warning for warning in reader.warnings)

    @pytest.mark.parametrize("kind", ["mp3", "ogg", "opus"])
    def test_a_hole_keeps_the_time_of_what_follows(self, kind, sounds, write_audio):
        sr = 48000
        path = write_audio(f"hole.{kind}", sounds.chirp(20, sr, 200, 6000, channels=2), sr, kind=kind)
        whole = read_all(path)[0]
        data = bytearray(path.read_bytes())
        middle = len(data) // 2
        data[middle : middle + 400] = np.random.default_rng(0).bytes(400)
        path.write_bytes(data)
        with AudioReader(path) as reader:
            holed = np.concatenate(list(reader), 1)[0]
            warnings = reader.warnings
        assert np.isfinite(holed).all() and np.abs(holed).max() <= 1
        assert len(warnings) == 1 and "1 damaged passage was" in warnings[0]
        late = slice(15 * sr, 16 * sr)
        assert abs(lag(holed[late], whole[late])) <= sr * 0.03  # at most a frame of MP3

    def test_what_cannot_be_music_is_silence(self, sounds, write_audio):
        y = sounds.tone(3, 48000, channels=2)
        y[:, 48000:96000] *= 200  # a decoder of a damaged MP3 gives more than that
        with AudioReader(write_audio("wild.ogg", y, 48000)) as reader:
            found = np.concatenate(list(reader), axis=1)
            assert reader.warnings and "silenced" in reader.warnings[0]
        assert np.abs(found[:, 52000:92000]).max() == 0
        np.testing.assert_allclose(found[:, 1000:44000], y[:, 1000:44000], atol=0.05)

    @pytest.mark.parametrize("kind", ["mp3", "m4a", "ogg", "opus", "wma", "flac", "wv", "alac"])
    def test_flipped_bytes_never_give_anything_unfit_to_play(self, kind, sounds, write_audio):
        path = write_audio(f"song.{kind}", sounds.noise(6, 48000, channels=2), 48000, kind=kind)
        whole = path.read_bytes()
        for seed in range(5):
            rng = np.random.default_rng(seed)
            data = np.frombuffer(whole, np.uint8).copy()
            at = rng.integers(len(data) // 10, len(data) * 8 // 10, 60)  # behind the head, before the index of MP4
            data[at] = rng.integers(0, 256, len(at))
            path.write_bytes(data.tobytes())
            y = read_all(path)
            assert np.isfinite(y).all() and np.abs(y).max() <= 1
            assert 0 < y.shape[1] / 48000 < 60

    @pytest.mark.parametrize("behind", [b"", b"TAG".ljust(128, b"\0"), bytes(100), b"\xff" * 300])
    def test_an_error_at_the_end_is_damage_and_no_lack_of_rights(self, behind, tmp_path, request):
        """FFmpeg's Musepack demuxer gives EPERM for what it does not know behind the last frame."""
        path = tmp_path / "song.mpc"
        path.write_bytes((request.path.parent / "tone_sv8.mpc").read_bytes() + behind)
        with AudioReader(path) as reader:
            assert sum(block.shape[1] for block in reader) / reader.info.sr == pytest.approx(4, abs=0.05)
            assert not any("cut off" in warning for warning in reader.warnings)
            reader.seek(2)
            assert reader.read() is not None

    @pytest.mark.skipif(os.name == "nt", reason="open files cannot be deleted there")
    def test_such_a_file_that_is_deleted_meanwhile_plays_to_its_end(self, tmp_path, request):
        path = tmp_path / "song.mpc"
        path.write_bytes((request.path.parent / "tone_sv8.mpc").read_bytes() + bytes(100))
        with AudioReader(path) as reader:
            path.unlink()
            assert sum(block.shape[1] for block in reader) / reader.info.sr == pytest.approx(4, abs=0.05)

    def test_hopeless_damage(self, tmp_path):
        path = tmp_path / "noise.mp3"
        path.write_bytes(np.random.default_rng(0).bytes(300_000))
        try:
            y = read_all(path)
        except DecodeError as error:
            assert "download" in error.message.lower()
        else:  # FFmpeg finds something like frames in it; then it is harmless
            assert np.isfinite(y).all() and np.abs(y).max() <= 1


class TestRefusals:
    """What cannot be used says what it is and what to do."""

    def refused(self, path, match):
        with pytest.raises(DecodeError, match=match) as caught:
            AudioReader(path)
        assert caught.value.path == path
        assert str(path) in str(caught.value)
        return caught.value

    def test_missing(self, tmp_path):
        self.refused(tmp_path / "gone.mp3", "moved or renamed")

    def test_folder(self, tmp_path):
        self.refused(tmp_path, "folder")

    def test_empty(self, tmp_path):
        path = tmp_path / "empty.mp3"
        path.touch()
        self.refused(path, r"empty \(0 bytes\)")

    @pytest.mark.parametrize("name", ["text.mp3", "text.wav", "text.txt", "text.flac"])
    def test_text(self, name, tmp_path):
        path = tmp_path / name
        path.write_text("This is no music.\n" * 500)
        self.refused(path, "audio")

    def test_picture(self, tmp_path):
        path = tmp_path / "cover.png"
        with av.open(str(path), "w", format="image2", options={"update": "1"}) as container:
            stream = container.add_stream("png", width=32, height=32)
            stream.pix_fmt = "rgb24"
            picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
            container.mux(stream.encode(picture))
            container.mux(stream.encode(None))
        self.refused(path, "no audio in this file")

    def test_header_without_sound(self, sounds, write_audio):
        error = self.refused(write_audio("header.wav", sounds.silence(0)), "contains no audio")
        assert isinstance(error, NoAudioError)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
    def test_pipe_does_not_hang(self, tmp_path):
        path = tmp_path / "pipe.mp3"
        os.mkfifo(path)
        self.refused(path, "device or a pipe")

    @pytest.mark.skipif(os.name == "nt", reason="other rights")
    def test_forbidden(self, sounds, write_audio, as_nobody):
        path = write_audio("secret.flac", sounds.chirp(0.2))
        path.chmod(0)
        with as_nobody():
            self.refused(path, "cannot be read without permission")

    def test_playlist_cannot_fetch_anything(self, tmp_path):
        path = tmp_path / "list.mp3"
        path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n")
        self.refused(path, "audio")


def test_tags_that_are_not_utf8_are_no_reason_to_refuse_the_sound(write_audio, sounds):
    path = write_audio("song.flac", sounds.tone(0.5))
    tags = mutagen.File(path)
    tags["title"] = "Ärger"
    tags.save()
    path.write_bytes(path.read_bytes().replace("Ärger".encode(), b"\xff\xfe" + b"rger"))
    assert probe(path).duration == pytest.approx(0.5)


def test_a_file_that_does_not_open_in_time_is_named_with_a_way_out(write_audio, sounds, monkeypatch) -> None:
    path = write_audio("slow.flac", sounds.noise(1.0))
    monkeypatch.setattr("mgc_desktop.audio.source._OPEN_SECONDS", 1e-9)
    with pytest.raises(DecodeError, match="could not be opened within"):
        probe(path)
