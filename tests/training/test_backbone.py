"""musicnn's checkpoint becomes one ONNX graph that computes the same with far fewer filters.

Most tests use networks with made weights. Those about the real ones need musicnn's wheel: its path in MUSICNN_WHEEL.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.errors import ModelError
from mgc_desktop.inference.metadata import ModelMetadata
from mgc_desktop.paths import models_dir
from mgc_desktop.training.product.backbone import wheel as wheels
from mgc_desktop.training.product.backbone.describe import describe, record_figure
from mgc_desktop.training.product.backbone.fuse import TOLERANCE, Fused, fuse
from mgc_desktop.training.product.backbone.tfbundle import BundleError, masked_crc32c, read_bundle, read_index
from mgc_desktop.training.product.backbone.wheel import Tagger

BANDS, FRAMES = 96, 187


# A checkpoint written here --------------------------------------------------------------------------------


def varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, bytes):
        return varint(number << 3 | 2) + varint(len(value)) + value
    return varint(number << 3) + varint(value)


def block(pairs: list[tuple[bytes, bytes]]) -> bytes:
    """A table block whose keys share prefixes, with its trailer."""
    out, last = b"", b""
    for key, value in pairs:
        shared = next((i for i, (a, b) in enumerate(zip(last, key, strict=False)) if a != b), min(len(last), len(key)))
        out += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        last = key
    out += struct.pack("<II", 0, 1) + b"\0"
    return out + struct.pack("<I", masked_crc32c(out))


def write_bundle(folder: Path, tensors: dict[str, np.ndarray]) -> None:
    data, pairs = b"", [(b"", field(1, 1))]
    for name, tensor in sorted(tensors.items()):
        raw = tensor.astype("<f4").tobytes()
        shape = b"".join(field(2, field(1, axis)) for axis in tensor.shape)
        crc = varint(6 << 3 | 5) + struct.pack("<I", masked_crc32c(raw))
        entry = field(1, 1) + field(2, shape) + field(4, len(data)) + field(5, len(raw)) + crc
        pairs.append((name.encode(), entry))
        data += raw
    content = block(pairs)
    index = block([(b"zzz", varint(0) + varint(len(content) - 5))])
    handles = varint(0) + varint(0) + varint(len(content)) + varint(len(index) - 5)
    footer = handles.ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)
    (folder / "ckpt.index").write_bytes(content + index + footer)
    (folder / "ckpt.data-00000-of-00001").write_bytes(data)


TENSORS = {
    "conv2d/kernel": np.arange(24, dtype=np.float32).reshape(2, 3, 4),
    "conv2d/kernel/Adam": np.ones(3, np.float32),
    "scalar": np.array(2.5, np.float32),
}


def test_a_checkpoint_is_read_without_tensorflow(tmp_path: Path) -> None:
    write_bundle(tmp_path, TENSORS)
    entries, shards = read_index(tmp_path / "ckpt.index")
    assert (set(entries), shards) == (set(TENSORS), 1)
    read = read_bundle(tmp_path, "ckpt", lambda name: "Adam" not in name)
    assert set(read) == {"conv2d/kernel", "scalar"}
    assert all(np.array_equal(read[name], TENSORS[name]) for name in read)


def test_the_checksum_is_tensorflows() -> None:
    assert masked_crc32c(b"123456789") == ((0xE3069283 >> 15 | 0xE3069283 << 17) + 0xA282EAD8) & 0xFFFFFFFF


@pytest.mark.parametrize(("name", "complaint"), [("ckpt.index", "damaged"), ("ckpt.data-00000-of-00001", "checksum")])
def test_a_flipped_bit_in_a_checkpoint_is_noticed(tmp_path: Path, name: str, complaint: str) -> None:
    write_bundle(tmp_path, TENSORS)
    path = tmp_path / name
    damaged = bytearray(path.read_bytes())
    damaged[10] ^= 1
    path.write_bytes(bytes(damaged))
    with pytest.raises(BundleError, match=complaint):
        read_bundle(tmp_path, "ckpt", lambda name: True)


@pytest.mark.parametrize("content", [b"", b"no table", b"x" * 200])
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ckpt.index").write_bytes(content)
    with pytest.raises(BundleError, match="not the index"):
        read_index(tmp_path / "ckpt.index")


def test_another_wheel_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "musicnn-0.1.0-py3-none-any.whl"
    path.write_bytes(b"something else")
    with pytest.raises(ModelError, match="not the known wheel"):
        wheels.read_taggers(path)


# Folding and pruning --------------------------------------------------------------------------------------


def made_tagger(name: str, seed: int, dead: float) -> Tagger:
    """A tagger with made weights: a share of its filters dead, scales of both signs, biases that survive death."""
    torch = pytest.importorskip("torch")
    from mgc_desktop.training.product.backbone.network import Musicnn

    torch.manual_seed(seed)
    weights = {key: value.numpy().copy() for key, value in Musicnn().state_dict().items()}
    rng = np.random.default_rng(seed)
    for key, value in weights.items():
        if key.endswith("bn.scale"):
            weights[key] = (rng.choice([-1, 1], value.shape) * rng.uniform(0.5, 1.5, value.shape)).astype(np.float32)
        elif key.endswith("bn.shift"):
            weights[key] = rng.normal(0, 0.5, value.shape).astype(np.float32)
    for i in range(5):
        kernel = weights[f"front.{i}.conv.weight"]
        kernel[rng.random(len(kernel)) < dead] *= 1e-12
        weights[f"front.{i}.conv.bias"] = rng.normal(0, 0.3, len(kernel)).astype(np.float32)
    return Tagger(name, weights, tuple(f"tag {i}" for i in range(50)))


@pytest.fixture(scope="module")
def made_taggers() -> tuple[Tagger, Tagger]:
    return made_tagger("MTT", 1, dead=0.5), made_tagger("MSD", 2, dead=0.9)


@pytest.fixture(scope="module")
def difference(made_taggers: tuple[Tagger, Tagger]) -> Callable[[list[Fused]], dict[str, float]]:
    """The greatest difference between a graph and torch with all filters."""
    pytest.importorskip("onnx")
    from mgc_desktop.training.product.backbone import measure
    from mgc_desktop.training.product.backbone.graph import build

    def of(fused: list[Fused]) -> dict[str, float]:
        run = measure.onnx_run(build(fused, BANDS, FRAMES).SerializeToString())
        return measure.differences(measure.torch_run(made_taggers), run, measure.made_patches(5))

    return of


@pytest.mark.train
@pytest.mark.parametrize("tolerance", [0.0, TOLERANCE])
def test_the_graph_computes_what_torch_computes(
    made_taggers: tuple[Tagger, Tagger], difference: Callable[[list[Fused]], dict[str, float]], tolerance: float
) -> None:
    fused = [fuse(tagger, FRAMES, tolerance) for tagger in made_taggers]
    assert all(value < 1e-4 for value in difference(fused).values())


@pytest.mark.train
def test_dead_filters_are_left_out_and_live_ones_are_not(made_taggers: tuple[Tagger, Tagger]) -> None:
    for tagger in made_taggers:
        kernels = [tagger.weights[f"front.{i}.conv.weight"] for i in range(5)]
        silent = sum(int((np.abs(kernel).reshape(len(kernel), -1).max(axis=1) < 1e-9).sum()) for kernel in kernels)
        assert silent > 0
        assert silent <= fuse(tagger, FRAMES).dead < sum(len(kernel) for kernel in kernels)


@pytest.mark.train
def test_leaving_out_what_lives_is_noticed(
    made_taggers: tuple[Tagger, Tagger], difference: Callable[[list[Fused]], dict[str, float]]
) -> None:
    careless = [fuse(tagger, FRAMES, tolerance=30.0) for tagger in made_taggers]
    assert difference(careless)["tag_logits"] > 1e-3


@pytest.mark.train
def test_the_top_bands_are_turned_down_to_what_the_resampler_of_2019_let_through() -> None:
    pytest.importorskip("torch")
    from mgc_desktop.features.config import MUSICNN
    from mgc_desktop.training.product.backbone.network import TOP_BANDS_DB
    from mgc_desktop.training.product.backbone.resamplers import top_band_gains

    *below, a, b, c = top_band_gains(MUSICNN, 8)
    assert np.allclose(below, 0, atol=0.05)
    assert np.allclose((a, b, c), TOP_BANDS_DB, atol=0.1)


@pytest.mark.train
def test_turning_bands_down_is_turning_down_their_power() -> None:
    torch = pytest.importorskip("torch")
    from mgc_desktop.training.product.backbone.network import TopBands

    power = np.random.default_rng(0).uniform(0, 100, (2, BANDS, 5))
    turned = power.copy()
    turned[:, -2:] *= [[0.5], [0.1]]
    heard = TopBands(10 * np.log10([0.5, 0.1])).forward(torch.tensor(np.log10(1 + 1e4 * power), dtype=torch.float32))
    assert np.allclose(heard.numpy(), np.log10(1 + 1e4 * turned), atol=1e-5)


# Metadata and card ----------------------------------------------------------------------------------------


def test_metadata_and_card_follow_the_files_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "musicnn"
    shutil.copytree(models_dir() / "musicnn", folder)
    before = ModelMetadata.load(folder)
    head = json.loads((folder / "head.json").read_text(encoding="utf-8"))
    head.update(version="7.7", fitted_on="Made for a test.", measured={"macro_accuracy": 0.125})
    (folder / "head.json").write_text(json.dumps(head), encoding="utf-8")
    describe(folder)
    record_figure(folder, "Speed", [{"way": "slow", "times": 1.0}, {"way": "fast", "times": 12.5}])
    after = ModelMetadata.load(folder)
    assert before.head is not None and after.head is not None
    assert after.head.sha256 != before.head.sha256
    assert (after.tags, after.tag_rates) == (before.tags, before.tag_rates)
    card = (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    for text in ("head 7.7", "Made for a test.", "0.125", "| fast | 12.5 |", after.model.sha256, "ISC"):
        assert text in card


def test_the_bundled_card_is_the_one_that_would_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "musicnn"
    shutil.copytree(models_dir() / "musicnn", folder)
    describe(folder)
    for name in ("metadata.json", "MODEL_CARD.md"):
        assert (folder / name).read_bytes() == (models_dir() / "musicnn" / name).read_bytes()


# The real ones --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real_wheel() -> Path:
    path = os.environ.get("MUSICNN_WHEEL")
    if not path:
        pytest.skip("MUSICNN_WHEEL does not name musicnn's wheel")
    pytest.importorskip("torch")
    return Path(path)


@pytest.mark.train
def test_the_bundled_network_is_what_the_wheel_gives(real_wheel: Path, tmp_path: Path) -> None:
    from mgc_desktop.training.product.backbone.__main__ import main

    shutil.copy(models_dir() / "musicnn" / "head.json", tmp_path)
    main(["--wheel", str(real_wheel), "--out", str(tmp_path)])
    assert (tmp_path / "model.onnx").read_bytes() == (models_dir() / "musicnn" / "model.onnx").read_bytes()


@pytest.mark.train
def test_the_bundled_network_says_what_torch_says_with_all_filters(real_wheel: Path) -> None:
    from mgc_desktop.training.product.backbone import measure

    run = measure.onnx_run((models_dir() / "musicnn" / "model.onnx").read_bytes())
    reference = measure.torch_run(wheels.read_taggers(real_wheel))
    assert all(value < 1e-4 for value in measure.differences(reference, run, measure.made_patches(24)).values())
