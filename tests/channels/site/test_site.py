"""Test the site: pages, page heads, calendar files, sitemap and assets."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import lxml.etree
import lxml.html
import pytest
from icalendar import Calendar

import newsletter
from newsletter import pipeline
from newsletter.channels.site.sitemap import sitemap
from newsletter.model.problems import Problems
from support.paths import ROOT
from support.project import Project

NOW = datetime(2026, 11, 23, tzinfo=UTC)
BASE = "https://exemple.example/"


def built(root: Path, now: datetime = NOW) -> dict[str, bytes]:
    """Return the files under site/, by relative path."""
    problems = Problems()
    artefacts = pipeline.build(pipeline.open_project(root, problems), now, problems, channels=["site"])
    made = {each.path.removeprefix("site/"): each.data or Path(each.file).read_bytes() for each in artefacts}
    assert not problems.fatal
    return made


@pytest.fixture(scope="module")
def site() -> dict[str, bytes]:
    """Return the site of this repository's announcements."""
    return built(ROOT)


def page(made: dict[str, bytes], path: str) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(made[path].decode())


def meta(document: lxml.html.HtmlElement, name: str) -> list[str]:
    return [str(found) for found in document.xpath(f"//meta[@name='{name}' or @property='{name}']/@content")]


def test_every_page_is_sound(site: dict[str, bytes]) -> None:
    pages = [path for path in site if path.endswith(".html")]
    assert {"index.html", "404.html", "trophee-innovation.html", "issues/2024-11.html", "tags/rse.html"} <= set(pages)
    for path in pages:
        text, document = site[path].decode(), page(site, path)
        assert text.startswith("<!doctype html>\n"), path
        assert document.get("lang") == ("en" if ".en." in path or path in ENGLISH else "fr"), path
        assert document.get("dir") == "ltr"
        assert len(document.xpath("//h1")) == 1 and document.findtext(".//title"), path
        ids = document.xpath("//@id")
        assert len(ids) == len(set(ids)), path
        assert all(image.get("alt") is not None for image in document.iter("img")), path
        assert not document.xpath("//script | //style | //iframe | //@style | //@onclick"), path


ENGLISH = ("tags/csr.html", "tags/local-impact.html")


@pytest.mark.parametrize(
    ("lang", "locale"), [("fr-CA", "fr_CA"), ("be-tarask", "be_BY"), ("sr-Latn", "sr_RS"), ("ca-ES-valencia", "ca_ES")]
)
def test_the_locale_for_social_networks_is_a_language_and_a_territory(project: Project, lang: str, locale: str) -> None:
    project.announce(lang=lang, slug="prix")
    made = built(project.root)
    assert meta(page(made, f"prix.{lang.lower()}.html"), "og:locale") == [locale]


def test_the_head_of_a_page(site: dict[str, bytes]) -> None:
    document = page(site, "trophee-innovation.html")
    base = "https://actualites.interfor.example/"
    (canonical,) = document.xpath("//link[@rel='canonical']/@href")
    assert canonical == f"{base}trophee-innovation.html" == meta(document, "og:url")[0]
    alternates = document.xpath("//link[@rel='alternate'][@hreflang]")
    assert {each.get("hreflang"): each.get("href") for each in alternates} == {
        "fr": canonical, "en": f"{base}trophee-innovation.en.html",
    }  # fmt: skip
    assert meta(document, "og:title") == ["Interfor reçoit le Trophée de l’Innovation aux Trophées Résonance 2024"]
    assert meta(document, "description") == meta(document, "og:description") != [""]
    (image,) = meta(document, "og:image")
    assert image.startswith(f"{base}assets/") and image.removeprefix(base) in site
    assert meta(document, "og:image:alt")[0] and meta(document, "twitter:card") == ["summary_large_image"]
    assert meta(document, "og:locale") == ["fr_FR"]
    feeds = document.xpath("//link[@rel='alternate'][@type]/@href")
    assert feeds[0] == f"{base}feeds/atom.xml"


