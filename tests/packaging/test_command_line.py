"""The installed `mgc`: the same as from source, wherever and for whomever it runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from traced import Trace, require_strace

from mgc_desktop import __version__

pytestmark = pytest.mark.package

TOLERANCE = 1e-4
USER = "65534"  # nobody


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_it_tells_its_version(installed: Any) -> None:
    done = installed.mgc("--version")
    assert (done.returncode, done.stdout) == (0, f"mgc {__version__}\n")


def test_every_command_answers(installed: Any) -> None:
    from mgc_desktop.cli.main import COMMANDS

    assert installed.mgc("--help").returncode == 0
    for name in COMMANDS:
        assert installed.mgc(name, "--help").returncode == 0, name


def test_self_test(installed: Any) -> None:
    done = installed.mgc("self-test")
    assert (done.returncode, done.stdout) == (0, "PASS\n"), done.stderr


def test_all_bundled_models_can_be_used(installed: Any, source: Any) -> None:
    assert installed.mgc("models").stdout == source("models").stdout


def test_real_songs_give_the_same_numbers_as_from_source(installed: Any, source: Any, demo: Path) -> None:
    here = objects(installed.mgc("analyze", "--json", demo).stdout)
    there = objects(source("analyze", "--json", demo).stdout)
    assert len(here) == len(there) >= 4
    for one, other in zip(here, there, strict=True):
        assert {k: one[k] for k in ("path", "model", "genre", "error")} == {
            k: other[k] for k in ("path", "model", "genre", "error")
        }
        assert one["error"] is None
        assert numbers(one) == pytest.approx(numbers(other), abs=TOLERANCE)


def numbers(value: Any) -> list[float]:
    """All numbers in it, in their order."""
    if isinstance(value, dict):
        return [number for key in sorted(value) for number in numbers(value[key])]
    if isinstance(value, list):
        return [number for item in value for number in numbers(item)]
    return [float(value)] if isinstance(value, int | float) else []


def test_worker_processes(installed: Any, demo: Path) -> None:
    """Each is the frozen program started anew, which must neither open a window nor start workers of its own."""
    done = installed.mgc("analyze", "--json", "--jobs", "2", demo)
    assert done.returncode == 0, done.stderr
    assert [song["error"] for song in objects(done.stdout)] == [None] * 4
    assert done.stderr == ""


def test_tag_and_undo(installed: Any, demo: Path, tmp_path: Path) -> None:
    music = tmp_path / "Müsik, 音楽"
    shutil.copytree(demo, music)
    before = {path.name: path.read_bytes() for path in music.glob("*.mp3")}
    tagged = installed.mgc("tag", "--yes", "--policy", "replace", "--jobs", "2", "--json", music)
    written = [song for song in objects(tagged.stdout) if song["result"] == "written"]
    assert written, tagged.stdout + tagged.stderr
    assert {path.name: path.read_bytes() for path in music.glob("*.mp3")} != before
    assert len(objects(installed.mgc("runs", "--json").stdout)) == 1
    undone = installed.mgc("undo", "--yes")
    assert undone.returncode == 0, undone.stderr
    assert {path.name: path.read_bytes() for path in music.glob("*.mp3")} == before


def test_export(installed: Any, demo: Path) -> None:
    done = installed.mgc("export", "--format", "csv", demo)
    assert done.returncode == 0
    assert "Metal Madness" in done.stdout


def test_training_says_where_it_is_to_be_had(installed: Any, demo: Path, tmp_path: Path) -> None:
    done = installed.mgc("train", "--dataset", demo, "--output", tmp_path / "out")
    assert done.returncode == 1
    assert "from source" in done.stderr
    assert "Traceback" not in done.stderr


def test_offline(installed: Any, demo: Path, apart: Any) -> None:
    apart("net")  # only root can take the network away
    alone = replace(installed, before=("unshare", "--net"))
    assert alone.mgc("self-test").stdout == "PASS\n"
    assert alone.mgc("analyze", *demo.glob("*.mp3")).returncode == 0


def test_as_a_normal_user_in_a_folder_that_cannot_be_written(bundle: Path, demo: Path, apart: Any) -> None:
    """The folder is root's, mounted read-only; the user has a home and nothing else."""
    apart("mount")  # as a normal user everything else is tested anyway
    folder = Path("/tmp") / f"mgc-user-{os.getpid()}"
    home = folder / "Zoë's home"
    home.mkdir(parents=True)
    try:
        shutil.copytree(demo, folder / "music")
        folder.chmod(0o755)
        for path in (home, folder / "music", *(folder / "music").iterdir()):
            shutil.chown(path, int(USER), int(USER))
        app = folder / "app"
        inside = (
            f'mkdir -p "{app}" && mount --bind "{bundle}" "{app}" && mount -o remount,ro,bind "{app}"'
            f' && ! touch "{app}/x" 2>/dev/null'
            f' && exec setpriv --reuid={USER} --regid={USER} --clear-groups --no-new-privs "$@"'
        )
        program = [str(app / "mgc")]
        before = ["unshare", "--mount", "sh", "-c", inside, "sh"]
        environment = {"PATH": "/usr/sbin:/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
        for arguments in (["self-test"], ["tag", "--yes", "--json", str(folder / "music")], ["undo", "--yes"]):
            command = [*before, *program, *arguments]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd="/", check=False)
            assert done.returncode == 0, done.stdout + done.stderr
        assert (home / ".local/share/mgc-desktop").is_dir()
    finally:
        shutil.rmtree(folder)


def test_two_at_once(installed: Any, demo: Path) -> None:
    command = installed.command("mgc", "analyze", "--json", demo)
    pipe = subprocess.PIPE
    both = [subprocess.Popen(command, env=installed.environment, stdout=pipe, stderr=pipe, text=True) for _ in range(2)]
    told = [program.communicate(timeout=240) for program in both]
    assert [program.returncode for program in both] == [0, 0]
    assert told[0] == told[1]


Spoil = Callable[[Path], None]


def cut_off(folder: Path) -> None:
    model = folder / "_internal/models/musicnn/model.onnx"
    start = model.read_bytes()[:1000]
    model.unlink()  # it may be a link to the real one
    model.write_bytes(start)


def take_away(folder: Path) -> None:
    (folder / "_internal/models/musicnn/model.onnx").unlink()


def take_all_away(folder: Path) -> None:
    shutil.rmtree(folder / "_internal/models/musicnn")


@pytest.mark.parametrize("spoil", [cut_off, take_away, take_all_away])
def test_a_spoiled_model_is_named_with_the_way_out(copy: Path, installed: Any, demo: Path, spoil: Spoil) -> None:
    spoil(copy)
    spoiled = replace(installed, folder=copy)
    song = next(demo.glob("*.mp3"))
    for arguments in (("self-test",), ("analyze", song)):
        done = spoiled.mgc(*arguments)
        said = done.stdout + done.stderr
        assert done.returncode == 1
        assert "musicnn" in said
        assert re.search("Install MGC Desktop again|Reinstall MGC Desktop|Choose one of", said), said
        assert "Traceback" not in said


def test_nothing_leaves_the_machine(installed: Any, demo: Path, tmp_path: Path) -> None:
    """Neither the program nor its worker processes open a socket or write outside of the program's own folders."""
    require_strace()
    trace = Trace(tmp_path / "trace", installed.home)
    watched = replace(installed, before=tuple(trace.command([])))
    done = watched.mgc("analyze", "--json", "--jobs", "2", demo)
    assert [song["error"] for song in objects(done.stdout)] == [None] * 4, done.stderr
    assert trace.faults() == []
