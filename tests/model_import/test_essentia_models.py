"""Essentia's published models are taken in as they are: the backbone, and the heads on its embedding."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from mgc_desktop.cli import main
from mgc_desktop.features.config import ESSENTIA_MUSICNN
from mgc_desktop.features.framing import patches
from mgc_desktop.features.mel import log_mel
from mgc_desktop.inference.head_adapter import HeadAdapter
from mgc_desktop.inference.registry import base_model, list_models, load
from mgc_desktop.inference.session import OnnxSession
from mgc_desktop.inference.user_heads import UserHead
from mgc_desktop.model_import.description import vocabulary_of_classes
from mgc_desktop.model_import.importing import candidates, import_model
from mgc_desktop.pipeline import analyze
from tests.model_import.conftest import BACKBONE, EMBEDDING, backbone, backbone_form, put, styles


def test_a_folder_is_imported_listed_used_and_removed(
    home: Path, essentia: Path, capsys: pytest.CaptureFixture[str], write_audio, sounds
) -> None:
    # WHEN a folder with the backbone and three heads is imported
    assert main(["models", "import", str(essentia)]) == 0
    said = capsys.readouterr().out
    assert f"{BACKBONE}: imported, 400 names. Not measured here." in said
    assert "ROC-AUC 0.95" in said
    # THEN it is listed with what its author claims
    assert main(["models"]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith(BACKBONE))
    assert "not measured here" in line
    assert "4M full tracks" in line
    assert "mood_happy-discogs-effnet-1" in line
    # AND it names styles, and the heads' moods are among the tags, the names of what a song is not are not
    song = write_audio("a.wav", sounds.noise(6.0))
    assert main(["analyze", "--json", "--model", BACKBONE, str(song)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["genre"] == "House"
    assert len(found["genres"]) == 400
    tags = {tag["name"]: tag["probability"] for tag in found["tags"]}
    assert set(tags) == {"happy", "dark", "epic"}
    assert tags["happy"] > 0.9
    # AND the genres of a head can be asked for
    assert analyze(song, load(BACKBONE, vocabulary="mtg_jamendo_genre-discogs-effnet-1")).genre == "ambient"
    # AND what was imported can be removed again, head by head and whole
    assert main(["models", "remove", "mood_happy-discogs-effnet-1"]) == 0
    assert "mood_happy-discogs-effnet-1" not in load(BACKBONE).metadata.heads
    assert main(["models", "remove", BACKBONE]) == 0
    assert not list((home / "data" / "models").iterdir())


def test_the_network_hears_what_essentia_would_give_it(home: Path, essentia: Path, sounds) -> None:
    import_model(candidates(essentia / f"{BACKBONE}.onnx")[0])
    classifier = load(BACKBONE)
    assert classifier.mel_config == ESSENTIA_MUSICNN
    assert (classifier.metadata.patch_frames, classifier.metadata.patch_hop) == (128, 62)
    cut = patches(log_mel(sounds.noise(6.0, 16000)[0], ESSENTIA_MUSICNN), 128, 62)
    scores = classifier.predict(cut)
    # The network itself gets (patches, frames, bands).
    wanted = OnnxSession(essentia / f"{BACKBONE}.onnx").run(np.ascontiguousarray(cut.transpose(0, 2, 1)))
    assert scores.embedding is not None
    np.testing.assert_allclose(scores.embedding, wanted["embeddings"], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(np.exp(scores.logits), wanted["activations"], rtol=1e-4, atol=1e-6)


def test_a_song_has_an_embedding_and_the_model_can_be_taught(home: Path, essentia: Path, write_audio, sounds) -> None:
    import_model(candidates(essentia / f"{BACKBONE}.onnx")[0])
    prediction = analyze(write_audio("a.wav", sounds.noise(6.0)), load(BACKBONE))
    assert prediction.embedding is not None
    assert prediction.embedding.shape == (EMBEDDING,)
    assert prediction.vocabulary.parent("House") == "Electronic"
    base = base_model(BACKBONE)
    assert base.bundled.genres == prediction.genres
    # WHEN a head of the user's own, with one more genre, is put on the model
    genres = len(prediction.genres) + 1
    adapter = HeadAdapter(
        own=("Mine",),
        mixture=np.full((1, genres - 1), 1 / (genres - 1), np.float32),
        mean=prediction.embedding,
        scale=np.ones(EMBEDDING, np.float32),
        weights=np.zeros((genres, EMBEDDING), np.float32),
        bias=np.append(np.zeros(genres - 1), 20).astype(np.float32),
    )
    taught = analyze(prediction.path, load(BACKBONE, head=UserHead("mine", base.identity, adapter)))
    # THEN it is named, and what the library stored of the song comes to the same without listening again
    assert taught.genre == "Mine"
    stored = adapter.probabilities(prediction.probabilities[np.newaxis], prediction.embedding[np.newaxis])
    np.testing.assert_allclose(stored[0], taught.probabilities, atol=1e-4)


def test_a_network_for_a_fixed_number_of_patches_gives_the_same(home: Path, tmp_path: Path, sounds) -> None:
    for name, batch in ((BACKBONE, "n"), ("discogs-effnet-bs64-1", 64)):
        backbone(tmp_path / f"{name}.onnx", batch)
        put(tmp_path / f"{name}.json", backbone_form(batch))
        import_model(candidates(tmp_path / f"{name}.onnx")[0])
    cut = patches(log_mel(sounds.noise(6.0, 16000)[0], ESSENTIA_MUSICNN), 128, 62)
    one, other = (load(name).predict(cut) for name in (BACKBONE, "discogs-effnet-bs64-1"))
    np.testing.assert_allclose(one.logits, other.logits, rtol=1e-4)


def test_the_model_goes_to_other_processes(home: Path, essentia: Path) -> None:
    for candidate in candidates(essentia):
        import_model(candidate)
    copied = pickle.loads(pickle.dumps(load(BACKBONE)))
    assert len(copied.others) == 3
    assert len(copied.predict(np.zeros((0, 96, 128), np.float32)).others) == 3


def test_a_head_without_its_model_says_which_one_to_import(
    home: Path, essentia: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "import", str(essentia / "mood_happy-discogs-effnet-1.onnx")]) == 1
    assert "discogs-effnet-bs64-1" in capsys.readouterr().err
    assert not list((home / "data" / "models").iterdir())


def test_nothing_is_overwritten(home: Path, essentia: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "import", str(essentia)]) == 0
    before = sorted((path, path.read_bytes()) for path in home.rglob("*") if path.is_file())
    assert main(["models", "import", str(essentia)]) == 1
    error = capsys.readouterr().err
    assert error.count("already") == 4
    assert "Traceback" not in error
    assert sorted((path, path.read_bytes()) for path in home.rglob("*") if path.is_file()) == before
    assert main(["models", "import", str(essentia / f"{BACKBONE}.json"), "--name", "second"]) == 0
    assert {"second", BACKBONE} <= {entry.name for entry in list_models()}


def test_names_of_classes() -> None:
    vocabulary = vocabulary_of_classes(styles(), "genre", "a", "A")
    assert len(vocabulary) == 400
    lineages = {name: vocabulary.lineage(name) for name in vocabulary.names}
    assert lineages["House"] == ("House", "Electronic")
    assert lineages["Classical"] == ("Classical",)
    assert lineages["Disco (Electronic)"] == ("Disco (Electronic)", "Electronic")
    assert lineages["Disco (Funk / Soul)"] == ("Disco (Funk / Soul)", "Funk / Soul")
    assert lineages["Trap"] == ("Trap", "Hip Hop")
    assert lineages["Hip Hop (Electronic)"] == ("Hip Hop (Electronic)", "Electronic")


def test_another_front_end_of_essentia_is_named(home: Path, essentia: Path, capsys: pytest.CaptureFixture[str]) -> None:
    form = backbone_form()
    form["inference"]["algorithm"] = "TensorflowPredictVGGish"
    put(essentia / f"{BACKBONE}.json", form)
    assert main(["models", "import", str(essentia / f"{BACKBONE}.onnx")]) == 1
    assert "TensorflowPredictVGGish" in capsys.readouterr().err
