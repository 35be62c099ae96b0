"""Test whole feeds: parse them as readers do, validate them, and check that ids are stable."""

import html
import json
import os
import subprocess
import sys
from calendar import timegm
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import jsonschema
import pytest
from lxml import etree

from newsletter import pipeline
from newsletter.model.problems import Problems
from support.feeds import BASE, NOW, built, made, set_up
from support.paths import TESTS
from support.project import Project

TAG = "tag:exemple.example,2024:"
ATOM = "{http://www.w3.org/2005/Atom}"

TITLES = {
    "crochets": "Fin de section ]]> et suite",
    "balise": "L’élément <details> expliqué",
    "fermee": "Du <b>gras</b> tapé tel quel",
    "entite": "Écrire &eacute; et &#8217; et &amp; en HTML",
    "esperluette": "R&D, Q&R & compagnie < 2 > 1",
    "emoji": "👩🏽‍🚀 Décollage 🇫🇷",
    "rtl": "أخبار المركز 2024",
    "guillemets": "«\u00a0Prêts\u00a0?\u00a0» \"oui\" 'non' “si” \\ fin",
    "commentaire": "<!-- rien --> {{ config }} ${x} %s",
}


@pytest.fixture
def hostile(project: Project) -> Project:
    """Return a project with one announcement per title, all on the same day and without a time."""
    project.write("announcements/notes.pdf", b"%PDF-1.4 notes")
    project.write("announcements/son été.mp3", b"ID3" + b"x" * 997)
    set_up(project, '[tool.newsletter.feeds]\nhub = "https://hub.example/"')
    for name, title in TITLES.items():
        lang = {"lang": "ar"} if name == "rtl" else {}
        project.announce(
            f"2024-11-26-{name}.md", title=title, summary=f"Résumé : {title}", tags=["R&D <x>", "Été"],
            body=f"Voir [l’été](<https://exemple.example/l’été x?a=1&b=2>).\n\n`{title}`",
            authors=[{"name": "Zoé <b>O’Neil</b> & fils", "url": "https://exemple.example/zoé"}, "Ali"],
            attachments=[{"src": "notes.pdf", "title": "Notes & plans"}, {"src": "son été.mp3", "title": "Son"}],
            **lang,
        )  # fmt: skip
    return project


def shown(detail: Mapping[str, str]) -> str:
    """Return a text as a reader shows it."""
    return html.unescape(detail["value"]) if detail["type"] == "text/html" else detail["value"]


@pytest.mark.parametrize("path", ["atom.xml", "rss.xml", "archive/2024-11.atom.xml", "tags/ete.rss.xml"])
def test_feedparser_reads_back_what_was_written(hostile: Project, path: str) -> None:
    files = built(hostile)
    feed = feedparser.parse(files[path])
    assert not feed.bozo
    assert feed.feed.language == "fr" and feed.feed.link.startswith(BASE)
    entries = {
        entry.id.removeprefix(TAG).removeprefix("2024-11-26-").removesuffix(":ar"): entry for entry in feed.entries
    }
    assert entries.keys() == TITLES.keys()
    for name, entry in entries.items():
        atom = "atom" in path
        # An RSS title is text, but feedparser treats it as HTML if it looks like HTML.
        assert (shown(entry.title_detail) if atom or "</" in TITLES[name] else entry.title) == TITLES[name]
        assert shown(entry.summary_detail) == f"Résumé : {TITLES[name]}" if atom else True
        stem = f"{name}.ar" if name == "rtl" else name
        assert entry.link == f"{BASE}{stem}.html"
        assert entry.published_parsed[:6] == entry.updated_parsed[:6] if atom else True
        assert timegm(entry.published_parsed) == datetime(2024, 11, 25, 23, tzinfo=UTC).timestamp()
        enclosures = [(each.href, each.type, int(each.length)) for each in entry.enclosures]
        sound = next(each for each in enclosures if each[1] == "audio/mpeg")
        assert sound[0].endswith("-son-ete.mp3") and sound[2] == 1000
        assert len(enclosures) == (2 if atom else 1)
        assert [each["name"] for each in entry.authors][-1:] == ["Ali"]
        assert "Zoé <b>O’Neil</b> & fils" in [each["name"] for each in entry.authors] or not atom
        assert [each.term for each in entry.tags] == ["R&D <x>", "Été"]
        (content,) = (each for each in entry.content if each.type == "text/html")
        assert "https://exemple.example/l%E2%80%99%C3%A9t%C3%A9%20x?a=1&amp;b=2" in content.value


