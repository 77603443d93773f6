"""What `mgc evaluate` does: models side by side, asked through the program's own `analyze`.

What a user gets is what is measured. Answers are kept as JSON (one file a model, its weights and calibration) by the
checksum of the sound, so an evaluation that was killed goes on, adding a model does not ask the others again, and other
sounds under the same names are asked about anew.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mgc_desktop.audio.decode import probe
from mgc_desktop.errors import MgcError
from mgc_desktop.foundation.atomic_write import Durability, atomic_write
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.registry import list_models, load
from mgc_desktop.paths import cache_dir
from mgc_desktop.pipeline import Excerpt, analyze
from mgc_desktop.training.cache import FeatureCache
from mgc_desktop.training.datasets.clip import Clip, Dataset, Skipped, artists_text, sound_digest, unknown_artists
from mgc_desktop.training.errors import TrainingError
from mgc_desktop.training.examples import labelled_pictures, usable
from mgc_desktop.training.extract import Representation, extract
from mgc_desktop.training.learned import learned_warning
from mgc_desktop.training.metrics import Scores, measure
from mgc_desktop.training.saved_run import load_run
from mgc_desktop.training.scoring import logits_of, score
from mgc_desktop.training.splits import Split

Say = Callable[[str], None]
CLIP_SECONDS: Final = 30.0  # what "a clip" means where speed is given
_ROUNDS: Final = 5


@dataclass(frozen=True)
class Measured:
    """A model and its figures: `figures` of `metrics.measure`; speed and size as `cost` gives them.

    `warning`: how many of the clips and artists it learned from, "" if none is known.
    """

    name: str
    title: str
    role: str
    resolution: str
    figures: dict[str, Any]
    cost: dict[str, float]
    skipped: tuple[Skipped, ...] = field(default=())
    warning: str = ""


def evaluate(
    names: Sequence[str],
    dataset: Dataset,
    output: Path,
    *,
    seconds: float | None = None,
    folders: Sequence[Path] = (),
    say: Say = print,
) -> list[Measured]:
    """Ask each model about all clips whose genre is stated (guesses never count), or about the `seconds` in the middle
    of each, the whole where it is shorter.

    A model that is known to have learned from some of the clips or their artists is warned of, with numbers.
    Raises TrainingError if there are no clips.
    """
    clips = dataset.labelled if seconds is None else [middle(clip, seconds) for clip in dataset.labelled]
    if not clips:
        raise TrainingError(f"No clip of {dataset.name} has a stated genre, so nothing can be measured on it.")
    models = [load(name, *folders) for name in names]
    places = {entry.name: entry.folder for entry in list_models(*folders)}
    warnings = {}
    found = []
    for model in models:
        warnings[model.name] = learned_warning(places[model.name], clips)
        if warnings[model.name]:
            say(f"WARNING: {model.name}: {warnings[model.name]}")
        say(f"{model.name}: {len(clips)} clips")
        answers, skipped = _ask(model, clips, output, say)
        known = [clip for clip in clips if clip.clip_id in answers]
        scores = _scores(model, known, answers)
        found.append((model, {**measure(scores), "split": _said(dataset, seconds)}, skipped))
    files = {e.name: e.folder / e.metadata.model.file for e in list_models(*folders) if e.metadata is not None}
    costs = costs_of(models, files, found_song(clips))
    return [
        Measured(
            m.name, m.metadata.title, m.metadata.role, m.metadata.resolution, figures, costs[m.name], skipped,
            warnings[m.name],
        )
        for m, figures, skipped in found
    ]  # fmt: skip


def evaluate_run(
    folder: Path, dataset: Dataset, part: str = "test", cache: Path | None = None, say: Say = print
) -> dict[str, Any]:
    """The figures of a finished run's own network on one part of its split (`train`, `valid`, `test`, or `all`).

    `dataset` is the music that it was trained on, or other music with `all`. Any list of genres will do. A warning says
    if the network learned from the clips. Raises TrainingError if the run or the part is not there.
    """
    run = load_run(folder)
    clips = list(part_of_run(folder, dataset, part).labelled)
    if warning := learned_warning(folder, clips):
        say(f"WARNING: {warning}")
    representation = Representation(run.config.input.mel, run.config.linear)
    pictures, failed = FeatureCache(cache or cache_dir() / "training", representation).fill(clips)
    for fault in failed:
        say(f"skipped {fault.what}: {fault.reason}")
    known = [clip for clip in usable(clips, pictures) if clip.genre in run.genres]
    if not known:
        raise TrainingError(f"The run knows none of the genres of these clips: {', '.join(run.genres)}.", path=folder)
    logits = logits_of(run.network(), labelled_pictures(known, pictures, run.genres, run.config.input))
    figures = measure(score(logits, known, run.genres, run.calibration))
    said = {"split": f"{part} part of {dataset.name} in the run {folder.name}", "who": artists_text(known)}
    if unknown := unknown_artists(known):
        say(f"WARNING: {unknown}")
    return {**figures, **said, "warning": warning}


def part_of_run(folder: Path, dataset: Dataset, part: str) -> Dataset:
    """The clips of one part of a run's split. Raises TrainingError if none of them is in the data set."""
    if part == "all":
        return dataset
    split = Split.load(folder / "split.json")
    clips = split.pick(dataset.clips, part)
    if not clips:
        raise TrainingError(
            f"None of the clips of {dataset.name} is in the {part} part of this run. Give the music that it was "
            "trained on, in the same form, or use --part all.",
            path=folder,
        )
    return replace(dataset, clips=tuple(clips), name=f"{part} part of {dataset.name}")


