"""What each of the seven views is for, done with mouse and keys; each gives what was seen."""

from __future__ import annotations

from typing import Any

from hand import settle, wait
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtWidgets import QLabel, QMenu
from visit import Seen, Visit, words

from mgc_desktop import settings as s
from mgc_desktop.analysis.distribution import Side
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.training_runs.run import RunState
from mgc_desktop.ui.views.library.review_dialog import ReviewDialog

OWN_GENRE = "Danmaku"
OTHER_OWN_GENRE = "Ragtime"
COMPARED = ("musicnn", "cnn-sixteenth")
_NEAR = 12.0  # pixels from a point of the map at which it is meant


def use_map(visit: Visit) -> Seen:
    """Look at it, point, click, draw around songs, ask for songs alike, turn the cube."""
    hand, eye = visit.hand, visit.eye
    view = visit.view("map")
    page, canvas = view.page, view.page.canvas
    wait(lambda: view.map is not None and not page.is_empty and not canvas.motion.moving, "the map is drawn")
    seen: Seen = {"line": page.line.text(), "canvas": eye.where(canvas), "points": _points(visit, view)}
    visit.photograph("map")

    own = _song_to_point_at(view)
    hand.point(canvas, _place(view, own))
    wait(canvas.card.isVisible, "the card is shown")
    seen["card"] = {"song": str(view.map.path(own)), "words": words(canvas.card), "where": eye.where(canvas.card)}
    visit.photograph("map-card")
    hand.click(canvas, _place(view, own))
    seen["played"] = visit.plays()
    seen["still_there"] = page.isVisible()

    around = _box_around(view, "shooters")
    hand.click(page.lasso)
    corners = (around.topLeft(), around.topRight(), around.bottomRight(), around.bottomLeft(), around.topLeft())
    hand.drag(canvas, corners)
    wait(page.chosen.isVisible, "songs are chosen")
    seen["lasso"] = {"around": eye.where(canvas, around), "said": page.chosen.count.text()}
    visit.photograph("map-lasso")
    review: Seen = {}
    hand.answer(lambda: hand.click(page.chosen.buttons[2]), lambda dialog: review.update(_look_through(visit, dialog)))
    seen["review"] = review
    playlist = visit.folder / "chosen.m3u"
    hand.answer(lambda: hand.click(page.chosen.buttons[4]), hand.path(playlist))
    wait(playlist.exists, "the playlist is written")
    hand.click(page.chosen.clear_button)
    hand.click(page.lasso)

    hand.answer(lambda: hand.click(canvas, _place(view, own), Qt.MouseButton.RightButton), hand.entry("More like this"))
    wait(page.similar.isVisible, "songs alike are listed")
    rows = [page.similar.songs.item(row).text() for row in range(page.similar.songs.count())]
    seen["alike"] = {"of": view.map.titles[own], "rows": rows}
    visit.photograph("map-alike")
    hand.click(page.similar.close_button)

    hand.click(page.dimensions.button("3"))
    wait(lambda: not canvas.motion.moving and canvas.scene.camera.flat == 0, "the cube is shown")
    hand.point(page.line)
    visit.photograph("map-cube")
    before, cube = canvas.scene.camera, _points(visit, view)
    middle = canvas.rect().center()
    free = next(
        middle + QPoint(dx, 0)
        for dx in range(0, 300, 10)
        if canvas.scene.at((middle.x() + dx, middle.y()), _NEAR) is None
    )
    hand.drag(canvas, (free, free + QPoint(140, 50)))
    hand.point(page.line)
    visit.photograph("map-turned")
    after = canvas.scene.camera
    seen["cube"] = {
        "points": cube,
        "turned": _points(visit, view),
        "by": [after.yaw - before.yaw, after.pitch - before.pitch],
    }
    hand.click(page.dimensions.button("2"))
    wait(lambda: not canvas.motion.moving, "the map is flat again")
    return seen


def _points(visit: Visit, view: Any) -> list[Seen]:
    """Each song's place on the screen, and the colour of its group."""
    scene, canvas = view.page.canvas.scene, view.page.canvas
    places = [canvas.mapToGlobal(QPoint(round(x), round(y))) for x, y in scene.project()[0].tolist()]
    return [
        {
            "path": str(view.map.path(song)),
            "at": [place.x(), place.y()],
            "colour": canvas.ink(int(scene.colouring.group[song])).colour,
        }
        for song, place in enumerate(places)
    ]


def _place(view: Any, song: int) -> QPointF:
    return QPointF(*view.page.canvas.scene.project()[0][song].tolist())


