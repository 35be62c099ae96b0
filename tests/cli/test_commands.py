"""Test the commands `new`, `status`, `schema` and `count`."""

import json

import jsonschema
import pytest
from typer.testing import CliRunner

from newsletter.cli import app
from support.commands import run
from support.paths import TESTS
from support.project import Project


def test_new_writes_a_file_that_only_lacks_its_text(project: Project) -> None:
    result = run(
        "new", "L’été : portes ouvertes", "-C", str(project.root), "--date", "2024-06-01 09:00", "--tags", "RSE, Été"
    )
    path = project.root / "announcements/2024-06-01-l-ete-portes-ouvertes.md"
    assert (result.exit_code == 0 and str(path) in result.stdout.strip()) or path.name in result.stdout
    assert path.read_text() == (
        '---\ntitle: "L’été : portes ouvertes"\ndate: 2024-06-01 09:00\nid: l-ete-portes-ouvertes-2024\n'
        "tags: [RSE, Été]\n---\n\n"
    )
    path.write_text(path.read_text() + "Texte.\n")
    project.complete()
    assert run("check", "-C", str(project.root), "--strict").exit_code == 0


def test_new_never_overwrites(project: Project) -> None:
    words = ("new", "Un titre", "-C", str(project.root), "--date", "2024-06-01", "--draft", "--lang", "en")
    assert run(*words).exit_code == 0
    path = project.root / "announcements/2024-06-01-un-titre.en.md"
    assert "draft: true" in path.read_text() and "lang: en" in path.read_text()
    path.write_text("à moi")
    assert run(*words).exit_code == 2 and path.read_text() == "à moi"


@pytest.mark.parametrize("title", ["", "…", "x" * 151, "deux\nlignes"])
def test_new_refuses_what_is_no_title(project: Project, title: str) -> None:
    assert run("new", title, "-C", str(project.root)).exit_code == 2


def test_status_lists_the_state_of_each(project: Project) -> None:
    project.announce("2024-11-01-vu.md")
    project.announce("2024-11-02-brouillon.md", draft=True)
    project.announce("2024-12-02-futur.md")
    project.announce("2024-12-03-apres.md", issue="none")
    project.announce("2024-11-03-fini.md", expires="2024-11-30")
    words = ("status", "-C", str(project.root), "--now", "2024-12-01")
    rows = [json.loads(line) for line in run(*words, "--format", "json").stdout.splitlines()]
    assert [(row["id"][11:], row["state"]) for row in rows] == [
        ("apres", "scheduled"), ("futur", "scheduled"), ("vu", "public"), ("brouillon", "draft"), ("fini", "expired"),
    ]  # fmt: skip
    assert [row["issue"] for row in rows][:2] == ["", "2024-12"] and [row["open"] for row in rows][:3] == [
        False,
        True,
        False,
    ]
    text = run(*words).stdout.splitlines()
    assert text[2].startswith("public     2024-11-01 00:00  2024-11")
    due = run("list", "-C", str(project.root), "--now", "2024-12-01", "--due").stdout.splitlines()
    assert [line.split()[1] for line in due] == ["2024-12-02", "2024-12-03"]


def test_status_of_nothing(project: Project) -> None:
    assert "there are no announcements" in run("status", "-C", str(project.root)).stdout
    assert "nothing is scheduled" in run("status", "-C", str(project.root), "--due").stdout


def test_schema_takes_what_check_takes() -> None:
    schema = json.loads(run("schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    good = {
        "title": "Un", "date": "2024-11-26T09:30", "tags": ["a"], "authors": ["Nom", {"name": "Autre"}],
        "image": {"src": "a.png", "alt": ""}, "event": {"start": "2024-11-26"}, "draft": True, "social": {"x": "Texte"},
    }  # fmt: skip
    validator.validate(good)
    for bad in ({"titel": "x"}, {"date": "26/11/2024"}, {"tags": "a"}, {"draft": "oui"}, {"event": {}}, {"id": "É"}):
        assert list(validator.iter_errors(good | bad)), bad


def test_version() -> None:
    assert run("--version").stdout.startswith("newsletter 0.")


@pytest.mark.parametrize("words", [("--only", "email"), ("--only", "fax", "--out", "x")])
def test_only_needs_a_known_channel_and_another_outbox(project: Project, words: tuple[str, ...]) -> None:
    assert run("build", "-C", str(project.root), *words).exit_code == 2
    assert not (project.root / "outbox").exists()


def test_a_build_reports_what_it_made(project: Project) -> None:
    project.announce()
    out = project.root.parent / "sortie"
    result = run("build", "-C", str(project.root), "--now", "2024-12-01", "--only", "email", "--out", str(out))
    assert result.exit_code == 0
    assert "1 announcement mail, 1 issue mail" in result.stdout
    assert "see the mails with their images: newsletter preview" in result.stdout


def counted(text: bytes, *words: str) -> tuple[int, dict[str, dict[str, object]]]:
    result = CliRunner().invoke(app, ["count", "--format", "json", *words, "-"], input=text)
    return result.exit_code, json.loads(result.stdout)


def test_counts_of_the_recorded_cases_are_exact() -> None:
    """The numbers come from the platforms' own code, which tests/data/social.json names for each."""
    where = {
        "x": ("x", "count"), "x_valid": ("x", "valid"), "mastodon": ("mastodon", "count"),
        "utf16": ("linkedin", "count"),
        "bluesky_graphemes": ("bluesky", "count"), "bluesky_bytes": ("bluesky", "bytes"),
        "bluesky_app_graphemes": ("bluesky", "app_count"), "bluesky_valid": ("bluesky", "valid"),
        "sms_encoding": ("sms", "encoding"), "sms_segments": ("sms", "segments"), "sms_units": ("sms", "count"),
        "threads_documented": ("threads", "count"),
    }  # fmt: skip
    cases = json.loads((TESTS / "data/social.json").read_text())["cases"]
    for case in cases:
        code, counts = counted(case["text"].encode())
        for name, value in case["expected"].items():
            if name in where:
                platform, key = where[name]
                assert counts[platform][key] == value, (case["id"], name)
        assert code == (0 if all(each["valid"] for each in counts.values()) else 1)


def test_a_final_line_feed_counts() -> None:
    assert counted(b"ab\n", "--platform", "x")[1]["x"]["count"] == 3


def test_count_of_what_is_no_text(project: Project) -> None:
    result = CliRunner().invoke(app, ["count", "-"], input=b"ab\xff")
    assert result.exit_code == 1 and "<stdin>:1:3: error: byte 0xff at offset 2" in result.stderr
    assert run("count", str(project.root / "rien.txt")).exit_code == 2
    assert run("count", "--platform", "fax").exit_code == 2
    assert run("count", "--format", "xml").exit_code == 2


def test_count_for_people(project: Project) -> None:
    path = project.write("texte.txt", "Été à Genève")
    result = run("count", str(path))
    assert result.exit_code == 0 and "bluesky        12 / 300" in result.stdout
    path.write_text("x" * 281)
    assert "TOO LONG" in run("count", str(path), "--platform", "x").stdout
