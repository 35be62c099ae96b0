"""Test publication: the outbox afterwards, and what remains when something stops it."""

import errno
import hashlib
import json
import os
import shutil
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model import Artefact, Asset
from newsletter.model.problems import Aborted, Place, Problem, Problems
from newsletter.outbox import tree as exchange
from newsletter.outbox.previous import read_previous_build, write_stamp
from newsletter.outbox.publish import DiskFault, Published, publish, publish_with, verify
from support.outboxes import Tree, artefacts, in_child, put, tree

OLD: Tree = {"site/a.html": b"a", "site/b.html": b"bb", "email/a.eml": b"mail"}
NEW: Tree = {"site/a.html": b"a", "site/b.html": b"BBB", "social/a.txt": b"text"}


def stamps(out: Path) -> dict[str, tuple[int, int]]:
    """Return the inode and time stamp of every file and folder, including the parent folder."""
    return {str(path): (path.lstat().st_ino, path.lstat().st_mtime_ns) for path in (out.parent, *out.parent.rglob("*"))}


def codes(problems: Problems) -> list[tuple[str, str, str]]:
    return [(problem.level, problem.code, problem.place.path) for problem in problems]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "outbox"


@pytest.fixture
def old(out: Path) -> Path:
    """Return an outbox with OLD in it."""
    put(out, OLD)
    return out


def is_untouched(out: Path, before: dict[str, tuple[int, int]]) -> bool:
    """Return whether the outbox is the same as before, with nothing left beside it."""
    after = stamps(out)
    del before[str(out.parent)], after[str(out.parent)]  # a temporary tree was created and removed there
    return before == after


# The outbox afterwards


def test_the_first_publication(out: Path) -> None:
    assert put(out, OLD) == Published(files=3, written=3, removed=0, changed=True, size=7)
    assert tree(out) == OLD
    assert sorted(path.name for path in out.parent.iterdir()) == [".outbox.lock", "outbox"]
    assert not list(verify(out))


def test_the_manifest_lists_every_file_sorted(out: Path) -> None:
    made = [Artefact("b/é.html", b"bb", "text/html", origin="announcements/é.md"), Artefact("a.txt", b"", "text/plain")]
    publish(iter(made), out, Problems())
    text = (out / "manifest.json").read_text(encoding="utf-8")
    empty, twice = hashlib.sha256(b"").hexdigest(), hashlib.sha256(b"bb").hexdigest()
    assert json.loads(text) == {
        "schema": 1,
        "files": {
            "a.txt": {"sha256": empty, "size": 0, "type": "text/plain"},
            "b/é.html": {"sha256": twice, "size": 2, "type": "text/html", "origin": "announcements/é.md"},
        },
    }
    assert (
        text
        == json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False)
        .replace('{"a.txt', '{\n"a.txt')
        .replace('"}, "b/', '"},\n"b/')
        .replace("}},", "}\n},")
        + "\n"
    )


def test_an_equal_publication_touches_nothing(old: Path) -> None:
    before = stamps(old)
    assert put(old, OLD) == Published(files=3, written=0, removed=0, changed=False, size=7)
    assert stamps(old) == before


def test_unchanged_files_stay_the_same_files(old: Path) -> None:
    before = stamps(old)
    assert put(old, NEW) == Published(files=3, written=2, removed=1, changed=True, size=8)
    assert tree(old) == NEW and not list(verify(old))
    kept = str(old / "site/a.html")
    assert stamps(old)[kept] == before[kept]
    assert sorted(path.name for path in old.parent.iterdir()) == [".outbox.lock", "outbox"]


def test_a_new_media_type_or_origin_changes_the_manifest_only(old: Path) -> None:
    before = stamps(old)
    typed = [Artefact(path, content, "text/html", "x.md") for path, content in OLD.items()]
    assert publish(typed, old, Problems()) == Published(files=3, written=0, removed=0, changed=True, size=7)
    assert {entry["type"] for entry in json.loads((old / "manifest.json").read_bytes())["files"].values()} == {
        "text/html"
    }
    assert all(stamps(old)[str(old / path)] == before[str(old / path)] for path in OLD)