def _song_to_point_at(view: Any) -> int:
    """A whole song that no other one lies before."""
    scene = view.page.canvas.scene
    xy = scene.project()[0].tolist()
    return next(i for i in range(len(scene)) if scene.at(tuple(xy[i]), _NEAR) == i and "whole" in view.map.path(i).name)


def _box_around(view: Any, folder: str) -> QRect:
    """A box on the canvas around the songs of a folder."""
    places = [_place(view, i).toPoint() for i in range(len(view.map)) if view.map.path(i).parent.name == folder]
    xs, ys = [place.x() for place in places], [place.y() for place in places]
    box = QRect(QPoint(min(xs), min(ys)), QPoint(max(xs), max(ys))).adjusted(-15, -15, 15, 15)
    return box.intersected(view.page.canvas.rect().adjusted(2, 2, -2, -2))


def _look_through(visit: Visit, dialog: ReviewDialog) -> Seen:
    """Read a review, and close it with nothing written."""
    wait(lambda: bool(dialog.model.rows), "the review is planned")
    visit.photograph("review")
    seen = {"songs": sorted(str(row.song.path) for row in dialog.model.rows), "headline": dialog.headline.text()}
    visit.hand.click(dialog.cancel)
    return seen


def use_genres(visit: Visit) -> Seen:
    """Read a bar, click it, and see its songs; divide by decades."""
    hand, eye = visit.hand, visit.eye
    page = visit.view("genres").page
    pairs, parts = page.pairs, page.parts
    wait(lambda: all(pairs.shape()) and not page.is_empty, "the genres are counted")
    rows = range(pairs.shape()[0])
    genres = [pairs.genre((row, 0)) for row in rows]
    ground = pairs.viewport()
    seen: Seen = {
        "line": page.line.text(),
        "bars": [
            {
                "genre": genre.name,
                "in the file": len(genre.songs(Side.TAGGED)),
                "heard": len(genre.songs(Side.PREDICTED)),
                "where": eye.where(ground, pairs.box((row, 1))),
                "colour": pairs.colours.genre(genre.name),
            }
            for row, genre in zip(rows, genres, strict=True)
            if genre.known
        ],
    }
    visit.photograph("genres")
    hand.click(page.by.button("decades"))
    seen["decades"] = [(parts.part((row, 0)).name, len(parts.part((row, 0)).ids)) for row in range(parts.shape()[0])]
    visit.photograph("genres-decades")

    row = max(rows, key=lambda row: len(genres[row].songs(Side.PREDICTED)))
    bar = pairs.box((row, 1))
    hand.point(ground, QPointF(bar.left() + 12, bar.center().y()))
    seen["pointed"] = [label.text() for label in page.left.findChildren(QLabel) if genres[row].name in label.text()]
    hand.click(ground, QPointF(bar.left() + 12, bar.center().y()))
    library = visit.window.library.page
    wait(library.isVisible, "the library is shown")
    seen["shown"] = {"genre": genres[row].name, "only": library.only.text(), "titles": visit.listed()}
    visit.photograph("genres-in-library")
    hand.click(library.only)
    wait(lambda: not library.only.isVisible(), "all songs are shown again")
    return seen


def use_confusion(visit: Visit) -> Seen:
    """Click on a cell off the diagonal, play one of its songs, read shares, and the table of all models."""
    hand, eye = visit.hand, visit.eye
    page = visit.view("confusion").page
    chart, songs = page.library, page.songs
    wait(lambda: chart.matrix.total and not page.is_empty, "the library is compared")
    counts = chart.matrix.counts
    agreeing = next((i, i) for i in range(chart.matrix.known) if counts[i, i])
    empty = next((i, j) for i in range(counts.shape[0]) for j in range(counts.shape[1]) if not counts[i, j])
    cell = (chart.matrix.rows.index("Jazz"), chart.matrix.columns.index("Classical"))
    hand.click(chart.viewport(), chart.box(agreeing).center())
    hand.click(chart.viewport(), chart.box(cell).center())
    wait(lambda: songs.title.text().startswith("Jazz"), "the songs of the cell are listed")
    hand.point(page.line)
    seen: Seen = {
        "line": page.line.text(),
        "counts": {
            f"{row} / {column}": int(counts[i, j])
            for i, row in enumerate(chart.matrix.rows)
            for j, column in enumerate(chart.matrix.columns)
            if counts[i, j]
        },
        "cells": {name: eye.where(chart.viewport(), chart.box(at)) for name, at in (("full", cell), ("empty", empty))},
        "title": songs.title.text(),
        "listed": [songs.list.model().index(row, 0).data() for row in range(songs.list.model().rowCount())],
    }
    visit.photograph("confusion")
    row = next(row for row, title in enumerate(seen["listed"]) if "whole" in title)
    hand.double_click(songs.list.viewport(), songs.list.visualRect(songs.list.model().index(row, 0)).center())
    seen["played"] = visit.plays()
    hand.click(page.share["library"].button("rows"))
    seen["share"] = chart.text(cell)
    hand.click(page.parts.button("all"))
    wait(lambda: bool(page.table.rows), "the models are listed")
    seen["models"] = [row.name for row in page.table.rows]
    visit.photograph("confusion-models")
    hand.click(page.parts.button("model"))
    wait(lambda: page.model.matrix.total, "a model's matrix is drawn")
    visit.photograph("confusion-model")
    return seen