def test_json_holds_texts_as_they_were_typed(hostile: Project) -> None:
    feed = json.loads(built(hostile)["feed.json"])
    assert {item["title"] for item in feed["items"]} == set(TITLES.values())
    assert feed["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]
    for item in feed["items"]:
        assert item["date_published"] == item["date_modified"] == "2024-11-25T23:00:00Z"
        assert [each["name"] for each in item["authors"]] == ["Zoé <b>O’Neil</b> & fils", "Ali"]
        assert [each["size_in_bytes"] for each in item["attachments"]] == [14, 1000]
        assert item["url"].isascii() and item["authors"][0]["url"].isascii()


def sound_everywhere(files: Mapping[str, bytes]) -> None:
    """Validate feeds against the schemas and against the rules of the W3C validator."""
    atom = etree.RelaxNG(etree.parse(TESTS / "data/atom.rng"))
    schema = json.loads((TESTS / "data/jsonfeed.schema.json").read_text())
    ids = set()
    for path, content in files.items():
        if path.endswith(".atom.xml") or path == "atom.xml":
            root = etree.fromstring(content)
            assert atom.validate(root), (path, atom.error_log)
            assert root.find(f"{ATOM}link[@rel='self']").get("href") == f"{BASE}feeds/{path}"
            (whole,), updated, published = (
                [datetime.fromisoformat(str(each.text)) for each in root.findall(name)]
                for name in (f"{ATOM}updated", f"{ATOM}entry/{ATOM}updated", f"{ATOM}entry/{ATOM}published")
            )
            assert len(set(updated)) == len(updated) and whole == max(updated, default=whole), path
            assert published == sorted(published, reverse=True)
            assert all(later >= first for later, first in zip(updated, published, strict=True))
            if "archive" not in path:
                identity = root.findtext(f"{ATOM}id")
                assert identity not in ids
                ids.add(identity)
        elif path.endswith("rss.xml"):
            root = etree.fromstring(content)
            (own,) = root.findall(f"channel/{ATOM}link[@rel='self']")
            assert own.get("href") == f"{BASE}feeds/{path}" and own.get("type") == "application/rss+xml"
            assert {guid.get("isPermaLink") for guid in root.iter("guid")} <= {"false"}
            assert not list(root.iter("author")) and len(root.findall("channel/language")) == 1
            for item in root.iter("item"):
                names = [etree.QName(child).localname for child in item]
                assert names.index("description") < names.index("encoded")
                assert names.count("enclosure") <= 1
        elif path.endswith(".json"):
            jsonschema.validate(json.loads(content), schema)
            assert json.loads(content)["feed_url"] == f"{BASE}feeds/{path}"
        if path.endswith(".xml"):
            for element in etree.fromstring(content).iter():
                assert element.text or element.attrib or len(element) or "archive" in element.tag, (path, element.tag)
            assert b"\r" not in content and b"&#13;" not in content


def test_formats_keep_their_rules(hostile: Project) -> None:
    files = built(hostile)
    assert len(files) == 2 + 1 + 3 * (1 + 2 + 2 + 1)  # page, style, OPML; main, tags, languages, month
    sound_everywhere(files)


def test_no_announcement_at_all(project: Project) -> None:
    files = built(project)
    sound_everywhere(files)
    assert b"<updated>2024-01-01T00:00:00Z</updated>" in files["atom.xml"]
    assert {path for path in files if "/" in path} == {f"lang/fr.{end}" for end in ("atom.xml", "rss.xml", "json")}


def test_short_texts_hold_no_named_references(hostile: Project) -> None:
    # As the RSS profile recommends: no reader or validator then takes typed characters for HTML.
    files = built(hostile)
    for path in ("rss.xml", "atom.xml"):
        for line in files[path].decode().splitlines():
            if line.startswith(("<title>", "<category", "<dc:creator", "<author", "<link")):
                assert not any(name in line for name in ("&amp;", "&lt;", "&gt;")), line


def test_every_feed_is_on_the_page_and_in_the_outline(hostile: Project) -> None:
    files = made(hostile)
    page, outline = files["index.html"].data.decode(), etree.fromstring(files["opml.xml"].data)
    listed = {each.get("xmlUrl") for each in outline.iter("outline")}
    for path, artefact in files.items():
        kind = artefact.media_type
        if kind.startswith("application/") and "archive" not in path:
            assert f"/{path}" in page or f"{BASE}feeds/{path}" in page, path
        if kind == "application/atom+xml" and "archive" not in path:
            assert f"{BASE}feeds/{path}" in listed
    assert [html.unescape(each.get("text")) for each in outline.iter("outline")][1] == "Exemple\u00a0: Été"
    assert set(files["feed.css"].data.decode()) >= set("{}") and files["feed.css"].media_type == "text/css"


def test_pages_lead_to_the_feeds_that_there_are(hostile: Project) -> None:
    problems = Problems()
    artefacts = pipeline.build(pipeline.open_project(hostile.root, problems), NOW, problems, channels=["feeds", "site"])
    found = {each.path.removeprefix("site/"): each for each in artefacts}
    for path in ("index.html", "tags/ete.html", "crochets.html", "feeds/index.html"):
        document = etree.HTML(found[path].data.decode())
        alternates = [each for each in document.iter("link") if each.get("rel") == "alternate" and each.get("type")]
        links = [(each.get("type"), each.get("href")) for each in alternates]
        assert links[0] == ("application/atom+xml", f"{BASE}feeds/{'tags/ete.' if 'tags' in path else ''}atom.xml")
        for kind, address in links:
            assert found[address.removeprefix(BASE)].media_type == kind
    assert b'href="../feeds/tags/ete.atom.xml"' in found["tags/ete.html"].data


# --- what must not change ---------------------------------------------------------------------


def ids(files: Mapping[str, bytes]) -> set[str]:
    return {item["id"] for item in json.loads(files["feed.json"])["items"]}


def test_renaming_changes_no_id(project: Project) -> None:
    project.announce("2024-11-26-un.md", id="un", title="Un")
    before = ids(built(project))
    (project.root / "announcements/2024-11-26-un.md").unlink()
    project.announce("2024-11-27-deux.md", id="un", title="Deux", slug="trois", url="https://ailleurs.example/x")
    path = project.root / "pyproject.toml"
    path.write_text(path.read_text().replace(BASE, "https://nouveau.example/"))
    assert ids(built(project)) == before == {f"{TAG}un"}


def test_languages(project: Project) -> None:
    project.announce("2024-11-26-un.md", id="un")
    project.announce("2024-11-26-un.en.md", id="un", title="One")
    project.announce("2024-11-27-two.en.md", id="two", title="Two")
    files = built(project)
    assert ids(files) == {f"{TAG}un", f"{TAG}two:en"}
    english = json.loads(files["lang/en.json"])
    assert english["language"] == "en" and [item["id"] for item in english["items"]] == [f"{TAG}two:en", f"{TAG}un:en"]
    assert english["title"] == "Exemple (English)"
    sound_everywhere(files)


def test_what_is_hidden_is_in_no_feed(project: Project) -> None:
    project.announce("2024-11-01-vu.md", title="Vu")
    project.announce("2024-11-02-brouillon.md", title="CACHÉ", draft="true", tags=["CACHÉ"])
    project.announce("2025-01-02-demain.md", title="CACHÉ", tags=["CACHÉ"])
    project.announce("2024-11-03-fini.md", title="CACHÉ", expires="2024-12-01", lang="de")
    files = built(project)
    for path, content in files.items():
        assert "CACHÉ" not in content.decode() and "cache" not in path and not path.startswith("lang/de"), path
    assert "archive/2025-01.json" not in files and "lang/de.json" not in files


def test_an_old_entry_comes_back_when_it_is_corrected(project: Project) -> None:
    set_up(project, "[tool.newsletter.feeds]\nentries = 2")
    for day in range(1, 5):
        project.announce(f"2024-11-0{day}-n{day}.md", id=f"n{day}")
    before = built(project)
    assert [item["id"] for item in json.loads(before["feed.json"])["items"]] == [f"{TAG}n4", f"{TAG}n3"]
    project.announce("2024-11-01-n1.md", id="n1", updated="2024-12-01")
    after = built(project)
    assert [item["id"] for item in json.loads(after["feed.json"])["items"]] == [f"{TAG}n4", f"{TAG}n1"]
    assert feedparser.parse(after["atom.xml"]).feed.updated == "2024-11-30T23:00:00Z"
    (rss,) = (each for each in feedparser.parse(after["rss.xml"]).entries if each.id == f"{TAG}n1")
    assert rss.published_parsed[:3] == (2024, 10, 31) and rss.updated == "2024-11-30T23:00:00Z"
    assert after["archive/2024-11.atom.xml"] != before["archive/2024-11.atom.xml"]


def archives(files: Mapping[str, bytes], month: str) -> dict[str, bytes]:
    found = {path: content for path, content in files.items() if path.startswith(f"archive/{month}")}
    assert len(found) == 3
    return found


CHANGES: Mapping[str, Callable[[Project], object]] = {
    "a newer announcement": lambda project: project.announce("2024-11-30-neuf.md", tags=["Été", "Neuf"]),
    "an older one": lambda project: project.announce("2024-01-30-vieux.md", title="Vieux"),
    "a correction elsewhere": lambda project: project.announce("2024-08-05-b.md", id="b", updated="2024-12-01"),
    "one that is gone": lambda project: (project.root / "announcements/2024-11-05-d.md").unlink(),
    "a version of it in another month": lambda project: project.announce("2024-11-07-c.md", id="c", title="Le C"),
    "a correction of one at the instant of another": lambda project: project.announce(
        "2024-11-06-e.md", id="e", updated="2024-12-02T09:00"
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_an_archive_depends_on_its_month_alone(project: Project, change: Callable[[Project], object]) -> None:
    project.announce("2024-08-05-b.md", id="b")
    project.announce("2024-10-05-a.md", id="a", tags=["ÉTÉ"], body="Un.")
    project.announce("2024-10-05-a2.md", id="a2", updated="2024-12-02T09:00")
    project.announce("2024-10-06-c.en.md", id="c", title="The C")
    project.announce("2024-11-05-d.md", id="d")
    before = built(project)
    root = etree.fromstring(before["archive/2024-10.atom.xml"])
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["current"] == f"{BASE}feeds/atom.xml" and "next-archive" not in links
    assert links["prev-archive"] == f"{BASE}feeds/archive/2024-08.atom.xml"
    assert len(root.findall(f"{ATOM}entry")) == 3
    assert root.find("{http://purl.org/syndication/history/1.0}archive") is not None
    change(project)
    after = built(project, datetime(2026, 1, 1, tzinfo=UTC))
    assert after["atom.xml"] != before["atom.xml"] or change is CHANGES["an older one"]
    assert archives(after, "2024-10") == archives(before, "2024-10")


def test_the_chain_of_archives_reaches_everything(project: Project) -> None:
    set_up(project, "[tool.newsletter.feeds]\nentries = 1")
    for month in (1, 2, 5, 11):
        project.announce(f"2024-{month:02}-28-m{month}.md")
    files = built(project)
    for end in ("atom.xml", "rss.xml"):
        seen, path = [], end
        while path:
            root = etree.fromstring(files[path])
            seen.append(path)
            link = next((each for each in root.iter(f"{ATOM}link") if each.get("rel") == "prev-archive"), None)
            path = link.get("href").removeprefix(f"{BASE}feeds/") if link is not None else ""
        assert seen == [end, *(f"archive/2024-{month:02}.{end}" for month in (11, 5, 2, 1))]


def test_zone_locale_and_seed_change_no_byte(hostile: Project, tmp_path: Path) -> None:
    found = []
    for number, zone in enumerate(("Asia/Kathmandu", "America/New_York")):
        out = tmp_path / str(number)
        words = ["build", "-C", str(hostile.root), "--only", "feeds", "--out", str(out), "--now", "2024-12-15"]
        locale = ("C", "fr_FR.UTF-8")[number]
        environment = {**os.environ, "TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": str(number + 1)}
        subprocess.run([sys.executable, "-m", "newsletter", *words], check=True, capture_output=True, env=environment)
        found.append({each.relative_to(out): each.read_bytes() for each in out.rglob("*") if each.is_file()})
    assert found[0] == found[1] and len(found[0]) > 20


# --- another feed parser ----------------------------------------------------------------------


@pytest.mark.skipif("NEWSLETTER_ORACLES" not in os.environ, reason="NEWSLETTER_ORACLES names no folder of npm packages")
def test_another_parser_reads_the_same(hostile: Project) -> None:
    files = built(hostile)
    for path in ("atom.xml", "rss.xml", "archive/2024-11.atom.xml"):
        run = subprocess.run(
            ["node", str(TESTS / "oracles/feed.mjs")], input=files[path], capture_output=True, check=True, timeout=60
        )
        feed: Any = json.loads(run.stdout)
        assert feed["language"] == "fr" and feed["url"] == BASE
        titles = {item["title"] for item in feed["items"]}
        if "atom" in path:
            titles = set(map(html.unescape, titles))
        assert {title for title in titles if "gras" not in title} == {
            title for title in TITLES.values() if "</" not in title
        }
        for item in feed["items"]:
            assert item["id"].startswith(TAG) and item["url"].startswith(BASE) and item["url"].endswith(".html")
            assert item["published"] == "2024-11-25T23:00:00.000Z"
            media = {each["mimeType"]: each["length"] for each in item["media"]}
            assert media.items() <= {"application/pdf": 14, "audio/mpeg": 1000}.items() and media
