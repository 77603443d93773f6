"""The bundled CNN, LSTM and stacked model at a resolution, learned from the backbone on free music without labels.

- The CNN begins as the backbone carried to that resolution and is tuned to say what the backbone says of the whole
  picture. At full resolution it hears what the backbone hears already; there only its genre layer is taught.
- The LSTM follows the tuned CNN over twelve seconds and learns the verdict on the whole song, which a few seconds
  cannot tell; it adds to the CNN's verdict.
- The meta-learner weighs both by what they say of artists that they have not met: CNN and LSTM are taught once for
  each fold without its artists, and asked about these.

No recording of an artist with a stated label is used: those measure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mgc_desktop.foundation.arrays import FloatArray, IntArray
from mgc_desktop.inference.calibration import Calibration, segment_probabilities, song_probabilities
from mgc_desktop.inference.head import Head
from mgc_desktop.training.augment import Augmentation
from mgc_desktop.training.datasets.clip import Clip
from mgc_desktop.training.inputs import FACTORS, backbone_input, sequence_input
from mgc_desktop.training.loop import LoopConfig, cross_entropy, fit
from mgc_desktop.training.product.backbone.fuse import Fused
from mgc_desktop.training.product.distil.corpus import Corpus
from mgc_desktop.training.product.distil.lessons import Imitation, Lessons, spread
from mgc_desktop.training.product.pretrained import PretrainedCnn, PretrainedLstm, PretrainedStack
from mgc_desktop.training.splits import Split
from mgc_desktop.training.stacking import fit_meta, weigh

Say = Callable[[str], None]
_SONG_SHARE = 0.5  # of the verdict on the whole song in what an LSTM is to say of a segment
_GUESS_SHARE = 0.3  # of a guessed label in the verdict on its song
_FIRMNESS = (100.0, 10.0, 1.0, 0.1, 0.01)  # the firmest first: it wins where there is nothing to choose by
_HOLD = 1e-3  # how firmly a genre layer is held where it began
_MASKS = Augmentation(masks=1, mask_share=0.1)


@dataclass(frozen=True)
class School:
    """The corpus, cut by artist, and the teacher's verdicts: `windows` `(n, 4, genres)`, `songs` `(n, genres)`.

    `artists` `(n,)`: a number for the artist of each segment.
    """

    corpus: Corpus
    taggers: Sequence[Fused]
    head: Head
    windows: FloatArray
    songs: FloatArray
    artists: IntArray
    learning: IntArray
    choosing: IntArray

    @classmethod
    def found(cls, corpus: Corpus, clips: Sequence[Clip], taggers: Sequence[Fused], head: Head, split: Split) -> School:
        """`clips` in the order that the corpus was built from; `split` by their ids."""
        n, windows, tags = corpus.tags.shape
        logits = head.logits(
            tags=corpus.tags.reshape(-1, tags).astype(np.float32),
            embedding=corpus.embeddings.reshape(n * windows, -1).astype(np.float32),
        ).reshape(n, windows, -1)
        verdicts = segment_probabilities(logits, head.calibration)
        songs = np.zeros((n, len(head.genres)), np.float32)
        for song in np.unique(corpus.songs):
            own = corpus.songs == song
            plain = own & corpus.plain
            heard = logits[plain if plain.any() else own].reshape(-1, len(head.genres))
            songs[own] = _with_guess(song_probabilities(heard, head.calibration), clips[song], head.genres)
        artists = np.unique([clip.artist for clip in clips], return_inverse=True)[1]
        part = np.array([clip.clip_id in set(split.train) for clip in clips])[corpus.songs]
        rest = np.array([clip.clip_id in set(split.valid) for clip in clips])[corpus.songs]
        return cls(
            corpus, taggers, head, verdicts.astype(np.float32), songs, artists[corpus.songs], np.nonzero(part)[0],
            np.nonzero(rest & corpus.plain)[0],
        )  # fmt: skip

    def folds(self, count: int, seed: int = 0) -> Iterator[tuple[School, IntArray]]:
        """Schools that each leave out some artists of those who teach, and the plain segments of these artists."""
        teachers = np.unique(self.artists[self.learning])
        order = np.random.default_rng(seed).permutation(teachers)
        for fold in range(count):
            left_out = np.isin(self.artists[self.learning], order[fold::count])
            asked = self.learning[left_out]
            yield replace(self, learning=self.learning[~left_out]), asked[self.corpus.plain[asked]]


def _with_guess(verdict: FloatArray, clip: Clip, genres: Sequence[str]) -> FloatArray:
    if clip.genre is None or clip.evidence != "guess":
        return verdict
    guess = np.eye(len(genres), dtype=np.float32)[genres.index(clip.genre)]
    mixed: FloatArray = (1 - _GUESS_SHARE) * verdict + _GUESS_SHARE * guess
    return mixed


def teach_cnn(school: School, resolution: str, config: LoopConfig, folder: Path, say: Say = print) -> PretrainedCnn:
    """The CNN of a resolution. Resumes from `folder`."""
    cnn = PretrainedCnn(school.taggers, FACTORS[resolution])
    begin_as(cnn, school.head)
    heard = backbone_input(resolution)
    lessons = Lessons(school.corpus, school.windows, school.learning, heard, _MASKS)
    lesson_test = Lessons(school.corpus, school.windows, school.choosing, heard)
    loss = Imitation(len(school.head.genres), school.corpus.tags.shape[2], spread(school.corpus))
    x, said = _fixed(lesson_test, 512)

    def validate(network: nn.Module) -> dict[str, float]:
        answers = [network(part) for part in torch.split(x, 32)]
        whole = type(answers[0])(*(torch.cat(parts) for parts in zip(*answers, strict=True)))
        agree = (whole.logits.argmax(1) == said[:, : len(school.head.genres)].argmax(1)).float().mean()
        return {"loss": float(loss(whole, said)), "agreement": float(agree)}

    if resolution == "full":
        return cnn.eval()
    listener = _Listener(cnn)
    fit(listener, lessons, validate, config, folder, loss=loss, say=say)
    begin_as(cnn, school.head)  # `teach_genres` goes on from here, whichever head taught the convolutions
    return cnn.eval()


class _Listener(nn.Module):
    """A CNN of which the loop hears tags and embedding too."""

    def __init__(self, cnn: PretrainedCnn) -> None:
        super().__init__()
        self.cnn = cnn

    def forward(self, patches: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self.cnn.hear(patches)


def begin_as(cnn: PretrainedCnn, head: Head) -> None:
    """The genre layer gives what the backbone's head gives."""
    tags = cnn.tags
    cnn.tag_range = head.tag_range or (-1e9, 1e9)
    scaled = head.weights / head.scale
    places = {"tags": slice(0, tags), "embedding": slice(tags, None)}
    with torch.no_grad():
        cnn.genre.weight.zero_()
        start = 0
        for name in head.inputs:
            width = cnn.genre.weight[:, places[name]].shape[1]
            cnn.genre.weight[:, places[name]] = torch.from_numpy(scaled[:, start : start + width])
            start += width
        cnn.genre.bias.copy_(torch.from_numpy(head.bias - scaled @ head.mean))