def test_titles_are_text(project: Project) -> None:
    title = 'A & B <b>"C"</b> {{ 7 * 7 }} \u00a0! 👩‍🔬'
    project.announce(title=title, tags=['R&D <"x">'], body='![a & "b"](https://b.example/a.png)\n\n<kbd>x</kbd>')
    made = built(project.root)
    document = page(made, "prix.html")
    assert document.findtext(".//h1") == title
    assert document.findtext(".//title") == f"{title} – Exemple"
    assert meta(document, "og:title") == [title]
    assert document.xpath("//img/@alt") == ['a & "b"']
    assert page(made, "tags/r-d-x.html").findtext(".//h1") == 'R&D <"x">'
    assert title in page(made, "index.html").xpath("//h2/a/text()")


def test_a_page_of_nothing(project: Project) -> None:
    made = built(project.root)
    assert set(made) - {path for path in made if path.startswith("assets/")} == {
        "index.html",
        "404.html",
        "sitemap.xml",
    }
    assert page(made, "index.html").xpath("//h1")


def test_what_is_hidden_is_nowhere(project: Project) -> None:
    project.write("announcements/images/secret.png", (ROOT / "announcements/images/logo.png").read_bytes())
    project.announce("2024-11-26-vu.md", title="Vu")
    image = {"src": "images/secret.png", "alt": "secret"}
    project.announce("2024-11-25-brouillon.md", title="Secret", draft=True, tags=["secret"], image=image)
    project.announce("2099-01-01-demain.md", title="Secret", tags=["secret"])
    project.announce("2024-11-20-passe.md", title="Secret", expires="2024-11-30", aliases=["secret"])
    made = built(project.root)
    assert not [path for path in made if "secret" in path or "demain" in path or "passe" in path]
    assert not [path for path, data in made.items() if b"ecret" in data]


def test_former_slugs_forward(project: Project) -> None:
    project.announce(slug="nouveau", aliases=["ancien", "tres-ancien"])
    made = built(project.root)
    for alias in ("ancien", "tres-ancien"):
        document = page(made, f"{alias}.html")
        assert document.xpath("//meta[@http-equiv='refresh']/@content") == ["0; url=nouveau.html"]
        assert document.xpath("//link[@rel='canonical']/@href") == [f"{BASE}nouveau.html"]
        assert meta(document, "robots") == ["noindex"]
    assert b"ancien" not in made["sitemap.xml"]


def test_an_announcement_at_home_elsewhere(project: Project) -> None:
    project.announce(url="https://autre.example/prix")
    made = built(project.root)
    assert page(made, "prix.html").xpath("//link[@rel='canonical']/@href") == ["https://autre.example/prix"]
    assert b"prix.html" not in made["sitemap.xml"]


def test_old_announcements_are_lines(project: Project) -> None:
    for number in range(1, 29):
        project.announce(f"2024-10-{number:02}-n{number}.md", title=f"Numéro {number}")
    document = page(built(project.root), "index.html")
    assert len(document.xpath("//article")) == 12
    assert len(document.xpath("//section[@aria-labelledby='archive_']//li")) == 16
    assert document.xpath("//section[@aria-labelledby='archive_']/h3/text()") == ["2024"]


def test_neighbours_are_of_the_same_language(project: Project) -> None:
    for day in (1, 2, 3):
        project.announce(f"2024-11-0{day}-n{day}.md", title=f"Jour {day}")
        project.announce(f"2024-11-0{day}-n{day}.en.md", title=f"Day {day}", id=f"2024-11-0{day}-n{day}")
    document = page(built(project.root), "n2.en.html")
    assert document.xpath("//nav[@class='neighbours wide']/a/@href") == ["n3.en.html", "n1.en.html"]


def events(made: dict[str, bytes]) -> Iterator[tuple[str, Calendar]]:
    for path, data in made.items():
        if path.endswith(".ics"):
            yield path, Calendar.from_ical(data.decode())


