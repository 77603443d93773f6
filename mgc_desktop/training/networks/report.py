"""The architectures of the 2018 report, as they are: `--architecture report`.

Group normalisation instead of batch normalisation: a patch's result does not depend on what else is in the batch,
so one process and many train alike.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


def grey(patches: Tensor) -> Tensor:
    """Decibels below the loudest point to one grey channel: 1 is the loudest, 0 is 80 dB below it."""
    return (patches / 80 + 1).clamp(0, 1)


class ReportCnn(nn.Module):
    """Three convolution layers, each with max pooling; the mean and maximum of what is left; genres."""

    def __init__(self, genres: int, channels: Sequence[int] = (16, 32, 64), dropout: float = 0.3) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        for width in channels:
            layers += [
                nn.Conv2d(before, width, 3, padding=1, bias=False),  # the norm takes any bias out again
                nn.GroupNorm(4, width),
                nn.ReLU(),
                nn.MaxPool2d((2, 4), ceil_mode=True),
            ]
            before = width
        self.features = nn.Sequential(*layers)
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * before, genres))

    def forward(self, patches: Tensor) -> Tensor:
        """Decibels `(n, bands, frames)` to logits `(n, genres)`."""
        maps = self.features(grey(patches).unsqueeze(1))
        pooled = torch.cat([maps.mean(dim=(2, 3)), maps.amax(dim=(2, 3))], dim=1)
        logits: Tensor = self.head(pooled)
        return logits


class ReportLstm(nn.Module):
    """An LSTM that reads the picture frame by frame; the mean of its states tells the genre.

    `dropout` 0 is the report's first, plain one, which overfitted; its second had the measures against it.
    """

    def __init__(self, genres: int, bands: int, hidden: int = 64, layers: int = 1, dropout: float = 0.3) -> None:
        super().__init__()
        between = dropout if layers > 1 else 0.0
        self.lstm = nn.LSTM(bands, hidden, layers, batch_first=True, dropout=between)
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(hidden, genres))

    def forward(self, patches: Tensor) -> Tensor:
        """Decibels `(n, bands, frames)` to logits `(n, genres)`."""
        states, _ = self.lstm(grey(patches).transpose(1, 2))
        logits: Tensor = self.head(states.mean(dim=1))
        return logits