def _said(dataset: Dataset, seconds: float | None) -> str:
    part = "whole recordings" if seconds is None else f"the {seconds:g} s in the middle of each recording"
    return f"all recordings of {dataset.name} whose genre is stated, {part}"


def middle(clip: Clip, seconds: float) -> Clip:
    """The clip cut to the `seconds` in its middle; as it is where it is shorter."""
    try:
        duration = clip.end if clip.end is not None else probe(clip.path).duration
    except MgcError:  # `analyze` will say what is wrong
        return clip
    if duration is None or duration - clip.start <= seconds:
        return clip
    start = clip.start + (duration - clip.start - seconds) / 2
    return replace(clip, clip_id=f"{clip.clip_id} middle {seconds:g} s", start=start, end=start + seconds)


def _ask(
    model: Classifier, clips: Sequence[Clip], output: Path, say: Say
) -> tuple[dict[str, list[float]], tuple[Skipped, ...]]:
    identity = f"{model.version} {model.metadata.model.sha256[:12]} {model.calibration}"
    path = output / "answers" / f"{model.name} {hashlib.sha256(identity.encode()).hexdigest()[:12]}.json"
    answers = _kept_answers(path)
    skipped: list[Skipped] = []
    path.parent.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    keys = {clip.clip_id: _key(clip) for clip in clips}
    missing = [clip for clip in clips if keys[clip.clip_id] not in answers]
    for done, clip in enumerate(missing, start=1):
        excerpts = () if clip.end is None else (Excerpt(clip.start, clip.end - clip.start),)
        try:
            answers[keys[clip.clip_id]] = analyze(clip.path, model, excerpts=excerpts).probabilities.tolist()
        except MgcError as error:
            skipped.append(Skipped(clip.clip_id, error.message))
        if done % 10 == 0 or done == len(missing):
            atomic_write(path, json.dumps(answers), durability=Durability.BUFFERED)
            left = (time.monotonic() - begun) / done * (len(missing) - done)
            say(f"  {done}/{len(missing)}, {left / 60:.1f} min to go")
    return {name: answers[key] for name, key in keys.items() if key in answers}, tuple(skipped)


def _key(clip: Clip) -> str:
    """What an answer is kept under: the sound and the stretch, not the name."""
    return f"{sound_digest(clip.path)} {clip.start:.3f} {clip.end}"


def _kept_answers(path: Path) -> dict[str, list[float]]:
    """What was answered before; nothing where the file is missing or damaged."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _scores(model: Classifier, clips: Sequence[Clip], answers: dict[str, list[float]]) -> Scores:
    genres = model.genres
    known = [clip for clip in clips if clip.genre in genres]
    if not known:
        raise TrainingError(f"The model {model.name} knows none of the genres of these clips.")
    labels = np.array([genres.index(clip.genre or "") for clip in known], np.int64)
    probabilities = np.array([answers[clip.clip_id] for clip in known])
    return Scores(probabilities, labels, tuple(clip.artist for clip in known), genres)


def found_song(clips: Sequence[Clip]) -> Path:
    """One of the recordings, to time decoding by: the largest file, which lasts long enough."""
    return max((clip.path for clip in clips), key=lambda path: path.stat().st_size)


def costs_of(models: Sequence[Classifier], files: Mapping[str, Path], song: Path) -> dict[str, dict[str, float]]:
    """Parameters, megabytes, and milliseconds for a clip of 30 seconds: those of the network, and those of decoding and
    spectrogram (of `song`).

    The fastest of several turns, taken in rotation so that whatever else the machine does falls on all alike.
    """
    patches = {model.name: _clip(model) for model in models}
    seconds: dict[str, list[float]] = {model.name: [] for model in models}
    sound: dict[str, list[float]] = {model.name: [] for model in models}
    for _ in range(_ROUNDS):
        for model in models:
            begun = time.perf_counter()
            model.predict(patches[model.name])
            seconds[model.name].append(time.perf_counter() - begun)
            begun = time.perf_counter()
            extract(song, Representation(model.mel_config), 0.0, CLIP_SECONDS)
            sound[model.name].append(time.perf_counter() - begun)
    return {
        model.name: {
            "parameters": float(parameters(files[model.name])),
            "megabytes": round(files[model.name].stat().st_size / 1e6, 2),
            "ms_per_clip": round(min(seconds[model.name]) * 1000, 2),
            "sound_ms_per_clip": round(min(sound[model.name]) * 1000, 2),
        }
        for model in models
    }


def _clip(model: Classifier) -> NDArray[np.float32]:
    heard = model.metadata.input
    count = max(1, round((CLIP_SECONDS - heard.seconds) / (heard.hop * heard.mel.frame_seconds)) + 1)
    shape = (count, heard.mel.n_mels, heard.frames)
    return np.random.default_rng(0).uniform(0, 3, shape).astype(np.float32)


def parameters(path: Path) -> int:
    """How many numbers an ONNX file holds."""
    import onnx

    graph = onnx.load(path).graph
    return int(sum(np.prod(w.dims) if w.dims else 1 for w in graph.initializer))
