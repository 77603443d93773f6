"""Files that are not what they should be are refused with one sentence, and nothing stays behind."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgc_desktop.cli import main
from mgc_desktop.model_import.importing import Candidate, ImportFailedError, candidates, import_model
from mgc_desktop.model_import.onnx_check import RefusedModelError, check_onnx
from tests.model_import.conftest import save, table, tensor

onnx = pytest.importorskip("onnx")
node = onnx.helper.make_node

DESCRIPTION = """
names = ["Rock", "Jazz"]
[input]
frames = 8
hop = 4
mel = {sr = 8000, n_fft = 256, hop_length = 80, n_mels = 40, fmin = 0.0, fmax = 4000.0, scaling = "db"}
[outputs.names]
name = "logits"
activation = "none"
"""


def network(path: Path, nodes: list[Any] | None = None, tables: list[Any] | None = None, **more: Any) -> Path:
    usual = [node("ReduceMean", ["x"], ["mean"], axes=[1], keepdims=0), node("MatMul", ["mean", "w"], ["logits"])]
    weights = table("w", np.ones((8, 2), np.float32))
    inputs, outputs = [tensor("x", ["n", 40, 8])], [tensor("logits", ["n", 2])]
    return save(path, usual if nodes is None else nodes, inputs, outputs, [weights, *(tables or [])], **more)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "given"
    made.mkdir()
    network(made / "good.onnx")
    (made / "good.toml").write_text(DESCRIPTION)
    return made


def external(path: Path) -> None:
    weights = table("more", np.ones(4, np.float32))
    weights.ClearField("raw_data")
    weights.data_location = onnx.TensorProto.EXTERNAL
    weights.external_data.add(key="location", value="../../secret")
    network(path, tables=[weights])


def external_constant(path: Path) -> None:
    weights = onnx.TensorProto(name="c", data_type=1, dims=[4], data_location=onnx.TensorProto.EXTERNAL)
    weights.external_data.add(key="location", value="/etc/passwd")
    network(path, [node("Constant", [], ["logits"], value=weights)])


def inside_a_branch(path: Path) -> None:
    inner = onnx.helper.make_graph([node("Evil", ["x"], ["y"], domain="evil")], "inner", [], [tensor("y", [1])])
    network(path, [node("If", ["c"], ["logits"], then_branch=inner, else_branch=inner)])


def function_of_its_own(path: Path) -> None:
    evil = onnx.helper.make_function(
        "mine", "F", ["a"], ["b"], [node("Evil", ["a"], ["b"], domain="evil")], [onnx.helper.make_opsetid("evil", 1)]
    )
    network(path, [node("F", ["x"], ["logits"], domain="mine")], functions=[evil])


def huge_table(path: Path) -> None:
    network(path, tables=[onnx.TensorProto(name="huge", data_type=1, dims=[1 << 20, 1 << 20], raw_data=b"")])


def short_table(path: Path) -> None:
    network(path, tables=[onnx.TensorProto(name="short", data_type=1, dims=[1000], raw_data=b"1234")])


def huge_while_running(path: Path) -> None:
    shape = table("shape", np.array([1 << 16, 1 << 16, 64], np.int64))
    fill = node("ConstantOfShape", ["shape"], ["huge"])
    network(path, [fill, node("ReduceSum", ["huge"], ["logits"])], [shape])


def archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a", bytes(10_000_000))


def truncated(path: Path) -> None:
    path.write_bytes((path.parent / "good.onnx").read_bytes()[:-20])


NETWORKS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "weights in another file": (external, "other files"),
    "a constant in another file": (external_constant, "other files"),
    "an operator of somebody's": (lambda p: network(p, [node("Evil", ["x"], ["logits"], domain="evil")]), "'Evil'"),
    "such an operator inside a branch": (inside_a_branch, "'Evil'"),
    "such an operator inside a function": (function_of_its_own, "'Evil'"),
    "an operator that there is not": (lambda p: network(p, [node("Nothing", ["x"], ["logits"])]), "ONNX Runtime"),
    "a loop": (lambda p: network(p, [node("Loop", ["x"], ["logits"])]), "loops"),
    "a huge table": (huge_table, "300 MB"),
    "a table without its numbers": (short_table, "size"),
    "huge while it runs": (huge_while_running, "refused"),
    "an archive": (archive, "archive"),
    "a truncated file": (truncated, "no ONNX file"),
    "an empty file": (lambda p: p.write_bytes(b""), "no network"),
    "noise": (lambda p: p.write_bytes(bytes(range(255, 0, -1)) * 50), "no ONNX file"),
    "another shape": (lambda p: save(p, [node("Identity", ["x"], ["logits"])], [tensor("x", ["n", 2])],
                                     [tensor("logits", ["n", 2])], []), "patches of"),
    "numbers that are not finite": (lambda p: network(p, [*nodes_of_nan()]), "finite"),
}  # fmt: skip


def nodes_of_nan() -> list[Any]:
    return [
        node("ReduceMean", ["x"], ["mean"], axes=[1], keepdims=0),
        node("MatMul", ["mean", "w"], ["sums"]),
        node("Sub", ["sums", "sums"], ["zero"]),
        node("Div", ["zero", "zero"], ["logits"]),
    ]


@pytest.mark.parametrize("what", NETWORKS)
def test_networks(home: Path, folder: Path, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    make, word = NETWORKS[what]
    path = folder / "bad.onnx"
    make(path)
    (folder / "bad.toml").write_text(DESCRIPTION)
    assert main(["models", "import", str(path)]) == 1
    said = capsys.readouterr().err
    assert word in said
    assert "bad.onnx" in said
    assert said.count("\n") == 1
    assert not list((home / "data" / "models").iterdir())


DESCRIPTIONS = {
    "a path": 'network = "../good.onnx"\n' + DESCRIPTION,
    "an absolute path": 'network = "/etc/passwd"\n' + DESCRIPTION,
    "a path of Windows": "network = '..\\good.onnx'\n" + DESCRIPTION,
    "a name that is a path": 'name = "../../evil"\n' + DESCRIPTION,
    "a hidden name": 'name = ".evil"\n' + DESCRIPTION,
    "a huge FFT": DESCRIPTION.replace("n_fft = 256", "n_fft = 1000000000"),
    "a huge patch": DESCRIPTION.replace("frames = 8", "frames = 1000000000"),
    "names that are the same": DESCRIPTION.replace("Jazz", "rock"),
    "too many names": DESCRIPTION.replace('"Jazz"', '"Jazz", "Pop"'),
    "an unknown key": 'colour = "red"\n' + DESCRIPTION,
    "no outputs": DESCRIPTION.split("[outputs")[0],
    "no probabilities": DESCRIPTION.replace('"none"', '"sigmoid"'),
    "no TOML": "{{{{",
    "no text": "\x00\x01",
}


@pytest.mark.parametrize("what", DESCRIPTIONS)
def test_descriptions(home: Path, folder: Path, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "good.toml").write_text(DESCRIPTIONS[what])
    assert main(["models", "import", str(folder / "good.onnx")]) == 1
    said = capsys.readouterr().err
    assert "good.onnx" in said
    assert said.count("\n") == 1
    assert "Traceback" not in said
    assert not list((home / "data" / "models").iterdir())


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"classes": 1, "schema": 2, "inference": 3}', "[]", "{", '{"a": "\\ud800"}']
)
def test_json(home: Path, folder: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "good.toml").unlink()
    (folder / "good.json").write_text(text)
    assert main(["models", "import", str(folder / "good.onnx")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert main(["models", "import", str(folder / "good.json")]) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no such files")
@pytest.mark.parametrize("which", ["good.onnx", "good.toml"])
@pytest.mark.parametrize("kind", ["a link", "a pipe", "a folder"])
def test_what_is_no_file(home: Path, folder: Path, which: str, kind: str) -> None:
    path = folder / which
    moved = path.rename(folder.parent / which)
    if kind == "a link":
        path.symlink_to(moved)
    elif kind == "a pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    with pytest.raises(ImportFailedError, match=r"link|pipe|folder"):
        import_model(Candidate(folder / "good.onnx", folder / "good.toml"))
    assert not list((home / "data" / "models").iterdir())


def test_a_file_that_is_too_large_is_not_read(home: Path, folder: Path) -> None:
    with (folder / "good.onnx").open("r+b") as file:
        file.truncate(400_000_000)  # a hole: it takes no room
    with pytest.raises(ImportFailedError, match="MB"):
        import_model(candidates(folder / "good.onnx")[0])


def test_the_trial_has_a_time_limit(home: Path, folder: Path) -> None:
    with pytest.raises(ImportFailedError, match="seconds"):
        import_model(candidates(folder / "good.onnx")[0], seconds=0.0)
    assert not list((home / "data" / "models").iterdir())


def test_a_good_one_is_taken_with_its_own_description(home: Path, folder: Path, write_audio, sounds, capsys) -> None:
    assert main(["models", "import", str(folder / "good.toml")]) == 0
    song = write_audio("a.wav", sounds.noise(3.0, 8000), 8000)
    assert main(["analyze", "--json", "--model", "good", str(song)]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["model"] == "good"


def test_a_name_that_a_bundled_model_has_is_refused(home: Path, folder: Path) -> None:
    with pytest.raises(ImportFailedError, match="already"):
        import_model(candidates(folder / "good.onnx")[0], "MusiCNN")


def test_only_what_was_imported_is_removed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "remove", "musicnn"]) == 1
    assert "no imported model" in capsys.readouterr().err


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_any_piece_of_a_network_is_refused_with_a_word(folder: Path, cut: int) -> None:
    data = (folder / "good.onnx").read_bytes()
    with pytest.raises(RefusedModelError):
        check_onnx(data[: len(data) * cut // 60])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this user may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(home: Path, folder: Path) -> None:
    home.mkdir()
    home.chmod(0o500)
    with pytest.raises(ImportFailedError, match="could not be saved"):
        import_model(candidates(folder / "good.onnx")[0])
