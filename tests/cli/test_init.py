"""Test `init`, `theme`, `new --kind` and `schema`, including hints for editors and web forms."""

import json
import os
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from newsletter.cli import app, extras, starter
from newsletter.load import schema as hints
from newsletter.theme import default as default_theme
from support.commands import run, tree
from support.project import Project

NOW = ("--now", "2024-12-01")


@pytest.fixture(params=starter.LANGUAGES)
def new_project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a new project, in each language."""
    folder = tmp_path / "lettre"
    assert run("init", str(folder), "--lang", request.param, *NOW).exit_code == 0
    return folder


def test_a_new_project_is_checked_and_built_with_no_further_step(new_project: Path) -> None:
    result = run("check", "-C", str(new_project), *NOW, "--strict")
    assert (result.exit_code, result.output) == (0, "")
    assert run("build", "-C", str(new_project), *NOW).exit_code == 0
    assert len(list((new_project / "outbox/email/announcements").glob("*.eml"))) == 1
    assert not (new_project / "templates").exists()


def test_the_sample_is_of_the_day_before(new_project: Path) -> None:
    (sample,) = (new_project / "announcements").glob("*.md")
    assert sample.name.startswith("2024-11-30-") and "date: 2024-11-30\n" in sample.read_text()


def test_no_mark_is_left_in_a_new_project(new_project: Path) -> None:
    for path in tree(new_project):
        assert not re.search(r"@[A-Z]+@", (new_project / path).read_text()), path


def test_init_overwrites_nothing_and_says_what_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("à moi")
    (tmp_path / ".gitignore").symlink_to("nowhere")
    result = run("init", str(tmp_path), *NOW)
    assert result.exit_code == 2 and "README.md, .gitignore; choose another folder" in result.stderr
    assert os.listdir(tmp_path) != [] and set(os.listdir(tmp_path)) == {"README.md", ".gitignore"}


def test_init_keeps_what_is_not_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "LICENSE").write_text("à moi")
    assert run("init", str(tmp_path), *NOW).exit_code == 0
    assert (tmp_path / "LICENSE").read_text() == "à moi"
    assert run("init", str(tmp_path), *NOW).exit_code == 2


@pytest.mark.parametrize("words", [("--lang", "de"), ("--now", "hier"), ("--package", "-rx"), ("--package", "a\nb")])
def test_init_refuses_what_it_cannot_do(tmp_path: Path, words: tuple[str, str]) -> None:
    assert run("init", str(tmp_path / "x"), *words).exit_code == 2
    assert not (tmp_path / "x").exists()


def test_init_says_what_the_disk_refuses(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("init", str(tmp_path / "file"), *NOW)
    assert result.exit_code == 74 and "cannot be written" in result.stderr


def test_what_ci_installs(tmp_path: Path) -> None:
    run("init", str(tmp_path), *NOW, "--package", "./newsletter-1.0.0-py3-none-any.whl")
    lines = (tmp_path / "requirements.txt").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        "./newsletter-1.0.0-py3-none-any.whl[import,preview]"
    ]


@pytest.mark.parametrize("name", ["newsletter", "newsletter==1.0", "newsletter[preview] >= 1"])
def test_ci_installs_nothing_by_name_alone(tmp_path: Path, name: str) -> None:
    result = run("init", str(tmp_path / "p"), *NOW, "--package", name)
    assert result.exit_code == 2 and "a stranger's package" in result.stderr and not (tmp_path / "p").exists()


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        ("newsletter @ git+https://git.example/n@v1", "newsletter[import,preview] @ git+https://git.example/n@v1"),
        ("./n-1.0-py3-none-any.whl", "./n-1.0-py3-none-any.whl[import,preview]"),
        ("newsletter[preview] @ https://n.example/n.whl", "newsletter[preview] @ https://n.example/n.whl"),
        ("git+https://git.example/n", "git+https://git.example/n"),
        ("", ""),
    ],
)
def test_what_is_installed_has_every_extra(requirement: str, expected: str) -> None:
    assert extras.with_extras(requirement) == expected


def test_an_extra_is_added_as_this_installation_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [extras.how_to_add(extra) for extra in ("import", "preview")] == [
        "run: make runtime-env",
        "run: make preview",
    ]
    monkeypatch.setattr(extras, "is_checkout", lambda folder: False)
    assert "newsletter[import] @ …" in extras.how_to_add("import")
    assert "pip install --requirement requirements.txt" in extras.how_to_add("import")


# theme


def test_theme_copy_brings_one_file_and_never_overwrites(project: Project) -> None:
    words = ("theme", "copy", "email/layout.mjml", "-C", str(project.root))
    assert run(*words).exit_code == 0
    path = project.root / "templates/email/layout.mjml"
    assert path.read_bytes() == (default_theme.folder() / "email/layout.mjml").read_bytes()
    assert "* email/layout.mjml" in run("theme", "list", "-C", str(project.root)).stdout
    path.write_text("à moi")
    assert run(*words).exit_code == 2 and path.read_text() == "à moi"


@pytest.mark.parametrize("name", ["email/layot.mjml", "../strings/fr.toml", "/etc/passwd", ""])
def test_theme_copy_knows_its_files_only(project: Project, name: str) -> None:
    before = tree(project.root)
    result = run("theme", "copy", name, "-C", str(project.root))
    assert result.exit_code == 2 and tree(project.root) == before
    assert name != "email/layot.mjml" or "did you mean email/layout.mjml?" in result.stderr


def test_every_file_of_the_theme_is_listed(project: Project) -> None:
    listed = run("theme", "list", "-C", str(project.root)).stdout.split()
    assert {"email/layout.mjml", "strings/fr.toml", "site/site.css", "themes/plain/email/layout.mjml"} <= set(listed)


# new


@pytest.mark.parametrize("lang", starter.LANGUAGES)
@pytest.mark.parametrize("kind", ["event", "award", "enrolment"])
def test_what_a_kind_leaves_open_is_reported(project: Project, kind: str, lang: str) -> None:
    """A skeleton cannot be published: each value to fill in is an error at its line."""
    words = ("new", "Un titre", "--kind", kind, "--date", "2024-11-26", "--lang", lang, "-C", str(project.root))
    assert run(*words).exit_code == 0
    codes = {p["code"] for p in problems(project, "check")}
    assert codes <= {"missing-key", "empty-body"} and "missing-key" in codes


def problems(project: Project, *words: str) -> list[dict[str, Any]]:
    result = run(*words, "-C", str(project.root), *NOW, "--format", "json")
    return [each for each in map(json.loads, result.stdout.splitlines()) if each["level"] == "error"]


def test_a_filled_in_event_passes(project: Project) -> None:
    run("new", "Portes ouvertes", "--kind", "event", "--date", "2024-11-26", "-C", str(project.root))
    path = project.root / "announcements/2024-11-26-portes-ouvertes.md"
    text = path.read_text().replace("start: # 2024-12-14 10:00", "start: 2024-12-14 10:00")
    path.write_text(text.replace("  url:", "  url: https://exemple.example/") + "\nVenez !\n")
    assert problems(project, "check") == []


def test_new_asks_at_a_terminal(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    # The runner replaces standard input with a stream that is not a terminal.
    monkeypatch.setattr(sys.modules["newsletter.cli.new"], "sys", SimpleNamespace(stdin=Terminal(), stderr=sys.stderr))
    answers = "Prix d’innovation\n2024-11-26 09:30\nconcert\naward\nRSE, Prix\n"
    result = CliRunner().invoke(app, ["new", "-C", str(project.root)], input=answers, catch_exceptions=False)
    text = (project.root / "announcements/2024-11-26-prix-d-innovation.md").read_text()
    assert result.exit_code == 0
    assert text.startswith("---\ntitle: Prix d’innovation\ndate: 2024-11-26 09:30\nid: prix-d-innovation-2024\n")
    assert "tags: [RSE, Prix]\nlinks:\n" in text


class Terminal:
    """Standard input that claims to be a terminal. The test's runner answers the questions."""

    @staticmethod
    def isatty() -> bool:
        return True


