"""What is exported is what was trained, loads in the program, and never appears half-written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from mgc_desktop.inference.calibration import Calibration  # noqa: E402
from mgc_desktop.inference.metadata import FileRecord, ModelMetadata  # noqa: E402
from mgc_desktop.inference.patchinput import PatchInput  # noqa: E402
from mgc_desktop.inference.registry import list_models, load  # noqa: E402
from mgc_desktop.training.errors import TrainingError  # noqa: E402
from mgc_desktop.training.export import export  # noqa: E402
from mgc_desktop.training.inputs import FACTORS, report_input, sequence_input  # noqa: E402
from mgc_desktop.training.networks.report import ReportCnn, ReportLstm  # noqa: E402
from mgc_desktop.training.networks.stacked import Stacked  # noqa: E402
from mgc_desktop.training.product.backbone.fuse import Fused  # noqa: E402
from mgc_desktop.training.product.pretrained import PretrainedCnn, PretrainedLstm, PretrainedStack  # noqa: E402

pytestmark = pytest.mark.train


def described(heard: PatchInput, name: str = "cnn-quarter") -> ModelMetadata:
    return ModelMetadata(
        name=name, version="1", title="A network", summary="For a test.", role="exhibit", input=heard,
        model=FileRecord("model.onnx", "0" * 64), calibration=Calibration(), learned_from="Nothing.",
        weaknesses="It has learned nothing.",
    )  # fmt: skip


def network(kind: str, heard: PatchInput, tagger: Fused | None = None) -> torch.nn.Module:

    torch.manual_seed(0)
    bands = heard.shape[0]
    if kind == "cnn":
        return ReportCnn(10)
    if kind == "lstm":
        return ReportLstm(10, bands, layers=2)
    if kind == "stacked":
        return Stacked([ReportCnn(10), ReportLstm(10, bands)], 10)
    assert tagger is not None
    lstm = PretrainedLstm(PretrainedCnn([tagger], heard.reduction))
    torch.nn.init.normal_(lstm.add.weight, std=0.3)
    return PretrainedStack(lstm)


@pytest.mark.parametrize("resolution", FACTORS)
@pytest.mark.parametrize("kind", ["cnn", "lstm", "stacked", "pretrained"])
def test_the_program_gives_torchs_numbers(kind: str, resolution: str, tmp_path: Path, small_tagger: Fused) -> None:
    heard = sequence_input(resolution) if kind == "pretrained" else report_input(resolution, 128)
    net = network(kind, heard, small_tagger)
    export(net, described(heard), tmp_path)
    classifier = load("cnn-quarter", tmp_path)
    patches = np.random.default_rng(1).uniform(0, 4, (3, heard.mel.n_mels, heard.frames)).astype(np.float32)
    with torch.inference_mode():
        expected = net.eval()(torch.from_numpy(heard.prepare(patches))).numpy()
    assert np.abs(classifier.predict(patches).logits - expected).max() < 1e-4


def test_the_card_says_what_it_is_and_where_it_is_weak(tmp_path: Path) -> None:
    heard = report_input("quarter", 128)
    folder = export(network("cnn", heard), described(heard), tmp_path)
    card = (folder / "MODEL_CARD.md").read_text()
    assert "An exhibit" in card and "It has learned nothing." in card and "Not measured." in card
    (entry,) = list_models(tmp_path)
    assert entry.usable


def test_a_model_that_fails_replaces_nothing(tmp_path: Path) -> None:
    heard = report_input("quarter", 128)
    export(network("cnn", heard), described(heard), tmp_path)
    before = (tmp_path / "cnn-quarter" / "metadata.json").read_text()
    with pytest.raises(TrainingError, match="MB"):
        export(network("stacked", heard), described(heard), tmp_path, limit=1000)
    wrong = replace(described(heard), input=report_input("quarter", 64))
    with pytest.raises((TrainingError, RuntimeError)):
        export(torch.nn.Linear(3, 3), wrong, tmp_path)
    assert (tmp_path / "cnn-quarter" / "metadata.json").read_text() == before
    assert [p.name for p in tmp_path.iterdir()] == ["cnn-quarter"]


def test_a_network_that_differs_from_its_export_is_refused(tmp_path: Path) -> None:
    class Drifting(torch.nn.Module):
        """Answers otherwise each time it is asked."""

        def __init__(self) -> None:
            super().__init__()
            self.inner, self.calls = ReportCnn(10), 0

        def forward(self, patches: torch.Tensor) -> torch.Tensor:
            self.calls += 1
            return self.inner(patches) + float(self.calls)

    heard = report_input("quarter", 128)
    with pytest.raises(TrainingError, match="differs"):
        export(Drifting(), described(heard), tmp_path)
    assert not list(tmp_path.iterdir())
