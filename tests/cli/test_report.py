"""Test problems as text, JSON Lines, GitHub annotations and GitLab reports, with hostile content too."""

import io
import json
import re
import shlex

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from newsletter.cli import app, report
from newsletter.model.problems import Place, Problem, Problems
from support.paths import ROOT
from support.project import Project

HOSTILE = "announcements/a,b:c%0A\n::error::x\r\u202e\x1b[31m\udcff.md"
PLAIN = Problem(Place("announcements/a.md", 3, 7), "no-alt", "error", "no text", "write one")
WORSE = Problem(Place(HOSTILE, 2, 1), "unknown-key", "warning", "'x\n::set-output name=a::b%'\x07", "100 %, or: so")
TOLD = Problem(Place("pyproject.toml"), "missing-tool", "info", "no Chromium")
ALL = (PLAIN, WORSE, TOLD)

# docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format (2024): these fields are required.
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./|/)"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def written(problems: tuple[Problem, ...], format: str, prefix: str = "", colour: bool = False) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    report.report(problems, format, stdout=out, stderr=err, prefix=prefix, colour=colour)
    return out.getvalue(), err.getvalue()


def test_text_is_one_line_a_problem_on_stderr() -> None:
    out, err = written(ALL, "text")
    assert out == "" and err.count("\n") == 3
    assert err.startswith("announcements/a.md:3:7: error: no text; write one [no-alt]\n")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\udc00-\udfff]", err)
    assert r"\n::error::x\r\u202e\x1b[31m\udcff.md:2:1: warning:" in err


def test_colours_say_the_same() -> None:
    coloured = written(ALL, "text", colour=True)[1]
    assert re.sub(r"\x1b\[\d+m", "", coloured) == written(ALL, "text")[1]
    assert coloured.count("\x1b[0m") == 9


