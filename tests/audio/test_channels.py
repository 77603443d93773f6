"""Any number of channels in every format: no crash, and each channel is heard. In a process of its own, for a
fault here ends the process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

SR = 48000
LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 6: "5.1", 7: "6.1", 8: "7.1", 12: "7.1.4", 16: "hexadecagonal"}
MANY = (1, 2, 3, 6, 8, 9, 12, 16, 32, 64)
UP_TO_8 = (1, 2, 3, 6, 7, 8)
# (container, codec): how many channels the encoder and the container can hold.
FORMATS = {
    ("wav", "pcm_s16le"): MANY,
    ("wav", "pcm_u8"): MANY,
    ("wav", "pcm_f32le"): MANY,
    ("wav", "pcm_f64le"): MANY,
    ("wav", "pcm_s64le"): MANY,
    ("aiff", "pcm_s24be"): MANY,
    ("caf", "pcm_s16le"): MANY,
    ("mov", "pcm_f64le"): MANY,
    ("nut", "pcm_s16le_planar"): MANY,
    ("nut", "pcm_s32le_planar"): MANY,
    ("matroska", "wavpack"): MANY,
    ("wv", "wavpack"): MANY,
    ("tta", "tta"): (1, 2, 3, 6, 8, 9, 12, 16),
    ("flac", "flac"): UP_TO_8,
    ("ogg", "flac"): UP_TO_8,
    ("opus", "libopus"): UP_TO_8,
    ("mp4", "libopus"): UP_TO_8,
    ("ogg", "vorbis"): (2,),
    ("mp4", "aac"): UP_TO_8,
    ("adts", "aac"): UP_TO_8,
    ("mp4", "alac"): (1, 2, 6),
    ("caf", "alac"): (1, 2, 6),
    ("ac3", "ac3"): (1, 2, 3, 6),
    ("eac3", "eac3"): (1, 2, 3, 6),
}

READER = """
import json, sys
import numpy as np
from mgc_desktop.audio.decode import AudioReader
from mgc_desktop.audio.frames import to_mono
for path in sys.argv[1:]:
    with AudioReader(path) as reader:
        y = to_mono(np.concatenate(list(reader), axis=1))
        reader.seek(0.25)
        reader.read()
        level = 2 * np.abs(np.fft.rfft(y[12000:36000] * np.hanning(24000))) * 2 / 24000
        print(json.dumps([reader.info.channels, len(y), float(abs(y).max()), level.tolist()]), flush=True)
"""


def tones(channels: int) -> np.ndarray:
    """A sine of another frequency, a multiple of 100 Hz, in each channel; `(channels, SR)`."""
    t = np.arange(SR) / SR
    return np.stack([0.5 * np.sin(2 * np.pi * frequency(i) * t) for i in range(channels)]).astype(np.float32)


def frequency(channel: int) -> int:
    # Below 120 Hz, for encoders leave only that in a low-frequency channel.
    return 100 if channel == 3 else 200 + 100 * channel


def encode(path: Path, container: str, codec: str, y: np.ndarray, layout: str) -> None:
    with av.open(str(path), "w", format=container) as output:
        stream = output.add_stream(codec, rate=SR, layout=layout, options={"strict": "experimental"})
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(y.T).reshape(1, -1), format="flt", layout=layout)
        frame.sample_rate, frame.pts = SR, 0
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def read(*paths: Path) -> list[list]:
    found = subprocess.run(
        [sys.executable, "-c", READER, *map(str, paths)], capture_output=True, text=True, timeout=120
    )
    assert found.returncode == 0, found.stderr
    return [json.loads(line) for line in found.stdout.splitlines()]


@pytest.mark.parametrize(("container", "codec"), FORMATS)
def test_each_channel_is_heard(container, codec, tmp_path):
    numbers = FORMATS[container, codec]
    paths = [tmp_path / f"{channels}.{container}" for channels in numbers]
    for path, channels in zip(paths, numbers, strict=True):
        encode(path, container, codec, tones(channels), LAYOUTS.get(channels, f"{channels} channels"))
    for channels, (said, length, peak, level) in zip(numbers, read(*paths), strict=True):
        assert said == channels
        assert abs(length - SR) < 2100
        assert 0.1 < peak <= 1
        # The places differ in weight by 6 dB at most, and there are as many shares as channels.
        faint = [i for i in range(channels) if max(level[frequency(i) // 2 - 1 :][:3]) < 0.5 * 0.3 / max(2, channels)]
        assert not faint, (channels, faint)


@pytest.mark.parametrize("container", ["aiff", "caf", "mov"])
def test_channels_in_an_order_of_their_own(container, tmp_path):
    # FFmpeg keeps a map of such channels in memory that PyAV releases too often.
    path = tmp_path / f"song.{container}"
    encode(path, container, "pcm_s16be", tones(8), "7.1")
    assert [found[0] for found in read(*[path] * 5)] == [8] * 5


def test_right_and_left_changed_in_place(tmp_path):
    path = tmp_path / "song.caf"
    y = tones(2)
    encode(path, "caf", "pcm_s16le", y, "stereo")
    data = path.read_bytes()
    at = data.index(b"chan")
    descriptions = b"".join(label.to_bytes(4) + bytes(16) for label in (2, 1))  # right, left
    chunk = b"chan" + (12 + len(descriptions)).to_bytes(8) + bytes(8) + (2).to_bytes(4) + descriptions
    old = 12 + int.from_bytes(data[at + 4 : at + 12])
    path.write_bytes(data[:at] + chunk + data[at + old :])
    code = (
        "import sys, numpy as np\nfrom mgc_desktop.audio.decode import AudioReader\n"
        "with AudioReader(sys.argv[1]) as r: np.save(sys.argv[2], np.concatenate(list(r), 1))"
    )
    subprocess.run([sys.executable, "-c", code, str(path), str(tmp_path / "y.npy")], check=True, timeout=60)
    np.testing.assert_allclose(np.load(tmp_path / "y.npy"), y[::-1], atol=1e-4)
