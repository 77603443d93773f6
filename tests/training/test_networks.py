"""Shapes at every resolution, and pretrained layers that begin as the backbone."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from mgc_desktop.training.inputs import FACTORS, backbone_input, report_input, sequence_input  # noqa: E402
from mgc_desktop.training.networks.report import ReportCnn, ReportLstm  # noqa: E402
from mgc_desktop.training.networks.stacked import Stacked  # noqa: E402
from mgc_desktop.training.product.backbone.fuse import Fused  # noqa: E402
from mgc_desktop.training.product.pretrained import (  # noqa: E402
    PretrainedCnn,
    PretrainedLstm,
    PretrainedStack,
    shrink,
)

pytestmark = pytest.mark.train


@pytest.mark.parametrize("resolution", FACTORS)
def test_every_network_takes_its_patches_at_every_resolution(resolution: str, small_tagger: Fused) -> None:
    rng = np.random.default_rng(0)
    report, single, sequence = report_input(resolution, 256), backbone_input(resolution), sequence_input(resolution)

    def patches(heard) -> torch.Tensor:  # type: ignore[no-untyped-def]
        return torch.from_numpy(heard.prepare(rng.random((2, heard.mel.n_mels, heard.frames)).astype(np.float32)))

    members = [ReportCnn(10), ReportLstm(10, report.shape[0]), ReportLstm(10, report.shape[0], layers=2)]
    cnn = PretrainedCnn([small_tagger], FACTORS[resolution])
    lstm = PretrainedLstm(cnn)
    for network, heard in [*((m, report) for m in members), (Stacked(members, 10), report), (cnn, single),
                           (lstm, sequence), (PretrainedStack(lstm), sequence)]:  # fmt: skip
        assert network(patches(heard)).shape == (2, 10)


@pytest.mark.parametrize(("factor", "pad"), [(2, 3), (4, 3), (2, 0), (4, 31), (1, 3)])
def test_a_shrunk_kernel_is_the_old_one_on_the_stretched_picture(factor: int, pad: int) -> None:
    rng = np.random.default_rng(0)
    kernel, coarse = rng.normal(size=7 if pad == 3 else 38), rng.normal(size=24)
    stretched = np.repeat(coarse, factor)
    around = np.pad(stretched, 200)
    full = np.array([around[200 + i - pad : 200 + i - pad + len(kernel)] @ kernel for i in range(len(stretched))])
    small, before, after = shrink(kernel, 0, factor, pad)
    padded = np.pad(coarse, (before, after))
    reduced = np.array([padded[i : i + len(small)] @ small for i in range(len(coarse))])
    assert np.allclose(reduced, full.reshape(-1, factor).mean(axis=1))


def test_at_full_resolution_training_begins_with_the_backbone_itself() -> None:
    from mgc_desktop.training.product.backbone.fuse import fuse
    from mgc_desktop.training.product.backbone.network import TOP_BANDS_DB, Musicnn, TopBands
    from mgc_desktop.training.product.backbone.wheel import Tagger

    torch.manual_seed(0)
    original = Musicnn(timbral=6, temporal=3, mid=4).eval()
    weights = {name: value.numpy() for name, value in original.state_dict().items()}
    cnn = PretrainedCnn([fuse(Tagger("small", weights, ()), 187)], 1)
    patches = torch.rand(2, 96, 187) * 3
    with torch.inference_mode():
        tags, embedding = original(TopBands(TOP_BANDS_DB)(patches))
        heard = cnn.hear(patches)
    assert torch.allclose(heard.tags[:, 50:], tags, atol=1e-4)
    assert torch.allclose(heard.embedding, embedding, atol=1e-4)


def test_the_lstm_begins_with_the_verdict_of_its_cnn(small_tagger: Fused) -> None:
    cnn = PretrainedCnn([small_tagger], 1).eval()
    lstm = PretrainedLstm(cnn).eval()
    patch = torch.rand(1, 96, 4 * 187) * 3
    with torch.inference_mode():
        windows = torch.stack([cnn(patch[:, :, i * 187 : (i + 1) * 187]) for i in range(4)], dim=1)
        assert torch.allclose(lstm(patch), windows.log_softmax(2).mean(1), atol=1e-5)
    assert not any(p.requires_grad for p in cnn.parameters())


def test_a_patch_is_judged_alike_whatever_else_is_in_the_batch() -> None:
    net = ReportCnn(10).eval()
    patches = -80 * torch.rand(3, 32, 64)
    with torch.inference_mode():
        assert torch.allclose(net(patches)[0], net(patches[:1])[0], atol=1e-6)
