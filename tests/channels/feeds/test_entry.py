"""Test the content of feed entries: allowed HTML, absolute URLs, and the size limit."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from feedgen.entry import FeedEntry
from lxml import etree, html

from newsletter import pipeline
from newsletter.channels.feeds import atom_rss
from newsletter.channels.feeds.budget import LIMIT
from newsletter.channels.feeds.entry import Enclosure, Entry, Lead
from newsletter.channels.feeds.metadata import FeedMetadata
from newsletter.channels.feeds.sanitize import clean_html, clean_text
from newsletter.channels.feeds.selection import Feed
from newsletter.model import Artefact, Author
from newsletter.model.problems import Problems
from newsletter.rules.rendered import pages
from support.feeds import BASE, NOW, built, set_up
from support.pictures import png
from support.project import Project

BODY = """\
Bonjour\u00a0! Voir [ici](#suite), [l’autre](2024-11-01-autre.md), [là](/page) et [le plan](plan été.pdf)[^1].

![Un plan](image.png "Le plan") <abbr title="Responsabilité">RSE</abbr>

| a | b |
|---|--:|
| 1 | 2 |

## Suite

```
<script>alert(1)</script>  &nbsp;
```

[^1]: Une note, [écrite](mailto:a@exemple.example).
"""


def content(files: Mapping[str, bytes], end: str = "") -> str:
    """Return the HTML of the newest item whose id ends with `end`."""
    items = json.loads(files["feed.json"])["items"]
    return str(next(item for item in items if item["id"].endswith(end))["content_html"])


def test_a_body_as_readers_get_it(project: Project) -> None:
    project.write("announcements/plan été.pdf", b"%PDF-1.4")
    project.write("announcements/image.png", png())
    project.announce("2024-11-01-autre.md")
    project.announce("2024-11-26-prix.md", body=BODY.replace("plan été.pdf", "<plan été.pdf>"), tags=["Été"])
    files = built(project)
    found = content(files, "prix")
    targets = re.findall(r'(?:href|src)="([^"]*)"', found)
    assert targets[:3] == [f"{BASE}prix.html#suite", f"{BASE}autre.html", f"{BASE}page"]
    assert (
        re.fullmatch(rf"{BASE}assets/[0-9a-f]{{8}}-plan-ete\\.pdf", targets[3].replace("%C3%A9", "e"))
        or targets[3].isascii()
    )
    assert all(re.match("https://|mailto:", target) for target in targets)
    assert "Bonjour\u00a0!" in found and "<script" not in found and "&lt;script&gt;" in found and "&amp;nbsp;" in found
    assert '<th scope="col" align="right">' in found or 'align="right"' in found
    assert not re.search(r" (id|class|style|on\w+)=", found)
    for path in ("atom.xml", "rss.xml"):
        root = etree.fromstring(files[path])
        same = [
            each.text
            for each in root.iter("{*}content", "{http://purl.org/rss/1.0/modules/content/}encoded")
            if each.text
        ]
        assert same[0] == found


def test_an_entry_has_everything_of_its_announcement(project: Project) -> None:
    project.write("announcements/image.png", png(width=20))
    project.announce(
        image={"src": "image.png", "alt": "Un <prix>", "caption": "Une légende", "credit": "Zoé"},
        event={"start": "2024-12-24 09:30", "place": "Artois Expo", "address": "1 rue du Port\nArras"},
        action={"label": "S’inscrire", "url": "https://exemple.example/inscription"},
        links=[{"title": "Un & deux", "url": "https://exemple.example/deux"}],
    )  # fmt: skip
    files = built(project)
    found = content(files)
    for text in (
        'alt="Un &lt;prix&gt;" width="20" height="1"',
        "<figcaption>Une légende – Photo\u00a0: Zoé",
        "Artois Expo<br>1 rue du Port<br>Arras",
        ">S’inscrire<",
        "Un &amp; deux",
        f'href="{BASE}prix.ics"',
    ):
        assert text in found
    (item,) = json.loads(files["feed.json"])["items"]
    media = etree.fromstring(files["rss.xml"]).find(".//{http://search.yahoo.com/mrss/}content")
    assert media.get("url") == item["image"] and (media.get("width"), media.get("type")) == ("20", "image/png")


def test_right_to_left_is_marked_in_the_content(project: Project) -> None:
    project.announce(lang="ar", body="مرحبا")
    files = built(project)
    assert content(files).startswith('<div dir="rtl" lang="ar">') and b'<entry xml:lang="ar">' in files["atom.xml"]


def test_summary_only(project: Project) -> None:
    set_up(project, '[tool.newsletter.feeds]\ncontent = "summary"')
    project.announce(summary="En <bref>", body="Le reste.")
    files = built(project)
    assert all(b"Le reste" not in files[path] for path in ("atom.xml", "rss.xml", "feed.json", "archive/2024-11.json"))
    assert content(files).startswith("<p>En &lt;bref&gt;</p>") and f'href="{BASE}prix.html"' in content(files)


def test_the_list_of_what_is_allowed() -> None:
    dirty = (
        '<p style="x" class="y" onclick="z">a<script>b()</script><a href="javascript:c()">d</a><svg><p>e</p></svg>'
        '<iframe src="https://f.example"></iframe><img src="data:image/png;base64,x" alt="g"><!-- h --><b>i</b>'
        "\ufdd0\U0001ffff\x0b"
    )
    assert clean_html(dirty) == '<p>a<a>d</a></p><p>e</p><img alt="g">i'
    assert clean_text("é\u00a0👩🏽‍🚀\ufffd\x0c\x85\ufffe\U0010ffff\ud800 fin") == "é\u00a0👩🏽‍🚀 fin"


# --- size -------------------------------------------------------------------------------------


THEMES = (
    "<section class='x'><b>{{ story.title }}</b>{{ story.body }}</section>",
    "<p>{{ story.body }}</p>",
    "<xmp>{{ story.body }}</xmp>",
    "<textarea>{{ story.body }}</textarea>",
    "<a title={{ story.title }}>{{ story.title }}</a>",
    "<a {{ story.title }}='x'>{{ story.title }}</a>",
    "<{{ story.title }}>x",
    "<a href='{{ story.url }}' onclick='{{ story.title }}'>x</a>",
    "<a href='{{ story.title }}'>x</a>",
    "<a href='javascript:{{ story.title }}'>x</a>",
    "<script>{{ story.title }}</script><style>{{ story.title }}</style><p>a",
    "<table>{{ story.title }}<tr><td>{{ story.summary }}",
    "{{ story.title|safe }}",
    "<a title='{{ story.title|safe }}'>x</a>",
    "{% filter upper %}{{ story.title }}{% endfilter %}",
)
TITLES = ("Un", " x\" onclick='y()' <b>&amp;", "</a></p><script>x()</script>", "javascript:x()", "\n2\t")


@pytest.mark.parametrize("source", THEMES)
def test_whatever_a_theme_writes_is_sanitised(project: Project, source: str) -> None:
    project.write("templates/feeds/entry.html", source)
    for number, title in enumerate(TITLES):
        project.announce(
            f"2024-11-0{number + 1}-n{number}.md", title=title, body='## A\n\n*b* [c](https://a.example/ "d")'
        )
    entries = json.loads(built(project)["feed.json"])["items"]
    assert len(entries) == len(TITLES)
    for entry in entries:
        assert clean_html(entry["content_html"]) == entry["content_html"]
        for element in html.fragments_fromstring(f"<div>{entry['content_html']}</div>")[0].iter():
            assert element.tag not in ("script", "style", "xmp", "textarea")
            assert not [name for name in element.attrib if name.startswith("on")]
            assert not element.get("href", "").strip().startswith("javascript:")


def test_a_long_announcement_gives_its_summary(project: Project) -> None:
    project.announce("2024-11-26-long.md", body="Mot. " * 120_000, summary="En bref.", tags=["Été"])
    project.announce("2024-11-27-court.md", body="Court.", tags=["Été"])
    problems = Problems()
    artefacts = pipeline.build(pipeline.open_project(project.root, problems), NOW, problems, channels=["feeds"])
    files = {each.path: each.data for each in artefacts}
    assert max(map(len, files.values())) < LIMIT
    reported = [(str(each.place), each.level) for each in problems if each.code == "large-entry"]
    assert reported == [("announcements/2024-11-26-long.md:8:1", "warning")]
    for path in ("atom.xml", "rss.xml", "feed.json", "tags/ete.json", "archive/2024-11.rss.xml"):
        text = files[f"site/feeds/{path}"].decode()
        assert "Mot. Mot." not in text and "Lire la suite" in text and "Court." in text


def test_the_budget_holds_for_many_entries_too(project: Project) -> None:
    set_up(project, "[tool.newsletter.feeds]\nentries = 500")
    for number in range(12):
        project.announce(f"2024-{number % 2 + 10}-{number + 1:02}-n{number}.md", body="Mot. " * 12_000)
    files = built(project)
    assert max(map(len, files.values())) < LIMIT
    items = json.loads(files["feed.json"])["items"]
    assert len(items) == 12
    assert {len(item["content_html"]) > 1000 for item in items} == {True, False}


def test_a_large_feed_is_reported() -> None:
    for path, size, found in (("atom.xml", 250_001, 1), ("rss.xml", 250_000, 0), ("archive/2024-11.json", 400_000, 0)):
        artefact = Artefact(f"site/feeds/{path}", b"{}".ljust(size) if "json" in path else b"<feed/>".ljust(size), "")
        codes = [rule.code for rule, _ in pages.FEEDS.find(artefact)]
        assert codes == ["feed-size"] * found


# --- the repair pass --------------------------------------------------------------------------

ENTRY = Entry(
    id="tag:a.example,2024:x",
    url="https://a.example/x.html",
    title="A & <b>",
    summary="&eacute;",
    html="<p>&amp;</p>",
    lang="fr",
    published=datetime(2024, 11, 26, tzinfo=UTC),
    updated=datetime(2024, 11, 27, tzinfo=UTC),
    authors=(Author("Zoé"), Author("Ali", url="https://a.example/ali")),
    labels=("R&D",),
    lead=Lead("https://a.example/i.png", None),
    enclosures=(
        Enclosure("https://a.example/p.pdf", "Plan", "application/pdf", 0),
        Enclosure("https://a.example/s.mp3", "Son", "audio/mpeg", 5),
    ),
)
FEED = Feed(
    name="archive/2024-11",
    title="A & B",
    lang="fr",
    home="https://a.example/",
    announcements=(),
    previous="archive/2024-10",
    is_archive=True,
)
HEAD = FeedMetadata(
    feed=FEED,
    id="tag:a.example,2024:feeds/main",
    title="A & B",
    description="C < D",
    author="E",
    lang="fr",
    site="https://a.example/",
    home="https://a.example/",
    hub="https://hub.example/",
    logo="https://a.example/logo.png",
    updated=datetime(2024, 11, 27, tzinfo=UTC),
)


def base() -> Any:
    """Return an entry made by feedgen, with everything that feedgen accepts."""
    entry = FeedEntry()
    entry.id(ENTRY.id)
    entry.title(ENTRY.title)
    entry.link(href=ENTRY.url)
    entry.link(href="https://a.example/p.pdf", rel="enclosure", type="application/pdf", length="0")
    entry.enclosure("https://a.example/s.mp3", "5", "audio/mpeg")
    entry.summary(ENTRY.summary)
    entry.content(ENTRY.html, type="CDATA")
    entry.published(ENTRY.published)
    entry.author({"name": "Zoé", "email": "zoe@a.example"})
    return entry


@pytest.mark.parametrize("times", [1, 2, 3])
def test_repairing_twice_is_repairing_once(times: int) -> None:
    # This also holds for an element that feedgen wrote correctly.
    atom, rss = base().atom_entry(), base().rss_entry()
    for _ in range(times):
        atom_rss.repair_atom_entry(atom, ENTRY)
        atom_rss.repair_rss_item(rss, ENTRY)
    alternate = '<link rel="alternate" type="text/html" href="https://a.example/x.html"/>'
    assert f'{alternate}\n<link rel="enclosure" type="application/pdf" length="0"' in atom_rss.lines(atom)
    assert atom_rss.lines(atom).count("<link") == 3 and atom_rss.lines(atom).count("<title") == 1
    assert '<title type="html">A &#x26;amp; &#x26;lt;b&#x26;gt;</title>' in atom_rss.lines(atom)
    assert atom_rss.lines(rss).count("<enclosure") == 1 and 'url="https://a.example/s.mp3"' in atom_rss.lines(rss)
    assert atom_rss.lines(rss).count("<dc:creator>") == 2 and "<author" not in atom_rss.lines(rss)
    assert "<description>&#x26;amp;eacute;</description>" in atom_rss.lines(rss)


@pytest.mark.parametrize("write", [atom_rss.write_atom_header, atom_rss.write_rss_header])
def test_heads_are_repaired_once_and_for_all(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = write(HEAD)
    for name in ("repair_atom_header", "repair_rss_header"):
        once = getattr(atom_rss, name)
        monkeypatch.setattr(atom_rss, name, lambda root, head, once=once: [once(root, head), once(root, head)])
    assert write(HEAD) == whole
    for rel in ("self", "current", "prev-archive"):
        assert whole.count(f'rel="{rel}"') == 1
    assert 'rel="hub" href="https://hub.example/"' in whole
    assert whole.count("<fh:archive/>") == 1
    assert write(replace(HEAD, logo="")) != whole


def test_signs_that_look_like_html_in_every_short_text(project: Project) -> None:
    wild = "</b><script>x()</script>"
    project.write("announcements/a.pdf", b"%PDF-1.4")
    project.announce(title=wild, tags=[wild], attachments=[{"src": "a.pdf", "title": wild}], url=f"{BASE}?a[]=1")
    files = built(project)
    (item,) = etree.fromstring(files["rss.xml"]).iter("item")
    # Readers take text with an end tag for HTML, so it has to be HTML.
    assert item.findtext("title") == item.findtext("category") == "&lt;/b&gt;&lt;script&gt;x()&lt;/script&gt;"
    assert item.findtext("link") == f"{BASE}?a%5B%5D=1"
    root = etree.fromstring(files["atom.xml"])
    named = {key: value for each in root.iter() for key, value in each.attrib.items() if wild in value}
    assert named == {"term": wild}
