"""`mgc analyze`: the same numbers as everywhere, one line a song, and no song that stops the others."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from mgc_desktop.audio.files import find_audio
from mgc_desktop.cli import main
from mgc_desktop.inference.genres import GENRES
from mgc_desktop.inference.registry import load
from mgc_desktop.pipeline import analyze

KEYS = [
    "path",
    "duration",
    "model",
    "vocabulary",
    "outcome",
    "genre",
    "confidence",
    "genres",
    "tags",
    "segments",
    "error",
]
MGC = [sys.executable, "-c", "import sys; from mgc_desktop.cli import main; sys.exit(main())"]


@pytest.fixture
def music(sounds, write_audio):
    """A folder with three songs, one of them in a folder of its own, and a file that is none."""
    for number, name in enumerate(["b é.mp3", "a.flac", "more/c.ogg"]):
        y = sounds.chirp(4, f1=2000 * (number + 1), channels=2) + sounds.noise(4, channels=2)
        path = write_audio(f"music/{name}", y)
    folder = path.parents[1]
    (folder / "notes.txt").write_text("no music")
    return folder


def alive(group):
    """The processes of a process group that still run; those that nobody has waited for do not."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.cmdline())
    return found


def objects(text):
    return [json.loads(line) for line in text.splitlines()]


class TestJson:
    def test_is_what_the_analysis_gives(self, music, capsys):
        assert main(["analyze", "--json", str(music)]) == 0
        captured = capsys.readouterr()
        found = objects(captured.out)
        paths = [music / "a.flac", music / "b é.mp3", music / "more" / "c.ogg"]
        assert found == [analyze(path, load()).to_json() for path in paths]
        assert captured.err == ""

    def test_its_form(self, music, capsys):
        main(["analyze", "--json", str(music / "a.flac")])
        (song,) = objects(capsys.readouterr().out)
        assert list(song) == KEYS
        assert song["path"] == str(music / "a.flac")
        assert song["duration"] == 4.0
        assert song["model"] == "musicnn"
        assert song["genre"] in (None, *GENRES)
        assert song["error"] is None
        probabilities = [genre["probability"] for genre in song["genres"]]
        assert probabilities == sorted(probabilities, reverse=True)
        assert song["confidence"] == probabilities[0]
        assert sorted(genre["name"] for genre in song["genres"]) == sorted(GENRES)
        assert all(0 <= tag["probability"] <= 1 for tag in song["tags"])
        (segment,) = song["segments"]
        assert (segment["start"], segment["end"]) == (0, 2.992)
        assert set(segment["probabilities"]) == set(GENRES)
        assert segment["probabilities"][segment["genre"]] == max(segment["probabilities"].values())

    def test_several_processes_give_the_same_lines(self, music, capsys):
        (music / "broken.mp3").write_text("no music either")
        assert main(["analyze", "--json", str(music)]) == 1
        alone = capsys.readouterr().out
        assert main(["analyze", "--json", "--jobs", "2", str(music)]) == 1
        assert capsys.readouterr().out == alone

    @pytest.mark.parametrize("jobs", ["1", "2"])
    def test_a_bad_file_has_an_error_and_the_run_goes_on(self, jobs, music, tmp_path, capsys):
        (tmp_path / "empty.mp3").touch()
        bad = [tmp_path / "gone.mp3", tmp_path / "empty.mp3", music / "notes.txt"]
        status = main(["analyze", "--json", "--jobs", jobs, *map(str, bad), str(music / "a.flac")])
        captured = capsys.readouterr()
        *failed, good = objects(captured.out)
        assert status == 1
        assert [song["path"] for song in failed] == list(map(str, bad))
        for song in failed:
            assert list(song) == KEYS
            assert song["error"]
            assert not any(value for key, value in song.items() if key not in ("path", "error"))
        assert good["error"] is None and good["segments"]
        assert "3 of 4 failed" in captured.err

    def test_warnings_do_not_spoil_it(self, sounds, write_audio, capsys):
        path = write_audio("silent.wav", sounds.silence(5))
        assert main(["analyze", "--json", str(path)]) == 0
        captured = capsys.readouterr()
        (song,) = objects(captured.out)
        assert (song["genre"], song["confidence"], song["segments"]) == (None, 0, [])
        assert str(path) in captured.err and "silent" in captured.err

    @pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names there are always Unicode")
    def test_a_name_that_is_not_text_comes_back_whole(self, music, capsys):
        path = (music / "a.flac").rename(music / os.fsdecode(b"caf\xe9.flac"))
        assert main(["analyze", "--json", str(path)]) == 0
        (song,) = objects(capsys.readouterr().out)
        assert os.fsencode(song["path"]) == os.fsencode(path)
        assert main(["analyze", str(path)]) == 0


