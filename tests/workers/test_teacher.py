"""Teaching from the window: marks, learning, figures, use, heads; on a library that was listened to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from mgc_desktop import settings as s
from mgc_desktop.inference import heads, registry
from mgc_desktop.library import marks
from mgc_desktop.library.head_effects import GenreChange
from mgc_desktop.library.pending_labels import add_pending, ready_labels
from mgc_desktop.library.query import Query
from mgc_desktop.library.song import State
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.pipeline import analyze
from mgc_desktop.settings import Settings
from mgc_desktop.tags.journal import Journal
from mgc_desktop.workers.analysis import Analyst
from mgc_desktop.workers.library import Librarian
from mgc_desktop.workers.teacher import FIRST, Teacher

sys.path.append(str(Path(__file__).parents[1]))
import made_lessons

WAIT = 120_000


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MGC_HOME", str(tmp_path))
    return tmp_path / "data" / "library.db"


@pytest.fixture
def songs(database: Path) -> dict[str, int]:
    """The ids of the songs of the library by title."""
    with LibraryStore(database) as store:
        return made_lessons.fill(store)


@pytest.fixture
def librarian(database: Path, tmp_path: Path, qtbot: QtBot) -> Iterator[Librarian]:
    librarian = Librarian(database, Journal(tmp_path / "journal"))
    yield librarian
    assert librarian.close()


@pytest.fixture
def analyst(qapp: object) -> Iterator[Analyst]:
    analyst = Analyst()
    yield analyst
    assert analyst.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json")


@pytest.fixture
def teacher(
    songs: dict[str, int], librarian: Librarian, analyst: Analyst, settings: Settings, qtbot: QtBot
) -> Iterator[Teacher]:
    teacher = Teacher(librarian, analyst, settings)
    errors: list[Exception] = []
    teacher.failed.connect(errors.append)
    teacher.start()
    qtbot.waitUntil(lambda: teacher.state.learned is not None or bool(errors), timeout=WAIT)
    assert errors == []
    yield teacher
    assert teacher.close()


Mark = Callable[..., None]


@pytest.fixture
def mark(teacher: Teacher, songs: dict[str, int], qtbot: QtBot) -> Mark:
    """`mark("Fado", *titles)`, and wait until it is learned."""

    def do(genre: str, *titles: str) -> None:
        before = teacher.state.learned
        teacher.mark([songs[title] for title in titles], genre)
        qtbot.waitUntil(lambda: teacher.state.learned is not before, timeout=WAIT)

    return do


def marked(teacher: Teacher) -> dict[str, str]:
    learned = teacher.state.learned
    return {each.lesson.title: each.lesson.genre for each in learned.marks} if learned else {}


def heard_as(database: Path, title: str) -> str | None:
    with LibraryStore(database, check=False) as store:
        song = store.song_at(made_lessons.ROOT / f"{title}.mp3")
    return song.heard if song is not None else None


def test_marks_are_learned_at_once_and_examined(teacher: Teacher, mark: Mark, qtbot: QtBot) -> None:
    mark("Fado", *made_lessons.FADO[:4])
    mark("Synthwave", *made_lessons.SYNTHWAVE[:4])
    assert teacher.state.own == ("Fado", "Synthwave")
    assert heads.load_head(FIRST).taught.own == ("Fado", "Synthwave")
    qtbot.waitUntil(lambda: teacher.state.report is not None, timeout=WAIT)
    report = teacher.state.report
    assert report is not None
    assert report.songs == 8
    assert (report.accuracy("taught") or 0) > (report.accuracy("bundled") or 0)
    assert heads.load_head(FIRST).measured["songs"] == 8


def test_a_marking_is_taken_back(teacher: Teacher, mark: Mark, qtbot: QtBot) -> None:
    mark("Fado", "Lágrima", "Saudade")
    mark("Synthwave", "Saudade", "Turbo")
    assert teacher.state.undoable == 2
    teacher.undo()
    qtbot.waitUntil(lambda: marked(teacher) == {"Lágrima": "Fado", "Saudade": "Fado"}, timeout=WAIT)
    teacher.unmark([mark_.lesson.checksum for mark_ in teacher.state.learned.marks])  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: marked(teacher) == {}, timeout=WAIT)
    assert heads.list_heads() == []
    teacher.undo()
    qtbot.waitUntil(lambda: len(marked(teacher)) == 2, timeout=WAIT)
    teacher.undo()
    qtbot.waitUntil(lambda: marked(teacher) == {} and teacher.state.undoable == 0, timeout=WAIT)
    teacher.undo()  # nothing more to take back


def test_in_use_the_library_is_judged_anew_at_once_and_back(
    teacher: Teacher, mark: Mark, librarian: Librarian, database: Path, settings: Settings, qtbot: QtBot
) -> None:
    mark("Fado", *made_lessons.FADO[:4])
    assert heard_as(database, "Alfama") == "World"
    teacher.use(FIRST)
    assert settings[s.HEAD] == FIRST
    qtbot.waitUntil(lambda: heard_as(database, "Alfama") == "Fado", timeout=WAIT)
    with LibraryStore(database, check=False) as store:
        song = store.song_at(made_lessons.ROOT / "Alfama.mp3")
        assert song is not None
        assert song.model == f"musicnn@{made_lessons.MUSICNN.version_with(heads.load_head(FIRST))}"
        assert store.verdicts([song.id])[song.id].genres[-1] == "Fado"
        assert not [each for each in store.songs(store.ids(Query())) if each.state == "stale"]
    teacher.use("")
    qtbot.waitUntil(lambda: heard_as(database, "Alfama") == "World", timeout=WAIT)


def test_what_is_learned_while_it_is_in_use_is_used(teacher: Teacher, mark: Mark, database: Path, qtbot: QtBot) -> None:
    mark("Fado", *made_lessons.FADO[:4])
    teacher.use(FIRST)
    qtbot.waitUntil(lambda: heard_as(database, "Alfama") == "Fado", timeout=WAIT)
    mark("Synthwave", *made_lessons.SYNTHWAVE[:4])
    qtbot.waitUntil(lambda: heard_as(database, "Resonance") == "Synthwave", timeout=WAIT)
    assert heard_as(database, "Alfama") == "Fado"


def test_what_else_changes_by_learning_is_asked_before_it_counts(
    teacher: Teacher, mark: Mark, database: Path, settings: Settings, qtbot: QtBot
) -> None:
    mark("Fado", *made_lessons.FADO[:4])
    teacher.use(FIRST)
    qtbot.waitUntil(lambda: heard_as(database, "Alfama") == "Fado", timeout=WAIT)
    asked: list[tuple[GenreChange, ...]] = []
    teacher.ask = asked.append
    mark("Synthwave", *made_lessons.SYNTHWAVE[:4])
    qtbot.waitUntil(lambda: bool(asked), timeout=WAIT)
    assert heard_as(database, "Turbo") == "Synthwave"  # what the user said counts at once
    before = heard_as(database, "Resonance")
    assert before != "Synthwave"
    changes = {change.song: (change.before, change.after) for change in asked[-1]}
    with LibraryStore(database, check=False) as store:
        song = store.song_at(made_lessons.ROOT / "Resonance.mp3")
        marked_songs = [store.song_at(made_lessons.ROOT / f"{title}.mp3") for title in made_lessons.SYNTHWAVE[:4]]
    assert song is not None
    assert changes[song.id][1] == "Synthwave"
    assert not {marked_song.id for marked_song in marked_songs if marked_song} & changes.keys()
    # Until the user agrees, also after another start, the head counts as it was.
    counting = heads.head_in_use(FIRST)
    assert counting is not None
    assert counting.taught.own == ("Fado",)
    assert heads.load_head(FIRST).taught.own == ("Fado", "Synthwave")
    teacher.keep()
    qtbot.waitUntil(lambda: heard_as(database, "Resonance") == "Synthwave", timeout=WAIT)
    counting = heads.head_in_use(FIRST)
    assert counting is not None
    assert counting.taught.own == ("Fado", "Synthwave")


def test_what_the_user_said_of_a_song_is_overruled_by_nothing(
    teacher: Teacher, mark: Mark, librarian: Librarian, database: Path, qtbot: QtBot
) -> None:
    mark("Jazz", "Lágrima")
    mark("Fado", *made_lessons.FADO[1:])
    teacher.use(FIRST)
    qtbot.waitUntil(lambda: heard_as(database, "Alfama") == "Fado", timeout=WAIT)
    assert heard_as(database, "Lágrima") == "Jazz"
    teacher.use("")
    with qtbot.waitSignal(librarian.changed, timeout=WAIT):
        librarian.take_up_model(lambda _: librarian.changed.emit())
    assert heard_as(database, "Lágrima") == "Jazz"
    teacher.undo()
    teacher.undo()
    qtbot.waitUntil(lambda: heard_as(database, "Lágrima") == "World", timeout=WAIT)


def test_the_last_mark_taken_away_switches_it_off(
    teacher: Teacher, mark: Mark, database: Path, settings: Settings, qtbot: QtBot
) -> None:
    mark("Fado", "Lágrima")
    teacher.use(FIRST)
    qtbot.waitUntil(lambda: heard_as(database, "Lágrima") == "Fado", timeout=WAIT)
    teacher.undo()
    qtbot.waitUntil(lambda: heard_as(database, "Lágrima") == "World", timeout=WAIT)
    assert settings[s.HEAD] == ""


def test_the_song_that_plays_is_heard_with_the_head_in_use(
    teacher: Teacher, mark: Mark, analyst: Analyst, write_audio: Any, sounds: Any, qtbot: QtBot
) -> None:
    mark("Fado", *made_lessons.FADO[:4])
    with qtbot.waitSignal(analyst.model_changed, timeout=WAIT):
        teacher.use(FIRST)
    path = write_audio("a.wav", sounds.noise(6.0, 16000), sr=16000)
    with qtbot.waitSignal(analyst.finished, timeout=WAIT) as finished:
        analyst.start(path)
    assert finished.args is not None
    prediction = finished.args[0]
    assert prediction.genres[-1] == "Fado"
    # Marked from there, it teaches what the bundled head heard, not what the taught one said
    teacher.mark_heard(prediction, "Noise", "", "Merzbow")
    qtbot.waitUntil(lambda: marked(teacher).get("Noise") == "Merzbow", timeout=WAIT)
    (lesson,) = (each.lesson for each in teacher.state.learned.marks if each.lesson.title == "Noise")  # type: ignore[union-attr]
    assert lesson.probabilities == pytest.approx(analyze(path, registry.load()).probabilities, abs=1e-3)


def test_songs_that_were_not_listened_to_are_first(
    teacher: Teacher, songs: dict[str, int], librarian: Librarian, database: Path, write_audio: Any, sounds: Any,
    qtbot: QtBot,
) -> None:  # fmt: skip
    path = write_audio("real.flac", sounds.noise(4.0))
    with LibraryStore(database, check=False) as store:
        store.moved(songs["New"], path)
    with qtbot.waitSignals([teacher.waiting, librarian.job_ended], timeout=WAIT):
        teacher.mark([songs["Lágrima"], songs["New"]], "Fado")
    qtbot.waitUntil(lambda: marked(teacher) == {"Lágrima": "Fado", "New": "Fado"}, timeout=WAIT)


def test_several_heads(teacher: Teacher, mark: Mark, settings: Settings, tmp_path: Path, qtbot: QtBot) -> None:
    mark("Fado", "Lágrima")
    teacher.choose("Other")
    qtbot.waitUntil(lambda: teacher.state.learned is not None and marked(teacher) == {}, timeout=WAIT)
    mark("Polka", "Lágrima")
    assert teacher.state.names == (FIRST, "Other")
    teacher.use("Other")
    teacher.rename("Third")
    qtbot.waitUntil(lambda: teacher.state.names == (FIRST, "Third") and marked(teacher) != {}, timeout=WAIT)
    assert settings[s.HEAD] == settings[s.TEACH_HEAD] == "Third"
    teacher.export(tmp_path / "third.json")
    qtbot.waitUntil((tmp_path / "third.json").is_file, timeout=WAIT)
    teacher.delete()
    qtbot.waitUntil(lambda: teacher.state.name == FIRST and marked(teacher) == {"Lágrima": "Fado"}, timeout=WAIT)
    assert settings[s.HEAD] == ""
    teacher.bring_in(tmp_path / "third.json")
    qtbot.waitUntil(lambda: teacher.state.name == "Third" and marked(teacher) == {"Lágrima": "Polka"}, timeout=WAIT)


def test_what_is_wrong_is_said_and_nothing_is_lost(teacher: Teacher, mark: Mark, tmp_path: Path, qtbot: QtBot) -> None:
    mark("Fado", "Lágrima")
    for wrong in (
        lambda: teacher.choose("a/b"),
        lambda: teacher.rename("con"),
        lambda: teacher.bring_in(tmp_path / "missing.json"),
    ):
        with qtbot.waitSignal(teacher.failed, timeout=WAIT):
            wrong()
    assert teacher.state.name == FIRST
    assert marked(teacher) == {"Lágrima": "Fado"}


def test_after_a_restart_everything_is_as_it_was(
    teacher: Teacher, mark: Mark, librarian: Librarian, settings: Settings, qtbot: QtBot
) -> None:
    mark("Fado", *made_lessons.FADO[:4])
    version = heads.load_head(FIRST).version
    settings[s.HEAD] = FIRST
    analyst = Analyst(head=lambda: heads.head_in_use(settings[s.HEAD]))
    second = Teacher(librarian, analyst, settings)
    second.start()
    qtbot.waitUntil(lambda: marked(second) == marked(teacher), timeout=WAIT)
    assert second.state.in_use == FIRST
    assert heads.load_head(FIRST).version == version
    assert second.close()
    assert analyst.close()


def test_a_head_in_use_that_is_damaged_is_switched_off_and_said(
    librarian: Librarian, songs: dict[str, int], analyst: Analyst, settings: Settings, qtbot: QtBot
) -> None:
    folder = heads.heads_dir()
    folder.mkdir(parents=True)
    (folder / "Mine.json").write_text("{", encoding="utf-8")
    settings[s.HEAD] = "Mine"
    teacher = Teacher(librarian, analyst, settings)
    with qtbot.waitSignal(teacher.failed, timeout=WAIT) as failed:
        teacher.start()
    assert failed.args is not None
    assert "Mine" in failed.args[0].message
    qtbot.waitUntil(lambda: settings[s.HEAD] == "", timeout=WAIT)
    assert teacher.close()


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
                (head, each.lesson.title, each.lesson.genre)
                for head in marks.taught_heads(store)
                for each in marks.marks(store, head)
            }

    def test_with_analysed_ones_under_the_head_in_use_none_is_lost(
        self, teacher: Teacher, mark: Mark, songs: dict[str, int], new: int, database: Path, qtbot: QtBot
    ) -> None:
        mark("Fado", "Lágrima")
        teacher.use(FIRST)  # what is learned is put to use at once, which stops the run that analyses the other song
        teacher.mark([songs["Barco Negro"], new], "Fado")
        qtbot.waitUntil(lambda: (FIRST, "real", "Fado") in self.labels(database) or
                        (FIRST, "New", "Fado") in self.labels(database), timeout=WAIT)  # fmt: skip
        assert len(self.labels(database)) == 3

    def test_they_go_to_the_head_that_was_meant(
        self, teacher: Teacher, mark: Mark, new: int, database: Path, qtbot: QtBot
    ) -> None:
        mark("Fado", "Lágrima")
        teacher.mark([new], "Fado")
        teacher.choose("Other")
        qtbot.waitUntil(lambda: len(self.labels(database)) == 2, timeout=WAIT)
        assert {head for head, _, _ in self.labels(database)} == {FIRST}

    def test_they_outlive_the_program(
        self, songs: dict[str, int], new: int, database: Path, librarian: Librarian, analyst: Analyst,
        settings: Settings, qtbot: QtBot,
    ) -> None:  # fmt: skip
        with LibraryStore(database, check=False) as store:
            add_pending(store, "Later", [new], "Fado")
            store.remember("d" * 32, made_lessons.heard(Path("/x"), 1, 1))
            analysis = store.analysis("d" * 32, made_lessons.MUSICNN.name, made_lessons.MUSICNN.base)
            assert analysis is not None
            store.assign(new, analysis, State.TO_WRITE)
        teacher = Teacher(librarian, analyst, settings)
        teacher.start()
        qtbot.waitUntil(lambda: {head for head, _, _ in self.labels(database)} == {"Later"}, timeout=WAIT)
        with LibraryStore(database, check=False) as store:
            assert ready_labels(store) == {}
        assert teacher.close()
