"""The safe write of one file: what is kept, what is refused, and that a refusal leaves everything as it was."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from mutagen.id3 import ID3, TCON, TIT2

from mgc_desktop.errors import TagError
from mgc_desktop.tags import write as write_module
from mgc_desktop.tags.fields import Field
from mgc_desktop.tags.read import read_tags
from mgc_desktop.tags.write import FileState, NoRoomError, Prepared, WriteOptions, commit, prepare, prepare_undo

Song = Callable[..., Path]
Tag = Callable[[Path], None]
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX")


def rewrite(path: Path, *genres: str, **more: object) -> Prepared | None:
    """The whole write of one file."""
    prepared = prepare(path, Field.GENRE, genres, **more)  # type: ignore[arg-type]
    if prepared is not None:
        commit(prepared)
    return prepared


def refusal(path: Path, **more: object) -> str:
    """The reason why `path` is not written; it and its folder must be as before."""
    before = {entry: entry.lstat() for entry in path.parent.iterdir()}
    contents = path.read_bytes() if path.is_file() else None
    with pytest.raises(TagError) as caught:
        rewrite(path, "Hip-Hop", **more)
    assert caught.value.path is not None
    assert {entry: entry.lstat().st_mtime_ns for entry in path.parent.iterdir()} == {
        entry: status.st_mtime_ns for entry, status in before.items()
    }
    assert contents is None or path.read_bytes() == contents
    return caught.value.message


def test_every_format_is_written_checked_and_turned_back(song: Song, tag: Tag, ending: str) -> None:
    path = song(ending)
    tag(path)
    os.utime(path, ns=(10**18, 10**18))
    original = path.read_bytes()
    prepared = rewrite(path, "Hip-Hop", "Électro 曲")
    assert prepared is not None
    assert (prepared.old, prepared.new) == (("Jazz", "New Age"), ("Hip-Hop", "Électro 曲"))
    tags = read_tags(path)
    assert (tags.genres, tags.title, tags.year) == (("Hip-Hop", "Électro 曲"), "Ünïcode 曲", 1998)
    back = prepare_undo(
        path, Field.GENRE, prepared.undo, written=prepared.after, original=prepared.before, modified=10**18
    )
    assert back is not None
    commit(back)
    assert path.read_bytes() == original
    assert path.stat().st_mtime_ns == 10**18
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_file_that_says_so_already_is_not_touched(song: Song, tag: Tag, ending: str) -> None:
    path = song(ending)
    tag(path)
    before = path.stat()
    assert rewrite(path, "Jazz", "New Age") is None
    after = path.stat()
    assert (after.st_mtime_ns, after.st_ino, after.st_ctime_ns) == (
        before.st_mtime_ns,
        before.st_ino,
        before.st_ctime_ns,
    )


def test_a_number_that_means_the_genre_is_left_as_it_is(song: Song) -> None:
    path = song(".mp3")
    tags = ID3()
    tags.add(TCON(encoding=0, text="(17)"))
    tags.save(path, v2_version=3)
    assert rewrite(path, "Rock") is None


def test_until_the_commit_the_original_is_untouched(song: Song, tag: Tag) -> None:
    path = song(".flac")
    tag(path)
    before, contents = path.stat(), path.read_bytes()
    prepared = prepare(path, Field.GENRE, ("Hip-Hop",))
    assert prepared is not None
    assert (path.stat().st_ino, path.read_bytes()) == (before.st_ino, contents)
    assert read_tags(prepared.temporary).genres == ("Hip-Hop",)
    write_module.discard(prepared)
    assert not prepared.temporary.exists()


# ---- what belongs to a file stays with it ----


@posix
def test_permissions_stay(song: Song) -> None:
    path = song(".mp3")
    path.chmod(0o640)
    rewrite(path, "Jazz")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give files away")
def test_ownership_stays(song: Song) -> None:
    path = song(".mp3")
    os.chown(path, 1234, 5678)
    path.chmod(0o664)
    rewrite(path, "Jazz")
    status = path.stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (1234, 5678, 0o664)


def set_attribute(path: Path, name: str, value: bytes) -> None:
    if not hasattr(os, "setxattr"):
        pytest.skip("no extended attributes on this system")
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        pytest.skip(f"this file system keeps no {name} ({error.strerror})")


def access_list(*entries: tuple[int, int, int]) -> bytes:
    """A POSIX access list as the kernel stores it: (tag, permissions, id)."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


