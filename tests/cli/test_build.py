"""Test the commands as a person or a CI job runs them."""

import io
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter import channels
from newsletter.cli import progress
from newsletter.model.problems import Problems
from newsletter.pipeline import build, open_project
from support.commands import run, tree
from support.paths import ROOT
from support.project import Project

NOW = ("--now", "2024-12-01")


def test_build_fills_the_outbox_and_verify_agrees(project: Project) -> None:
    project.announce()
    result = run("build", "-C", str(project.root), *NOW)
    assert result.exit_code == 0, result.output
    written = tree(project.root / "outbox")
    for name in ("announcements/prix", "issues/2024-11"):
        assert {f"email/{name}.{kind}" for kind in ("html", "txt", "eml")} <= written.keys()
    assert run("verify", "-C", str(project.root)).exit_code == 0
    (project.root / "outbox/email/announcements/prix.txt").write_text("autre chose")
    result = run("verify", "-C", str(project.root))
    assert result.exit_code == 1 and "outbox/email/announcements/prix.txt:1:1: error:" in result.stderr


def test_a_second_build_touches_nothing(project: Project) -> None:
    project.announce()
    run("build", "-C", str(project.root), *NOW)
    before = {path: os.stat(path) for path in (project.root / "outbox").rglob("*")}
    assert "nothing changed" in run("build", "-C", str(project.root), *NOW).stdout
    after = {path: os.stat(path) for path in (project.root / "outbox").rglob("*")}
    assert {path: (s.st_ino, s.st_mtime_ns) for path, s in before.items()} == {
        path: (s.st_ino, s.st_mtime_ns) for path, s in after.items()
    }


def test_a_forced_build_makes_everything_and_touches_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.announce()
    first = run("build", "-C", str(project.root), *NOW).stdout
    asked = []
    real = channels.jobs
    monkeypatch.setattr(channels, "jobs", lambda name, *others: asked.append(name) or real(name, *others))
    again = run("build", "-C", str(project.root), *NOW).stdout
    assert not asked
    assert again.splitlines()[1:] == first.splitlines()[1:]  # existing files are included in the summary
    assert "nothing changed" in run("build", "-C", str(project.root), "--force", *NOW).stdout
    assert asked


