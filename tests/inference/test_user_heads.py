"""The files of user heads."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgc_desktop.inference import registry, user_heads
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.head_adapter import HeadAdapter
from mgc_desktop.inference.user_heads import HeadError, LabelledSong, UserHead

IDENTITY = registry.base_model("musicnn").identity


def example(number: int = 0, genre: str = "Fado") -> LabelledSong:
    rng = np.random.default_rng(number)
    analysed_seconds = rng.dirichlet(np.full(10, 0.2)).astype(np.float32)
    return LabelledSong(
        f"{number:032x}", genre, f"Song {number}", "Amália", analysed_seconds, rng.normal(size=400).astype(np.float32)
    )


def head(name: str = "Mine", own: tuple[str, ...] = ("Fado",), *, made_for: str = IDENTITY) -> UserHead:
    rng = np.random.default_rng(len(own))
    genres = 10 + len(own)
    adapter = HeadAdapter(
        own,
        np.full((len(own), 10), 0.1, np.float32),
        rng.normal(size=400).astype(np.float32),
        np.ones(400, np.float32),
        (0.01 * rng.normal(size=(genres, 400))).astype(np.float32),
        np.zeros(genres, np.float32),
    )
    return UserHead(name, made_for, adapter, (example(),), {"taught": 0.9})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MGC_HOME", str(tmp_path))
    return user_heads.heads_dir()


@pytest.fixture
def edited(folder: Path) -> Callable[..., Path]:
    """A saved head, its JSON changed by hand."""

    def edit(**changes: Any) -> Path:
        path = user_heads.save_head(head())
        values = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**values, **changes}), encoding="utf-8")
        return path

    return edit


def test_a_user_head_is_read_back_unchanged(folder: Path) -> None:
    saved = head()
    user_heads.save_head(saved)
    (entry,) = user_heads.list_heads(IDENTITY)
    assert entry.reason is None
    found = entry.head
    assert found is not None
    assert (found.name, found.made_for, found.made, found.measured) == ("Mine", IDENTITY, saved.made, {"taught": 0.9})
    assert found.version == saved.version
    assert np.allclose(found.adapter.weights, saved.adapter.weights, atol=1e-6)
    assert [path.name for path in folder.iterdir()] == ["Mine.json"], "and nothing unfinished beside it"


def test_a_head_contains_its_labelled_songs(folder: Path) -> None:
    user_heads.save_head(head())
    (found,) = user_heads.load_head("Mine").examples
    assert (found.checksum, found.genre, found.title, found.artist) == (example().checksum, "Fado", "Song 0", "Amália")
    assert found.probabilities == pytest.approx(example().probabilities, rel=0.02)
    assert found.embedding == pytest.approx(example().embedding, abs=2e-3)


def test_the_version_changes_only_with_the_adapter_and_the_name(folder: Path) -> None:
    one = head()
    assert one.version == replace(one, measured={}, examples=()).version
    assert one.version != head(own=("Fado", "Synthwave")).version
    assert one.version != replace(one, name="Yours").version


def test_a_model_is_loaded_with_a_head_by_its_name(folder: Path) -> None:
    user_heads.save_head(head("My genres"))
    classifier = registry.load("musicnn", head="My genres")
    assert classifier.genres[-1] == "Fado"
    assert registry.load("musicnn").genres[-1] == "World"
    with pytest.raises(HeadError, match="My genres"):
        registry.load("musicnn", head="Nobody's")


@pytest.mark.parametrize("name", ["Fado & more", "Fado 2", "日本の音楽", "é", "a" * 60, "  spaces   around  "])
def test_names_in_use_are_refused(folder: Path, name: str) -> None:
    path = user_heads.save_head(replace(head(), name=user_heads.checked_name(name)))
    assert path.parent == folder
    assert user_heads.load_head(name).name == " ".join(name.split())


@pytest.mark.parametrize(
    "name", ["", " ", "a/b", "..", ".hidden", "a\\b", "C:", "what?", "con", "NUL.x", "a" * 61, "a\x00", "end.", "a+b"]
)
def test_names_that_are_invalid_on_some_system_are_refused(folder: Path, name: str) -> None:
    with pytest.raises(HeadError, match=r"Choose|Use"):
        user_heads.checked_name(name)


@pytest.mark.parametrize(
    "changes, reason",
    [
        ({"format": 2}, "format 2"),
        ({"kind": "another program's"}, "not contain a user head"),
        ({"taught": {}}, "is missing"),
        ({"lessons": [{"checksum": 1}]}, "is missing|must be text"),
        ({"made": "yesterday"}, "yesterday"),
        ({"name": "../../evil"}, "cannot be the name"),
        ({"name": "Yours"}, "name of the head"),
        ({"extra": 1}, "newer version"),
    ],
)
def test_a_damaged_head_is_listed_with_the_reason(edited: Callable[..., Path], changes: Any, reason: str) -> None:
    edited(**changes)
    (entry,) = user_heads.list_heads(IDENTITY)
    assert entry.head is None
    assert entry.name == "Mine"
    assert entry.reason is not None
    assert re.search(reason, entry.reason)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"null"])
def test_a_file_that_is_not_json_is_listed_with_the_reason(folder: Path, content: bytes) -> None:
    user_heads.save_head(head()).write_bytes(content)
    (entry,) = user_heads.list_heads()
    assert entry.head is None
    assert entry.reason


def test_a_head_for_another_model_is_listed_and_not_used(folder: Path, musicnn: Classifier) -> None:
    user_heads.save_head(head(made_for="musicnn@0.9+1.0"))
    (entry,) = user_heads.list_heads(IDENTITY)
    assert entry.head is not None
    assert entry.reason is not None
    assert "musicnn@0.9+1.0" in entry.reason
    with pytest.raises(HeadError, match=r"made for musicnn@0\.9"):
        user_heads.load_head("Mine").on(musicnn)


def test_heads_are_listed_by_name(folder: Path) -> None:
    assert user_heads.list_heads() == []
    for name in ("b", "A", "c"):
        user_heads.save_head(head(name))
    (folder / ".head-unfinished.json").write_text("{", encoding="utf-8")
    assert [entry.name for entry in user_heads.list_heads()] == ["A", "b", "c"]


def test_a_head_can_be_renamed(folder: Path) -> None:
    user_heads.save_head(head("Mine"))
    user_heads.save_head(head("Yours"))
    assert user_heads.rename_head("Mine", "Ours").name == "Ours"
    assert [entry.name for entry in user_heads.list_heads()] == ["Ours", "Yours"]
    with pytest.raises(HeadError, match="already"):
        user_heads.rename_head("Ours", "yours")
    assert user_heads.rename_head("Ours", "OURS").name == "OURS"
    assert [entry.reason for entry in user_heads.list_heads()] == [None, None]


def test_a_head_can_be_deleted(folder: Path) -> None:
    user_heads.save_head(head())
    user_heads.delete_head("Mine")
    user_heads.delete_head("Mine")
    assert user_heads.list_heads() == []


def test_an_exported_head_can_be_imported_on_another_computer(folder: Path, tmp_path: Path) -> None:
    user_heads.save_head(head())
    out = tmp_path / "stick" / "fado.json"
    user_heads.write_head(user_heads.load_head("Mine"), out)
    other = tmp_path / "other"
    assert user_heads.import_head(out, other).name == "Mine"
    assert user_heads.load_head("Mine", other).version == head().version
    assert user_heads.import_head(out, other).name == "Mine 2"
    assert [entry.name for entry in user_heads.list_heads(folder=other)] == ["Mine", "Mine 2"]


def test_importing_a_file_that_is_not_a_head_is_refused(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"version": 1, "values": {}}', encoding="utf-8")
    with pytest.raises(HeadError, match="not a head of this program"):
        user_heads.import_head(path)
    with pytest.raises(HeadError, match="is missing"):
        user_heads.import_head(tmp_path / "missing.json")
    assert user_heads.list_heads() == []


def test_a_folder_that_cannot_be_written_is_an_error(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(HeadError, match="could not be saved"):
        user_heads.save_head(head())


def surrogate_in_title(values: dict[str, Any]) -> None:
    values["lessons"][0]["title"] = "\ud800"


def surrogate_in_genre(values: dict[str, Any]) -> None:
    values["taught"]["own"][0] = "\ud800"


def surrogate_in_figures(values: dict[str, Any]) -> None:
    values["measured"] = {"\udfff": 1}


def no_probabilities(values: dict[str, Any]) -> None:
    values["lessons"][0]["heard"] = ""


@pytest.mark.parametrize(
    "spoil", [surrogate_in_title, surrogate_in_genre, surrogate_in_figures, no_probabilities], ids=lambda f: f.__name__
)
def test_an_import_that_fails_leaves_nothing_behind(folder: Path, tmp_path: Path, spoil: Callable[..., None]) -> None:
    out = tmp_path / "from elsewhere.json"
    user_heads.write_head(head(), out)
    values = json.loads(out.read_text("utf-8"))
    spoil(values)
    out.write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(HeadError) as caught:
        user_heads.import_head(out, folder)
    assert str(caught.value).startswith(f"{out}: ")
    assert not folder.exists() or list(folder.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes and devices of Unix")
def test_huge_and_endless_files_are_not_imported(folder: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "zero.json").symlink_to("/dev/zero")
    with (tmp_path / "huge.json").open("wb") as file:
        file.truncate(20_000_000_000)
    for name, said in (("pipe", "a pipe"), ("zero", "a device"), ("huge", "at most")):
        with pytest.raises(HeadError, match=said):
            user_heads.import_head(tmp_path / f"{name}.json", folder)
    with pytest.raises(HeadError, match="nested too deeply"):
        (tmp_path / "deep.json").write_bytes(b"[" * 100_000)
        user_heads.import_head(tmp_path / "deep.json", folder)
