"""What is filled into the frames of a theme's template is what the sanitiser makes of each entry by itself."""

from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import SETTINGS, Project
from newsletter import markdown, pipeline
from newsletter.channels.feeds import frames
from newsletter.channels.feeds.entries import Entries, Entry
from newsletter.channels.feeds.frames import Frames
from newsletter.channels.feeds.press import Press, write_plainly
from newsletter.channels.feeds.proofs import keeps_address, keeps_body
from newsletter.channels.feeds.sanitising import clean_html, clean_text
from newsletter.content import Content
from newsletter.making import open_templates
from newsletter.model import Announcement, Asset, Event, Image, Link, Target
from newsletter.problems import Problems
from newsletter.site import Site
from newsletter.templates import Templates
from newsletter.views import Story
from test_feeds_filling import WILD


@pytest.fixture(scope="module")
def entries(tmp_path_factory: pytest.TempPathFactory) -> Entries:
    """Entries of a small publication, with the theme's own template."""
    made = Project(tmp_path_factory.mktemp("projet"))
    made.write("pyproject.toml", SETTINGS)
    made.announce(tags=["Été"])
    problems = Problems()
    opened = pipeline.open_project(made.root, problems)
    publication = pipeline.read(opened, datetime(2024, 12, 1, tzinfo=UTC), problems)
    templates = open_templates(opened.root, opened.settings, problems)
    return Entries(Site(publication, templates), templates.get("feeds/entry.html"))


MARKDOWN = st.lists(
    st.sampled_from(
        (
            "Mot", " ", "\n", "\n\n", "*", "**", "~~", "`",
            "&", "<", ">", '"', "'", "&nbsp;", "&#x27;", "\u00a0", "\u2028", "👩🏽‍🚀",
            "é", "\ufffd", "\ufdd0",
            "## T\n\n", "- a\n", "  - b\n", "3. c\n", "> d\n", "---\n", "| a | b |\n|:-|--:|\n| 1 | 2 |\n",
            "[l](https://a.example/x?b=1&c=2 \"d'e\")", "[m](mailto:a@b.example)", "[f](a.pdf)", "[x](javascript:x())",
            "[", "](https://a.example/)", "<https://b.example/>", '![i](i.png "t")', "[^1]",
            "\n\n[^1]: Note.\n\n", "<br>",
            '<abbr title="R\'S">', "</abbr>", "<kbd>", "</kbd>", "<q>", "</q>",
            "```\n\nx <b>\n```\n", "    y\n", "<p>", "<!-- z -->",
        )
    ),
    max_size=14,
).map("".join)  # fmt: skip
ASSETS = {"i.png": Asset("", "assets/i.png", "image/png", 5, "", 20, 10)}


def address(written: str) -> Target:
    """What a target might lead to; the address is never looked at here, so that it may be a bad one."""
    return Target(written if ":" in written else f"https://exemple.example/{written}", asset=ASSETS.get(written))


def announcement(of: Announcement, body: str, **changes: Any) -> Announcement:
    """The announcement with another body, whatever is wrong with it."""
    parsed, _ = markdown.parse(body)
    written = {each.target for each in parsed.references} | {"i.png", "https://c.example/?a='b'&c"}
    return replace(of, prose=parsed, targets={each: address(each) for each in written if each}, **changes)


def plainly(made: Entries, of: Announcement, short: bool, monkeypatch: pytest.MonkeyPatch) -> Entry:
    """The entry, its template's whole output sanitised."""
    with monkeypatch.context() as patched:
        patched.setattr(frames, "frame", lambda drawn, count: None)
        return Entries(made.site, made.frames.template).of([of], short=short)[0]


@settings(max_examples=300)
@given(body=MARKDOWN, title=WILD, short=st.booleans(), data=st.data())
def test_a_filled_frame_is_what_the_sanitiser_leaves(
    entries: Entries, body: str, title: str, short: bool, data: st.DataObject
) -> None:
    link = Link(data.draw(WILD), "https://c.example/?a='b'&c")
    changes: dict[str, Any] = {"title": title, "summary": data.draw(WILD)}
    if data.draw(st.booleans()):
        changes |= {"action": link, "links": (link, replace(link, url=data.draw(WILD)))}
    if data.draw(st.booleans()):
        size = data.draw(st.sampled_from(((0, 0), (20, 10), (7, 0))))
        changes["image"] = Image("i.png", data.draw(WILD), data.draw(WILD), data.draw(WILD), *size)
    if data.draw(st.booleans()):
        start = datetime(2024, 12, 24, 9, 30, tzinfo=UTC)
        changes["event"] = Event(
            start, None, data.draw(WILD), data.draw(WILD), data.draw(st.sampled_from(("", "i.png")))
        )
    of = announcement(entries.publication.announcements[0], body, **changes)
    with pytest.MonkeyPatch.context() as patched:
        found, plain = entries.of([of], short=short)[0], plainly(entries, of, short, patched)
    assert replace(found, html=clean_text(found.html)) == replace(plain, html=clean_text(plain.html))


