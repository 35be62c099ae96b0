"""Test that joining compiled sections gives the same bytes as compiling the whole document."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from random import Random
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter import pipeline
from newsletter.channels.email import Mails, Theme
from newsletter.channels.email.compiler import CompiledMail, MailCompiler
from newsletter.channels.email.css import inline, looks_around
from newsletter.channels.email.fastpath.sections import SLOT, Inseparable, Sections
from newsletter.channels.email.mjml import is_closed, to_html
from newsletter.model.problems import Problems
from newsletter.pipeline.render import open_templates
from newsletter.rules.rendered.inspection import Inspection
from newsletter.theme.content import slots
from newsletter.theme.slots import TOKEN, token
from support.mails import HOSTILE, dom
from support.project import Project

NOW = datetime(2026, 11, 23, tzinfo=UTC)

CSS = """
/* a + b */ .title { color: red; margin: 0; } td.ink p { margin: 1px; } .card > table { border: 0; }
p { line-height: 1.5; } #one { color: blue !important; } a:hover { color: green; }
@media (max-width: 480px) { p:first-child { margin: 0; } }
"""
BEFORE = f"""<mjml lang="{SLOT}" dir="ltr"><mj-head><mj-title>{SLOT}</mj-title>
  <mj-attributes><mj-all font-family="Arial" /><mj-text font-size="16px" /></mj-attributes>
  <mj-raw><meta name="description" content="{SLOT}" /></mj-raw><mj-style>p > a {{ margin: 0 }}</mj-style></mj-head>
  <mj-body width="600px" css-class="page"><!-- <b> {SLOT} -->
