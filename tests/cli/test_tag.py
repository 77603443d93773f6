"""`mgc tag`, `mgc runs` and `mgc undo` on copies of the demo songs."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import mutagen
import psutil
import pytest

from mgc_desktop.cli import main
from mgc_desktop.inference.registry import load
from mgc_desktop.library.excerpts import analyse_excerpts
from mgc_desktop.library.store import LibraryStore
from mgc_desktop.paths import resources_dir
from mgc_desktop.tags.fingerprint import audio_checksum
from mgc_desktop.tags.read import read_tags

MGC = [sys.executable, "-c", "import sys; from mgc_desktop.cli import main; sys.exit(main())"]
DEMO = sorted((resources_dir() / "demo").glob("*.mp3"))


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("MGC_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def verdicts():
    """What the default model says of each demo song."""
    classifier = load()
    return {path.name: analyse_excerpts(path, classifier) for path in DEMO}


@pytest.fixture
def music(tmp_path):
    """Two demo songs without a genre, one with, in an album of their own, and a file that is no song."""
    folder = tmp_path / "music"
    folder.mkdir()
    for path in DEMO[:3]:
        copy = folder / path.name
        shutil.copyfile(path, copy)
        audio = mutagen.File(copy)
        audio["TCON"] = mutagen.id3.TCON(encoding=3, text=["Polka"] if path == DEMO[2] else [])
        audio.save()
    (folder / "broken.mp3").write_bytes(b"no music at all")
    return folder


def sure(verdicts):
    names = [path.name for path in DEMO[:2] if verdicts[path.name].genre]
    assert names, "no demo song gets a verdict"
    return names


def objects(text):
    return {Path(line["path"]).name: line for line in map(json.loads, text.splitlines())}


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_dry_run_writes_nothing_and_tells_all(music, home, verdicts, capsys):
    before = contents(music)
    assert main(["tag", "--dry-run", "--json", str(music)]) == 1  # one file is no song
    found = objects(capsys.readouterr().out)
    assert contents(music) == before
    assert not (home / "data" / "journal").exists()
    assert found["broken.mp3"]["result"] == "failed"
    assert found[DEMO[2].name]["result"] == "skipped"
    assert "Polka" in found[DEMO[2].name]["reason"]
    for name in sure(verdicts):
        prediction = verdicts[name]
        assert (found[name]["result"], found[name]["new"]) == ("planned", [prediction.genre])
        assert found[name]["confidence"] == pytest.approx(prediction.confidence, abs=1e-4)


def test_written_listed_and_taken_back(music, verdicts, capsys):
    before = contents(music)
    assert main(["tag", "--yes", "--json", str(music)]) == 1
    found = objects(capsys.readouterr().out)
    for name in sure(verdicts):
        assert found[name]["result"] == "written"
        assert read_tags(music / name).genres == (verdicts[name].genre,)
    assert (music / DEMO[2].name).read_bytes() == before[DEMO[2].name]
    assert main(["runs", "--json"]) == 0
    (run,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (run["written"], run["refused"], run["undoes"]) == (len(sure(verdicts)), 0, None)
    assert run["run"] == found[sure(verdicts)[0]]["run"]
    assert main(["undo", "--yes", "--json"]) == 0
    undone = objects(capsys.readouterr().out)
    assert {line["result"] for line in undone.values()} == {"written"}
    assert contents(music) == before
    assert main(["undo", "--yes"]) == 1
    assert "nothing to undo" in capsys.readouterr().err


def test_every_policy(music, verdicts, capsys):
    name = DEMO[2].name
    genre = verdicts[name].genre
    if genre is None:
        pytest.skip("the model is unsure about this demo song")
    expected = {"append": ("Polka", genre), "replace": (genre,), "separate": ("Polka",)}
    for policy, genres in expected.items():
        assert main(["tag", "--yes", "--policy", policy, str(music / name)]) == 0
        assert read_tags(music / name).genres == genres
        assert (read_tags(music / name).separate == (genre,)) is (policy == "separate")
        assert main(["undo", "--yes"]) == 0
        assert read_tags(music / name).genres == ("Polka",)


def test_the_users_names_are_written(music, verdicts, tmp_path):
    name = sure(verdicts)[0]
    (tmp_path / "map.csv").write_text(f"{verdicts[name].genre},My Own Name\n")
    assert main(["tag", "--yes", "--map", str(tmp_path / "map.csv"), str(music / name)]) == 0
    assert read_tags(music / name).genres == ("My Own Name",)


def test_too_little_confidence_is_not_written(music, verdicts, capsys):
    name = sure(verdicts)[0]
    assert main(["tag", "--yes", "--min-confidence", "1", str(music / name)]) == 0
    assert "less than the required 100%" in capsys.readouterr().out
    assert read_tags(music / name).genres == ()


@pytest.mark.parametrize("options", [[], ["--no-cache"], ["--min-confidence", "1"], ["--album"]], ids=str)
def test_what_the_user_said_in_the_window_is_written(music, verdicts, home, options, capsys):
    said, other = (path.name for path in DEMO[:2])
    with LibraryStore(home / "data" / "library.db") as store:
        store.set_user_genre(audio_checksum(music / said), ["Fado", "Morna"])
    assert main(["tag", "--yes", "--json", *options, str(music / said), str(music / other)]) == 0
    found = objects(capsys.readouterr().out)
    assert read_tags(music / said).genres == ("Fado", "Morna")
    assert found[said]["confidence"] == 1.0
    assert "Fado" not in read_tags(music / other).genres


def test_what_the_user_said_is_not_overruled_while_the_library_cannot_be_read(music, verdicts, home, capsys):
    name = sure(verdicts)[0]
    with LibraryStore(home / "data" / "library.db") as store:
        store.set_user_genre(audio_checksum(music / name), ["Fado"])
        store.db.execute("DROP TABLE user_genres")
    assert main(["tag", "--yes", "--json", str(music / name)]) in (0, 1)
    assert "your own genres of songs are not used" in capsys.readouterr().err


def test_an_unusable_journal_is_told_before_songs_are_analysed(music, home, capsys):
    (home / "data").mkdir(parents=True)
    (home / "data" / "journal").write_text("no folder")
    before = contents(music)
    assert main(["tag", "--yes", str(music)]) == 1
    assert "journal" in capsys.readouterr().err
    assert contents(music) == before
    assert not (home / "data" / "library.db").exists()  # nothing was analysed


def test_undo_takes_the_newest_run_of_which_something_can_be_taken_back(music, verdicts, capsys):
    if len(names := sure(verdicts)) < 2:
        pytest.skip("the model is unsure about a demo song")
    first, second = (music / name for name in names)
    before = first.read_bytes()
    runs = []
    for path in (first, second):
        capsys.readouterr()
        assert main(["tag", "--yes", "--json", str(path)]) == 0
        runs.append(objects(capsys.readouterr().out)[path.name]["run"])
    second.write_bytes(second.read_bytes() + b"another program was here")
    assert main(["undo", "--yes"]) == 0
    assert f"{runs[1]} is passed over" in capsys.readouterr().err
    assert first.read_bytes() == before
    assert main(["undo", "--yes"]) == 1  # says why
    assert "was changed by another program" in "".join(capsys.readouterr())
    assert main(["undo", "--yes", "--only", str(first)]) == 1
    assert "nothing to undo in these files" in capsys.readouterr().err


def test_an_album_gets_one_verdict(music, capsys):
    for path in DEMO[:2]:
        audio = mutagen.File(music / path.name)
        audio["TALB"] = mutagen.id3.TALB(encoding=3, text="One album")
        audio.save()
    main(["tag", "--dry-run", "--json", "--album", "--jobs", "2", *(str(music / path.name) for path in DEMO[:2])])
    first, second = objects(capsys.readouterr().out).values()
    assert (first["new"], first["confidence"]) == (second["new"], second["confidence"])


def test_without_a_terminal_nothing_is_written_without_yes(music):
    before = contents(music)
    for arguments in (["tag", str(music)], ["undo"]):
        done = subprocess.run([*MGC, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert done.returncode == 2
        assert "--yes" in done.stderr
        assert done.stdout == ""
    assert contents(music) == before


@pytest.mark.skipif(sys.platform == "win32", reason="terminals are POSIX here")
@pytest.mark.parametrize(("answer", "writes"), [("y\n", True), ("yes\n", True), ("n\n", False), ("\n", False)])
def test_on_a_terminal_the_plan_is_shown_and_asked_for(music, verdicts, answer, writes):
    name = sure(verdicts)[0]
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*MGC, "tag", str(music / name)], stdin=theirs, stdout=subprocess.PIPE, stderr=theirs
    ) as process:
        os.close(theirs)
        said = b""
        while b"[y/N]" not in said:
            said += os.read(ours, 1000)
        assert read_tags(music / name).genres == ()
        os.write(ours, answer.encode())
        output = process.stdout.read().decode()
        assert process.wait() == 0
    os.close(ours)
    assert "Write 1 song? [y/N]" in said.decode()
    assert f"(none) -> {verdicts[name].genre}" in output
    assert (read_tags(music / name).genres == (verdicts[name].genre,)) is writes


@pytest.mark.parametrize(
    "arguments",
    [
        ["tag"],
        ["tag", "--policy", "wipe", "x"],
        ["tag", "--min-confidence", "60", "x"],
        ["tag", "--top", "0", "x"],
        ["tag", "--yes", "--map", "no such file", "x"],
        ["tag", "--yes", "--model", "no such model", "x"],
        ["undo", "a", "b"],
        ["runs", "x"],
    ],
)
def test_wrong_usage(arguments, capsys):
    assert main(arguments) == 2
    assert capsys.readouterr().out == ""


def test_an_empty_folder_and_an_unknown_run_are_named(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert main(["tag", "--yes", str(tmp_path / "empty")]) == 1
    assert "there is no music" in capsys.readouterr().err
    assert main(["undo", "--yes", "2001"]) == 1
    assert "There is no run" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_ctrl_c_while_listening_writes_nothing(music, home):
    before = contents(music)
    for number in range(12):
        shutil.copyfile(DEMO[0], music / f"{number}.mp3")
    many = contents(music)
    with subprocess.Popen(
        [*MGC, "tag", "--yes", "--jobs", "2", str(music)], stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        while not psutil.Process(process.pid).children():  # the processes that listen
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        said = process.stderr.read().decode()
        assert process.wait(30) == 130
    assert "Traceback" not in said
    assert contents(music) == many
    assert before.items() <= many.items()
    assert not list((home / "data" / "journal").glob("*.jsonl"))
