"""Every error in a model's file becomes a ModelError that names the file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from mgc_desktop.errors import ModelError
from mgc_desktop.inference.jsonfile import WAY_OUT, check_format, check_keys, model_errors, read_bytes, read_object


def test_an_object_is_read(tmp_path: Path) -> None:
    path = tmp_path / "good.json"
    path.write_text('{"a": 1}', encoding="utf-8")
    assert read_object(path, hashlib.sha256(path.read_bytes()).hexdigest()) == {"a": 1}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "not understood"),
        (b"{", "not understood"),
        (b"\xff\xfe\x00garbage", "not understood"),
        (b"[" * 100_000, "not understood"),
        (b"[1, 2]", "not contain a JSON object"),
        (b"null", "not contain a JSON object"),
    ],
)
def test_damaged_json_is_a_model_error(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=complaint) as caught:
        read_object(path)
    assert caught.value.path == path
    assert caught.value.message.endswith(WAY_OUT)


def test_a_missing_file_and_a_directory_are_model_errors(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="missing"):
        read_bytes(tmp_path / "nothing.json")
    with pytest.raises(ModelError, match="cannot be read"):
        read_bytes(tmp_path)


def test_a_different_checksum_is_reported_as_damage(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    with pytest.raises(ModelError, match="damaged"):
        read_bytes(path, hashlib.sha256(b"abd").hexdigest())


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="the key 'genres' is missing"), model_errors(tmp_path):
        {}["genres"]


def test_unknown_keys_and_formats_point_to_a_newer_version() -> None:
    with pytest.raises(ValueError, match="colour"):
        check_keys({"a": 1, "colour": 2}, ("a",))
    with pytest.raises(ValueError, match="format 2"):
        check_format({"format": 2}, 1)