def use_explain(visit: Visit) -> Seen:
    """Freeze a moment of the song that plays, ask what speaks for another genre, and save what is seen."""
    hand, eye = visit.hand, visit.eye
    view = visit.view("hears")
    body = view.body
    wait(lambda: body.mel.shown is not None, "a moment is drawn")
    hand.click(view.hold.button("freeze"))
    wait(lambda: not view.watcher.busy and body.explained is not None, "it is known what speaks in this moment")
    moment = view.page.line.text()
    first = body.explained[1].genre
    other = next(genre for genre in GENRES if genre != first)
    hand.choose(body.genre, other)
    hand.point(view.page.line)
    visit.photograph("hears")
    evidence = body.explained[1]
    before = visit.playback.position
    seen: Seen = {
        "genres": [first, evidence.genre],
        "asked": other,
        "finding": body.finding.text(),
        "patches": {str(key): eye.where(picture) for key, picture in body.patches.items()},
        "evidence": eye.where(body.evidence),
        "mel": eye.where(body.mel),
    }
    for kind in ("png", "svg", "csv"):
        visit.save(view.save, kind, visit.folder / f"patch.{kind}")
    seen["moments"] = [moment, view.page.line.text()]
    seen["music"] = [before, visit.playback.position]
    hand.click(view.hold.button("follow"))
    return seen


def use_models(visit: Visit) -> Seen:
    """Let another model listen, and the first one again; set two beside each other on the song; seek in it."""
    hand, eye = visit.hand, visit.eye
    view = visit.view("models")
    settings = visit.program.parts.settings
    wait(lambda: len(view.list.cards) > 5, "the models are listed")
    visit.photograph("models")
    seen: Seen = {"listed": list(view.list.cards), "used": [settings[s.MODEL]], "said": [view.page.line.text()]}
    for name in ("cnn-full", "musicnn"):
        hand.click(view.list.cards[name].button)
        wait(lambda name=name: settings[s.MODEL] == name, f"{name} listens")  # type: ignore[misc]
        seen["used"].append(settings[s.MODEL])
        seen["said"].append(view.page.line.text())

    hand.click(view.parts.button("song"))
    hand.answer(lambda: hand.click(view.picker), lambda menu: _pick(visit, menu))
    wait(lambda: set(view.song.predictions) == set(COMPARED), "two models have heard the song")
    hand.point(view.page.line)
    visit.photograph("models-song")
    rows = view.song.rows
    seen["compared"] = {
        name: {"verdict": row.verdict.text(), "ribbon": eye.where(row.ribbon)} for name, row in rows.items()
    }
    seen["agree"] = view.song.line.text()
    hand.click(visit.window.bar.play)
    wait(lambda: not visit.playback.playing, "the music stands still")
    ribbon = next(iter(rows.values())).ribbon
    at = 0.75 if visit.playback.position < (visit.playback.player.duration or 0.0) / 2 else 0.25
    hand.click(ribbon, QPointF(at * ribbon.width(), ribbon.height() / 2))
    seen["sought"] = {"at": at, "position": visit.playback.position, "duration": visit.playback.player.duration}
    hand.click(visit.window.bar.play)
    hand.click(view.parts.button("list"))
    return seen


def _pick(visit: Visit, menu: QMenu) -> None:
    """Tick those that are to be compared, and no others; the last two cannot be unticked."""
    wanted = {action: any(f"({name})" in action.text() for name in COMPARED) for action in menu.actions()}
    for action in sorted(wanted, key=lambda action: not wanted[action]):
        if action.isChecked() != wanted[action]:
            visit.hand.click(menu, menu.actionGeometry(action).center())
    visit.hand.press(Qt.Key.Key_Escape)


