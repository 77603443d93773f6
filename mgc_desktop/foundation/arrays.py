"""Names for the array types that functions take and give; shapes and units stand in the functions' docstrings."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
"""Signals, spectrograms, scores and embeddings."""

DoubleArray = NDArray[np.float64]
"""Where single precision is not enough: sums over many values, fits, geometry."""

RealArray = NDArray[np.floating]
"""Either precision."""

IntArray = NDArray[np.int64]
"""Labels and counts."""

IndexArray = NDArray[np.intp]
"""Positions in another array."""

BoolArray = NDArray[np.bool_]
"""Which elements are meant."""

AnyArray = NDArray[Any]
"""Any type of elements."""
