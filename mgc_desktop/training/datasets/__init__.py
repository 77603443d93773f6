"""Data sets behind one small interface: clips with a genre and an artist, and what was skipped and why."""

from mgc_desktop.training.datasets.clip import Clip, Dataset, Skipped
from mgc_desktop.training.datasets.open import open_dataset

__all__ = ["Clip", "Dataset", "Skipped", "open_dataset"]
