"""Test visibility, links between announcements, and issues."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from newsletter import pipeline
from newsletter.compose.issues import default_title, period
from newsletter.model import Publication
from newsletter.model.problems import Problems
from newsletter.theme.templates import Templates
from newsletter.theme.vocabulary import Catalog
from support.project import Project


def publication(project: Project, now: str = "2024-12-01T00:00:00+00:00") -> Publication:
    problems = Problems()
    opened = pipeline.open_project(project.root, problems)
    found = pipeline.read(opened, datetime.fromisoformat(now), problems)
    assert not problems.fatal, [str(problem) for problem in problems]
    return found


def test_drafts_future_and_expired_announcements_are_nowhere(project: Project) -> None:
    project.announce("2024-11-01-vu.md")
    project.announce("2024-11-02-brouillon.md", draft=True)
    project.announce("2024-12-02-futur.md")
    project.announce("2024-11-03-fini.md", expires="2024-11-30")
    shown = publication(project)
    assert [a.slug for a in shown.announcements] == ["vu"]
    assert [story.slug for issue in shown.issues for story in issue.stories] == ["vu"]


@pytest.mark.parametrize(("now", "count"), [("2024-11-26T07:59:59+00:00", 0), ("2024-11-26T08:00:00+00:00", 1)])
def test_the_date_is_the_embargo_in_the_publications_zone(project: Project, now: str, count: int) -> None:
    project.announce(date="2024-11-26 09:00")
    assert len(publication(project, now).announcements) == count


def test_expiry_is_exclusive(project: Project) -> None:
    project.announce("2024-11-01-a.md", expires="2024-11-30T12:00Z")
    assert len(publication(project, "2024-11-30T11:59:59+00:00").announcements) == 1
    assert len(publication(project, "2024-11-30T12:00:00+00:00").announcements) == 0


def test_newest_first_then_by_id(project: Project) -> None:
    for name in ("2024-11-02-b.md", "2024-11-02-a.md", "2024-11-03-c.md"):
        project.announce(name)
    assert [a.slug for a in publication(project).announcements] == ["c", "a", "b"]


def test_a_link_to_an_announcement_becomes_its_page(project: Project) -> None:
    project.announce("2024-11-01-a.md", "[b](2024-11-02-b.md#suite) [c](2024-11-03-c.md)")
    project.announce("2024-11-02-b.md", "## Suite\n\nx")
    project.announce("2024-11-03-c.md", url="https://ailleurs.example/c")
    targets = publication(project).announcements[-1].targets
    assert targets["2024-11-02-b.md#suite"].url == "https://exemple.example/b.html#suite"
    assert targets["2024-11-02-b.md#suite"].site == "b.html#suite"
    assert targets["2024-11-03-c.md"].url == "https://ailleurs.example/c"


def test_a_translation_goes_into_its_languages_issue(project: Project) -> None:
    project.announce("2024-11-01-a.md", id="a")
    project.announce("2024-11-01-a.en.md", id="a")
    shown = publication(project)
    assert sorted((issue.stem, issue.title) for issue in shown.issues) == [
        ("2024-11", "Exemple\u00a0: novembre 2024"),
        ("2024-11.en", "Exemple: November 2024"),
    ]
    assert sorted(a.page for a in shown.announcements) == ["a.en.html", "a.html"]
    assert [a.lang for a in shown.translations["a"]] == ["en", "fr"]


@pytest.mark.parametrize(
    ("lang", "issue", "day"),
    [
        ("fr-1694acad", "novembre 2024", "26 novembre 2024"),
        ("fr-u-ca-buddhist", "novembre 2024", "26 novembre 2024"),
        ("fr-x-prive", "novembre 2024", "26 novembre 2024"),
        ("fr-CA-u-hc-h23", "novembre 2024", "26 novembre 2024"),
        ("fr-XX", "novembre 2024", "26 novembre 2024"),
        ("de-1996", "November 2024", "26. November 2024"),
        ("ca-valencia", "novembre 2024", "26 de novembre del 2024"),
        ("zh-Hant-TW", "11月 2024", "2024年11月26日"),
        ("sl-rozaj-biske-1994", "november 2024", "26. november 2024"),
        ("frr", "Nofember 2024", "26. Nofember 2024"),  # starts with "fr", like French
        ("tlh", "November 2024", "November 26, 2024"),
    ],
)
def test_an_issue_is_named_in_the_language_of_its_dates(project: Project, lang: str, issue: str, day: str) -> None:
    settings = pipeline.open_project(project.root, Problems()).settings
    sign = "\u00a0:" if lang.startswith("fr-") else ":"
    assert default_title(settings, "2024-11", lang) == f"Exemple{sign} {issue}"
    words = Catalog(Templates(project.root, Problems()), ZoneInfo("Europe/Paris"))
    assert words(lang).date(datetime(2024, 11, 26, 12, tzinfo=UTC)) == day


def test_a_month_has_its_own_name_after_a_chinese_one(project: Project) -> None:
    project.announce("2024-10-26-a.md", lang="zh-Hant-TW")
    project.announce("2024-10-26-b.md")
    assert {issue.title for issue in publication(project).issues} == {
        "Exemple: 10月 2024", "Exemple\u00a0: octobre 2024"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cadence", "id_", "title"),
    [
        ("weekly", "2024-W48", "Exemple\u00a0: semaine 48, 2024"),
        ("quarterly", "2024-Q4", "Exemple\u00a0: 4e trimestre 2024"),
        ("monthly", "2024-11", "Exemple\u00a0: novembre 2024"),
    ],
)
def test_cadences(project: Project, cadence: str, id_: str, title: str) -> None:
    settings = (project.root / "pyproject.toml").read_text()
    project.write(
        "pyproject.toml", settings.replace("[tool.newsletter]\n", f'[tool.newsletter]\ncadence = "{cadence}"\n')
    )
    project.announce("2024-11-26-a.md")
    issue = publication(project).issues[0]
    assert (issue.id, issue.title) == (id_, title)


def test_an_issue_runs_until_its_period_is_past(project: Project) -> None:
    project.announce("2024-11-26-a.md")
    assert publication(project, "2024-11-30T22:00:00+00:00").issues[0].open
    assert not publication(project, "2024-11-30T23:00:00+00:00").issues[0].open  # December in Paris


def test_lead_is_the_first_with_an_image_and_the_file_may_say_otherwise(project: Project) -> None:
    from support.pictures import png

    project.write("announcements/images/a.png", png())
    project.announce("2024-11-03-c.md", id="c")
    project.announce("2024-11-02-b.md", id="b", image={"src": "images/a.png", "alt": "Un carré"})
    project.announce("2024-11-01-a.md", id="a")
    assert [story.id for story in publication(project).issues[0].stories] == ["b", "c", "a"]
    project.write(
        "announcements/issues/2024-11.md",
        "---\ntitle: Novembre\nlead: a\norder: [c]\nsummary: Tout.\n---\n\nBonjour.\n",
    )
    issue = publication(project).issues[0]
    assert [story.id for story in issue.stories] == ["a", "c", "b"]
    assert (issue.title, issue.preheader, issue.date) == ("Novembre", "Tout.", datetime(2024, 11, 2, 23, tzinfo=UTC))


def test_an_issue_file_is_held_back_while_what_it_names_is_hidden(project: Project) -> None:
    project.announce("2024-11-01-a.md", id="a")
    project.announce("2024-11-28-b.md", "Le secret.", id="b")
    front = "---\ntitle: Le secret\nlead: b\nsummary: Secret.\n---\n"
    project.write("announcements/issues/2024-11.md", f"{front}\nVoir [b](../2024-11-28-b.md).\n")
    early = publication(project, "2024-11-27T00:00:00+00:00").issues[0]
    assert (early.file, early.title) == (None, "Exemple\u00a0: novembre 2024")
    late = publication(project, "2024-11-29T00:00:00+00:00").issues[0]
    assert late.title == "Le secret"
    assert late.file is not None
    assert late.file.targets["../2024-11-28-b.md"].url == "https://exemple.example/b.html"


def test_an_issue_of_its_own_and_none(project: Project) -> None:
    project.announce("2024-11-01-a.md", issue="special")
    project.announce("2024-11-02-b.md", issue="none")
    assert [issue.id for issue in publication(project).issues] == ["special"]


@pytest.mark.parametrize("id_", ["2024-13", "2024-W54", "special", "2024-Q5", "2024-11-01"])
def test_ids_that_name_no_period(id_: str) -> None:
    assert period(id_) is None