def test_nothing_left_to_publish_empties_the_outbox(old: Path) -> None:
    assert put(old, {}) == Published(files=0, written=0, removed=3, changed=True, size=0)
    assert tree(old) == {} and not list(verify(old))
    assert not put(old, {}).changed


def test_files_and_folders_take_each_others_names(out: Path) -> None:
    for files in ({"a": b"1"}, {"a/b": b"1", "c/d/e": b"1"}, {"a": b"2", "c/d": b"1"}):
        put(out, files)
        assert tree(out) == files and not list(verify(out))


@pytest.mark.parametrize(("mask", "file", "folder"), [(0o022, 0o644, 0o755), (0o077, 0o600, 0o700)])
def test_modes_follow_the_umask(out: Path, mask: int, file: int, folder: int) -> None:
    before = os.umask(mask)
    try:
        put(out, OLD)
    finally:
        os.umask(before)
    assert {(out / path).stat().st_mode & 0o777 for path in (*OLD, "manifest.json")} == {file}
    assert {path.stat().st_mode & 0o777 for path in (out, out / "site")} == {folder}


def test_artefacts_are_written_as_they_come_and_forgotten(out: Path) -> None:
    def large() -> Iterator[Artefact]:
        for number in range(40):
            yield Artefact(f"{number}.bin", bytes([number]) * 1_000_000, "text/plain")
            assert (out.parent / f".outbox.next/{number}.bin").stat().st_size == 1_000_000

    tracemalloc.start()
    try:
        publish(large(), out, Problems())
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                path: st.sampled_from([b"", b"1", b"2", b"long"])
                for path in ("a", "a/b", "a/c/d", "b", "e/f", "e/g", "README.txt")
            },
        ).map(lambda files: {path: files[path] for path in files if not (path.startswith("a/") and "a" in files)}),
        min_size=1,
        max_size=4,
    ),
    st.lists(st.sampled_from(["a", "e/f", "e/g", "manifest.json"]), max_size=2),
)
def test_any_sequence_ends_with_the_last_tree(trees: list[Tree], vandalised: list[str]) -> None:
    foreign = {"README.md": b"read me", "e/notes": b"by hand", "own/deep/file": b"mine"}
    with tempfile.TemporaryDirectory() as folder:
        out, fresh = Path(folder, "outbox"), Path(folder, "fresh")
        for path, content in foreign.items():
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            (out / path).write_bytes(content)
        (out / "own/empty").mkdir()
        for files in trees:
            put(out, files)
        for path in vandalised:
            if (out / path).is_file() and path != "manifest.json":
                (out / path).write_bytes(b"another length")
        put(out, trees[-1])
        put(fresh, trees[-1])
        assert tree(out) == {**trees[-1], **foreign, "own/empty": None}
        assert (out / "manifest.json").read_bytes() == (fresh / "manifest.json").read_bytes()
        assert not list(verify(out))


# Files on disk as artefacts


def photo(source: Path, content: bytes | None = None, name: str = "photo.jpg") -> Artefact:
    """Return the file as an artefact, checked when it contained `content` (default: as it is now)."""
    content = source.read_bytes() if content is None else content
    sha256 = hashlib.sha256(content).hexdigest()
    asset = Asset(str(source), name, "image/jpeg", len(content), sha256, root=str(source.parent))
    return Artefact(name, b"", "image/jpeg", asset=asset)