NOBODY = 0xFFFFFFFF
READERS = access_list((1, 6, NOBODY), (2, 4, 4321), (4, 4, NOBODY), (0x10, 4, NOBODY), (0x20, 0, NOBODY))


def test_extended_attributes_stay(song: Song) -> None:
    path = song(".mp3")
    set_attribute(path, "user.rating", b"5 stars")
    rewrite(path, "Jazz")
    assert os.getxattr(path, "user.rating") == b"5 stars"


def test_access_lists_stay(song: Song) -> None:
    path = song(".mp3")
    set_attribute(path, "system.posix_acl_access", READERS)
    mode = path.stat().st_mode
    rewrite(path, "Jazz")
    assert os.getxattr(path, "system.posix_acl_access") == READERS
    assert path.stat().st_mode == mode


def test_the_folders_default_access_list_is_not_put_on_the_file(song: Song) -> None:
    path = song(".mp3")
    path.chmod(0o600)
    set_attribute(path.parent, "system.posix_acl_default", READERS)
    rewrite(path, "Jazz")
    assert "system.posix_acl_access" not in os.listxattr(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("keep", [False, True])
def test_the_modification_time_stays_if_wished(song: Song, keep: bool) -> None:
    path = song(".mp3")
    os.utime(path, ns=(10**18, 10**18 + 123_456_700))
    rewrite(path, "Jazz", options=WriteOptions(keep_mtime=keep))
    assert (path.stat().st_mtime_ns == 10**18 + 123_456_700) is keep


# ---- names and links ----


@posix
def test_a_link_is_followed_not_replaced(song: Song, tmp_path: Path) -> None:
    path = song(".mp3")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "first.mp3").symlink_to(path)
    link = tmp_path / "links" / "second.mp3"
    link.symlink_to("first.mp3")
    rewrite(link, "Jazz")
    assert link.is_symlink()
    assert read_tags(path).genres == ("Jazz",)
    assert [entry.name for entry in sorted((tmp_path / "links").iterdir())] == ["first.mp3", "second.mp3"]


@posix
def test_a_link_in_a_circle_is_named(tmp_path: Path) -> None:
    link = tmp_path / "circle.mp3"
    link.symlink_to("circle.mp3")
    assert "circular link" in refusal(link)


@posix
def test_a_file_with_two_names_is_refused_unless_allowed(song: Song, tmp_path: Path) -> None:
    path = song(".mp3")
    other = tmp_path / "same.mp3"
    other.hardlink_to(path)
    assert "2 names (hard links)" in refusal(path)
    rewrite(path, "Jazz", options=WriteOptions(split_links=True))
    assert read_tags(path).genres == ("Jazz",)
    assert read_tags(other).genres == ()


