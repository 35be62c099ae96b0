"""Test which files an announcement may publish: spellings of paths, and special files."""

import os
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

import newsletter
from support import guard
from support.guard import assert_sound, build_soundly
from support.project import Project

NOW = datetime(2024, 12, 1, tzinfo=UTC)
SECRET = b"%PDF-1.4 a secret"
REFUSED = {"outside-project", "forbidden-file"}
ABSENT = {"missing-file", "bad-address"}

# Files in the project that must never be published.
SECRETS = (
    ".git/config", ".git/notes.pdf", ".ssh/id.pdf", ".newsletter/a.pdf", ".venv/a.pdf", "announcements/.cache/a.pdf",
    "env/lib/a.pdf", "announcements/env/a.pdf", "outbox/site/a.pdf", "public/site/a.pdf", "templates/a.pdf",
    "src/a.pdf", "pyproject.toml", "newsletter.toml.pdf/newsletter.toml", "requirements.txt", "requirements/test.txt",
    "dev-requirements.txt", "constraints.txt", "uv.lock", "deep/package-lock.json", "key.pem", "credentials.json",
    "id_rsa", "run.sh", "page.html", "drawing.svg",
)  # fmt: skip
# Spellings of the names above that a file system may take for them, by ignoring case or characters.
ALIKE = (
    ".GIT/notes.pdf", "Src/a.pdf", "SRC/a.pdf", "ſrc/a.pdf", "OutBox/site/a.pdf", "Templates/a.pdf", "PYPROJECT.TOML",
    "Requirements.TXT", "src./a.pdf", "src /a.pdf", ".git./notes.pdf", "\u200c.git/notes.pdf", "s\u200drc/a.pdf",
    "...", "a.pdf.", "a.pdf ",
)  # fmt: skip


@pytest.fixture
def furnished(project: Project) -> Project:
    """Return a project with everything that a careless user keeps beside the announcements."""
    for name in (*SECRETS, *ALIKE):
        if name != "pyproject.toml":
            project.write(name, SECRET)
    for folder in (".venv", "env", "announcements/env"):
        project.write(f"{folder}/pyvenv.cfg", "home = /usr/bin\n")
    project.write("public/manifest.json", '{"files": {\n\n}, "schema": 1}\n')
    return project


def escaped(path: str) -> str:
    """Return `path` as a Markdown link destination without white space."""
    return path.replace(" ", "%20")


def codes_by_line(output: str) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for line in output.splitlines():
        if ": error: " in line:
            found.setdefault(int(line.split(":")[1]), set()).add(line.rpartition("[")[2].rstrip("]"))
    return found


def refusals(project: Project, links: list[str]) -> Iterator[tuple[str, set[str]]]:
    """Check all links at once and yield each with its error codes. A build must then write nothing."""
    project.announce(body="\n\n".join(f"[a]({link})" for link in links), summary="Un.")
    first = (project.root / "announcements/2024-11-26-prix.md").read_text().split("\n").index(f"[a]({links[0]})") + 1
    done = guard.newsletter("check", cwd=project.root)
    assert_sound(done)
    assert done.code == 1
    found = codes_by_line(done.output)
    for number, link in enumerate(links):
        yield link, found.get(first + 2 * number, set())
    assert build_soundly(project.root).code == 1
    assert SECRET not in b"".join(p.read_bytes() for p in (project.root / "outbox").rglob("assets/*"))


def test_no_link_publishes_what_a_project_keeps_for_itself(furnished: Project) -> None:
    links = [f"../{escaped(name)}" for name in (*SECRETS, *ALIKE)]
    (furnished.root / "outbox/manifest.json").unlink(missing_ok=True)
    for link, codes in refusals(furnished, links):
        assert codes and codes <= REFUSED, (link, codes)


def test_an_outbox_of_any_name_is_known_by_its_manifest(project: Project) -> None:
    project.write("announcements/plan.pdf", SECRET)
    project.announce(attachments=[{"src": "plan.pdf", "title": "Un"}])
    assert newsletter.build(project.root, now=NOW, out=project.root / "public/site").ok
    (published,) = (project.root / "public/site/site/assets").glob("*.pdf")
    project.announce(attachments=[{"src": f"../{published.relative_to(project.root)}", "title": "Un"}])
    result = newsletter.build(project.root, now=NOW)
    assert [problem.code for problem in result.problems if problem.level == "error"] == ["forbidden-file"]


