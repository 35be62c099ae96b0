"""Test where an outbox may be, what a build replaces there, and what it keeps."""

import json
import os
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import newsletter
from newsletter.cli import app, starter
from newsletter.model import Artefact
from newsletter.model.problems import Problems
from newsletter.outbox import next_tree
from newsletter.outbox.publish import publish, verify
from support import guard
from support.paths import ROOT
from support.project import Project

NOW = ["--now", "2024-12-01"]
LISTED = Artefact("site/a.html", b"a", "text/html")
CHANGED = Artefact("site/a.html", b"changed", "text/html")


def build(root: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["build", "-C", str(root), *NOW, *words])


def everything(root: Path) -> dict[str, tuple[int, int, int]]:
    """Return the mode, inode and modification time of everything under a folder, without following links."""
    found = (path.lstat() for path in sorted(root.rglob("*")))
    return dict(
        zip(map(str, sorted(root.rglob("*"))), ((s.st_mode, s.st_ino, s.st_mtime_ns) for s in found), strict=True)
    )


@pytest.fixture
def clone(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project inside a repository, with a home folder beside the repository."""
    project.announce()
    for path in (".git/HEAD", ".github/workflows/x.yml", "src/x.py", "tests/x.py", "templates/site/x.html"):
        project.write(path, "")
    home = project.root.parent / "home"
    (home / "documents").mkdir(parents=True)
    (home / "empty").mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(project.root)
    return project


# Where an outbox may be

UNSAFE = [
    ".", "..", "../..", "/", "~", "~/letters", "../home", "../projet", "outbox/..", "outbox/../announcements",
    ".git", ".git/x", ".github", ".github/x", ".hidden", "announcements", "announcements/x", "announcements/issues",
    "templates", "templates/x/y", "src", "src/x", "tests", "tests/x", "SRC", "Announcements/x", "../other",
    "../other/announcements/x", "../other/.git/x", "venv", "venv/x", "../venv/x", "../bare/.git/hooks",
]  # fmt: skip


@pytest.mark.parametrize("out", UNSAFE)
@pytest.mark.parametrize("how", ["--out", "link"])
def test_no_outbox_over_in_or_around_sources(clone: Project, out: str, how: str) -> None:
    for path in ("other/newsletter.toml", "other/announcements/a.md", "venv/pyvenv.cfg", "projet/venv/pyvenv.cfg"):
        (clone.root.parent / path).parent.mkdir(parents=True, exist_ok=True)
        (clone.root.parent / path).write_text("")
    if how == "link":
        if out.startswith(("outbox", "~")):
            pytest.skip("a link has no such target")
        (clone.root / "outbox").symlink_to(out)
    before = everything(clone.root.parent)
    result = build(clone.root, *(["--out", out] if how == "--out" else []))
    assert result.exit_code == 1 and "[unsafe-outbox]" in result.stderr, result.output
    assert "nothing was written" in result.stderr
    assert everything(clone.root.parent) == before


def test_sources_that_are_links_are_sources_all_the_same(clone: Project) -> None:
    (clone.root.parent / "content").mkdir()
    (clone.root / "announcements").rename(clone.root.parent / "content/announcements")
    (clone.root / "announcements").symlink_to("../content/announcements")
    for out in ("../content", "../content/announcements", "../content/announcements/x"):
        assert "[unsafe-outbox]" in build(clone.root, "--out", out).stderr


def test_the_api_refuses_an_unsafe_outbox_too(clone: Project) -> None:
    result = newsletter.build(clone.root, now=datetime(2024, 12, 1, tzinfo=UTC), out=clone.root / "announcements")
    assert not result.ok and [problem.code for problem in result.problems] == ["unsafe-outbox"]
    assert result.problems[0].place.path == "announcements"


@pytest.mark.parametrize("out", ["outbox", "build/letters", "docs", "../beside", "../home/letters", "outbox2"])
def test_a_folder_of_its_own_will_do(clone: Project, out: str) -> None:
    for _ in range(2):
        assert build(clone.root, "--out", out).exit_code == 0
        assert not list(verify(clone.root / out))


@pytest.mark.parametrize("around", ["src/letters", "tests/letters", ".config/letters", "venv/letters"])
def test_what_lies_around_a_project_does_not_count(clone: Project, around: str) -> None:
    inner = clone.root / around
    inner.mkdir(parents=True)
    (clone.root / "venv").mkdir(exist_ok=True)
    (clone.root / "venv/pyvenv.cfg").write_text("")
    (inner / "newsletter.toml").write_text(
        (clone.root / "pyproject.toml").read_text().replace("[tool.newsletter]", "").replace("tool.newsletter.", "")
    )
    (inner / "announcements").mkdir()
    assert build(inner).exit_code == 0


# Which folders may become an outbox


HARMLESS = ["README.md", "README", ".gitkeep", ".gitignore", ".nojekyll", "CNAME", ".well-known/a/security.txt"]


def test_a_new_clone_builds_and_keeps_what_its_outbox_holds(clone: Project) -> None:
    for path in HARMLESS:
        clone.write(f"outbox/{path}", path)
    (clone.root / "outbox/site/empty").mkdir(parents=True)
    assert build(clone.root).exit_code == 0
    assert all((clone.root / "outbox" / path).read_text() == path for path in HARMLESS)


FOREIGN = {
    "z.md": "z.md", "README.md/inside": "README.md/inside", "notes/README": "notes/README", ".gitkeep/a": ".gitkeep/a",
    "site/index.html": "site/index.html", ".well-known.txt": ".well-known.txt", "cname": "cname",
}  # fmt: skip


@pytest.mark.parametrize("out", ["outbox", "docs", "link"])
@pytest.mark.parametrize("path", FOREIGN)
def test_a_folder_of_somebody_else_stays(clone: Project, out: str, path: str) -> None:
    where = "docs" if out == "link" else out
    for name in ("README.md", "zz.txt") if not path.startswith("README") else ("zz.txt",):
        clone.write(f"{where}/{name}", "")
    clone.write(f"{where}/{path}", "")
    if out == "link":
        (clone.root / "outbox").symlink_to("docs")
    before = everything(clone.root)
    result = build(clone.root, *(["--out", "docs"] if out == "docs" else []))
    assert result.exit_code == 1
    assert f"{'outbox' if out == 'link' else out}/{path}:1:1: error: this file is in the way" in result.stderr
    assert "[foreign-output]" in result.stderr and everything(clone.root) == before


def entry(content: bytes) -> dict[str, object]:
    return {"sha256": sha256(content).hexdigest(), "size": len(content), "type": "text/html"}


FORGED: dict[str, object] = {
    "of another program": {"name": "App", "icons": []},
    "empty": {"files": {}, "schema": 1},
    "of files that are gone": {"files": {"site/a.html": entry(b"a")}, "schema": 1},
    "of files that are outside": {"files": {"../pyproject.toml": entry(b"x"), "/etc/hosts": entry(b"x")}, "schema": 1},
    "of files that are different": {"files": {"guide.md": entry(b"b")}, "schema": 1},
    "of another size": {"files": {"guide.md": entry(b"longer")}, "schema": 1},
    "of another schema": {"files": {"guide.md": entry(b"a")}, "schema": 2},
    "none": None,
}


@pytest.mark.parametrize("locked", [False, True])
@pytest.mark.parametrize("case", FORGED)
def test_a_forged_manifest_makes_no_outbox(clone: Project, case: str, locked: bool) -> None:
    clone.write("docs/guide.md", "a")
    clone.write("docs/manifest.json", json.dumps(FORGED[case]))
    if locked:
        clone.write(".docs.lock", "")
        clone.write(".docs.stamp", f"{'0' * 64} {'0' * 64}\n")
    before = everything(clone.root)
    result = build(clone.root, "--out", "docs")
    assert result.exit_code == 1 and "docs/guide.md:1:1: error:" in result.stderr
    assert everything(clone.root) == before


def test_a_manifest_that_is_a_pipe_does_not_hang(clone: Project) -> None:
    clone.write("docs/guide.md", "a")
    os.mkfifo(clone.root / "docs/manifest.json")
    done = guard.newsletter("build", *NOW, "--out", "docs", cwd=clone.root)
    guard.assert_sound(done)
    assert done.code == 1 and "[foreign-output]" in done.output


@pytest.mark.parametrize("content", [b"", b"{", b"{}"])
def test_an_outbox_whose_manifest_is_damaged_is_built_again(clone: Project, content: bytes) -> None:
    assert build(clone.root).exit_code == 0
    (clone.root / "outbox/manifest.json").write_bytes(content)
    assert build(clone.root).exit_code == 0 and not list(verify(clone.root / "outbox"))
    (clone.root / "outbox/manifest.json").write_bytes(content)
    (clone.root / ".outbox.stamp").unlink()
    assert "[foreign-output]" in build(clone.root).stderr


def test_an_outbox_stays_one_whatever_was_added_and_edited(clone: Project) -> None:
    assert build(clone.root).exit_code == 0
    clone.write("outbox/own/notes.txt", "mine")
    clone.write("outbox/site/index.html", "edited")
    result = build(clone.root)
    assert result.exit_code == 0 and "edited-output" in result.stderr
    assert (clone.root / "outbox/own/notes.txt").read_text() == "mine"


LEFT: dict[str, Callable[[Path, Path], object]] = {
    ".outbox.next": lambda path, away: path.symlink_to(away),
    ".outbox.next.old": lambda path, away: path.symlink_to(away),
    ".outbox.stamp": lambda path, away: path.symlink_to(away / "new"),
    ".outbox.next ": lambda path, away: path.with_name(".outbox.next").symlink_to(away / "new"),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_a_checkout_brings_beside_the_outbox_is_no_way_out(clone: Project, name: str) -> None:
    away = clone.root.parent / "away"
    away.mkdir()
    (away / "secret").write_text("secret")
    LEFT[name](clone.root / name, away)
    assert build(clone.root).exit_code == 0
    assert os.listdir(away) == ["secret"] and not (clone.root / "outbox").is_symlink()
    assert not (clone.root / "outbox/secret").exists() and not list(verify(clone.root / "outbox"))


def test_a_folder_of_somebody_else_is_not_taken_for_an_interrupted_build(clone: Project) -> None:
    clone.write(".outbox.next.old/guide.md", "a")
    assert "[foreign-output]" in build(clone.root).stderr
    assert (clone.root / "outbox/guide.md").read_text() == "a"


def test_git_ignores_what_a_build_leaves(tmp_path: Path) -> None:
    root = tmp_path / "letter"
    assert CliRunner().invoke(app, ["init", str(root), *NOW]).exit_code == 0
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=root, env=environment, capture_output=True, text=True, check=True, timeout=60
        )
        return done.stdout

    git("init", "-q")
    git("add", "-A")
    before = git("status", "--porcelain", "-uall")
    for out in ("outbox", "preview", "build/preview"):
        assert build(root, "--out", str(root / out)).exit_code == 0
        (root / out).parent.joinpath(f".{Path(out).name}.next/x").mkdir(parents=True)
        (root / out).parent.joinpath(f".{Path(out).name}.next.old").mkdir()
        (root / out).parent.joinpath(f".{Path(out).name}.next/x/y").write_text("killed")
        (root / out).parent.joinpath(f".{Path(out).name}.next.old/y").write_text("killed")
    (root / "announcements/.2024-11-26-prix.md.abc.fix").write_text("killed")
    status = git("status", "--porcelain", "-uall").splitlines()
    assert [line for line in status if "preview/" not in line] == before.splitlines()
    assert all(line.startswith(("?? preview/", "?? build/preview/")) for line in status if "preview" in line)
    ours = (ROOT / ".gitignore").read_text().splitlines()
    assert {line for line in starter.project("fr", datetime(2024, 1, 1, tzinfo=UTC).date())[".gitignore"].splitlines()
            if line.startswith(".")} <= set(ours)  # fmt: skip


# What survives the exchange of the trees


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return an outbox with one file of ours and one foreign file."""
    out = tmp_path / "outbox"
    publish([LISTED, Artefact("site/gone.html", b"gone", "text/html")], out, Problems())
    (out / "site/own").mkdir()
    (out / "site/own/notes").write_text("mine")
    return out


def test_modes_and_owners_of_folders_stay(out: Path) -> None:
    modes = {".": 0o2750, "site": 0o3775, "site/own": 0o711, "site/empty": 0o1700}
    (out / "site/empty").mkdir()
    for folder, mode in modes.items():
        if os.geteuid() == 0:
            os.chown(out / folder, 1234, 4321)
        (out / folder).chmod(mode)
    before = {folder: (out / folder).stat() for folder in modes}
    publish([CHANGED, Artefact("site/new/a.html", b"", "text/html")], out, Problems())
    for folder, seen in before.items():
        now = (out / folder).stat()
        assert (now.st_mode, now.st_uid, now.st_gid) == (seen.st_mode, seen.st_uid, seen.st_gid), folder
    # A new file gets the group of its setgid folder.
    assert (out / "site/a.html").stat().st_gid == (out / "site").stat().st_gid
    assert stat.S_IMODE((out / "site/new").stat().st_mode) & 0o777 == 0o755


def test_folders_that_their_owner_may_not_write_to_do_not_stop_a_build() -> None:
    with tempfile.TemporaryDirectory() as folder:  # not pytest's, which only root may enter
        os.chmod(folder, 0o755)
        out = Path(folder, "outbox")
        publish([LISTED], out, Problems())
        (out / "site/own").mkdir()
        (out / "site/own/notes").write_text("mine")
        _close(out)


def _close(out: Path) -> None:
    """Build twice without root rights, in folders that their owner may not write to."""

    def closed() -> None:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        (out / "site/own").chmod(0o555)
        (out / "site").chmod(0o555)
        publish([CHANGED], out, Problems())
        assert stat.S_IMODE((out / "site").stat().st_mode) == 0o555
        publish([LISTED], out, Problems())
        assert (out / "site/a.html").read_bytes() == b"a" and (out / "site/own/notes").exists()
        assert sorted(os.listdir(out.parent)) == [".outbox.lock", "outbox"]

    if os.geteuid() == 0:
        for path in (out.parent, *out.parent.rglob("*")):
            os.chown(path, 65534, 65534)
    if (child := os.fork()) == 0:
        code = 1
        try:
            closed()
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def during(out: Path, work: Callable[[], object], problems: Problems | None = None) -> list[str]:
    """Publish CHANGED and call `work` halfway; return `code path` of each problem."""

    def made() -> Iterator[Artefact]:
        yield CHANGED
        work()
        yield Artefact("site/last.html", b"last", "text/html")

    found = Problems() if problems is None else problems
    publish(made(), out, found)
    assert not list(verify(out)) and sorted(os.listdir(out.parent)) == [".outbox.lock", "outbox"]
    return [f"{problem.code} {problem.place.path}" for problem in found]


@pytest.fixture(params=["links", "no links"])
def links(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the test with and without hard links."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    if request.param == "no links":
        monkeypatch.setattr(next_tree.os, "link", refuse)


@pytest.mark.usefixtures("links")
def test_what_others_write_during_a_build_is_kept(out: Path) -> None:
    def work() -> None:
        (out / "new.txt").write_text("new")
        (out / "site/deep/er").mkdir(parents=True, mode=0o750)
        (out / "site/deep/er/new.txt").write_text("new")
        (out / "bare/folder").mkdir(parents=True)
        (out / "link").symlink_to("nowhere")
        (out / "site/own/temporary").write_text("replaced")
        (out / "site/own/temporary").rename(out / "site/own/notes")

    assert during(out, work) == []
    assert (out / "new.txt").read_text() == (out / "site/deep/er/new.txt").read_text() == "new"
    assert (out / "site/own/notes").read_text() == "replaced" and os.readlink(out / "link") == "nowhere"
    assert (out / "bare/folder").is_dir() and stat.S_IMODE((out / "site/deep/er").stat().st_mode) == 0o750
    assert (out / "site/a.html").read_bytes() == b"changed"


@pytest.mark.usefixtures("links")
def test_what_a_build_needs_the_place_of_is_named(out: Path) -> None:
    def work() -> None:
        (out / "site/last.html").write_text("theirs")
        (out / "Site").mkdir()
        (out / "Site/LAST.html").write_text("theirs in other case")
        (out / "site/a.html").write_text("z")
        (out / "site/gone.html").write_text("kept by them")
        (out / "site/last").write_text("free")

    if (out / "SITE").exists():
        pytest.skip("this file system ignores case")
    assert during(out, work) == [
        f"lost-output outbox/{path}" for path in ("Site/LAST.html", "site/a.html", "site/gone.html", "site/last.html")
    ]
    assert (out / "site/last.html").read_bytes() == b"last" and (out / "site/last").read_text() == "free"


def test_a_file_of_others_that_goes_during_a_build_is_no_fault(out: Path) -> None:
    assert during(out, (out / "site/own/notes").unlink) == []
    assert not (out / "site/own/notes").exists()


def test_a_folder_that_appears_during_the_first_build_is_kept(tmp_path: Path) -> None:
    def work() -> None:
        (tmp_path / "outbox").mkdir()
        (tmp_path / "outbox/note").write_text("mine")

    assert during(tmp_path / "outbox", work) == []
    assert (tmp_path / "outbox/note").read_text() == "mine"


def test_when_strict_a_lost_file_does_not_claim_that_nothing_was_written(clone: Project) -> None:
    assert build(clone.root).exit_code == 0
    real = next_tree.NextTree.finish

    def finish(tree: next_tree.NextTree, folders: tuple[str, ...]) -> None:
        clone.write("outbox/site/2024-11-27-deux.html", "theirs")
        real(tree, folders)

    clone.announce("2024-11-27-deux.md", body="Deux.", slug="2024-11-27-deux")
    clone.complete()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(next_tree.NextTree, "finish", finish)
        result = build(clone.root, "--strict")
    assert result.exit_code == 1 and "[lost-output]" in result.stderr, result.stderr
    assert "nothing was written" not in result.stderr and not list(verify(clone.root / "outbox"))
