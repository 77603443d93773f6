"""Learning from a teacher: what varies, what the corpus keeps, and that pupils come to say what the teacher says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from mgc_desktop.inference.genres import GENRES  # noqa: E402
from mgc_desktop.inference.head import Head  # noqa: E402
from mgc_desktop.inference.registry import load as load_model  # noqa: E402
from mgc_desktop.training.datasets import Clip, Dataset  # noqa: E402
from mgc_desktop.training.errors import TrainingError  # noqa: E402
from mgc_desktop.training.loop import LoopConfig  # noqa: E402
from mgc_desktop.training.product.backbone.fuse import Fused  # noqa: E402
from mgc_desktop.training.product.distil import bundle as bundling  # noqa: E402
from mgc_desktop.training.product.distil import corpus as corpora  # noqa: E402
from mgc_desktop.training.product.distil.bundle import Place, bundle, unlabelled_split  # noqa: E402
from mgc_desktop.training.product.distil.corpus import LENGTH, Corpus, Teacher  # noqa: E402
from mgc_desktop.training.product.distil.school import School, begin_as  # noqa: E402
from mgc_desktop.training.product.distil.variation import from_power, stretch, to_power, transpose, varied  # noqa: E402
from mgc_desktop.training.product.pretrained import PretrainedCnn  # noqa: E402
from mgc_desktop.training.splits import Split  # noqa: E402

pytestmark = pytest.mark.train


def songs(count: int = 6) -> list[np.ndarray]:
    """Spectrograms of musicnn's form: bands that come and go, differently in each song."""
    made = []
    for song in range(count):
        rng = np.random.default_rng(song)
        level = np.interp(np.arange(96), np.linspace(0, 95, 6), rng.uniform(0, 3, 6))[:, None]
        beat = 0.5 + 0.5 * np.sin(np.arange(2 * LENGTH + 50) * rng.uniform(0.05, 0.5))
        made.append((level * beat + rng.uniform(0, 0.2, (96, len(beat)))).astype(np.float16))
    return made


@pytest.fixture
def corpus(small_tagger: Fused, tmp_path: Path) -> Corpus:
    return corpora.build(songs(), ["train"] * 4 + ["valid"] * 2, teacher(small_tagger), tmp_path / "corpus")