def test_a_project_file_is_copied_once(out: Path, tmp_path: Path) -> None:
    source = tmp_path / "photo.jpg"
    source.write_bytes(b"p" * 3_000_000)
    name = "site/assets/photo.jpg"
    assert publish([photo(source, name=name)], out, Problems()) == Published(1, 1, 0, True, 3_000_000)
    assert (out / name).read_bytes() == source.read_bytes() and not list(verify(out))
    assert not (out / name).samefile(source)
    assert not publish([photo(source, name=name)], out, Problems()).changed
    source.write_bytes(b"q" * 3_000_000)
    assert publish([photo(source, name=name)], out, Problems()).written == 1
    assert (out / name).read_bytes() == source.read_bytes() and not list(verify(out))


def pipe(path: Path) -> None:
    os.mkfifo(path)


MEANWHILE: dict[str, Callable[[Path], object]] = {
    "gone": lambda path: None,
    "changed": lambda path: path.write_bytes(b"other"),
    "longer": lambda path: path.write_bytes(b"judged, and more"),
    "a link": lambda path: path.symlink_to("secret.jpg"),
    "a folder": Path.mkdir,
    "a pipe": pipe,
}


@pytest.mark.parametrize("was_there", [False, True])
@pytest.mark.parametrize("replace", MEANWHILE.values(), ids=MEANWHILE)
def test_a_project_file_that_is_not_what_was_judged_is_named(
    out: Path, tmp_path: Path, replace: Callable[[Path], object], was_there: bool
) -> None:
    put(out, {"photo.jpg": b"old"} if was_there else OLD)
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    replace(tmp_path / "photo.jpg")
    before = stamps(out)
    problems = Problems()
    with pytest.raises(Aborted):
        publish([photo(tmp_path / "photo.jpg", b"judged")], out, problems)
    assert [problem.code for problem in problems] == ["changed-file"]
    assert is_untouched(out, before)


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs a file that cannot be read, so Linux")
def test_a_project_file_that_cannot_be_read_is_named(old: Path) -> None:
    before = stamps(old)
    memory = Path(f"/proc/{os.getpid()}/mem")
    with pytest.raises(DiskFault, match=rf"^{memory}: Input/output error"):
        publish([photo(memory, b"")], old, Problems())
    assert is_untouched(old, before)


# What newsletter did not write


def test_foreign_files_are_carried_over(old: Path) -> None:
    (old / "site/own").mkdir()
    (old / "empty/deep").mkdir(parents=True)
    (old / "README.md").write_text("read me")
    (old / "site/own/run").write_text("#!/bin/sh")
    (old / "site/own/run").chmod(0o755)
    (old / "site/link").symlink_to("nowhere")
    (old / "folder").symlink_to("site", target_is_directory=True)
    os.mkfifo(old / "pipe")
    names = ("README.md", "site/own/run", "site/link", "folder", "pipe")
    before = {name: ((old / name).lstat().st_ino, (old / name).lstat().st_mtime_ns) for name in names}
    assert put(old, NEW).removed == 1
    assert {name: ((old / name).lstat().st_ino, (old / name).lstat().st_mtime_ns) for name in names} == before
    assert (old / "empty/deep").is_dir() and not (old / "email").exists()
    assert os.readlink(old / "site/link") == "nowhere" and not list(verify(old))


