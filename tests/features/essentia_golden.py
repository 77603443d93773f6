"""Makes `essentia_golden.npz`: what Essentia's TensorflowInputMusiCNN gives of a few made sounds at 16 kHz.

    pip install essentia numpy
    python tests/features/essentia_golden.py

Essentia 2.1-beta6-dev made the file that is here. It is AGPL software and no part of the program; the test compares
with it where it is installed, and with the file everywhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).with_suffix(".npz")
SR = 16_000


def sounds() -> dict[str, np.ndarray]:
    """Each `(n,)` float32; the slow sweep passes the edges of a few filters, the other one all of them."""
    t = np.arange(SR * 3 // 2) / SR
    rng = np.random.default_rng(0)
    clicks = np.zeros_like(t)
    clicks[::4000] = 1.0
    made = {
        "noise": 0.1 * rng.standard_normal(len(t)),
        "sweep": 0.5 * np.sin(2 * np.pi * (50 * t + (7900 - 50) * t * t / (2 * t[-1]))),
        "slow sweep": 0.5 * np.sin(2 * np.pi * (3100 * t + 200 * t * t / (2 * t[-1]))),
        "clipped": np.clip(2 * np.sin(2 * np.pi * 220 * t) + 0.01 * rng.standard_normal(len(t)), -1, 1),
        "quiet": 1e-3 * np.sin(2 * np.pi * 1000 * t),
        "clicks": clicks,
    }
    return {name: y.astype(np.float32) for name, y in made.items()}


def essentia_spectrogram(y: np.ndarray, standard: Any) -> np.ndarray:
    """`(n_mels, frames)` by the module `essentia.standard`: frames of 512 samples, centred, every 256."""
    bands = standard.TensorflowInputMusiCNN()
    return np.array([bands(frame) for frame in standard.FrameGenerator(y, frameSize=512, hopSize=256)]).T


if __name__ == "__main__":
    import essentia.standard

    np.savez_compressed(FILE, **{name: essentia_spectrogram(y, essentia.standard) for name, y in sounds().items()})