def test_new_asks_nothing_without_a_terminal(project: Project) -> None:
    assert "the title is missing" in run("new", "-C", str(project.root)).stderr
    assert run("new", "Un titre", "--kind", "concert", "-C", str(project.root)).exit_code == 2
    assert list((project.root / "announcements").iterdir()) == []


def test_new_opens_the_editor(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    program = "import sys; open(sys.argv[1], 'a').write('Bonjour.')"
    monkeypatch.setenv("VISUAL", f'{sys.executable} -c "{program}"')
    words = ("new", "Un titre", "--date", "2024-11-26", "--edit", "-C", str(project.root))
    assert run(*words).exit_code == 0
    assert (project.root / "announcements/2024-11-26-un-titre.md").read_text().endswith("---\n\nBonjour.")


@pytest.mark.parametrize("editor", ["", "/no/such/editor", "'"])
def test_new_without_a_working_editor(project: Project, monkeypatch: pytest.MonkeyPatch, editor: str) -> None:
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setenv("VISUAL", editor)
    result = run("new", "Un titre", "--edit", "-C", str(project.root))
    assert result.exit_code == 2 and "was created, but" in result.stderr


# schema


def paths_of(schema: dict[str, Any]) -> set[str]:
    """Return every key of a schema; nested keys look like `event.start`."""
    found = set()
    for name, inner in schema.get("properties", {}).items():
        found |= {name} | {f"{name}.{deep}" for deep in paths_of(inner)}
    for inner in (schema.get("items", {}), *schema.get("anyOf", ())):
        found |= paths_of(inner) if inner else set()
    return found


def fields_of(fields: list[dict[str, Any]]) -> set[str]:
    found = set()
    for field in fields:
        found |= {field["name"]} | {f"{field['name']}.{deep}" for deep in fields_of(field.get("fields", []))}
    return found


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_form_has_a_field_for_every_key(project: Project, language: str) -> None:
    settings = project.root / "pyproject.toml"
    settings.write_text(settings.read_text().replace('language = "fr"', f'language = "{language}"'))
    config = yaml.safe_load(run("schema", "--format", "decap", "-C", str(project.root)).stdout)
    fields = config["collections"][0]["fields"]
    assert fields_of(fields) == paths_of(hints.schema()) | {"body"}
    assert [field["name"] for field in fields if field.get("required", True)] == ["title", "date", "body"]
    known = "string text datetime boolean list object image file markdown number select".split()
    assert {field["widget"] for field in fields} <= set(known)
    assert config["locale"] == language


def test_every_pattern_of_the_form_takes_what_check_takes(project: Project) -> None:
    config = yaml.safe_load(run("schema", "--format", "decap", "-C", str(project.root)).stdout)
    fields = {field["name"]: field for field in config["collections"][0]["fields"]}
    assert re.fullmatch(fields["id"]["pattern"][0], "interfor-2024")
    assert not re.fullmatch(fields["id"]["pattern"][0], "Éte")


def test_every_key_has_a_snippet() -> None:
    made = json.loads(run("schema", "--format", "vscode").stdout)
    schema = hints.schema()["properties"]
    assert {each["prefix"] for each in made.values()} == set(schema)
    for each in made.values():
        written = re.sub(r"\$\{\d\|(\w+),\w+\|\}|\$\d", lambda m: m[1] or "x", "\n".join(each["body"]))
        assert set(yaml.safe_load(written)) == {each["prefix"]}


def test_schema_refuses_what_it_cannot_do(project: Project) -> None:
    assert run("schema", "--format", "xml").exit_code == 2
    project.write("pyproject.toml", "[tool.newsletter]\ntitle = 1\n")
    assert run("schema", "--format", "decap", "-C", str(project.root)).exit_code == 2
