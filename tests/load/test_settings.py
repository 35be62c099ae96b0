"""Test where settings are found, and the location of each fault."""

from pathlib import Path

import pytest

from newsletter.load.settings import find_project, load_settings
from newsletter.model.problems import Aborted, Problems
from support.project import SETTINGS, Project

WHOLE = """\
title = "Exemple"
description = "Une\\nlettre"
language = "fr"
timezone = "Europe/Paris"
url = "https://exemple.example/actualites"
authority = "exemple.example,2024"
cadence = "weekly"
unsubscribe.url = "{{ unsubscribe_url }}"

[sender]
name = "Exemple"
email = "lettre@exemple.example"
reply_to = "bonjour@exemple.example"

[brand]
accent = "#112233"

[feeds]
entries = 30
content = "summary"

[social]
platforms = ["x", "sms"]
utm = true

[check]
ignore = ["plain-http"]
"""


def faults(root: Path) -> list[str]:
    problems = Problems()
    with pytest.raises(Aborted):
        load_settings(root, problems)
    return [f"{problem.place} {problem.code}" for problem in problems]


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text(WHOLE)
    problems = Problems()
    found = load_settings(tmp_path, problems)
    assert not len(problems)
    assert found.url == "https://exemple.example/actualites/"
    assert found.unsubscribe.url == "{{ unsubscribe_url }}"
    assert (found.feeds.entries, found.feeds.content, found.social.platforms, found.social.utm) == (
        30, "summary", ("x", "sms"), True,
    )  # fmt: skip
    assert found.brand == (("accent", "#112233"),)
    assert problems.ignore == {"plain-http"}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('cadence = "weekly"', 'cadence = "daily"', "newsletter.toml:7:1 bad-value"),
        ('"Europe/Paris"', '"Europe/Amiens"', "newsletter.toml:4:1 bad-value"),
        ("https://exemple", "ftp://exemple", "newsletter.toml:5:1 unsafe-link"),
        ("exemple.example,2024", "Exemple", "newsletter.toml:6:1 bad-value"),
        ("lettre@exemple.example", "lettre", "newsletter.toml:12:1 bad-value"),
        ("#112233", "bleu", "newsletter.toml:16:1 bad-value"),
        ("entries = 30", "entries = 0", "newsletter.toml:19:1 bad-value"),
        ("entries = 30", "entries = [30]", "newsletter.toml:19:1 wrong-type"),
        ('["x", "sms"]', '["x", "fax"]', "newsletter.toml:23:1 bad-value"),
        ('["x", "sms"]', '"x"', "newsletter.toml:23:1 wrong-type"),
        ("utm = true", "utm = 1", "newsletter.toml:24:1 wrong-type"),
        ("utm = true", "utn = true", "newsletter.toml:24:1 unknown-key"),
        ('name = "Exemple"', "", "newsletter.toml:10:2 missing-key"),
        ("[sender]", "[sender", "newsletter.toml:10:8 toml-syntax"),
    ],
)
def test_each_fault_has_its_place(tmp_path: Path, old: str, new: str, fault: str) -> None:
    (tmp_path / "newsletter.toml").write_text(WHOLE.replace(old, new, 1))
    assert faults(tmp_path) == [fault]


def test_all_required_keys_are_asked_for_at_once(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text("")
    assert len(faults(tmp_path)) == 6


def test_two_files_are_one_too_many(project: Project) -> None:
    project.write("newsletter.toml", WHOLE)
    assert faults(project.root) == ["newsletter.toml:1:1 no-settings"]


def test_the_nearest_parent_is_the_project(project: Project, tmp_path: Path) -> None:
    inner = project.root / "a/b"
    inner.mkdir(parents=True)
    assert find_project(inner) == project.root
    (project.root / "a/pyproject.toml").write_text("[tool.other]\n")
    assert find_project(inner) == project.root
    assert find_project(tmp_path) is None
    assert faults(tmp_path) == ["newsletter.toml:1:1 no-settings"]


def test_places_count_from_the_whole_pyproject(project: Project) -> None:
    project.write("pyproject.toml", f'[project]\nname = "x"\n\n{SETTINGS}'.replace("Europe/Paris", "Mars"))
    assert faults(project.root) == ["pyproject.toml:7:1 bad-value"]