def _fixed(lessons: Lessons, count: int) -> tuple[Tensor, Tensor]:
    """The same examples each time."""
    rng = np.random.default_rng(0)
    drawn = [lessons.draw(int(i), rng) for i in lessons.plan(count, rng)]
    return torch.from_numpy(np.stack([x for x, _ in drawn])), torch.from_numpy(np.stack([t for _, t in drawn]))


@dataclass(frozen=True)
class _Followed:
    """What a CNN made of segments, `(n, 4, features)`, and the verdicts that an LSTM is to give, `(n, genres)`."""

    heard: NDArray[np.float32]
    verdicts: FloatArray

    def plan(self, count: int, rng: np.random.Generator) -> IntArray:
        """Segments, the rarer genres more often (as `Lessons`)."""
        weights = self.verdicts @ (1 / np.sqrt(self.verdicts.mean(axis=0) + 1e-3))
        chosen: IntArray = rng.choice(len(self.heard), size=count, p=weights / weights.sum())
        return chosen

    def draw(self, index: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """One segment."""
        return self.heard[index], self.verdicts[index]


def listen(school: School, cnn: PretrainedCnn, resolution: str, segments: IntArray) -> NDArray[np.float32]:
    """What the LSTM gets of the CNN for each of the segments."""
    if resolution == "full":  # the CNN is the backbone, whose answers the corpus keeps
        return _from_corpus(school, cnn, segments)
    lstm, heard = PretrainedLstm(cnn), sequence_input(resolution)
    answers = []
    with torch.inference_mode():
        for i in range(0, len(segments), 8):
            pictures = np.stack([school.corpus.picture(int(s)) for s in segments[i : i + 8]])
            answers.append(lstm.hear(torch.from_numpy(heard.prepare(pictures))))
    return torch.cat(answers).numpy()


def _from_corpus(school: School, cnn: PretrainedCnn, segments: IntArray) -> NDArray[np.float32]:
    kept = np.concatenate([school.corpus.tags[segments], school.corpus.embeddings[segments]], axis=2)
    return judged(cnn, kept.astype(np.float32))


def judged(cnn: PretrainedCnn, features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Tags and embedding `(n, 4, features)` with the CNN's genre logits in front, as the LSTM gets them."""
    with torch.inference_mode():
        x = torch.from_numpy(features)
        return torch.cat([cnn.judge(x), x], dim=2).numpy()


def teach_genres(school: School, cnn: PretrainedCnn, heard: NDArray[np.float32]) -> None:
    """Fit the genre layer to what the reduced picture still tells: `heard` are the segments that teach.

    It begins as it is and is held near that, so that what these segments say nothing about stays.
    """
    genres = cnn.genre.out_features
    x = torch.from_numpy(heard[:, :, genres:]).flatten(0, 1)
    y = torch.from_numpy(school.windows[school.learning]).flatten(0, 1)
    spread_of = x.std(dim=0) + 1e-3
    start = [p.detach().clone() for p in cnn.genre.parameters()]
    optimizer = torch.optim.LBFGS(cnn.genre.parameters(), max_iter=60, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimizer.zero_grad()
        moved = ((cnn.genre.weight - start[0]) * spread_of).square().sum() + (cnn.genre.bias - start[1]).square().sum()
        loss = cross_entropy(cnn.judge(x), y) + _HOLD * moved
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    cnn.genre.requires_grad_(True)
    optimizer.step(closure)  # type: ignore[no-untyped-call]


def teach_lstm(
    school: School,
    cnn: PretrainedCnn,
    heard: NDArray[np.float32],
    chosen: NDArray[np.float32],
    config: LoopConfig,
    folder: Path,
    say: Say = print,
) -> PretrainedLstm:
    """The LSTM that follows `cnn`, from what it hears of the segments that teach and of those that choose.

    Resumes from `folder`.
    """
    torch.manual_seed(config.seed)
    lstm = PretrainedLstm(cnn)
    verdicts = _SONG_SHARE * school.songs + (1 - _SONG_SHARE) * school.windows.mean(axis=1)
    plain = school.corpus.plain[school.learning]
    lessons = _Followed(heard[plain], verdicts[school.learning][plain])
    asked, wanted = torch.from_numpy(chosen), torch.from_numpy(verdicts[school.choosing])

    def validate(network: nn.Module) -> dict[str, float]:
        logits = network(asked)
        agree = (logits.argmax(1) == wanted.argmax(1)).float().mean()
        return {"loss": float(cross_entropy(logits, wanted)), "agreement": float(agree)}

    fit(_Judge(lstm), lessons, validate, config, folder, say=say)
    return lstm.eval()


class _Judge(nn.Module):
    """The part of the LSTM model that learns."""

    def __init__(self, lstm: PretrainedLstm) -> None:
        super().__init__()
        self.lstm = lstm

    def forward(self, heard: Tensor) -> Tensor:
        return self.lstm.judge(heard)


def teach_members(
    school: School, resolution: str, configs: tuple[LoopConfig, LoopConfig], folder: Path, say: Say = print
) -> Members:
    """CNN and LSTM of a resolution. Resumes from `folder`."""
    cnn = teach_cnn(school, resolution, configs[0], folder / "cnn", say)
    taught, heard = (listen(school, cnn, resolution, part) for part in (school.learning, school.choosing))
    genres = len(school.head.genres)
    if resolution != "full":  # there it hears what the backbone hears, and its genre layer is the backbone's
        teach_genres(school, cnn, taught)
        taught, heard = (judged(cnn, rows[:, :, genres:]) for rows in (taught, heard))
    return Members(cnn, teach_lstm(school, cnn, taught, heard, configs[1], folder / "lstm", say), heard)


@dataclass(frozen=True)
class Members:
    """A CNN, the LSTM that follows it, and what the LSTM hears of the segments that choose."""

    cnn: PretrainedCnn
    lstm: PretrainedLstm
    heard: NDArray[np.float32]


def views_of_strangers(
    school: School,
    resolution: str,
    configs: tuple[LoopConfig, LoopConfig],
    count: int,
    folder: Path,
    say: Say = print,
) -> tuple[NDArray[np.float32], IntArray]:
    """What members say of segments whose artists they never met, `(n, 2 genres)`, and which segments these are."""
    views, segments = [], []
    for number, (without, asked) in enumerate(school.folds(count), start=1):
        say(f"fold {number} of {count}")
        members = teach_members(without, resolution, configs, folder / f"fold-{number}", say)
        heard = listen(without, members.cnn, resolution, asked)
        with torch.inference_mode():
            views.append(PretrainedStack(members.lstm).views(torch.from_numpy(heard)).numpy())
        segments.append(asked)
    return np.concatenate(views), np.concatenate(segments)


def teach_stack(
    school: School, lstm: PretrainedLstm, views: NDArray[np.float32], segments: IntArray
) -> PretrainedStack:
    """The meta-learner, fitted on `views_of_strangers`.

    How firmly it is held to the mean of both members is chosen by leaving songs out.
    """
    network = PretrainedStack(lstm)
    targets, songs = school.songs[segments], school.corpus.songs[segments]
    firmness = min(_FIRMNESS, key=lambda held: _left_out(views, targets, songs, held))
    return weigh(network, *fit_meta(views, targets, weight_decay=firmness))


def _left_out(views: NDArray[np.float32], targets: FloatArray, songs: IntArray, firmness: float) -> float:
    """The cross-entropy on each fifth of the songs, of a meta-learner fitted on the others."""
    folds = np.unique(songs, return_inverse=True)[1] % 5
    total = 0.0
    for fold in np.unique(folds):
        asked = folds == fold
        weight, bias = fit_meta(views[~asked], targets[~asked], weight_decay=firmness)
        logits = torch.from_numpy(views[asked] @ weight.T + bias)
        total += float(cross_entropy(logits, torch.from_numpy(targets[asked]))) * int(asked.sum())
    return total


def calibrate(school: School, logits: NDArray[np.floating]) -> Calibration:
    """The temperature under which songs' probabilities come nearest to the teacher's, and its "unsure" threshold.

    `logits` `(n, k, genres)` of the segments that choose, k patches each.
    """
    songs = school.corpus.songs[school.choosing]
    first = [int(np.argmax(songs == song)) for song in np.unique(songs)]
    means = np.stack([logits[songs == song].mean(axis=(0, 1)) for song in np.unique(songs)])
    verdicts = school.songs[school.choosing][first]

    def cost(temperature: float) -> float:
        scaled = means / temperature
        top = scaled.max(axis=1, keepdims=True)
        log = scaled - top - np.log(np.exp(scaled - top).sum(axis=1, keepdims=True))
        return float(-(verdicts * log).sum(axis=1).mean())

    best = round(float(min(np.geomspace(0.2, 5, 60), key=cost)), 3)
    return Calibration(
        song_temperature=best, segment_temperature=best, unsure_below=school.head.calibration.unsure_below
    )