SPELLINGS = {
    "..%2F.git/notes.pdf": REFUSED,
    "%2e%2e/.git/notes.pdf": REFUSED,
    "%2E%2E%2F%2Egit%2Fnotes.pdf": REFUSED,
    "&period;&period;/&period;git/notes.pdf": REFUSED,
    ".././//.git//./notes.pdf": REFUSED,
    "../.git/notes.pdf?x=1#y": REFUSED,
    "../announcements/../.git/notes.pdf": REFUSED,
    "nowhere/../../.git/notes.pdf": REFUSED,
    "../.git/hooks/../notes.pdf": REFUSED,
    "<../.git/notes.pdf/>": REFUSED,
    "../../projet/.git/notes.pdf": REFUSED,
    "../../../../../../../../etc/passwd": REFUSED,
    "..%252F.git%252Fnotes.pdf": REFUSED | ABSENT,
    "%252e%252e/%252egit/notes.pdf": REFUSED | ABSENT,
    "..\\\\.git\\\\notes.pdf": ABSENT,
    "..%5C.git%5Cnotes.pdf": ABSENT,
    "%2Fetc%2Fpasswd": ABSENT,
    "..%00/.git/notes.pdf": ABSENT,
    "%ED%A0%80.pdf": ABSENT,
    "a.pdf%00.png": ABSENT,
    "a" * 256 + ".pdf": ABSENT,
    "a" * 5000: ABSENT,
    "a/" * 5000 + "b.pdf": ABSENT,
    "%E4%B8%80" * 100 + ".pdf": ABSENT,
    "&#10;::error::x.pdf": ABSENT,
}


def test_no_spelling_of_a_path_gets_around_the_judgement(furnished: Project) -> None:
    for link, codes in refusals(furnished, list(SPELLINGS)):
        assert codes and codes <= SPELLINGS[link], (link[:60], codes)


def test_every_key_that_names_a_file_is_judged(furnished: Project) -> None:
    target = "../.git/notes.pdf"
    furnished.announce(
        body=f"![a]({target}) [b]({target})\n\n[c]\n\n[c]: {target}",
        image={"src": target, "alt": "Un"},
        action={"label": "Un", "url": target},
        links=[{"title": "Un", "url": target}],
        event={"start": "2024-12-01", "url": target},
        attachments=[{"src": target, "title": "Un"}, {"src": "../.venv/a.pdf", "title": "Deux"}],
    )
    furnished.write("announcements/issues/2024-11.md", f"---\ntitle: Un\n---\n\n[a]({target})\n")
    done = guard.newsletter("check", "--now", "2024-12-01", cwd=furnished.root)
    guard.assert_sound(done)
    assert done.code == 1
    assert done.output.count("[outside-project]") == 10, done.output


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    before = os.getcwd()
    os.chdir(path.parent)  # the path of a socket is limited to about 100 bytes
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(before)


def a_device(path: Path) -> None:
    try:
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))  # /dev/zero, which never ends
    except OSError:
        path.mkdir()


def a_link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_loop(path: Path) -> None:
    path.symlink_to(path.name)


