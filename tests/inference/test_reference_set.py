"""The reference songs of the model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.errors import ModelError
from mgc_desktop.inference.reference_set import FILE_NAME, ReferenceSet
from mgc_desktop.paths import models_dir


def test_the_bundled_reference_set_is_small() -> None:
    path = models_dir() / "musicnn" / FILE_NAME
    memory = ReferenceSet.load(path.parent)
    assert len(memory) >= 400
    assert memory.probabilities.shape == (len(memory), 10)
    assert memory.embedding.shape == (len(memory), 400)
    assert np.isfinite(memory.embedding).all()
    assert memory.probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert len(set(memory.rows.tolist())) == len(memory)
    assert path.stat().st_size < 500_000


def test_a_reference_set_is_read_back_to_three_digits(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.full(10, 0.05), 5).astype(np.float32)
    memory = ReferenceSet(probabilities, rng.normal(size=(5, 400)).astype(np.float32), np.array([0, 3, 4, 7, 569]))
    memory.save(tmp_path / FILE_NAME)
    found = ReferenceSet.load(tmp_path)
    assert found.probabilities == pytest.approx(memory.probabilities, rel=0.02, abs=1e-6)
    assert found.embedding == pytest.approx(memory.embedding, abs=2e-3)
    assert found.rows.tolist() == [0, 3, 4, 7, 569]


@pytest.mark.parametrize("content", [None, b"", b"no archive", b"PK\x03\x04"])
def test_a_missing_or_damaged_reference_set_is_named_in_the_error(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(ModelError, match="missing or damaged") as failed:
        ReferenceSet.load(tmp_path)
    assert failed.value.path == tmp_path / FILE_NAME
