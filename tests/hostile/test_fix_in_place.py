"""Test that commands that write into a project never follow links and never lose an edit."""

import errno
import os
import re
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from newsletter import pipeline
from newsletter.check import fix as check_fix
from newsletter.check.fix import write_ids, write_typography
from newsletter.cli import app
from newsletter.load import safe_write
from newsletter.model.problems import Problem, Problems
from support.guard import assert_sound, newsletter
from support.project import Project

NAME = "2024-11-26-prix.md"
WITHOUT_ID = "---\ntitle: Un prix\ndate: 2024-11-26\n---\n\nL'un !\n"
BOM = b"\xef\xbb\xbf"


def fix(project: Project) -> list[Problem]:
    """Run the first step of `check --fix` and return its problems."""
    problems = Problems()
    opened = pipeline.open_project(project.root, problems)
    write_ids(opened.root, problems)
    write_typography(opened.root, opened.settings.language, problems)
    return list(problems)


def beside(project: Project) -> list[str]:
    return sorted(os.listdir(project.root / "announcements"))


def test_what_lies_beside_an_announcement_is_no_way_out(project: Project) -> None:
    """A pull request may contain a link (an archive, even a pipe) with the temporary file's name."""
    project.complete()
    (project.root / "secret").write_text("precious")
    for number, bring in enumerate((lambda path: path.symlink_to("../secret"), os.mkfifo, Path.mkdir)):
        name = f"2024-11-26-prix-{number}.md"
        project.write(f"announcements/{name}", WITHOUT_ID)
        bring(project.root / f"announcements/.{name}.fix")
    before = beside(project)
    done = newsletter("check", "--fix", "--now", "2024-12-01", cwd=project.root)
    assert_sound(done)
    assert done.output.count("wrote id: 2024-11-26-prix-") == 3
    assert (project.root / "secret").read_text() == "precious"
    assert beside(project) == before
    for number in range(3):
        path = project.root / f"announcements/2024-11-26-prix-{number}.md"
        content = path.read_text(encoding="utf-8")
        assert not path.is_symlink() and f"id: 2024-11-26-prix-{number}\n" in content and "L’un\u00a0!" in content


@pytest.mark.parametrize("folder", ["announcements", "announcements/issues"])
def test_a_folder_that_is_a_link_is_not_written_through(project: Project, folder: str) -> None:
    project.write("src/2024-11-25-fine.md", WITHOUT_ID.replace("---\n", "---\nid: fine\n", 1).replace("'", "’")[:-4])
    for away in ("src", "src/issues"):
        project.write(f"{away}/{NAME}", WITHOUT_ID)
    if folder == "announcements":
        (project.root / folder).rmdir()
    (project.root / folder).symlink_to(os.path.relpath(project.root / "src", (project.root / folder).parent))
    found = fix(project)
    assert {(problem.level, problem.code, problem.place.path) for problem in found} >= {
        ("error", "unwritable", f"{folder}/{NAME}")
    }
    assert all("symbolic link" in problem.message and "fine" not in problem.place.path for problem in found)
    assert (project.root / f"src/{NAME}").read_text() == WITHOUT_ID


def test_an_announcement_that_is_a_link_is_refused_and_stays(project: Project) -> None:
    target = project.write("elsewhere.md", WITHOUT_ID)
    (project.root / f"announcements/{NAME}").symlink_to("../elsewhere.md")
    result = CliRunner().invoke(app, ["check", "--fix", "-C", str(project.root)])
    assert result.exit_code == 1 and f"announcements/{NAME}:1:1: error: this is a symbolic link" in result.stderr
    assert target.read_text() == WITHOUT_ID and (project.root / f"announcements/{NAME}").is_symlink()