def a_sparse_file(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


ODD = (a_pipe, a_socket, a_device, Path.mkdir, a_link_to_a_device, a_loop, a_sparse_file)


@pytest.mark.parametrize("key", ["attachments", "image"])
def test_no_special_file_hangs_or_is_published(project: Project, key: str) -> None:
    ending = "png" if key == "image" else "pdf"
    for number, make in enumerate(ODD):
        name = f"{number}.{ending}"
        try:
            make(project.root / "announcements" / name)
        except PermissionError:
            (project.root / "announcements" / name).mkdir()
        named = {"src": name, "alt": "Un"} if key == "image" else [{"src": name, "title": "Un"}]
        project.announce(f"2024-11-{number + 10}-a{number}.md", **{key: named})
    done = build_soundly(project.root)
    assert done.code == 1
    assert done.output.count(": error: ") == len(ODD), done.output
    assert ("[image-size]" if key == "image" else "[file-size]") in done.output


def test_ordinary_files_are_published_whatever_their_names(project: Project) -> None:
    names = (
        "plan.pdf", "-rf.pdf", "Été à l’École.PDF", "a..b.pdf", "report~1.pdf", "tar.tar.gz", "src/notes.txt",
        "chanson.mp3", "film.mp4", "table.ods", "ordre.requirements.pdf", "x" * 240 + ".pdf", "㎯" * 80 + ".pdf",
    )  # fmt: skip
    for name in names:
        project.write(f"announcements/files/{name}", name.encode())
    project.announce(attachments=[{"src": f"files/{name}", "title": "Un"} for name in names])
    assert build_soundly(project.root).code == 0
    published = {path.read_bytes() for path in (project.root / "outbox/site/assets").iterdir()}
    assert {name.encode() for name in names} <= published


def test_a_setting_opens_further_kinds_but_no_protected_name(furnished: Project) -> None:
    settings = (furnished.root / "pyproject.toml").read_text()
    more = 'attachments = [".gpx", ".JSON", ".toml", ".lock"]\n'
    furnished.write("pyproject.toml", settings.replace("[tool.newsletter]\n", f"[tool.newsletter]\n{more}"))
    furnished.write("announcements/tour.gpx", "<gpx/>")
    furnished.announce(
        attachments=[{"src": "tour.gpx", "title": "Un"}, {"src": "../credentials.json", "title": "Deux"}]
    )
    for folder in ("outbox", "Outbox", "OutBox"):
        for path in sorted((furnished.root / folder).rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
    assert build_soundly(furnished.root).code == 0
    names = [path.name for path in (furnished.root / "outbox/site/assets").iterdir()]
    assert any(name.endswith("-tour.gpx") for name in names)
    for path in ("../pyproject.toml", "../uv.lock", "../deep/package-lock.json", "../.git/config", "../key.pem"):
        furnished.announce(attachments=[{"src": path, "title": "Un"}])
        found = {each.code for each in newsletter.build(furnished.root, now=NOW).problems if each.level == "error"}
        assert found and found <= REFUSED, (path, found)


@pytest.mark.parametrize("value", ['""', '"gpx"', '"."', '"./x"', '".a/b"', '"*"', '".é"', "3"])
def test_a_setting_names_extensions_only(project: Project, value: str) -> None:
    settings = (project.root / "pyproject.toml").read_text()
    more = f'attachments = [".gpx", {value}]\n'
    project.write("pyproject.toml", settings.replace("[tool.newsletter]\n", f"[tool.newsletter]\n{more}"))
    project.announce()
    project.write("announcements/id_rsa", SECRET)
    project.announce(attachments=[{"src": "id_rsa", "title": "Un"}])
    assert not newsletter.build(project.root, now=NOW).ok


LOGOS = {
    "announcements/images/logo.png": "", "templates/logo.png": "", "src/logo.png": "",
    ".git/logo.png": "outside-project", "outbox/logo.png": "forbidden-file", "env/logo.png": "forbidden-file",
    "../logo.png": "outside-project", "link/logo.png": "outside-project", "a\\\\b.png": "missing-file",
    "a\\u0000.png": "control-character", "a" * 199: "missing-file",
}  # fmt: skip


def test_the_logo_may_lie_in_the_theme_but_not_where_secrets_do(project: Project) -> None:
    settings = (project.root / "pyproject.toml").read_text()
    project.announce()
    project.write("env/pyvenv.cfg", "")
    for logo, code in LOGOS.items():
        if code not in ("missing-file", "control-character") and not logo.startswith("link"):
            path = project.root / logo
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("1", (8, 8)).save(path)
    (project.root / "link").symlink_to(project.root / "templates")
    for logo, code in LOGOS.items():
        project.write("pyproject.toml", settings + f'\n[tool.newsletter.organisation]\nlogo = "{logo}"\n')
        errors = [each for each in newsletter.find_problems(project.root, now=NOW) if each.level == "error"]
        assert [each.code for each in errors] == ([code] if code else []), (logo, errors)


INCLUDED = ("/etc/passwd", "//etc/passwd", "/../../etc/passwd", "../pyproject.toml", "site/link.html", "linked/a.html")


def test_a_theme_reads_nothing_but_its_own_files(project: Project) -> None:
    project.announce()
    project.write("secret/a.html", "secret")
    project.write("templates/strings/README", "")
    (project.root / "templates/site").mkdir()
    (project.root / "templates/site/link.html").symlink_to("/etc/passwd")
    (project.root / "templates/linked").symlink_to(project.root / "secret")
    for name in INCLUDED:
        project.write("templates/social/card.html", f"{{% include '{name}' %}}")
        result = newsletter.build(project.root, now=NOW)
        assert not result.ok, (name, list(result.problems))
        assert not list((project.root / "outbox").rglob("*.html"))


def test_text_files_of_odd_kinds_are_problems(project: Project) -> None:
    project.announce()
    odd = (a_pipe, a_socket, Path.mkdir, a_loop, a_link_to_a_device, a_sparse_file)
    (project.root / "announcements/issues").mkdir()
    names = []
    for number, make in enumerate(odd):
        for name in (f"announcements/2024-11-{number + 10}-x.md", f"announcements/issues/2024-{number}.md"):
            make(project.root / name)
            names.append(name)
    done = build_soundly(project.root)
    assert done.code == 1
    assert all(f"{name}:1:1: error" in done.output for name in names), done.output


@pytest.mark.parametrize("make", [a_pipe, a_loop, a_link_to_a_device, a_sparse_file])
def test_files_of_the_theme_of_odd_kinds_are_problems(project: Project, make: Callable[[Path], None]) -> None:
    project.announce()
    project.write("templates/strings/README", "")
    make(project.root / "templates/strings/fr.toml")
    done = build_soundly(project.root)
    assert done.code == 1 and "templates/strings/fr.toml:1:1: error" in done.output, done.output


def test_settings_behind_a_link_are_refused(project: Project, tmp_path: Path) -> None:
    project.announce()
    (project.root / "pyproject.toml").rename(tmp_path / "elsewhere.toml")
    (project.root / "pyproject.toml").symlink_to(tmp_path / "elsewhere.toml")
    done = build_soundly(project.root)
    assert done.code == 1 and "pyproject.toml:1:1: error" in done.output and "[outside-project]" in done.output