@settings(max_examples=50)
@given(told=st.lists(st.tuples(MARKDOWN, WILD), min_size=2, max_size=8), short=st.booleans())
def test_entries_made_together_are_those_made_one_by_one(
    entries: Entries, told: list[tuple[str, str]], short: bool
) -> None:
    first = entries.publication.announcements[0]
    held = [announcement(first, body, title=title, stem=str(number)) for number, (body, title) in enumerate(told)]
    assert entries.of(held, short=short) == [entries.of([each], short=short)[0] for each in held]


def test_frames_are_used_and_few(entries: Entries, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Entries(entries.site, entries.frames.template)
    first = entries.publication.announcements[0]
    image = Image("i.png", "Un", width=20, height=10)
    made.of([announcement(first, "Un.", image=image)], short=False)
    monkeypatch.setattr(frames, "clean_html", None)
    wide = replace(image, alt="\"Deux\" & 'trois' <b>", width=30, height=40)
    second = announcement(first, "## Deux\n\n[a](i.png 'b')\n\n- c", image=wide, title="Trois")
    (entry,) = made.of([second], short=False)
    assert len(made.frames.known) == 1
    assert 'alt="&quot;Deux&quot; &amp; \'trois\' &lt;b&gt;" width="30" height="40"' in entry.html
    assert '<a href="https://exemple.example/i.png" title="b">a</a>' in entry.html


# What a theme's own template may do, and whether it has a frame (for a body, if it prints one).
THEMES = {
    "{{ story.body }}": True,
    "<div><div dir=rtl>{{ story.body }}</div></div>": True,
    "<section class='x'><b>{{ story.title }}</b>{{ story.body }}</section>": True,
    "<p>{{ story.body }}</p>": False,
    "<h2>{{ story.body }}</h2>": False,
    "<ul><li>{{ story.body }}</li></ul>": False,
    "<xmp>{{ story.body }}</xmp>": False,
    "<textarea>{{ story.body }}</textarea>": False,
    "<a href='https://a.example/'>{{ story.body }}</a>": False,
    "{{ story.body|replace('p', 'i') }}": False,
    "{{ story.body|striptags }}{{ story.title|striptags }}": False,
    "{%- set x %}{{ story.title }}{% endset %}{{ x|length }}": False,
    "{% set x = story.title %}{{ x|truncate(9) }} {{ x|length }} {{ x|upper|default('y') }}": True,
    "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(story.title)[:3] }}": False,
    "{{ story.body }}{{ story.body }}": True,
    "<p title={{ story.title }}>{{ story.title }}</p>": False,
    "<a title={{ story.title }}>{{ story.title }}</a>": False,
    "<a title='{{ story.title }}'>{{ story.title|upper }}</a>": True,
    "<a {{ story.title }}='x'>{{ story.title }}</a>": False,
    "<{{ story.title }}>x": False,
    "<a href='{{ story.url }}' onclick='{{ story.title }}'>x</a>": True,
    "<a href='{{ story.title }}'>x</a>": True,
    "<a href='{{ story.url }}#{{ story.title }}'>x</a>": False,
    "<a href='https://a.example/?q={{ story.title }}'>x</a>": False,
    "<a href='javascript:{{ story.title }}'>x</a>": True,
    "<img src='{{ story.url }}' alt='{{ story.title }} ({{ story.summary }})'>": True,
    "<script>{{ story.title }}</script><style>{{ story.title }}</style><p>a": True,
    "<!-- {{ story.title }} --><p>a": True,
    "<table>{{ story.title }}<tr><td>{{ story.summary }}": True,
    "<pre>{{ story.title }}</pre>": False,
    "{{ story.title|safe }}": False,
    "<a title='{{ story.title|safe }}'>x</a>": False,
    "{% filter upper %}{{ story.title }}{% endfilter %}": False,
    "{% if story.title|length > 20 %}<p>{{ story.title }}</p>{% else %}{{ story.title[:3] }}{% endif %}": True,
    "\n\n{{ story.title }}\n\n": True,
    "x{{ '\x0b' }}<p>{{ story.title }}\ufffd": True,
    "": True,
    "{{ story.title }}QzSlot": False,
}


class Shown(NamedTuple):
    """What a template of entries looks at."""

    title: Content
    summary: Content
    url: Content
    body: Content


TITLES = (
    "Un",
    " x\" onclick='y()' <b>&amp;",
    "</a></p><script>x()</script>",
    "javascript:x()",
    "https://a.example/'",
    "\n2\t",
)


@pytest.mark.parametrize(("source", "is_framed"), THEMES.items(), ids=THEMES)
def test_a_theme_may_do_what_it_likes(project: Project, entries: Entries, source: str, is_framed: bool) -> None:
    project.write("templates/feeds/entry.html", source)
    template = Templates(project.root, Problems()).get("feeds/entry.html")
    made = Frames(template)
    parsed, _ = markdown.parse(
        '## A\n\n*b* \'c\' "d" [e](https://a.example/ "f\'g") <q>h</q>\n\n- i\n\n| j |\n|-|\n| k |'
    )
    first = entries.publication.announcements[0]
    of = replace(first, prose=parsed, targets={"https://a.example/": Target("https://a.example/")})
    assert keeps_body(of)
    body = str(frames_body(entries, of))
    for title in TITLES:
        shown = Shown(
            title=Content(title), summary=Content(title + "."), url=Content("https://a.example/?b&c"),
            body=Content(body, safe=True),
        )  # fmt: skip
        plain = clean_html(template.render({"story": shown})).strip("\n")
        (found,), (sanitised,) = (made.html([{"story": shown}], [each]) for each in (body, ""))
        assert clean_text(found) == plain
        assert sanitised == found
    assert any(found and ("body" not in source or found.bodies) for found in made.known.values()) == is_framed


def frames_body(made: Entries, of: Announcement) -> str:
    return Story(of, made.publication, made.site.words("fr"), made.addressing).body


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://a.example", True), ("https://a.example/<\"'> \n", True), ("HTTP://A.example?x", True),
        ("mailto:a@b.example", True), ("tel:+33", True), ("https://a.example:8080/", True),
        ("https://a.example:99999/", False), ("https://xn--a/", False), ("https://1.2.3.999/", False),
        ("javascript:x()", False), (" https://a.example/", False), ("/a", False), ("#a", False), ("", False),
        ("https://u@a.example/", False), ("mailto://[", False), ("data:x", False), ("https:\\\\a.example", False),
        ("https://a.example\\", False),
    ],
)  # fmt: skip
def test_addresses_that_are_known_to_stay(text: str, kept: bool) -> None:
    assert keeps_address(text) == kept
    link = clean_html(f'<a href="{escape(text)}">x</a>')
    assert not kept or link == f'<a href="{escape(text)}">x</a>'.replace("&#x27;", "'")