@pytest.mark.parametrize("swapped", ["link", "pipe", "gone", "not UTF-8", "edited"])
def test_an_announcement_that_changes_before_it_is_written(
    project: Project, swapped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an editor saves between our read and our write is never overwritten."""
    path = project.write(f"announcements/{NAME}", WITHOUT_ID)
    (project.root / "other.md").write_text(WITHOUT_ID)
    real = check_fix.load

    def load_then_swap(root: Path, problems: Problems) -> list[object]:
        sources = list(real(root, problems))
        path.unlink()
        if swapped == "link":
            path.symlink_to("../other.md")
        elif swapped == "pipe":
            os.mkfifo(path)
        elif swapped != "gone":
            path.write_bytes(b"\xff" if swapped == "not UTF-8" else WITHOUT_ID.replace("Un", "Mon").encode())
        return list(sources)

    monkeypatch.setattr(check_fix, "load", load_then_swap)
    problems = Problems()
    assert write_ids(project.root, problems) == ()
    assert [(problem.code, problem.place.path) for problem in problems] == [("unwritable", f"announcements/{NAME}")]
    assert (project.root / "other.md").read_text() == WITHOUT_ID
    if swapped == "edited":
        assert path.read_text() == WITHOUT_ID.replace("Un", "Mon")


def test_an_editor_that_saves_while_the_new_file_is_written_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"before")
    real = os.fsync

    def save(handle: int) -> None:
        real(handle)
        path.write_bytes(b"edited")

    monkeypatch.setattr(safe_write.os, "fsync", save)
    with pytest.raises(OSError, match="changed in the meantime"):
        safe_write.replace(tmp_path, "a.md", b"before", b"after")
    assert path.read_bytes() == b"edited" and os.listdir(tmp_path) == ["a.md"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_refuses_leaves_the_announcement(
    project: Project, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project.write(f"announcements/{NAME}", WITHOUT_ID)

    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(safe_write.os, "fsync", refuse)
    found = fix(project)
    assert {problem.code for problem in found} == {"unwritable"}
    assert all(os.strerror(code) in problem.message and "write permission" not in problem.fix for problem in found)
    assert path.read_text() == WITHOUT_ID and beside(project) == [NAME]


# What stays unchanged


ENDS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}


@pytest.mark.parametrize("mark", [b"", BOM], ids=["", "BOM"])
@pytest.mark.parametrize("end", ENDS)
def test_every_line_end_stays(project: Project, end: str, mark: bytes) -> None:
    path = project.write(f"announcements/{NAME}", mark + WITHOUT_ID.replace("\n", ENDS[end]).encode())
    assert fix(project) == []
    fixed = WITHOUT_ID.replace("---\n", "---\nid: 2024-11-26-prix\n", 1).replace("L'un !", "L’un\u00a0!")
    assert path.read_bytes() == mark + fixed.replace("\n", ENDS[end]).encode()
    kept = path.stat()
    assert fix(project) == []
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (kept.st_ino, kept.st_mtime_ns)


# Front matter before and after; @ marks the added line.
ADDED = [
    "---\r\n@\r\ntitle: A\ndate: 2024-11-26\r---\n\r\nB",
    "---\r@\rtitle: A\ndate: 2024-11-26\r\n---\rB\n",
    "--- \t\n@\ntitle: A\ndate: 2024-11-26\n---",
    "---\n@\n# newsletter: ignore[x]\ntitle: A\n---\n",
]
# The same, but the key is already there, without a value.
FILLED = [
    "---\ntitle: A\n@\ndate: 2024-11-26\n---\nid=\n",
    "---\r@\rtitle: A\rdate: 2024-11-26\r---\r",
    "---\n{title: A,\n@\n}\n---\nB",
]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        *((re.sub("@\r?\n?", "", shape, count=1), shape.replace("@", "id: 2024-11-26-prix")) for shape in ADDED),
        *((shape.replace("@", "id: \t"), shape.replace("@", "id: 2024-11-26-prix")) for shape in FILLED),
    ],
)
def test_an_id_is_added_to_the_front_matter_once(project: Project, before: str, after: str) -> None:
    path = project.write(f"announcements/{NAME}", before.encode())
    assert fix(project) == []
    assert path.read_bytes().decode() == after
    assert fix(project) == []
    assert path.read_bytes().decode() == after


@pytest.mark.parametrize(
    "front",
    [
        "{title: A, date: 2024-11-26}",
        "  title: A\n  date: 2024-11-26",
        "id: # to come\ntitle: A",
        "{title: A,\nid: }",
    ],
)
def test_front_matter_that_takes_no_further_line_is_refused_whole(project: Project, front: str) -> None:
    path = project.write(f"announcements/{NAME}", f"---\n{front}\n---\nB\n")
    before = path.read_bytes()
    found = fix(project)
    assert [(problem.level, problem.code) for problem in found] == [("error", "unwritable")]
    assert "id: 2024-11-26-prix" in found[0].fix
    assert path.read_bytes() == before


def test_mode_owner_and_attributes_stay(project: Project) -> None:
    path = project.write(f"announcements/{NAME}", WITHOUT_ID)
    path.chmod(0o2664)
    if os.geteuid() == 0:
        os.chown(path, 12345, 54321)
        path.chmod(0o2664)
    try:
        os.setxattr(path, "user.note", b"kept")
    except (AttributeError, OSError):
        marked = False
    else:
        marked = True
    before = path.stat()
    assert fix(project) == []
    after = path.stat()
    assert "id: 2024-11-26-prix" in path.read_text()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert not marked or os.getxattr(path, "user.note") == b"kept"


def test_an_owner_that_cannot_be_kept_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.md").write_bytes(b"before")
    real = os.fstat

    def foreign(handle: int) -> os.stat_result:
        seen = list(real(handle))
        seen[4] = 12345 if stat.S_IMODE(seen[0]) != 0o600 else seen[4]
        return os.stat_result(seen)

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(safe_write.os, "fstat", foreign)
    monkeypatch.setattr(safe_write.os, "fchown", refuse)
    with pytest.raises(OSError, match="owner"):
        safe_write.replace(tmp_path, "a.md", b"before", b"after")
    assert (tmp_path / "a.md").read_bytes() == b"before" and os.listdir(tmp_path) == ["a.md"]


# Other commands that write into a project


COMMANDS = {
    "announcements": ["new", "Un prix", "--date", "2024-11-26"],
    "announcements ": ["import", "release.txt", "--date", "2024-11-26", "--title", "Un prix"],
    "templates": ["theme", "copy", "email/layout.mjml"],
    "templates/email": ["theme", "copy", "email/layout.mjml"],
}


@pytest.mark.parametrize("link", COMMANDS)
@pytest.mark.parametrize("inside", [True, False])
def test_no_command_writes_through_a_folder_that_is_a_link(
    project: Project, link: str, inside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("release.txt", "Un prix\n\nAmiens, le 26 novembre 2024\n\nTexte.\n")
    away = (project.root if inside else project.root.parent) / "away"
    away.mkdir()
    place = project.root / link.strip()
    if place.exists():
        place.rmdir()
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(away)
    monkeypatch.chdir(project.root)
    result = CliRunner().invoke(app, COMMANDS[link])
    assert result.exit_code in (2, 74) and "symbolic link" in result.stderr, result.output
    assert os.listdir(away) == []


def test_an_imported_picture_does_not_go_through_a_link(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    site = project.root.parent / "site"
    (site / "_posts").mkdir(parents=True)
    (site / "_config.yml").write_text("title: x\n")
    (site / "assets").mkdir()
    (site / "assets/a.txt").write_text("attached")
    (site / "_posts/2024-11-26-prix.md").write_text("---\ntitle: Un prix\n---\n[a](/assets/a.txt) Texte.\n")
    (project.root.parent / "away").mkdir()
    for name in ("images", "files"):
        (project.root / "announcements" / name).symlink_to(project.root.parent / "away")
    (project.root / "announcements/2024-11-26-prix.md").symlink_to(project.root.parent / "away/new.md")
    monkeypatch.chdir(project.root)
    CliRunner().invoke(app, ["import", str(site)])
    assert os.listdir(project.root.parent / "away") == []


@pytest.mark.parametrize("link", ["announcements", ".github", ".github/workflows", ".vscode", ".ci"])
def test_init_does_not_write_through_links_of_a_clone(tmp_path: Path, link: str) -> None:
    (tmp_path / "away").mkdir()
    place = tmp_path / "clone" / link
    place.parent.mkdir(parents=True)
    place.symlink_to(tmp_path / "away")
    result = CliRunner().invoke(app, ["init", str(tmp_path / "clone")])
    assert result.exit_code == 2 and link in result.stderr
    assert os.listdir(tmp_path / "away") == []
    assert not (tmp_path / "clone/newsletter.toml").exists()  # nothing was written


def test_init_through_a_link_that_its_user_names(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert CliRunner().invoke(app, ["init", str(tmp_path / "link")]).exit_code == 0
    assert (tmp_path / "real/newsletter.toml").is_file()