def use_teach(visit: Visit) -> Seen:
    """Name two genres of one's own, see how well they are learned, switch on, hear one named, switch off, undo."""
    hand, eye = visit.hand, visit.eye
    view = visit.view("teach")
    page, head_trainer = view.page, view.head_trainer
    wait(page.begin.isVisible, "it says how to begin")
    visit.photograph("teach-begin")
    hand.click(page.begin.button)
    seen: Seen = {"before": _heard(visit)}
    for title, genre in (("Stage", OWN_GENRE), ("Sunflower", OTHER_OWN_GENRE)):
        marked = len(page.labels.songs.rows)
        hand.fill(page.search, title)
        wait(lambda title=title: _are_found(page, title), f"{title} is found")  # type: ignore[misc]
        hand.press(Qt.Key.Key_Down)
        hand.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        visit.photograph("teach-search")
        hand.answer(lambda: hand.click(page.choice.more), hand.entry("New genre"), hand.text(genre))
        wait(lambda marked=marked: len(page.labels.songs.rows) > marked, f"{genre} is marked")  # type: ignore[misc]
        hand.click(page.search)
        hand.press(Qt.Key.Key_Escape)
    wait(
        lambda: head_trainer.state.report is not None and page.figures.save.isVisible(), "it is known how well it does"
    )
    seen["marks"] = [(row.title, row.artist, row.genre) for row in page.labels.songs.rows]
    seen["figures"] = [page.figures.headline.text(), page.figures.method.text()]
    seen["bars"] = eye.where(page.figures.bars)
    hand.point(page.line)
    visit.photograph("teach")

    hand.click(page.use)
    own = [row.title for row in page.labels.songs.rows if row.genre == OWN_GENRE]
    wait(lambda: all(_heard(visit)[title] == OWN_GENRE for title in own), "the library is judged anew")
    wait(lambda: page.use.text() == "Switch off", "it is on")
    seen["on"] = _heard(visit)
    row = next(i for i, row in enumerate(page.labels.songs.rows) if row.genre == OWN_GENRE)
    hand.double_click(page.labels.viewport(), page.labels.visualRect(page.labels.songs.index(row, 1)).center())
    seen["played"] = visit.plays()
    visit.go(0)
    wait(lambda: visit.window.listen.is_whole, "the whole song was heard")
    settle()
    seen["verdict"] = visit.window.page.side.verdict.headline.text()
    visit.photograph("teach-listen")

    visit.view("teach")
    hand.click(page.use)
    kept = {**seen["before"], **{title: genre for title, _, genre in seen["marks"]}}  # what the user said stays
    wait(lambda: _heard(visit) == kept, "all other songs have their verdicts of before")
    wait(lambda: page.use.text() == "Switch on", "it is off")
    seen["off"] = _heard(visit)
    hand.click(page.undo)
    wait(lambda: OTHER_OWN_GENRE not in {row.genre for row in page.labels.songs.rows}, "the last marks are gone")
    seen["undone"] = [(row.title, row.artist, row.genre) for row in page.labels.songs.rows]
    return seen


def _heard(visit: Visit) -> dict[str, str | None]:
    return {song.name: song.predicted for song in visit.songs()}


def _are_found(page: Any, title: str) -> bool:
    rows = page.found.songs.rows
    return page.found.isVisible() and bool(rows) and all(title in row.title for row in rows)


def use_train(visit: Visit) -> Seen:
    """Where training is installed: order a small one, see it begin, stop it. Else: read how to get it."""
    hand, eye = visit.hand, visit.eye
    view = visit.view("train")
    page, panel, form = view.page, view.panel, view.page.form
    if not view.extra.installed:
        visit.photograph("train")
        return {"installed": False, "words": words(page)}
    wait(page.empty.isVisible, "it invites")
    visit.photograph("train-empty")
    hand.click(page.empty.button)
    hand.click(form.kind.button("tagged"))
    hand.fill(form.source.line, str(visit.folder / "music"))
    hand.click(form.resolution.button("sixteenth"))
    for field, number in ((form.epochs, 900), (form.examples, 64), (form.batch, 16), (form.frames, 64)):
        hand.fill(field, str(number))
    hand.fill(form.name, "small")
    visit.photograph("train-form")
    hand.click(form.start)
    wait(lambda: panel.cancel.isVisible() and "music:" in "".join(panel.run.log), "it has looked at the music")
    visit.photograph("train")
    seen: Seen = {"installed": True, "words": panel.words.text(), "source": panel.source.text()}
    hand.click(panel.cancel)
    wait(lambda: view.trainer.running is None and panel.run.state is not RunState.RUNNING, "it has stopped")
    settle()
    visit.photograph("train-stopped")
    return seen | {
        "plots": eye.where(panel.plots), "state": panel.run.state.value, "resumable": panel.resume.isVisible(),
        "log": panel.run.log,
    }  # fmt: skip