@given(MARKDOWN)
def test_a_body_that_is_believed_is_left_as_it_is(entries: Entries, body: str) -> None:
    of = announcement(entries.publication.announcements[0], body)
    if keeps_body(of):
        html = str.replace(frames_body(entries, of), "&#x27;", "'")
        assert clean_html(html) == clean_text(html)


def test_bodies_that_are_not_believed(entries: Entries) -> None:
    first = entries.publication.announcements[0]
    assert keeps_body(announcement(first, "Un [lien](https://a.example/)."))
    assert not keeps_body(announcement(first, "Un [lien](javascript:x())."))
    assert not keeps_body(announcement(first, "Un [lien]()."))
    nested = announcement(first, "[a ![b](i.png)](https://a.example/)")
    assert keeps_body(nested)
    doubled = replace(nested, prose=replace(nested.prose, chains=frozenset({"p a a"})))
    assert not keeps_body(doubled)


def test_the_repositorys_own_announcements(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = Problems()
    opened = pipeline.open_project(Path(__file__).parents[1], problems)
    publication = pipeline.read(opened, datetime(2026, 11, 23, tzinfo=UTC), problems)
    templates = open_templates(opened.root, opened.settings, problems)
    made = Entries(Site(publication, templates), templates.get("feeds/entry.html"))
    press = Press()
    for each in publication.announcements:
        for short in (False, True):
            entry = made.of([each], short=short)[0]
            assert entry == plainly(made, each, short, monkeypatch)
            assert press.write(entry) == write_plainly(entry)
    assert all(made.frames.known.values())