def test_calendar_files(site: dict[str, bytes]) -> None:
    found = dict(events(site))
    assert set(found) == {
        "trophee-innovation.ics", "trophee-innovation.en.ics", "job-dating.ics", "portes-ouvertes.ics",
    }  # fmt: skip
    for path, calendar in found.items():
        (event,) = calendar.walk("VEVENT")
        raw = site[path]
        assert raw.endswith(b"END:VCALENDAR\r\n") and b"\n" not in raw.replace(b"\r\n", b"")
        assert max(map(len, raw.split(b"\r\n"))) <= 75
        assert str(event["uid"]).startswith("tag:") and event["dtstamp"].dt.tzinfo is not None
        assert str(event["url"]) == f"https://actualites.interfor.example/{path.removesuffix('.ics')}.html"
    (open_day,) = found["portes-ouvertes.ics"].walk("VEVENT")
    assert open_day["dtstart"].dt == datetime(2024, 12, 14, 9, 0, tzinfo=UTC)  # 10:00 in Paris
    assert open_day["dtend"].dt == datetime(2024, 12, 14, 16, 0, tzinfo=UTC)
    assert len({str(event["uid"]) for calendar in found.values() for event in calendar.walk("VEVENT")}) == 4


@pytest.mark.parametrize(
    ("start", "end", "begins", "ends"),
    [
        ("2024-12-05", None, "20241205", "20241206"),
        ("2024-12-05", "2024-12-07", "20241205", "20241208"),
        ("2024-07-05T10:00", "2024-07-05T12:30", "20240705T080000Z", "20240705T103000Z"),
        ("2024-12-05T10:00", None, "20241205T090000Z", None),
        ("2024-12-05T10:00+05:00", None, "20241205T050000Z", None),
    ],
)
def test_spans(project: Project, start: str, end: str | None, begins: str, ends: str | None) -> None:
    span = {"start": start, "place": "Arras"} | ({"end": end} if end else {})
    project.announce(event=span)
    lines = built(project.root)["prix.ics"].decode().replace("\r\n ", "").split("\r\n")
    values = {line.partition(";")[0].partition(":")[0]: line.rpartition(":")[2] for line in lines}
    assert values["DTSTART"] == begins and values.get("DTEND") == ends
    assert values["LOCATION"] == "Arras"


def test_the_sitemap_lists_every_page(site: dict[str, bytes]) -> None:
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    tree = lxml.etree.fromstring(site["sitemap.xml"])
    base = "https://actualites.interfor.example/"
    listed = {str(loc).removeprefix(base) or "index.html" for loc in tree.xpath("//s:loc/text()", namespaces=space)}
    forwarding = {path for path, data in site.items() if b'http-equiv="refresh"' in data}
    assert listed == {path for path in site if path.endswith(".html")} - forwarding - {"404.html"}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT.*", at) for at in tree.xpath("//s:lastmod/text()", namespaces=space))


def test_a_long_sitemap_is_cut(project: Project) -> None:
    for day in (1, 2, 3, 4):
        project.announce(f"2024-11-0{day}-n{day}.md")
    problems = Problems()
    publication = pipeline.read(pipeline.open_project(project.root, problems), NOW, problems)
    made = {each.path: each.data for each in sitemap(publication, (), most=2)}
    assert set(made) == {"site/sitemap.xml", "site/sitemap-1.xml", "site/sitemap-2.xml", "site/sitemap-3.xml"}
    assert made["site/sitemap.xml"].count(b"<sitemap>") == 3
    assert sum(data.count(b"<url>") for data in made.values()) == 6  # the index, four pages, one issue


def test_assets_are_named_by_their_content(project: Project) -> None:
    project.write("announcements/a.png", (ROOT / "announcements/images/logo.png").read_bytes())
    project.announce(body="![Un](a.png)\n\n[PDF](b.pdf)")
    project.write("announcements/b.pdf", b"%PDF-1.4 un")
    first = built(project.root)
    project.write("announcements/b.pdf", b"%PDF-1.4 deux")
    second = built(project.root)
    changed = set(first) ^ set(second)
    assert len(changed) == 2 and all(re.fullmatch(r"assets/[0-9a-f]{8}-b\.pdf", path) for path in changed)


def test_a_fault_in_a_page_template_is_reported_at_its_line(project: Project) -> None:
    project.announce()
    project.write(
        "templates/site/index.html",
        "{% extends 'site/layout.html' %}\n\n{% block main %}{{ rien.du.tout }}{% endblock %}\n",
    )
    result = newsletter.build(project.root, now=NOW)
    assert [(str(problem.place), problem.code) for problem in result.problems] == [
        ("templates/site/index.html:3:1", "template-fault")
    ]
    assert not (project.root / "outbox").exists()
