"""Test that the compiled path gives the same document as the full path, whatever the content."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from newsletter import pipeline
from newsletter.channels.email import Mails, Theme, compiler
from newsletter.model import Publication, Tag
from newsletter.model.problems import Problems
from newsletter.theme.templates import Templates
from support.mails import HOSTILE, dom
from support.paths import ROOT

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def mails(root: Path) -> tuple[Publication, Mails, Problems]:
    problems = Problems()
    project = pipeline.open_project(root, problems)
    publication = pipeline.read(project, NOW, problems)
    assert not problems.fatal, [str(problem) for problem in problems]
    templates = Templates(root, problems)
    return publication, Mails(publication, Theme(publication, templates, problems), templates), problems


def both(each: Mails, kind: str, values: dict[str, object]) -> tuple[str, str]:
    template = each.templates.get(f"email/{kind}.mjml")
    compiled = each.theme.compiler.render(template, values)
    return compiled, each.theme.compiler.full(template, values)


def test_same_document_for_every_announcement_and_issue_of_the_repository() -> None:
    publication, each, problems = mails(ROOT)
    assert publication.announcements and publication.issues
    for announcement in publication.announcements:
        compiled, full = both(each, "announcement", dict(each.announcement_values(announcement)))
        assert dom(compiled) == dom(full), announcement.id
    for issue in publication.issues:
        compiled, full = both(each, "issue", dict(each.issue_values(issue)))
        assert dom(compiled) == dom(full), issue.id
    assert not [problem for problem in problems if problem.code == "lost-slot"]


def announcement_with(root: Path, text: str) -> None:
    quoted = text.replace("'", "''")
    escaped = re.sub(r"([\\`*_\[\]<>#&!|{}~$-])", r"\\\1", text)
    front = f"title: '{quoted}'\ndate: 2024-11-26\nid: essai\nsummary: 'Un. {quoted}'\ntags: ['{quoted}']\n"
    front += f"image: {{src: carre.png, alt: '{quoted}', caption: '{quoted}'}}\n"
    front += (
        f"links:\n  - {{title: 'Lire {quoted}', url: https://exemple.example/a}}\n"  # on its own, it might name a site
    )
    (root / "announcements").mkdir(exist_ok=True)
    (root / "announcements/essai.md").write_text(f"---\n{front}---\n\nAvant {escaped} après\n", encoding="utf-8")


@pytest.fixture
def hostile_project(tmp_path: Path) -> Path:
    from support.pictures import png
    from support.problem_cases import SETTINGS

    (tmp_path / "announcements").mkdir()
    (tmp_path / "newsletter.toml").write_text(SETTINGS)
    (tmp_path / "announcements/carre.png").write_bytes(png())
    return tmp_path


@pytest.mark.parametrize("text", HOSTILE)
def test_content_arrives_unchanged_everywhere(hostile_project: Path, text: str) -> None:
    announcement_with(hostile_project, text)
    publication, each, _ = mails(hostile_project)
    announcement = publication.announcements[0]
    assert announcement.title == text
    compiled, full = both(each, "announcement", dict(each.announcement_values(announcement)))
    assert dom(compiled) == dom(full)
    document = lxml_html.document_fromstring(compiled.encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))
    assert document.findtext(".//title") == text
    assert document.xpath("//img[@alt != '']/@alt")[0] == text
    assert document.xpath("//@aria-label")[0] == text
    assert f"Avant {text} après" in document.text_content()
    artefacts = {artefact.path: artefact.data.decode() for artefact in each.announcement(announcement)}
    assert f"Avant {text} après" in re.sub(r"\n", " ", artefacts["email/announcements/essai.txt"])


@settings(max_examples=30)
@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cf", "Cn", "Zs")),
        min_size=1,
        max_size=40,
    )
)
def test_any_title_is_printed_as_it_is(tmp_path_factory: pytest.TempPathFactory, title: str) -> None:
    from support.pictures import png
    from support.problem_cases import SETTINGS

    root = tmp_path_factory.mktemp("projet")
    (root / "newsletter.toml").write_text(SETTINGS)
    (root / "announcements").mkdir()
    (root / "announcements/carre.png").write_bytes(png())
    announcement_with(root, title)
    publication, each, _ = mails(root)
    compiled, full = both(each, "announcement", dict(each.announcement_values(publication.announcements[0])))
    assert dom(compiled) == dom(full)
    assert (
        lxml_html.document_fromstring(compiled.encode(), parser=lxml_html.HTMLParser(encoding="utf-8")).findtext(
            ".//h1"
        )
        == title
    )


def test_two_announcements_with_the_same_blocks_share_a_shape(hostile_project: Path) -> None:
    for number in range(5):
        announcement_with(hostile_project, f"Titre {number}")
        source = hostile_project / "announcements/essai.md"
        text = source.read_text().replace("id: essai", f"id: essai-{number}")
        (hostile_project / f"announcements/essai-{number}.md").write_text(text)
        source.unlink()
    publication, each, _ = mails(hostile_project)
    for announcement in publication.announcements:
        list(each.announcement(announcement))
    assert len(publication.announcements) == 5
    assert (len(each.theme.compiler.shapes), each.templates.tally["full paths"]) == (1, 0)


def test_only_a_few_shapes_are_kept(hostile_project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shape that is compiled again is the same."""
    announcement_with(hostile_project, "Titre")
    publication, each, _ = mails(hostile_project)
    template = each.templates.get("email/announcement.mjml")
    first = publication.announcements[0]
    several = [
        each.announcement_values(replace(first, tags=tuple(Tag(f"T{n}", f"t{n}") for n in range(count))))
        for count in range(5)
    ]
    expected = [each.theme.compiler.render(template, values) for values in several]
    monkeypatch.setattr(compiler, "MAX_SHAPES", 2)
    for kept in (each.theme.compiler.shapes, each.theme.compiler.folded):
        kept.clear()
    for _ in range(3):
        assert [each.theme.compiler.render(template, values) for values in several] == expected
        assert len(each.theme.compiler.shapes) == 2 >= len(each.theme.compiler.folded)


def test_a_template_that_breaks_a_token_takes_the_full_path(hostile_project: Path) -> None:
    announcement_with(hostile_project, "Un titre")
    folder = hostile_project / "templates/email"
    folder.mkdir(parents=True)
    (folder / "announcement.mjml").write_text(
        '{% extends "email/layout.mjml" %}\n{% block main %}\n<mj-section><mj-column><mj-text>'
        "<h1>{% filter upper %}{{ story.title }}{% endfilter %}</h1>{{ story.body }}"
        "</mj-text></mj-column></mj-section>\n{% endblock %}\n"
    )
    publication, each, problems = mails(hostile_project)
    compiled, full = both(each, "announcement", dict(each.announcement_values(publication.announcements[0])))
    assert dom(compiled) == dom(full)
    assert "<h1>UN TITRE</h1>" in compiled and "QzSlot" not in compiled.upper()
    assert each.templates.tally["full paths"] == 2
    assert [problem.code for problem in problems] == ["lost-slot"]
