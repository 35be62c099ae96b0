"""Test that `check --deep` reports what the browser and SpamAssassin find, and missing tools."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from newsletter.cli import app
from newsletter.model import Artefact
from newsletter.model.problems import Place, Problems
from newsletter.rules.external import audit, browser
from support import browser as tests_browser
from support.project import Project

HERE = Place("announcements/a.md")
SETTINGS = Place("pyproject.toml")
BAD = """<!DOCTYPE html><html lang="fr"><head><title>Un</title></head><body>
<h1>Un</h1><img src="x.png"><table style="width: 700px"><tr><td>large</td></tr></table></body></html>"""


def test_what_is_not_installed_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    problems = Problems(strict=True)
    audit.judge([], tmp_path, "pyproject.toml", {}, problems)
    assert [(p.code, p.level) for p in problems] == [("missing-tool", "info")] * 2
    assert ["Chromium" in p.message or "SpamAssassin" in p.message for p in problems] == [True, True]
    assert not problems.fatal


def test_a_browser_without_axe_is_reported(tmp_path: Path) -> None:
    problems = Problems()
    audit.judge_pages([(HERE, BAD)], "chromium", browser.find_axe(tmp_path, {}), SETTINGS, problems)
    assert ["npm install axe-core" in p.fix for p in problems] == [True]


def test_axe_is_found_in_the_project_or_by_the_environment(tmp_path: Path) -> None:
    inside = tmp_path / "node_modules/axe-core/axe.min.js"
    inside.parent.mkdir(parents=True)
    inside.touch()
    other = tmp_path / "axe.js"
    assert browser.find_axe(tmp_path, {}) == inside
    assert browser.find_axe(tmp_path, {"NEWSLETTER_AXE": str(other)}) is None
    other.touch()
    assert browser.find_axe(tmp_path, {"NEWSLETTER_AXE": str(other)}) == other


@pytest.mark.parametrize("program", ["absent", "false"])
def test_tools_that_do_not_work_are_reported(tmp_path: Path, program: str) -> None:
    axe = tmp_path / "axe.min.js"
    axe.touch()
    problems = Problems()
    audit.judge_pages([(HERE, BAD)], program, axe, SETTINGS, problems)
    audit.judge_messages([(HERE, b"")], program, SETTINGS, problems)
    assert [p.code for p in problems] == ["missing-tool"] * 2


@pytest.mark.system
def test_axe_and_width_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    tests_browser.require()
    assert set(audit.VIEWPORTS) == {(width, dark) for width in (800, 360) for dark in (False, True)}
    monkeypatch.setattr(audit, "VIEWPORTS", ((800, False), (360, True)))
    problems = Problems()
    audit.judge_pages([(HERE, BAD)], tests_browser.CHROMIUM, tests_browser.AXE, SETTINGS, problems)
    found = list(problems)
    assert {p.place for p in found} == {HERE}
    assert {p.code for p in found} == {"axe", "wide-mail"}
    assert {p.message.partition(":")[0] for p in found if p.code == "axe" and "image-alt" in p.message} == {
        "axe-core, 800 px, light",
        "axe-core, 360 px, dark",
    }
    assert all("at 360 px" in p.message for p in found if p.code == "wide-mail")


SPAM = b"Subject: BUY NOW\r\nFrom: a@b.example\r\n\r\nViagra!!! http://1.2.3.4/\r\n"


@pytest.mark.system
def test_spam_is_reported() -> None:
    program = shutil.which("spamassassin")
    if not program:
        pytest.skip("SpamAssassin is not installed")
    problems = Problems()
    audit.judge_messages([(HERE, SPAM)], program, SETTINGS, problems)
    (problem,) = problems
    assert (problem.place, problem.code) == (HERE, "spam-score")
    assert "MISSING_DATE" in problem.message


def test_scores_are_read_as_spamassassin_writes_them(tmp_path: Path) -> None:
    report = "Content analysis details:   (5.3 points, 5.0 required)\n\n"
    report += " 3.1 MISSING_DATE  x\n 0.0 HTML_MESSAGE  y\n 2.2 MPART  z\n"
    program = tmp_path / "spamassassin"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{report}END\n")
    program.chmod(0o755)
    problems = Problems()
    audit.judge_messages([(HERE, b"x")], str(program), SETTINGS, problems)
    assert [p.message for p in problems] == [
        "SpamAssassin gives 5.3 points (MISSING_DATE 3.1, MPART 2.2); servers refuse it"
    ]


def test_the_command_looks_deep_only_when_asked(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.complete()
    project.announce()
    looked: list[list[Artefact]] = []
    monkeypatch.setattr(audit, "judge", lambda made, *rest: looked.append(list(made)))
    words = ["check", "-C", str(project.root), "--now", "2024-12-01"]
    assert CliRunner().invoke(app, words).exit_code == 0 and not looked
    assert CliRunner().invoke(app, [*words, "--deep"]).exit_code == 0
    assert {a.path.rpartition(".")[2] for a in looked[0]} == {"html", "txt", "eml"}
    assert {a.origin for a in looked[0] if "announcements/" in a.path} == {"announcements/2024-11-26-prix.md"}
