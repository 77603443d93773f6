"""The results page: what `evaluate` found, as Markdown, JSON and figures."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from mgc_desktop.training.commands.evaluate import Measured
from mgc_desktop.training.datasets.clip import Skipped
from mgc_desktop.training.libraries import import_pyplot
from mgc_desktop.training.plots import draw_confusion

_MARK = ("<!-- results: from here -->", "<!-- results: to here -->")


def write_results(measured: Sequence[Measured], page: Path, figures: Path) -> None:
    """Write `page` (Markdown; what stands outside its two marks is kept), the same as JSON, and the figures.

    `figures` is a folder; its pictures are named `results-*.png` and linked from the page.
    """
    figures.mkdir(parents=True, exist_ok=True)
    page.parent.mkdir(parents=True, exist_ok=True)
    pictures = draw(measured, figures)
    text = "\n\n".join([_MARK[0], *_tables(measured), *_pictures(pictures, page), _MARK[1]])
    before = page.read_text(encoding="utf-8") if page.is_file() else ""
    page.write_text(replace_between(before, text), encoding="utf-8")
    values = [asdict(m) for m in measured]
    (page.with_suffix(".json")).write_text(json.dumps(values, indent=1, ensure_ascii=False), encoding="utf-8")


def read_results(path: Path) -> list[Measured]:
    """What `write_results` wrote as JSON."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    return [Measured(**{**row, "skipped": tuple(Skipped(**s) for s in row["skipped"])}) for row in rows]


def replace_between(before: str, text: str, marks: tuple[str, str] = _MARK) -> str:
    """The old page with the two marks and what is between them replaced; added at the end where they are not."""
    if all(mark in before for mark in marks):
        return before[: before.index(marks[0])] + text + before[before.index(marks[1]) + len(marks[1]) :]
    return (before.rstrip() + "\n\n" if before else "# Results\n\n") + text + "\n"


def _tables(measured: Sequence[Measured]) -> list[str]:
    clips, artists = measured[0].figures["clips"], measured[0].figures["artists"]
    head = f"{clips} recordings of {artists} artists; {measured[0].figures['split']}. 95 % intervals resample artists."
    return [head, _overview(measured), "## Genre by genre", *(_genres(m) for m in measured)]


def _overview(measured: Sequence[Measured]) -> str:
    rows = [
        "| model | resolution | role | accuracy | macro accuracy | macro F1 | top 3 | ROC-AUC | calibration error "
        "| parameters | MB | network, ms per clip | decoding and spectrogram, ms per clip |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for m in measured:
        names = ("accuracy", "macro_accuracy", "macro_f1", "top_3", "roc_auc", "calibration_error")
        cells = [m.name, m.resolution, m.role, *(_figure(m.figures[name]) for name in names)]
        cells += [f"{m.cost['parameters']:,.0f}", f"{m.cost['megabytes']:.2f}"]
        cells += [f"{m.cost[name]:.1f}" for name in ("ms_per_clip", "sound_ms_per_clip")]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _figure(value: Sequence[float]) -> str:
    return f"{value[0]:.2f} ({value[1]:.2f}–{value[2]:.2f})"


def _genres(m: Measured) -> str:
    rows = [
        f"### {m.title}",
        "",
        "| genre | recordings | artists | precision | recall | F1 |",
        "|---|---|---|---|---|---|",
    ]
    for genre, row in m.figures["per_genre"].items():
        if row["clips"]:
            counts = f"{row['clips']:.0f} | {row['artists']:.0f}"
            rows.append(f"| {genre} | {counts} | {row['precision']:.2f} | {row['recall']:.2f} | {row['f1']:.2f} |")
    return "\n".join(rows)


def _pictures(pictures: dict[str, Path], page: Path) -> list[str]:
    return ["## Figures", *(f"![{title}]({_link(path, page)})" for title, path in pictures.items())]


def _link(path: Path, page: Path) -> str:
    """The way from the page to a file, wherever the two are."""
    try:
        return Path(os.path.relpath(path, page.parent)).as_posix()
    except ValueError:  # on another drive of Windows
        return path.absolute().as_uri()


def draw(measured: Sequence[Measured], figures_folder: Path) -> dict[str, Path]:
    """Confusion matrices, calibration, coverage against precision, accuracy against time: paths by title."""
    pyplot = import_pyplot()

    made: dict[str, Path] = {}

    def keep(title: str, name: str) -> None:
        made[title] = figures_folder / f"results-{name}.png"
        pyplot.tight_layout()
        pyplot.savefig(made[title], dpi=80)
        pyplot.close()

    for m in measured:
        path = figures_folder / f"results-confusion-{m.name}.png"
        draw_confusion(m.figures["confusion"], m.figures["genres"], m.name, path)
        made[f"Confusion matrix of {m.name}"] = path
    for m in measured:
        curve = np.array(m.figures["coverage"])
        pyplot.plot(curve[:, 1], curve[:, 2], marker=".", label=m.name)
    pyplot.xlabel("share of recordings answered")
    pyplot.ylabel("share of those right")
    pyplot.legend(fontsize=7)
    keep("Coverage against precision", "coverage")
    for m in measured:
        bins = np.array(m.figures["calibration"])
        filled = bins[bins[:, 2] > 0]
        pyplot.plot(filled[:, 0], filled[:, 1], marker="o", label=m.name)
    pyplot.plot([0, 1], [0, 1], "k:", linewidth=1)
    pyplot.xlabel("confidence")
    pyplot.ylabel("share right")
    pyplot.legend(fontsize=7)
    keep("Calibration", "calibration")
    for m in measured:
        pyplot.scatter(m.cost["ms_per_clip"], m.figures["macro_accuracy"][0])
        pyplot.annotate(m.name, (m.cost["ms_per_clip"], m.figures["macro_accuracy"][0]), fontsize=7)
    pyplot.xscale("log")
    pyplot.xlabel("milliseconds for a clip of 30 s")
    pyplot.ylabel("macro accuracy")
    keep("Macro accuracy against time", "speed")
    return made
