"""Teaching from the window: marks, learning, figures, use, heads; on a library that was listened to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from mgc_desktop import settings as s
from mgc_desktop.inference import registry, user_heads
from mgc_desktop.library import labels
from mgc_desktop.library.head_effects import GenreChange
from mgc_desktop.library.pending_labels import add_pending, ready_labels
from mgc_desktop.library.query import Query
from mgc_desktop.library.song import State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.pipeline import analyze
from mgc_desktop.settings import Settings
from mgc_desktop.tags.journal import Journal
from mgc_desktop.workers.analysis_service import AnalysisService
from mgc_desktop.workers.head_trainer import FIRST, HeadTrainer
from mgc_desktop.workers.library_service import LibraryService

sys.path.append(str(Path(__file__).parents[1]))
import labelled_songs

WAIT = 120_000


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MGC_HOME", str(tmp_path))
    return tmp_path / "data" / "library.db"


@pytest.fixture
def songs(database: Path) -> dict[str, int]:
    """The ids of the songs of the library by title."""
    with LibraryStore(database) as store:
        return labelled_songs.fill(store)


@pytest.fixture
def library_service(database: Path, tmp_path: Path, qtbot: QtBot) -> Iterator[LibraryService]:
    library_service = LibraryService(database, Journal(tmp_path / "journal"))
    yield library_service
    assert library_service.close()


@pytest.fixture
def analysis_service(qapp: object) -> Iterator[AnalysisService]:
    analysis_service = AnalysisService()
    yield analysis_service
    assert analysis_service.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json")


@pytest.fixture
def head_trainer(
    songs: dict[str, int],
    library_service: LibraryService,
    analysis_service: AnalysisService,
    settings: Settings,
    qtbot: QtBot,
) -> Iterator[HeadTrainer]:
    head_trainer = HeadTrainer(library_service, analysis_service, settings)
    errors: list[Exception] = []
    head_trainer.failed.connect(errors.append)
    head_trainer.start()
    qtbot.waitUntil(lambda: head_trainer.state.learned is not None or bool(errors), timeout=WAIT)
    assert errors == []
    yield head_trainer
    assert head_trainer.close()


Mark = Callable[..., None]


@pytest.fixture
def mark(head_trainer: HeadTrainer, songs: dict[str, int], qtbot: QtBot) -> Mark:
    """`mark("Fado", *titles)`, and wait until it is learned."""

    def do(genre: str, *titles: str) -> None:
        before = head_trainer.state.learned
        head_trainer.mark([songs[title] for title in titles], genre)
        qtbot.waitUntil(lambda: head_trainer.state.learned is not before, timeout=WAIT)

    return do


def labelled(head_trainer: HeadTrainer) -> dict[str, str]:
    learned = head_trainer.state.learned
    return {each.example.title: each.example.genre for each in learned.labels} if learned else {}


def heard_as(database: Path, title: str) -> str | None:
    with LibraryStore(database, check=False) as store:
        song = store.song_at(labelled_songs.ROOT / f"{title}.mp3")
    return song.predicted if song is not None else None


def test_marks_are_learned_at_once_and_examined(head_trainer: HeadTrainer, mark: Mark, qtbot: QtBot) -> None:
    mark("Fado", *labelled_songs.FADO[:4])
    mark("Synthwave", *labelled_songs.SYNTHWAVE[:4])
    assert head_trainer.state.own == ("Fado", "Synthwave")
    assert user_heads.load_head(FIRST).adapter.own == ("Fado", "Synthwave")
    qtbot.waitUntil(lambda: head_trainer.state.report is not None, timeout=WAIT)
    report = head_trainer.state.report
    assert report is not None
    assert report.songs == 8
    assert (report.accuracy("taught") or 0) > (report.accuracy("bundled") or 0)
    assert user_heads.load_head(FIRST).measured["songs"] == 8


def test_a_marking_is_taken_back(head_trainer: HeadTrainer, mark: Mark, qtbot: QtBot) -> None:
    mark("Fado", "Lágrima", "Saudade")
    mark("Synthwave", "Saudade", "Turbo")
    assert head_trainer.state.undoable == 2
    head_trainer.undo()
    qtbot.waitUntil(lambda: labelled(head_trainer) == {"Lágrima": "Fado", "Saudade": "Fado"}, timeout=WAIT)
    head_trainer.remove_labels([mark_.example.checksum for mark_ in head_trainer.state.learned.labels])  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: labelled(head_trainer) == {}, timeout=WAIT)
    assert user_heads.list_heads() == []
    head_trainer.undo()
    qtbot.waitUntil(lambda: len(labelled(head_trainer)) == 2, timeout=WAIT)
    head_trainer.undo()
    qtbot.waitUntil(lambda: labelled(head_trainer) == {} and head_trainer.state.undoable == 0, timeout=WAIT)
    head_trainer.undo()  # nothing more to take back


def test_in_use_the_library_is_judged_anew_at_once_and_back(
    head_trainer: HeadTrainer,
    mark: Mark,
    library_service: LibraryService,
    database: Path,
    settings: Settings,
    qtbot: QtBot,
) -> None:
    mark("Fado", *labelled_songs.FADO[:4])
    assert heard_as(database, "Alfama") == "World"
    head_trainer.use(FIRST)
    assert settings[s.HEAD] == FIRST
    qtbot.waitUntil(lambda: heard_as(database, "Alfama") == "Fado", timeout=WAIT)
    with LibraryStore(database, check=False) as store:
        song = store.song_at(labelled_songs.ROOT / "Alfama.mp3")
        assert song is not None
        assert song.model == f"musicnn@{labelled_songs.MUSICNN.version_with(user_heads.load_head(FIRST))}"
        assert store.verdicts([song.id])[song.id].genres[-1] == "Fado"
        assert not [each for each in store.songs(store.ids(Query())) if each.state == "stale"]
    head_trainer.use("")
    qtbot.waitUntil(lambda: heard_as(database, "Alfama") == "World", timeout=WAIT)


def test_what_is_learned_while_it_is_in_use_is_used(
    head_trainer: HeadTrainer, mark: Mark, database: Path, qtbot: QtBot
) -> None:
    mark("Fado", *labelled_songs.FADO[:4])
    head_trainer.use(FIRST)
    qtbot.waitUntil(lambda: heard_as(database, "Alfama") == "Fado", timeout=WAIT)
    mark("Synthwave", *labelled_songs.SYNTHWAVE[:4])
    qtbot.waitUntil(lambda: heard_as(database, "Resonance") == "Synthwave", timeout=WAIT)
    assert heard_as(database, "Alfama") == "Fado"


def test_what_else_changes_by_learning_is_asked_before_it_counts(
    head_trainer: HeadTrainer, mark: Mark, database: Path, settings: Settings, qtbot: QtBot
) -> None:
    mark("Fado", *labelled_songs.FADO[:4])
    head_trainer.use(FIRST)
    qtbot.waitUntil(lambda: heard_as(database, "Alfama") == "Fado", timeout=WAIT)
    asked: list[tuple[GenreChange, ...]] = []
    head_trainer.ask = asked.append
    mark("Synthwave", *labelled_songs.SYNTHWAVE[:4])
    qtbot.waitUntil(lambda: bool(asked), timeout=WAIT)
    assert heard_as(database, "Turbo") == "Synthwave"  # what the user said counts at once
    before = heard_as(database, "Resonance")
    assert before != "Synthwave"
    changes = {change.song: (change.before, change.after) for change in asked[-1]}
    with LibraryStore(database, check=False) as store:
        song = store.song_at(labelled_songs.ROOT / "Resonance.mp3")
        marked_songs = [store.song_at(labelled_songs.ROOT / f"{title}.mp3") for title in labelled_songs.SYNTHWAVE[:4]]
    assert song is not None
    assert changes[song.id][1] == "Synthwave"
    assert not {marked_song.id for marked_song in marked_songs if marked_song} & changes.keys()
    # Until the user agrees, also after another start, the head counts as it was.
    counting = user_heads.head_in_use(FIRST)
    assert counting is not None
    assert counting.adapter.own == ("Fado",)
    assert user_heads.load_head(FIRST).adapter.own == ("Fado", "Synthwave")
    head_trainer.keep()
    qtbot.waitUntil(lambda: heard_as(database, "Resonance") == "Synthwave", timeout=WAIT)
    counting = user_heads.head_in_use(FIRST)
    assert counting is not None
    assert counting.adapter.own == ("Fado", "Synthwave")


def test_what_the_user_said_of_a_song_is_overruled_by_nothing(
    head_trainer: HeadTrainer, mark: Mark, library_service: LibraryService, database: Path, qtbot: QtBot
) -> None:
    mark("Jazz", "Lágrima")
    mark("Fado", *labelled_songs.FADO[1:])
    head_trainer.use(FIRST)
    qtbot.waitUntil(lambda: heard_as(database, "Alfama") == "Fado", timeout=WAIT)
    assert heard_as(database, "Lágrima") == "Jazz"
    head_trainer.use("")
    with qtbot.waitSignal(library_service.changed, timeout=WAIT):
        library_service.use_model_version(lambda _: library_service.changed.emit())
    assert heard_as(database, "Lágrima") == "Jazz"
    head_trainer.undo()
    head_trainer.undo()
    qtbot.waitUntil(lambda: heard_as(database, "Lágrima") == "World", timeout=WAIT)


def test_the_last_mark_taken_away_switches_it_off(
    head_trainer: HeadTrainer, mark: Mark, database: Path, settings: Settings, qtbot: QtBot
) -> None:
    mark("Fado", "Lágrima")
    head_trainer.use(FIRST)
    qtbot.waitUntil(lambda: heard_as(database, "Lágrima") == "Fado", timeout=WAIT)
    head_trainer.undo()
    qtbot.waitUntil(lambda: heard_as(database, "Lágrima") == "World" and settings[s.HEAD] == "", timeout=WAIT)


def test_the_song_that_plays_is_heard_with_the_head_in_use(
    head_trainer: HeadTrainer,
    mark: Mark,
    analysis_service: AnalysisService,
    write_audio: Any,
    sounds: Any,
    qtbot: QtBot,
) -> None:
    mark("Fado", *labelled_songs.FADO[:4])
    with qtbot.waitSignal(analysis_service.model_changed, timeout=WAIT):
        head_trainer.use(FIRST)
    path = write_audio("a.wav", sounds.noise(6.0, 16000), sr=16000)
    with qtbot.waitSignal(analysis_service.finished, timeout=WAIT) as finished:
        analysis_service.start(path)
    assert finished.args is not None
    prediction = finished.args[0]
    assert prediction.genres[-1] == "Fado"
    # Marked from there, it teaches what the bundled head heard, not what the taught one said
    head_trainer.label_prediction_of(prediction, "Noise", "", "Merzbow")
    qtbot.waitUntil(lambda: labelled(head_trainer).get("Noise") == "Merzbow", timeout=WAIT)
    (example,) = (each.example for each in head_trainer.state.learned.labels if each.example.title == "Noise")  # type: ignore[union-attr]
    assert example.probabilities == pytest.approx(analyze(path, registry.load()).probabilities, abs=1e-3)


def test_songs_that_were_not_listened_to_are_first(
    head_trainer: HeadTrainer, songs: dict[str, int], library_service: LibraryService, database: Path, write_audio: Any,
    sounds: Any,
    qtbot: QtBot,
) -> None:  # fmt: skip
    path = write_audio("real.flac", sounds.noise(4.0))
    with LibraryStore(database, check=False) as store:
        store.moved(songs["New"], path)
    with qtbot.waitSignals([head_trainer.waiting, library_service.job_ended], timeout=WAIT):
        head_trainer.mark([songs["Lágrima"], songs["New"]], "Fado")
    qtbot.waitUntil(lambda: labelled(head_trainer) == {"Lágrima": "Fado", "New": "Fado"}, timeout=WAIT)


def test_several_heads(head_trainer: HeadTrainer, mark: Mark, settings: Settings, tmp_path: Path, qtbot: QtBot) -> None:
    mark("Fado", "Lágrima")
    head_trainer.choose("Other")
    qtbot.waitUntil(lambda: head_trainer.state.learned is not None and labelled(head_trainer) == {}, timeout=WAIT)
    mark("Polka", "Lágrima")
    assert head_trainer.state.names == (FIRST, "Other")
    head_trainer.use("Other")
    head_trainer.rename("Third")
    qtbot.waitUntil(lambda: head_trainer.state.names == (FIRST, "Third") and labelled(head_trainer) != {}, timeout=WAIT)
    assert settings[s.HEAD] == settings[s.TEACH_HEAD] == "Third"
    head_trainer.export(tmp_path / "third.json")
    qtbot.waitUntil((tmp_path / "third.json").is_file, timeout=WAIT)
    head_trainer.delete()
    qtbot.waitUntil(
        lambda: head_trainer.state.name == FIRST and labelled(head_trainer) == {"Lágrima": "Fado"}, timeout=WAIT
    )
    assert settings[s.HEAD] == ""
    head_trainer.import_head(tmp_path / "third.json")
    qtbot.waitUntil(
        lambda: head_trainer.state.name == "Third" and labelled(head_trainer) == {"Lágrima": "Polka"}, timeout=WAIT
    )


def test_what_is_wrong_is_said_and_nothing_is_lost(
    head_trainer: HeadTrainer, mark: Mark, tmp_path: Path, qtbot: QtBot
) -> None:
    mark("Fado", "Lágrima")
    for wrong in (
        lambda: head_trainer.choose("a/b"),
        lambda: head_trainer.rename("con"),
        lambda: head_trainer.import_head(tmp_path / "missing.json"),
    ):
        with qtbot.waitSignal(head_trainer.failed, timeout=WAIT):
            wrong()
    assert head_trainer.state.name == FIRST
    assert labelled(head_trainer) == {"Lágrima": "Fado"}


def test_after_a_restart_everything_is_as_it_was(
    head_trainer: HeadTrainer, mark: Mark, library_service: LibraryService, settings: Settings, qtbot: QtBot
) -> None:
    mark("Fado", *labelled_songs.FADO[:4])
    version = user_heads.load_head(FIRST).version
    settings[s.HEAD] = FIRST
    analysis_service = AnalysisService(head=lambda: user_heads.head_in_use(settings[s.HEAD]))
    second = HeadTrainer(library_service, analysis_service, settings)
    second.start()
    qtbot.waitUntil(lambda: labelled(second) == labelled(head_trainer), timeout=WAIT)
    assert second.state.in_use == FIRST
    assert user_heads.load_head(FIRST).version == version
    assert second.close()
    assert analysis_service.close()


def test_a_head_in_use_that_is_damaged_is_switched_off_and_said(
    library_service: LibraryService,
    songs: dict[str, int],
    analysis_service: AnalysisService,
    settings: Settings,
    qtbot: QtBot,
) -> None:
    folder = user_heads.heads_dir()
    folder.mkdir(parents=True)
    (folder / "Mine.json").write_text("{", encoding="utf-8")
    settings[s.HEAD] = "Mine"
    head_trainer = HeadTrainer(library_service, analysis_service, settings)
    with qtbot.waitSignal(head_trainer.failed, timeout=WAIT) as failed:
        head_trainer.start()
    assert failed.args is not None
    assert "Mine" in failed.args[0].message
    qtbot.waitUntil(lambda: settings[s.HEAD] == "", timeout=WAIT)
    assert head_trainer.close()


class TestLabelsOfSongsThatAreAnalysedFirst:
    @pytest.fixture
    def new(self, songs: dict[str, int], database: Path, write_audio: Any, sounds: Any) -> int:
        """A real song that was not analysed."""
        path = write_audio("real.flac", sounds.noise(4.0))
        with LibraryStore(database, check=False) as store:
            store.moved(songs["New"], path)
        return songs["New"]

    def labels(self, database: Path) -> set[tuple[str, str, str]]:
        with LibraryStore(database, check=False) as store:
            return {
                (head, each.example.title, each.example.genre)
                for head in labels.labelled_heads(store)
                for each in labels.labels(store, head)
            }

    def test_with_analysed_ones_under_the_head_in_use_none_is_lost(
        self, head_trainer: HeadTrainer, mark: Mark, songs: dict[str, int], new: int, database: Path, qtbot: QtBot
    ) -> None:
        mark("Fado", "Lágrima")
        head_trainer.use(
            FIRST
        )  # what is learned is put to use at once, which stops the run that analyses the other song
        head_trainer.mark([songs["Barco Negro"], new], "Fado")
        qtbot.waitUntil(lambda: (FIRST, "real", "Fado") in self.labels(database) or
                        (FIRST, "New", "Fado") in self.labels(database), timeout=WAIT)  # fmt: skip
        assert len(self.labels(database)) == 3

    def test_they_go_to_the_head_that_was_meant(
        self, head_trainer: HeadTrainer, mark: Mark, new: int, database: Path, qtbot: QtBot
    ) -> None:
        mark("Fado", "Lágrima")
        head_trainer.mark([new], "Fado")
        head_trainer.choose("Other")
        qtbot.waitUntil(lambda: len(self.labels(database)) == 2, timeout=WAIT)
        assert {head for head, _, _ in self.labels(database)} == {FIRST}

    def test_they_outlive_the_program(
        self, songs: dict[str, int], new: int, database: Path, library_service: LibraryService,
        analysis_service: AnalysisService, settings: Settings, qtbot: QtBot,
    ) -> None:  # fmt: skip
        with LibraryStore(database, check=False) as store:
            add_pending(store, "Later", [new], "Fado")
            store.remember("d" * 32, labelled_songs.analysed_seconds(Path("/x"), 1, 1))
            analysis = store.analysis("d" * 32, labelled_songs.MUSICNN.name, labelled_songs.MUSICNN.base)
            assert analysis is not None
            store.assign(new, analysis, State.TO_WRITE)
        head_trainer = HeadTrainer(library_service, analysis_service, settings)
        head_trainer.start()
        qtbot.waitUntil(lambda: {head for head, _, _ in self.labels(database)} == {"Later"}, timeout=WAIT)
        with LibraryStore(database, check=False) as store:
            qtbot.waitUntil(lambda: ready_labels(store) == {}, timeout=WAIT)
        assert head_trainer.close()

    @pytest.mark.parametrize("before", [None, "Jazz"])
    def test_to_take_a_label_back_takes_it_back_where_it_waits(
        self, before: str | None, head_trainer: HeadTrainer, songs: dict[str, int], library_service: LibraryService,
        database: Path, qtbot: QtBot,
    ) -> None:  # fmt: skip
        def waiting() -> list[tuple[int, str]]:
            with LibraryStore(database, check=False) as store:
                return store.select("SELECT song, genre FROM pending_label")

        new = songs["New"]  # its file is gone, so it cannot be analysed and the label goes on waiting
        with LibraryStore(database, check=False) as store:
            add_pending(store, FIRST, [new] if before else [], before or "")
        with qtbot.waitSignal(library_service.job_ended, timeout=WAIT):
            head_trainer.mark([new], "Fado")
        assert waiting() == [(new, "Fado")]
        assert head_trainer.state.undoable == 1
        head_trainer.undo()
        qtbot.waitUntil(lambda: waiting() == ([(new, before)] if before else []), timeout=WAIT)