def test_json_lines_hold_everything_as_it_is() -> None:
    out, err = written(ALL, "json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert err == "" and len(rows) == 3
    assert rows[0] == {
        "path": "announcements/a.md", "line": 3, "column": 7, "level": "error", "code": "no-alt", "message": "no text",
        "fix": "write one",
    }  # fmt: skip
    assert (rows[1]["path"], rows[1]["message"]) == (HOSTILE, WORSE.message)


# docs.github.com/actions/reference/workflow-commands-for-github-actions#setting-an-error-message
COMMAND = re.compile(r"::(error|warning|notice) file=([^,:]*),line=(\d+),col=(\d+),title=([^,:]*)::(.*)")


def unescape(value: str) -> str:
    """Unescape a value as the runner does (actions/runner, ActionCommand.cs)."""
    for sign, code in (("\r", "%0D"), ("\n", "%0A"), (":", "%3A"), (",", "%2C"), ("%", "%25")):
        value = value.replace(code, sign)
    return value


def test_github_annotations() -> None:
    out, err = written(ALL, "github", prefix="lettre")
    assert err == "" and out.count("\n") == 3
    first, second, third = (COMMAND.fullmatch(line) for line in out.splitlines())
    assert first and second and third
    assert first.groups() == ("error", "lettre/announcements/a.md", "3", "7", "no-alt", "no text; write one")
    assert second[1] == "warning" and third[1] == "notice"
    assert unescape(second[2]) == r"lettre/announcements/a,b:c%0A\n::error::x\r\u202e\x1b[31m\udcff.md"
    assert unescape(second[6]) == r"'x\n::set-output name=a::b%'\x07; 100 %, or: so"


def test_gitlab_report_is_as_documented() -> None:
    out, err = written(ALL * 2, "gitlab", prefix="lettre")
    rows = json.loads(out)
    jsonschema.validate(rows, GITLAB)
    assert err == "" and len(rows) == 6
    assert [row["severity"] for row in rows[:3]] == ["major", "minor", "info"]
    assert rows[0]["location"] == {"path": "lettre/announcements/a.md", "lines": {"begin": 3}}
    assert rows[0]["description"] == "no text; write one" and rows[0]["check_name"] == "no-alt"
    assert len({row["fingerprint"] for row in rows}) == 6


def test_a_fingerprint_outlives_lines_that_move() -> None:
    moved = Problem(Place(PLAIN.place.path, 40), PLAIN.code, PLAIN.level, PLAIN.message)
    one, other = (json.loads(written((each,), "gitlab")[0])[0]["fingerprint"] for each in (PLAIN, moved))
    assert one == other


def test_no_problem_is_an_empty_report() -> None:
    assert json.loads(written((), "gitlab")[0]) == []
    assert [written((), format) for format in ("text", "json", "github")] == [("", "")] * 3


ANY = st.text(max_size=20)


@given(st.lists(st.builds(Problem, st.builds(Place, ANY), st.just("no-alt"), st.just("error"), ANY, ANY), max_size=5))
def test_whatever_is_in_a_problem_every_format_stays_whole(problems: list[Problem]) -> None:
    several = tuple(problems)
    assert written(several, "text")[1].count("\n") == len(several)
    assert len(written(several, "json")[0].split("\n")) == len(several) + 1
    lines = written(several, "github")[0].split("\n")[:-1]
    assert len(lines) == len(several) and all(COMMAND.fullmatch(line) for line in lines)
    rows = json.loads(written(several, "gitlab")[0])
    assert len({row["fingerprint"] for row in rows}) == len(several)


@pytest.mark.parametrize(("levels", "expected"), [
    (["error", "error", "warning"], "2 errors, 1 warning"), (["info"], "1 info"), ([], ""),
])  # fmt: skip
def test_summary(levels: list[str], expected: str) -> None:
    assert report.summary(Problem(Place("a"), "x", level, "") for level in levels) == expected  # type: ignore[arg-type]


def test_annotations_name_paths_from_the_repository(project: Project) -> None:
    (project.root.parent / ".git").mkdir()
    project.announce(body="![](x.png)")
    result = CliRunner().invoke(app, ["check", "-C", str(project.root), "--format", "github", "--now", "2024-12-01"])
    assert (
        f"::error file={project.root.name}/announcements/2024-11-26-prix.md,line=7,col=1,title=no-alt::"
        in result.stdout
    )


def test_notices_never_stop_anything() -> None:
    problems = Problems(strict=True, raised=frozenset(["missing-tool"]))
    problems.notice(Place("a"), "missing-tool", "no Chromium")
    assert not problems.fatal and problems.count("info") == 1
    quiet = Problems(ignore=frozenset(["missing-tool"]))
    quiet.notice(Place("a"), "missing-tool", "no Chromium")
    assert len(quiet) == 0


# --- what pre-commit runs -----------------------------------------------------------------------


def test_hooks_for_pre_commit_are_commands_of_ours(project: Project) -> None:
    project.complete()
    path = project.announce(body="L'un !")
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    assert hooks.keys() == {"newsletter-check", "newsletter-fix"}
    for hook in hooks.values():
        assert hook["language"] == "python" and hook["pass_filenames"] is False
        for changed, runs in (("announcements/a.md", True), ("lettre/announcements/a.md", True), ("src/a.py", False)):
            assert bool(re.search(hook["files"], changed)) is runs
        program, *words = shlex.split(hook["entry"])
        assert program == "newsletter"
        result = CliRunner().invoke(app, [*words, "-C", str(project.root), "--now", "2024-12-01"])
        assert result.exit_code == 0, result.stderr
    assert path.read_text(encoding="utf-8").endswith("L’un\u00a0!\n")


# --- the example in the README ------------------------------------------------------------------

EIGHT = """\
---
title: "Portes ouvertes : venez nombreux!"
date: 2/12/2024
sumary: Visitez nos ateliers.
image: {src: images/affiche.png}
---

# Programme

[Cliquez ici](http://exemple.example/programme) ou écrivez à [l’accueil](javascript:void).

### Venir

![](plan.png)
"""