FOREIGN: dict[str, tuple[str, Callable[[Path], object]]] = {
    "file": ("social/a.txt", lambda path: path.write_text("by hand")),
    "other case": ("social/A.txt", lambda path: path.write_text("by hand")),
    "link": ("social/a.txt", lambda path: path.symlink_to("nowhere")),
    "file for folder": ("social", lambda path: path.write_text("by hand")),
    "link for folder": ("social", lambda path: path.symlink_to("site")),
    "file in folder for file": ("social/a.txt/notes", lambda path: path.write_text("by hand")),
    "folder for file": ("social/a.txt", lambda path: path.mkdir()),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_what_is_in_the_way_stops_the_build(old: Path, case: str) -> None:
    path, make = FOREIGN[case]
    (old / path).parent.mkdir(parents=True, exist_ok=True)
    make(old / path)
    before, problems = stamps(old), Problems()
    with pytest.raises(Aborted):
        put(old, NEW, problems)
    assert codes(problems) == [("error", "foreign-output", f"outbox/{path}")]
    assert is_untouched(old, before)


BAD_MANIFESTS = {
    "empty": b"",
    "cut": b'{"files": {"a": ',
    "not text": b"\xff\xfe",
    "list": b"[]",
    "no files": b'{"schema": 1}',
    "files": b'{"schema": 1, "files": []}',
    "entry": b'{"schema": 1, "files": {"a": null}}',
    "size": b'{"schema": 1, "files": {"a": {"sha256": "0", "size": "1"}}}',
    "schema": b'{"schema": 2, "files": {}}',
    "deep": b"[" * 200_000,
    "long": b"1" * 10_000,
}


@pytest.mark.parametrize("content", BAD_MANIFESTS.values(), ids=BAD_MANIFESTS)
def test_without_a_readable_manifest_wanted_files_are_ours(old: Path, content: bytes) -> None:
    (old / "manifest.json").write_bytes(content)
    assert codes(verify(old)) == [("error", "bad-manifest", "outbox/manifest.json")]
    problems = Problems()
    assert put(old, NEW, problems).written == 3
    assert tree(old) == {**NEW, "email/a.eml": b"mail"}
    assert not list(problems) and not list(verify(old))


def test_a_manifest_that_is_no_file_is_replaced(old: Path) -> None:
    (old / "manifest.json").unlink()
    os.mkfifo(old / "manifest.json")
    assert codes(verify(old)) == [("error", "bad-manifest", "outbox/manifest.json")]
    put(old, OLD)
    assert not list(verify(old))


def test_a_manifest_rewritten_by_hand_is_rewritten(old: Path) -> None:
    manifest = old / "manifest.json"
    good = manifest.read_bytes()
    manifest.write_text(json.dumps(json.loads(good)))
    assert put(old, OLD) == Published(3, 0, 0, True, 7)
    assert manifest.read_bytes() == good


def test_edits_by_hand_are_replaced_and_reported(old: Path) -> None:
    (old / "site/a.html").write_text("edited")
    (old / "email/a.eml").write_text("edited, and no longer built")
    (old / "site/b.html").unlink()
    (old / "site/pp").write_text("not ours")
    (old / "site/b.html").symlink_to("pp")  # with the same size as the file
    problems = Problems()
    assert put(old, NEW, problems).written == 3
    assert codes(problems) == [
        ("warning", "edited-output", f"outbox/{path}") for path in ("email/a.eml", "site/a.html", "site/b.html")
    ]
    assert tree(old) == {**NEW, "site/pp": b"not ours"} and not (old / "site/b.html").is_symlink()


def test_an_edit_names_the_announcement_to_change(out: Path) -> None:
    page = Artefact("a.html", b"a", "text/html", origin="announcements/a.md")
    publish([page], out, Problems())
    (out / "a.html").write_text("edited")
    problems = Problems()
    publish([page], out, problems)
    assert [problem.fix for problem in problems] == ["change announcements/a.md instead"]


def test_when_strict_an_edit_stops_the_build(old: Path) -> None:
    (old / "site/a.html").write_text("edited")
    before = stamps(old)
    with pytest.raises(Aborted):
        put(old, NEW, Problems(strict=True))
    assert is_untouched(old, before)


def test_a_deleted_file_is_written_again(old: Path) -> None:
    shutil.rmtree(old / "site")
    problems = Problems()
    assert put(old, OLD, problems) == Published(3, 2, 0, True, 7)
    assert tree(old) == OLD and not list(problems)
    shutil.rmtree(old / "site")
    assert put(old, {}) == Published(0, 0, 1, True, 0)


# What stops a publication


PATHS = ["", "/a", "a/", "a//b", "..", "../a", "a/../b", ".", "./a", "a\\b", "a\0b", "manifest.json", "Manifest.JSON"]


@pytest.mark.parametrize("path", PATHS)
def test_paths_that_no_channel_may_give(old: Path, path: str) -> None:
    before = stamps(old)
    with pytest.raises(ValueError, match="artefact"):
        put(old, {"x": b"1", path: b"2"})
    assert is_untouched(old, before)


@pytest.mark.parametrize("paths", [("a/B", "a/b"), ("Straße", "STRASSE"), ("a", "A/b"), ("a/b", "A"), ("a/b/c", "a")])
def test_one_place_for_two_artefacts(old: Path, paths: tuple[str, str]) -> None:
    before = stamps(old)
    with pytest.raises(ValueError, match=f"{paths[0]!r}|{paths[1]!r}"):
        put(old, dict.fromkeys(paths, b""))
    assert is_untouched(old, before)


@pytest.mark.parametrize(
    "fault", [Aborted(), KeyError("x"), OSError(errno.ENOSPC, "of a channel"), KeyboardInterrupt()]
)
def test_what_artefacts_raise_passes_through(old: Path, fault: BaseException) -> None:
    def failing() -> Iterator[Artefact]:
        yield from artefacts(NEW)
        raise fault

    before = stamps(old)
    with pytest.raises(type(fault)) as caught:
        publish(failing(), old, Problems())
    assert caught.value is fault and is_untouched(old, before)


def test_an_error_found_on_the_way_drops_the_tree(old: Path) -> None:
    problems = Problems()

    def faulty() -> Iterator[Artefact]:
        yield from artefacts(NEW)
        problems.error(Place("announcements/a.md"), "unsafe", "it will not do")

    before = stamps(old)
    with pytest.raises(Aborted):
        publish(faulty(), old, problems)
    assert is_untouched(old, before)


def test_an_error_leaves_no_outbox_where_there_was_none(out: Path) -> None:
    problems = Problems()
    problems.extend([Problem(Place("a.md"), "unsafe", "error", "it will not do")])
    with pytest.raises(Aborted):
        put(out, OLD, problems)
    assert [path.name for path in out.parent.iterdir()] == [".outbox.lock"]


# The disk


def test_a_picture_that_is_damaged_after_it_was_checked_is_not_published(tmp_path: Path, out: Path) -> None:
    put(out, OLD)
    damaged = b"\xff\xd8\xff\xe1\0\x10Exif SECRET"
    (tmp_path / "a.jpg").write_bytes(damaged)
    problems = Problems()
    with pytest.raises(Aborted):
        publish([photo(tmp_path / "a.jpg", damaged)], out, problems)
    assert [problem.code for problem in problems] == ["changed-file"]
    assert tree(out) == OLD


def test_a_symbolic_link_stays_and_its_target_is_exchanged(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "via").symlink_to("far/real")
    out = tmp_path / "outbox"
    out.symlink_to("via")
    for files in (OLD, NEW):  # at first, the link is dangling
        put(out, files)
        assert out.is_symlink() and tree(tmp_path / "far/real") == files
    assert sorted(path.name for path in (tmp_path / "far").iterdir()) == [".real.lock", "real"]
    (out / "site/a.html").write_text("edited")
    assert codes(verify(out)) == [("error", "damaged-output", "outbox/site/a.html")]


def test_a_folder_is_named_even_from_inside(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(old)
    (old / "site/a.html").unlink()
    assert codes(verify(Path())) == [("error", "missing-output", "outbox/site/a.html")]
    assert put(Path(), NEW).written == 3
    assert tree(old) == NEW


@pytest.mark.parametrize("name", ["file", "loop", "file/outbox"])
def test_a_place_where_no_folder_can_be(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("kept")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(DiskFault, match=f"{tmp_path}/{name.partition('/')[0]}"):
        put(tmp_path / name, OLD)
    assert (tmp_path / "file").read_text() == "kept" and (tmp_path / "loop").is_symlink()


def test_parents_are_made(tmp_path: Path) -> None:
    put(tmp_path / "a/b/outbox", OLD)
    assert tree(tmp_path / "a/b/outbox") == OLD


def test_a_mount_point_is_refused(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "ismount", lambda path: path == os.path.realpath(old))
    with pytest.raises(DiskFault, match=r"outbox is a mount point.*mount its parent"):
        put(old, NEW)
    assert tree(old) == OLD


REFUSALS = [("ENOSPC", "free some space"), ("EDQUOT", "quota"), ("EROFS", "--out"), ("EACCES", "allow it"), ("EIO", "")]


@pytest.mark.parametrize(("name", "cure"), REFUSALS)
@pytest.mark.parametrize("call", ["open", "write", "mkdir"])
def test_a_disk_that_refuses(old: Path, monkeypatch: pytest.MonkeyPatch, call: str, name: str, cure: str) -> None:
    code = getattr(errno, name)
    real = getattr(os, call)

    def refuse(first: Any, *rest: Any, **named: Any) -> Any:
        elsewhere = isinstance(first, str) and ".next" not in first and "dir_fd" not in named
        if elsewhere or (call == "open" and not rest[0] & os.O_CREAT):
            return real(first, *rest, **named)
        raise OSError(code, os.strerror(code), *([first] if isinstance(first, str) else []))

    before = stamps(old)
    with monkeypatch.context() as patch, pytest.raises(DiskFault) as caught:
        patch.setattr(os, call, refuse)
        put(old, NEW)
    message = str(caught.value)
    assert f"{old.parent}/.outbox.next" in message and os.strerror(code) in message and cure in message
    assert is_untouched(old, before)


@pytest.mark.parametrize("stage", ["lock", "look", "manifest"])
def test_a_folder_that_may_not_be_entered(old: Path, stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied", "/the/path")

    owner, call = {"lock": (os, "open"), "look": (os, "scandir"), "manifest": (Path, "read_bytes")}[stage]
    with monkeypatch.context() as patch, pytest.raises(DiskFault, match="/the/path: Permission denied"):
        patch.setattr(owner, call, refuse)
        put(old, NEW)
    assert tree(old) == OLD


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(old: Path) -> None:
    old.parent.chmod(0o555)
    try:
        with pytest.raises(DiskFault, match="Permission denied"):
            put(old, NEW)
    finally:
        old.parent.chmod(0o755)
    assert tree(old) == OLD


def test_where_links_are_impossible_files_are_copied(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (old / "link").symlink_to("nowhere")
    before = (old / "site/a.html").stat()

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    put(old, NEW)
    after = (old / "site/a.html").stat()
    assert after.st_ino != before.st_ino and after.st_mtime_ns == before.st_mtime_ns
    assert os.readlink(old / "link") == "nowhere" and not list(verify(old))


@pytest.fixture
def two_renames(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulate a system that cannot exchange two folders atomically."""
    monkeypatch.setattr(exchange, "exchange", lambda one, other: False)


@pytest.mark.usefixtures("two_renames")
def test_two_renames_do_where_there_is_no_exchange(old: Path) -> None:
    put(old, NEW)
    assert tree(old) == NEW
    assert sorted(path.name for path in old.parent.iterdir()) == [".outbox.lock", "outbox"]


@pytest.mark.usefixtures("two_renames")
def test_a_failed_second_rename_is_undone(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, before = os.rename, stamps(old)

    def refuse(source: str, target: str) -> None:
        if source.endswith(".next"):
            raise OSError(errno.EIO, "broken", source)
        real(source, target)

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(DiskFault, match="broken"):
        put(old, NEW)
    assert is_untouched(old, before)


def test_what_a_killed_run_left_is_cleaned_up(old: Path) -> None:
    leftover = old.parent / ".outbox.next"
    for make in (Path.mkdir, Path.touch, lambda path: path.symlink_to(old)):
        make(leftover)
        assert not put(old, OLD).changed and not os.path.lexists(leftover)
    old.rename(old.parent / ".outbox.next.old")  # killed between two renames
    leftover.mkdir()
    assert not put(old, OLD).changed and tree(old) == OLD
    shutil.copytree(old, old.parent / ".outbox.next.old")  # killed after them
    assert put(old, NEW).changed and tree(old) == NEW
    assert sorted(path.name for path in old.parent.iterdir()) == [".outbox.lock", "outbox"]


# Mounts made with this vanish with the process. They need no root where user namespaces are allowed.
ALONE = ("unshare", "--map-root-user", "--mount")
needs_unshare = pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare, so Linux")


def test_a_limit_on_the_size_of_files(tmp_path: Path) -> None:
    script = """
    put(4000)
    resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))
    refused(10_000)
    """
    printed = in_child(script, tmp_path)
    assert printed.startswith(f"{tmp_path}/.outbox.next/site/0.html: File too large; raise the limit")


@needs_unshare
def test_a_full_disk(tmp_path: Path) -> None:
    script = """
    mount("-t", "tmpfs", "-o", "size=400k", "none", str(folder))
    put(4000)
    refused(20_000)
    put(4001, files=5)
    assert not list(verify(out))
    """
    printed = in_child(script, tmp_path, *ALONE)
    assert (
        printed.startswith(f"{tmp_path}/.outbox.next/site/") and "No space left on device; free some space" in printed
    )


@needs_unshare
def test_a_read_only_disk(tmp_path: Path) -> None:
    script = """
    mount("-t", "tmpfs", "none", str(folder))
    put(4000)
    mount("-o", "remount,ro", str(folder))
    refused(4001)
    """
    printed = in_child(script, tmp_path, *ALONE)
    assert printed.startswith(f"{tmp_path}/.outbox.lock: Read-only file system; choose another folder with --out")


@needs_unshare
@pytest.mark.parametrize("words", [("-t", "tmpfs", "none"), ("--bind", "{outbox}")], ids=["disk", "bind"])
def test_a_real_mount_point(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "outbox").mkdir()
    words = tuple(word.format(outbox=tmp_path / "outbox") for word in words)
    script = f"""
    mount(*{words!r}, str(out))
    try:
        put(4000)
    except DiskFault as fault:
        print(fault)
    assert not os.listdir(out) and not (folder / ".outbox.next").exists()
    """
    assert "mount its parent folder instead" in in_child(script, tmp_path, *ALONE)


@needs_unshare
def test_a_folder_of_a_lower_layer(tmp_path: Path) -> None:
    script = """
    for name in ("lower/outbox", "layer", "top"):
        (folder / name).mkdir(parents=True)
    (folder / "lower/outbox/README.md").write_text("read me")
    mount("-t", "tmpfs", "none", str(folder / "layer"))
    for name in ("upper", "work"):
        (folder / "layer" / name).mkdir()
    layers = f"lowerdir={folder}/lower,upperdir={folder}/layer/upper,workdir={folder}/layer/work"
    mount("-t", "overlay", "-o", layers, "none", str(folder / "top"))
    out = folder / "top/outbox"
    try:
        put(4000)
        print("exchanged")  # overlayfs can, with redirect_dir
    except DiskFault as fault:
        print(fault)
    assert (out / "README.md").read_text() == "read me"
    """
    told = in_child(script, tmp_path, *ALONE)
    assert told == "exchanged\n" or "part of a container image" in told


# verify


def test_verify_reports_every_file_that_is_not_as_built(old: Path) -> None:
    (old / "site/a.html").write_bytes(b"z")
    (old / "site/b.html").write_bytes(b"longer")
    (old / "email/a.eml").unlink()
    (old / "README.md").write_text("not in the manifest")
    assert codes(verify(old)) == [
        ("error", "missing-output", "outbox/email/a.eml"),
        ("error", "damaged-output", "outbox/site/a.html"),
        ("error", "damaged-output", "outbox/site/b.html"),
    ]


@pytest.mark.parametrize("how", ["edited", "a link", "a pipe"])
def test_a_file_that_was_changed_by_hand_is_replaced_though_its_size_is_the_same(old: Path, how: str) -> None:
    path = old / "site/b.html"
    path.unlink()
    if how == "edited":
        path.write_bytes(b"zz")
    elif how == "a link":
        (old.parent / "elsewhere").write_bytes(b"bb")
        path.symlink_to(old.parent / "elsewhere")
    else:
        os.mkfifo(path)
    problems = Problems()
    assert put(old, OLD, problems).changed
    assert codes(problems) == [("warning", "edited-output", "outbox/site/b.html")]
    assert tree(old) == OLD and not path.is_symlink()
    assert not list(verify(old))


def test_what_lies_beside_an_outbox_is_no_way_out(old: Path) -> None:
    outside = old.parent.parent / "outside"
    outside.write_bytes(b"precious")
    (old.parent / ".outbox.stamp").symlink_to(outside)
    publish_with(lambda writer: [*map(writer.add, artefacts(NEW)), *(writer.commit("f" * 64) or ())], old, Problems())
    assert outside.read_bytes() == b"precious"
    assert not (old.parent / ".outbox.stamp").is_symlink()
    (old.parent / ".outbox.lock").unlink()
    (old.parent / ".outbox.lock").symlink_to(old.parent / "new")
    with pytest.raises(DiskFault, match=r"\.outbox\.lock"):
        put(old, OLD)
    assert not (old.parent / "new").exists()


@pytest.mark.parametrize("kind", ["pipe", "unreadable"])
def test_verify_of_a_file_that_cannot_be_read(old: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> bytes:
        raise OSError(errno.EIO, "broken")

    if kind == "pipe":
        (old / "site/a.html").unlink()
        os.mkfifo(old / "site/a.html")
    else:
        monkeypatch.setattr(os, "read", refuse)
    assert ("error", "damaged-output", "outbox/site/a.html") in codes(verify(old))


def test_verify_without_a_manifest(out: Path) -> None:
    for _ in range(2):  # without an outbox, and without a manifest in it
        assert codes(verify(out)) == [("error", "no-manifest", "outbox/manifest.json")]
        out.mkdir(exist_ok=True)


def test_verify_stays_inside(old: Path) -> None:
    (old.parent / "secret").write_text("x")
    entry = {"sha256": hashlib.sha256(b"x").hexdigest(), "size": 1}
    (old / "manifest.json").write_text(json.dumps({"schema": 1, "files": {"../secret": entry, "\ud800": entry}}))
    assert [code for _, code, _ in codes(verify(old))] == ["missing-output"] * 2


def test_verify_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file")
    with pytest.raises(DiskFault, match="Not a directory"):
        verify(tmp_path / "outbox")


def test_names_of_all_kinds_are_unchanged(tmp_path: Path) -> None:
    files = {name: name.encode() for name in ("a\nb.txt", " ", "é/ü.html", "\u2028", '"', "site/a.html")}
    assert put(tmp_path / "out", files).written == len(files)
    again = put(tmp_path / "out", files)
    assert (again.files, again.written, again.changed) == (len(files), 0, False)
    assert not len(verify(tmp_path / "out"))


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_an_edit_is_seen_with_any_number_of_processes(tmp_path: Path, jobs: int) -> None:
    out = tmp_path / "out"
    put(out, {f"site/{number}.html": b"%03d" % number for number in range(700)})
    write_stamp(str(out), "f", hashlib.sha256((out / "manifest.json").read_bytes()).hexdigest())
    assert read_previous_build(str(out)).was_built_from("f", jobs)
    assert not read_previous_build(str(out)).was_built_from("g", jobs)
    (out / "site/550.html").write_bytes(b"055")
    assert not read_previous_build(str(out)).was_built_from("f", jobs)