class TestText:
    def test_verdict_top_three_and_tags(self, music, capsys):
        assert main(["analyze", str(music / "a.flac")]) == 0
        found = analyze(music / "a.flac", load())
        title, verdict, tags = capsys.readouterr().out.splitlines()
        assert title == f"{music / 'a.flac'}  (0:04)"
        assert verdict.split()[0] == (found.genre or "unsure").split()[0]
        assert all(f"{name} {probability:.0%}" in verdict for name, probability in found.ranked[:3])
        assert tags.split(maxsplit=1) == ["tags", ", ".join(name for name, _ in found.tags)]

    def test_trouble_is_told(self, sounds, write_audio, tmp_path, capsys):
        silent = write_audio("silent.wav", sounds.silence(5))
        assert main(["analyze", str(silent), str(tmp_path / "gone.mp3")]) == 1
        text = capsys.readouterr().out
        assert "silent from beginning to end" in text
        assert "gone.mp3" in text and "not there" in text


class TestCalls:
    def test_no_music(self, tmp_path, capsys):
        assert main(["analyze", "--json", str(tmp_path)]) == 1
        captured = capsys.readouterr()
        assert captured.out == "" and "there is no music" in captured.err

    @pytest.mark.parametrize("arguments", [["--jobs", "0"], ["--jobs", "x"], ["--jobs", "-1"]])
    def test_wrong_numbers(self, arguments, music, capsys):
        assert main(["analyze", str(music), *arguments]) == 2
        assert "--jobs" in capsys.readouterr().err

    def test_unknown_model(self, music, capsys):
        assert main(["analyze", str(music), "--model", "nobody"]) == 2
        captured = capsys.readouterr()
        assert captured.out == "" and "'nobody'" in captured.err and "musicnn" in captured.err

    def test_a_folder_that_cannot_be_searched(self, music, capsys, monkeypatch):
        listed = Path.iterdir

        def forbidden(folder):  # root may search everything, so that no real folder would do
            if folder.name == "more":
                raise PermissionError(13, "Permission denied")
            return listed(folder)

        monkeypatch.setattr(Path, "iterdir", forbidden)
        assert main(["analyze", "--json", str(music / "more"), str(music / "a.flac")]) == 1
        good, bad = objects(capsys.readouterr().out)
        assert good["error"] is None
        assert bad["path"] == str(music / "more") and "permissions" in bad["error"]

    @pytest.mark.skipif(os.name == "nt", reason="pipes end in another way there")
    def test_a_reader_that_has_had_enough(self, music):
        songs = list(find_audio([music])) * 200  # it is gone long before the last
        process = subprocess.Popen(
            [*MGC, "analyze", "--json", *map(str, songs)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout.readline().startswith(b"{"), process.stderr.read()
        process.stdout.close()
        assert process.wait(60) == 1
        assert process.stderr.read() == b""

    @pytest.mark.skipif(os.name == "nt", reason="no process groups")
    @pytest.mark.parametrize("jobs", ["1", "2"])
    def test_ctrl_c_ends_it_without_a_traceback(self, jobs, music):
        """As a terminal sends it: to the program and all its processes."""
        songs = list(find_audio([music])) * 200
        process = subprocess.Popen(
            [*MGC, "analyze", "--json", "--jobs", jobs, *map(str, songs)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,  # what `readline` took beyond the line would be lost to `communicate`
            start_new_session=True,
        )
        assert process.stdout.readline().startswith(b"{"), process.stderr.read()
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert err == b"mgc: interrupted\n"
        assert all(json.loads(line)["error"] is None for line in out.splitlines())
        deadline = time.monotonic() + 30
        while alive(process.pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert alive(process.pid) == []