"""
BEHIND = f"</mj-body><!-- {SLOT} --></mjml>\n"
TEXT = f'<mj-text css-class="ink"><h1 class="title">{SLOT}</h1><p>a {SLOT} b<br>&nbsp;{SLOT}</p></mj-text>'
COLUMN = f"<mj-column>{TEXT}</mj-column>"


def in_column(mjml: str) -> str:
    return f"<mj-section><mj-column>{mjml}</mj-column></mj-section>"


KINDS = (
    in_column(TEXT),
    f'<mj-section css-class="card" background-color="#fff">\n<mj-column>\n{TEXT}\n{TEXT}</mj-column>\n</mj-section>\n',
    in_column("<mj-divider />") + "\n\n",
    f"<mj-section>{COLUMN * 3}</mj-section>",
    f'<mj-section><mj-column width="25%">{TEXT}</mj-column><mj-column width="75%">{TEXT}</mj-column></mj-section>',
    f'<mj-section><mj-column width="150px">{TEXT}</mj-column><mj-column>{TEXT}</mj-column></mj-section>',
    f"<mj-section><mj-group>{COLUMN * 2}</mj-group></mj-section>",
    f'<mj-section full-width="full-width" background-url="https://a.example/{SLOT}.png">{COLUMN}</mj-section>',
    in_column(f'<mj-image src="{SLOT}" alt="<mj-section> {SLOT}" fluid-on-mobile="true" />'),
    f'<mj-wrapper css-class="card">{in_column(TEXT) * 2}<mj-raw><i>{SLOT}</i></mj-raw></mj-wrapper>',
    f'<mj-hero mode="fixed-height" height="200px" background-url="{SLOT}" background-color="#123456">{TEXT}</mj-hero>',
    f"<mj-raw>\n  <div>{SLOT}</div>\n  </mj-raw>",
    f"<mj-raw><!--[if mso]><p>{SLOT}</p><![endif]--></mj-raw>",
    "<mj-raw><!--[if !mso]><!--></mj-raw>",
    f"<mj-raw>{SLOT}</mj-raw>",
    "<mj-raw></mj-raw>",
    "<mj-raw><p>un<p>deux</p></p><ul><li>a<li>b</li></li></ul></mj-raw>",
    "<!-- </b> <i> mj-section -->",
    in_column(f"<mj-table><tr><td id='one'>{SLOT}</td></tr></mj-table>"),
    in_column(f'<mj-button href="{SLOT}">{SLOT}</mj-button><mj-spacer height="9px" />'),
    in_column(f'<mj-navbar><mj-navbar-link href="{SLOT}">{SLOT}</mj-navbar-link></mj-navbar>'),
    "<mj-section></mj-section>",
    "<mj-section />",
)  # fmt: skip


def numbered(mjml: str, numbers: Sequence[int]) -> str:
    first, *rest = mjml.split(SLOT)
    return first + "".join(token(number) + piece for number, piece in zip(numbers, rest, strict=True))


def joined(sections: Sections, mjml: str) -> str:
    """Return the document joined from its sections, with a token in each slot."""
    pieces = TOKEN.split(mjml)
    shape = sections.shape(sections.split(SLOT.join(pieces[::2])), [int(number) for number in pieces[1::2]])
    return "".join(shape.fill([token(number) for number in range(max(shape.order, default=-1) + 1)]))


KNOWING = Sections(CSS)  # shared, because sections compiled for one document are reused for the next


def listed(between: str, count: int) -> str:
    entries = between.join([SLOT] * count)
    return in_column(f'<mj-text><ul><li class="first">{entries}</li></ul>{SLOT}</mj-text>')


BETWEEN = (
    '</li><li class="title">', "</li>\n<li>", " · ", "<br>", "", "<p></p>", "</li></ul><ul><li>",
    "<p class='title'>x</p>", "</li></ul></mj-text><mj-text><ul><li>", "<!-- a -->",
    "</li><!--[if mso]><li>b</li><![endif]--><li>",
)  # fmt: skip
LISTS = st.builds(listed, st.sampled_from(BETWEEN), st.integers(1, 9))


def sequences(size: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(KINDS) | LISTS, min_size=size, max_size=size)


@settings(max_examples=120)
@given(st.integers(0, 80).flatmap(sequences), st.randoms(use_true_random=False))
def test_any_sequence_of_sections(chosen: list[str], chance: Random) -> None:
    mjml = "".join((BEFORE, *chosen, BEHIND))
    whole = numbered(mjml, [chance.randrange(500) for _ in range(mjml.count(SLOT))])
    compiled = inline(to_html(whole), CSS)
    assert joined(KNOWING, whole) == compiled
    assert joined(Sections(CSS), whole) == compiled


@pytest.mark.parametrize("between", BETWEEN)
def test_lists_of_any_length(between: str) -> None:
    sections = Sections(CSS)
    for count in (9, 1, 2, 3, 4, 5, 60):
        mjml = "".join((BEFORE, listed(between, count), BEHIND))
        whole = numbered(mjml, range(mjml.count(SLOT)))
        assert joined(sections, whole) == inline(to_html(whole), CSS)


@pytest.mark.parametrize(
    "section",
    [
        f"<mj-section>{COLUMN * 5}</mj-section>",
        in_column(f"<mj-text>{f'<b>{SLOT}' * 5}{'</b>' * 5}</mj-text>"),
        in_column(f'<mj-image src="a" alt="{" ".join([SLOT] * 5)}" />'),
        in_column(f'<mj-text><a href="{"/".join([SLOT] * 5)}">a</a></mj-text>'),
        in_column(f"<mj-text>{SLOT}, {SLOT}, {SLOT}</mj-text>"),
        in_column(f"<mj-text>{SLOT}</mj-text>"),
        "<mj-raw></mj-raw>",
    ],
)
def test_lists_within_an_element_or_an_attribute(section: str) -> None:
    mjml = "".join((BEFORE, section, BEHIND))
    whole = numbered(mjml, range(mjml.count(SLOT)))
    assert joined(Sections(CSS), whole) == inline(to_html(whole), CSS)


@pytest.mark.parametrize(
    "section",
    [
        "<mj-raw><style>.title { color: blue; }</style></mj-raw>",
        "<mj-raw><STYLE>.title { color: blue; }</STYLE></mj-raw>",
        '<mj-raw><body class="autre"></body></mj-raw>',
        "<mj-raw><meta name='a' content='b' /></mj-raw>",
        "<mj-raw><b></mj-raw><mj-raw></b></mj-raw>",
        "<mj-section><mj-column><mj-text>1 < 2</mj-text></mj-column></mj-section>",
        "<mj-raw><![if !mso]>x<![endif]></mj-raw>",
        "<mj-unknown></mj-unknown>",
        "<mj-section><mj-column><mj-navbar hamburger='hamburger'></mj-navbar></mj-column></mj-section>",
        "<mj-section><mj-colum></mj-column></mj-section>",
        "<mj-raw>QzSeamZq</mj-raw>",
        "<mj-raw><!--[if mso]><table><tr><td><![endif]--></mj-raw>",
        "<mj-raw><!--[if mso]></td></tr></table><![endif]--></mj-raw>",
    ],
)
def test_what_is_compiled_whole(section: str) -> None:
    sections = Sections(CSS)
    for chosen in ((KINDS[0], section, KINDS[1]), (section,), (KINDS[0], KINDS[1], section)):
        mjml = "".join((BEFORE, *chosen, BEHIND))
        with pytest.raises(Inseparable):
            joined(sections, numbered(mjml, range(mjml.count(SLOT))))
    mjml = "".join((BEFORE, KINDS[0], BEHIND))  # sections cached earlier are still valid
    whole = numbered(mjml, range(mjml.count(SLOT)))
    assert joined(sections, whole) == inline(to_html(whole), CSS)


def test_documents_that_cannot_be_split() -> None:
    for mjml in ("", "<mjml></mjml>", "<mjml><mj-body /></mjml>", "<mjml><!-- <mj-body> --><mj-body></mj-body></mjml>"):
        with pytest.raises(Inseparable):
            Sections(CSS).split(mjml)


@pytest.mark.parametrize(
    ("css", "around"),
    [
        ("p { margin: 0; }", False), ("td.ink > p, #a .b { margin: 0; }", False), ("", False),
        ("/* a ~ b */ a:hover, a:visited { color: red; }", False), ("p { background: url(a+b:c); }", False),
        ("@media (max-width: 9px) { p:first-child { margin: 0; } p + p { margin: 0; } } p { margin: 0; }", False),
        ("p + p { margin: 0; }", True), ("p { margin: 0; } h1 ~ p { margin: 0; }", True),
        ("@media print { p { margin: 0; } } p:first-child { margin: 0; }", True),
        ("p:nth-child(2) { margin: 0; }", True), ("p:hover + p { margin: 0; }", True),
        (":not(.a) { margin: 0; }", True), ('p + a[title="}"] b { margin: 0; }', True), ("@import url(a); p {}", True),
        ("@media print { p + p { margin: 0; }", True),
    ],
)  # fmt: skip
def test_rules_that_look_around(css: str, around: bool) -> None:
    assert looks_around(css) == around
    mjml = "".join((BEFORE, *KINDS[:4], BEHIND))
    whole = numbered(mjml, range(mjml.count(SLOT)))
    if around:
        with pytest.raises(Inseparable):
            joined(Sections(css), whole)
    else:
        assert joined(Sections(css), whole) == inline(to_html(whole), css)


def test_what_is_closed() -> None:
    for part in ("", "a", "<b></b>", "<br>", '<a href="<b>"></a>', "<!-- <b> -->", "<mj-raw></mj-raw> <mj-raw />"):
        assert is_closed(part), part
    for part in ("<b>", "</b>", "<!-- ", "<b></i>", '<a href="', "< b", "<b></b><", "<![CDATA[ ]]>"):
        assert not is_closed(part), part


def stories(project: Project, count: int, text: str = "") -> None:
    """Write announcements of all kinds, in one month."""
    quote = "é à"
    for number in range(count):
        extra: dict[str, object] = {}
        if number % 2:
            extra["tags"] = [f"Thème {each}" for each in range(number % 5)]
        if number % 3 == 1:
            extra["event"] = {"start": "2024-12-05 09:30"} | ({"place": f"Amiens {text}"} if number % 2 else {})
        if number % 4 == 1:
            extra["image"] = {"src": "carre.png", "alt": f"Un carré {text}"} | ({"caption": text} if text else {})
        if number % 7 == 5:
            extra["updated"] = "2024-11-27"
        project.announce(
            f"2024-11-{number % 28 + 1:02}-annonce-{number}.md", title=f"{text} Titre {number} {quote}".strip(), **extra
        )


def opened(project: Project, theme: str = "default") -> tuple[Mails, Problems]:
    from support.pictures import png

    (project.root / "announcements/carre.png").write_bytes(png())
    project.complete()
    text = (project.root / "pyproject.toml").read_text(encoding="utf-8")
    project.write("pyproject.toml", text.replace("language =", f'theme = "{theme}"\nlanguage ='))
    problems = Problems()
    found = pipeline.open_project(project.root, problems)
    publication = pipeline.read(found, NOW, problems)
    templates = open_templates(found.root, found.settings, problems)
    return Mails(publication, Theme(publication, templates, problems), templates), problems


def check_issue(mails: Mails, count: int) -> None:
    """Check an issue of the last `count` stories against the result of compiling the whole document."""
    (issue,) = mails.publication.issues
    values = mails.issue_values(replace(issue, stories=issue.stories[len(issue.stories) - count :]))
    template, compiler = mails.templates.get("email/issue.mjml"), mails.theme.compiler
    with slots() as content:
        mjml = template.render(values)
    whole = inline(to_html(mjml), compiler.css)
    made = compiler.render(template, values)
    assert made == TOKEN.sub(lambda slot: content[int(slot[1])], whole)
    assert dom(made) == dom(compiler.full(template, values))


@pytest.mark.parametrize("theme", ["default", "plain"])
def test_issues_of_any_size(project: Project, theme: str) -> None:
    stories(project, 80)
    mails, problems = opened(project, theme)
    for count in (1, 2, 3, 4, 5, 6, 17, 80):
        check_issue(mails, count)
    assert mails.templates.tally["shapes"] == 8 and not mails.templates.tally["whole shapes"]
    assert len(mails.theme.compiler.sections) < 60
    assert not list(problems)


@pytest.mark.parametrize("text", HOSTILE)
def test_issues_with_hostile_content(project: Project, text: str) -> None:
    stories(project, 9, text)
    mails, _ = opened(project)
    check_issue(mails, 9)
    assert not mails.templates.tally["whole shapes"]


THEME = """{% extends "email/layout.mjml" %}
{% block main %}
<mj-wrapper padding="0"><mj-section><mj-column>
<mj-text><h1 class="title">{{ title }}</h1></mj-text></mj-column></mj-section></mj-wrapper>
<mj-raw><!--[if mso]><table width="{{ width }}"><tr><td></td></tr></table><![endif]--></mj-raw>
{% for story in stories %}
{% if story.event %}<mj-hero background-color="#123456"><mj-text>{{ story.event.when }}</mj-text></mj-hero>{% endif %}
<mj-section><mj-group>
{% for tag in story.tags %}<mj-column><mj-text>{{ tag.label }}</mj-text></mj-column>{% endfor %}
<mj-column><mj-text><h2 class="headline">{{ story.title }}</h2></mj-text></mj-column></mj-group></mj-section>
{% if not loop.last %}<mj-raw><hr class="FIRST"></mj-raw>{% endif %}
{% endfor %}
{% endblock %}
"""


def test_themes_of_ones_own(project: Project) -> None:
    project.write("templates/email/issue.mjml", THEME)
    stories(project, 30)
    mails, problems = opened(project)
    for count in (1, 2, 3, 30):
        check_issue(mails, count)
    assert not mails.templates.tally["whole shapes"] and not list(problems)


def test_themes_whose_rules_look_around_are_compiled_whole(project: Project) -> None:
    project.write("templates/email/issue.mjml", THEME)
    project.write("templates/email/inline.css", ".title { margin: 0; }\nhr:first-child { color: red; }\n")
    stories(project, 3)
    mails, problems = opened(project)
    check_issue(mails, 3)
    assert mails.templates.tally["whole shapes"] == 1 and not list(problems)


@given(st.lists(st.lists(st.sampled_from("abcde"), max_size=30), max_size=6))
def test_all_new_neighbours_are_looked_at_and_no_others(mails: list[list[str]]) -> None:
    compiler, template = MailCompiler(None, "", Problems()), SimpleNamespace(path="a.mjml")  # type: ignore[arg-type]
    known: set[tuple[str, str]] = set()
    inspection = Inspection.__new__(Inspection)
    inspection._neighbours = set()
    for sections in mails:
        drawn = CompiledMail(compiler, template, {}, "", is_shape=True, sections=("frame", *sections))  # type: ignore[arg-type]
        pairs = {("a.mjml", "frame"), *pairwise(drawn.sections)}
        kept = inspection._new_sections(drawn)
        assert bool(kept) == bool(pairs - known)
        if kept:
            assert kept[0] == "frame" and kept[-1] == drawn.sections[-1]
            assert pairs - known <= {("a.mjml", "frame"), *pairwise(kept)} <= pairs
        known |= pairs


def looked_at(project: Project, templates: dict[str, str]) -> list[str]:
    """Return the problems of a build, whose rules check only new neighbours of sections."""
    for name, content in templates.items():
        project.write(f"templates/email/{name}", content)
    problems = Problems()
    for _ in pipeline.build(pipeline.open_project(project.root, problems), NOW, problems, ["email"], jobs=1):
        pass
    return [str(problem) for problem in problems]


def test_a_build_looks_at_every_kind_of_section(project: Project) -> None:
    """A fault in a section that only the second issue has is located, though the rest was checked before."""
    project.complete()
    project.announce("2024-10-01-un.md")
    project.announce("2024-10-02-deux.md")
    project.announce("2024-11-01-trois.md")
    project.announce("2024-11-02-quatre.md", event={"start": "2024-12-05 09:30"})
    fault = '<mj-hero><mj-text><img src="{{ story.url }}"></mj-text></mj-hero>'
    theme = THEME.replace("<mj-hero background", f"{fault}<mj-hero background")
    found = looked_at(project, {"issue.mjml": theme})
    line = theme[: theme.index(fault)].count("\n") + 1
    assert [each for each in found if each.startswith(f"templates/email/issue.mjml:{line}:") and "img-alt" in each]


def test_a_build_looks_at_lists_of_any_length(project: Project) -> None:
    """In a list of nine, faults in the first entries are found."""
    project.complete()
    for number in range(9):
        project.announce(f"2024-10-{number + 1:02}-a-{number}.md")
    fault = '<img src="{{ story.url }}">'
    theme = THEME.replace("</h1>", f"</h1>{{% for story in stories %}}{fault}{{% endfor %}}")
    line = theme[: theme.index(fault)].count("\n") + 1
    found = looked_at(project, {"issue.mjml": theme})
    assert [each for each in found if each.startswith(f"templates/email/issue.mjml:{line}:") and "img-alt" in each]