def teacher(tagger: Fused) -> Teacher:
    """Tags and embeddings of a small backbone."""
    network = PretrainedCnn([tagger, tagger], 1).eval()

    def ask(patches: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        with torch.inference_mode():
            heard = network.hear(torch.from_numpy(patches))
        return heard.tags.numpy(), heard.embedding.numpy()

    return ask


def test_power_comes_back_from_the_scale_and_variations_stay_on_it() -> None:
    picture = songs(1)[0][:, :LENGTH].astype(np.float32)
    assert np.allclose(from_power(to_power(picture)), picture, atol=1e-4)
    other = songs(2)[1][:, :LENGTH].astype(np.float32)
    for seed in range(10):
        result = varied(picture, other, np.random.default_rng(seed))
        assert result.shape == picture.shape
        assert np.isfinite(result).all() and result.min() >= 0


def test_stretching_and_transposing_move_what_they_should() -> None:
    power = np.zeros((8, 100), np.float32)
    power[3, 40] = 1
    assert stretch(power, 2.0)[3].argmax() == 20
    assert transpose(power, 2)[5, 40] == 1 and transpose(power, -2)[1, 40] == 1


def test_the_corpus_keeps_what_the_teacher_said(corpus: Corpus, small_tagger: Fused) -> None:
    assert len(corpus) == 24, "two plain and two varied segments of each of six songs"
    tags, _ = teacher(small_tagger)(corpus.picture(5)[None, :, 187:374])
    assert np.allclose(tags[0], corpus.tags[5, 1], atol=0.02, rtol=0.01)
    assert corpus.embeddings.shape == (24, 4, 12)


def test_a_corpus_that_was_cut_short_goes_on(small_tagger: Fused, tmp_path: Path, corpus: Corpus) -> None:
    folder = tmp_path / "corpus"
    (folder / "corpus.json").unlink()
    with pytest.raises(TrainingError, match="build it again"):
        corpora.load(folder)
    (folder / "embeddings-0000.npy").unlink()
    again = corpora.build(songs(), ["train"] * 4 + ["valid"] * 2, teacher(small_tagger), folder)
    assert np.array_equal(again.tags, corpus.tags)


def test_artists_with_a_stated_genre_only_measure() -> None:
    def clip(name: str, artist: str, genre: str | None = None, evidence: str = "stated") -> Clip:
        return Clip(name, Path(name), 0, None, genre, artist, evidence)  # type: ignore[arg-type]

    clips = [clip("1", "a", "Jazz"), clip("2", "a"), clip("3", "b", "World", "guess")]
    clips += [clip(str(i), f"artist {i % 10}") for i in range(4, 44)]
    split = unlabelled_split(Dataset("made", tuple(clips), ("Jazz",)))
    assert set(split.test) == {"1", "2"}
    assert len(split.valid) == 4
    artists = [{c.artist for c in clips if c.clip_id in ids} for ids in (split.train, split.valid)]
    assert not artists[0] & artists[1]


def test_made_music_only_teaches() -> None:
    clips = [Clip(str(i), Path("x"), 0, None, None, f"artist {i}") for i in range(40)]
    made = [Clip(f"made {i}", Path("y"), 0, None, "Jazz", f"style {i}", "guess") for i in range(40)]
    split = unlabelled_split(Dataset("real", tuple(clips), GENRES), Dataset("made", tuple(made), GENRES))
    assert {clip.clip_id for clip in made} <= set(split.train)
    assert len(split.valid) == 5


def test_folds_leave_artists_out_and_ask_about_them(corpus: Corpus, small_tagger: Fused) -> None:
    clips = [Clip(str(i), Path("x"), 0, None, None, f"artist {i // 2}") for i in range(6)]
    school = School.found(corpus, clips, [small_tagger] * 2, made_head(), Split(tuple("012345"), (), (), 0))
    asked = set()
    for without, segments in school.folds(3):
        assert not set(school.artists[segments]) & set(school.artists[without.learning])
        assert corpus.plain[segments].all()
        asked |= set(segments.tolist())
    assert asked == set(np.flatnonzero(corpus.plain).tolist()), "every plain segment is asked about once"


def made_head() -> Head:
    rng = np.random.default_rng(3)
    weights = rng.normal(0, 1, (10, 100)).astype(np.float32)
    ones = np.ones(100, np.float32)
    return Head("made", GENRES, ("tags",), 0.3 * ones, 2 * ones, weights, rng.normal(size=10).astype(np.float32))


def test_a_pupil_begins_with_the_teachers_head(small_tagger: Fused) -> None:
    cnn, head = PretrainedCnn([small_tagger, small_tagger], 1).eval(), made_head()
    begin_as(cnn, head)
    with torch.inference_mode():
        heard = cnn.hear(torch.rand(3, 96, 187))
    expected = head.logits(tags=heard.tags.numpy(), embedding=None)
    assert np.allclose(heard.logits, expected, atol=1e-3, rtol=1e-3)


def test_the_pupils_come_to_agree_and_become_models(
    corpus: Corpus, small_tagger: Fused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = [Clip(str(i), Path("x"), 0, None, None, f"artist {i}") for i in range(6)]
    split = Split(tuple("0123"), tuple("45"), (), 0)
    school = School.found(corpus, clips, [small_tagger, small_tagger], made_head(), split)
    assert set(corpus.songs[school.learning]) == {0, 1, 2, 3}
    assert set(corpus.songs[school.choosing]) == {4, 5}
    assert np.allclose(school.songs.sum(axis=1), 1, atol=1e-4)

    quick = LoopConfig(epochs=3, examples_per_epoch=64, batch_size=16, learning_rate=1e-3)
    monkeypatch.setattr(bundling, "CNN", {"sixteenth": quick})
    monkeypatch.setattr(bundling, "LSTM", replace(quick, examples_per_epoch=128))
    place = Place(tmp_path, tmp_path, tmp_path / "work", tmp_path / "models")
    made = bundle(school, "sixteenth", place, say=lambda _: None)
    assert [path.name for path in made] == ["cnn-sixteenth", "lstm-sixteenth", "stacked-sixteenth"]
    curves = np.genfromtxt(tmp_path / "work/sixteenth/cnn/curves.csv", delimiter=",", names=True)
    assert curves["train_loss"][-1] < 0.8 * curves["train_loss"][0]
    for path in made:
        model = load_model(path.name, tmp_path / "models")
        heard = model.metadata.input
        logits = model.predict(np.ones((2, heard.mel.n_mels, heard.frames), np.float32)).logits
        assert logits.shape == (2, 10)
        assert model.metadata.role == "exhibit"
