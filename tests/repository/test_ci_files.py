"""Test the CI files that `init` makes: valid by published schemas, without secrets, and working."""

import base64
import os
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from newsletter.cli import starter

FILES = starter.project("fr", date(2024, 12, 1))
GITHUB, GITLAB = ".github/workflows/newsletter.yml", ".gitlab-ci.yml"
SCHEMAS = {GITHUB: "vendor.github-workflows", GITLAB: "vendor.gitlab-ci"}


def judge(path: Path, schema: str) -> tuple[int, str]:
    """Run check-jsonschema, which includes the published schemas, so that nothing is downloaded."""
    from check_jsonschema import main

    result = CliRunner().invoke(main, ["--builtin-schema", schema, str(path)])
    return result.exit_code, result.output


@pytest.mark.parametrize("name", SCHEMAS)
def test_valid_by_the_published_schema(name: str, tmp_path: Path) -> None:
    path = tmp_path / "ci.yml"
    path.write_text(FILES[name])
    assert judge(path, SCHEMAS[name])[0] == 0, judge(path, SCHEMAS[name])[1]
    path.write_text(FILES[name].replace("timeout", "time_out"))
    assert judge(path, SCHEMAS[name])[0] == 1


def jobs() -> dict[str, Any]:
    return yaml.safe_load(FILES[GITHUB])["jobs"]


def test_actions_are_pinned_to_full_versions() -> None:
    used = re.findall(r"uses: (\S+)", FILES[GITHUB])
    assert used and all(re.fullmatch(r"actions/[a-z-]+@v\d+\.\d+\.\d+", each) for each in used)
    assert re.fullmatch(r"python:\d+\.\d+\.\d+-\w+", yaml.safe_load(FILES[GITLAB])["default"]["image"])


def test_a_pull_request_sees_no_secret_and_may_write_nothing() -> None:
    whole = yaml.safe_load(FILES[GITHUB])
    assert "secrets" not in FILES[GITHUB] and "pull_request_target" not in FILES[GITHUB]
    assert whole["permissions"] == {"contents": "read"} and "permissions" not in whole["jobs"]["check"]
    assert whole["jobs"]["check"]["steps"][0]["with"] == {"persist-credentials": False}
    assert "event_name != 'pull_request'" in whole["jobs"]["publish"]["if"]
    lab = yaml.safe_load(FILES[GITLAB])
    assert "TOKEN" not in str(lab["check"]) and "login" not in str(lab["check"])
    assert lab["pages"]["rules"][0]["if"].startswith('$CI_PIPELINE_SOURCE != "merge_request_event"')


def test_only_the_publishing_step_gets_the_token() -> None:
    for job in jobs().values():
        checkouts = [step for step in job["steps"] if "checkout" in step.get("uses", "")]
        assert [step["with"]["persist-credentials"] for step in checkouts] == [False]
        assert "env" not in job
    assert "env" not in yaml.safe_load(FILES[GITHUB])
    holders = [step for job in jobs().values() for step in job["steps"] if "token" in str(step).lower()]
    assert [step["run"] for step in holders] == ["sh .ci/publish gh-pages"]
    assert FILES[GITHUB].count("github.token") == 1
    lab = yaml.safe_load(FILES[GITLAB])
    before = lab["default"]["before_script"]
    assert [line for line in before if "TOKEN" in line] == before[:2] and "before_script" not in lab["pages"]
    assert "requirements.txt" in before[-1] and [line for line in lab["pages"]["script"] if "login" in line] == [
        "PUBLISH_LOGIN=$login sh .ci/publish site"
    ]


def test_every_run_publishes_all_that_is_due() -> None:
    """No command is given a date, so the next run makes up for a late or missed one."""
    for content in (FILES[GITHUB], FILES[GITLAB]):
        assert "newsletter build" in content and "--now" not in content
    # YAML parses the key `on` as true.
    assert {"pull_request", "push", "schedule", "workflow_dispatch"} == set(yaml.safe_load(FILES[GITHUB])[True])
    commands = [step.get("run", "") for step in jobs()["check"]["steps"]]
    assert "newsletter check --format github" in commands