NAMES = {
    "spaces and quotes": 'a song\'s "name" (live) [1].mp3',
    "as long as can be": "n" * 251 + ".mp3",
    "other scripts": "Ünïcode – 曲 🎵.mp3",
    "no ending": "song",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_odd_names(song: Song, name: str) -> None:
    path = song(".mp3", name)
    rewrite(path, "Jazz")
    assert read_tags(path).genres == ("Jazz",)


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux only")
def test_names_that_are_no_text(song: Song) -> None:
    path = song(".mp3")
    odd = Path(os.fsdecode(os.fsencode(path.parent) + b"/caf\xe9\xff.mp3"))
    path.rename(odd)
    rewrite(odd, "Jazz")
    assert read_tags(odd).genres == ("Jazz",)


def test_names_that_differ_only_in_case(song: Song) -> None:
    lower = song(".mp3", "song.mp3")
    upper = lower.with_name("SONG.mp3")
    if upper.exists():
        pytest.skip("this file system takes the two names for one")
    shutil.copyfile(lower, upper)
    rewrite(upper, "Jazz")
    assert (read_tags(lower).genres, read_tags(upper).genres) == ((), ("Jazz",))


# ---- what is refused ----


def test_a_read_only_file_is_refused(song: Song) -> None:
    path = song(".mp3")
    path.chmod(0o444)
    assert "read-only" in refusal(path)


def test_a_vanished_file_is_named(song: Song) -> None:
    path = song(".mp3")
    path.unlink()
    assert "is missing" in refusal(path)


def test_a_vanished_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(TagError, match="is missing"):
        rewrite(tmp_path / "unplugged" / "song.mp3", "Jazz")


@posix
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_is_no_file_is_refused(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "odd.mp3"
    make(path)
    with pytest.raises(TagError, match="regular file"):
        rewrite(path, "Jazz")


def test_a_file_changed_since_the_plan_is_refused(song: Song, tag: Tag) -> None:
    path = song(".mp3")
    planned = FileState.of(path)
    tag(path)
    assert "since the plan" in refusal(path, expected=planned)
    os.utime(path, ns=(1, 1))
    assert "since the plan" in refusal(path, expected=FileState(path.stat().st_size, 2))


def test_a_file_changed_between_copy_and_commit_is_refused(song: Song, tag: Tag) -> None:
    path = song(".mp3")
    prepared = prepare(path, Field.GENRE, ("Jazz",))
    assert prepared is not None
    tag(path)
    changed = path.read_bytes()
    with pytest.raises(TagError, match="just now"):
        commit(prepared)
    assert path.read_bytes() == changed
    assert not prepared.temporary.exists()


def test_a_file_changed_while_it_is_copied_is_refused(song: Song, tag: Tag) -> None:
    path = song(".mp3")
    ticks: list[int] = []

    def meddle() -> None:
        ticks.append(1)
        if len(ticks) == 2:
            tag(path)

    prepared = None
    with pytest.raises(TagError):
        prepared = prepare(path, Field.GENRE, ("Jazz",), tick=meddle)
        assert prepared is not None
        commit(prepared)
    assert read_tags(path).title == "Ünïcode 曲"
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("name", "data"), [("text.txt", b"no music"), ("empty.flac", b""), ("video.mkv", b"\x1aE\xdf\xa3" + bytes(100))]
)
def test_other_formats_are_refused(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert "format" in refusal(path)


@pytest.mark.parametrize("genre", ["with\0zero", "bell\x07", "\udcff"])
def test_genres_that_no_tag_can_hold_are_refused(song: Song, genre: str) -> None:
    with pytest.raises(TagError, match="characters"):
        rewrite(song(".mp3"), genre)


def test_a_name_that_would_be_read_as_something_else_is_refused(song: Song) -> None:
    path = song(".mp3")
    with pytest.raises(TagError, match="reads back"):
        rewrite(path, "17")  # the number of Rock
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_file_changed_by_others_is_not_turned_back(song: Song) -> None:
    path = song(".mp3")
    prepared = rewrite(path, "Jazz")
    assert prepared is not None
    tags = ID3(path)
    tags.add(TIT2(encoding=3, text="By another program"))
    tags.save(path)
    contents = path.read_bytes()
    with pytest.raises(TagError, match="changed by another program"):
        prepare_undo(path, Field.GENRE, prepared.undo, written=prepared.after, original=prepared.before, modified=0)
    assert path.read_bytes() == contents


def test_what_is_the_original_already_needs_no_undo(song: Song) -> None:
    path = song(".mp3")
    original = path.read_bytes()
    prepared = rewrite(path, "Jazz")
    assert prepared is not None
    path.write_bytes(original)
    undo = {"written": prepared.after, "original": prepared.before, "modified": 0}
    assert prepare_undo(path, Field.GENRE, prepared.undo, **undo) is None


# ---- the check before the commit ----


def damaged(place: int) -> Callable[..., None]:
    """A copy that goes wrong, as a failing disk would make it."""

    def apply(splices: object, old: object, new: object, tick: object = None) -> None:
        genuine(splices, old, new)
        new.seek(place, 0 if place >= 0 else 2)
        byte = new.read(1)
        new.seek(-1, 1)
        new.write(bytes([byte[0] ^ 0x20]))

    genuine = write_module.apply
    return apply


@pytest.mark.parametrize("place", [-40, 60])
def test_a_copy_that_went_wrong_never_takes_the_place(
    song: Song, tag: Tag, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    path = song(".mp3")
    tag(path)
    monkeypatch.setattr(write_module, "apply", damaged(place))
    assert "nothing was written" in refusal(path)


# ---- a full disk ----


def test_a_full_disk_is_named_and_nothing_stays_behind(song: Song, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = song(".mp3")
    monkeypatch.setattr(write_module, "apply", full)
    with pytest.raises(NoRoomError, match="free some space"):
        rewrite(path, "Jazz")
    monkeypatch.undo()
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    assert read_tags(path).genres == ()
