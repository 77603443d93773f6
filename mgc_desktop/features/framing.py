"""From a spectrogram to the patches of a network."""

from __future__ import annotations

import numpy as np

from mgc_desktop.foundation.arrays import FloatArray


def patches(mel: FloatArray, length: int, hop: int) -> FloatArray:
    """`(n_mels, frames)` to `(n, n_mels, length)`: a patch every `hop` frames, as many as fit.

    A spectrogram shorter than a patch is repeated until it fills one, as in musicnn; without frames there is no patch.
    """
    stream = PatchStream(length, hop)
    return np.concatenate([stream.process(mel), stream.flush()])


class PatchStream:
    """`patches` of a spectrogram that comes block by block: the same patches, each as soon as it is complete."""

    def __init__(self, length: int, hop: int) -> None:
        self._length = length
        self._hop = hop
        self._mel: FloatArray | None = None  # from the next patch's first frame on
        self._skip = 0  # frames still to drop, where hop is greater than length
        self._any = False

    def process(self, mel: FloatArray) -> FloatArray:
        """Add the next `(n_mels, k)` frames; returns the patches that are complete now, `(n, n_mels, length)`."""
        drop = min(self._skip, mel.shape[1])
        self._skip -= drop
        mel = mel[:, drop:] if self._mel is None else np.concatenate([self._mel, mel[:, drop:]], axis=1)
        count = max(0, (mel.shape[1] - self._length) // self._hop + 1)
        cut = [mel[:, i * self._hop : i * self._hop + self._length] for i in range(count)]
        self._any = self._any or count > 0
        self._skip += max(0, count * self._hop - mel.shape[1])
        self._mel = mel[:, count * self._hop :].copy()
        return np.stack(cut) if cut else np.zeros((0, len(mel), self._length), np.float32)

    def flush(self) -> FloatArray:
        """The single patch of a song shorter than a patch, else none: an incomplete patch at the end is dropped."""
        rest = self._mel if self._mel is not None else np.zeros((0, 0), np.float32)
        if self._any or not rest.shape[1]:
            return np.zeros((0, len(rest), self._length), np.float32)
        times = -(-self._length // rest.shape[1])
        return np.tile(rest, (1, times))[np.newaxis, :, : self._length]