def test_a_build_names_what_to_look_at(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build names files that open from disk; for mails, whose pictures are online, the preview."""
    project.announce()
    for _ in range(2):
        lines = run("build", "-C", str(project.root), *NOW).stdout.splitlines()
        root = project.root
        assert f"  look at {root}/outbox/site/index.html, {root}/outbox/social/index.html" in lines
        assert lines[-1] == f"  see the mails with their images: newsletter preview -C {root}"
    monkeypatch.chdir(project.root / "announcements")
    assert run("build", *NOW).stdout.splitlines()[-1].endswith(": newsletter preview")
    only = run("build", *NOW, "--only", "site", "--out", str(project.root.parent / "site")).stdout
    assert "site/index.html" in only and "mails" not in only


def test_an_error_writes_nothing_and_keeps_what_was_there(project: Project) -> None:
    good = project.announce()
    run("build", "-C", str(project.root), *NOW)
    before = tree(project.root)
    good.write_text(good.read_text().replace("title", "titel"))
    result = run("build", "-C", str(project.root), *NOW)
    assert result.exit_code == 1
    assert "announcements/2024-11-26-prix.md:2:1: error: unknown key 'titel'; did you mean 'title'? [unknown-key]" in (
        result.stderr
    )
    assert "'title' is missing" in result.stderr
    good.write_text(good.read_text().replace("titel", "title"))
    assert tree(project.root) == before


def test_no_announcements_and_no_folder_are_fine(project: Project) -> None:
    assert run("build", "-C", str(project.root)).exit_code == 0
    (project.root / "announcements").rmdir()
    assert run("check", "-C", str(project.root)).exit_code == 0


def test_an_empty_body_is_fine_with_a_summary(project: Project) -> None:
    project.announce(body="", summary="Un résumé.")
    assert run("build", "-C", str(project.root), *NOW).exit_code == 0
    assert "Un résumé." in (project.root / "outbox/email/announcements/prix.txt").read_text()


@pytest.mark.parametrize("change", [lambda b: b"\xef\xbb\xbf" + b, lambda b: b.replace(b"\n", b"\r\n")])
def test_byte_order_mark_and_crlf_change_no_output_byte(project: Project, change: object) -> None:
    source = project.announce(body="## Un\n\n- deux\n- trois\n\n```\ncode\n```\n")
    run("build", "-C", str(project.root), *NOW)
    before = tree(project.root / "outbox")
    source.write_bytes(change(source.read_bytes()))  # type: ignore[operator]
    run("build", "-C", str(project.root), *NOW)
    assert tree(project.root / "outbox") == before


def test_template_syntax_in_content_is_text(project: Project) -> None:
    project.announce(title="{{ 7 * 7 }} {% raw %}", body="{{ config }} {# rien #}")
    run("build", "-C", str(project.root), *NOW)
    text = (project.root / "outbox/email/announcements/prix.txt").read_text()
    assert "{{ 7 * 7 }} {% raw %}" in text and "{{ config }} {# rien #}" in text


def test_strict_makes_warnings_errors(project: Project) -> None:
    project.announce(id=None)
    assert run("check", "-C", str(project.root), *NOW).exit_code == 0
    assert run("check", "-C", str(project.root), "--strict", *NOW).exit_code == 1
    assert run("build", "-C", str(project.root), "--strict", *NOW).exit_code == 1
    assert not (project.root / "outbox").exists()


def test_settings_may_ignore_or_raise_a_warning(project: Project) -> None:
    project.announce(id=None)
    project.complete()
    settings = (project.root / "pyproject.toml").read_text()
    project.write("pyproject.toml", settings + '\n[tool.newsletter.check]\nignore = ["implicit-id"]\n')
    assert run("check", "-C", str(project.root), "--strict", *NOW).exit_code == 0
    project.write("pyproject.toml", settings + '\n[tool.newsletter.check]\nerror = ["implicit-id"]\n')
    assert run("check", "-C", str(project.root), *NOW).exit_code == 1


def test_fix_writes_ids_down_and_changes_nothing_else(project: Project) -> None:
    source = project.announce(id=None)
    project.complete()
    crlf = b"\xef\xbb\xbf" + source.read_bytes().replace(b"\n", b"\r\n")
    source.write_bytes(crlf)
    assert run("check", "-C", str(project.root), "--fix", "--strict", *NOW).exit_code == 0
    assert source.read_bytes() == crlf.replace(b"---\r\n", b"---\r\nid: 2024-11-26-prix\r\n", 1)
    before = source.read_bytes()
    run("check", "-C", str(project.root), "--fix", *NOW)
    assert source.read_bytes() == before


def test_json_has_one_problem_a_line(project: Project) -> None:
    project.announce(date="demain", body="![](x.png)")
    result = run("check", "-C", str(project.root), "--format", "json", *NOW)
    problems = [json.loads(line) for line in result.stdout.splitlines()]
    assert [problem["code"] for problem in problems] == ["bad-date", "no-alt", "missing-image"] or {
        problem["code"] for problem in problems
    } == {"bad-date", "no-alt", "missing-image"}
    assert set(problems[0]) == {"path", "line", "column", "level", "code", "message", "fix"}


def test_github_paths_are_relative_to_the_repository(project: Project) -> None:
    (project.root.parent / ".git").mkdir()
    project.announce(date="demain")
    result = run("check", "-C", str(project.root), "--format", "github", *NOW)
    assert "file=projet/announcements/2024-11-26-prix.md,line=3" in result.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("build", "--now", "hier"),
        ("build", "--format", "xml"),
        ("check", "-C", "/nulle/part"),
        ("rien",),
        ("build", "--no"),
    ],
)
def test_wrong_usage_exits_2(project: Project, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    assert run(*words).exit_code == 2


def test_outside_of_a_project(tmp_path: Path) -> None:
    result = run("build", "-C", str(tmp_path))
    assert result.exit_code == 2 and "no project" in result.stderr
    assert "newsletter.toml" in result.stderr and "newsletter init DIR" in result.stderr


def test_the_folder_may_precede_the_command(project: Project) -> None:
    project.announce()
    assert run("-C", str(project.root), "build", *NOW).exit_code == 0
    assert (project.root / "outbox/manifest.json").exists()


def all_commands() -> list[tuple[str, ...]]:
    """Return every command that the help lists, including those of `theme`."""
    listed = re.findall(r"^  ([a-z]+)  ", run("--help").stdout.partition("Commands:")[2], re.MULTILINE)
    return [(name,) for name in listed] + [("theme", "list"), ("theme", "copy")]


def test_every_command_takes_the_folder() -> None:
    commands = all_commands()
    assert {("build",), ("count",), ("init",), ("theme",)} <= set(commands)
    assert [words for words in commands if "-C" not in run(*words, "--help").stdout] == []


def test_count_and_init_take_paths_from_the_folder(tmp_path: Path) -> None:
    (tmp_path / "post.txt").write_text("Été")
    for words in (("-C", str(tmp_path), "count", "post.txt"), ("count", "-C", str(tmp_path), "post.txt")):
        assert run(*words).exit_code == 0
    assert run("init", "-C", str(tmp_path), "lettre", *NOW).exit_code == 0
    assert run("-C", str(tmp_path), "init", "autre", *NOW).exit_code == 0
    assert (tmp_path / "lettre/newsletter.toml").is_file() and (tmp_path / "autre/newsletter.toml").is_file()
    for words in (("count", "post.txt"), ("init", "x")):
        result = run(*words, "-C", str(tmp_path / "nowhere"))
        assert result.exit_code == 2 and "does not exist" in result.stderr
    assert not (tmp_path / "nowhere").exists()


def test_theme_takes_the_folder_before_its_command(project: Project) -> None:
    project.write("templates/email/footer.txt", "à moi")
    for words in (("theme", "-C", str(project.root), "list"), ("-C", str(project.root), "theme", "list")):
        assert "* email/footer.txt" in run(*words).stdout


def command(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "newsletter", *words], capture_output=True, text=True, check=False,
        env=os.environ | environment,
    )  # fmt: skip


def test_same_bytes_in_another_zone_locale_seed_and_folder(project: Project, tmp_path: Path) -> None:
    root = ROOT
    other = tmp_path / "ailleurs/copie"
    outboxes = []
    for folder, zone, lang, seed in (
        (project.root, "Asia/Kathmandu", "C", "1"),
        (other, "America/New_York", "fr_FR.UTF-8", "2"),
    ):
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("announcements", "templates"):
            subprocess.run(["cp", "-r", str(root / name), str(folder)], check=True)
        (folder / "pyproject.toml").write_text((root / "pyproject.toml").read_text())
        out = folder / "sortie"
        result = command(
            "build", "-C", str(folder), "--out", str(out), "--now", "2025-06-01",
            TZ=zone, LANG=lang, LC_ALL=lang, PYTHONHASHSEED=seed,
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
        outboxes.append(tree(out))
    assert outboxes[0] == outboxes[1] and len(outboxes[0]) > 10


def imported(*words: str, of: tuple[str, ...]) -> list[str]:
    """Return which of these modules a command imports."""
    code = (
        "import sys\nimport newsletter.cli as c\n"
        "try: c.main()\nexcept SystemExit: pass\n"
        f"print(*[name for name in {of!r} if name in sys.modules], file=sys.stderr)"
    )
    checked = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    return checked.stderr.split()


def test_help_shows_examples_and_imports_little() -> None:
    result = command("--help")
    assert result.returncode == 0 and "build" in result.stdout
    assert imported("--help", of=("jinja2", "lxml", "premailer", "babel", "rich", "yaml")) == []
    assert "Examples" in command("build", "--help").stdout


def test_a_command_that_renders_nothing_imports_no_renderer(project: Project) -> None:
    project.announce()
    makers, words = ["jinja2", "lxml", "mjml", "premailer"], ("build", "-C", str(project.root), *NOW)
    assert imported("status", "-C", str(project.root), of=tuple(makers)) == []
    assert imported(*words, of=tuple(makers)) == makers
    assert imported(*words, of=tuple(makers)) == []  # the outbox is up to date


@pytest.mark.parametrize("terminal", [True, False])
def test_long_work_shows_its_progress(project: Project, terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    stream.isatty = lambda: terminal  # type: ignore[method-assign]
    for name, seconds in (("DELAY", 0), ("INTERVAL", 0), ("STEP", 1)):
        monkeypatch.setattr(progress, name, seconds)
    monkeypatch.setattr(sys, "stderr", stream)
    for day in (1, 2, 3):
        project.announce(f"2024-11-0{day}-n{day}.md")
    problems, opened = Problems(), open_project(project.root, Problems())
    made = 0
    with progress.Progress() as line:
        for _ in build(opened, datetime(2024, 12, 1, tzinfo=UTC), problems, on_progress=line.checked):
            line.count_file()
            made += 1
    said = stream.getvalue().split("\r\x1b[K")
    reading = [f"{done} of 3 announcements read …" for done in (1, 2, 3)]
    expected = ["", *reading, *(f"{number:,} files …" for number in range(1, made + 1)), ""]
    assert said == (expected if terminal else [""])