pytestmark = pytest.mark.system


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a clone of a bare repository, with one commit and an outbox."""
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch", "main", "origin.git")
    git(tmp_path, "clone", "--quiet", "origin.git", "clone")
    folder = tmp_path / "clone"
    (folder / ".ci").mkdir()
    (folder / ".ci/publish").write_text(FILES[".ci/publish"])
    (folder / ".gitignore").write_text(FILES[".gitignore"])
    git(folder, "checkout", "--quiet", "-b", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "x")
    git(folder, "push", "--quiet", "origin", "main")
    return folder


def git(folder: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=x", "-c", "user.email=x@localhost", *words]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def publish(clone: Path, **files: str) -> subprocess.CompletedProcess[str]:
    site = clone / "outbox/site"
    shutil.rmtree(site, ignore_errors=True)
    for name, content in files.items():
        path = site / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return subprocess.run(["sh", ".ci/publish", "served"], cwd=clone, capture_output=True, text=True, check=False)


def served(clone: Path) -> dict[str, str]:
    names = git(clone, "ls-tree", "-r", "--name-only", "origin/served").split()
    return {name: git(clone, "show", f"origin/served:{name}") for name in names}


def test_pages_are_replaced_and_assets_stay(clone: Path) -> None:
    first = publish(clone, index_html="1", old_html="1", assets__1_png="1")
    assert first.returncode == 0 and first.stdout == "served: published\n", first.stderr
    git(clone, "fetch", "--quiet", "origin", "served:refs/remotes/origin/served")
    assert served(clone) == {"index.html": "1", "old.html": "1", "assets/1.png": "1", ".nojekyll": ""}
    assert publish(clone, index_html="2", assets__2_png="2").returncode == 0
    git(clone, "fetch", "--quiet", "origin", "served:refs/remotes/origin/served")
    assert served(clone) == {"index.html": "2", "assets/1.png": "1", "assets/2.png": "2", ".nojekyll": ""}
    archived = git(clone, "ls-tree", "-r", "--name-only", "FETCH_HEAD").split()
    assert "assets/1.png" in archived
    assert publish(clone, index_html="2", assets__2_png="2").stdout == "served: nothing changed\n"
    assert len(git(clone, "worktree", "list").splitlines()) == 1
    assert git(clone, "status", "--porcelain") == ""


def test_an_unreachable_remote_is_no_missing_branch(clone: Path) -> None:
    git(clone, "remote", "set-url", "origin", "../nowhere.git")
    result = publish(clone, index_html="1")
    assert result.returncode not in (0, 2) and len(git(clone, "worktree", "list").splitlines()) == 1


def test_nothing_is_published_before_a_build(clone: Path) -> None:
    result = subprocess.run(["sh", ".ci/publish", "served"], cwd=clone, capture_output=True, text=True, check=False)
    assert result.returncode == 1 and "run newsletter build first" in result.stderr


TOKEN = "glpat-sesame"
HEADER = "Authorization: Basic " + base64.b64encode(f"gitlab-ci-token:{TOKEN}".encode()).decode()
# A replacement for git that logs its arguments, and whether the token or its header is in the environment.
SPY = """#!/bin/sh
{
    printf 'git'; printf ' %s' "$@"; printf ' |'
    env | grep -q "@TOKEN@" && printf ' token'
    env | grep -qF "@HEADER@" && printf ' header'
    echo
} >> "@LOG@"
exec "@GIT@" "$@"
"""


def test_only_exchanges_with_the_remote_know_the_token(clone: Path, tmp_path: Path) -> None:
    """Run the commands of the GitLab job in a shell, except for the installation."""
    log, spied = tmp_path / "log", tmp_path / "bin/git"
    spied.parent.mkdir()
    real = shutil.which("git") or ""
    values = {"@TOKEN@": TOKEN, "@HEADER@": HEADER, "@LOG@": str(log), "@GIT@": real}
    script = SPY
    for mark, value in values.items():
        script = script.replace(mark, value)
    spied.write_text(script)
    spied.chmod(0o755)
    lab = yaml.safe_load(FILES[GITLAB])
    lines = [
        *lab["default"]["before_script"][:-1], "env > ../during-build", *lab["pages"]["script"][1:-1],
    ]  # fmt: skip
    (clone / "outbox/site").mkdir(parents=True)
    (clone / "outbox/site/index.html").write_text("1")
    git(clone, "remote", "set-url", "origin", f"https://gitlab-ci-token:{TOKEN}@host.example/origin.git")
    environment = {
        "PATH": f"{spied.parent}:{os.environ['PATH']}", "HOME": str(tmp_path), "CI_JOB_TOKEN": TOKEN,
        "CI_REPOSITORY_URL": f"https://gitlab-ci-token:{TOKEN}@host.example/origin.git",
        "CI_REGISTRY_PASSWORD": TOKEN, "CI_DEPENDENCY_PROXY_PASSWORD": TOKEN,
        "CI_PROJECT_URL": str(tmp_path / "origin"),
    }  # fmt: skip
    done = subprocess.run(
        ["sh", "-e", "-c", "\n".join(lines)], cwd=clone, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and done.stdout == "site: published\n", done.stderr
    assert TOKEN not in (tmp_path / "during-build").read_text()
    assert TOKEN not in (clone / ".git/config").read_text() and HEADER not in (clone / ".git/config").read_text()
    calls = log.read_text().splitlines()
    assert not any(TOKEN in call or HEADER in call or call.endswith(("| token", "token header")) for call in calls)
    exchanges = [word for call in calls for word in call.split() if word in ("ls-remote", "fetch", "push")]
    assert exchanges == ["ls-remote", "push", "fetch"]
    assert [call for call in calls if call.endswith("| header")] == [
        call for call in calls if {"ls-remote", "fetch", "push"} & set(call.split())
    ]
