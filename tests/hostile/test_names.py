"""Test that `check` reports or shortens empty and overlong names before they reach the disk."""

from datetime import UTC, datetime

import pytest

import newsletter
from support.guard import build_soundly
from support.project import Project

NOW = datetime(2024, 12, 1, tzinfo=UTC)
EMPTY = ("id:", 'id: ""', "id: ' '", "id: |\n  ", "id: # nothing")


@pytest.mark.parametrize("front", EMPTY)
def test_an_empty_id_counts_as_absent(project: Project, front: str) -> None:
    project.write(
        "announcements/2024-11-26-prix.md", f"---\ntitle: Un\ndate: 2024-11-26\n{front}\nsummary: Un.\n---\n\nTexte.\n"
    )
    result = newsletter.build(project.root, now=NOW)
    assert result.ok, list(result.problems)
    reported = [problem for problem in result.problems if problem.code == "implicit-id"]
    assert [(problem.place.line, problem.level) for problem in reported] == [(4, "warning")]


EMPTIES = {
    "slug:": True, 'slug: ""': True, "lang:": True, "tags:": True, "tags: []": True, "tags: ['']": True,
    "aliases: ['']": True, "image:": True, "action:": True, "links: [{}]": False, "links: ['']": True,
    "event:": True, "attachments: [{src: '', title: ''}]": False, "social:": True, "updated: ''": True,
    "issue: ''": True,
    "authors: ['']": True, "url: ''": True, "draft:": True, "expires:": True, "id: []": False, "id: {}": False,
    "slug: []": False, "event: {start: ''}": False, "image: {src: '', alt: ''}": False, "title:": False,
}  # fmt: skip


def test_no_empty_value_ends_in_a_traceback(project: Project) -> None:
    """Try file names with and without a slug, since a slug could replace an empty value."""
    fine, faulty = set(), set()
    for number, (front, is_fine) in enumerate(EMPTIES.items()):
        for name in (f"2024-11-26-prix-{number}.md", f"{'!' * (number + 1)}.md"):
            path = project.write(f"announcements/{name}", f"---\ntitle: Un\ndate: 2024-11-26\n{front}\n---\n\nTexte.\n")
            (fine if is_fine and "!" not in name else faulty).add(path)
    result = newsletter.build(project.root, now=NOW)
    reported = {project.root / problem.place.path for problem in result.problems if problem.level == "error"}
    assert reported == faulty
    for path in faulty:
        path.unlink()
    result = newsletter.build(project.root, now=NOW)
    assert result.ok, list(result.problems)


LONG_TAGS = ("\u4e00" * 60, "\u9fff" * 49, "\U0001f6b2" * 60, "㎯" * 60, "\U000e0100" * 60, "é" * 60, "ﷺ" * 60)


def test_tags_of_any_letters_have_pages(project: Project) -> None:
    project.announce(tags=list(LONG_TAGS), summary="Un.")
    assert build_soundly(project.root).code == 0
    names = [path.name for path in (project.root / "outbox").rglob("*")]
    assert max(len(name.encode()) for name in names) <= 255
    tags = [path.stem for path in (project.root / "outbox/site/tags").iterdir()]
    assert len(tags) == len(LONG_TAGS) and "tag-" + "-".join(["4e00"] * 60) not in tags
    assert "e" * 60 in tags  # a name that fits is unchanged


def test_tags_that_fit_keep_their_addresses(project: Project) -> None:
    project.announce(tags=["\u4e00" * 40], summary="Un.")
    assert newsletter.build(project.root, now=NOW).ok
    assert (project.root / "outbox/site/tags" / ("tag-" + "-".join(["4e00"] * 40) + ".html")).exists()


@pytest.mark.parametrize(
    "name",
    ["x" * 252, "㎯" * 80, "2024-11-26-" + "y" * 241, "x" * 245 + ".en", "2024-11-26-" + "㍱" * 79],
    ids=["ascii", "wide", "dated", "english", "dated and wide"],
)
def test_a_file_name_too_long_for_a_slug_is_reported(project: Project, name: str) -> None:
    project.announce(f"{name}.md", date="2024-11-26", id="un", summary="Un.")
    result = newsletter.build(project.root, now=NOW)
    assert [problem.code for problem in result.problems if problem.level == "error"] == ["bad-slug"]
    project.announce(f"{name}.md", date="2024-11-26", id="un", slug="z" * 100, lang="fr-" + "-".join(["abcdefgh"] * 3))
    assert newsletter.build(project.root, now=NOW).ok


def test_the_longest_slug_that_is_accepted_fits(project: Project) -> None:
    project.announce("x" * 200 + ".md", date="2024-11-26", id="un", summary="Un.", lang="fr-a2345678-a2345678-a2345678")
    assert build_soundly(project.root).code == 0
